# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion for bash. Names of options are read off the program's own -h, and
# languages off its --help, so that there is no second list of them.

_osteon() { # PROGRAM WORD BEFORE
    local program=$1 word=$2 before=$3 values=

    # "--name=val" comes as three words, and the second may be the last.
    if [ "$before" = = ]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    elif [ "$word" = = ]; then
        word=
    fi
    case $before in
        -i | --index)
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            compopt -o filenames
            return
            ;;
        --files-from | --delete-from | --batch)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            compopt -o filenames
            return
            ;;
        --engine) values='native xapian' ;;
        --format)
            # That of osteon-search is anybody's.
            [[ ${program##*/} == osteon-index ]] || return
            values='auto text html markdown json jsonl archive'
            ;;
        --store) values='auto all none' ;;
        --color) values='auto always never' ;;
        --export) values='ciff jsonl xapian' ;;
        --language)
            values="none $("$program" --help 2>/dev/null |
                sed -n '/^Languages:/,$ { s/^Languages://; p }')"
            ;;
    esac
    if [ -n "$values" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
    elif [[ $word == -* ]]; then
        values=$("$program" -h 2>/dev/null |
            sed -nE 's/^ +(-.(, )?)?(--[a-z0-9-]+=?).*/\3/p')
        mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
        [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
    elif [[ ${program##*/} == osteon-index ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        compopt -o filenames
    fi
}

complete -F _osteon osteon-index osteon-search
