#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: test_symbols.sh SOURCE-DIR LIBRARY NM XAPIAN-INCLUDE-DIR
#
# Fails if the functions in the headers are not exactly the C functions the
# library exports, or if Xapian has an error class the guard does not list.
set -eu
source=$1 library=$2 nm=$3 xapian=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Functions in the headers: a name before a parenthesis, comments removed.
awk '/\/\*/ && !/\*\// { skip = 1 } !skip { gsub(/\/\*.*\*\//, ""); print }
     /\*\// { skip = 0 }' "$source"/include/xapian-c/*.h |
    grep -o 'xapian_c_[a-z0-9_]*(' | tr -d '(' | sort -u >"$work/declared"

case $library in
*.a) flags=-g ;;
*) flags=-D ;;
esac
"$nm" "$flags" --defined-only "$library" |
    awk '$2 == "T" && $3 ~ /^xapian_c_/ { print $3 }' |
    sort -u >"$work/exported"

test -s "$work/declared"
diff "$work/declared" "$work/exported"

# A shared library shows nothing but that: no internals of ours.
if [ "$flags" = -D ] && "$nm" -D --defined-only "$library" |
    grep ' T _Z.*xapian_c'; then
    echo "internal symbols are exported" >&2
    exit 1
fi

# Error classes of the installed Xapian.
grep -o '^class XAPIAN_VISIBILITY_DEFAULT [A-Za-z]*' \
    "$xapian/xapian/error.h" | awk '{ print $3 }' | sort >"$work/classes"
sed -n 's/^    X(\([A-Za-z]*\),.*/\1/p' "$source/src/xapian_c_guard.h" |
    sort >"$work/listed"
test -s "$work/classes"
diff "$work/classes" "$work/listed"
echo "$(wc -l <"$work/declared") functions," \
    "$(wc -l <"$work/classes") error classes"
