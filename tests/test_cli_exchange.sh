#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --export, --import and --dump as a user meets them, with a reader and writer
# of CIFF files that shares nothing with ours. $1 is the build folder. One line
# a check, then "N passed, N failed"; exit status 1 if any failed.
set -u
build=$(cd "${1:?usage: test_cli_exchange.sh BUILD-FOLDER}" && pwd)
root=$(cd "$(dirname "$0")/.." && pwd)
index=$build/indexer/osteon-index search=$build/search/osteon-search
tool() { python3 "$root/tests/ciff_tool.py" "$@"; }
for program in "$index" "$search"; do
    [ -x "$program" ] || { echo "no $program" >&2; exit 1; }
done
command -v python3 >/dev/null || { echo "no python3" >&2; exit 1; }
work=$(mktemp -d "${TMPDIR:-/tmp}/osteon-exchange.XXXXXX") || exit 1
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
export LC_ALL=C
unset OSTEON_INDEX POSIXLY_CORRECT

# shellcheck source=tests/checks.sh
. "$(dirname "$0")/checks.sh"
same() { # NAME FILE FILE
    if cmp -s "$2" "$3"; then pass "$1"
    else fail "$1" "$(diff -a "$2" "$3" | head -5)"; fi
}
# run ARGS: stdout in $out, stderr in $err, status in $st
run() {
    "$index" "$@" >"$work/.out" 2>"$work/.err"; st=$?
    out=$(tr '\0' '@' <"$work/.out"); err=$(tr '\0' '@' <"$work/.err")
}
# hits INDEX QUERY...: ids and scores
hits() { "$search" -i "$1" -n 1000 --tsv -- "${@:2}" 2>/dev/null | cut -f2,3; }
files() { find "$work/t" -mindepth 1 | sort; }
fresh() { rm -rf "$work/t"; mkdir "$work/t"; cd "$work/t" || exit 1; }

# ---- usage ----
fresh
for bad_use in '--export' '--export=lucene:x' '--export=ciff:' '--import=jsonl:x' \
    '--export=jsonl --dump' '--export=jsonl .' '--dump .' '--import=ciff:x .' \
    '--export=jsonl --rebuild' '--import=ciff:x --merge'; do
    # shellcheck disable=SC2086
    run $bad_use
    is "usage: $bad_use" $st 2
done
run --export=lucene:x; has 'usage: names the kinds' "$err" 'ciff, jsonl'
run --export=jsonl; is 'no index: status' $st 2
has 'no index: says so' "$err" 'no index'
is 'usage: nothing is made' "$(files)" ''

# ---- export ciff: the corpus, read and counted by others ----
cp -r "$root/corpus" corpus && rm -rf corpus/.osteon
(cd corpus && "$index" -q)
cd corpus || exit 1
run --export "ciff:$work/t/c.ciff"
is 'ciff: status' "$st$err$out" 0
tool read "$work/t/c.ciff" >"$work/read" || fail 'ciff: is read'
run --export jsonl
is 'jsonl: status' "$st$err" 0
cp "$work/.out" "$work/c.jsonl"
tool count "$index" "$work/c.jsonl" >"$work/counted"
is 'ciff: has all of the corpus' "$(($(wc -l <"$work/read") > 20000))" 1
same 'ciff: as --analyze counts it' "$work/read" "$work/counted"
"$index" --export ciff:- >"$work/t/stdout.ciff"
same 'ciff: on standard output' "$work/t/c.ciff" "$work/t/stdout.ciff"
"$index" --export ciff >"$work/t/stdout.ciff"
same 'ciff: standard output by default' "$work/t/c.ciff" "$work/t/stdout.ciff"

# ---- dump ----
run --dump
awk '{ n[$1]++; cf[$1] += $3 } END { for (t in n) print t "\t" n[t] "\t" cf[t] }' \
    <(head -n -90 "$work/counted") | sort >"$work/counts"
sed -n 's/^\t//p' "$work/.out" | sort >"$work/dumped"
same 'dump: the default field' "$work/dumped" "$work/counts"
has 'dump: other fields' "$out" $'^title\tsarcoma\t'
is 'dump: four columns' "$(awk -F'\t' 'NF != 4' "$work/.out" | wc -l)" 0

