import type { Cloud, Kind, Step } from "./cloud";
import { type Properties, text, type Value } from "./values";

// TEST PART: what the double of Google Cloud answers. Nothing here talks to a cloud.
// Messages of errors are those that users report of the real provider (google 6 and 7); ids are in its formats.

let project = "";
let region = "";
const NUMBER = "123456789012";

const location = (inputs: Properties) => text(inputs, "location") ?? text(inputs, "region") ?? region;
const of = (inputs: Properties, name: string) => text(inputs, name) ?? "";
const its = (inputs: Properties) => text(inputs, "project") ?? project;

/** A thing below its project and place, with the id that names it. */
function placed(permissions: string, collection: string, idProperty: string, more: Partial<Kind> = {}): Kind {
	const id = (inputs: Properties) =>
		`projects/${its(inputs)}/locations/${location(inputs)}/${collection}/${of(inputs, idProperty)}`;
	return { key: id, id, outputs: (_, it) => ({ name: it }), ...more, permission: plain(permissions) };
}

/** One whose id is in its project, in no place. */
function inProject(permissions: string, collection: string, idProperty: string, more: Partial<Kind> = {}): Kind {
	const id = (inputs: Properties) => `projects/${its(inputs)}/${collection}/${of(inputs, idProperty)}`;
	return { key: id, id, outputs: (_, it) => ({ name: it }), ...more, permission: plain(permissions) };
}

/** Somebody's right on something: adding it again is no fault. */
function member(permissions: string, on: string): Kind {
	return {
		id: (inputs) =>
			[of(inputs, on), of(inputs, "role"), of(inputs, "member"), conditionOf(inputs)].filter(Boolean).join("/"),
		outputs: () => ({ etag: "BwYdouble0=" }),
		permission: (step) => `${permissions}.${step === "read" ? "getIamPolicy" : "setIamPolicy"}`,
	};
}

function conditionOf(inputs: Properties): string {
	const { condition } = inputs;
	return typeof condition === "object" && condition !== null && !Array.isArray(condition) ? `${condition.title}` : "";
}

/** One with a number of its own, as monitoring gives them. */
function numbered(permissions: string, collection: string): Kind {
	return {
		id: (inputs) => `projects/${its(inputs)}/${collection}/${number()}`,
		outputs: (_, id) => ({ name: id }),
		permission: plain(permissions),
	};
}

function plain(permissions: string): Kind["permission"] {
	return (step) => `${permissions}.${step === "read" ? "get" : step}`;
}

function number(): string {
	return `${Date.now()}${Math.floor(Math.random() * 1e6)}`;
}

/** The registry that stands for `pkg.dev`: a real one of the tests where the environment names it. */
function registry(inputs: Properties): string {
	const host = process.env.HOLDFAST_DOUBLE_REGISTRY ?? `${location(inputs)}-docker.pkg.dev`;
	return `${host}/${its(inputs)}/${of(inputs, "repositoryId")}`;
}

const KEEP = "deletionProtection";

