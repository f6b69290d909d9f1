#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# osteon-index --engine xapian beside Xapian's own tools: xapian-delve,
# xapian-check and Python's xapian read what it wrote. $1: the build folder.
set -euo pipefail
unset OSTEON_INDEX
export LC_ALL=C

build=$(cd "${1:?usage: test_cli_xapian.sh BUILD}" && pwd)
index=$build/indexer/osteon-index
source=$(cd "$(dirname "$0")/.." && pwd)
# Debian's package is for Debian's Python.
python=python3
$python -c 'import xapian' 2>/dev/null || python=/usr/bin/python3
if ! command -v xapian-delve >/dev/null || ! $python -c 'import xapian'; then
  echo "no xapian-delve or no xapian for Python: scripts/dependencies --tests"
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/checks.sh
. "$(dirname "$0")/checks.sh"

run() {
  st=0
  err=$("$index" -i "$db" "$@" 2>&1) || st=$?
}

documents() {
  xapian-delve "$1" | sed -n 's/^number of documents = //p'
}

# Paths and ids of what Xapian's own parser of queries finds, sorted.
python_finds() {
  $python - "$1" "$2" <<'END'
import sys, xapian
db = xapian.Database(sys.argv[1])
parser = xapian.QueryParser()
parser.set_stemmer(xapian.Stem("english"))
parser.set_stemming_strategy(parser.STEM_SOME)
parser.set_default_op(xapian.Query.OP_AND)
parser.set_database(db)
parser.add_prefix("title", "S")
enquire = xapian.Enquire(db)
enquire.set_query(parser.parse_query(sys.argv[2]))
for match in enquire.get_mset(0, 1000):
    lines = dict(l.split("=", 1) for l in
                 match.document.get_data().decode().split("\n"))
    print(lines.get("id", lines.get("url")))
END
}

cp -r "$source/corpus" "$work/corpus"
cd "$work/corpus"
db=$work/db
run --engine xapian .
is "new: status" $st 0
has "new: told" "$err" '^indexed 90, unchanged 0, removed 0'
is "new: documents" "$(documents "$db")" 90
has "new: Xapian finds no fault" "$(xapian-check "$db"/db-*)" 'No errors found'

# A native index has the same documents. In a phrase Xapian takes words as they
# are, so it is one whose words have no other form.
"$index" -q -i "$work/native" .
for query in 'sarcoma' 'checkpoint inhibitors' '"for osteosarcoma"' \
  'title:osteosarcoma' 'chemotherapies' 'pd1' '"bone cyst"'; do
  "$build/search/osteon-search" -i "$work/native" --all --json -n 1000 \
    "$query" | jq -r .id | sort >"$work/native.ids" || true
  python_finds "$db" "$query" | sort >"$work/python.ids"
  [[ -s $work/native.ids ]] || fail "$query: nothing"
  is "$query" "$(cat "$work/python.ids")" "$(cat "$work/native.ids")"
done