# ---- import: the same ids and scores ----
cd .. || exit 1
run -i i.osteon --import ciff:c.ciff --language english
is 'import: status' $st 0
has 'import: summary' "$err" '^indexed 90, unchanged 0, removed 0 in'
run -i i.osteon --check; is 'import: checks clean' $st 0
for query in sarcoma 'bone tumor immunotherapy' '+osteosarcoma -ewing' \
    'checkpoint AND (pembrolizumab OR nivolumab)' 'the of and' interferon \
    denosumab nothingatall; do
    is "import: $query" "$(hits i.osteon "$query")" \
        "$(hits corpus/.osteon "$query")"
done
run -i i.osteon --export ciff:again.ciff
same 'import: exports as it came' c.ciff again.ciff
"$index" -i p.osteon --language english --import ciff:- <c.ciff 2>/dev/null
"$index" -i p.osteon --export ciff:again.ciff
same 'import: from standard input' c.ciff again.ciff
cat c.ciff | "$index" -q -i q.osteon --language english --import ciff:-
"$index" -i q.osteon --export ciff:again.ciff
same 'import: from a pipe' c.ciff again.ciff
"$index" -q -i n.osteon --import ciff:c.ciff
has 'import: language none by default' "$("$index" -i n.osteon --stats)" \
    'language +none'

# ---- an imported index ----
"$search" -i i.osteon '"giant cell"' >/dev/null 2>"$work/.err"
has 'phrase: a note' "$(cat "$work/.err")" 'keeps no positions'
is 'phrase: all words' "$(hits i.osteon '"giant cell"')" \
    "$(hits i.osteon '+giant +cell')"
"$search" -i i.osteon --strict '"giant cell"' >/dev/null 2>"$work/.err"
is 'phrase: strict is an error' "$? $(grep -c positions "$work/.err")" '2 1'
run -i i.osteon --import ciff:c.ciff
is 'import: refuses an index' $st 2
has 'import: says how' "$err" 'there is an index already: --rebuild'
run -i i.osteon --import ciff:missing --rebuild; is 'import: no file' $st 2
run -i i.osteon --import ciff:corpus --rebuild; is 'import: a folder' $st 2
run -i i.osteon --import ciff:c.ciff --rebuild; is 'import: rebuild' $st 0
has 'import: rebuild changes the language' "$("$index" -i i.osteon --stats)" \
    'language +none'
run -i i.osteon corpus
is 'imported: takes no documents' $st 2
has 'imported: says so' "$err" 'imported and takes no further documents'
is 'imported: is as it was' "$("$index" -i i.osteon --stats --json |
    grep -o '"documents":[0-9]*' | head -1)" '"documents":90'
run -i i.osteon --delete abs-001 abs-002; is 'imported: deletes' $st 0
run -i i.osteon --merge; is 'imported: merges' $st 0
run -i i.osteon --check; has 'imported: checks clean' "$out" 'clean \(88 doc'
run -i i.osteon --rebuild corpus; is 'imported: rebuild from files' $st 0

# ---- several segments, deleted documents ----
fresh
head -40 "$work/c.jsonl" | "$index" -q --format jsonl -
sed -n 30,70p "$work/c.jsonl" | "$index" -q --format jsonl -
sed -n 60,90p "$work/c.jsonl" | "$index" -q --format jsonl -
"$index" -q --delete abs-003 abs-010 abs-020
is 'segments: there are some' "$("$index" --stats | grep -c 'segments *3')" 1
"$index" --export ciff:three.ciff; "$index" --dump >three.dump
"$index" -q --merge
"$index" --export ciff:one.ciff; "$index" --dump >one.dump
same 'segments: exported as merged' three.ciff one.ciff
same 'segments: dumped as merged' three.dump one.dump
tool read three.ciff >read
is 'segments: documents' "$(grep -Ec '^[0-9]+ abs-[0-9]+ ' read)" \
    "$(grep -c '"id":"abs-' "$work/c.jsonl" | awk '{ print $1 - 3 }')"

# ---- files of other engines ----
fresh
tool write plain plain.ciff
tool read plain.ciff >plain
for how in odd long-term; do
    tool write $how f.ciff
    run -i $how.osteon --import ciff:f.ciff; is "other: $how" $st 0
    "$index" -i $how.osteon --export ciff:again.ciff
    tool read again.ciff >again
    same "other: $how is what it says" plain again
    run -i $how.osteon --check; is "other: $how checks clean" $st 0
