import { describe, expect, it } from "vitest";
import { kindOf } from "../../components/guard/kinds";
import { keptKind } from "../../components/guard/rules/kept";

describe("kindOf", () => {
	it.for([
		["scaleway:index/objectBucket:ObjectBucket", "object bucket"],
		["openstack:blockstorage/volume:Volume", "volume"],
		["vultr:index/blockStorage:BlockStorage", "block storage"],
		["snowflake:index/database:Database", "database"],
		["aws-native:s3:Bucket", "bucket"],
		["azure-native:dbformysql/v20230101:Database", "database"],
	])("knows %s", ([type, noun]) => {
		expect(kindOf(`${type}`)?.noun).toBe(noun);
	});

	it.for([
		"shop:index:Database",
		"gcp:compute/attachedDisk:AttachedDisk",
		"aws:ec2/routeTable:RouteTable",
		"aws:ec2/volumeAttachment:VolumeAttachment",
		"aws:s3/bucketNotification:BucketNotification",
		"pulumi:providers:docker",
	])("takes %s for nothing that holds data", (type) => {
		expect(kindOf(type)).toBeUndefined();
	});
});

it("a server is lost with its disk, and needs no protection of its own", () => {
	const type = "aws:ec2/instance:Instance";
	expect(kindOf(type)?.cost).toBe("What is on its own disk is gone.");
	expect(keptKind({ urn: "", type, name: "web", properties: {}, protect: false })).toBeUndefined();
});
