import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { restorerStatements, type Statement, writerStatements } from "../../components/aws/policies";
import {
	executionStatements,
	fileSystemStatements,
	filesStatements,
	repositoryArn,
	taskTrustStatements,
} from "../../components/aws/rolePolicies";
import { ACCOUNT, ALL, FargateScene, LEAST, REGION, WRITER } from "./fargateScene";

const scene = new FargateScene();
beforeAll(() => scene.start());
beforeEach(() => scene.made.forget());

const arn = (service: string, name: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${name}`;
const source = (file: string) => readFileSync(join(__dirname, "..", "..", "components", "aws", file), "utf8");

/** The permissions that a component's doc lists, each as `role: actions on resource`. */
const documented = (file: string) =>
	[...source(file).matchAll(/^ \* Permissions: (.+)$/gm)].map(([, line]) => line as string).sort();

/** What statements grant, in the words of the docs. */
const granted = (role: string, statements: Statement[]) =>
	statements.flatMap(({ Effect, Action, Resource }) => {
		expect(Effect).toBe("Allow");
		return Resource.map((resource) => `${role}: ${Action.join(", ")} on ${resource}`);
	});

const everything = {
	repositories: ["REPOSITORY"],
	logGroupArn: "LOG_GROUP",
	secrets: ["SECRET"],
};

/** Every policy document that a program made, by the resource's name. */
function rendered(): Record<string, Statement[]> {
	const types = ["aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy", "aws:efs/fileSystemPolicy:FileSystemPolicy"];
	const policies = types.flatMap((type) => Object.entries(scene.made.of(type)));
	return Object.fromEntries(policies.map(([name, { policy }]) => [name, JSON.parse(policy).Statement]));
}

describe("the permissions on AWS", () => {
	it("FargateApp: what the doc lists is what the roles may do, and nothing else", () => {
		expect(
			[
				...granted("execution role", executionStatements(everything)),
				...granted("task role", filesStatements("FILE_SYSTEM", "ACCESS_POINT")),
			].sort(),
		).toEqual(documented("fargateApp.ts"));
	});

	it("S3BackupBucket: what the doc lists is what the writer and the restorer may do, and nothing else", () => {
		expect(
			[
				...granted("writer", writerStatements("BUCKET", "PREFIX", "KEY")),
				...granted("restorer", restorerStatements("BUCKET", "PREFIX", "KEY")),
			].sort(),
		).toEqual(documented("backupBucket.ts"));
	});

	it("the component makes no other policies than these, each with the resources of its own", async () => {
		await scene.make(ALL);
		const files = arn("efs", "notes-files");
		const owner = arn("efs", "notes-files-owner");
		expect(rendered()).toEqual({
			"notes-execution-policy": executionStatements({
				repositories: [],
				logGroupArn: arn("cloudwatch", "notes-log"),
				secrets: [arn("secretsmanager", "notes-secret-SECRET_KEY"), arn("secretsmanager", "notes-secret-TOKEN")],
			}),
			"notes-files-policy": filesStatements(files, owner),
			"notes-files-access": fileSystemStatements(files, owner, arn("iam", "notes-role")),
		});
		expect(scene.made.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")).toEqual({
			"notes-writer": { role: expect.stringContaining("notes-role"), policyArn: WRITER },
		});
	});

	it("without secrets, files and images on ECR, nothing is granted but the log", async () => {
		await scene.make(LEAST);
		const log = [`${arn("cloudwatch", "notes-log")}:*`];
		expect(rendered()).toEqual({
			"notes-execution-policy": [
				{ Sid: "Log", Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: log },
			],
		});
	});

	it("no wildcard action; a wildcard resource only where AWS has no narrower one, with the reason beside it", () => {
		const all = [
			...executionStatements(everything),
			...filesStatements("FILE_SYSTEM", "ACCESS_POINT"),
			...fileSystemStatements("FILE_SYSTEM", "ACCESS_POINT", "ROLE"),
			...writerStatements("BUCKET", "PREFIX", "KEY"),
			...restorerStatements("BUCKET", "PREFIX", "KEY"),
		];
		expect(all.flatMap(({ Action }) => Action).filter((action) => action.includes("*"))).toEqual([]);
		const wild = all.filter(({ Resource }) => Resource.some((resource) => resource.startsWith("*")));
		expect(wild.map(({ Action, Resource }) => [Action, Resource])).toEqual([[["ecr:GetAuthorizationToken"], ["*"]]]);
		expect(source("rolePolicies.ts")).toMatch(/\/\/ .*no narrower resource.*\n\s*allow\("Login"/);
	});

	it("only tasks of this account in this region may take the roles", async () => {
		await scene.make(LEAST);
		const roles = scene.made.of("aws:iam/role:Role");
		expect(Object.keys(roles).sort()).toEqual(["notes-execution", "notes-role"]);
		const trust = taskTrustStatements(arn("ecs", "notes-cluster"));
		for (const { assumeRolePolicy } of Object.values(roles)) {
			expect(JSON.parse(assumeRolePolicy).Statement).toEqual(trust);
		}
		expect(trust).toEqual([
			{
				Sid: "Tasks",
				Effect: "Allow",
				Principal: { Service: "ecs-tasks.amazonaws.com" },
				Action: ["sts:AssumeRole"],
				Condition: {
					ArnLike: { "aws:SourceArn": `arn:aws:ecs:${REGION}:${ACCOUNT}:*` },
					StringEquals: { "aws:SourceAccount": ACCOUNT },
				},
			},
		]);
	});

	it("the files are mounted by the task's role alone, encrypted, through the access point", () => {
		const [allowed, denied] = fileSystemStatements("FILE_SYSTEM", "ACCESS_POINT", "ROLE");
		const through = { StringEquals: { "elasticfilesystem:AccessPointArn": "ACCESS_POINT" } };
		expect(allowed).toMatchObject({ Principal: { AWS: "ROLE" }, Condition: through });
		expect(filesStatements("FILE_SYSTEM", "ACCESS_POINT")).toMatchObject([{ Condition: through }]);
		expect(denied).toMatchObject({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } });
	});

	it.each([
		[`${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/shop/notes@sha256:ab`, `${arn("ecr", "repository/shop/notes")}`],
		[`${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/notes:1@sha256:ab`, `${arn("ecr", "repository/notes")}`],
		[
			`${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn/notes@sha256:ab`,
			`arn:aws-cn:ecr:cn-north-1:${ACCOUNT}:repository/notes`,
		],
		["public.ecr.aws/me/notes@sha256:ab", undefined],
		["ghcr.io/me/notes@sha256:ab", undefined],
	])("the repository of %s", (reference, repository) => {
		expect(repositoryArn(reference)).toBe(repository);
	});
});
