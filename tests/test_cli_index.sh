#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# osteon-index as a user meets it. $1 is the build folder. One line a check,
# then "N passed, N failed"; exit status 1 if any failed.
set -u
build=$(cd "${1:?usage: test_cli_index.sh BUILD-FOLDER}" && pwd)
find_program() {
    local p
    for p in "$build/$1" "$build/indexer/$1"; do
        [ -x "$p" ] && { echo "$p"; return; }
    done
    echo "test_cli_index.sh: no $1 in $build" >&2
    exit 1
}
index=$(find_program osteon-index) || exit 1
extract=$(find_program osteon-extract) || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/osteon-cli.XXXXXX") || exit 1
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
# With OSTEON_TEST_ENGINE new indexes are of that engine.
engine=${OSTEON_TEST_ENGINE:-native}
if [ "$engine" != native ]; then
    printf '#!/bin/sh\nexec "%s" --engine %s "$@"\n' "$index" "$engine" \
        >"$work/.index"
    chmod +x "$work/.index"
    index=$work/.index
fi
export LC_ALL=C
unset OSTEON_INDEX OSTEON_EXTRACT POSIXLY_CORRECT

# shellcheck source=tests/checks.sh
. "$(dirname "$0")/checks.sh"
# run ARGS: stdout in $out, stderr in $err, status in $st
run() {
    "$index" "$@" >"$work/.out" 2>"$work/.err"; st=$?
    out=$(tr '\0' '@' <"$work/.out"); err=$(tr '\0' '@' <"$work/.err")
}
fresh() { rm -rf "$work/t"; mkdir "$work/t"; cd "$work/t" || exit 1; }
stat_of() {
    "$index" --stats --json | grep -o "\"$1\":[0-9]*" | head -1 | cut -d: -f2
}
# The files of the index but the lock, with times
listing() { ls -l --time-style=full-iso .osteon | grep -Ev 'LOCK|^total'; }
documents() { stat_of documents; }
counts() { echo "$err" | sed 's/ in [0-9.]* s$//'; }

# ---- help, versions, usage ----
fresh
run -h; is "short help: status" $st 0
has "short help: on stdout" "$out" '--rebuild'
run --help; is "help: status" $st 0
has "help: tells exit statuses" "$out" 'Exit status: 0 done'
is "help: short help is shorter" \
    $(($("$index" -h | wc -l) < $("$index" --help | wc -l))) 1
is "help: 80 columns" "$("$index" --help | awk 'length > 80' | wc -l)" 0
has "help: the last language" "$("$index" --help)" ' turkish$'
run --version; has "version: name and number" "$out" '^osteon-index [0-9]'
run --rebild; is "unknown option: status" $st 2
has "unknown option: suggestion" "$err" 'did you mean --rebuild\?'
has "unknown option: hint" "$err" "Try 'osteon-index --help'"
is "unknown option: nothing on stdout" "$out" ""
run --bogusbogus; hasnot "unknown option: far from all" "$err" 'did you mean'
run -Z; has "unknown letter" "$err" "unknown option '-Z'"
run --reb=3; has "switch with a value" "$err" '--rebuild takes no value'
run --merge=3; has "merge: bad choice" "$err" "'3' is not a valid .*reorder"
run --import=jsonl:x; has "one choice is not listed" "$err" \
    "'jsonl:x' is not a valid ciff:FILE$"
run --stats x; has "a PATH too many" "$err" "--stats takes no PATH \('x'\)"
run --jobs; has "missing value" "$err" '--jobs needs a value'
run --ma 1X .; is "bad size: status" $st 2
run --format=word .; has "bad choice: names the others" "$err" 'markdown, json'
run --re .; has "abbreviation" "$(counts)" '^indexed 0'
run --n; has "ambiguous" "$err" "'--n' is ambiguous: .*--no-ignore"
run --stats --check; is "two modes: status" $st 2
[ -e .osteon ] && rm -r .osteon
run --stats; is "no index: status" $st 2
has "no index: told" "$err" '^osteon-index: no index in this folder'
run --check; is "check without an index: status" $st 2
run --failed -i none; has "no such index" "$err" 'none: there is no such index'
is "nothing was made by looking" "$(ls -A)" ""

