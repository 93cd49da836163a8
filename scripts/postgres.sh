# A PostgreSQL of one's own, for the scripts beside this file. They source it,
# and set: work, a folder that they remove; say, a function that tells people.

cluster= # the folder of the running cluster

# find_postgres sets pg_bin to the newest PostgreSQL of the machine.
find_postgres() {
	pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
	if [[ -z $pg_bin ]] && command -v initdb >/dev/null; then
		pg_bin=$(dirname "$(command -v initdb)")
	fi
	[[ -n $pg_bin && -x $pg_bin/initdb && -x $pg_bin/pg_ctl ]]
}

# as_postgres runs a command as a user that PostgreSQL accepts: never root.
as_postgres() {
	if [[ $EUID -eq 0 ]]; then
		(cd "$work" && runuser -u postgres -- "$@")
	else
		"$@"
	fi
}

free_port() {
	local port
	while :; do
		port=$((20000 + RANDOM))
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}

# start_postgres starts a cluster in $work, with more options if there are any,
# and exports its address as LINEMAN_TEST_POSTGRES, unless one is named there.
start_postgres() {
	if [[ -n ${LINEMAN_TEST_POSTGRES:-} ]]; then
		say "using the PostgreSQL of LINEMAN_TEST_POSTGRES"
		return 0
	fi
	if ! find_postgres; then
		say "no PostgreSQL here: what needs it is skipped"
		return 0
	fi
	local dir=$work/postgres port
	mkdir "$dir"
	if [[ $EUID -eq 0 ]]; then
		chmod 711 "$work"
		chown postgres "$dir"
	fi
	if ! as_postgres "$pg_bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$work/initdb.log" 2>&1; then
		say "PostgreSQL could not make a cluster: what needs it is skipped"
		tail -n 5 "$work/initdb.log" >&2
		return 0
	fi
	for _ in 1 2 3; do # a port can be taken between the look and the start
		port=$(free_port)
		if as_postgres "$pg_bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 30 -o "-p $port -k $dir \
			-c listen_addresses=127.0.0.1 -c max_connections=200 $*" start >/dev/null 2>&1; then
			cluster=$dir/data
			export LINEMAN_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"
			return 0
		fi
	done
	say "PostgreSQL did not start: what needs it is skipped"
	tail -n 5 "$dir/log" >&2 || true
}

# stop_postgres ends the cluster, if there is one.
stop_postgres() {
	if [[ -n $cluster ]]; then
		as_postgres "$pg_bin/pg_ctl" -D "$cluster" -m immediate -w stop >/dev/null 2>&1 || true
		cluster=
	fi
}
