#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own, named by RIBBON_TEST_POSTGRES: a new cluster in a temporary folder,
# on a free port, made for speed and not for keeping. It is stopped and removed however the command ends.
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: $0 COMMAND [ARGUMENT]..." >&2; exit 2; }

# Debian keeps the server's programs off the PATH; the newest is taken.
initdb=$(ls /usr/lib/postgresql/*/bin/initdb 2> /dev/null | sort -V | tail -n 1)
initdb=${initdb:-$(command -v initdb)}
bin=$(dirname "$initdb")

# PostgreSQL refuses to run as root. Not under target/: a checkout in root's home is closed to everybody else.
folder=$(mktemp -d -t ribbon-postgres.XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then
    as=(setpriv --reuid nobody --regid nogroup --clear-groups)
    chown nobody:nogroup "$folder"
fi

server=
command=
stop() {
    [ -z "$command" ] || kill -TERM "$command" 2> /dev/null || true
    # SIGINT is PostgreSQL's fast shutdown.
    [ -z "$server" ] || { kill -INT "$server" 2> /dev/null || true; wait "$server" 2> /dev/null || true; }
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

inside() { cd "$folder" && exec "${as[@]}" "$@"; }

(inside "$bin/initdb" --pgdata=cluster --username=ribbon --auth=trust --encoding=UTF8 --locale=C --no-sync) > "$folder/log" \
    || { cat "$folder/log" >&2; exit 1; }
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
inside "$bin/postgres" -D cluster -k "$folder" -c listen_addresses=127.0.0.1 -p "$port" \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=400 >> "$folder/log" 2>&1 &
server=$!

until "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; do
    kill -0 "$server" 2> /dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.1
done

# In the background and waited for, so that a signal is acted on at once.
RIBBON_TEST_POSTGRES="postgres://ribbon@127.0.0.1:$port/postgres" "$@" &
command=$!
status=0
wait "$command" || status=$?
command=
exit "$status"
