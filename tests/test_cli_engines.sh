#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_cli_engines.sh BUILD [COLLECTION]...: judged queries to a native index
# and to a Xapian database of the same documents. They find the same
# documents, with scores as near as lengths in a byte let them be, and in the
# same order but for those that are so near. Always over corpus/; over the
# collections in ../shared where they are there.
set -euo pipefail
unset OSTEON_INDEX
export LC_ALL=C

build=$(cd "${1:?usage: test_cli_engines.sh BUILD [COLLECTION]...}" && pwd)
source=$(cd "$(dirname "$0")/.." && pwd)
shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
indexer=$build/indexer/osteon-index
search=$build/search/osteon-search
failed=0
[ $# -gt 0 ] || set -- "$source/corpus" "$source"/../shared/collections/*/

# Lengths in a byte lose up to an eighth, which changes scores by less.
compare='
NR == FNR { score[$2] = $1; n++; next }
!($2 in score) { print "  only in xapian: " $2; bad = 1; next }
{
    m++
    s = score[$2]
    if (s - $1 > 0.1 * s || $1 - s > 0.1 * s) {
        print "  " $2 ": native " s ", xapian " $1
        bad = 1
    }
    # The native score of what comes later is at most a little higher.
    if (m > 1 && s > lowest * 1.2 + 1e-9) {
        print "  order: " $2 " comes after one of " lowest " with " s
        bad = 1
    }
    if (m == 1 || s < lowest)
        lowest = s
}
END { if (m != n) { print "  native: " n ", xapian: " m; bad = 1 } exit bad }
'

queries() { # COLLECTION
    if [ -f "$1/queries.tsv" ]; then
        cut -f 2- "$1/queries.tsv"
    else
        jq -r '.text | gsub("[\\t\\r\\n\"():+]"; " ")' "$1/queries.jsonl"
    fi
}

hits() { # INDEX QUERY FILE
    "$search" -i "$1" -n 1000000 --json -- "$2" 2>/dev/null |
        jq -r '[.score, .id] | @tsv' >"$3" || true
}

for collection; do
    [ -d "$collection" ] || continue
    name=$(basename "$collection")
    documents=$collection
    if [ -f "$collection/corpus.jsonl.gz" ]; then
        documents=$collection/corpus.jsonl.gz
    fi
    "$indexer" -q --store=none -i "$scratch/$name.n" "$documents"
    "$indexer" -q --store=none --engine xapian -i "$scratch/$name.x" \
        "$documents"
    n=0
    while IFS= read -r query; do
        [ "$n" -lt "${OSTEON_TEST_QUERIES:-10}" ] || break
        hits "$scratch/$name.n" "$query" "$scratch/a"
        hits "$scratch/$name.x" "$query" "$scratch/b"
        if ! awk -F '\t' "$compare" "$scratch/a" "$scratch/b" >"$scratch/c"
        then
            printf 'FAILED %s: %s\n' "$name" "$query"
            head -n 5 "$scratch/c"
            failed=$((failed + 1))
        fi
        n=$((n + 1))
    done < <(queries "$collection")
    printf 'ok      %s: %d queries\n' "$name" "$n"
done
printf '%d failed\n' "$failed"
[ "$failed" -eq 0 ]
