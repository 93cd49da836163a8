#!/usr/bin/env bash
# Runs all tests, with the race detector, beside a PostgreSQL of its own.
#
# usage: scripts/test.sh [packages and flags of go test]     (default: ./...)
#
# As root on Debian it installs what the tests can use and the machine lacks:
# PostgreSQL, Dovecot, Postfix, Prometheus, Alertmanager, a C compiler; no service
# is started.
# Tests whose server cannot be had are skipped, and the run ends with the list of
# them; with CI=true a skipped test is a failure.
#
#   LINEMAN_TEST_POSTGRES  a server to use instead of an own one (postgres://…)
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d /tmp/lineman-test.XXXXXX)
child=
policy=

say() { printf 'test.sh: %s\n' "$*" >&2; }

source scripts/postgres.sh

cleanup() {
	trap - EXIT INT TERM HUP
	if [[ -n $child ]]; then
		kill -TERM -- "-$child" 2>/dev/null || true
		wait "$child" 2>/dev/null || true
	fi
	stop_postgres
	if [[ -n $policy ]]; then
		rm -f "$policy"
	fi
	rm -rf "$work"
}
trap cleanup EXIT
trap 'cleanup; exit 130' INT
trap 'cleanup; exit 143' TERM HUP

# install_missing installs the Debian packages that the tests can use.
install_missing() {
	local missing=()
	find_postgres || [[ -n ${LINEMAN_TEST_POSTGRES:-} ]] || missing+=(postgresql)
	[[ -x /usr/sbin/dovecot ]] || missing+=(dovecot-imapd)
	[[ -x /usr/sbin/postfix ]] || missing+=(postfix)
	command -v promtool >/dev/null && command -v prometheus >/dev/null || missing+=(prometheus)
	command -v prometheus-alertmanager >/dev/null || missing+=(prometheus-alertmanager)
	command -v "${CC:-cc}" >/dev/null || command -v gcc >/dev/null || missing+=(gcc libc6-dev)
	((${#missing[@]})) || return 0
	if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
		say "not installed here: ${missing[*]} (install them, or run as root on Debian)"
		return 0
	fi
	say "installing ${missing[*]}"
	if [[ ! -e /usr/sbin/policy-rc.d ]]; then
		policy=/usr/sbin/policy-rc.d
		printf '#!/bin/sh\nexit 101\n' >"$policy" # a package may start no service
		chmod +x "$policy"
	fi
	local options=(-y -q -o Acquire::Retries=1 -o Acquire::http::Timeout=30 -o DPkg::Lock::Timeout=120)
	export DEBIAN_FRONTEND=noninteractive
	apt-get "${options[@]}" update >"$work/apt.log" 2>&1 </dev/null || true
	if ! apt-get "${options[@]}" install --no-install-recommends "${missing[@]}" >>"$work/apt.log" 2>&1 </dev/null; then
		say "could not install ${missing[*]}:"
		tail -n 5 "$work/apt.log" >&2
	fi
	if [[ -n $policy ]]; then
		rm -f "$policy"
		policy=
	fi
}

# run_tests runs gotestsum in a process group of its own, so that a signal to
# this script ends all of it.
run_tests() {
	# SQLite itself is ten times slower with the race detector. Only its
	# translated code is left out: packages that use sync.Map would bring
	# uninstrumented copies of it into the whole binary.
	local race=(-race '-gcflags=modernc.org/sqlite/lib=-race=false')
	if [[ $(go env CGO_ENABLED) != 1 ]]; then
		say "no C compiler here: the race detector is off"
		race=()
		[[ ${CI:-} != true ]] || return 1
	fi
	set -m
	go tool gotestsum --format pkgname --format-hide-empty-pkg --jsonfile "$work/events.json" -- \
		"${race[@]}" -timeout 14m "$@" </dev/null &
	child=$!
	set +m
	local status=0
	wait "$child" || status=$?
	child=
	return "$status"
}

install_missing
[[ -x /usr/sbin/dovecot ]] || say "no Dovecot here: its tests are skipped"
command -v promtool >/dev/null || say "no Prometheus here: its tests are skipped"
command -v prometheus-alertmanager >/dev/null || say "no Alertmanager here: its tests are skipped"
[[ -x /usr/sbin/postfix ]] || say "no Postfix here: its tests are skipped"
# Nothing of it outlives the run, so nothing of it need be safe on disk.
start_postgres -c fsync=off -c synchronous_commit=off -c full_page_writes=off
status=0
run_tests "${@:-./...}" || status=$?

if [[ $status -eq 0 && ${CI:-} == true ]]; then
	skipped=$(grep '"Action":"skip"' "$work/events.json" | grep -c '"Test":' || true)
	if [[ $skipped -ne 0 ]]; then
		say "$skipped tests were skipped (listed above); with CI=true that is a failure"
		status=1
	fi
fi
exit "$status"