# ---- few open files ----
fresh
for i in {1..60}; do echo "word$i text" >"f$i.txt"; done
least=14
[ "$engine" = native ] || least=32 # the tables of a database
(ulimit -n $least; "$index" -q -j1 . 2>"$work/.err"); is "few open files: status" $? 0
is "few open files: all are read" "$(documents)" 60
is "few open files: no message" "$(cat "$work/.err")" ""
rm -rf .osteon
# 14 of 200 are left: files opened before their turn are closed again
(for i in {10..192}; do eval "exec $i</dev/null"; done; ulimit -n 200
    "$index" -q -j1 . 2>"$work/.err")
is "nearly all files open: status" $? 0
is "nearly all files open: all are read" "$(documents)" 60

# ---- an update ----
fresh
mkdir -p d/e; echo "Alpha beta" >a.txt; echo "gamma delta" >d/b.txt
echo "epsilon" >d/e/c.txt; printf 'x\0y' >bin; : >empty; echo "--- ***" >marks
run; is "first update: status" $st 0
is "first update: counts" "$(counts)" \
    "indexed 3, unchanged 0, removed 0, skipped 3 (empty 2, binary 1)"
has "closing line: time" "$err" ' in [0-9]+\.[0-9][0-9] s$'
is "first update: documents" "$(documents)" 3
is "first update: stdout is empty" "$out" ""
before=$(listing)
run
is "no change: counts" "$(counts)" \
    "indexed 0, unchanged 3, removed 0, skipped 3 (empty 2, binary 1)"
is "no change: index untouched" "$(listing)" \
    "$before"
touch -d '2001-01-01' a.txt; run
is "same content: not indexed again" "$(counts)" \
    "indexed 0, unchanged 3, removed 0, skipped 3 (empty 2, binary 1)"
before=$(listing)
run; is "same content: settled" "$(listing)" \
    "$before"
echo "Alphx beta" >a.txt; run
has "changed content of the same size: indexed" "$(counts)" "^indexed 1,"
echo "zeta" >a.txt; run
has "changed content: indexed" "$(counts)" "^indexed 1, unchanged 2, removed 0"
rm d/e/c.txt; run
has "vanished: removed" "$(counts)" "^indexed 0, unchanged 2, removed 1"
is "vanished: documents" "$(documents)" 2
echo text >empty; run
has "was empty: indexed" "$(counts)" \
    "^indexed 1, unchanged 2, .*\(empty 1, binary 1\)"
printf 'z\0' >a.txt; run
has "became binary: gone" "$(counts)" \
    "^indexed 0, unchanged 2, removed 1, skipped 3 \(empty 1, binary 2\)"
run -q; is "quiet: nothing" "$out$err" ""
echo new >n.txt; run -v
has "verbose: line a file" "$err" '^indexed n.txt$'
has "verbose: peak memory" "$err" '^peak memory'
cd d || exit 1; run; has "from a folder below: whole index" "$(counts)" \
    "^indexed 0, unchanged 3"
echo more >f.txt; run .; has "folder named: only that" "$(counts)" \
    "^indexed 1, unchanged 1"
cd ..
run --check; is "check: status" $st 0
has "check: clean" "$out" '^\.osteon: clean \(4 documents'
run --check -q; is "check: quiet" "$out$err" ""

# ---- only some of the tree ----
run nowhere; is "missing name: status" $st 1
has "missing name: told" "$err" 'nowhere: No such file or directory'
rm -r d; run d; is "vanished name: status" $st 0
has "vanished name: removed" "$(counts)" "removed 2"
echo x >one; echo y >two; run one; is "named file: only that" "$(counts)" \
    "indexed 1, unchanged 0, removed 0"
run one one ./one; is "named thrice: once" "$(counts)" \
    "indexed 0, unchanged 1, removed 0"
run bin; has "named binary: told" "$err" \
    '^osteon-index: bin: not indexed: binary \(NUL byte at offset 1\)$'
is "named binary: status" $st 0
run --failed; has "failed: binary, and why" "$out" \
    "^bin	binary	NUL byte at offset 1$"
mkfifo pipe; run pipe; is "named pipe: status" $st 1
has "named pipe: told" "$err" 'pipe: neither a file nor a folder'
run .; hasnot "pipe in a walk: silent" "$err" pipe

