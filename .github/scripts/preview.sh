#!/usr/bin/env bash
# What an update of a stack would do, as JSON for the guard: preview.sh STACK FILE [pulumi's own options]
# A preview that fails leaves in FILE what it said. The guard cannot read that, which is never "safe".
set -euo pipefail
stack=$1 file=$2
shift 2
read -ra pulumi <<<"${PULUMI:-npm run --silent pulumi --}"

mkdir -p "$(dirname "$file")"
code=0
"${pulumi[@]}" preview --json --show-sames --non-interactive --stack "$stack" "$@" >"$file" || code=$?
if ((code == 0)); then
	echo "✓ $stack is previewed: $file"
	exit 0
fi
echo "✗ the preview of $stack failed with code $code"
# One that was ended from outside may have written what looks like a plan.
if ! jq --slurp --exit-status 'any(.[].diagnostics[]?; .severity == "error")' "$file" >/dev/null 2>&1; then
	printf '\nerror: pulumi preview of %s ended with code %s\n' "$stack" "$code" >>"$file"
fi
