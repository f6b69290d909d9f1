#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_cli_shards.sh BUILD: an index in three parts, each served by its own
# xapian-tcpsrv, answers as the index in one piece; and what the user sees
# when a part is cut off, killed, restarted or updated. Once on this host, and
# once with each part on a host of its own, a network namespace, where that is
# possible (root, and ip of iproute2). Prints a line for each check; 77 tells
# that nothing could be tested.
set -u
unset OSTEON_INDEX NO_COLOR COLUMNS
export LC_ALL=C

build=$(cd "${1:?usage: test_cli_shards.sh BUILD}" && pwd) || exit 1
source=$(cd "$(dirname "$0")/.." && pwd)
indexer=$build/indexer/osteon-index
search=$build/search/osteon-search
server=$(command -v xapian-tcpsrv) || {
    echo 'skipped: no xapian-tcpsrv (Debian package xapian-tools)'
    exit 77
}
scratch=$(mktemp -d) || exit 1
spaces=()
pids=('' '' '' '')
# shellcheck source=tests/checks.sh
. "$(dirname "$0")/checks.sh"

# A server that is stopped takes all of its process group with it, so each has
# one of its own.
stop_server() { # PART
    [ -n "${pids[$1]}" ] || return 0
    kill -CONT -- "-${pids[$1]}" 2>/dev/null
    kill -KILL -- "-${pids[$1]}" 2>/dev/null
    wait "${pids[$1]}" 2>/dev/null
    pids[$1]=''
}

end() {
    local i
    for i in 1 2 3; do
        stop_server "$i"
    done
    for i in "${spaces[@]}"; do
        ip netns del "$i" 2>/dev/null
    done
    ip link del "ost$$" 2>/dev/null
    rm -rf "$scratch"
}
trap end EXIT

# Sets out, err, status and seconds (whole, rounded up).
run() {
    local begun=$SECONDS
    out=$("$search" "$@" 2>"$scratch/err")
    status=$?
    err=$(cat "$scratch/err")
    seconds=$((SECONDS - begun + 1))
}

# ---- Hosts ----

# On this host a part is a port; in namespaces it is an address.
declare -a host port before
here() {
    local i
    for i in 1 2 3; do
        host[i]=127.0.0.1
        port[i]=$((30000 + ($$ * 3 + i) % 2700))
        before[i]=
    done
    url=xapian://${host[1]}:${port[1]},${host[2]}:${port[2]},${host[3]}:${port[3]}
    cut_off() { kill -STOP -- "-${pids[$1]}"; }
    join_again() { kill -CONT -- "-${pids[$1]}"; }
}

namespaces() { # false: not possible
    local i net=10.213.$(($$ % 256))
    [ "$(id -u)" = 0 ] && command -v ip >/dev/null || return 1
    ip link add "ost$$" type bridge 2>/dev/null || return 1
    ip addr add "$net.254/24" dev "ost$$" && ip link set "ost$$" up || return 1
    for i in 1 2 3; do
        spaces+=("ost$$-$i")
        ip netns add "ost$$-$i" 2>/dev/null || return 1
        ip link add "o$$.$i" type veth peer name eth0 netns "ost$$-$i" ||
            return 1
        ip link set "o$$.$i" master "ost$$" up || return 1
        ip -n "ost$$-$i" addr add "$net.$i/24" dev eth0 || return 1
        ip -n "ost$$-$i" link set eth0 up || return 1
        host[i]=$net.$i
        port[i]=7700
        before[i]="ip netns exec ost$$-$i"
    done
    url=xapian://${host[1]}:7700,${host[2]}:7700,${host[3]}:7700
    # The far end goes down: what is sent there is lost, and nobody answers.
    cut_off() { ip -n "ost$$-$1" link set eth0 down; }
    join_again() { ip -n "ost$$-$1" link set eth0 up; }
}

listens() { # PART
    "$search" --timeout 5 -i "xapian://${host[$1]}:${port[$1]}" -c zzzz \
        >/dev/null 2>&1
    [ $? -lt 2 ]
}

start_server() { # PART
    local n=0
    # shellcheck disable=SC2086 # several words
    setsid ${before[$1]} "$server" --interface "${host[$1]}" --quiet \
        --port "${port[$1]}" "$scratch/x$1" >"$scratch/log$1" 2>&1 &
    pids[$1]=$!
    until listens "$1"; do
        n=$((n + 1))
        [ $n -lt 100 ] || return 1
        sleep 0.1
    done
}

# ---- The index, whole and in parts ----

# Stored text, so that passages do not need the files.
make_indexes() {
    local i
    rm -rf "$scratch"/x*
    "$indexer" -q --store=all --engine xapian -i "$scratch/x" "$source/corpus" &&
        for i in 1 2 3; do
            "$indexer" -q --store=all --engine xapian --shard "$i/3" \
                -i "$scratch/x$i" "$source/corpus" || return 1
        done
}

queries=('osteosarcoma' 'bone tumor' '"checkpoint inhibitors" +osteosarcoma'
    'PD-1 therapy' '"bone tumor" OR title:sarcoma' '+sarcoma -"bone tumor"'
    'IFN-γ' '"of the"' 'zzzz' 'sarcoma AND (chemotherapy OR "T cells")'
    '-sarcoma')