# ---- Updates ----
name=$(ls ./*.txt | head -n 1)
name=${name#./}
echo "a zebrafish of our own" >>"$name"
run .
has "update: told" "$err" '^indexed 1, unchanged 54, removed 0'
is "update: documents" "$(documents "$db")" 90
is "update: found" "$(python_finds "$db" zebrafish)" "corpus/$name"
run .
has "nothing changed: told" "$err" '^indexed 0, unchanged 55, removed 0'
rm "$name"
run .
has "vanished: told" "$err" '^indexed 0, unchanged 54, removed 1'
is "vanished: documents" "$(documents "$db")" 89
other=$(ls ./*.txt | head -n 1)
run --delete "corpus/${other#./}"
is "delete: status" $st 0
is "delete: documents" "$(documents "$db")" 88
run --delete nowhere
is "delete of nothing: status" $st 1
run --merge
is "merge: status" $st 0
is "merge: documents" "$(documents "$db")" 88
has "merge: Xapian finds no fault" "$(xapian-check "$db"/db-*)" \
  'No errors found'
run --rebuild .
is "rebuild: documents" "$(documents "$db")" 89

# ---- An export of a native index finds the same ----
"$index" -q -i "$work/native" .
db=$work/native
run --export "xapian:$work/export"
is "export: status" $st 0
run --export "xapian:$work/export"
is "export: there is one: status" $st 2
has "export: there is one: told" "$err" \
  'there is an index already: choose another folder, or remove it$'
run --export xapian
is "export: no folder: status" $st 2
for query in sarcoma '"checkpoint inhibitors"' '+PD-1 sarcoma' \
  title:osteosarcoma 'IFN-gamma' '"bone tumors" immunotherapy'; do
  for place in native db export; do
    "$build/search/osteon-search" -i "$work/$place" --json -n 1000 "$query" |
      jq -r .id | sort >"$work/$place.ids" || true
  done
  [[ -s $work/native.ids ]] || fail "$query: nothing"
  is "engine xapian: $query" "$(cat "$work/db.ids")" "$(cat "$work/native.ids")"
  is "export: $query" "$(cat "$work/export.ids")" "$(cat "$work/native.ids")"
done
db=$work/db

# ---- Refusals ----
run --engine native .
is "another engine: status" $st 2
has "another engine: told" "$err" 'engine xapian, not native: choose another'
run --engine native --rebuild .
is "another engine, rebuild: status" $st 2
run --engine klingon .
is "unknown engine: status" $st 2
run --shard 1/2 .
is "another shard: status" $st 2
run --shard 3/2 .
is "no shard: status" $st 2
has "no shard: told" "$err" "shard: '3/2' is not a valid K/N"
db=$work/native
run --engine xapian .
is "of a native index: status" $st 2

# ---- Parts ----
sum=0
for k in 1 2 3; do
  db=$work/part$k
  run --engine xapian --shard $k/3 .
  is "part $k: status" $st 0
  sum=$((sum + $(documents "$db")))
  run .
  has "part $k: an update keeps it" "$err" '^indexed 0, unchanged 54'
done
is "parts: documents" $sum 89

# ---- Locks ----
db=$work/db
$python - "$db" <<'END' &
import glob, sys, time, xapian
db = xapian.WritableDatabase(glob.glob(sys.argv[1] + "/db-*")[0],
                             xapian.DB_OPEN)
open(sys.argv[1] + ".locked", "w")
time.sleep(60)
END
holder=$!
for _ in $(seq 600); do [[ -e $db.locked ]] && break; sleep 0.1; done
echo more >>"$(ls ./*.txt | head -n 1)"
run .
is "held by another program: status" $st 75
kill $holder
wait $holder 2>/dev/null || true
run .
is "let go: status" $st 0

# ---- A document that no Xapian database takes ----
mkdir "$work/large"
cd "$work/large"
db=$work/large/db
blank() { head -c 126000000 /dev/zero | tr '\0' ' '; }
echo 'near one' | gzip >a.txt.gz
echo 'far' | gzip >b.txt.gz
echo 'near two' | gzip >c.txt.gz
run --engine xapian .
has "large: small first" "$err" '^indexed 3, '
{ echo far; blank; } | gzip -1 >b.txt.gz
{
  echo '{"id": "r1", "body": "near three"}'
  echo "{\"id\": \"r2\", \"body\": \"far$(blank)\"}"
  echo '{"id": "r3", "body": "near four"}'
} >r.jsonl
run .
is "large: status" $st 1
has "large: a file is told" "$err" \
  '^osteon-index: \./b\.txt\.gz: a Xapian database takes no document with over'
has "large: a record is told" "$err" \
  '^osteon-index: \./r\.jsonl:2: a Xapian database takes no document with over'
is "large: all others are there" "$(documents "$db")" 4
has "large: a file is listed" "$("$index" -i "$db" --failed)" \
  '^b\.txt\.gz	too large	a Xapian database takes no document with over 120'
has "large: a record is listed" "$("$index" -i "$db" --failed)" \
  '^r\.jsonl	malformed	1 of 3 records could not be indexed$'
run .
is "large: again: status" $st 0
has "large: again: nothing is read" "$err" '^indexed 0, unchanged 2, '

# ---- A disk that is full ----
cd "$work/corpus"
db=$work/db
before=$(documents "$db")
cat ./*.txt ./*.txt >large.txt
(
  ulimit -f 100
  trap '' XFSZ
  "$index" -q -i "$db" . 2>"$work/full"
) && st=0 || st=$?
is "full disk: status" $st 2
is "full disk: the old index is there" "$(documents "$db")" "$before"
has "full disk: no fault" "$(xapian-check "$db"/db-*)" 'No errors found'
run .
is "full disk: then room: documents" "$(documents "$db")" $((before + 1))

report
