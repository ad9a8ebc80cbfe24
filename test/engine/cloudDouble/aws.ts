import { kinds } from "./awsKinds";
import { ACCOUNT, arn, global, hex, of, region, setRegion } from "./awsNames";
import type { Cloud } from "./cloud";
import { type Properties, text, type Value } from "./values";

// TEST PART: what the double of AWS answers. Nothing here talks to a cloud.

/** A default VPC with a subnet in each of three zones, as every account begins with. */
const VPC = "vpc-00000000000000d0b";
const SUBNETS = ["a", "b", "c"].map((zone, index) => ({
	id: `subnet-0000000000000d0b${zone}`,
	zone,
	cidr: `172.31.${16 * index}.0/20`,
}));

function invoke(token: string, args: Properties): Value | undefined {
	switch (token) {
		case "aws:ec2/getVpc:getVpc":
			return { id: of(args, "id") || VPC, arn: arn("ec2", `vpc/${VPC}`), cidrBlock: "172.31.0.0/16", default: true };
		case "aws:ec2/getSubnets:getSubnets":
			return { id: region(), ids: SUBNETS.map(({ id }) => id) };
		case "aws:ec2/getSubnet:getSubnet": {
			const subnet = SUBNETS.find(({ id }) => id === of(args, "id"));
			const { zone = "a", cidr = "172.31.0.0/20" } = subnet ?? {};
			return { id: of(args, "id"), vpcId: VPC, cidrBlock: cidr, availabilityZone: `${region()}${zone}` };
		}
		case "aws:index/getRegion:getRegion":
			return {
				id: region(),
				name: region(),
				region: region(),
				description: region(),
				endpoint: `ec2.${region()}.amazonaws.com`,
			};
		case "aws:index/getCallerIdentity:getCallerIdentity":
			return { id: ACCOUNT, accountId: ACCOUNT, arn: global("iam", "user/deployer"), userId: "AIDADOUBLE" };
		case "aws:index/getPartition:getPartition":
			return { id: "aws", partition: "aws", dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" };
		default:
			return undefined;
	}
}

export const aws: Cloud = {
	kinds,
	configurationProblem(config) {
		if (text(config, "region") === undefined) {
			return "Missing region information: make sure you have set your AWS region, e.g. `pulumi config set aws:region us-west-2`.";
		}
		const allowed = text(config, "allowedAccountIds");
		if (allowed !== undefined && !(JSON.parse(allowed) as string[]).includes(ACCOUNT)) {
			return `AWS account ID not allowed: ${ACCOUNT}`;
		}
		return undefined;
	},
	configure(config) {
		setRegion(text(config, "region") ?? "");
	},
	common: () => ({ region: region() }),
	denied(type, _step, permission, inputs) {
		const [service = "", action = ""] = permission.split(":");
		const noun = type.split(":").pop();
		const name = of(inputs, "name") || of(inputs, "bucket");
		return `creating ${service.toUpperCase()} ${noun} (${name}): operation error ${service.toUpperCase()}: ${action}, https response error StatusCode: 403, RequestID: ${hex(16)}, api error AccessDenied: User: ${global("iam", "user/deployer")} is not authorized to perform: ${permission} on resource: ${name} because no identity-based policy allows the ${permission} action`;
	},
	invoke,
};
