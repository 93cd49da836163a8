#!/usr/bin/env bash
# Runs the benchmarks.
#
# usage: scripts/bench.sh [N]     (default 10000)
#
# First those of the single packages, each for a second, then the whole way of
# N mails from an IMAP server into the database (BenchmarkPipeline).
set -euo pipefail
cd "$(dirname "$0")/.."

n=${1:-10000}
if [[ ! $n =~ ^[1-9][0-9]*$ ]]; then
	echo "bench.sh: N must be a number of mails, not \"$n\"" >&2
	exit 2
fi
export LINEMAN_BENCH_N=$n

packages=$(grep -rl --include='*_test.go' '^func Benchmark' . | xargs -r -n 1 dirname | sort -u)
for package in $packages; do
	if [[ $package != ./internal/app ]]; then
		go test -run '^$' -bench . -benchmem "$package"
	fi
done
if grep -qs '^func BenchmarkPipeline' internal/app/*_test.go; then
	echo "Pipeline with $n mails:"
	go test -run '^$' -bench '^BenchmarkPipeline' -benchtime 1x -timeout 60m ./internal/app
	go test -run '^$' -bench . -skip '^BenchmarkPipeline' -benchmem ./internal/app
fi
