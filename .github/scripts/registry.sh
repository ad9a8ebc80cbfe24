#!/usr/bin/env bash
# Lets Docker push to the registry of a cloud with the identity that is signed in: registry.sh gcp|aws REGION
set -euo pipefail
cloud=$1 region=$2
case $cloud in
gcp) gcloud auth configure-docker "$region-docker.pkg.dev" --quiet ;;
aws)
	account=$(aws sts get-caller-identity --query Account --output text)
	aws ecr get-login-password --region "$region" |
		docker login --username AWS --password-stdin "$account.dkr.ecr.$region.amazonaws.com"
	;;
esac
