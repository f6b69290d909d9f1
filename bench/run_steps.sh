# shellcheck shell=bash
# shellcheck disable=SC2154 # bench/run and run_text.sh set what is used here
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Part of bench/run: measures one text (run_text.sh tells its variables) and
# adds rows to rows.tsv and asks.tsv:
#   rows  text, step, what, round, key, value
#   asks  text, tool, round, then the columns of bench_asks.h
: "${rows:?}" "${asks:?}" "${programs:?}" "${indexer:?}" "${searcher:?}"

round=0
threads=(1)
[ "$(nproc)" -lt 2 ] || threads+=(2)

row() { # STEP WHAT KEY VALUE
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "${name:?}" "$1" "$2" "$round" "$3" \
        "$4" >>"$rows"
}

# timed STEP WHAT RUNS COMMAND...: rows of seconds and peak memory.
timed() {
    local step=$1 what=$2 runs=$3 wall user system peak
    shift 3
    : >"$scratch/times"
    "$programs/measure" -n "$runs" -o "$scratch/times" "$@" \
        >"$scratch/output" 2>"$scratch/errors" ||
        die "$what: $(tail -n 1 "$scratch/errors")"
    while IFS=$'\t' read -r wall user system peak; do
        row "$step" "$what" microseconds "$wall"
        row "$step" "$what" processor $((user + system))
        row "$step" "$what" peak $((peak * 1024))
    done <"$scratch/times"
}

# What files hold, without folders.
size_of() {
    find "$1" -type f -printf '%s\n' | awk '{ n += $1 } END { print n + 0 }'
}

# osteon_build INDEX INPUT ARGUMENT...: the command that builds, in `command`.
osteon_build() {
    local index=$1 from=$2
    shift 2
    command=("$indexer" -q --store=none -i "$index" "$@")
    if [ "${kind:?}" = files ]; then
        command+=(--format=text --no-ignore --hidden "--files-from=$from")
    else
        command+=(--format=jsonl "$from")
    fi
}

# What osteon-index reads of the whole text.
osteon_input() {
    if [ "$kind" = files ]; then
        printf '%s' "$input"
    else
        printf '%s' "${source:?}"
    fi
}

# Is this peer one of those present?
has() {
    listed "$1" "$(IFS=, && echo "${present[*]}")"
}

# ---- build ----

build_osteon() {
    local n
    for n in "${threads[@]}"; do
        rm -rf "$place/osteon"
        osteon_build "$place/osteon" "$(osteon_input)" -j "$n"
        timed build "Osteon, $n thread$([ "$n" -eq 1 ] || echo s)" 1 \
            "${command[@]}"
        row build "Osteon, $n thread$([ "$n" -eq 1 ] || echo s)" bytes \
            "$(size_of "$place/osteon")"
    done
}

build_fts5() {
    local db=$place/fts5
    rm -rf "$db"
    timed build 'SQLite FTS5' 1 "$programs/peer_fts5" build "$db" "$input"
    row build 'SQLite FTS5' bytes "$(size_of "$db")"
    timed build 'SQLite FTS5, then optimize and VACUUM' 1 \
        "$programs/peer_fts5" optimize "$db"
    row build 'SQLite FTS5, then optimize and VACUUM' bytes "$(size_of "$db")"
}

# build_lucene PEER
build_lucene() {
    local n what command index=$place/$1 warm=$place/$1-warm lucene
    lucene=$(name_of "$1")
    java_command "$1"
    for n in "${threads[@]}"; do
        what="$lucene, $n thread$([ "$n" -eq 1 ] || echo s)"
        rm -rf "$index"
        timed build "$what" 1 "${command[@]}" PeerLuceneIndex build "$index" \
            "$input" "$n" 1
        row build "$what" bytes "$(size_of "$index")"
    done
    what="$lucene, then forceMerge(1)"
    timed build "$what" 1 "${command[@]}" PeerLuceneIndex merge "$index"
    row build "$what" bytes "$(size_of "$index")"
    rm -rf "$warm"
    what="$lucene, 1 thread, second build in one process"
    row build "$what" microseconds \
        "$(java_peer "$1" PeerLuceneIndex build "$warm" "$input" 1 2 |
            awk '{ printf "%d", $1 * 1e6 }')"
    row build "$what" bytes "$(size_of "$warm")"
    rm -rf "$warm"
}

build_xapian() {
    rm -rf "$place/xapian" "$place/xapian-compact"
    XAPIAN_FLUSH_THRESHOLD=1000000 timed build 'Xapian' 1 \
        "$programs/peer_xapian" build "$place/xapian" "$input"
    row build 'Xapian' bytes "$(size_of "$place/xapian")"
    timed build 'Xapian, then compact' 1 "$programs/peer_xapian" compact \
        "$place/xapian" "$place/xapian-compact"
    row build 'Xapian, then compact' bytes "$(size_of "$place/xapian-compact")"
    rm -rf "$place/xapian"
}

