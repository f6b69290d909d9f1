#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_cli_search.sh BUILD: osteon-search as a shell meets it: exit codes,
# streams, formats, where the index is found, and what a terminal is shown.
# Works in a temporary folder; prints a line for each check.
set -u
unset OSTEON_INDEX NO_COLOR COLUMNS
export LC_ALL=C

build=$(cd "${1:?usage: test_cli_search.sh BUILD}" && pwd) || exit 1
source=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
# shellcheck source=tests/checks.sh
. "$(dirname "$0")/checks.sh"

program() {
    local place
    for place in "$build" "$build/$2"; do
        if [ -f "$place/$1" ] && [ -x "$place/$1" ]; then
            printf '%s/%s' "$place" "$1"
            return
        fi
    done
    printf 'test_cli_search.sh: no %s in %s\n' "$1" "$build" >&2
    exit 1
}
indexer=$(program osteon-index indexer) || exit 1
search=$(program osteon-search search) || exit 1
# With OSTEON_TEST_ENGINE new indexes are of that engine.
if [ -n "${OSTEON_TEST_ENGINE:-}" ]; then
    printf '#!/bin/sh\nexec "%s" --engine %s "$@"\n' "$indexer" \
        "$OSTEON_TEST_ENGINE" >"$scratch/indexer"
    chmod +x "$scratch/indexer"
    indexer=$scratch/indexer
fi

# ---- Helpers ----

# Runs osteon-search; sets out, err and status.
run() {
    "$search" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
    status=$?
    out=$(tr '\0' '@' <"$scratch/out")
    err=$(cat "$scratch/err")
}

# ---- Documents ----

docs=$scratch/docs
mkdir -p "$docs/sub folder/deep" "$scratch/elsewhere"
cd "$docs" || exit 1
cat >giant.txt <<'END'
Giant cell tumor of bone

Denosumab softens the giant cell tumor before surgery.
The tumor may return.
END
cat >"sub folder/canine.txt" <<'END'
Canine osteosarcoma

Dogs get osteosarcoma more often. The tumor grows fast.
END
cat >"sub folder/deep/checkpoint.txt" <<'END'
Checkpoint inhibitors

PD-1 inhibitors took the brakes off. One tumor shrank.
Café Müller is not about a tumor.
END
printf '%b' 'Odd\0033[31m title\n\ntumor \0001 \0033]0;owned\0007 ' \
    'caf\0351 \0302\02332J end\n' >odd.txt
printf 'Dash\n\ntumor in a file with a dash\n' >./-dash.txt
printf 'Newline\n\ntumor in a name with a newline\n' >'new
line.txt'
printf 'Bytes\n\ntumor in a name that is not UTF-8\n' >$'bad\xff.txt'
printf 'One line on a wombat\n' >line.txt
cat >cyrillic.txt <<'END'
Краткая история

Вомбат ведёт ночной образ жизни и обладает чувствительным обонянием, что
помогает ему находить пищу в темноте под землёй.
END
cat >records.jsonl <<'END'
{"id":"r1","title":"First","text":"melanoma melanoma","year":2019,"score":1.5}
{"id":"r2","title":"Second record","text":"melanoma once in a longer text"}
{"id":"r3","title":"Third record","text":"lymphoma"}
END
# Enough of them for pages, and with scores that differ.
for i in $(seq 1 25); do
    {
        printf 'Page %d\n\nlymphocyte' "$i"
        for _ in $(seq 1 "$i"); do printf ' filler'; done
        printf '\n'
    } >"page$i.txt"
done
if ! "$indexer" -q >"$scratch/index.out" 2>&1; then
    cat "$scratch/index.out"
    printf 'test_cli_search.sh: the documents could not be indexed\n'
    exit 1
fi
before=$(find "$scratch/docs" | sort)

# ---- Exit status and streams ----

run denosumab
equal 'a hit gives status 0' 0 "$status"
passage='Giant cell tumor of bone Denosumab softens the giant cell tumor'
passage+=' before surgery. The tumor may return.'
equal 'a hit is path:line:passage' "giant.txt:3:$passage" "$out"
equal 'nothing is said on standard error' '' "$err"
run zzzzz
equal 'no hit gives status 1 and silence' '1||' "$status|$out|$err"
run --nonsense tumor
equal 'a wrong option gives status 2' 2 "$status"
match 'and two lines' "^osteon-search: unknown option '--nonsense'.Try " \
    "$(tr '\n' . <"$scratch/err")"
