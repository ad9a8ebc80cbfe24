#!/usr/bin/env bash
# The guard's report on the previews of all stacks, and its exit code: guard.sh DIRECTORY REPORT "STACK STACK"
# 0: the data is kept, or what happens is approved; 3: at risk or lost; 2: something cannot be read.
set -euo pipefail
directory=$1 report=$2
read -ra stacks <<<"$3"
here=$(dirname "${BASH_SOURCE[0]}")
marker='<!-- holdfast-guard -->'
read -ra guard <<<"${GUARD:-npm run --silent guard --}"

mkdir -p "$directory"
files=()
for stack in "${stacks[@]}"; do
	file="$directory/$stack.json"
	if [[ ! -s $file ]]; then
		message="$stack: its job ended without a preview"
		jq --null-input --arg message "$message" '{steps: [], diagnostics: [{severity: "error", $message}]}' >"$file"
	fi
	files+=("$file")
done
if ((${#files[@]} == 0)); then
	echo "✗ no stack is named: guard.sh DIRECTORY REPORT \"STACK STACK\"" >&2
	exit 2
fi

# All at once: what two stacks would do to the same data is seen only so.
code=0
"${guard[@]}" --markdown "${files[@]}" >"$report" || code=$?
if ((code == 2 && ${#files[@]} > 1)); then
	# One that cannot be read hides the others.
	{
		echo "$marker"
		for file in "${files[@]}"; do
			echo
			{ "${guard[@]}" --markdown "$file" 2>/dev/null || true; } | sed "/^$marker$/d"
		done
	} >"$report"
fi
if ((code != 0 && code != 2 && code != 3)) || ! grep --quiet '[^[:space:]]' "$report"; then
	printf '%s\n\n### ❌ Holdfast: nothing can be said of the data\n\nThe guard itself ended with code %s.\n' "$marker" "$code" >"$report"
	code=2
fi

cat "$report"
if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then
	"$here/fit.sh" "$report" 1000000 >>"$GITHUB_STEP_SUMMARY"
fi
exit "$code"