# Builds what is not there, without measuring.
need_index() {
    case $1 in
    osteon)
        [ -e "$place/osteon" ] || {
            osteon_build "$place/osteon" "$(osteon_input)"
            "${command[@]}"
        }
        ;;
    fts5)
        [ -e "$place/fts5" ] || {
            "$programs/peer_fts5" build "$place/fts5" "$input"
            "$programs/peer_fts5" optimize "$place/fts5"
        }
        ;;
    lucene*)
        [ -e "$place/$1" ] || {
            java_peer "$1" PeerLuceneIndex build "$place/$1" "$input" 1 1
            java_peer "$1" PeerLuceneIndex merge "$place/$1"
        } >/dev/null
        ;;
    xapian)
        [ -e "$place/xapian-compact" ] || {
            XAPIAN_FLUSH_THRESHOLD=1000000 "$programs/peer_xapian" build \
                "$place/xapian" "$input"
            "$programs/peer_xapian" compact "$place/xapian" \
                "$place/xapian-compact"
            rm -rf "$place/xapian"
        }
        ;;
    esac
}

# Bytes by part, of the indexes as they are now.
parts() {
    local part bytes
    "$indexer" --stats --json -i "$place/osteon" |
        jq -r '.parts | to_entries[] | "\(.key)\t\(.value)"' |
        while IFS=$'\t' read -r part bytes; do
            row parts Osteon "$part" "$bytes"
        done
    for part in lucene lucene-words; do
        ! has "$part" || file_parts "$(name_of "$part")" "$place/$part" \
            's/.*\.//; s/^segments_.*/segments/'
    done
    ! has xapian ||
        file_parts Xapian "$place/xapian-compact" 's/\.glass$//'
}

file_parts() { # WHAT FOLDER EDIT: files by name as `sed` edits it
    find "$2" -type f -printf '%s\t%f\n' | while read -r bytes file; do
        printf '%s\t%s\n' "$(sed "$3" <<<"$file")" "$bytes"
    done | awk -F '\t' '{ n[$1] += $2 }
        END { for (part in n) print part "\t" n[part] }' |
        sort -t $'\t' -k 2nr | while IFS=$'\t' read -r part bytes; do
        row parts "$1" "$part" "$bytes"
    done
}

# ---- query, process ----

# ask TOOL QUERIES MODES PASSES
ask() {
    case $1 in
    osteon) "$programs/ask_osteon" "$place/osteon" "${@:2}" ;;
    fts5) "$programs/peer_fts5" ask "$place/fts5" "${@:2}" ;;
    lucene*) java_peer "$1" PeerLuceneAsk "$place/$1" "${@:2}" ;;
    xapian) "$programs/peer_xapian" ask "$place/xapian-compact" "${@:2}" ;;
    esac
}

ask_all() {
    local tool
    for tool in osteon "${present[@]}"; do
        {
            ask "$tool" "$scratch/game" 10,100,1000,count 5
            ask "$tool" "$scratch/more" 10,count 5
        } | awk -v "head=$name\t$(name_of "$tool")\t$round\t" \
            '{ print head $0 }' >>"$asks"
    done
}

process_all() {
    local one=("$scratch/one" 10 1) runs=10 command
    osteon() {
        timed process "osteon-search ${*//"${one_query:?}"/QUERY}" "$runs" \
            "$searcher" -i "$place/osteon" "$@"
    }
    osteon "$one_query"
    osteon -l "$one_query"
    osteon "\"$one_query\""
    osteon -c "$one_query"
    osteon --version
    ! has fts5 || timed process 'SQLite FTS5' "$runs" \
        "$programs/peer_fts5" ask "$place/fts5" "${one[@]}"
    ! has xapian || timed process 'Xapian' "$runs" \
        "$programs/peer_xapian" ask "$place/xapian-compact" "${one[@]}"
    ! has lucene || {
        java_command lucene
        timed process 'Lucene' 3 "${command[@]}" PeerLuceneAsk \
            "$place/lucene" "${one[@]}"
    }
}

# ---- update ----

