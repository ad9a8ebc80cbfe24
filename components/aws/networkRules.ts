import { type Problem, shown } from "../validate";
import type { FargateAppArgs } from "./fargateArgs";

/** Everything that is wrong with the user's network. */
export function networkProblems({ network }: FargateAppArgs): Problem[] {
	if (network === undefined) return [];
	const { vpcId, subnetIds, loadBalancerSubnetIds } = network;
	const problems: Problem[] = [];
	if (vpcId === undefined) {
		const reason =
			"must be given with network.subnetIds (got nothing): it is where the security groups are; leave network out for the default VPC";
		problems.push({ propertyPath: "network.vpcId", reason });
	}
	if (!Array.isArray(subnetIds) || subnetIds.length === 0) {
		const reason = `must name the task's subnets, such as ["subnet-1a2b3c4d"] (got ${shown(subnetIds)}): AWS has no default in a VPC of yours`;
		problems.push({ propertyPath: "network.subnetIds", reason });
	}
	problems.push(...idProblems("network.vpcId", "vpc", [vpcId]));
	problems.push(...idProblems("network.subnetIds", "subnet", subnetIds));
	problems.push(...idProblems("network.loadBalancerSubnetIds", "subnet", loadBalancerSubnetIds));
	const [option, subnets] =
		loadBalancerSubnetIds === undefined
			? ["network.subnetIds", subnetIds]
			: ["network.loadBalancerSubnetIds", loadBalancerSubnetIds];
	if (Array.isArray(subnets) && subnets.length > 0 && new Set(subnets).size < 2) {
		const reason = `must be two subnets or more, in two zones, for a load balancer takes no less (got ${shown(subnets)}): add one${loadBalancerSubnetIds === undefined ? ", or give network.loadBalancerSubnetIds" : ""}`;
		problems.push({ propertyPath: option as string, reason });
	}
	return problems;
}

function idProblems(propertyPath: string, kind: "vpc" | "subnet", ids: unknown): Problem[] {
	const wrong = (Array.isArray(ids) ? ids : []).filter(
		(id) => typeof id === "string" && !new RegExp(`^${kind}-[0-9a-f]+$`).test(id),
	);
	if (wrong.length === 0) return [];
	const zone = wrong.some((id) => /^[a-z]{2}(-[a-z]+)+-\d+[a-z]?$/.test(id)) ? "; that is a region or a zone" : "";
	const reason = `must be ids, ${kind}-… (got ${wrong.map(shown).join(", ")}${zone}): look them up with aws ec2 describe-${kind}s`;
	return [{ propertyPath, reason }];
}
