#!/usr/bin/env bash
# Runs the benchmarks.
#
# usage: scripts/bench.sh [N]     (default 10000)
#
# First reading and parsing of mail on one core (mails/s, the time of the median
# and of the slowest hundredth of the mails, allocations; the same by size and
# by nesting: ns/byte stays where the cost is linear), and how long a process
# takes from its start to its answer. Then the single packages, each benchmark
# for a second, and the whole way of N mails from an IMAP server into the
# database (BenchmarkPipeline).
set -euo pipefail
cd "$(dirname "$0")/.."

n=${1:-10000}
if [[ ! $n =~ ^[1-9][0-9]*$ ]]; then
	echo "bench.sh: N must be a number of mails, not \"$n\"" >&2
	exit 2
fi
export LINEMAN_BENCH_N=$n

echo "Parsing, on one core:"
go test -run '^$' -bench . -benchmem -cpu 1 ./parsers/provider
echo "From the start of the process to its answer:"
go test -run '^$' -bench '^BenchmarkParseProcess' ./cmd/lineman

packages=$(grep -rl --include='*_test.go' '^func Benchmark' . | xargs -r -n 1 dirname | sort -u)
for package in $packages; do
	if [[ $package != ./internal/app && $package != ./parsers/provider && $package != ./cmd/lineman ]]; then
		go test -run '^$' -bench . -benchmem "$package"
	fi
done
if grep -qs '^func BenchmarkPipeline' internal/app/*_test.go; then
	echo "Pipeline with $n mails:"
	go test -run '^$' -bench '^BenchmarkPipeline' -benchtime 1x -timeout 60m ./internal/app
	echo "From a mail's arrival in Dovecot to the stored record:"
	go test -run '^$' -bench '^BenchmarkIdleLatency' -benchtime 200x ./internal/app
	go test -run '^$' -bench . -skip '^Benchmark(Pipeline|IdleLatency)' -benchmem ./internal/app
fi
