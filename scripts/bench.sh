#!/usr/bin/env bash
# Runs the benchmarks.
#
# usage: scripts/bench.sh [N]     (default 10000)
#
# First reading and parsing of mail on one core (mails/s, the time of the median
# and of the slowest hundredth of the mails, allocations; the same by size and
# by nesting: ns/byte stays where the cost is linear), and how long a process
# takes from its start to its answer. Then the single packages, each benchmark
# for a second, and the whole way of N mails (BenchmarkPipeline…): from an IMAP
# server and a Maildir into SQLite, from a Maildir and, where it is installed, a
# Dovecot into PostgreSQL. That is one of its own, safe on disk as by default,
# unless LINEMAN_TEST_POSTGRES names another. Last, how long the answers of a
# running lineman take over HTTP, at 100 requests a second, among 100,000
# maintenances and 50,000 circuits: what is wanted beside what is seen, in
# milliseconds, and the machine's load.
set -euo pipefail
cd "$(dirname "$0")/.."

n=${1:-10000}
if [[ ! $n =~ ^[1-9][0-9]*$ ]]; then
	echo "bench.sh: N must be a number of mails, not \"$n\"" >&2
	exit 2
fi
export LINEMAN_BENCH_N=$n

say() { printf 'bench.sh: %s\n' "$*" >&2; }
work=$(mktemp -d /tmp/lineman-bench.XXXXXX)

source scripts/postgres.sh

cleanup() {
	trap - EXIT INT TERM HUP
	stop_postgres
	rm -rf "$work"
}
trap cleanup EXIT
trap 'cleanup; exit 130' INT
trap 'cleanup; exit 143' TERM HUP
start_postgres

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
	go test -run '^$' -bench . -skip '^Benchmark(Pipeline|IdleLatency|Figures)' -benchmem ./internal/app
fi
echo "Answers over HTTP:"
go test -run '^$' -bench '^BenchmarkFigures' -benchtime 1x -timeout 60m ./internal/app
