#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_bench_run.sh BUILD: does bench/run, on a text made here, print all it
# should, with the peers that were built? No figure is judged, but where words
# are plain all engines must count the same matches.
set -u

build=$(cd "${1:?usage: test_bench_run.sh BUILD}" && pwd) || exit 1
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=tests/checks.sh
. "$(dirname "$0")/checks.sh"

# ---- Queries of one form for all ----

made() { # FORM MOST LINE...: what make_asks makes of the lines
    local form=$1 most=$2
    shift 2
    printf '%s\n' "$@" | "$build/bench/make_asks" s "$form" "$most" \
        2>/dev/null | cut -f 2- | tr '\t\n' ':;'
}

equal 'marks tell the kind, stop words and repetitions go' \
    'term:term:red;OR 2:or:red fish;AND 2:and:red fish;phrase:phrase:red fish;' \
    "$(made game 9 Red 'red fish' '+the +red +fish +red' '"red fish"')"
equal 'stop words stay where nothing else is, and in phrases' \
    'term with stop words:term:the;phrase with stop words:phrase:the fish;' \
    "$(made game 9 the '"the fish"')"
equal 'mixed queries, other characters, lone rests are left out' '' \
    "$(made game 9 '+a b' '+"the who" +uk' 'u.s. law' 'c++' 'the fish' '"x"')"
equal 'classes of luceneutil, without remarks' \
    'Term:term:red;OrHighMed:or:red fish;AndHighHigh:and:red fish;SloppyPhrase:near:red fish;' \
    "$(made luceneutil 9 'Term: red # freq=1' 'Fuzzy1: red~1' \
        'SloppyPhrase: "red fish"~4 # freq=1' 'SloppyPhrase: "red fish"~7' \
        'OrHighMed: red fish # freq=1 freq=2' 'AndHighHigh: +red +fish')"
equal 'a line of a log is asked both ways; four words and more are one' \
    'OR 4+:or:a1 b1 c1 d1 e1;AND 4+:and:a1 b1 c1 d1 e1;' \
    "$(made log 9 'a1 b1 c1 d1 e1')"
equal 'of more than MOST, some are taken evenly' 'term:term:w1;term:term:w3;' \
    "$(made game 2 w1 w2 w3 w4)"

# ---- The report of rows worked out by hand ----

{
    printf 'T\ttext\t-\t0\t%s\t%s\n' documents 10 bytes 4000000
    printf 'T\tbuild\tOsteon, 1 thread\t%s\t%s\t%s\n' \
        1 microseconds 1000000 2 microseconds 4000000 3 microseconds 2000000 \
        1 processor 1000000 1 peak 3000000 1 bytes 1000000
} >"$scratch/rows"
{
    for i in 1 2 3 4; do
        printf 'T\tOsteon\t1\ts\tOR 2\tcount\t%s\t%s\t100\n' "$i" "$((i * 10))"
        printf 'T\tLucene\t1\ts\tOR 2\tcount\t%s\t5\t%s\n' "$i" "$((i * 50))"
    done
} >"$scratch/asks"
awk -F '\t' -f "$root/bench/report.awk" "$scratch/rows" "$scratch/asks" \
    >"$scratch/small"
line() { # the only line of the small report that begins so
    grep -F -- "$1" "$scratch/small"
}
equal 'median, least and most, speed, size' \
    '| Osteon, 1 thread | 2.00 (1.00 – 4.00) | 2.00 | 1.00 | 3.00 | 1,000,000 | 25.0 % |' \
    "$(line '| Osteon, 1 thread')"
equal 'average, median and 99th percentile of queries' \
    '| OR 2 | 4 | count | 25.0 / 30.0 / 40.0 | 5.00 / 5.00 / 5.00 |' \
    "$(line '| OR 2 | 4')"
equal 'in short: speed of one thread, size, no queries of the game' \
    '| Osteon | 2.00 | 1,000,000 | 25.0 % |  |  |  |' "$(line '| Osteon | 2')"
equal 'agreement of counts' '| OR 2 | 25 % / 25 % / 1.25 |' \
    "$(line '| OR 2 | 25')"

# ---- A whole run ----

words=(red blue green fish bird stone river cloud paper glass)
text=$scratch/text
mkdir -p "$text/deep" "$scratch/queries"
for i in {1..40}; do
    printf 'the %s of %s %s\n' "${words[i % 10]}" "${words[i % 7]}" \
        "${words[i % 3]}" >"$text/deep/file$i"
    printf '{"_id":"%s","title":"%s","text":"%s \\u00e9t\\u00e9\\n%s"}\n' \
        "$i" "${words[i % 10]}" "${words[i % 7]}" "${words[i % 3]}"
done >"$scratch/records.jsonl"
head -c 3000 /dev/zero >"$text/binary"
printf '%s\n' red '+red +fish' 'red fish' 'red blue glass' '"red fish"' \
    '"the red"' the >"$scratch/queries/search-benchmark-game.txt"
printf '%s\n' 'Term: bird # freq=1' 'OrHighHigh: red blue # freq=1' \
    'SloppyPhrase: "red blue"~4 # freq=1' \
    >"$scratch/queries/luceneutil-small.tasks"
printf '%s\n' 'stone river' cloud >"$scratch/queries/trec-small.txt"

before=$(find "$root/bench" -printf '%p %s %T@\n' | sort)
"$root/bench/run" -b "$build" -n 1 -1 'red fish' -q "$scratch/queries" \
    -t "plain files=$text" -t "$scratch/records.jsonl" \
    -s "$scratch/run" >"$scratch/report" 2>"$scratch/notes"
