#!/usr/bin/env bash
# Plays an unfriendly client of the release program's API: thousands of requests made from /openapi.json, legal and not, each answer
# held against what that document says. The shop is one of its own, with its sandbox, in a temporary folder and on free ports.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${RIBBON:-$PWD/target/release/ribbon}
schemathesis=${SCHEMATHESIS:?names the program to run}

folder=$(mktemp -d -t ribbon-contract.XXXXXX)
server=
stop() {
    [ -z "$server" ] || { kill -TERM "$server" 2> /dev/null || true; wait "$server" 2> /dev/null || true; }
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
# Each request claims to come from another network, so that the limits of one don't end the play; see hooks.py.
export RIBBON_ADDR=127.0.0.1:$port RIBBON_PUBLIC_URL=http://localhost:$port RIBBON_SANDBOX_PORT=0 RIBBON_DATA=$folder \
    RIBBON_TRUSTED_PROXIES=127.0.0.0/8 RIBBON_ALLOWED_ORIGINS=https://partner.example RUST_LOG=warn
export RIBBON_BUYER=bea@example.com RIBBON_BACK=https://partner.example/thanks RIBBON_PROMO_CODES="FREE SPRING27" \
    RIBBON_MAIL_WEBHOOK_SECRET=whsec_cmVwb3J0cyBhYm91dCB0aGUgbWFpbCBvZiB0aGUgc2hvcA== \
    RIBBON_PEOPLE=$folder/people.json PYTHONDONTWRITEBYTECODE=1 HYPOTHESIS_STORAGE_DIRECTORY=$folder/hypothesis

ribbon() { "$program" "$@" 2>> "$folder/log"; }
# An account and a token for everything.
join() {
    head -c 24 /dev/urandom | base64 | ribbon account create --email "$1" --verified > /dev/null
    ribbon token create --email "$1" --name contract --scope gifts:purchase --scope gifts:redeem --scope gifts:read \
        --scope billing:checkout --scope memberships:read
}
bearer() { printf '{ "name": "%s", "fixedHeaders": [{ "name": "Authorization", "value": "Bearer %s" }] }' "$1" "$2"; }
bea=$(join bea@example.com)
carl=$(join carl@example.com)
printf '{ "auth": [%s, %s] }' "$(bearer bea "$bea")" "$(bearer carl "$carl")" > "$RIBBON_PEOPLE"
# One makes a gift free, which is then bought at once, and one makes it cheaper.
ribbon promo create FREE --percent 100 > /dev/null
ribbon promo create SPRING27 --percent 10 > /dev/null

"$program" serve >> "$folder/log" 2>&1 &
server=$!
until curl --silent --fail --output /dev/null "http://localhost:$port/readyz"; do
    kill -0 "$server" 2> /dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.1
done

status=0
"$schemathesis" --config-file end2end/contract/schemathesis.toml run "http://localhost:$port/openapi.json" "$@" || status=$?
kill -0 "$server" 2> /dev/null || { echo "The server ended while it was asked:" >&2; status=1; }
if grep -E "panicked|ERROR" "$folder/log" >&2; then
    echo "The server's log tells of the above." >&2
    status=1
fi
exit "$status"
