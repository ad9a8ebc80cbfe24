import { actions, named, numbered, setting } from "./awsKind";
import { ACCOUNT, arn, global, hex, of, region } from "./awsNames";
import type { Kind, Step } from "./cloud";
import { type Properties, text } from "./values";

// TEST PART: the resources that the double of AWS knows.
// Messages of errors are those that users report of the real provider (aws 5 to 7).

const bucketSetting = (action: string) => setting("bucket", "s3", action);

/** The registry that stands for ECR: a real one of the tests where the environment names it. */
const registry = () => process.env.HOLDFAST_DOUBLE_REGISTRY ?? `${ACCOUNT}.dkr.ecr.${region()}.amazonaws.com`;

const elb = (noun: string, path: string) => (inputs: Properties) =>
	arn("elasticloadbalancing", `${path}/${of(inputs, "name") || noun}/${hex(16)}`);

export const kinds: Record<string, Kind> = {
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
	"aws:dynamodb/table:Table": named("name", actions("dynamodb", "Table"), (name) => arn("dynamodb", `table/${name}`)),
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
			dnsName: `${id}.efs.${region()}.amazonaws.com`,
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
			dnsName: `${of(inputs, "fileSystemId")}.efs.${region()}.amazonaws.com`,
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
			dnsName: `${inputs.internal === true ? "internal-" : ""}${of(inputs, "name")}-${hex(10)}.${region()}.elb.amazonaws.com`,
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
	"aws:rds/instance:Instance": {
		...named("identifier", actions("rds", "DBInstance"), (name) => arn("rds", `db:${name}`)),
		refusesDelete: (inputs) =>
			inputs.deletionProtection === true
				? "deleting RDS DB Instance: operation error RDS: DeleteDBInstance, https response error StatusCode: 400, InvalidParameterCombination: Cannot delete protected DB Instance, please disable deletion protection and try again."
				: undefined,
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
			bucketRegionalDomainName: `${id}.s3.${region()}.amazonaws.com`,
			bucketRegion: region(),
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
