import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { hostProblems } from "../../components/docker/host/index";
import { checkedDockerSettings } from "../../stacks/dockerSettings";
import { shapeProblems } from "../../stacks/shape";
import { Made, resolved } from "./mocks";

// The host has its own tests, in test/engine.
vi.mock("../../components/docker/host/index", () => ({ hostProblems: vi.fn() }));

const app = { image: "notes:1", port: 8000, data: { mountPath: "/app/data", databaseFile: "notes.db" } };

beforeAll(() => new Made().start(undefined, "holdfast"));
beforeEach(() => {
	vi.mocked(hostProblems).mockResolvedValue({ problems: [], identity: { user: 1000, group: 1000 } });
});
afterEach(() => {
	pulumi.runtime.setAllConfig({});
	vi.unstubAllEnvs();
});

/** The configuration as the engine passes it: texts, lists and groups as JSON, and which keys are secret. */
function configure(settings: Record<string, unknown>, secrets: Record<string, string> = {}): void {
	const all = Object.entries({ name: "notes", app, ...settings, ...secrets }).map(([key, value]) => [
		`holdfast:${key}`,
		typeof value === "object" ? JSON.stringify(value) : `${value}`,
	]);
	const keys = Object.keys(secrets).map((name) => `holdfast:${name}`);
	vi.stubEnv("PULUMI_CONFIG_SECRET_KEYS", JSON.stringify(keys));
	pulumi.runtime.setAllConfig(Object.fromEntries(all), keys);
}
async function wrong(settings: Record<string, unknown>, secrets?: Record<string, string>) {
	configure(settings, secrets);
	try {
		await checkedDockerSettings();
	} catch (error) {
		if (!pulumi.InputPropertiesError.isInstance(error)) throw error;
		return Object.fromEntries((error.errors ?? []).map(({ propertyPath, reason }) => [propertyPath, reason]));
	}
	return {};
}
const backupOf = async (settings: Record<string, unknown>, secrets?: Record<string, string>) => {
	configure(settings, secrets);
	return (await checkedDockerSettings()).args.backup;
};

describe("holdfast:statusPage", () => {
	const pageOf = async (settings: Record<string, unknown>, secrets?: Record<string, string>) => {
		configure(settings, secrets);
		return (await checkedDockerSettings()).args.statusPage;
	};

	it("defaults: left out, it is the component's own; custom: false, or a port and an address", async () => {
		expect(await pageOf({})).toBeUndefined();
		expect(await pageOf({ statusPage: false })).toBe(false);
		expect(await pageOf({ statusPage: { port: 9000, address: "127.0.0.1" } })).toEqual({
			port: 9000,
			address: "127.0.0.1",
		});
	});

	it("custom: the token is looked up by its name and stays secret", async () => {
		const statusPage = { address: "0.0.0.0", token: "STATUS" };
		const page = (await pageOf({ statusPage }, { STATUS: "0123456789abcdef" })) as { token: pulumi.Output<string> };
		expect([await resolved(page.token), await pulumi.isSecret(page.token)]).toEqual(["0123456789abcdef", true]);
		expect(await wrong({ statusPage })).toEqual({
			"statusPage.token.STATUS": "must have a secret value (got none): npm run pulumi -- config set --secret STATUS",
		});
		expect(await wrong({ statusPage: { address: "0.0.0.0" } })).toEqual({
			"statusPage.token": expect.stringContaining("must be given where others reach the page"),
		});
	});
});

describe("holdfast:backup", () => {
	it("defaults: left out, it is the component's own", async () => {
		expect(await backupOf({})).toBeUndefined();
	});

	it("custom: false, a directory, a volume", async () => {
		expect(await backupOf({ backup: false })).toBe(false);
		expect(await backupOf({ backup: { directory: "/mnt/disk", retentionDays: 7 } })).toMatchObject({
			directory: "/mnt/disk",
			retentionDays: 7,
		});
		expect(await backupOf({ backup: { volume: "disk" } })).toMatchObject({ volume: "disk" });
	});

	it("custom: a bucket, whose secrets are looked up by name and stay secret", async () => {
		const url = "s3://bucket/notes";
		const names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
		const backup = (await backupOf(
			{ backup: { url, environment: { AWS_REGION: "eu-central-1" }, secrets: names } },
			{ AWS_ACCESS_KEY_ID: "the-id", AWS_SECRET_ACCESS_KEY: "the-key" },
		)) as { url: string; environment: object; secrets: Record<string, pulumi.Output<string>> };
		expect(backup).toMatchObject({ url, environment: { AWS_REGION: "eu-central-1" } });
		expect(Object.keys(backup.secrets)).toEqual(names);
		for (const [name, value] of [
			["AWS_ACCESS_KEY_ID", "the-id"],
			["AWS_SECRET_ACCESS_KEY", "the-key"],
		] as const) {
			const secret = pulumi.output(backup.secrets[name]);
			expect([await resolved(secret), await pulumi.isSecret(secret)]).toEqual([value, true]);
		}
	});

	it("throws: what has the wrong shape, with the nearest name", async () => {
		expect(await wrong({ backup: { directry: "/a" } })).toEqual({
			"backup.directry": 'is not a setting (got "directry"): did you mean directory?',
		});
		expect(await wrong({ backup: "no" })).toEqual({ backup: 'must be of another kind (got "no")' });
		expect(await wrong({ backup: true })).toEqual({ backup: 'must be of another kind (got "true")' });
		expect(await wrong({ backup: { url: 3, secrets: "KEY", retentionDays: "long" } })).toEqual({
			"backup.url": "must be a text (got 3)",
			"backup.secrets": 'must be a list (got "KEY")',
			"backup.retentionDays": 'must be a number (got "long")',
		});
		expect(shapeProblems({ name: "a", app, backup: { retentionDays: 3 } })).toEqual([]);
	});

	it("throws: what the component does not take, under the name it has here", async () => {
		expect(await wrong({ backup: { volume: "v1", directory: "/a", retentionDays: 0 } })).toEqual({
			"backup.retentionDays": expect.stringContaining("(got 0)"),
			backup: expect.stringContaining("must name a volume or a directory"),
		});
		expect(await wrong({ backup: { url: "s3://b/p", directory: "/a" } })).toEqual({
			backup: expect.stringContaining("one place"),
		});
		expect(await wrong({ backup: false, app: { ...app, initialData: "/a.db" } })).toEqual({
			"app.initialData": expect.stringContaining("needs a backup"),
		});
	});

	it("throws: a secret without a value, one in the open, one of no use, and one that nobody asked for", async () => {
		const backup = { url: "s3://b/p", secrets: ["AWS_ACCESS_KEY_ID"] };
		const reason = expect.stringContaining("config set --secret AWS_ACCESS_KEY_ID");
		expect(await wrong({ backup })).toEqual({ "backup.secrets.AWS_ACCESS_KEY_ID": reason });
		expect(await wrong({ backup, AWS_ACCESS_KEY_ID: "in the open" })).toMatchObject({
			"backup.secrets.AWS_ACCESS_KEY_ID": reason,
		});
		expect(await wrong({ backup: { url: "s3://b/p", secrets: ["TOKEN"] } }, { TOKEN: "x" })).toEqual({
			"backup.secrets.TOKEN": expect.stringContaining("a credential that the keeper knows"),
		});
		expect(await wrong({}, { AWS_ACCESS_KEY_ID: "x" })).toEqual({
			AWS_ACCESS_KEY_ID: expect.stringContaining("is a secret that the app does not get"),
		});
		configure({}, { backup: '{"volume":"v1"}' });
		await expect(checkedDockerSettings()).rejects.toThrow("backup: must not hold a secret");
	});
});

