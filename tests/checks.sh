# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the shell tests check with. Each check prints a line; a failed one also
# what was there. A test ends with `report`, whose status is the test's.

# script(1) runs its command by it. Where it is not set, as in a service or a
# container, that were /bin/sh, which need not know what printf %q writes.
export SHELL=$BASH

# shellcheck disable=SC2034 # the caller's
have_terminal=$(command -v script || true)

# Runs $search on a terminal of $1 columns, of kind $term if that is set; sets
# out to what appeared there. Works in $scratch.
# shellcheck disable=SC2034,SC2154 # the caller's
terminal() { # COLUMNS ARGUMENT...
    local columns=$1
    shift
    printf '%q ' "$search" "$@" >"$scratch/command"
    out=$(TERM=${term:-xterm} script -qec \
        "stty cols $columns rows 50; . $scratch/command" /dev/null \
        </dev/null | tr -d '\r')
}

passed=0
failed=0

pass() { # NAME
    printf 'ok      %s\n' "$1"
    passed=$((passed + 1))
}

fail() { # NAME LINE...
    printf 'FAILED %s\n' "$1"
    [ $# -eq 1 ] || printf '%s\n' "${@:2}" | head -n 20 | sed 's/^/    /'
    failed=$((failed + 1))
}

succeeded() { # STATUS NAME LINE...
    if [ "$1" -eq 0 ]; then
        pass "$2"
    else
        fail "${@:2}"
    fi
}

equal() { # NAME EXPECTED GOT
    if [ "$2" = "$3" ]; then
        pass "$1"
    else
        fail "$1" "expected: $2" "got:      $3"
    fi
}

is() { # NAME GOT EXPECTED
    equal "$1" "$3" "$2"
}

match() { # NAME REGEX GOT, all of it at once
    if [[ $3 =~ $2 ]]; then
        pass "$1"
    else
        fail "$1" "expected to match: $2" "got: $3"
    fi
}

has() { # NAME GOT REGEX of a line
    if grep -Eq -- "$3" <<<"$2"; then
        pass "$1"
    else
        fail "$1" "no line matches: $3" "got: $2"
    fi
}

hasnot() { # NAME GOT REGEX of no line
    if grep -Eq -- "$3" <<<"$2"; then
        fail "$1" "a line matches: $3" "got: $2"
    else
        pass "$1"
    fi
}

report() {
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ]
}