done
run -i again.osteon --import ciff:f.ciff
has 'other: terms left out are told' "$err" '2 terms are empty or longer'
tool write long long.ciff
run -i long.osteon --import ciff:long.ciff; is 'other: long lists' $st 0
"$index" -i long.osteon --export ciff:again.ciff
tool read again.ciff | sort -S 50M >again
awk 'BEGIN { for (i = 0; i < 40000; i++) {
        print "all", i, 1 + i % 3; if (i % 2) print "odd", i, 1
        print i, i, 5 } }' | sort -S 50M >expected
same 'other: long lists are what they say' expected again
tool write no-lists f.ciff
run -i none.osteon --import ciff:f.ciff; is 'other: no lists' $st 0
is 'other: no lists, no hits' "$(hits none.osteon alpha)" ''
run -i none.osteon --check; has 'other: no lists checks' "$out" '3 documents'
run -i none.osteon --dump; is 'other: no lists, no terms' "$st$out" 0

# ---- hostile files ----
fresh
for how in $(tool hostile); do
    tool write "$how" "$work/f.ciff"
    run -i h.osteon --import "ciff:$work/f.ciff"
    if [ $st != 2 ] || [ "$(printf '%s\n' "$err" | wc -l)" != 1 ] ||
        ! grep -q 'f.ciff: damaged at byte [0-9]' "$work/.err" ||
        [ -n "$(files)" ]; then
        fail "hostile: $how" "$st $err" "$(files)"
    else
        pass "hostile: $how"
    fi
done
if ! grep -q '^OSTEON_SANITIZE:BOOL=ON' "$build/CMakeCache.txt"; then
    tool write many-docs "$work/f.ciff"
    (ulimit -v 300000
        "$index" -i h.osteon --import "ciff:$work/f.ciff" 2>/dev/null)
    is 'hostile: no memory for what is not there' $? 2
fi

# ---- writing fails ----
fresh
head -20 "$work/c.jsonl" | "$index" -q --format jsonl -
echo old >target
ln -s target link
mkdir folder && chmod a-w folder
for kind in ciff jsonl; do
    "$index" --export $kind >/dev/full 2>"$work/.err"
    is "$kind: full disk on standard output" \
        "$? $(grep -c 'standard output: No space' "$work/.err")" '2 1'
    run --export $kind:/dev/full; is "$kind: full disk" $st 2
    has "$kind: full disk, why" "$err" '/dev/full: No space left'
    run --export $kind:no/such; is "$kind: no folder" $st 2
    if [ "$(id -u)" != 0 ]; then
        run --export $kind:folder/x; is "$kind: folder not writable" $st 2
    fi
    (ulimit -f 1; trap '' XFSZ
        "$index" --export $kind:target >/dev/null 2>"$work/.err")
    is "$kind: cut off, status" $? 2
    is "$kind: cut off, the target is as it was" "$(cat target)" old
    is "$kind: nothing is left" "$(ls)" $'folder\nlink\ntarget'
done
run --export ciff:link; is 'through a link: status' $st 0
is 'through a link: it is one still' "$(readlink link)" target
is 'through a link: the target is new' "$(head -c 3 target | tr -d '\n' |
    grep -c old)" 0
"$index" --dump >/dev/full 2>/dev/null; is 'dump: full disk' $? 2
mkfifo pipe
"$index" --export jsonl:pipe &
timeout 60 cat pipe >piped
wait $!
is 'a pipe is written to as it is' "$(wc -l <piped)" 20

# ---- jsonl: an index of it answers the same ----
same_answers() { # NAME INDEX INDEX QUERY...
    local name=$1 a=$2 b=$3 query
    for query in "${@:4}"; do
        is "$name: $query" "$(hits "$b" "$query")" "$(hits "$a" "$query")"
    done
}
cd "$work" || exit 1
rm -rf again.osteon
"$index" -q -i again.osteon --format jsonl - <c.jsonl 2>"$work/.err"
is 'jsonl: read again without a word' "$(cat "$work/.err")" ''
rm -rf corpus && cp -r "$root/corpus" corpus && rm -rf corpus/.osteon
(cd corpus && "$index" -q)
same_answers jsonl corpus/.osteon again.osteon sarcoma 'IFN-γ' PD-1 \
    '"giant cell" tumor' 'title:denosumab' '+bone -"checkpoint inhibitors"' \
    'of the'
"$index" -i again.osteon --export jsonl |
    sed 's/,"@path":[^,}]*\(,"@line":[0-9]*\)\?//' >second
sed 's/,"@path":[^,}]*\(,"@line":[0-9]*\)\?//' c.jsonl >first
same 'jsonl: exported again the same' first second