describe("holdfast:keeper", () => {
	it("is passed on, and checked", async () => {
		configure({ keeper: { drillHours: 0, staleSeconds: 90 } });
		expect((await checkedDockerSettings()).args.keeper).toEqual({ drillHours: 0, staleSeconds: 90 });
		expect(await wrong({ keeper: { staleSecond: 9, leaseSeconds: 1 } })).toEqual({
			"keeper.staleSecond": expect.stringContaining("did you mean staleSeconds?"),
			"keeper.leaseSeconds": expect.stringContaining("from 5 to 3600 (got 1)"),
		});
	});
});

describe("holdfast:app deploy", () => {
	const deployOf = async (deploy?: object) => {
		configure({ app: { ...app, ...(deploy && { deploy }) } });
		return (await checkedDockerSettings()).args.deploy;
	};

	it("is passed on as it is written, and left out where it is not", async () => {
		expect(await deployOf()).toBeUndefined();
		for (const deploy of [{ rehearsal: false }, { rehearsal: { network: true }, mayLose: ["sessions"] }]) {
			expect(await deployOf(deploy)).toEqual(deploy);
		}
	});

	it("throws: what means nothing, under the name it has here", async () => {
		expect(await wrong({ app: { ...app, deploy: { mayLose: [""] } } })).toEqual({
			"app.deploy.mayLose": expect.stringContaining(
				'must be a list of tables\' names, such as ["sessions"] (got [""])',
			),
		});
		expect(await wrong({ backup: false, app: { ...app, deploy: { rehearsal: false } } })).toEqual({
			"app.deploy": expect.stringContaining("needs a backup, whose keeper rehearses a deploy and leads it back"),
		});
	});
});

describe("holdfast:app door, acknowledge, and holdfast:domain", () => {
	it("are passed on as they are written, and left out where they are not", async () => {
		const read = async (settings: object, more: object = {}) => {
			configure({ app: { ...app, ...more }, ...settings });
			const { acknowledge, door, domain } = (await checkedDockerSettings()).args;
			return { acknowledge, door, domain };
		};
		expect(await read({})).toEqual({});
		const domain = { name: "notes.example.com", certificates: "internal", addresses: ["::1"], httpsPort: 8443 };
		const given = { acknowledge: "replicated", door: { mostHeld: 5, onStoreOutage: "accept" } };
		expect(await read({ domain }, given)).toEqual({ domain, ...given });
		expect(await read({ domain: domain.name }, { door: false })).toEqual({ domain: domain.name, door: false });
	});

	it("throws: what means nothing, under the names they have here", async () => {
		const wrongDoor = { door: { onStoreOutage: "wait", mostHold: 1, mostHeldMiB: "64" }, acknowledge: "never" };
		expect(await wrong({ app: { ...app, ...wrongDoor }, domain: { name: "notes.example.com", mail: "x" } })).toEqual({
			"app.acknowledge": 'must be one of local, replicated (got "never")',
			"app.door.onStoreOutage": 'must be one of refuse, accept (got "wait")',
			"app.door.mostHold": expect.stringContaining("did you mean mostHeld?"),
			"app.door.mostHeldMiB": 'must be a number (got "64")',
			"domain.mail": expect.stringContaining("did you mean email?"),
		});
		expect(await wrong({ app: { ...app, door: { mostHeld: 0 } }, domain: "notes" })).toEqual({
			"app.door.mostHeld": expect.stringContaining("from 1 to 100000 (got 0)"),
			domain: expect.stringContaining("must be a host name"),
		});
		expect(await wrong({ app: { ...app, acknowledge: "replicated", door: false } })).toEqual({
			"app.door": expect.stringContaining("must not be false with acknowledge"),
		});
	});
});
