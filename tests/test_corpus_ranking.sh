#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The ranking of corpus/ by its judgements must not fall: bench/judge's figure
# may be at most 0.01 below the one noted here. $1 is the build folder.
set -euo pipefail
build=$(cd "${1:?usage: test_corpus_ranking.sh BUILD-FOLDER}" && pwd)
root=$(cd "$(dirname "$0")/.." && pwd)
noted=0.860

line=$("$root/bench/judge" -b "$build" -n 100 "$root/corpus")
echo "$line"
ndcg=$(sed -n 's/.*nDCG@10 \([0-9.]*\).*/\1/p' <<<"$line")
if awk -v a="$ndcg" -v b="$noted" 'BEGIN { exit !(a >= b - 0.01) }'; then
    echo "ok   mean nDCG@10 $ndcg, noted $noted"
    echo '1 passed, 0 failed'
else
    echo "FAIL mean nDCG@10 $ndcg is more than 0.01 below $noted"
    echo '0 passed, 1 failed'
    exit 1
fi
