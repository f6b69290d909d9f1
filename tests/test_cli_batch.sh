#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_cli_batch.sh BUILD: what a pipeline asks of osteon-search: many queries
# in one process, CSV, TREC runs, and formats of one's own. Works in a
# temporary folder; prints a line for each check.
set -u
unset OSTEON_INDEX NO_COLOR COLUMNS
export LC_ALL=C

build=$(cd "${1:?usage: test_cli_batch.sh BUILD}" && pwd) || exit 1
source=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=tests/checks.sh
. "$(dirname "$0")/checks.sh"
search=$build/search/osteon-search
engine=${OSTEON_TEST_ENGINE:-native}

# ---- Helpers ----

# Runs osteon-search; sets out, err and status.
run() {
    "$search" "$@" >"$scratch/out" 2>"$scratch/err"
    status=$?
    out=$(tr '\0' '@' <"$scratch/out")
    err=$(cat "$scratch/err")
}

# The same with a file of queries, which printf makes of $1.
batch() {
    # shellcheck disable=SC2059 # it is a format
    printf "$1" >"$scratch/queries"
    run --batch="$scratch/queries" "${@:2}"
    err=${err//$scratch\//}
}

# ---- Documents ----

cp -R "$source/corpus" "$scratch/corpus"
cd "$scratch/corpus" || exit 1
rm -rf queries.tsv qrels.tsv README.md .osteon
queries=$source/corpus/queries.tsv
"$build/indexer/osteon-index" --engine "$engine" -q || exit 1

mkdir "$scratch/odd"
cd "$scratch/odd" || exit 1
cat >records.jsonl <<'END'
{"id":"a b","title":"Say \"ah\", twice","text":"osteoid one, \"two\"\n\nand three","year":2019,"ratio":0.5,"Tag":["x","y, z"]}
{"id":"c,d\"e","title":"","text":"osteoid osteoid\nosteoid"}
{"id":"line\nfeed","text":"osteoid in a record with a long tail of words behind it","year":-3}
{"id":"back\\slash","text":"osteoid and some"}
{"id":"nbsp\u00a0and\u3000wide","text":"osteoid and some more words"}
{"id":"bell\u0007","text":"osteoid bell bell bell bell"}
END
printf 'File\n\nosteoid in a file\n' >'odd, "file" name.txt'
printf 'Bytes\n\nosteoid in a name that is no UTF-8 at all\n' >$'odd\xff.txt'
"$build/indexer/osteon-index" --engine "$engine" -q || exit 1
cd "$scratch/corpus" || exit 1

# ---- Many queries are the queries one by one ----

# What each gives alone, with its id put where the batch has it.
singly() { # SED-PROGRAM, with ID in it; OPTION...
    local id text
    while IFS=$'\t' read -r id text; do
        "$search" "${@:2}" -e "$text" 2>/dev/null </dev/null |
            sed "${1//ID/$id}"
    done <"$queries"
}
same() { # NAME SED-PROGRAM OPTION...
    singly "${@:2}" >"$scratch/singly"
    "$search" --batch="$queries" "${@:3}" >"$scratch/batch" 2>/dev/null
    [ -s "$scratch/batch" ] && cmp -s "$scratch/singly" "$scratch/batch"
    succeeded $? "$1" "$(diff "$scratch/singly" "$scratch/batch")"
}
same 'lines: a batch is its queries one by one' 's/^/ID:/'
same 'JSON likewise' 's/^{/{"query":"ID",/' --json -n 3
same 'TSV likewise' $'s/^/ID\t/' --tsv -n 3
same 'CSV likewise, with one heading' \
    '1d; s/^/ID,/; 2!b; /^q01/i query,rank,score,id,path,line,title,snippet' \
    --csv -n 3
same 'runs likewise' 's/^1 /ID /' --trec -n 100
same 'formats likewise' 's/^1 /ID /' --format='%q %r %s %t\n'
same 'paths likewise' 's/^/ID:/' -l
same 'counts likewise' 's/^/ID:/' -c
same 'with options of the query' 's/^/ID:/' --all --offset=1 -n 2

# ---- Threads ----

for _ in $(seq 5); do cat "$queries"; done >"$scratch/many"
for options in '--json -n 5' '--trec -n 200' -l0 '-n 1 --explain'; do
    # shellcheck disable=SC2086 # several options
    for jobs in 1 2 4 64; do
        "$search" --batch="$scratch/many" $options -j $jobs \
            >"$scratch/out$jobs" 2>"$scratch/err$jobs"
    done
    [ -s "$scratch/out1" ] && cmp -s "$scratch/out1" "$scratch/out2" &&
        cmp -s "$scratch/out1" "$scratch/out4" &&
        cmp -s "$scratch/out1" "$scratch/out64" &&
        cmp -s "$scratch/err1" "$scratch/err4"
    succeeded $? "$options: the bytes of 1, 2, 4 and 64 threads are the same"
done
{
    cat "$scratch/many"
    printf 'bad\ttumor AND (\n'
    cat "$queries"
} >"$scratch/bad"
for jobs in 1 4; do
    "$search" --batch="$scratch/bad" --strict --trec -j $jobs \
        >"$scratch/out$jobs" 2>"$scratch/err$jobs"
    equal "$jobs threads: a query that is refused gives status 2" 2 $?
done
cat "$scratch/many" "$queries" >"$scratch/good"
"$search" --batch="$scratch/good" --strict --trec >"$scratch/out" 2>/dev/null
cmp -s "$scratch/out1" "$scratch/out" && cmp -s "$scratch/out4" "$scratch/out"
succeeded $? 'and the others are answered all the same'
cmp -s "$scratch/err1" "$scratch/err4"
succeeded $? 'and the messages are those of one thread'

# ---- Lines ----

batch 'tumor\n\ncell\n' -n 1 -l
match 'without an id a line has its number' \
    $'^1:[^\n]+\n3:[^\n]+$' "$out"
batch 'x y\ttumor\n\tcell\n \t \nlast\ttumor' --trec -n 1
equal 'ids are before the first tab, else the number' 'x\x20y
2
last' "$(cut -d ' ' -f 1 <<<"$out")"
batch 'a\ttumor\tcell\n' --trec
cut -d ' ' -f 2- "$scratch/out" >"$scratch/tabs"
"$search" --trec 'tumor cell' | cut -d ' ' -f 2- | cmp -s - "$scratch/tabs"
succeeded $? 'further tabs are white space in the query' "$err"
batch '\357\273\277q1\ttumor\r\n\r\nq2\tcell\r\n' --trec -n 1
equal 'a byte order mark and carriage returns are no part of it' 'q1 q2 ' \
    "$(cut -d ' ' -f 1 <<<"$out" | tr '\n' ' ')"
batch 'q1\ttumor\nq2\tcell' --json -n 1
equal 'the last line needs no newline' 2 "$(wc -l <"$scratch/out")"
cp "$scratch/out" "$scratch/expected"
printf 'q1\ttumor\nq2\tcell' | "$search" --batch=- --json -n 1 |
    cmp -s - "$scratch/expected"
succeeded $? '- is standard input'
batch '' -l
equal 'no line is no hit' '1||osteon-search: note: queries: there is no query'\
' in it' "$status|$out|$err"
batch 'q1\ttumor\nq2\tce\0ll\nq3\ttumor\n' -l -n 1
match 'a NUL byte ends it' '^2\|q1:' "$status|$out"
equal 'and its line is told' \
    'osteon-search: queries:2: a NUL byte: this is no text in UTF-8' "$err"
{
    printf 'tumor '
    head -c $(((1 << 20) - 6)) /dev/zero | tr '\0' ' '
    printf '\r\ncell\n'
} >"$scratch/long"
run --batch="$scratch/long" -l -n 1
equal 'a line of 1 MiB is one' '0|2|' "$status|$(wc -l <"$scratch/out")|$err"
sed -i '1s/ / /; 1s/^/x/' "$scratch/long"
run --batch="$scratch/long" -l
equal 'a longer one is none' "2||osteon-search: $scratch/long:1: the line is"\
' over 1 MiB long' "$status|$out|$err"
out=$(timeout 20 head -c 3000000000 /dev/zero | tr '\0' x |
    "$search" --batch=- 2>&1)
equal 'and is not read to its end' "osteon-search: standard input:1: the line"\
' is over 1 MiB long' "$out"

# ---- What is refused ----

run --batch="$scratch/nowhere" -l
equal 'a file that is not there' \
    "2||osteon-search: $scratch/nowhere: No such file or directory" \
    "$status|$out|$err"
run --batch="$scratch" -l
equal 'a folder' "2||osteon-search: $scratch: Is a directory" \
    "$status|$out|$err"
run --batch="$queries" tumor
equal 'words beside it' 2 "$status"
match 'are told of' 'queries in its file: no words' "$err"
run --batch="$queries" --show abs-001
equal 'a document to show beside it' 2 "$status"
run --batch="$queries" -j 0
equal 'no thread' 2 "$status"
"$search" --batch=- <&- >/dev/null 2>&1
equal 'a closed standard input' 2 $?
batch 'tumor\n' -i "$scratch/nowhere"
equal 'an index that is not there' 2 "$status"

# ---- Status and messages ----

batch 'zzzz\ntumor\n' -l -n 1
equal 'one query with hits gives status 0' 0 "$status"
batch 'zzzz\nyyyy\n' -l
equal 'none gives status 1 and silence' '1||' "$status|$out|$err"
batch 'zzzz\ntumor\n' -q
equal '-q prints nothing and finds' '0||' "$status|$out|$err"
batch 'zzzz\nyyyy\n' -q
equal '-q prints nothing and does not find' '1||' "$status|$out|$err"
batch 'tumor\nx AND (\n' -q --strict
equal '-q: a hit wins over a later error' '0||' "$status|$out|$err"
batch 'zzzz\ntumor\n' -n 0
equal 'a limit of 0 prints nothing and finds' '0||' "$status|$out|$err"
batch 'a\tzzzz\nb\tyyyy\n' -c
equal 'counts of nothing' '1|a:0
b:0' "$status|$out"
batch 'ok\ttumor\nq 2\tcell AND (bone\n' --strict -n 1 -l
equal 'a query that is refused is shown with its line' \
    'osteon-search: queries:2: query: byte 9: "(" is not closed
  cell AND (bone
           ^' "$err"
match 'and gives status 2 beside hits' '^2\|ok:' "$status|$out"
batch 'a\ttumor (\n' -n 1 -l
equal 'what is not taken as written is told with its line' \
    'osteon-search: note: queries:1: unbalanced "(": taken to close at the end' "$err"
batch 'tumor\ntumor (\ncell "\n' -n 1 -l
equal 'of several the first' \
    'osteon-search: note: 2 queries were not taken as written, the first: '\
'queries:2: unbalanced "(": taken to close at the end' "$err"
batch 'a\ttumor\nb\t\n' -n 1 -l --print-query
match '--print-query names the line' \
    '^osteon-search: queries:1: query: .*queries:2: query: .*has no word' \
    "$err"
batch 'tumor\ncell\n' -n 1 -l --time
match '--time has one line' \
    '^osteon-search: 2 queries, 2 with hits in [0-9.]+ ms: open [0-9.]+$' \
    "$err"

# ---- Standard output ----

if [ -w /dev/full ]; then
    for jobs in 1 4; do
        "$search" --batch="$scratch/many" -j $jobs >/dev/full \
            2>"$scratch/err"
        equal "$jobs threads: a full disk gives status 2" \
            '2|osteon-search: standard output: No space left on device' \
            "$?|$(cat "$scratch/err")"
    done
fi
"$search" --batch="$queries" >&- 2>/dev/null
equal 'a closed standard output gives status 2' 2 $?
"$search" --batch="$scratch/many" --json 2>"$scratch/err" |
    head -n 1 >/dev/null
equal 'a reader that leaves is no error' '' "$(cat "$scratch/err")"
(
    trap '' PIPE
    yes tumor 2>/dev/null | timeout 60 "$search" --batch=- --json 2>"$scratch/err"
    echo "${PIPESTATUS[1]}" >"$scratch/status"
) | head -n 1 >/dev/null
equal 'nor does it go on where SIGPIPE is ignored' '0|' \
    "$(cat "$scratch/status")|$(cat "$scratch/err")"
for jobs in 1 4; do
    coproc asked { "$search" --batch=- -j $jobs -n 1 -l; }
    # shellcheck disable=SC2154 # coproc sets it
    pid=$asked_PID
    answers=
    for id in one two; do
        printf '%s\ttumor\n' $id >&"${asked[1]}"
        read -r -t 60 -u "${asked[0]}" line
        answers+="${line%%:*} "
    done
    eval "exec ${asked[1]}>&-"
    wait "$pid"
    equal "$jobs threads: a line that is written is answered at once" \
        'one two 0' "$answers$?"
done

# ---- Names of all kinds ----

cd "$scratch/odd" || exit 1
run --trec -n 100 osteoid
equal 'a run has six columns in every line' '8 6' \
    "$(awk '{ print NF }' "$scratch/out" | sort | uniq -c | xargs)"
equal 'the query that is alone is number 1' '1 Q0 osteon' \
    "$(cut -d ' ' -f 1,2,6 "$scratch/out" | sort -u)"
equal 'white space, control characters and backslashes are escaped' \
    'a\x20b
back\\slash
bell\x07
c,d"e
line\nfeed
nbsp\xC2\xA0and\xE3\x80\x80wide
odd,\x20"file"\x20name.txt
odd\xFF.txt' "$(cut -d ' ' -f 3 "$scratch/out" | sort)"
equal 'ranks ascend and scores do not' '' "$(awk '$4 != NR || NR > 1 &&
    $5 > last { print } { last = $5 }' "$scratch/out")"
run --trec zzzz
equal 'nothing found is no line' '1|' "$status|$out"
run --csv zzzz
equal 'but CSV has its heading' \
    '1|rank,score,id,path,line,title,snippet' "$status|$out"
run --csv -q osteoid
equal 'if anything is printed' '0|' "$status|$out"
run --csv -n 100 osteoid
equal 'a hit is a line, but for the name with a newline' 10 \
    "$(wc -l <"$scratch/out")"

if command -v python3 >/dev/null; then
    printf 'q,"1\tosteoid\nq2\tosteoid one\n' >"$scratch/two"
    "$search" --batch="$scratch/two" --csv >"$scratch/csv"
    "$search" --batch="$scratch/two" --json >"$scratch/json"
    # Both say the same of all members that are the same in both.
    python3 - "$scratch/csv" "$scratch/json" >"$scratch/out" 2>&1 <<'END'
import base64, csv, json, sys
def exact(hit, name):
    if name + "_base64" in hit:
        return base64.b64decode(hit[name + "_base64"])
    return (hit[name] or "").encode()
text = open(sys.argv[1], newline="", encoding="utf-8",
            errors="surrogateescape")
rows = list(csv.DictReader(text, strict=True))
hits = [json.loads(line) for line in open(sys.argv[2])]
assert len(rows) == len(hits) == 16, (len(rows), len(hits))
for row, hit in zip(rows, hits):
    raw = {k: v.encode("utf-8", "surrogateescape") for k, v in row.items()}
    for name in "query", "id", "path":
        assert raw[name] == exact(hit, name), (name, raw, hit)
    assert int(row["rank"]) == hit["rank"], row
    assert float(row["score"]) == hit["score"], row
    assert row["line"] == str(hit["line"] or ""), row
    assert row["title"] == " ".join(hit["title"].split()), (row, hit)
    assert row["snippet"].split() == hit["snippet"].split(), (row, hit)
print("same")
END
    equal "Python reads from CSV what it reads from JSON" same \
        "$(cat "$scratch/out")"
else
    printf 'skipped: checks of CSV need python3\n'
fi
if command -v jq >/dev/null; then
    printf 'q\377\tosteoid\n' | "$search" --batch=- --json -n 1 \
        >"$scratch/json"
    equal 'jq reads the id of the query' 'query cf8=' \
        "$(jq -r '"\(keys_unsorted[0]) \(.query_base64)"' <"$scratch/json" |
            sed 's/Y/c/; s/X/f/')"
fi

# ---- Formats ----

# shellcheck disable=SC1003 # a backslash, then a quote
run -n 1 --format='%r %s|%i|%p|%l|%t|%S|%q|%%\n\t\\' 'one two'
match 'a format has all of a hit' \
    $'^1 [0-9.]+\\|a b\\|records.jsonl\\|1\\|Say "ah", twice\\|'\
$'osteoid one, "two" and three\\|1\\|%\n\t\\\\$' "$out"
run -n 1 --format='%{year} %{TAG}, %{ratio}.%{none}\0' 'one two'
equal 'and values, whatever the case of their name' '2019 x, y, z, 0.5.@' \
    "$out"
run -n 1 --format='%{year}' tail
equal 'a number below 0' -3 "$out"
run -n 2 --format=x osteoid
equal 'and no newline' xx "$out"
run --format='%i\n' zzzz
equal 'and nothing for no hit' '1|' "$status|$out"
run --format='%p\n' -n 1 bell
equal 'a format without a passage' 'records.jsonl' "$out"
run --tsv --format=x --json -n 1 bell
match 'the last form asked for counts' '^\{' "$out"
# shellcheck disable=SC1003 # a backslash, then quotes
for format in '%x' '\q' '%' '\' '%{' '%{a' '%{}' '%é' \
    "%{$(printf 'x%.0s' {1..65})}"; do
    run --format="ab$format" osteoid
    equal "'$format' is refused with its place" \
        "2|osteon-search: --format: byte 2: '$format' is no escape" \
        "$status|$(head -n 1 <<<"$err")"
done

# ---- Terminal ----

if [ -n "$have_terminal" ]; then
    cd "$scratch/corpus" || exit 1
    terminal 80 --color=never --batch="$queries" -n 2
    match 'each query has a headline' \
        $'^==> q01: GD2 CAR-T\n1\\. GD2 as a Target' "$out"
    match 'after an empty line' $'\n\n==> q02: PD1 inhibitor sarcoma\n1\\. ' \
        "$out"
    match 'and there is a last line' \
        $'\n\n56 queries, 56 with hits \\([0-9.]+ ms\\)$' "$out"
    equal 'lines fit the terminal' '' \
        "$(LC_ALL=C.UTF-8 grep -E '.{81}' <<<"$out" |
            grep -v '^osteon-search: note')"
    printf 'a\tzzzz \033[31m%0199d\nb\tyyyy\n' 0 |
        sed 's/0000/zzz /g; s/000//' >"$scratch/none"
    terminal 80 --color=never --batch="$scratch/none"
    match 'a long query is cut' $'^==> a: zzzz \\[31m[z ]{60,70}…\n' "$out"
    match 'and one without hits says so' \
        $'…\nno hits\n\n==> b: yyyy\nno hits\n\n2 queries, 0 with hits' "$out"
    terminal 80 --batch="$queries" -n 1
    match 'a headline is coloured' $'\033\\[1;36m==> q01: GD2 CAR-T\033' "$out"
    terminal 80 --batch=-
    match 'queries typed at - are refused with a hint' \
        '--batch=- reads queries from standard input, which is a terminal' \
        "$out"
    cd "$scratch/odd" || exit 1
    for form in --csv --trec --format='%i %p %S\n' -l; do
        printf 'q\001\tosteoid\n' >"$scratch/bell"
        terminal 80 --color=never --batch="$scratch/bell" "$form" -n 100
        equal "$form: no control byte gets to a terminal" '' \
            "$(LC_ALL=C grep -a $'[\001-\010\013-\037\177]' <<<"$out")"
    done
else
    printf 'skipped: terminal checks need script(1)\n'
fi

# ---- Files that change ----

cd "$scratch/corpus" || exit 1
printf 'more\n' >>osteosarcoma-overview.txt
batch 'osteosarcoma\nosteosarcoma overview\n' -n 100 -l
equal 'a changed file is told of once for all queries' \
    "osteon-search: note: 2 of $(wc -l <"$scratch/out") hits have changed "\
'since they were indexed; run osteon-index' "$err"
batch 'osteosarcoma\n' -n 100 --trec
equal 'and of no concern to a run' '0|' "$status|$err"

# ---- Damage ----

cp -R .osteon "$scratch/damaged"
find "$scratch/damaged" -type f | while read -r file; do
    size=$(wc -c <"$file")
    [ "$size" -gt 0 ] && printf 'xx' |
        dd of="$file" bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
done
run -i "$scratch/damaged" --batch="$queries" --json
equal 'a damaged index gives status 2 and no hits' '2|' "$status|$out"
equal 'and one line' 1 "$(wc -l <"$scratch/err")"

report