# ---- what the walk takes ----
fresh
mkdir .git sub; echo a >.hidden; echo b >.git/x; echo c >seen
printf '*.log\n/sub/no\n' >.gitignore; echo d >x.log; echo e >sub/x.log
echo f >sub/no; echo g >no; ln -s seen link; ln -s sub slink
run -v; is "walk: what it takes" \
    "$(echo "$err" | sed -n 's/^indexed \([^0-9]\)/\1/p' | tr '\n' ' ')" \
    "no seen "
run --no-ignore -v; is "no-ignore" \
    "$(echo "$err" | sed -n 's/^indexed \([^0-9]\)/\1/p' | tr '\n' ' ')" \
    "sub/no sub/x.log x.log "
printf '/*\n' >.ignore
run -v; has "all ignored: told" "$err" "no file was found: .*--no-ignore"
run -q; is "all ignored: quiet" "$err" ""
run -n; has "all ignored: told by a dry run" "$err" "^osteon-index: no file"
rm .ignore
run --no-ignore
run -v; is "some ignored: not told" "$(echo "$err" | grep -c 'no file')" 0
run --no-ignore
run --hidden -v; has "hidden: counts" "$(counts)" "indexed 3, .*removed 3"
run x.log link; has "named: taken in spite of rules" "$(counts)" \
    "^indexed 1, unchanged 1"
run -g '*.log' --no-ignore; has "glob: takes" "$(counts)" \
    "^indexed 1, unchanged 1, removed 5"
run --exclude 'se*'; has "exclude" "$(counts)" "^indexed 1, .*removed 2"
run -g '!*.log' -g 'x*' --no-ignore; has "globs: the last decides" \
    "$(counts)" "^indexed 2, unchanged 0, removed 1"
head -c 2000 /dev/zero | tr '\0' 'x' >big; run --max-filesize 1K
has "max-filesize: counted" "$(counts)" "too large 1"
run --failed; has "failed: too large listed" "$out" \
    "^big	too large	more than 1024 bytes"
run --max-filesize=2K; has "max-filesize: raised" "$(counts)" "^indexed 1"

# ---- names ----
fresh
nl=$'new\nline'; echo a >"$nl"; printf 'b' >$'\377\376'; echo c >' -x'
echo d >-y; echo 'e' >$'esc\033[31m'
run; has "odd names: indexed" "$(counts)" "^indexed 5"
run -v --rebuild; has "odd names: escaped" "$err" '^indexed new\\nline$'
hasnot "odd names: no escape sequence" "$err" $'\033'
run -- -y; has "after --: operand" "$(counts)" "unchanged 1"
printf '%s\0' "$nl" -y >list; run --files-from list -0
has "files-from with NULs" "$(counts)" "unchanged 2"
printf '%s\n' ./-y none >list; run --files-from list
is "files-from: missing: status" $st 1
printf 'list\n' | "$index" --files-from - 2>"$work/.err"
has "files-from stdin" "$(cat "$work/.err")" "^indexed 1"
run -n -0; has "dry-run with NULs" "$(rm "$nl"; "$index" -n -0 -q |
    tr '\0\n' '@|')" '^- new\|line@$'

# ---- where a new index is ----
fresh
mkdir a; echo a >a/x
run a; has "new index: told where a PATH is named" "$err" \
    "^osteon-index: $(pwd -P)/\.osteon: new index$"
run a; hasnot "new index: told once" "$err" "new index"
rm -r .osteon; run -q a; is "new index: quiet" "$err" ""
rm -r .osteon; run; hasnot "new index: without a PATH it is here" "$err" "new"
rm -r .osteon; run -i .osteon a; hasnot "new index: named" "$err" "new"

# ---- dry run, delete, merge, rebuild ----
fresh
echo a >a; echo b >b
run -n; is "dry-run: new" "$out" $'+ a\n+ b'
is "dry-run: makes nothing" "$(ls -A | tr '\n' ' ')" "a b "
run -q; echo c >c; echo bb >b; rm a; printf '\0' >d
run -n; is "dry-run: all kinds" "$out" $'~ b\n+ c\n- a'
run -nq; is "dry-run: quiet" "$err" ""
run; has "dry-run was right" "$(counts)" "^indexed 2, unchanged 0, removed 1"
run --delete b nothere; is "delete: missing id: status" $st 1
has "delete: missing id: told" "$err" 'nothere: no document has this id'
is "delete: documents" "$(documents)" 1
run; has "delete: stays away" "$(counts)" "^indexed 0, unchanged 2"
is "delete: stays away, documents" "$(documents)" 1
echo bbb >b; run; has "delete: until it changes" "$(counts)" "^indexed 1"
printf 'b\nc\n' | "$index" --delete-from - -q; is "delete-from" \
    "$(documents)" 0
