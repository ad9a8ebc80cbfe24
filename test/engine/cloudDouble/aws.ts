import { randomBytes } from "node:crypto";
import type { Cloud, Kind, Step } from "./cloud";
import { type Properties, text, type Value } from "./values";

// TEST PART: what the double of AWS answers. Nothing here talks to a cloud.
// Messages of errors are those that users report of the real provider (aws 5 to 7); ids are in its formats.

const ACCOUNT = process.env.HOLDFAST_DOUBLE_ACCOUNT ?? "123456789012";
let region = "";

const of = (inputs: Properties, name: string) => text(inputs, name) ?? "";
const hex = (length: number) => randomBytes(length).toString("hex").slice(0, length);
const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${ACCOUNT}:${resource}`;
const global = (service: string, resource: string) => `arn:aws:${service}::${ACCOUNT}:${resource}`;

/** `Create`, `Delete` and so on of one noun; `verbs` where the API calls a step otherwise. */
function actions(service: string, noun: string, verbs: Partial<Record<Step, string>> = {}): Kind["permission"] {
	const usual = { create: "Create", read: "Get", update: "Update", delete: "Delete" };
	return (step) => `${service}:${verbs[step] ?? `${usual[step]}${noun}`}`;
}

/** Known by a name that no other has in its region, with an ARN made of it. */
function named(property: string, permission: Kind["permission"], arnOf: (name: string) => string): Kind {
	return {
		key: (inputs) => of(inputs, property),
		id: (inputs) => of(inputs, property),
		outputs: (_, id) => ({ arn: arnOf(id) }),
		permission,
	};
}

/** Known by an id that AWS makes. */
function numbered(prefix: string, permission: Kind["permission"], outputs: Kind["outputs"]): Kind {
	return { id: () => `${prefix}${hex(17)}`, permission, ...(outputs !== undefined && { outputs }) };
}

/** A setting of something that exists: putting it again is no fault. */
function setting(property: string, service: string, action: string): Kind {
	const permission = (step: Step) =>
		`${service}:${step === "read" ? "Get" : step === "delete" ? "Delete" : "Put"}${action}`;
	return { id: (inputs) => of(inputs, property), permission };
}

const bucketSetting = (action: string) => setting("bucket", "s3", action);

/** The registry that stands for ECR: a real one of the tests where the environment names it. */
const registry = () => process.env.HOLDFAST_DOUBLE_REGISTRY ?? `${ACCOUNT}.dkr.ecr.${region}.amazonaws.com`;

const elb = (noun: string, path: string) => (inputs: Properties) =>
	arn("elasticloadbalancing", `${path}/${of(inputs, "name") || noun}/${hex(16)}`);

const kinds: Record<string, Kind> = {
	"aws:acm/certificate:Certificate": {
		id: () => arn("acm", `certificate/${hex(8)}`),
		outputs: (_, id) => ({ arn: id, status: "PENDING_VALIDATION", domainValidationOptions: [] }),
		permission: actions("acm", "Certificate", { create: "RequestCertificate" }),
	},
	"aws:cloudwatch/logGroup:LogGroup": named("name", actions("logs", "LogGroup"), (name) =>
		arn("logs", `log-group:${name}`),
	),
	"aws:cloudwatch/logMetricFilter:LogMetricFilter": {
		id: (inputs) => of(inputs, "name"),
		permission: actions("logs", "MetricFilter", { create: "PutMetricFilter", update: "PutMetricFilter" }),
	},
	"aws:cloudwatch/metricAlarm:MetricAlarm": {
		id: (inputs) => of(inputs, "name"),
		outputs: (_, id) => ({ arn: arn("cloudwatch", `alarm:${id}`) }),
		permission: actions("cloudwatch", "Alarms", { create: "PutMetricAlarm", update: "PutMetricAlarm" }),
	},
	"aws:ec2/securityGroup:SecurityGroup": {
		...numbered("sg-", actions("ec2", "SecurityGroup"), (_, id) => ({
			arn: arn("ec2", `security-group/${id}`),
			ownerId: ACCOUNT,
		})),
		key: (inputs) => `${of(inputs, "vpcId")}/${of(inputs, "name")}`,
	},
	"aws:ecr/lifecyclePolicy:LifecyclePolicy": setting("repository", "ecr", "LifecyclePolicy"),
	"aws:ecr/repository:Repository": {
		...named("name", actions("ecr", "Repository"), (name) => arn("ecr", `repository/${name}`)),
		outputs: (_, id) => ({
			arn: arn("ecr", `repository/${id}`),
			registryId: ACCOUNT,
			repositoryUrl: `${registry()}/${id}`,
		}),
	},
	"aws:ecs/cluster:Cluster": {
		...named("name", actions("ecs", "Cluster"), (name) => arn("ecs", `cluster/${name}`)),
		id: (inputs) => arn("ecs", `cluster/${of(inputs, "name")}`),
		outputs: (_, id) => ({ arn: id }),
	},
	"aws:ecs/service:Service": {
		key: (inputs) => `${of(inputs, "cluster")}/${of(inputs, "name")}`,
		id: (inputs) => arn("ecs", `service/${of(inputs, "cluster").split("/").pop()}/${of(inputs, "name")}`),
		outputs: (_, id) => ({ arn: id }),
		permission: actions("ecs", "Service"),
	},
	"aws:ecs/taskDefinition:TaskDefinition": {
		// A new one of the same family is a new revision. The real provider's id is the family alone, which could not tell
		// the two while one takes the other's place.
		id: (inputs) => `${arn("ecs", `task-definition/${of(inputs, "family")}`)}:${`${Date.now()}`.slice(-7)}`,
		outputs: (_, id) => ({
			arn: id,
			arnWithoutRevision: id.replace(/:\d+$/, ""),
			revision: Number(id.split(":").pop()),
		}),
		permission: actions("ecs", "TaskDefinition", {
			create: "RegisterTaskDefinition",
			delete: "DeregisterTaskDefinition",
		}),
	},
	"aws:efs/accessPoint:AccessPoint": numbered("fsap-", actions("elasticfilesystem", "AccessPoint"), (inputs, id) => ({
		arn: arn("elasticfilesystem", `access-point/${id}`),
		fileSystemArn: arn("elasticfilesystem", `file-system/${of(inputs, "fileSystemId")}`),
		ownerId: ACCOUNT,
	})),
	"aws:efs/backupPolicy:BackupPolicy": setting("fileSystemId", "elasticfilesystem", "BackupPolicy"),
	"aws:efs/fileSystem:FileSystem": {
		...numbered("fs-", actions("elasticfilesystem", "FileSystem"), (_, id) => ({
			arn: arn("elasticfilesystem", `file-system/${id}`),
			dnsName: `${id}.efs.${region}.amazonaws.com`,
			ownerId: ACCOUNT,
			numberOfMountTargets: 0,
		})),
		key: (inputs) => text(inputs, "creationToken"),
		taken: (inputs) =>
			`creating EFS file system: operation error EFS: CreateFileSystem, https response error StatusCode: 409, FileSystemAlreadyExists: File system already exists with creation token '${of(inputs, "creationToken")}'`,
	},
	"aws:efs/fileSystemPolicy:FileSystemPolicy": setting("fileSystemId", "elasticfilesystem", "FileSystemPolicy"),
	"aws:efs/mountTarget:MountTarget": {
		...numbered("fsmt-", actions("elasticfilesystem", "MountTarget"), (inputs) => ({
			dnsName: `${of(inputs, "fileSystemId")}.efs.${region}.amazonaws.com`,
			ownerId: ACCOUNT,
		})),
		key: (inputs) => `${of(inputs, "fileSystemId")}/${of(inputs, "subnetId")}`,
	},
	"aws:iam/accessKey:AccessKey": {
		id: () => `AKIA${hex(16).toUpperCase()}`,
		outputs: () => ({ secret: hex(40), createDate: new Date().toISOString() }),
		permission: actions("iam", "AccessKey"),
	},
	"aws:iam/policy:Policy": {
		key: (inputs) => of(inputs, "name"),
		id: (inputs) => global("iam", `policy/${of(inputs, "name")}`),
		outputs: (_, id) => ({ arn: id, policyId: `ANPA${hex(17).toUpperCase()}`, attachmentCount: 0 }),
		permission: actions("iam", "Policy", { update: "CreatePolicyVersion" }),
	},
	"aws:iam/role:Role": {
		...named("name", actions("iam", "Role"), (name) => global("iam", `role/${name}`)),
		outputs: (_, id) => ({ arn: global("iam", `role/${id}`), uniqueId: `AROA${hex(17).toUpperCase()}` }),
	},
	"aws:iam/rolePolicy:RolePolicy": {
		id: (inputs) => `${of(inputs, "role")}:${of(inputs, "name")}`,
		permission: actions("iam", "RolePolicy", { create: "PutRolePolicy", update: "PutRolePolicy" }),
	},
	"aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
		id: (inputs) => `${of(inputs, "role")}/${of(inputs, "policyArn")}`,
		permission: actions("iam", "", { create: "AttachRolePolicy", delete: "DetachRolePolicy" }),
	},
	"aws:iam/user:User": named("name", actions("iam", "User"), (name) => global("iam", `user/${name}`)),
	"aws:iam/userPolicyAttachment:UserPolicyAttachment": {
		id: (inputs) => `${of(inputs, "user")}/${of(inputs, "policyArn")}`,
		permission: actions("iam", "", { create: "AttachUserPolicy", delete: "DetachUserPolicy" }),
	},
	"aws:kms/alias:Alias": named("name", actions("kms", "Alias"), (name) => arn("kms", name)),
	"aws:kms/key:Key": {
		...numbered("", actions("kms", "Key"), (_, id) => ({ arn: arn("kms", `key/${id}`), keyId: id })),
	},
	"aws:lb/listener:Listener": {
		id: (inputs) => `${of(inputs, "loadBalancerArn").replace(":loadbalancer/", ":listener/")}/${hex(16)}`,
		outputs: (_, id) => ({ arn: id }),
		permission: actions("elasticloadbalancing", "Listener"),
	},
	"aws:lb/loadBalancer:LoadBalancer": {
		key: (inputs) => of(inputs, "name"),
		id: elb("lb", "loadbalancer/app"),
		outputs: (inputs, id) => ({
			arn: id,
			arnSuffix: id.split(":loadbalancer/").pop() ?? "",
			dnsName: `${inputs.internal === true ? "internal-" : ""}${of(inputs, "name")}-${hex(10)}.${region}.elb.amazonaws.com`,
			zoneId: "Z000000000000DOUBLE",
		}),
		permission: actions("elasticloadbalancing", "LoadBalancer"),
		refusesDelete: (inputs) =>
			inputs.enableDeletionProtection === true
				? `deleting ELBv2 Load Balancer: operation error Elastic Load Balancing v2: DeleteLoadBalancer, https response error StatusCode: 400, OperationNotPermitted: Load balancer '${of(inputs, "name")}' cannot be deleted because deletion protection is enabled`
				: undefined,
	},
	"aws:lb/targetGroup:TargetGroup": {
		key: (inputs) => of(inputs, "name"),
		id: elb("tg", "targetgroup"),
		outputs: (_, id) => ({ arn: id, arnSuffix: id.split(":").pop() ?? "", loadBalancerArns: [] }),
		permission: actions("elasticloadbalancing", "TargetGroup", { update: "ModifyTargetGroup" }),
	},
	"aws:route53/record:Record": {
		key: (inputs) => `${of(inputs, "zoneId")}_${of(inputs, "name")}_${of(inputs, "type")}`,
		id: (inputs) => `${of(inputs, "zoneId")}_${of(inputs, "name")}_${of(inputs, "type")}`,
		outputs: (inputs) => ({ fqdn: of(inputs, "name") }),
		permission: () => "route53:ChangeResourceRecordSets",
	},
	"aws:s3/bucket:Bucket": {
		...named("bucket", actions("s3", "Bucket"), (name) => `arn:aws:s3:::${name}`),
		outputs: (_, id) => ({
			arn: `arn:aws:s3:::${id}`,
			bucketDomainName: `${id}.s3.amazonaws.com`,
			bucketRegionalDomainName: `${id}.s3.${region}.amazonaws.com`,
			bucketRegion: region,
		}),
		taken: (inputs) =>
			`creating S3 Bucket (${of(inputs, "bucket")}): operation error S3: CreateBucket, https response error StatusCode: 409, RequestID: ${hex(16).toUpperCase()}, HostID: ${hex(40)}, BucketAlreadyOwnedByYou: `,
	},
	"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketSetting("LifecycleConfiguration"),
	"aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": bucketSetting("BucketObjectLockConfiguration"),
	"aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketSetting("BucketOwnershipControls"),
	"aws:s3/bucketPolicy:BucketPolicy": bucketSetting("BucketPolicy"),
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketSetting("BucketPublicAccessBlock"),
	"aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
		bucketSetting("EncryptionConfiguration"),
	"aws:s3/bucketVersioning:BucketVersioning": bucketSetting("BucketVersioning"),
	"aws:secretsmanager/secret:Secret": {
		key: (inputs) => of(inputs, "name"),
		id: (inputs) => arn("secretsmanager", `secret:${of(inputs, "name")}-${hex(6)}`),
		outputs: (_, id) => ({ arn: id }),
		permission: actions("secretsmanager", "Secret"),
		// Thirty days unless it is said.
		leaves: (inputs) => inputs.recoveryWindowInDays !== 0,
		taken: (inputs) =>
			`creating Secrets Manager Secret (${of(inputs, "name")}): operation error Secrets Manager: CreateSecret, https response error StatusCode: 400, ResourceExistsException: The operation failed because the secret ${of(inputs, "name")} already exists.`,
	},
	"aws:secretsmanager/secretVersion:SecretVersion": {
		id: (inputs) => `${of(inputs, "secretId")}|${hex(32)}`,
		outputs: (inputs, id) => ({ arn: of(inputs, "secretId"), versionId: id.split("|").pop() ?? "" }),
		permission: actions("secretsmanager", "SecretValue", { create: "PutSecretValue", update: "PutSecretValue" }),
	},
	"aws:sns/topic:Topic": {
		...named("name", actions("sns", "Topic"), (name) => arn("sns", name)),
		id: (inputs) => arn("sns", of(inputs, "name")),
		outputs: (_, id) => ({ arn: id, owner: ACCOUNT }),
	},
	"aws:sns/topicPolicy:TopicPolicy": {
		id: (inputs) => of(inputs, "arn"),
		outputs: () => ({ owner: ACCOUNT }),
		permission: () => "sns:SetTopicAttributes",
	},
	"aws:sns/topicSubscription:TopicSubscription": {
		id: (inputs) => `${of(inputs, "topic")}:${hex(8)}`,
		outputs: (_, id) => ({ arn: id, ownerId: ACCOUNT, pendingConfirmation: true }),
		permission: actions("sns", "", { create: "Subscribe", delete: "Unsubscribe" }),
	},
	"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule("Egress"),
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule("Ingress"),
};

function rule(way: "Egress" | "Ingress"): Kind {
	const permission = (step: Step) =>
		step === "delete" ? `ec2:RevokeSecurityGroup${way}` : `ec2:AuthorizeSecurityGroup${way}`;
	return numbered("sgr-", permission, (_, id) => ({
		arn: arn("ec2", `security-group-rule/${id}`),
		securityGroupRuleId: id,
	}));
}

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
			return { id: region, ids: SUBNETS.map(({ id }) => id) };
		case "aws:ec2/getSubnet:getSubnet": {
			const subnet = SUBNETS.find(({ id }) => id === of(args, "id"));
			const { zone = "a", cidr = "172.31.0.0/20" } = subnet ?? {};
			return { id: of(args, "id"), vpcId: VPC, cidrBlock: cidr, availabilityZone: `${region}${zone}` };
		}
		case "aws:index/getRegion:getRegion":
			return { id: region, name: region, region, description: region, endpoint: `ec2.${region}.amazonaws.com` };
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
		region = text(config, "region") ?? "";
	},
	common: () => ({ region }),
	denied(type, _step, permission, inputs) {
		const [service = "", action = ""] = permission.split(":");
		const noun = type.split(":").pop();
		const name = of(inputs, "name") || of(inputs, "bucket");
		return `creating ${service.toUpperCase()} ${noun} (${name}): operation error ${service.toUpperCase()}: ${action}, https response error StatusCode: 403, RequestID: ${hex(16)}, api error AccessDenied: User: ${global("iam", "user/deployer")} is not authorized to perform: ${permission} on resource: ${name} because no identity-based policy allows the ${permission} action`;
	},
	invoke,
};
