#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_completion.sh BUILD: what bash offers behind osteon-index and
# osteon-search, and that the programs take it.
set -u
build=$(cd "${1:?usage: test_completion.sh BUILD}" && pwd) || exit 1
source=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=tests/checks.sh
. "$(dirname "$0")/checks.sh"
# shellcheck source=completions/osteon.bash
. "$source/completions/osteon.bash"
compopt() { :; } # there is no completion going on
index=$build/indexer/osteon-index
search=$build/search/osteon-search

# offers PROGRAM WORD...: what completes the last word, sorted
offers() {
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _osteon "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//'
}

names() { # of the long options at the beginnings of the help's lines
    "$1" --help | cut -c 1-24 | grep -oE '^  (-.,|   ) --[a-z0-9-]+' |
        grep -oE -- '--.*' | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//'
}

for program in "$index" "$search"; do
    is "${program##*/}: all long options" "$(offers "$program" -- | tr -d =)" \
        "$(names "$program")"
done
is 'an option that wants a value ends in =' \
    "$(offers "$search" --snip)" '--snippet-width='
is 'a single dash' "$(offers "$search" -)" "$(offers "$search" --)"
is 'a value behind =' "$(offers "$index" --engine = n)" native
is 'nothing behind = yet' "$(offers "$index" --engine =)" 'native xapian'
is 'a value as the next word' "$(offers "$search" --color al)" always
is 'a language' "$(offers "$index" --language ger)" 'german german2'
is 'a language of the first line' "$(offers "$index" --language ar)" \
    'arabic armenian'
is 'words of a query are not files' "$(offers "$search" te)" ''
cd "$scratch" || exit 1
mkdir folder
printf '{"id":1,"text":"text"}\n' >file
is 'folders for an index' "$(offers "$search" -i f)" folder
is 'a file of queries' "$(offers "$search" --batch = fi)" file
is 'a format is no file and no name' "$(offers "$search" --format a)" ''
is 'files to index' "$(offers "$index" f)" 'file folder'

# What is offered is taken.
refused=
for option in --format --store --engine --language; do
    for value in $(offers "$index" "$option" =); do
        # 1: what it is to be is no option's fault
        "$index" -q -i "of$option-$value" "$option=$value" file 2>err ||
            [ $? -eq 1 ] || refused+="$option=$value: $(cat err) "
    done
done
for value in $(offers "$search" --color =); do
    "$search" -q -i of--store-all --color="$value" text 2>err ||
        refused+="--color=$value: $(cat err) "
done
is 'all values are taken' "$refused" ''
report
