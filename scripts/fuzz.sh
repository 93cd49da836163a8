#!/usr/bin/env bash
# Runs every fuzz target of the repository, one after the other.
#
# usage: scripts/fuzz.sh [TIME]     (default 60s, for each target)
set -euo pipefail
cd "$(dirname "$0")/.."

time=${1:-60s}
grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sort -u | while IFS=: read -r file func; do
	target=${func#func }
	echo "$target ($(dirname "$file"))"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 5s "$(dirname "$file")" </dev/null
done
