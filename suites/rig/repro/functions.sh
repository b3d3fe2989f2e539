#!/usr/bin/env bash
# What scripts are made of: each takes the functions that it uses. The order is that of the script.
set -u
DIR=$(mktemp -d)
CURL=(--silent) RACE=() MOVED_S=0 TARGET_AHEAD_S=0 CODE_STEP_S=30 CODE_DIGITS=6 CODE_HASH=sha1

# say WORDS: a line on standard error
say() {
  printf '%s\n' "$*" >&2
}

# fresh SHAPE: a random text; a, A and 0 stand for a letter, a capital and a digit, all else for itself
fresh() {
  python3 -c '
import secrets, string, sys
classes = {"a": string.ascii_lowercase, "A": string.ascii_uppercase, "0": string.digits}
sys.stdout.write("".join(secrets.choice(classes.get(c, c)) for c in sys.argv[1]))' "$1"
}

# changed EXPRESSION TEXT: what the Python expression makes of the text t
changed() {
  python3 -c '
import re, sys, unicodedata, urllib.parse
sys.stdout.write(eval(sys.argv[1], globals(), {"t": sys.argv[2]}))' "$1" "$2"
}

# many COUNT CHARACTER: the character so many times
many() {
  python3 -c 'import sys; sys.stdout.write(sys.argv[2] * int(sys.argv[1]))' "$1" "$2"
}

# written FORM TEXT: the text as it is written inside json, ascii (JSON with escapes), url or form
written() {
  python3 -c '
import json, sys, urllib.parse
form, text = sys.argv[1:]
sys.stdout.write({
    "json": lambda: json.dumps(text, ensure_ascii=False)[1:-1],
    "ascii": lambda: json.dumps(text)[1:-1],
    "url": lambda: urllib.parse.quote(text, safe=""),
    "form": lambda: urllib.parse.quote_plus(text),
}[form]())' "$1" "$2"
}

# status N: the status of answer N, 0 where none came
status() {
  awk '/^HTTP\// { got = $2 } END { print got + 0 }' "$DIR/$1.head"
}

# told N STATUS WHAT: a line about a step, and about how it differs from the failed test
told() {
  local now
  now=$(status "$1")
  if [ "$now" = "$2" ]; then
    say "$1. $3: $now"
  else
    say "$1. $3: $now (in the failed test: $2)"
  fi
}

# send N STATUS WHAT [options of curl]: one step; its answer is kept as $DIR/N.head and $DIR/N.body
send() {
  local n=$1 then=$2 what=$3
  shift 3
  touch "$DIR/$n.head" "$DIR/$n.body"
  curl "${CURL[@]}" -D "$DIR/$n.head" -o "$DIR/$n.body" "$@"
  told "$n" "$then" "$what"
}

# queue N [options of curl]: a request that waits for race
queue() {
  local n=$1
  shift
  touch "$DIR/$n.head" "$DIR/$n.body"
  if [ "${#RACE[@]}" -gt 0 ]; then RACE+=(--next); fi
  RACE+=("${CURL[@]}" -D "$DIR/$n.head" -o "$DIR/$n.body" "$@")
}

# race: sends all that is queued at one moment, each over a connection of its own
race() {
  curl --no-progress-meter --parallel --parallel-immediate --parallel-max 300 "${RACE[@]}"
  RACE=()
}

# take N PLACE [EXPRESSION]: the value at a JSON Pointer, header:NAME or cookie:NAME of answer N, or a part of it
take() {
  python3 - "$DIR/$1" "$2" "${3:-t}" <<'PY' || {
import json, re, sys, urllib.parse

answer, place, expression = sys.argv[1:]
where, _, name = ("body", "", place) if place.startswith("/") else place.partition(":")
with open(f"{answer}.{'body' if where == 'body' else 'head'}", encoding="utf-8", errors="replace") as file:
    text = file.read()
fields = [(key.strip().lower(), value.strip()) for key, _, value in (line.partition(":") for line in text.splitlines())]
try:
    if where == "body":
        value = json.loads(text)
        for part in name.split("/")[1:]:
            part = part.replace("~1", "/").replace("~0", "~")
            value = value[int(part)] if isinstance(value, list) else value[part]
    elif where == "header":
        value = [value for key, value in fields if key == name.lower()][0]
    else:
        pairs = [value.partition(";")[0].partition("=") for key, value in fields if key == "set-cookie"]
        value = [value.strip() for key, _, value in pairs if key.strip() == name][-1]
except (ValueError, LookupError, TypeError):
    sys.exit(1)
sys.stdout.write(eval(expression, globals(), {"t": value if isinstance(value, str) else json.dumps(value)}))
PY
    say "Answer $1 has no $2, so the script cannot go on. It was:"
    cat "$DIR/$1.head" "$DIR/$1.body" >&2
    return 1
  }
}