run --jsno tumor
match 'a misspelt option gets a suggestion' 'did you mean --json[?]' "$err"
run
equal 'no query gives status 2' 2 "$status"
run -i tumor
match '-i as grep has it is told of' 'no query: -i names an index' "$err"
run -i tumor bone
match 'also before more words' '\(-i names one; case never matters\)$' "$err"
mkdir "$scratch/unborn"
(cd "$scratch" && "$search" -i unborn tumor) 2>"$scratch/err"
hasnot 'but not where -i names a folder' "$(cat "$scratch/err")" 'case never'
run -q tumor
equal '-q prints nothing and finds' '0||' "$status|$out|$err"
run -q zzzzz
equal '-q prints nothing and does not find' '1||' "$status|$out|$err"
run -q '"tumor'
equal '-q gives no notes' '0||' "$status|$out|$err"
for option in -h --help --version; do
    run "$option"
    equal "$option goes to standard output" '0|' "$status|$err"
    match "$option says something" 'osteon-search' "$out"
done
if [ -w /dev/full ]; then
    "$search" tumor >/dev/full 2>"$scratch/err"
    equal 'a full disk gives status 2' 2 $?
    match 'and a message' '^osteon-search: standard output: ' \
        "$(cat "$scratch/err")"
    "$search" --help >/dev/full 2>/dev/null
    equal 'a full disk under --help gives status 2' 2 $?
fi
"$search" tumor >&- 2>/dev/null
equal 'a closed standard output gives status 2' 2 $?
"$search" - <&- 2>/dev/null
equal 'so does a closed standard input that has the query' 2 $?
equal 'a closed standard error changes nothing' "$("$search" -n 3 tumor)" \
    "$("$search" -n 3 tumor 2>&-)"
"$search" -n 1000 lymphocyte 2>"$scratch/err" | head -n 1 >/dev/null
equal 'a reader that leaves is no error' '' "$(cat "$scratch/err")"
(
    trap '' PIPE
    sleep 0.1
    "$search" lymphocyte 2>"$scratch/err"
    echo $? >"$scratch/status"
) | true
equal 'nor where SIGPIPE is ignored' '0|' \
    "$(cat "$scratch/status")|$(cat "$scratch/err")"

# ---- Finding the index ----

cd "$docs/sub folder/deep" || exit 1
run denosumab
match 'a parent folder has the index' '^\.\./\.\./giant\.txt:3:' "$out"
run -l canine
equal 'paths lead from here' '../canine.txt' "$out"
run -l brakes
equal 'a file here is just its name' 'checkpoint.txt' "$out"
cd "$scratch/elsewhere" || exit 1
run tumor
equal 'no index gives status 2' 2 "$status"
match 'and says what was looked for and how to make one' \
    "^osteon-search: no index: there is no \.osteon in $PWD or above;.*-index" \
    "$err"
run -i ../docs/.osteon denosumab
match '-i names it' '^\.\./docs/giant\.txt:3:' "$out"
OSTEON_INDEX=$docs/.osteon run -l denosumab
equal 'OSTEON_INDEX names it' '../docs/giant.txt' "$out"
OSTEON_INDEX=/nowhere run -i "$docs/.osteon" -l denosumab
equal '-i wins over OSTEON_INDEX' '../docs/giant.txt' "$out"
OSTEON_INDEX=/nowhere run tumor
equal 'a wrong OSTEON_INDEX is an error' 2 "$status"
match 'that names the variable' 'OSTEON_INDEX' "$err"
run -i "$docs" tumor
equal 'a folder that is no index is an error' 2 "$status"
match 'with the index in it as a suggestion' "$docs/\.osteon" "$err"
run -i "$docs/giant.txt" tumor
equal 'a file that is no index is an error' 2 "$status"
cd / || exit 1
run -i "$docs/.osteon" -l denosumab
match 'from the root folder the path can be opened' 'giant\.txt$' "$out"
[ -e "/$out" ]
succeeded $? 'and it is there' "$out"
cd "$docs" || exit 1

# ---- Queries ----

