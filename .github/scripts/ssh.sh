#!/usr/bin/env bash
# Lets ssh reach a Docker host: the key from SSH_KEY, the host's own keys from SSH_KNOWN_HOSTS (ssh-keyscan HOST).
set -euo pipefail
if [[ -z ${SSH_KEY:-} || -z ${SSH_KNOWN_HOSTS:-} ]]; then
	echo "✗ a Docker host needs the secrets SSH_KEY and SSH_KNOWN_HOSTS in its GitHub environment" >&2
	exit 1
fi
umask 077
mkdir -p ~/.ssh
printf '%s\n' "$SSH_KEY" >~/.ssh/id_ed25519
printf '%s\n' "$SSH_KNOWN_HOSTS" >>~/.ssh/known_hosts