run --rebuild; has "rebuild" "$(counts)" "^indexed 2, unchanged 0"
for i in 1 2 3; do echo $i >m$i; "$index" -q; done
for i in 1 2 3 4 5; do echo $i >n$i; done; "$index" -q; "$index" -q --delete n1
run --merge; is "merge: status" $st 0
[ "$engine" != native ] || has "merge: told" "$err" \
    '^merged [0-9]+ segments to 1, [0-9.]+ to [0-9.]+ KB, without 1 deleted document, in 0\.'
is "merge: one segment" "$(stat_of segments)" 1
run --merge; [ "$engine" != native ] ||
    has "merge again: told" "$err" '^nothing to merge: 1 segment of [0-9.]+ KB$'
before=$(stat_of documents)
if [ "$engine" = native ]; then # Xapian keeps its documents in their order
    run --merge=reorder; is "reorder: status" $st 0
    is "reorder: one segment" "$(stat_of segments)" 1
    is "reorder: documents" "$(stat_of documents)" "$before"
    run; has "reorder: nothing to do after it" "$(counts)" "^indexed 0"
fi
run --language german; is "other language: status" $st 2
run --language german --rebuild; is "other language, rebuild: status" $st 0
run --language klingon --rebuild; is "unknown language: status" $st 2
run --check -q; is "check after all: status" $st 0

# ---- standard input ----
fresh
echo "hello stdin" | "$index" -q -; is "stdin: status" $? 0
is "stdin: document" "$(documents)" 1
echo "hello again" | "$index" -q -; is "stdin: replaced" "$(documents)" 1
echo "other" | "$index" -q --id two -; is "stdin: id" "$(documents)" 2
printf '{"id":1,"title":"A","text":"b"}\n\n{"id":"x","n":2}\n' |
    "$index" --format=jsonl - 2>"$work/.err"
has "stdin records" "$(cat "$work/.err")" "^indexed 2"
is "stdin records: documents" "$(documents)" 4
printf 'a\0b' | "$index" - 2>"$work/.err"
has "stdin binary" "$(cat "$work/.err")" "standard input: not indexed: binary \(NUL"
if command -v script >/dev/null; then
    has "stdin terminal is refused" \
        "$(script -qec "$index -" /dev/null </dev/null 2>&1)" 'is a terminal'
fi
echo "a file" >file
echo "stdin behind it" | "$index" -q -j4 file -
is "stdin behind a file: status" $? 0
run --files-from - - </dev/null; is "stdin twice: status" $st 2

# ---- formats ----
fresh
printf '# Head\n\nbody *it*\n' >a.md
printf '<title>Page</title><script>no</script><p>para</p>' >b.html
printf 'packed text\n' | gzip >c.txt.gz
printf '\377\376h\0i\0' >d.txt
printf '[{"id":"r1","text":"x"},\n{"id":"r2","text":"y"}]' >e.json
run; has "formats: all" "$(counts)" "^indexed 5"
run --format=json e.json --rebuild
has "json records" "$(counts)" "^indexed 2"
gzip -c a.md | head -c 20 >cut.md.gz; run
is "cut gz: status" $st 1
has "cut gz: told" "$err" 'cut.md.gz: compressed data is cut off'
has "cut gz: counted" "$(counts)" "malformed 1"
run; is "cut gz: not read again: status" $st 0
head -c 3000000 /dev/zero | tr '\0' 'z' | gzip >bomb.gz
run --max-filesize 1M; has "bomb: too large" "$(counts)" "too large 1"
run --max-filesize 1M; has "bomb: remembered" "$(counts)" "too large 1"
OSTEON_EXTRACT=/bin/false run --rebuild b.html
is "dead helper: status" $st 1
has "dead helper: told" "$err" 'b.html: the HTML parser died'
OSTEON_EXTRACT=/nonexistent run --rebuild b.html a.md
has "no helper: told" "$err" 'cannot be started'
has "no helper: others go on" "$(counts)" "^indexed 1.*unreadable 1"
run b.html; has "no helper: tried again" "$(counts)" "^indexed 1"
is "helper finds its own end" \
    "$(printf '\0\0\0\0\0\0\0\0' | "$extract" | wc -c)" 13