run -l tumor -canine
[[ $out != *canine* && $out == *giant* ]]
succeeded $? 'a word with a dash is excluded' "$out$err"
run -l tumor -cell
[[ $out != *giant* && $out == *canine* ]]
succeeded $? 'also if its letters are options' "$out$err"
run denosumab -l0
equal 'options come after words' 'giant.txt@' "$out"
run -n 1 -l -- denosumab -canine
equal 'all is query after --' 'giant.txt' "$out"
run -l -e '-canine denosumab'
equal '-e takes a query that begins with a dash' 'giant.txt' "$out"
run -l -e denosumab -e softens
equal '-e can be repeated' 'giant.txt' "$out"
run -l '"brakes off"'
equal 'a phrase in quotes' 'sub folder/deep/checkpoint.txt' "$out"
run -c '"off brakes"'
equal 'a phrase has an order' '1|0' "$status|$out"
run -l '"off brakes"~0'
equal 'words near each other have none' 'sub folder/deep/checkpoint.txt' "$out"
run -l 'brakes NEAR/1 off'
equal 'NEAR is the same' 'sub folder/deep/checkpoint.txt' "$out"
printf '{"id":"a","title":"alpha","body":"beta"}\n' |
    "$indexer" -q -i "$scratch/apart" --format=jsonl - || exit 1
for query in '"alpha beta"~9=0' 'alpha NEAR beta=0' '"alpha beta"~10=1' \
    'alpha NEAR/11 beta=1'; do
    run -i "$scratch/apart" -c "${query%=*}"
    equal "title and text lie 10 words apart: ${query%=*}" "${query##*=}" "$out"
done
run --strict 'NEAR off'
equal 'NEAR without a word before it' \
    '2|osteon-search: query: byte 0: no word or phrase before NEAR' \
    "$status|$(printf '%s' "$err" | head -n 1)"
run -l --all tumor brakes
equal '--all requires every word' 'sub folder/deep/checkpoint.txt' "$out"
run -l muller cafe
equal 'accents do not matter' 'sub folder/deep/checkpoint.txt' \
    "$(printf '%s' "$out" | head -n 1)"
run -l PD1
equal 'compounds do not need their hyphen' 'sub folder/deep/checkpoint.txt' \
    "$out"
out=$(printf 'denosumab\n' | "$search" -l -)
equal '- reads the query from standard input' 'giant.txt' "$out"
out=$(head -c 2000000 /dev/zero | tr '\0' x | "$search" - 2>&1)
equal 'a huge query is refused' \
    '2|osteon-search: the query on standard input is over 1 MiB long' \
    "$?|$out"
run ''
equal 'an empty query finds nothing' 1 "$status"
match 'and says so' 'note: ' "$err"
run -c nowhere:8080 denosumab:
equal 'a colon after what is no field is text' \
    '0|1|osteon-search: note: no document has a text field named nowhere: '\
'searched as words' "$status|$out|$err"
run -c title:canine
equal 'and a field is a field' '1|' "$out|$err"
run -c 'denosum*'
match 'a star is told to be no wildcard' 'note: "\*" is no wildcard: ' "$err"
run 'tumor AND (denosumab'
equal 'what does not parse is searched' 0 "$status"
match 'with a note' '^osteon-search: note: ' "$err"
run --strict 'tumor AND (denosumab'
equal '--strict makes it an error' '2|' "$status|$out"
equal 'with a caret below the place' '            ^' \
    "$(tail -n 1 "$scratch/err")"
run --print-query denosumab
match '--print-query goes to standard error' '^osteon-search: query: ' "$err"

# ---- Limit, offset, count ----

all=$("$search" -n 100 lymphocyte)
equal 'there are 25 pages' 25 "$(printf '%s\n' "$all" | wc -l | tr -d ' ')"
equal 'ten hits without an option' "$(printf '%s\n' "$all" | head -n 10)" \
    "$("$search" lymphocyte)"
pages=$(for offset in 0 7 14 21; do
    "$search" -n 7 --offset $offset lymphocyte
done)
equal 'pages are parts of the whole' "$all" "$pages"
run --offset 25 lymphocyte
equal 'an offset behind the last hit' '1|' "$status|$out"
run -n0 lymphocyte
equal 'a limit of 0 prints nothing and finds' '0||' "$status|$out|$err"
run -n0 zzzzz
equal 'a limit of 0 prints nothing and does not find' 1 "$status"
run -c lymphocyte
equal '-c counts all' '0|25' "$status|$out"
run -c -n 3 --offset 5 lymphocyte
equal '-c has no limit' '25' "$out"
run -c zzzzz
equal '-c of nothing' '1|0' "$status|$out"
equal 'the same bytes each time' "$all" "$("$search" -n 100 lymphocyte)"
equal 'in any locale' "$all" \
    "$(LC_ALL=C.UTF-8 LANG=de_DE.UTF-8 "$search" -n 100 lymphocyte)"

# ---- Paths ----