const kinds: Record<string, Kind> = {
	"gcp:artifactregistry/repository:Repository": placed(
		"artifactregistry.repositories",
		"repositories",
		"repositoryId",
		{ outputs: (inputs) => ({ name: of(inputs, "repositoryId"), registryUri: registry(inputs), createTime: now() }) },
	),
	"gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": member("artifactregistry.repositories", "repository"),
	"gcp:cloudrun/domainMapping:DomainMapping": {
		key: (inputs) => of(inputs, "name"),
		id: (inputs) => `locations/${location(inputs)}/namespaces/${its(inputs)}/domainmappings/${of(inputs, "name")}`,
		outputs: (inputs) => ({
			statuses: [{ resourceRecords: [{ name: of(inputs, "name"), rrdata: "ghs.googlehosted.com.", type: "CNAME" }] }],
		}),
		permission: plain("run.domainmappings"),
	},
	"gcp:cloudrunv2/service:Service": placed("run.services", "services", "name", {
		outputs: (inputs) => {
			const uri = `https://${of(inputs, "name")}-${NUMBER}.${location(inputs)}.run.app`;
			const revision = `${of(inputs, "name")}-00001-abc`;
			return { uri, urls: [uri], latestReadyRevision: revision, latestCreatedRevision: revision, createTime: now() };
		},
		// On unless it is said, as in the real provider.
		refusesDelete: (inputs) =>
			inputs[KEEP] === false
				? undefined
				: "cannot destroy service without setting deletion_protection=false and running `terraform apply`",
	}),
	"gcp:cloudrunv2/job:Job": placed("run.jobs", "jobs", "name", {
		isNamed: true,
		// With a token, the provider waits until that execution has succeeded; its job is there all the same.
		fails: (inputs) => {
			const { runExecutionToken: token } = inputs;
			const isFailing = process.env.HOLDFAST_DOUBLE_FAILING?.split(",").some((kind) =>
				of(inputs, "name").includes(`-${kind}-`),
			);
			return isFailing && token !== undefined
				? `Error waiting to create Job: Error code 13, message: The execution ${of(inputs, "name")}-${token} has failed: Task ${of(inputs, "name")}-${token}-task0 failed with exit code: 3.`
				: undefined;
		},
	}),
	"gcp:cloudrunv2/serviceIamMember:ServiceIamMember": member("run.services", "name"),
	"gcp:logging/metric:Metric": {
		key: (inputs) => of(inputs, "name"),
		id: (inputs) => of(inputs, "name"),
		permission: plain("logging.logMetrics"),
	},
	"gcp:monitoring/alertPolicy:AlertPolicy": numbered("monitoring.alertPolicies", "alertPolicies"),
	"gcp:monitoring/notificationChannel:NotificationChannel": numbered(
		"monitoring.notificationChannels",
		"notificationChannels",
	),
	"gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig": numbered("monitoring.uptimeCheckConfigs", "uptimeCheckConfigs"),
	// The real provider brings a deleted role of that name back, so that its name is free again.
	"gcp:projects/iAMCustomRole:IAMCustomRole": inProject("iam.roles", "roles", "roleId"),
	"gcp:projects/iAMMember:IAMMember": member("resourcemanager.projects", "project"),
	"gcp:projects/service:Service": {
		id: (inputs) => `${its(inputs)}/${of(inputs, "service")}`,
		permission: (step) =>
			`serviceusage.services.${{ create: "enable", read: "get", update: "enable", delete: "disable" }[step]}`,
	},
	"gcp:secretmanager/secret:Secret": inProject("secretmanager.secrets", "secrets", "secretId", {
		taken: (inputs) =>
			`Error creating Secret: googleapi: Error 409: Secret [projects/${NUMBER}/secrets/${of(inputs, "secretId")}] already exists.`,
	}),
	"gcp:secretmanager/secretIamMember:SecretIamMember": member("secretmanager.secrets", "secretId"),
	"gcp:secretmanager/secretVersion:SecretVersion": {
		id: (inputs) => `${of(inputs, "secret")}/versions/${number()}`,
		outputs: (_, id) => ({ name: id, version: "1", createTime: now() }),
		permission: (step) =>
			step === "create"
				? "secretmanager.versions.add"
				: `secretmanager.versions.${step === "read" ? "get" : "destroy"}`,
	},
	"gcp:serviceaccount/account:Account": {
		key: (inputs) => email(inputs),
		id: (inputs) => `projects/${its(inputs)}/serviceAccounts/${email(inputs)}`,
		outputs: (inputs, id) => ({
			name: id,
			email: email(inputs),
			member: `serviceAccount:${email(inputs)}`,
			uniqueId: number(),
		}),
		taken: (inputs) =>
			`Error creating service account: googleapi: Error 409: Service account ${of(inputs, "accountId")} already exists within project projects/${its(inputs)}., alreadyExists`,
		permission: plain("iam.serviceAccounts"),
	},
	"gcp:serviceaccount/iAMMember:IAMMember": member("iam.serviceAccounts", "serviceAccountId"),
	"gcp:sql/database:Database": {
		key: (inputs) => `${of(inputs, "instance")}/${of(inputs, "name")}`,
		id: (inputs) => `projects/${its(inputs)}/instances/${of(inputs, "instance")}/databases/${of(inputs, "name")}`,
		permission: plain("cloudsql.databases"),
	},
	"gcp:sql/databaseInstance:DatabaseInstance": {
		key: (inputs) => of(inputs, "name"),
		id: (inputs) => of(inputs, "name"),
		outputs: (inputs, id) => ({
			connectionName: `${its(inputs)}:${location(inputs)}:${id}`,
			firstIpAddress: "192.0.2.1",
		}),
		taken: (inputs) =>
			`Error, failed to create instance ${of(inputs, "name")}: googleapi: Error 409: The Cloud SQL instance already exists., instanceAlreadyExists`,
		// On unless it is said, as in the real provider.
		refusesDelete: (inputs) =>
			inputs[KEEP] === false
				? undefined
				: "cannot destroy instance without setting deletion_protection=false and running `pulumi up`",
		// Google keeps it for a week.
		leaves: () => true,
		permission: plain("cloudsql.instances"),
	},
	"gcp:sql/user:User": {
		key: (inputs) => `${of(inputs, "instance")}/${of(inputs, "name")}`,
		id: (inputs) => `${of(inputs, "name")}//${of(inputs, "instance")}`,
		permission: plain("cloudsql.users"),
	},
	"gcp:storage/bucket:Bucket": {
		key: (inputs) => of(inputs, "name"),
		id: (inputs) => of(inputs, "name"),
		outputs: (inputs, id) => ({
			url: `gs://${id}`,
			selfLink: `https://www.googleapis.com/storage/v1/b/${id}`,
			projectNumber: Number(NUMBER),
			location: of(inputs, "location").toUpperCase(),
			timeCreated: now(),
			updated: now(),
		}),
		taken: () =>
			"googleapi: Error 409: Your previous request to create the named bucket succeeded and you already own it., conflict",
		permission: plain("storage.buckets"),
	},
	"gcp:storage/bucketIAMMember:BucketIAMMember": member("storage.buckets", "bucket"),
};

