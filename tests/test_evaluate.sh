#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_evaluate.sh BUILD: the measures of bench/evaluate on rankings small
# enough to be worked out by hand.
set -u

build=${1:?usage: test_evaluate.sh BUILD}
evaluate=$build/bench/evaluate
[ -x "$evaluate" ] || evaluate=$build/evaluate
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=tests/checks.sh
. "$(dirname "$0")/checks.sh"

measure() { # prints the output, or the message and status
    "$evaluate" "$@" "$scratch/qrels" "$scratch/run" 2>&1 ||
        printf 'status %s\n' $?
}

# One relevant document of three, found second:
# nDCG 1/log2(3), AP 1/2, recall 1.
printf 'q1 0 a 1\nq1 0 b 0\n' >"$scratch/qrels"
printf 'q1 Q0 b 1 3 x\nq1 Q0 a 2 2 x\nq1 Q0 c 3 1 x\n' >"$scratch/run"
equal 'one relevant document at rank 2' \
    'queries 1  nDCG@10 0.6309  MAP 0.5000  R@100 1.0000' "$(measure)"
equal 'JSON has six digits' \
    '"ndcg_cut_10":0.630930,"map":0.500000,"recall_100":1.000000}' \
    "$(measure --json | sed 's/^{"queries":1,//')"

# The order is that of the scores, whatever the ranks and lines say.
printf 'q1 Q0 b 1 1 x\nq1 Q0 a 2 9 x\n' >"$scratch/run"
equal 'scores decide the order' \
    'queries 1  nDCG@10 1.0000  MAP 1.0000  R@100 1.0000' "$(measure)"

# Equal scores keep the ranks: a is second.
printf 'q1 Q0 a 2 1 x\nq1 Q0 z 1 1 x\n' >"$scratch/run"
equal 'equal scores go by rank' \
    'queries 1  nDCG@10 0.6309  MAP 0.5000  R@100 1.0000' "$(measure)"

# Grades: (1 + 2/log2(3)) / (2 + 1/log2(3)).
printf 'query-id\tcorpus-id\tscore\nq1\ta\t2\nq1\tb\t1\nq1\tc\t0\n' \
    >"$scratch/qrels"
printf 'q1 Q0 b 1 2 x\nq1 Q0 a 2 1 x\n' >"$scratch/run"
equal 'a table with a heading, and graded gains' \
    'queries 1  nDCG@10 0.8597  MAP 1.0000  R@100 1.0000' "$(measure)"
printf 'q1\ta\t2\nq1\tb\t1\n' >"$scratch/qrels"
equal 'a table without a heading' \
    'queries 1  nDCG@10 0.8597  MAP 1.0000  R@100 1.0000' "$(measure)"

# q2 is missing from the run and counts 0; q3 has nothing relevant and does
# not count; q4 was not judged.
printf 'q1\ta\t1\nq2\ta\t1\nq3\ta\t0\n' >"$scratch/qrels"
printf 'q1 Q0 a 1 1 x\nq3 Q0 a 1 1 x\nq4 Q0 a 1 1 x\n' >"$scratch/run"
equal 'queries that are missing count 0' \
    'queries 2  nDCG@10 0.5000  MAP 0.5000  R@100 0.5000' "$(measure)"

# Cuts: a relevant document at rank 11 is too late for nDCG@10, one at rank
# 101 for recall@100; MAP sees both: (1/11 + 2/101) / 2.
printf 'q1\td11\t1\nq1\td101\t1\n' >"$scratch/qrels"
for i in $(seq 1 120); do
    printf 'q1 Q0 d%d %d %d x\n' "$i" "$i" $((500 - i))
done >"$scratch/run"
equal 'cuts at 10 and 100' \
    'queries 1  nDCG@10 0.0000  MAP 0.0554  R@100 0.5000' "$(measure)"

: >"$scratch/run"
equal 'an empty run' \
    'queries 1  nDCG@10 0.0000  MAP 0.0000  R@100 0.0000' "$(measure)"

printf 'q1 Q0 a 1 1 x\nq1 Q0 a 2 1 x\n' >"$scratch/run"
equal 'a document twice is refused' \
    "evaluate: $scratch/run: query q1 has document a twice
status 2" "$(measure)"
printf 'q1 Q0 a one 1 x\n' >"$scratch/run"
equal 'a bad line is named' \
    "evaluate: $scratch/run:1: rank or score is no number
status 2" "$(measure)"
: >"$scratch/run"
printf 'q1\ta\t0\n' >"$scratch/qrels"
equal 'nothing relevant is an error' \
    "evaluate: $scratch/qrels: no query has a relevant document
status 2" "$(measure)"
rm "$scratch/qrels"
equal 'a missing file is named' \
    "evaluate: $scratch/qrels: No such file or directory
status 2" "$(measure)"

report