scenario() { # NAME
    local q i where=$1

    for i in 1 2 3; do
        start_server "$i" || {
            fail "$where: a server starts" "$(cat "$scratch/log$i")"
            return
        }
    done
    for q in "${queries[@]}"; do
        run -i "$scratch/x" -n 30 --json -- "$q"
        local one=$out one_status=$status
        run -i "$url" -n 30 --json -- "$q"
        equal "$where: the same hits for $q" \
            "$(jq -c '[.score,.id,.title,.snippet,.fields]' <<<"$one")" \
            "$(jq -c '[.score,.id,.title,.snippet,.fields]' <<<"$out")"
        equal "$where: the same status" "$one_status" "$status"
        run -i "$scratch/x" -c -- "$q"
        one=$out
        run -i "$url" -c -- "$q"
        equal "$where: the same number for $q" "$one" "$out"
    done
    printf '%s\n' "${queries[@]}" >"$scratch/queries"
    run -i "$scratch/x" -n 30 --json --batch="$scratch/queries" -j 4
    local many=$out
    run -i "$url" -n 30 --json --batch="$scratch/queries" -j 4
    equal "$where: the same hits for all in one process" \
        "$(jq -c '[.query,.score,.id,.title,.snippet]' <<<"$many")" \
        "$(jq -c '[.query,.score,.id,.title,.snippet]' <<<"$out")"
    run -i "$url" -n 5 --explain --json '"bone tumor"'
    equal "$where: explanations begin with the score" \
        "$(jq -r '(.score*100|round)' <<<"$out")" \
        "$(jq -r '.explain[0:6]|tonumber*100|round' <<<"$out" 2>/dev/null)"
    run -i "$url" --show abs-001
    equal "$where: --show" 0 "$status"
    OSTEON_INDEX=$url "$search" -q osteosarcoma
    equal "$where: OSTEON_INDEX" 0 $?

    # Cut off: nobody answers, and it takes its time.
    run -i "$scratch/x2" -c sarcoma
    local second=$out
    run -i "$scratch/x" -c sarcoma
    local all=$out
    cut_off 2
    run --timeout 1 -i "$url" -c sarcoma
    equal "$where: a host cut off is an error" '2|' "$status|$out"
    match "$where: which names it" "${host[2]}:${port[2]}: " "$err"
    [ $seconds -le 8 ] && pass "$where: after the timeout" ||
        fail "$where: after the timeout" "$seconds s"
    run --timeout 1 --partial -i "$url" -c sarcoma
    equal "$where: --partial answers without it" "0|$((all - second))" \
        "$status|$out"
    match "$where: and says so" "note: left out: ${host[2]}:${port[2]}: " "$err"
    [ $seconds -le 8 ] && pass "$where: after the timeout" ||
        fail "$where: after the timeout" "$seconds s"
    join_again 2
    sleep 1
    run --timeout 20 -i "$url" -c sarcoma
    equal "$where: back again" "0|$all" "$status|$out"

    # Killed: the connection is refused at once.
    stop_server 3
    run -i "$url" -c sarcoma
    equal "$where: a dead server is an error" '2|' "$status|$out"
    match "$where: which names it" "${host[3]}:${port[3]}: " "$err"
    run --partial -i "$url" -c --batch="$scratch/queries"
    equal "$where: --partial answers a batch without it" 11 "$(wc -l <<<"$out")"
    equal "$where: and says so once" 1 "$(grep -c 'left out: ' <<<"$err")"
    run --partial -i "$url" -q sarcoma
    equal "$where: -q --partial tells nothing" '0||' "$status|$out|$err"
    stop_server 1
    stop_server 2
    run --partial --timeout 5 -i "$url" sarcoma
    equal "$where: none at all is an error" '2|' "$status|$out"

    # Restarted, and its database updated meanwhile.
    start_server 1
    start_server 2
    start_server 3
    run -i "$url" -c sarcoma
    equal "$where: restarted" "0|$all" "$status|$out"
    for i in 1 2 3; do
        printf 'A sarcoma never seen before' |
            "$indexer" -q -i "$scratch/x$i" --id new -
    done
    run -i "$url" -c sarcoma
    equal "$where: an update is seen" "0|$((all + 1))" "$status|$out"

    # Shards that are none, or not alike.
    run -i "xapian://${host[1]}" sarcoma
    match "$where: an address without port" \
        '^osteon-search: xapian://.*: not xapian://HOST:PORT' "$err"
    run -i "xapian://${host[1]}:${port[1]},${host[1]}:${port[1]}" -c sarcoma
    match "$where: a part twice" 'both hold part 1/3' "$err"
    stop_server 2
    mv "$scratch/x2" "$scratch/y2"
    printf 'Ein Sarkom' |
        "$indexer" -q --language german --engine xapian -i "$scratch/x2" -
    start_server 2
    run -i "$url" -c sarcoma
    equal "$where: shards of two languages" 2 "$status"
    match "$where: are both named" \
        "${host[1]}:${port[1]} is in english and ${host[2]}:${port[2]} in german" \
        "$err"
    for i in 1 2 3; do
        stop_server "$i"
    done
}

make_indexes || {
    echo 'FAILED making the indexes'
    exit 1
}
here
scenario 'this host'
if namespaces; then
    make_indexes && scenario 'three hosts'
else
    echo 'skipped: no network namespaces here'
fi

report
