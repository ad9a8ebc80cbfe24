import { describe, expect, it } from "vitest";
import { SECRET, UNKNOWN } from "../../components/guard/plan";
import { noPublicBucket } from "../../components/guard/rules/publicBucket";
import { noWildcardIam } from "../../components/guard/rules/wildcardIam";
import { allows, said } from "./guardRules";

const GCS = "gcp:storage/bucket:Bucket";
const S3 = "aws:s3/bucket:Bucket";
const S3_POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const POLICY = "aws:iam/policy:Policy";
const ROLE = "aws:iam/role:Role";

describe("no-public-bucket", () => {
	it.each([
		["gcp:storage/bucketIAMMember:BucketIAMMember", { member: "allUsers" }, "allUsers"],
		[
			"gcp:storage/bucketIAMBinding:BucketIAMBinding",
			{ members: ["user:me@x.com", "allAuthenticatedUsers"] },
			"allAuth",
		],
		["gcp:storage/bucketAccessControl:BucketAccessControl", { entity: "allUsers" }, "allUsers"],
		["gcp:storage/bucketACL:BucketACL", { roleEntities: ["READER:allUsers"] }, "READER:allUsers"],
		["gcp:storage/bucketACL:BucketACL", { predefinedAcl: "publicRead" }, 'predefinedAcl is "publicRead"'],
		[
			"gcp:storage/bucketIAMPolicy:BucketIAMPolicy",
			{ policyData: '{"bindings":[{"role":"r","members":["allUsers"]}]}' },
			"allUsers",
		],
		[GCS, {}, "publicAccessPrevention is not set"],
		[GCS, { publicAccessPrevention: "inherited" }, 'publicAccessPrevention is "inherited"'],
		["aws:s3/bucketAcl:BucketAcl", { acl: "public-read-write" }, 'acl is "public-read-write"'],
		[S3, { acl: "authenticated-read" }, 'acl is "authenticated-read"'],
		[S3, { grants: [{ uri: "http://acs.amazonaws.com/groups/global/AllUsers" }] }, "A grant is for AllUsers"],
		[
			"aws:s3/bucketAcl:BucketAcl",
			{
				accessControlPolicy: {
					grants: [{ grantee: { uri: "http://acs.amazonaws.com/groups/global/AuthenticatedUsers" } }],
				},
			},
			"A grant is for AuthenticatedUsers",
		],
		[
			S3_POLICY,
			{ policy: allows({ Principal: "*", Action: "s3:GetObject" }) },
			"policy lets anybody in by statement S",
		],
		[S3_POLICY, { policy: allows({ Principal: { AWS: ["arn:x", "*"] } }) }, "lets anybody in"],
		[S3_POLICY, { policy: allows({ NotPrincipal: { AWS: "arn:x" } }) }, "lets anybody in"],
		[
			S3_POLICY,
			{ policy: allows({ Principal: "*", Condition: { Bool: { "aws:SecureTransport": "true" } } }) },
			"lets anybody in",
		],
		[
			S3_POLICY,
			{ policy: allows({ Principal: "*", Condition: { StringNotEquals: { "aws:SourceVpc": "vpc-1" } } }) },
			"lets anybody in",
		],
		[
			S3_POLICY,
			{ policy: allows({ Principal: "*", Condition: { StringLike: { "aws:Referer": "https://example.com/*" } } }) },
			"lets anybody in",
		],
		[
			S3_POLICY,
			{ policy: allows({ Principal: "*", Condition: { StringEqualsIfExists: { "aws:SourceVpc": "vpc-1" } } }) },
			"lets anybody in",
		],
		[
			S3_POLICY,
			{ policy: allows({ Principal: "*", Condition: { "ForAllValues:StringEquals": { "aws:SourceVpc": "vpc-1" } } }) },
			"lets anybody in",
		],
		[
			S3_POLICY,
			{ policy: allows({ Principal: "*", Condition: { IpAddress: { "aws:SourceIp": ["0.0.0.0/0"] } } }) },
			"lets anybody in",
		],
		[
			S3_POLICY,
			{ policy: allows({ Principal: "*", Condition: { StringLike: { "aws:PrincipalArn": "*" } } }) },
			"lets anybody in",
		],
		[
			"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
			{ blockPublicAcls: true, blockPublicPolicy: false, ignorePublicAcls: UNKNOWN },
			"blockPublicPolicy is false, restrictPublicBuckets is not set",
		],
	])("%s with %o", (type, properties, reason) => {
		expect(said(noPublicBucket, type, properties)).toContain(reason);
	});

	it.each([
		["gcp:storage/bucketIAMMember:BucketIAMMember", { member: "user:allUsers@example.com" }],
		["gcp:storage/bucketIAMMember:BucketIAMMember", { member: UNKNOWN }],
		[GCS, { publicAccessPrevention: "enforced" }],
		[GCS, { publicAccessPrevention: UNKNOWN }],
		// A website and an invoker are not a bucket.
		["gcp:cloudrunv2/serviceIamMember:ServiceIamMember", { member: "allUsers" }],
		["aws:s3/bucketAcl:BucketAcl", { acl: "private" }],
		[S3, { acl: "log-delivery-write", grants: [{ id: "1" }] }],
		[S3, {}],
		[S3_POLICY, { policy: allows({ Principal: { AWS: "arn:aws:iam::1:role/reader" } }) }],
		[S3_POLICY, { policy: allows({ Principal: "*", Effect: "Deny", Action: "s3:*" }) }],
		[S3_POLICY, { policy: allows({ Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }) }],
		[S3_POLICY, { policy: allows({ Principal: "*", Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }) }],
		[S3_POLICY, { policy: UNKNOWN }],
		[S3_POLICY, { policy: SECRET }],
		[S3_POLICY, { policy: "{ not JSON" }],
		[
			"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
			{ blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
		],
	])("nothing of %s with %o", (type, properties) => {
		expect(said(noPublicBucket, type, properties)).toBe("");
	});
});

describe("no-wildcard-iam", () => {
	it.each([
		[POLICY, { policy: allows({ Action: "*", Resource: "*" }) }, "policy allows * on * in statement S"],
		[POLICY, { policy: allows({ Action: ["s3:GetObject", "s3:*"], Resource: ["*"] }) }, "s3:* on *"],
		[POLICY, { policy: allows({ NotAction: "iam:*", Resource: "*" }) }, "all but some on *"],
		[POLICY, { policy: allows({ Action: "s3:*", NotResource: "arn:aws:s3:::a" }) }, "s3:* on all resources but some"],
		[POLICY, { policy: allows({ Action: "s3:*", Resource: "arn:aws:s3:::*" }) }, "s3:* on arn:aws:s3:::*"],
		[POLICY, { policy: { Statement: { Effect: "Allow", Action: "*", Resource: "*" } } }, "policy allows * on *"],
		["aws:iam/rolePolicy:RolePolicy", { policy: allows({ Action: "dynamodb:*", Resource: "*" }) }, "dynamodb:* on *"],
		[ROLE, { inlinePolicies: [{ policy: allows({ Action: "*", Resource: "*" }) }] }, "policy allows * on *"],
		[ROLE, { managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] }, "AdministratorAccess"],
		[ROLE, { assumeRolePolicy: allows({ Principal: "*", Action: "sts:AssumeRole" }) }, "lets anybody take the role"],
		[
			"aws:iam/userPolicyAttachment:UserPolicyAttachment",
			{ policyArn: "arn:aws:iam::aws:policy/PowerUserAccess" },
			"PowerUserAccess",
		],
		["gcp:projects/iAMMember:IAMMember", { role: "roles/owner" }, "role is roles/owner"],
		["gcp:folder/iAMBinding:IAMBinding", { role: "roles/editor" }, "role is roles/editor"],
		["gcp:projects/iAMMember:IAMMember", { role: "roles/storage.admin" }, "role is roles/storage.admin"],
		[
			"gcp:projects/iAMPolicy:IAMPolicy",
			{ policyData: '{"bindings":[{"role":"roles/owner","members":["user:me@x.com"]}]}' },
			"role is roles/owner",
		],
		["gcp:projects/iAMCustomRole:IAMCustomRole", { permissions: ["storage.objects.get", "storage.*"] }, "storage.*"],
	])("%s with %o", (type, properties, reason) => {
		expect(said(noWildcardIam, type, properties)).toContain(reason);
	});

	it.each([
		[POLICY, { policy: allows({ Action: "s3:*", Resource: "arn:aws:s3:::notes/*" }) }],
		[POLICY, { policy: allows({ Action: "ecr:GetAuthorizationToken", Resource: "*" }) }],
		[POLICY, { policy: allows({ Action: "s3:Get*", Resource: "*" }) }],
		[POLICY, { policy: allows({ Action: "*", Resource: "*", Effect: "Deny" }) }],
		[POLICY, { policy: allows({ Action: "*", Resource: UNKNOWN }) }],
		[POLICY, { policy: UNKNOWN }],
		[POLICY, { policy: SECRET }],
		[ROLE, { assumeRolePolicy: allows({ Principal: { Service: "ecs-tasks.amazonaws.com" } }) }],
		[ROLE, { managedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"] }],
		// The owner of a key is the account: AWS's own default.
		["aws:kms/key:Key", { policy: allows({ Action: "kms:*", Resource: "*" }) }],
		["gcp:projects/iAMMember:IAMMember", { role: "roles/logging.logWriter" }],
		["gcp:projects/iAMMember:IAMMember", { role: UNKNOWN }],
		["gcp:storage/bucketIAMMember:BucketIAMMember", { role: "roles/storage.admin", member: "user:me@x.com" }],
		["gcp:projects/iAMCustomRole:IAMCustomRole", { permissions: ["storage.objects.get"] }],
	])("nothing of %s with %o", (type, properties) => {
		expect(said(noWildcardIam, type, properties)).toBe("");
	});
});
