// TEST PART: the process behind pulumi-resource-gcp and pulumi-resource-aws of the tests. It speaks the engine's own
// protocol with what @pulumi/pulumi ships of it; the server of @pulumi/pulumi/provider would load the whole SDK at each start.
import * as grpc from "@grpc/grpc-js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import * as empty from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { aws } from "./aws";
import { gcp } from "./gcp";
import { ProviderDouble } from "./provider";
import type { Properties } from "./values";

const [name, version = "", facts] = process.argv.slice(2);
const contents = process.env.HOLDFAST_DOUBLE_CLOUD;
if ((name !== "gcp" && name !== "aws") || facts === undefined) throw new Error("usage: double (gcp|aws) VERSION FACTS");
if (contents === undefined) throw new Error("HOLDFAST_DOUBLE_CLOUD must name the directory of the cloud's contents");
const cloud = name === "gcp" ? gcp : aws;
const double = new ProviderDouble(name, cloud, { facts, contents });

// biome-ignore lint/suspicious/noExplicitAny: the typings of the protocol have each request and answer as a class of its own
type Message = any;
type Answer = (request: Message) => Promise<Message> | Message;

const taken = (struct: Struct | undefined) => (struct?.toJavaScript() ?? {}) as Properties;
const given = (properties: Properties) =>
	Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]);

function failures(list: { property: string; reason: string }[]): proto.CheckFailure[] {
	return list.map(({ property, reason }) => {
		const failure = new proto.CheckFailure();
		failure.setProperty(property);
		failure.setReason(reason);
		return failure;
	});
}

const answers: Record<string, Answer> = {
	getPluginInfo() {
		const info = new plugin.PluginInfo();
		info.setVersion(version);
		return info;
	},
	getSchema() {
		const schema = new proto.GetSchemaResponse();
		schema.setSchema(JSON.stringify({ name, version }));
		return schema;
	},
	checkConfig(request: proto.CheckRequest) {
		const response = new proto.CheckResponse();
		const problem = cloud.configurationProblem(taken(request.getNews()));
		response.setInputs(request.getNews());
		if (problem !== undefined) response.setFailuresList(failures([{ property: "", reason: problem }]));
		return response;
	},
	diffConfig() {
		const response = new proto.DiffResponse();
		response.setChanges(proto.DiffResponse.DiffChanges.DIFF_NONE);
		return response;
	},
	configure(request: proto.ConfigureRequest) {
		cloud.configure(taken(request.getArgs()));
		const response = new proto.ConfigureResponse();
		response.setAcceptsecrets(true);
		response.setSupportspreview(true);
		return response;
	},
	check(request: proto.CheckRequest) {
		const checked = double.check(request.getUrn(), taken(request.getOlds()), taken(request.getNews()));
		const response = new proto.CheckResponse();
		response.setInputs(given(checked.inputs));
		response.setFailuresList(failures(checked.failures));
		return response;
	},
	diff(request: proto.DiffRequest) {
		const olds = taken(request.getOldInputs());
		const found = double.diff(request.getUrn(), olds, taken(request.getNews()));
		const response = new proto.DiffResponse();
		const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
		response.setChanges(found.changed.length > 0 ? DIFF_SOME : DIFF_NONE);
		response.setDiffsList(tops(found.changed));
		response.setReplacesList(tops(found.replacing));
		response.setDeletebeforereplace(found.deleteBeforeReplace);
		response.setHasdetaileddiff(true);
		const { UPDATE, UPDATE_REPLACE } = proto.PropertyDiff.Kind;
		for (const path of found.changed) {
			const detail = new proto.PropertyDiff();
			detail.setKind(found.replacing.includes(path) ? UPDATE_REPLACE : UPDATE);
			detail.setInputdiff(true);
			response.getDetaileddiffMap().set(path, detail);
		}
		return response;
	},
	async create(request: proto.CreateRequest) {
		const made = await double.create(request.getUrn(), taken(request.getProperties()), request.getPreview());
		const response = new proto.CreateResponse();
		response.setId(made.id);
		response.setProperties(given(made.outputs));
		return response;
	},
	async read(request: proto.ReadRequest) {
		const found = await double.read(request.getUrn(), request.getId());
		const response = new proto.ReadResponse();
		if (found === undefined) return response;
		response.setId(request.getId());
		response.setInputs(given(found.inputs));
		response.setProperties(given(found.outputs));
		return response;
	},
	async update(request: proto.UpdateRequest) {
		const olds = taken(request.getOlds());
		const news = taken(request.getNews());
		const outputs = await double.update(request.getUrn(), request.getId(), olds, news, request.getPreview());
		const response = new proto.UpdateResponse();
		response.setProperties(given(outputs));
		return response;
	},
	async delete(request: proto.DeleteRequest) {
		await double.delete(request.getUrn(), request.getId());
		return new empty.Empty();
	},
	invoke(request: proto.InvokeRequest) {
		const answer = cloud.invoke(request.getTok(), taken(request.getArgs()));
		if (answer === undefined) throw new Error(`${request.getTok()} is not mocked in test/engine/cloudDouble`);
		const response = new proto.InvokeResponse();
		response.setReturn(given(answer as Properties));
		return response;
	},
	cancel: () => new empty.Empty(),
	attach: () => new empty.Empty(),
};

/** The properties that paths begin with. */
function tops(paths: string[]): string[] {
	return [...new Set(paths.map((path) => path.split(/[.[]/)[0] ?? path))];
}

function served(answer: Answer): grpc.handleUnaryCall<Message, Message> {
	return (call, callback) => {
		Promise.resolve()
			.then(() => answer(call.request))
			.then(
				(response) => callback(null, response),
				(error: Error) => callback({ code: grpc.status.UNKNOWN, message: error.message, details: error.message }),
			);
	};
}

const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
const { ResourceProviderService } = services as unknown as { ResourceProviderService: grpc.ServiceDefinition };
server.addService(
	ResourceProviderService,
	Object.fromEntries(Object.entries(answers).map(([method, answer]) => [method, served(answer)])),
);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
	if (error) throw error;
	// The engine reads the port from the first line.
	console.log(port);
});
