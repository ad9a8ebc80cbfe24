#!/usr/bin/env bash
# Prints a report for a place that takes only so much, with the run that it is from: fit.sh REPORT BYTES
# It is cut between two lines, and what is folded is closed: half a table or an open fold would swallow the rest.
set -euo pipefail
report=$1 most=$2
run="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"
# The pull request's own commit; GITHUB_SHA is that of a merge that nobody made.
commit=${HEAD_SHA:-$GITHUB_SHA}

LC_ALL=C awk -v room="$((most - 600))" -v run="$run" '
	used + length($0) + 1 > room { cut = 1; exit }
	{
		print
		used += length($0) + 1
		open += gsub(/<details>/, "&") - gsub(/<\/details>/, "&")
	}
	END {
		for (; open > 0; open--) print "\n</details>"
		if (cut) print "\n**The rest does not fit here.** It is whole in the log of [the run](" run ")."
	}' "$report"
printf '\nOf commit %s, by [this run](%s).\n' "$commit" "$run"
