#!/usr/bin/env bash
# Keeps one issue on what the nightly previews find: issue.sh OUTCOME REPORT, where OUTCOME is that of the guard's step.
# Opened or written anew unless the outcome is success; closed once it is.
set -euo pipefail
outcome=$1 report=$2
here=$(dirname "${BASH_SOURCE[0]}")
marker='<!-- holdfast-drift -->'
issues="repos/$GITHUB_REPOSITORY/issues"

open=$(gh api --paginate "$issues?state=open&per_page=100" --jq \
	".[] | select(.pull_request == null and .user.login == \"github-actions[bot]\" and ((.body // \"\") | startswith(\"$marker\"))) | .number")
number=${open%%$'\n'*}

body="$marker"$'\n'$("$here/fit.sh" "$report" 65000)
if [[ $outcome == success ]]; then
	if [[ -z $number ]]; then
		echo "✓ nothing to report"
		exit 0
	fi
	jq --null-input --arg body "$body" '{$body, state: "closed"}' | gh api --method PATCH "$issues/$number" --input - --silent
	echo "✓ issue $number is closed: the data is safe again"
elif [[ -n $number ]]; then
	jq --null-input --arg body "$body" '{$body}' | gh api --method PATCH "$issues/$number" --input - --silent
	echo "✗ issue $number is up to date"
else
	title="Holdfast: a deploy of what is there now would not be safe"
	jq --null-input --arg title "$title" --arg body "$body" '{$title, $body}' | gh api --method POST "$issues" --input - --silent
	echo "✗ an issue is opened"
fi