# code SECRET STEPS: the one-time code so many time steps after that of the script's first code (RFC 6238)
code() {
  python3 - "$1" "$2" "$DIR/first-step" "$CODE_STEP_S" "$CODE_DIGITS" "$CODE_HASH" "$TARGET_AHEAD_S" "$MOVED_S" <<'PY'
import base64, hmac, pathlib, sys, time

secret, steps, file, step_s, digits, hash_name, ahead_s, moved_s = sys.argv[1:]
step_s, first = int(step_s), pathlib.Path(file)
if not first.exists():
    now = time.time() + float(ahead_s) + float(moved_s)
    if step_s - now % step_s < 5:  # so that the step does not change before the code is used
        time.sleep(step_s - now % step_s)
        now += 5
    first.write_text(str(int(now // step_s)))
counter = int(first.read_text()) + int(steps)
key = base64.b32decode(secret.replace(" ", "").upper().rstrip("=") + "=" * (-len(secret.rstrip("=")) % 8))
digest = hmac.digest(key, counter.to_bytes(8, "big"), hash_name)
at = digest[-1] & 15
number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
sys.stdout.write(str(number % 10 ** int(digits)).zfill(int(digits)))
PY
}

# ask NAME WHAT: a value that only a person can look up: from the variable of that name, or typed in
ask() {
  if [ -n "${!1-}" ]; then return; fi
  if [ ! -t 0 ]; then
    say "Set $1 to $2, or run this in a terminal and type it in."
    exit 2
  fi
  printf '%s is %s: ' "$1" "$2" >&2
  IFS= read -r "${1?}"
}

# by_hand WHAT: something that only a person can do; waits until it is done
by_hand() {
  say "$1 Then press Enter."
  if [ ! -t 0 ]; then
    say 'Run this in a terminal.'
    exit 2
  fi
  read -r _
}

# control PATH BODY: something that only the control port of the target can do
control() {
  curl --silent --show-error --fail --noproxy '*' -H "X-Control-Secret: $CONTROL_SECRET" \
    -H 'Content-Type: application/json' --data-raw "$2" -o "$DIR/control" "$CONTROL_URL$1" || exit 3
}

# minted TOKEN CHANGES: a token that says what TOKEN says but for the changes, signed by the control port of the target
minted() {
  python3 - "$1" "$2" >"$DIR/claims" <<'PY' || return 1
import base64, json, sys

part, changes = sys.argv[1].split(".")[1], json.loads(sys.argv[2])
own = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
claims = changes["claims"]
if "without" in changes:
    kept = {name: value for name, value in own.items() if name not in changes["without"]}
    claims = {**kept, **claims, **{name: own[name] + seconds for name, seconds in changes["later"].items()}}
json.dump({"claims": claims, "header": changes["header"], "key": changes["key"]}, sys.stdout)
PY
  curl --silent --show-error --fail --noproxy '*' -H "X-Control-Secret: $CONTROL_SECRET" \
    -H 'Content-Type: application/json' --data-binary @"$DIR/claims" -o "$DIR/minted" "$CONTROL_URL/tokens" || return 1
  python3 -c 'import json, sys; sys.stdout.write(json.load(sys.stdin)["token"])' <"$DIR/minted"
}

# mailed ADDRESS PATTERN: what the pattern finds in the newest mail to the address, by the control port of the target
mailed() {
  local try
  for try in 1 2 3 4 5 6 7 8 9 10; do
    curl --silent --show-error --fail --noproxy '*' --get -H "X-Control-Secret: $CONTROL_SECRET" \
      --data-urlencode "recipient=$1" -o "$DIR/mails" "$CONTROL_URL/outbox" || return 1
    python3 -c '
import json, re, sys
with open(sys.argv[1], encoding="utf-8") as file:
    texts = [mail["text"] for mail in json.load(file)["mails"]]
found = re.search(sys.argv[2], texts[-1]) if texts else None
sys.stdout.write(found[1] if found else sys.exit(1))' "$DIR/mails" "$2" && return
    sleep "$((try / 5)).5"
  done
  say "no mail to $1 with /$2/"
  return 1
}

# wire: sends standard input to the target byte for byte, and prints what comes back
wire() {
  python3 -c '
import os, socket, ssl, sys, urllib.parse
parts = urllib.parse.urlsplit(os.environ["BASE_URL"])
secure, given = parts.scheme == "https", os.environ.get
address = (parts.hostname, parts.port or (443 if secure else 80))
connection = socket.create_connection(address, timeout=float(os.environ["LIMIT_S"]))
if secure:
    context = ssl.create_default_context(cafile=given("CA_FILE"))
    if given("VERIFY") == "no":
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if given("CLIENT_CERT"):
        context.load_cert_chain(given("CLIENT_CERT"), given("CLIENT_KEY"), given("CLIENT_KEY_PASSPHRASE"))
    connection = context.wrap_socket(connection, server_hostname=parts.hostname)
try:
    connection.sendall(sys.stdin.buffer.read())
except OSError:
    pass  # refused before its end: what was said comes next
received = 0
try:
    while data := connection.recv(65536):
        received += sys.stdout.buffer.write(data)
        connection.settimeout(2)  # whoever keeps the connection open has said all by then
except OSError as why:
    if not received:
        print(f"no answer: {why}", file=sys.stderr)'
}

# conclude N STATUS WORDS: sets the status of the last answer against that of the failed test
conclude() {
  local now
  now=$(status "$1")
  if [ "$now" = 0 ]; then printf '\n\nNo answer came.'; fi
  if [ "$now" = "$2" ]; then
    printf '\n\nstatus %s, as in the failed test; %s\n' "$now" "$3"
  else
    printf '\n\nstatus %s; in the failed test it was %s; %s\n' "$now" "$2" "$3"
  fi
}

# concluded_race N STATUS WORDS: how many answers of race N have which status, and one that has the failed test's
concluded_race() {
  local head shown=''
  for head in "$DIR/$1".*.head; do
    if [ "$(awk '/^HTTP\// { got = $2 } END { print got + 0 }' "$head")" = "$2" ]; then shown=$head; fi
  done
  if [ -n "$shown" ]; then cat "$shown" "${shown%.head}.body"; fi
  printf '\n\nstatus: '
  for head in "$DIR/$1".*.head; do
    awk '/^HTTP\// { got = $2 } END { print got + 0 }' "$head"
  done | sort | uniq -c | awk '{ printf "%s%s x %s", (NR > 1 ? ", " : ""), $1, $2 }'
  printf '; in the failed test the answer at fault was %s; %s\n' "$2" "$3"
}
