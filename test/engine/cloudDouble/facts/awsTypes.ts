/**
 * Which of AWS's own schemas (CloudFormation) speaks of a type of `@pulumi/aws`. Names are joined by spelling, without case
 * and plural; what is spelled otherwise stands in `names`: the path of a property, and where the schema has it.
 */
export interface SchemaOf {
	/** @default - none speaks of it: nothing is known beyond the typings */
	schema?: string;
	names?: Record<string, string>;
	/** Properties that only a new resource can have, of which the schema does not speak, but the provider's source does. */
	replacing?: string[];
}

const bucketPart = (names: Record<string, string> = {}): SchemaOf => ({
	schema: "AWS::S3::Bucket",
	names: { bucket: "BucketName", ...names },
});

export const AWS_TYPES: Record<string, SchemaOf> = {
	"acm/certificate:Certificate": { schema: "AWS::CertificateManager::Certificate" },
	"acm/certificateValidation:CertificateValidation": {},
	"cloudwatch/logGroup:LogGroup": { schema: "AWS::Logs::LogGroup", names: { name: "LogGroupName" } },
	"cloudwatch/logMetricFilter:LogMetricFilter": {
		schema: "AWS::Logs::MetricFilter",
		names: { name: "FilterName", pattern: "FilterPattern", metricTransformation: "MetricTransformations" },
	},
	"cloudwatch/metricAlarm:MetricAlarm": { schema: "AWS::CloudWatch::Alarm", names: { name: "AlarmName" } },
	"ec2/securityGroup:SecurityGroup": {
		schema: "AWS::EC2::SecurityGroup",
		names: { name: "GroupName", description: "GroupDescription" },
	},
	"dynamodb/table:Table": { schema: "AWS::DynamoDB::Table", names: { name: "TableName" } },
	"ecr/lifecyclePolicy:LifecyclePolicy": {
		schema: "AWS::ECR::Repository",
		names: { repository: "RepositoryName", policy: "LifecyclePolicy/LifecyclePolicyText" },
	},
	"ecr/repository:Repository": { schema: "AWS::ECR::Repository", names: { name: "RepositoryName" } },
	"ecs/cluster:Cluster": { schema: "AWS::ECS::Cluster", names: { name: "ClusterName" } },
	"ecs/service:Service": {
		schema: "AWS::ECS::Service",
		names: {
			name: "ServiceName",
			deploymentCircuitBreaker: "DeploymentConfiguration/DeploymentCircuitBreaker",
			alarms: "DeploymentConfiguration/Alarms",
			deploymentMaximumPercent: "DeploymentConfiguration/MaximumPercent",
			deploymentMinimumHealthyPercent: "DeploymentConfiguration/MinimumHealthyPercent",
			networkConfiguration: "NetworkConfiguration/AwsvpcConfiguration",
		},
	},
	"ecs/taskDefinition:TaskDefinition": { schema: "AWS::ECS::TaskDefinition" },
	"efs/accessPoint:AccessPoint": { schema: "AWS::EFS::AccessPoint" },
	"efs/backupPolicy:BackupPolicy": {
		schema: "AWS::EFS::FileSystem",
		names: { backupPolicy: "BackupPolicy" },
	},
	// ForceNew in hashicorp/terraform-provider-aws, internal/service/efs/file_system.go, at 0389f4671dd9.
	"efs/fileSystem:FileSystem": { schema: "AWS::EFS::FileSystem", replacing: ["creationToken"] },
	"efs/fileSystemPolicy:FileSystemPolicy": {},
	"efs/mountTarget:MountTarget": { schema: "AWS::EFS::MountTarget" },
	"iam/accessKey:AccessKey": { schema: "AWS::IAM::AccessKey", names: { user: "UserName" } },
	"iam/policy:Policy": {
		schema: "AWS::IAM::ManagedPolicy",
		names: { name: "ManagedPolicyName", policy: "PolicyDocument" },
	},
	"iam/role:Role": {
		schema: "AWS::IAM::Role",
		names: { name: "RoleName", assumeRolePolicy: "AssumeRolePolicyDocument" },
	},
	"iam/rolePolicy:RolePolicy": {
		schema: "AWS::IAM::RolePolicy",
		names: { name: "PolicyName", role: "RoleName", policy: "PolicyDocument" },
	},
	// The schema calls it a property of the role: nothing is known of what replaces it but that it has no update.
	"iam/rolePolicyAttachment:RolePolicyAttachment": {},
	"iam/user:User": { schema: "AWS::IAM::User", names: { name: "UserName" } },
	"iam/userPolicyAttachment:UserPolicyAttachment": {},
	"kms/alias:Alias": { schema: "AWS::KMS::Alias", names: { name: "AliasName" } },
	"kms/key:Key": { schema: "AWS::KMS::Key", names: { policy: "KeyPolicy", customerMasterKeySpec: "KeySpec" } },
	"lb/listener:Listener": {
		schema: "AWS::ElasticLoadBalancingV2::Listener",
		names: { certificateArn: "Certificates/CertificateArn" },
	},
	"lb/loadBalancer:LoadBalancer": {
		schema: "AWS::ElasticLoadBalancingV2::LoadBalancer",
		names: { loadBalancerType: "Type" },
	},
	"lb/targetGroup:TargetGroup": {
		schema: "AWS::ElasticLoadBalancingV2::TargetGroup",
		names: { "healthCheck.protocol": "HealthCheckProtocol" },
	},
	"rds/instance:Instance": {
		schema: "AWS::RDS::DBInstance",
		names: {
			identifier: "DBInstanceIdentifier",
			username: "MasterUsername",
			password: "MasterUserPassword",
			instanceClass: "DBInstanceClass",
		},
	},
	"route53/record:Record": { schema: "AWS::Route53::RecordSet" },
	"s3/bucket:Bucket": { schema: "AWS::S3::Bucket", names: { bucket: "BucketName", bucketPrefix: "BucketNamePrefix" } },
	"s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketPart({ rules: "LifecycleConfiguration/Rules" }),
	"s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": bucketPart({
		rule: "ObjectLockConfiguration/Rule",
	}),
	"s3/bucketOwnershipControls:BucketOwnershipControls": bucketPart({ rule: "OwnershipControls/Rules" }),
	"s3/bucketPolicy:BucketPolicy": { schema: "AWS::S3::BucketPolicy" },
	"s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketPart(),
	"s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": bucketPart({
		rules: "BucketEncryption/ServerSideEncryptionConfiguration",
		"rules.applyServerSideEncryptionByDefault":
			"BucketEncryption/ServerSideEncryptionConfiguration/ServerSideEncryptionByDefault",
	}),
	"s3/bucketVersioning:BucketVersioning": bucketPart(),
	"secretsmanager/secret:Secret": { schema: "AWS::SecretsManager::Secret" },
	"secretsmanager/secretVersion:SecretVersion": {
		schema: "AWS::SecretsManager::Secret",
		names: { secretId: "Id" },
	},
	"sns/topic:Topic": { schema: "AWS::SNS::Topic", names: { name: "TopicName" } },
	"sns/topicPolicy:TopicPolicy": {},
	"sns/topicSubscription:TopicSubscription": { schema: "AWS::SNS::Subscription", names: { topic: "TopicArn" } },
	"vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
		schema: "AWS::EC2::SecurityGroupEgress",
		names: { securityGroupId: "GroupId", cidrIpv4: "CidrIp", cidrIpv6: "CidrIpv6" },
	},
	"vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
		schema: "AWS::EC2::SecurityGroupIngress",
		names: { securityGroupId: "GroupId", cidrIpv4: "CidrIp", cidrIpv6: "CidrIpv6" },
	},
};