run -l melanoma
equal 'a file of records is one path' 'records.jsonl' "$out"
run -n 5 melanoma
equal 'and a line for each record' 'records.jsonl:1
records.jsonl:2' "$(printf '%s\n' "$out" | cut -d: -f1,2)"
run -l -n 3 lymphocyte lymphoma
equal 'the limit counts paths' 3 "$(printf '%s\n' "$out" | wc -l | tr -d ' ')"
mkdir "$scratch/many"
cd "$scratch/many" || exit 1
for file in a b c; do
    for i in $(seq 40); do # the longer, the lower: b, then a, then c
        printf '{"id":"%s%d","text":"osteoid %*s"}\n' "$file" "$i" \
            "$((i + 2 * (0x$file == 0xa) + 4 * (0x$file == 0xc)))" '' |
            tr ' ' '\t' | sed 's/\t/ x/g'
    done >$file.jsonl
done
printf '{"id":"alone","text":"osteoid"}\n' |
    "$indexer" -q --format jsonl . - || exit 1
run -l osteoid
equal 'each file of records is shown once, the best first' \
    $'alone\nb.jsonl\na.jsonl\nc.jsonl' "$out"
run -l --offset 1 -n 2 osteoid
equal 'limit and offset count files' $'b.jsonl\na.jsonl' "$out"
run -l -c osteoid
equal 'a count counts documents' 121 "$out"
run -lq --offset 3 osteoid
equal 'the fourth file is there' 0 "$status"
run -lq --offset 4 osteoid
equal 'and no fifth, without printing too' 1 "$status"
cd "$docs" || exit 1
run -l0 -n 100 tumor
match '-0 keeps a newline in a name' $'(^|@)new\nline.txt@' "$out"
run -l -n 100 tumor
match 'a name with a dash can be an argument' $'(^|\n)\\./-dash.txt(\n|$)' \
    "$out"
run -0 denosumab
match '-0 in the line format ends the path' '^giant\.txt@3:' "$out"
"$search" -l0 -n 100 tumor | xargs -0 ls -d >/dev/null 2>"$scratch/err"
equal 'xargs -0 can open all of them' '0|' "$?|$(cat "$scratch/err")"

# ---- JSON and TSV ----

if command -v jq >/dev/null; then
    run --json -n 100 tumor
    equal 'JSON can be parsed' 0 \
        "$(jq -c . <"$scratch/out" >/dev/null 2>"$scratch/err"; echo $?)"
    run --json denosumab
    equal 'JSON has its members in order' \
        'rank score id path line title snippet marks fields stale' \
        "$(jq -r 'keys_unsorted | join(" ")' <"$scratch/out")"
    equal 'JSON has the values' \
        '[1,"giant.txt","giant.txt",3,"Giant cell tumor of bone",false]' \
        "$(jq -c '[.rank,.id,.path,.line,.title,.stale]' <"$scratch/out")"
    equal 'marks are the words' 'Denosumab' \
        "$(jq -r '.marks[0] as $m | .snippet[$m[0]:$m[1]]' <"$scratch/out")"
    run --json -n 1 '"not UTF-8"'
    equal 'a name that is not UTF-8 has its bytes' 'YmFk/y50eHQ=' \
        "$(jq -r .path_base64 <"$scratch/out")"
    run --json -n 1 melanoma
    equal 'values of records are members of fields' '[2019,1.5]' \
        "$(jq -c '[.fields.year,.fields.score]' <"$scratch/out")"
    run --json --explain -n 1 denosumab
    match 'JSON holds the explanation' '[0-9]' \
        "$(jq -r .explain <"$scratch/out")"
    run --json --show giant.txt
    equal '--show as JSON has the text' "$(cat giant.txt)" \
        "$(jq -r '.text | rtrimstr("\n")' <"$scratch/out")"
    equal 'ranks go on after an offset' '8 9' \
        "$("$search" --json --offset 7 -n 2 lymphocyte | jq -r .rank |
            tr '\n' ' ' | sed 's/ $//')"
else
    printf 'skipped: JSON checks need jq\n'
fi
run --json zzzzz
equal 'no hits are no JSON lines' '1|' "$status|$out"
run --tsv -n 100 tumor
equal 'TSV has seven columns in every line' 7 \
    "$(awk -F '\t' '{ print NF }' "$scratch/out" | sort -u)"
match 'TSV escapes a newline in a name' 'new\\nline\.txt' "$out"
match 'TSV escapes control bytes' '\\x1B' "$out"
match 'TSV escapes what is not UTF-8' 'bad\\xFF\.txt' "$out"

