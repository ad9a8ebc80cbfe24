#!/usr/bin/env bash
# What an image is called: its names without a tag, and the tags to push, as outputs of the step.
# image.sh NAME, which is that on GHCR; DOCKERHUB_IMAGE, where there is one, is that on Docker Hub.
set -euo pipefail
# Registries take lower case only, and an owner may be called otherwise.
ghcr=${1,,} hub=${DOCKERHUB_IMAGE:-}
# v1.2.3 is pushed as 1.2.3; a branch as its commit, and as latest.
case $GITHUB_REF in
refs/tags/v*) tags=("${GITHUB_REF#refs/tags/v}") ;;
*) tags=("sha-${GITHUB_SHA:0:12}" latest) ;;
esac
{
	echo "image=$ghcr"
	echo "dockerhub=${hub:+docker.io/${hub,,}}"
	echo "tags<<END"
	for image in "$ghcr" ${hub:+"docker.io/${hub,,}"}; do
		for tag in "${tags[@]}"; do echo "$image:$tag"; done
	done
	echo END
} >>"$GITHUB_OUTPUT"
