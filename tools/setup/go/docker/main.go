// Command pulumi-resource-docker is the Docker provider where the vendor's own build cannot be downloaded:
// the same Terraform provider, on the same bridge, under the names that @pulumi/docker uses.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// The version of the @pulumi/docker typings that this build answers for. Set by tools/setup at link time.
var version = "5.2.0"

func main() {
	// A program in TypeScript brings its own types, so the engine never asks for the schema.
	tfbridge.Main("docker", version, docker(), []byte(`{"name": "docker"}`))
}

func docker() tfbridge.ProviderInfo {
	name := func(is string) *tfbridge.SchemaInfo { return &tfbridge.SchemaInfo{Name: is} }
	info := tfbridge.ProviderInfo{
		P:       shimv2.NewProvider(provider.New(version)()),
		Name:    "docker",
		Version: version,
		Config: map[string]*tfbridge.SchemaInfo{
			"host": {Default: &tfbridge.DefaultInfo{
				Value:   "unix:///var/run/docker.sock",
				EnvVars: []string{"DOCKER_HOST"},
			}},
			"registry_auth": {Name: "registryAuth", MaxItemsOne: tfbridge.False()},
		},
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_container": {
				Tok:                 resource("container", "Container"),
				DeleteBeforeReplace: true,
				// Lists whose names stay singular in the typings.
				Fields: map[string]*tfbridge.SchemaInfo{
					"command":           name("command"),
					"networks_advanced": name("networksAdvanced"),
				},
			},
			"docker_image":          {Tok: resource("remoteImage", "RemoteImage")},
			"docker_network":        {Tok: resource("network", "Network")},
			"docker_registry_image": {Tok: resource("registryImage", "RegistryImage")},
			"docker_tag":            {Tok: resource("tag", "Tag")},
			"docker_volume":         {Tok: resource("volume", "Volume")},
		},
	}
	info.IgnoreMappings = unmapped(info)
	info.SetAutonaming(255, "-")
	return info
}

func resource(module, is string) tokens.Type {
	return tokens.Type("docker:index/" + module + ":" + is)
}

// What Holdfast does not use stays out of the schema, so that a start is quick.
func unmapped(info tfbridge.ProviderInfo) []string {
	var names []string
	info.P.ResourcesMap().Range(func(key string, _ shim.Resource) bool {
		if _, mapped := info.Resources[key]; !mapped {
			names = append(names, key)
		}
		return true
	})
	info.P.DataSourcesMap().Range(func(key string, _ shim.Resource) bool {
		names = append(names, key)
		return true
	})
	return names
}