succeeded $? 'a run ends well'
equal 'nothing is written beside the programs' "$before" \
    "$(find "$root/bench" -printf '%p %s %T@\n' | sort)"

# count NUMBER PATTERN: so many lines of the report match.
count() {
    equal "$1 times $2" "$1" "$(grep -cE -- "$2" "$scratch/report")"
}

count 1 '^## plain files$'
count 1 '^## records.jsonl$'
count 2 '^40 documents, '
number='[0-9][0-9.,]*'
range="$number \\($number – $number\\)"
lines=("Osteon, 1 thread")
peers=()  # of all queries
once=()   # of a process of its own
scaled=() # of parts of the text
[ "$(nproc)" -lt 2 ] || lines+=("Osteon, 2 threads")
if [ -x "$build/bench/peer_fts5" ]; then
    lines+=('SQLite FTS5' 'SQLite FTS5, then optimize and VACUUM')
    peers+=('SQLite FTS5')
    once+=('SQLite FTS5')
    scaled+=('SQLite FTS5')
fi
if [ -f "$build/bench/lucene/path" ] && command -v java >/dev/null; then
    lines+=('Lucene, 1 thread' 'Lucene, then forceMerge\(1\)'
        'Lucene with stop words, then forceMerge\(1\)')
    peers+=(Lucene 'Lucene with stop words')
    once+=(Lucene)
    scaled+=(Lucene)
fi
lines+=(Xapian 'Xapian, then compact')
peers+=(Xapian)
once+=(Xapian)
for what in Osteon "${peers[@]}"; do
    count 2 "^\\| $what \\| $number \\| $number \\| $number % \\|( $number \\|){3}\$"
done
for what in "${lines[@]}"; do
    count 2 "^\\| $what \\| $range \\| ($number)? \\| $number \\| $number \\| $number \\|"
done
count 2 '^\| Osteon \| [0-9,]+ \| .*postings [0-9,]+'
cell='[0-9.]+ / [0-9.]+ / [0-9.]+ \|'
cells="($cell ?){$((${#peers[@]} + 1))}"
for class in term 'OR 2' 'OR 3' 'OR, all' 'AND 2' 'AND, all' phrase \
    'phrase with stop words' 'term with stop words'; do
    for mode in 'top 10' 'top 100' 'top 1000' count; do
        grep -qE "^\\| $class \\| [12] \\| $mode \\| $cells\$" \
            "$scratch/report"
        succeeded $? "$class, $mode, of all"
    done
done
count 2 "^\\| OrHighHigh \\| 1 \\| top 10 \\| $cells\$"
count 2 '^### Queries: trec-small$'
same='100 % / 100 % / 1.00'
for class in 'OR 2' 'AND 2'; do
    all_same="^\\| $class \\|( $same \\|){${#peers[@]}}\$"
    count 4 "$all_same" # of the game and of trec-small, of two texts
done
# Of records, only Osteon keeps titles apart from texts.
count 1 "^\\| SloppyPhrase \\|( $same \\|){${#peers[@]}}\$"
for command in 'osteon-search red fish' "${once[@]}" 'osteon-search --version'; do
    count 2 "^\\| ${command/red fish/QUERY} \\| $range \\| $number \\|\$"
done
for what in 'nothing changed' 'find -printf' 'one file changed'; do
    count 1 "^\\| $what \\| $range \\| $number \\|\$"
done
for stage in read tokenize invert encode write sync; do
    count 2 "^\\| $stage \\| $range \\| [0-9]+ % \\| $number \\|\$"
done
for what in 'copy in memory' 'write and fsync' 'wc -w' cat; do
    count 2 "^\\| $what \\| $number \\|\$"
done
for part in 1/8:5 1/4:10 1/2:20 1/1:40; do
    for tool in Osteon "${scaled[@]}"; do
        count 2 "^\\| $tool, ${part%:*} \\| ${part#*:} \\| $range \\|( [0-9.,]+ \\|){6}\$"
    done
done
for budget in 64M 512M 2G; do
    count 2 "^\\| $budget \\| $range \\| $range \\| 1 \\| $number \\|\$"
done

# ---- What is not there, and what is wrong ----

mkdir "$scratch/part"
for place in "$build"/*; do
    ln -s "$place" "$scratch/part/"
done
rm "$scratch/part/bench"
mkdir "$scratch/part/bench"
for place in "$build"/bench/*; do
    [[ $place == */peer_xapian ]] || ln -s "$place" "$scratch/part/bench/"
done
"$root/bench/run" -b "$scratch/part" -n 1 -w build -p xapian -t "$text" \
    -q "$scratch/none" >"$scratch/report" 2>"$scratch/notes"
succeeded $? 'a peer that was not built does not end the run'
equal 'it is noted' 1 "$(grep -c 'Xapian is left out' "$scratch/notes")"
equal 'so are queries that are not there' 1 \
    "$(grep -c 'no queries in' "$scratch/notes")"
count 0 Xapian

for wrong in '-w all' '-p grep' '-n 0' '-m x' '-t /nowhere' '-b /nowhere' more; do
    # shellcheck disable=SC2086 # two words
    "$root/bench/run" -b "$build" -p none $wrong >/dev/null 2>"$scratch/notes"
    equal "refused: $wrong" 2 $?
done

report || {
    cat "$scratch/notes"
    exit 1
}
