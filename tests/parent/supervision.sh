#!/bin/sh
# SPDX-License-Identifier: ISC
# supervision.sh TOP: the program in the current directory, with all its roles, on ports of its own:
# start and failure to start, mistakes told by -t, deaths of each role, reload good and bad, log
# rotation, stop.  Needs no mail server.  EASBRIDGED names another program to test.

top=$1
program=${EASBRIDGED:-./easbridged}
folder=$(mktemp -d) || exit 2
log=$folder/log
failed=0
checks=0

finish()
{
	[ -s "$folder/pid" ] && kill -TERM "$(cat "$folder/pid")" 2>/dev/null
	[ $failed = 0 ] || sed 's/^/log: /' "$log"
	rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM

# check NAME COMMAND...: one thing that must hold
check()
{
	name=$1
	shift
	checks=$((checks + 1))
	"$@" && return
	failed=$((failed + 1))
	echo "FAIL: $name"
}

# within COMMAND...: it holds within five seconds
within()
{
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || return 1
		sleep 0.05
	done
}

# logged N PATTERN: at least N lines of the log match
logged()
{
	[ "$(grep -cE "$2" "$log")" -ge "$1" ]
}

# config LINE...: writes the configuration with further lines for [server]
config()
{
	{
		cat <<-EOF
		[server]
		listen = unix:$folder/socket plain
		state = sqlite:$folder/state.db
		log = $log
		sync_log = $folder/sync.log
		log_level = debug
		pid_file = $folder/pid
		workers = 2
		EOF
		printf '%s\n' "$@"
		cat <<-EOF
		[domain *]
		imap = imap://127.0.0.1:9
		smtp = smtp://127.0.0.1:9
		EOF
	} >"$folder/conf"
}

# child ROLE [SLOT]: its process id
child()
{
	for pid in $(cat "/proc/$parent/task/$parent/children"); do
		case $({ tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null) in
		*"--role $1 --slot ${2-0} "*) echo "$pid" ;;
		esac
	done
}

# is_new ROLE SLOT OLD: another process than OLD has the place
is_new()
{
	now=$(child "$1" "$2")
	[ -n "$now" ] && [ "$now" != "$3" ]
}

# gone PID: it has ended
gone()
{
	! kill -0 "$1" 2>/dev/null || grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null
}

says()
{
	"$program" -t -c "$folder/conf" >"$folder/out" 2>&1
	[ $? = "$1" ] && grep -qxF -- "$2" "$folder/out"
}

certificate()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj /CN=test -keyout "$folder/$1.key" -out "$folder/$1.pem" 2>/dev/null
}

# tls CERTIFICATE KEY: writes a configuration with these files
tls()
{
	config 'listen = 127.0.0.1:0 tls' "tls_certificate = $folder/$1" "tls_key = $folder/$2"
}

mistakes()
{
	config
	check 'good file' says 0 "$folder/conf: no mistakes"
	config 'wrokers = 3' 'imap = imaps://x'
	check 'unknown key' says 1 \
		"$folder/conf:9: wrokers: no such setting; did you mean workers?"
	check 'every mistake is told' says 1 \
		"$folder/conf:10: imap: belongs in a [domain ...] section"
	rm "$folder/conf"
	check 'missing file' says 1 "$folder/conf: No such file or directory"

	certificate one
	certificate two
	tls one.pem one.key
	check 'certificate' says 0 "$folder/conf: no mistakes"
	tls one.pem two.key
	check 'wrong key' says 1 "$folder/conf: tls_certificate: $folder/one.pem:\
 the key is not that of this certificate"
	tls conf two.key
	check 'no certificate' says 1 \
		"$folder/conf: tls_certificate: $folder/conf: is no PEM certificate"
	tls one.pem none
	check 'missing key' says 1 "$folder/conf: tls_key: $folder/none: No such file or directory"
}

starts()
{
	config "log = $log"
	! "$program" -c "$folder/conf" 2>/dev/null || return 1
	config
	"$program" -c "$folder/conf" || return 1
	[ -s "$folder/pid" ]
}

