#!/usr/bin/env bash
# Puts a report on a pull request, in one comment that is written anew each time: comment.sh NUMBER REPORT
set -euo pipefail
number=$1 report=$2
here=$(dirname "${BASH_SOURCE[0]}")
marker='<!-- holdfast-guard -->'
comments="repos/$GITHUB_REPOSITORY/issues"

# Of its own comments only: somebody else's may quote the marker.
ours=$(gh api --paginate "$comments/$number/comments?per_page=100" --jq \
	".[] | select(.user.login == \"github-actions[bot]\" and (.body | startswith(\"$marker\"))) | .id")
first=${ours%%$'\n'*}

# GitHub takes 65,536 characters.
body=$("$here/fit.sh" "$report" 65000)
target=(--method POST "$comments/$number/comments")
if [[ -n $first ]]; then target=(--method PATCH "$comments/comments/$first"); fi
jq --null-input --arg body "$body" '{$body}' | gh api "${target[@]}" --input - --silent
echo "✓ the report is on pull request $number"