# On a copy of the tree, as files are changed.
update_all() {
    local tree=$scratch/update index=$scratch/update.osteon changed i
    local update=("$indexer" -q -i "$index" "$tree")
    if [ "$round" -eq 1 ]; then
        rm -rf "$tree" "$index"
        cp -R "$source" "$tree"
        "${update[@]}" || [ $? -eq 1 ]
    fi
    changed=$(find "$tree" -type f -name '*[a-z]' -not -path "$tree/*/.*" |
        sort | sed -n 1p)
    timed update 'nothing changed' 10 "${update[@]}"
    timed update 'find -printf' 10 find "$tree" -printf '%s %T@ %p\n'
    for i in 1 2 3; do
        printf 'another line %s %s\n' "$round" "$i" >>"$changed"
        sleep 0.05 # lest it look as if it might still change
        timed update 'one file changed' 1 "${update[@]}"
    done
}

# ---- stages ----

stages_all() {
    local stage took speed
    rm -rf "$place/stages"
    while IFS=$'\t' read -r stage took; do
        row stages "$stage" microseconds "$took"
    done < <("$programs/build_stages" "$input" "$place/stages")
    while IFS=$'\t' read -r stage speed; do
        row limits "$stage" speed "$speed"
    done < <("$programs/limits" "$place/written" \
        "$(size_of "$place/stages")")
    rm -rf "$place/stages"
    if [ "$kind" = files ]; then
        tr '\n' '\0' <"$input" >"$scratch/names"
        timed limits 'wc -w' 1 wc -w "--files0-from=$scratch/names"
        timed limits 'cat' 1 xargs -0 -a "$scratch/names" cat
    else
        timed limits 'wc -w' 1 wc -w "$input"
        timed limits 'cat' 1 cat "$input"
    fi
}

# ---- scale, memory ----

# Every eighth, fourth and second document, and all, in one thread. Without
# Xapian, which would take longer than all the rest.
scale_all() {
    local part
    for part in 8 4 2 1; do
        scale_part "$part" "$(osteon_input)"
    done
}

# scale_part PART WHOLE: each PARTth line of WHOLE, a list or records.
scale_part() {
    local place=$place/part from input tool command
    rm -rf "$place"
    mkdir "$place"
    input=$place/list
    from=$input
    [ "$kind" = files ] || from=$place/records.jsonl
    awk "NR % $1 == 0" "$2" >"$from"
    if [ "$kind" = records ]; then
        input=$place/text.pack
        pack_records "$from" >"$input"
    fi
    for tool in osteon "${present[@]}"; do
        case $tool in
        osteon) osteon_build "$place/osteon" "$from" -j 1 ;;
        fts5) command=("$programs/peer_fts5" build "$place/fts5" "$input") ;;
        lucene)
            java_command lucene
            command+=(PeerLuceneIndex build "$place/lucene" "$input" 1 1)
            ;;
        *) continue ;;
        esac
        scale_one "$(name_of "$tool"), 1/$1"
    done
    rm -rf "$place"
}

# scale_one WHAT: builds with `command`, and asks `tool`.
scale_one() {
    timed scale "$1" 1 "${command[@]}"
    row scale "$1" documents "$(wc -l <"$from")"
    row scale "$1" bytes "$(size_of "$place/$tool")"
    ask "$tool" "$scratch/game" 10 5 |
        awk -F '\t' '{ k = $2; sub(/ .*/, "", k); n[k]++; t[k] += $5 }
            END { for (k in n) print k "\t" t[k] / n[k] }' |
        while IFS=$'\t' read -r class took; do
            row scale "$1" "$class" "$took"
        done
}

memory_all() {
    local budget index=$place/memory.osteon n=${threads[-1]}
    for budget in 64M 512M 2G; do
        rm -rf "$index"
        osteon_build "$index" "$(osteon_input)" -j "$n" "--memory=$budget"
        timed memory "$budget" 1 "${command[@]}"
        row memory "$budget" bytes "$(size_of "$index")"
        row memory "$budget" segments \
            "$("$indexer" --stats --json -i "$index" | jq .segments)"
    done
    row memory threads n "$n"
    rm -rf "$index"
}

# ---- all of them ----

wanted() {
    listed "$1" "${steps:?}"
}

measure_text() {
    local tool
    for ((round = 1; round <= ${rounds:?}; round++)); do
        if wanted build; then
            note "$name: round $round of builds"
            build_osteon
            for tool in "${present[@]}"; do
                "build_${tool%-*}" "$tool"
            done
        fi
    done
    for tool in osteon "${present[@]}"; do
        need_index "$tool"
    done
    round=1
    ! wanted build || parts
    for ((round = 1; round <= rounds; round++)); do
        note "$name: round $round of the rest"
        ! wanted query || ask_all
        ! wanted process || process_all
        ! wanted update || [ "$kind" = records ] || update_all
        ! wanted stages || stages_all
        ! wanted scale || scale_all
        ! wanted memory || memory_all
    done
    rm -rf "$scratch/update" "$scratch/update.osteon"
    round=0
}