# a second one on the same socket: exit code 1, the reason on standard error, the first untouched
refuses_second()
{
	"$program" -c "$folder/conf" 2>"$folder/out"
	[ $? = 1 ] && grep -q 'listen: .*Address already in use' "$folder/out"
}

deaths()
{
	old=$(child worker 1)
	kill -9 "$old"
	check 'worker replaced' within is_new worker 1 "$old"
	check 'death logged' within logged 1 "role-ended role=worker slot=1 pid=$old signal=9"
	old=$(child watch)
	kill -9 "$old"
	check 'watch replaced' within is_new watch 0 "$old"
	front=$(child front)
	worker=$(child worker 0)
	kill -9 "$front"
	check 'front replaced' within is_new front 0 "$front"
	check 'workers follow a new front' within is_new worker 0 "$worker"
	check 'old worker gone' within gone "$worker"
}

# a place that keeps dying is filled at most ten times at once, then once a second
pause()
{
	n=$(grep -c 'role-ended role=worker slot=1' "$log")
	for round in 1 2 3 4 5 6 7 8 9 10 11 12; do
		within is_new worker 1 '' || return 1
		kill -9 "$(child worker 1)"
		within logged $((n + round)) 'role-ended role=worker slot=1' || return 1
	done
	sleep 0.3
	[ -z "$(child worker 1)" ] && within is_new worker 1 ''
}

reload()
{
	front=$(child front)
	watch=$(child watch)
	worker=$(child worker 1)
	echo rubbish >>"$folder/conf"
	kill -HUP "$parent"
	check 'bad reload is told' within logged 1 'config-mistake .*line=1[0-9] .*neither'
	check 'bad reload changes nothing' within logged 1 'reload-failed'
	check 'same worker' [ "$(child worker 1)" = "$worker" ]
	config 'listen = 127.0.0.1:0 plain'
	sed -i 's/^workers = 2/workers = 3/' "$folder/conf"
	kill -HUP "$parent"
	check 'good reload' within logged 1 'reloaded generation=2'
	check 'worker renewed' within is_new worker 1 "$worker"
	check 'worker added' within is_new worker 2 ''
	check 'old worker drained' within gone "$worker"
	check 'front stays' [ "$(child front)" = "$front" ]
	check 'watch stays' [ "$(child watch)" = "$watch" ]
	check 'listener added' logged 1 'listening address=127.0.0.1:0'
	sed -i 's/^workers = 3/workers = 1/' "$folder/conf"
	worker=$(child worker 1)
	kill -HUP "$parent"
	check 'workers taken away' within gone "$worker"
}

rotation()
{
	mv "$log" "$log.2"
	kill -USR1 "$parent"
	within [ -e "$log" ] || return 1
	sleep 0.2
	kill -9 "$(child worker 0)"
	within logged 1 'role-ended role=worker slot=0' && within logged 1 'role-ready role=worker'
}

stops()
{
	front=$(child front)
	kill -TERM "$parent"
	within gone "$parent" && gone "$front" && logged 1 ' stopped' &&
		[ ! -e "$folder/pid" ] && [ ! -e "$folder/socket" ]
}

# children of a parent that was killed end by themselves
orphans()
{
	"$program" -c "$folder/conf" || return 1
	parent=$(cat "$folder/pid")
	front=$(child front) watch=$(child watch) worker=$(child worker 0)
	kill -9 "$parent"
	within gone "$front" && within gone "$watch" && within gone "$worker"
}

mistakes
check starts starts
parent=$(cat "$folder/pid")
if [ -n "$parent" ]; then
	check 'second start' refuses_second
	deaths
	check 'pause after many deaths' pause
	reload
	check 'log rotation' rotation
	check 'stop' stops
	check 'orphans' orphans
	rm -f "$folder/pid"
fi
echo "$checks checks, $failed failed"
[ $failed = 0 ]
