#!/usr/bin/env bash
# Updates a stack, then looks whether its backup can be restored: deploy.sh STACK docker|gcp|aws
# Ends with another code than 0 where either fails, and says what serves then.
set -euo pipefail
stack=$1 target=$2
read -ra pulumi <<<"${PULUMI:-npm run --silent pulumi --}"
read -ra up <<<"${UP:-npm run up --}"

tell() {
	echo "$1"
	if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then printf '%s\n\n' "$1" >>"$GITHUB_STEP_SUMMARY"; fi
}

# The way back on a cloud. Not there at the first deploy.
before=$("${pulumi[@]}" stack output image --stack "$stack" 2>/dev/null || true)

if ! "${up[@]}" "$stack"; then
	case $target in
	docker) tell "✗ $stack: the update failed. A deploy that fails takes itself back: the version before serves, with the data of before. The reason is in the log." ;;
	gcp) tell "✗ $stack: the update failed. Cloud Run sends nobody to a revision that is not ready: the one before serves. The reason is in the log." ;;
	aws) tell "✗ $stack: the update failed. ECS goes back by itself to the task before (deploymentCircuitBreaker). The reason is in the log." ;;
	esac
	[[ $target == docker ]] || tell "Revert the commit, so that the code names again what serves; the image before was ${before:-none, for this was the first deploy}."
	exit 1
fi

if [[ $target != docker ]]; then
	tell "✓ $stack is up. The keeper drills there by itself; a drill that fails goes to holdfast:alerts. To go back: app.image: ${before:-none before this}, then deploy; the data stays."
	exit 0
fi
if npm run drill -- --stack "$stack"; then
	tell "✓ $stack is up, and its backup was restored, checked and counted."
	exit 0
fi
tell "✗ $stack is up, but its backup could not be restored. Going back to the version before."
# Where the data was migrated since, it changes nothing and says between what a person has to choose.
if npm run rollback -- --stack "$stack"; then
	tell "The version before serves again, with the data as it is. Revert the commit before the next deploy."
else
	tell "It was not rolled back: the log says why, and what to run."
fi
exit 1