# ---- Lines ----

run -n 100 tumor
equal 'control bytes do not get into lines' '' \
    "$(grep -av "^line.txt" "$scratch/out" |
        LC_ALL=C grep -a $'[\001-\010\013-\037\177]')"
equal 'a line for each hit, but for the name with a newline' \
    "$(($("$search" -c tumor) + 1))" "$(wc -l <"$scratch/out" | tr -d ' ')"
run --snippet-width 30 denosumab
[ ${#out} -le $((30 + 12)) ]
succeeded $? '--snippet-width makes it short' "$out"
run --explain -n 1 denosumab
match '--explain adds indented lines' $'\n      ' "$out"
run --color=always denosumab
match '--color=always paints the words' $'\033\\[1;31mDenosumab\033\\[0m' \
    "$out"
run --time denosumab
match '--time goes to standard error' 'ms' "$err"
equal 'and leaves the results alone' "$("$search" denosumab)" "$out"
run --k1=0 --b=0 --tsv filler
low=$(cut -f2 "$scratch/out")
run --k1=2 --b=0 --tsv filler
[ "$low" != "$(cut -f2 "$scratch/out")" ]
succeeded $? '--k1 changes scores' "$low"

mkdir "$scratch/markup"
cd "$scratch/markup" || exit 1
cat >table.md <<'END'
Doses of quokkine
=================

| drug | dose |
|------|:----:|
| quokkine | two |

---
a == b and c --- d
END
printf '\357\273\277Mark\n\nwombatine\n' >mark.txt
printf 'Head\n\n\t====  =====\n\tnumbatol ps \\\n\t| wc\n' >shell.txt
"$indexer" -q
run quokkine
passage='Doses of quokkine drug | dose | quokkine | two | a == b and c --- d'
equal 'lines that underline or divide are left out' \
    "table.md:1:${passage/quokkine drug/quokkine | drug}" "$out"
run wombatine
equal 'so is a byte order mark' 'mark.txt:3:Mark wombatine' "$out"
run numbatol
equal 'but no bar of a command' 'shell.txt:4:Head numbatol ps \ | wc' "$out"
if command -v jq >/dev/null; then
    run --json quokkine
    equal 'in JSON the passage is as it is in the text' "$(cat table.md)" \
        "$(jq -r .snippet <"$scratch/out")"
fi
cd "$docs" || exit 1

# ---- --show ----

"$search" --show giant.txt | cmp -s - giant.txt
succeeded $? '--show prints the text as it is' 'the bytes differ'
run --show r3
match '--show prints a record' 'lymphoma' "$out"
run --show nothing
equal '--show of an unknown id gives status 1' '1|' "$status|$out"
match 'and names it' "'nothing'" "$err"
cd 'sub folder' || exit 1
"$search" --show canine.txt | cmp -s - canine.txt
succeeded $? '--show takes a path as it is here' ''
cd "$docs" || exit 1
run --show giant.txt tumor
equal '--show with a query is refused' 2 "$status"

# ---- Terminal ----

if [ -n "$have_terminal" ]; then
    terminal 80 -n 100 tumor
    match 'a title is bold after its rank' $'1\\. \033\\[1m' "$out"
    match 'a path is coloured, with its line' \
        $'\033\\[35mgiant\\.txt\033\\[0m:\033\\[32m[0-9]+\033\\[0m' "$out"
    match 'there is a closing line' '[0-9]+ matches \([0-9.]+ ms\)' "$out"
    equal 'no control byte of a document gets through' '' \
        "$(printf '%s' "$out" | sed $'s/\033\\[[0-9;]*m//g' |
            LC_ALL=C grep -a $'[\001-\010\013-\037\177]\|\xc2[\x80-\x9f]')"
    terminal 50 --color=never -n 5 lymphocyte
    equal 'lines fit the terminal' '' \
        "$(printf '%s\n' "$out" | LC_ALL=C.UTF-8 grep -E '.{51}')"
    terminal 80 -n 2 lymphocyte
    match 'the closing line tells how many of how many' \
        '2 of 25 matches' "$out"
    terminal 80 --offset 2 -n 2 lymphocyte
    match 'and which of them' '3 to 4 of 25 matches' "$out"
    match 'ranks go on after an offset' $'(^|\n)3\\. ' "$out"
    terminal 80 --color=never denosumab giant
    match 'the title is not repeated in the passage' \
        $'^1\\. Giant cell tumor of bone\n   giant.txt:1\n   Denosumab soft' \
        "$out"
    [[ $out != *…* ]]
    succeeded $? 'a passage that is whole has no ellipsis' "$out"
    terminal 80 --color=never checkpoint
    match 'the title stays where the words are only there' \
        $'\\.txt:1\n   Checkpoint inhibitors PD-1' "$out"
    terminal 80 --color=never wombat
    equal 'a text that is all title is shown once' \
        $'1. One line on a wombat\n   line.txt:1\n\n' "${out%%1 match*}"
    terminal 80 --color=never вомбат
    equal 'a passage in Cyrillic fills its lines' 2 \
        "$(printf '%s' "$out" | grep -c '^   [^c]')"
    terminal 80 -n 0 lymphocyte
    match 'a limit of 0 shows how many there are' '^25 matches \(' "$out"
    out=$(script -qec "'$search' --show r3; echo prompt" /dev/null \
        </dev/null | tr -d '\r')
    equal 'a text without a last newline gets one' $'lymphoma\nprompt' "$out"
    terminal 80 --color=never --snippet-width 22 softens
    match 'a passage that is cut ends in an ellipsis' $'[a-z]…\n' "$out"
    terminal 80 --color=never --snippet-width 22 surgery
    match 'and begins with one' $'\n   …[a-z ]*surgery' "$out"
    terminal 80 --color=never --snippet-width 40 return
    match 'but not at a sentence' $'\n   The tumor may return' "$out"
    NO_COLOR=1 terminal 80 denosumab
    [[ $out != *$'\033'* ]]
    succeeded $? 'NO_COLOR is obeyed' "$out"
    NO_COLOR=1 terminal 80 --color=always denosumab
    [[ $out == *$'\033'* ]]
    succeeded $? 'the option wins over NO_COLOR' "$out"
    term=dumb terminal 80 denosumab
    [[ $out != *$'\033'* ]]
    succeeded $? 'TERM=dumb is obeyed' "$out"
    term=xterm
    terminal 80 -
    match 'a query typed at - is refused with a hint' \
        "'-' reads the query from standard input" "$out"
    terminal 80 --show odd.txt
    equal 'control bytes of --show are not shown raw' '' \
        "$(printf '%s' "$out" |
            LC_ALL=C grep -a $'[\001-\010\013-\037\177]\|\xc2[\x80-\x9f]')"
