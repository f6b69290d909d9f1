# shellcheck shell=bash
# shellcheck disable=SC2034 # run_steps.sh uses what is set here
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Part of bench/run: peers, texts and queries.
#
# A text is told by these variables, which prepare_text sets:
#   name    for the report
#   place   a folder of the scratch folder, for its indexes
#   kind    files, or records
#   source  the folder, or the .jsonl file
#   input   what the builders of bench/ read (bench_text.h): a list or a pack
: "${scratch:?}" "${shared:?}" "${build:?}" "${programs:?}" "${queries:?}"

# The peers that are wanted and there, in array `present`.
find_peers() {
    local peer
    present=()
    classes=
    for peer in fts5 lucene lucene-words xapian; do
        listed "$peer" "${peers:?}" || continue
        if [[ $peer == lucene* ]] && [ -f "$programs/lucene/path" ] &&
            command -v java >/dev/null; then
            classes=$(cat "$programs/lucene/path")
        elif [ ! -x "$programs/peer_$peer" ]; then
            note "$(name_of "$peer") is left out: $programs has no peer_${peer%-*}"
            continue
        fi
        present+=("$peer")
    done
}

name_of() {
    case $1 in
    fts5) printf 'SQLite FTS5' ;;
    lucene) printf 'Lucene' ;;
    lucene-words) printf 'Lucene with stop words' ;;
    xapian) printf 'Xapian' ;;
    *) printf 'Osteon' ;;
    esac
}

# java_peer PEER CLASS ARGUMENT...
java_peer() {
    local command
    java_command "$1"
    "${command[@]}" "${@:2}"
}

# java_command PEER: Java with what this peer needs, in `command`.
java_command() {
    command=(java -Xmx4g -cp "${classes:?}")
    [ "$1" != lucene-words ] || command+=(-DkeepStopWords=true)
}

version_of() {
    case $1 in
    lucene*) java_peer "$1" PeerLuceneIndex version ;;
    *) "$programs/peer_$1" version ;;
    esac
}

# The compiler and its flags, as CMake has them.
compiler() {
    local cache=$build/CMakeCache.txt type program flags
    program=$(sed -n 's/^CMAKE_C_COMPILER:[^=]*=//p' "$cache")
    type=$(sed -n 's/^CMAKE_BUILD_TYPE:[^=]*=//p' "$cache")
    flags=$(sed -n "s/^CMAKE_C_FLAGS_${type^^}:[^=]*=//p" "$cache")
    printf '%s %s' "$("${program:-cc}" --version | sed -n 1p)" "$flags"
}

# ---- Texts ----

# Extracts Documentation, or all, of linux-source once; prints the folder.
kernel() {
    local tarball=$1 part=$2 folder
    folder=$scratch/$(basename "$tarball" .tar.xz)
    if [ ! -e "$scratch/extracted-$part" ]; then
        mkdir -p "$scratch/extracting"
        if [ "$part" = tree ]; then
            tar -xJf "$tarball" -C "$scratch"
        else
            tar -xJf "$tarball" -C "$scratch" --wildcards '*/Documentation/*'
        fi
        rmdir "$scratch/extracting"
        : >"$scratch/extracted-$part"
    fi
    printf '%s' "$folder"
}

default_texts() {
    local tarball folder
    local wikipedia=$shared/corpora/wikipedia-en-66k.jsonl.xz
    tarball=$(find /usr/src -maxdepth 1 -name 'linux-source-*.tar.xz' \
        2>/dev/null | sort -V | tail -n 1)
    if [ -n "$tarball" ]; then
        if ${whole_tree:?}; then
            folder=$(kernel "$tarball" tree)
            texts+=("kernel documentation=$folder/Documentation"
                "kernel source=$folder")
        else
            folder=$(kernel "$tarball" documentation)
            texts+=("kernel documentation=$folder/Documentation")
        fi
    fi
    if [ -f "$wikipedia" ]; then
        texts+=("Wikipedia=$wikipedia")
    else
        note "without Wikipedia: $wikipedia is not there"
    fi
}

# The text files of a folder: those with a NUL byte, hidden ones, empty ones
# and those over 1 MB are left out for all.
list_files() {
    find "$1" -type f -not -path "$1/*/.*" -not -path "$1/.*" -size -1025k \
        -print0 | sort -z | xargs -0 -r grep -IlZ '' | tr '\0' '\n'
}

# Records to a pack: title and text of each.
pack_records() {
    jq -rj '((.title // "") + "\n" + (.text // "")) |
        "\(utf8bytelength)\n\(.)"' "$1"
}

# prepare_text [NAME=]PATH
prepare_text() {
    local path=$1 bytes documents
    name=$(basename "$path")
    name=${name%.xz}
    if [[ $path == *=* && ! -e $path ]]; then
        name=${path%%=*}
        path=${path#*=}
    fi
    place=$scratch/indexes-${name//[^A-Za-z0-9.-]/_}
    mkdir -p "$place"
    if [ -d "$path" ]; then
        kind=files
        source=$(cd "$path" && pwd)
        input=$place/list
        list_files "$source" >"$input"
        documents=$(wc -l <"$input")
        bytes=$(tr '\n' '\0' <"$input" | xargs -0 -r cat | wc -c)
    elif [ -f "$path" ]; then
        kind=records
        command -v jq >/dev/null || die 'records need jq'
        source=$path
        if [[ $path == *.xz ]]; then
            source=$place/records.jsonl
            [ -f "$source" ] || xz -dc "$path" >"$source"
        fi
        input=$place/text.pack
        pack_records "$source" >"$input"
        documents=$(wc -l <"$source")
        bytes=$(wc -c <"$input")
    else
        die "$path: neither a folder nor records"
    fi
    [ "$documents" -gt 0 ] || die "$path: no text in it"
    row text - documents "$documents"
    row text - bytes "$bytes"
}

# ---- Queries ----

# The queries as bench_asks.h wants them: `game` in all modes, the others in
# `more`. Either is empty where there are none.
prepare_queries() {
    local file found=0
    : >"$scratch/game"
    : >"$scratch/more"
    if [ -f "$queries/search-benchmark-game.txt" ]; then
        "$programs/make_asks" game game 1000000 \
            <"$queries/search-benchmark-game.txt" >"$scratch/game"
        found=1
    fi
    for file in "$queries"/luceneutil-*.tasks "$queries"/trec-*.txt; do
        [ -f "$file" ] || continue
        found=1
        # shellcheck disable=SC2094 # the name of the file is no file
        case $file in
        *.tasks) "$programs/make_asks" luceneutil luceneutil "${most:?}" ;;
        *) "$programs/make_asks" "$(basename "$file" .txt)" log "$most" ;;
        esac <"$file" >>"$scratch/more"
    done
    printf 'one\tone\tor\t%s\n' "${one_query:?}" >"$scratch/one"
    [ "$found" -eq 1 ] || note "no queries in $queries: see -q"
}