# ---- records ----
fresh
{ echo '{"id":"a","text":"one"}'; echo 'nonsense'; echo
  echo '{"id":"b","text":"two","bad name":1}'; echo '{"id":'; } >r.jsonl
run; is "bad records: status" $st 1
has "bad records: line" "$err" '^osteon-index: r.jsonl:2: '
has "bad records: line after a blank one" "$err" '^osteon-index: r.jsonl:5: '
has "bad records: others are taken" "$(counts)" "indexed 2, .*malformed 1"
has "bad records: field names" "$err" '1 fields were left out'
run --failed; is "bad records: listed" "$out" \
    "r.jsonl	malformed	2 of 4 records could not be indexed"
run r.jsonl; has "bad records: named again" "$err" \
    '^osteon-index: r\.jsonl: 2 of 4 records could not be indexed$'
run --failed --json; has "failed as JSON" "$out" \
    '^\{"path":"r.jsonl","state":"malformed","reason":"2 of 4 records .*"\}$'
for i in $(seq 30); do echo "bad$i"; done >s.jsonl; run s.jsonl
is "bad records: ten lines and a count" \
    "$(echo "$err" | grep -c '^osteon-index: s.jsonl')" 11
echo '{"id":"a","text":"one"}' >r.jsonl; rm s.jsonl; run
is "fewer records: the others go" "$(documents)" 1
seq 40000 | sed 's/.*/{"id":"&","title":"t&","text":"word&"}/' >big.jsonl
run -j1 --rebuild; is "many records, one thread" "$(documents)" 40001
cp -r .osteon "$work/one"; run -j3 --rebuild
is "many records, threads" "$(documents)" 40001
content() { "$index" -i "$1" --stats | grep -E '^(doc|sou|ter|pos|tok)'; }
is "threads: the same content" "$(content .osteon)" "$(content "$work/one")"
rm -rf "$work/one"
seq 150000 | sed 's/.*/{"id":"&","text":"a longer text for &"}/' >slices.jsonl
echo bad >>slices.jsonl; run slices.jsonl
has "bad record in a late slice: line" "$err" 'slices.jsonl:150001: '
rm slices.jsonl; run -q
touch big.jsonl; run; has "records touched: unchanged" "$(counts)" \
    "^indexed 0, unchanged 2"

# ---- a long text goes in pieces ----
fresh
seq 1500000 | paste -sd ' ' - | fold -w 70 -s >long.txt
# Words of a title may count for more than one.
run -v; has "long text: all words" "$err" ' 15000[0-9][0-9] tokens'
seq 300000 | tr -d '\n' >solid.txt; run
has "long text without a space" "$(counts)" "^indexed 1, unchanged 1"
touch long.txt; run; has "long text touched: unchanged" "$(counts)" \
    "^indexed 0, unchanged 2"
seq 1500000 | iconv -t UTF-16 >u16.txt; run -v u16.txt
has "long UTF-16: all words" "$err" ' 15000[0-9][0-9] tokens'
gzip -c long.txt >packed.txt.gz; run; has "long text, packed" "$(counts)" \
    "^indexed 1, unchanged 3"
run --check -q; is "long text: index is clean: status" $st 0

# ---- what cannot be read ----
fresh
mkdir d; echo a >d/a; echo b >b; run -q
if [ "$(id -u)" != 0 ]; then
    touch b; chmod 0 d b; run; is "unreadable: status" $st 1
    has "unreadable: told" "$err" 'd: Permission denied'
    is "unreadable: documents kept" "$(documents)" 2
    run --failed; has "unreadable: listed" "$out" '^b	unreadable	Permission'
    chmod 700 d b; run; has "readable again: unchanged" "$(counts)" \
        "^indexed 0, unchanged 2"
fi
run -i /proc/none/x .; is "index cannot be made: status" $st 2
mkdir notindex; echo x >notindex/f; run -i notindex b
is "not an index: status" $st 2
printf 'x' | dd of=.osteon/MANIFEST bs=1 seek=20 conv=notrunc 2>/dev/null
run; is "damaged index: status" $st 2
run --check; is "damaged index: check: status" $st 2

