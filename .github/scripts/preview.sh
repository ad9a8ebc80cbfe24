#!/usr/bin/env bash
# What an update of a stack would do, as JSON for the guard: preview.sh STACK FILE [pulumi's own options]
# Of a preview that fails, FILE has the reason, in the form of Pulumi's own. The guard cannot say anything of that, which is
# never "safe".
set -euo pipefail
stack=$1 file=$2
shift 2
read -ra pulumi <<<"${PULUMI:-npm run --silent pulumi --}"

mkdir -p "$(dirname "$file")"
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT
code=0
"${pulumi[@]}" preview --json --show-sames --non-interactive --stack "$stack" "$@" >"$file" 2>"$errors" || code=$?
cat "$errors" >&2
if ((code == 0)); then
	echo "✓ $stack is previewed: $file"
	exit 0
fi
echo "✗ the preview of $stack failed with code $code" >&2
# Pulumi names the reason in the plan, or only beside it; and one that was ended from outside may have written a whole plan.
if ! jq --slurp --exit-status 'any(.[].diagnostics[]?; .severity == "error")' "$file" >/dev/null 2>&1; then
	reason=$(tail -n 5 "$errors")
	jq --null-input --arg message "$stack: pulumi preview ended with code $code: $reason" \
		'{steps: [], diagnostics: [{severity: "error", $message}]}' >"$file"
fi