function email(inputs: Properties): string {
	return `${of(inputs, "accountId")}@${its(inputs)}.iam.gserviceaccount.com`;
}

function now(): string {
	return new Date().toISOString();
}

export const gcp: Cloud = {
	kinds,
	configurationProblem: () => undefined,
	configure(config) {
		project = text(config, "project") ?? "";
		region = text(config, "region") ?? "";
	},
	common: () => ({ project }),
	denied(type: string, step: Step, permission: string) {
		const who = `deployer@${project}.iam.gserviceaccount.com`;
		if (type.startsWith("gcp:storage/") && step === "create" && permission === "storage.buckets.create") {
			return `googleapi: Error 403: ${who} does not have storage.buckets.create access to the Google Cloud project. Permission 'storage.buckets.create' denied on resource (or it may not exist)., forbidden`;
		}
		return `Error ${step.replace(/e$/, "")}ing ${type.split(":").pop()}: googleapi: Error 403: Permission '${permission}' denied on resource (or it may not exist)., forbidden`;
	},
	invoke(token, args): Value | undefined {
		if (token === "gcp:organizations/getProject:getProject") {
			return { id: `projects/${project}`, projectId: project, number: NUMBER, name: project, labels: {} };
		}
		if (token === "gcp:organizations/getClientConfig:getClientConfig") {
			return { id: project, project, region, zone: "", accessToken: "the-token-of-the-double", defaultLabels: {} };
		}
		if (token === "gcp:storage/getBucketObjectContent:getBucketObjectContent") {
			return { ...args, content: process.env.HOLDFAST_DOUBLE_OBJECT ?? "{}" };
		}
		return undefined;
	},
};