# ---- stdout, signals, locks ----
fresh
for i in $(seq 200); do echo "text $i" >f$i; done
"$index" -n -q >/dev/full 2>"$work/.err"; is "full stdout: status" $? 2
has "full stdout: told" "$(cat "$work/.err")" 'standard output: No space'
"$index" --help >/dev/full 2>/dev/null; is "full stdout: help: status" $? 2
"$index" -n -q 2>"$work/.err" | head -1 >/dev/null
is "closed pipe: silent" "$(cat "$work/.err")" ""
"$index" -q <&- >&- 2>&-; is "all closed: status" $? 0
run --check; is "all closed: the index has no message in it" $st 0
"$index" --stats 2>"$work/.err" >&-; is "closed stdout: status" $? 2
has "closed stdout: told" "$(cat "$work/.err")" 'standard output: Bad file'
"$index" --export jsonl:- 2>/dev/null >&-
is "closed stdout: export: status" $? 2
"$index" --format jsonl - 2>/dev/null <&-; is "closed stdin: status" $? 1
run -q
(flock 9; run --wait=0.2; echo "$st $err" >"$work/.lock") 9>>.osteon/LOCK
has "locked: status and message" "$(cat "$work/.lock")" \
    '^75 osteon-index: \.osteon: locked by .*\(use --wait\)'
run; is "lock is gone: status" $st 0
mkfifo "$work/feed"; generation=$(stat_of generation)
"$index" -q --format=jsonl - <"$work/feed" & pid=$!
exec 8>"$work/feed"; echo '{"id":"never"}' >&8; sleep 0.3
start=$(date +%s%N); kill -TERM $pid; wait $pid; st=$?
is "SIGTERM: dies of it" $st 143
is "SIGTERM: soon, even on a busy machine" \
    $((($(date +%s%N) - start) < 20000000000)) 1
exec 8>&-
is "SIGTERM: last commit stands" "$(stat_of generation)" "$generation"
run --check -q; is "SIGTERM: index is clean: status" $st 0
out=$(echo "PD-1" | "$index" --analyze); has "analyze" "$out" \
    $'^0\tpd1\t0-4\tjoined$'
out=$("$index" --stats); has "stats: parts" "$out" '^  postings .*%$'
mkdir "$work/r"; cd "$work/r" || exit 1; echo z >z
OSTEON_INDEX="$work/env.idx" run; has "OSTEON_INDEX" "$(counts)" "^indexed 1"
is "OSTEON_INDEX: nothing here" "$(ls -A)" z
has "-i wins" "$("$index" -i "$work/opt.idx" . 2>&1)" "^indexed 1"

# ---- options that make no sense ----
fresh
echo a >a; echo b >b; run -q
run -0 a; is "-0 without a list: status" $st 2
has "-0 without a list: told" "$err" '^osteon-index: --null-data is for --files'
run --json a; is "--json without a task: status" $st 2
run --check --json; is "--check --json: status" $st 2
run --stats --format=json; is "--stats --format: status" $st 2
run --id x a; is "--id without stdin: status" $st 2
run -g ''; is "empty glob: status" $st 2
run --exclude ''; is "empty exclude: status" $st 2
run --delete ''; is "empty id: status" $st 2
run --wait=x; has "bad optional value" "$err" "'x' is not a valid SECONDS\$"
run --files-from .; is "list is a folder: status" $st 2
has "list is a folder: told" "$err" '^osteon-index: \.: Is a directory$'
run -n -; is "dry run of stdin: status" $st 2
run .osteon; is "the index itself: status" $st 1
has "the index itself: told" "$err" '^osteon-index: \.osteon: is the index'
"$index" -n --rebuild >"$work/.out" 2>&1; is "dry run: closing line is last" \
    "$(tail -1 "$work/.out")" 'would index 2 new, 0 changed, remove 0'
is "nonsense: documents stay" "$(documents)" 2
echo aa >a; run -qv; is "quiet wins over verbose" "$out$err" ""

# ---- a rebuild of nothing leaves the index ----
run --rebuild nowhere; is "rebuild of a missing name: status" $st 2
has "rebuild of a missing name: told" "$err" 'nowhere: No such file'
has "rebuild of a missing name: index stays" "$err" 'it stays as it is$'
run --rebuild --files-from /dev/null; is "rebuild of no names: status" $st 2
is "rebuild of nothing: documents stay" "$(documents)" 2
run --merge --rebuild; has "merge and rebuild: all is there" "$(counts)" \
    "^indexed 2, unchanged 0, removed 0"
