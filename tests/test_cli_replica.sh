#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_cli_replica.sh BUILD: a copy that Xapian's own xapian-replicate keeps of
# an index answers as the index does, by itself and served by xapian-tcpsrv,
# and follows its updates. A line for each check, then "N passed, N failed"; 77
# tells that nothing could be tested.
set -u
unset OSTEON_INDEX
export LC_ALL=C

build=$(cd "${1:?usage: test_cli_replica.sh BUILD}" && pwd) || exit 1
corpus=$(cd "$(dirname "$0")/../corpus" && pwd)
indexer=$build/indexer/osteon-index
search=$build/search/osteon-search
for program in xapian-replicate-server xapian-replicate xapian-tcpsrv; do
    command -v $program >/dev/null || {
        echo "skipped: no $program (Debian package xapian-tools)"
        exit 77
    }
done
work=$(mktemp -d) || exit 1
# Below the ports that connections take by themselves (ip_local_port_range).
master=$((22000 + $$ % 4000))
served=$((master + 4000))
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; rm -rf "$work"' EXIT
# shellcheck source=tests/checks.sh
. "$(dirname "$0")/checks.sh"

# Rank, score and id of the best hits.
answers() { "$search" -i "$1" --tsv tumor immunotherapy | cut -f 1,2,3; }

# Runs a server as the head of a process group of its own: when one of these
# ends it takes its group along.
serve() { setsid "$@" >/dev/null 2>&1 & pids+=($!); }

# One copying; a server that has just been started may not listen yet.
replicate() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        xapian-replicate -q -o -r 0 -h 127.0.0.1 -p $master -m index \
            "$work/replica" 2>"$work/err" && return 0
        sleep 0.3
    done
    cat "$work/err" >&2
    return 1
}

mkdir "$work/data" "$work/text"
cp "$corpus"/*.txt "$work/text"
"$indexer" -q --engine xapian --store=all -i "$work/data/index" \
    "$work/text" || exit 1
serve xapian-replicate-server -I 127.0.0.1 -p $master "$work/data"

replicate; is "copied" $? 0
is "the copy answers alike" "$(answers "$work/replica")" \
    "$(answers "$work/data/index")"
is "with text" "$("$search" -i "$work/replica" -n 1 --json tumor |
    grep -c '"snippet":"[^"]')" 1
serve xapian-tcpsrv --interface 127.0.0.1 --port $served "$work/replica"
url=xapian://127.0.0.1:$served
for _ in 1 2 3 4 5 6 7 8 9 10; do
    "$search" -q -i "$url" tumor 2>/dev/null && break
    sleep 0.3
done
is "served, it answers alike" "$(answers "$url")" \
    "$(answers "$work/data/index")"

echo "a tumor of quartz" >"$work/text/new.txt"
"$indexer" -q -i "$work/data/index" "$work/text" || exit 1
is "before it is copied, an update is not there" \
    "$("$search" -i "$work/replica" -c quartz)" 0
replicate; is "copied again" $? 0
is "an update is copied" "$("$search" -i "$work/replica" -c quartz)" 1
is "and answers alike" "$(answers "$work/replica")" \
    "$(answers "$work/data/index")"

"$indexer" -q -i "$work/data/index" --merge || exit 1
replicate; is "copied after a merge" $? 0
is "a merge is copied" "$(answers "$work/replica")" \
    "$(answers "$work/data/index")"

report