fresh
cat >records.jsonl <<'END'
{"id":"r1","title":"A Title","text":"body words","year":2019,"score":2.0,"big":1e300,"open":true,"shut":false,"who":["Ann Lee","Bo"],"n":[1,2.5],"journal":"True words","a":{"b":"nested"}}
{"_id":"r2","abstract":"only an abstract","contents":"and contents","odd":"true"}
{"id":"r3","title":"only a title"}
{"id":"r4","text":"quote \" backslash \\ tab \t nul \u0000 line\nend","flag":"false","_id":"other"}
{"id":"r5","text":"one","body":" two"}
END
printf '# Heading\n\nSome *marked* text, [a link](http://example.org/hidden).\n' >a.md
printf 'First line is a title\n\nand the rest of it\n' >b.txt
printf '\xef\xbb\xbf   \nWith a mark\nof byte order\n' >c.txt
printf '<title>Tee</title><p>para &amp; more</p>' >d.html
printf 'zipped text\nin a file\n' | gzip >e.txt.gz
printf 'caf\xe9 not utf-8\n' >f.txt
printf 'name\n' >$'bad\xffname.txt'
"$index" -q
run --export jsonl
is 'jsonl: files of all kinds' "$st" 0
has 'jsonl: an id that is not UTF-8' "$out" '"id":"bad\\\\xffname.txt"'
has 'jsonl: and a note' "$err" '1 ids are not UTF-8'
cp "$work/.out" all.export
python3 -c '
import json, sys
for line in open("all.export", encoding="utf-8"):
    d = json.loads(line)
    assert {"id", "title", "text", "@path"} <= set(d), d
    if d["id"] == "r1":
        assert d["year"] == 2019 and type(d["year"]) is int
        assert d["score"] == 2 and type(d["score"]) is float
        assert d["big"] == 1e300 and d["open"] is True and d["shut"] is False
        assert d["who"] == ["Ann Lee", "Bo"] and d["n"] == [1, 2.5]
        assert d["a.b"] == "nested" and d["journal"] == "True words"
        assert d["@path"] == "records.jsonl" and d["@line"] == 1
    if d["id"] == "r2":
        assert d["text"] == "and contents" and d["odd"] == "true"
        assert d["abstract"] == "only an abstract"
    if d["id"] == "r4":
        assert d["text"] == "quote \" backslash \\ tab \t nul \0 line\nend"
        assert d["flag"] == "false" and d["_id"] == "other"
    if d["id"] == "a.md":
        assert "hidden" not in d["text"] and d["title"] == "Heading"
    if d["id"] == "c.txt":
        assert d["title"] == "With a mark" and "mark" not in d["text"]
' || fail 'jsonl: members'
"$index" -q -i ../j.osteon --format jsonl - <all.export
same_answers 'jsonl of all kinds' .osteon ../j.osteon title words heading \
    marked rest tee para zipped caf hidden true false 'journal:true' \
    'who:ann' '"ann lee"' 'a.b:nested' mark one two onetwo
"$index" -i ../j.osteon --dump | grep -v '^	bad\|xff' >dump.b
"$index" --dump | grep -v '^	bad\|xff' >dump.a
same 'jsonl of all kinds: the same terms' dump.a dump.b

# ---- jsonl: texts that cannot be had ----
fresh
for i in $(seq 12); do printf 'file number\n%s words\n' $i >f$i.txt; done
printf '{"id":"long","text":"t","note":"%s"}\n' "$(seq 400 | tr '\n' ' ')" >r.jsonl
"$index" -q
echo "another text" >f1.txt; rm f2.txt
run --export jsonl
is 'lost texts: status' $st 1
is 'lost texts: all documents' "$(wc -l <"$work/.out")" 13
has 'lost texts: changed' "$err" 'f1.txt: its text is not kept, and its file has'
has 'lost texts: gone' "$err" 'f2.txt: its text is not kept, and its file has'
has 'lost texts: a field too long to be kept' "$err" 'long: its text is not all'
is 'lost texts: no text' "$(grep -c '"text":null' "$work/.out")" 2
for i in $(seq 12); do printf 'yet\nanother %s\n' $i >f$i.txt; done
run --export jsonl
is 'many lost texts: ten are named' "$(printf '%s\n' "$err" | grep -c 'f.*not kept')" 10
has 'many lost texts: and counted' "$err" '13 documents are without their text'
"$index" -q --rebuild --store=none
run --export jsonl
is 'nothing stored, files unchanged: only the record' \
    "$st $(printf '%s\n' "$err" | wc -l)" '1 1'

report