is "merge and rebuild: documents" "$(documents)" 2
run -i new.osteon --rebuild nowhere; is "new, of a missing name: status" $st 1
is "new, of a missing name: not made" "$(ls -A | tr '\n' ' ')" ".osteon a b "

# ---- messages name paths as they were typed ----
fresh
mkdir -p d/e; echo a >d/a; echo '{x' >d/e/r.jsonl; echo '[{x' >d/e/s.json
printf '\0' >bin; run d -q; has "typed: folder" "$err" \
    '^osteon-index: d/e/r\.jsonl:1: '
echo '{y' >>d/e/r.jsonl; run ./d/ -q; has "typed: ./ and slash" "$err" \
    '^osteon-index: \./d/e/r\.jsonl:1: '
echo '{y' >>d/e/r.jsonl; run . -q; has "typed: ." "$err" \
    '^osteon-index: \./d/e/r\.jsonl:1: '
echo '{y' >>d/e/r.jsonl; run "$PWD/d" -q; has "typed: absolute" "$err" \
    "^osteon-index: $PWD/d/e/r\\.jsonl:1: "
cd d/e || exit 1
echo '{y' >>r.jsonl; run -q; has "nothing typed: from here" "$err" \
    '^osteon-index: \.\./\.\./d/e/r\.jsonl:1: '
run -q ../../bin; run ../../bin; has "typed: left out" "$err" \
    '^osteon-index: \.\./\.\./bin: not indexed: binary \(NUL byte at offset 0\)$'
run --format=json -q --rebuild s.json; has "typed: file of records" "$err" \
    '^osteon-index: s\.json:1: '
run ../nope nope; has "typed: missing, above" "$err" \
    '^osteon-index: \.\./nope: No such file'
has "typed: missing" "$err" '^osteon-index: nope: No such file'
run -n nope; has "typed: missing, dry run" "$err" '^osteon-index: nope: No such'
printf '%s\n' ../none ./r.jsonl >list; echo '{y' >>r.jsonl
run -q --files-from list; has "typed: in a list, missing" "$err" \
    '^osteon-index: \.\./none: No such file'
has "typed: in a list" "$err" '^osteon-index: \./r\.jsonl:1: '
cd ../..; run $'no\033\r'; has "typed: control bytes" "$err" \
    '^osteon-index: no\\x1b\\x0d: No such file'

# ---- an index in the tree, moved trees, paths that overlap ----
fresh
mkdir -p d/e; echo a >d/a; echo b >d/e/b; echo c >c
run -i one.idx .; has "index of another name" "$(counts)" "^indexed 3, unch"
run -i one.idx .; has "index of another name: again" "$(counts)" \
    "^indexed 0, unchanged 3, removed 0$"
run -i two.idx .; has "beside another index" "$(counts)" \
    "^indexed 3, unchanged 0, removed 0$"
rm -r ./*.idx; run -q
for paths in "d d/e" "d/e d" "d d" "d $PWD/d/" "d/a d ./d/../d/e"; do
    # shellcheck disable=SC2086
    run $paths; has "overlap: $paths" "$(counts)" \
        "^indexed 0, unchanged 2, removed 0$"
done
mv "$work/t" "$work/moved"; cd "$work/moved" || exit 1
run; has "moved with its index: unchanged" "$(counts)" \
    "^indexed 0, unchanged 3, removed 0$"
mv "$work/moved" "$work/t"; cd "$work/t" || exit 1
if command -v tmux >/dev/null; then
    screen() { tmux -L "osteon-cli-$$" "$@"; }
    seq -s ' ' 9000000 >long.txt
    screen -f /dev/null new-session -d -x 40 -y 10 \
        "'$index' -q -j1 --progress; sleep 9"
    for _ in $(seq 50); do
        shown=$(screen capture-pane -p | grep -v '^$')
        case $shown in *files*) break ;; esac
        sleep 0.1
    done
    sleep 0.4; shown=$(screen capture-pane -p | grep -c files)
    screen kill-server
    run -q --wait=99 c # once it has gone
    has "narrow terminal: progress keeps to its line" "$shown" '^[01]$'
    rm long.txt
fi

report