else
    printf 'skipped: terminal checks need script(1)\n'
fi

# ---- Files that change ----

printf 'more tumor text\n' >>giant.txt
run denosumab
match 'a changed file is told of' \
    '^osteon-search: note: giant\.txt: changed since it was indexed' "$err"
run --json denosumab
match 'JSON says stale' '"stale":true' "$out"
equal 'and nothing on standard error' '' "$err"
rm 'sub folder/canine.txt'
run dogs
match 'a file that has gone keeps its hit, with the title' \
    '^sub folder/canine\.txt:0:Canine osteosarcoma' "$out"
match 'and is told of' 'gone since it was indexed' "$err"
run tumor
match 'several are told of in one line' \
    'note: 2 of [0-9]+ hits have changed since' "$err"
equal 'which is the only one' 1 "$(wc -l <"$scratch/err" | tr -d ' ')"
run --show 'sub folder/canine.txt'
equal '--show of a file that has gone is an error' 2 "$status"
if [ -n "$have_terminal" ]; then
    terminal 80 denosumab dogs
    match 'a terminal marks a changed file' '\[changed\]' "$out"
    match 'a terminal marks a file that has gone' '\[gone\]' "$out"
fi

# ---- Nothing is written ----

equal 'searching creates nothing' \
    "$(printf '%s\n' "$before" | grep -v canine)" \
    "$(find "$scratch/docs" | sort)"

# ---- Damage ----

cp -R .osteon "$scratch/damaged"
find "$scratch/damaged" -type f | while read -r file; do
    size=$(wc -c <"$file")
    [ "$size" -gt 0 ] && printf 'xx' |
        dd of="$file" bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
done
run -i "$scratch/damaged" tumor
equal 'a damaged index gives status 2 and no hits' '2|' "$status|$out"
match 'and one line' '^osteon-search: [^
]+$' "$err"

# ---- The manual ----

page=$source/docs/osteon-search.1
missing=$("$search" --help | grep -oE -- '--[a-z0-9-]+' | sort -u |
    while read -r name; do
        grep -q -- "Fl -${name#--}\b" "$page" || printf '%s ' "$name"
    done)
equal 'the manual has every option' '' "$missing"

report
