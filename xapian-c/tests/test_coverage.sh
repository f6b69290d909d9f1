#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# COVERAGE.md against the binding's headers and Xapian's: every C function it
# names is declared, every function declared is named, and every public class
# of the installed Xapian is mentioned. $1: xapian-c's folder.
set -euo pipefail
root=$1
table=$root/COVERAGE.md
headers=("$root"/include/xapian-c/*.h)
include=$(pkg-config --variable=includedir xapian-core)/xapian
failed=0

fail() {
    echo "FAIL $1"
    failed=1
}

declared=$(sed 's:/\*.*\*/::' "${headers[@]}" | tr '\n' ' ' |
    grep -oE 'xapian_c_[a-z0-9_]+ ?\(' | grep -oE 'xapian_c_[a-z0-9_]+' |
    sort -u)
named=$(grep -oE 'xapian_c_[a-z0-9_]+' "$table" | sort -u)
all=$(cat "${headers[@]}")

while read -r name; do
    [[ $name == *_ ]] && continue # a family, written with its first part
    grep -qw -- "$name" <<<"$all" || fail "$name is in the table only"
done <<<"$named"
while read -r name; do
    grep -qw -- "$name" <<<"$named" || fail "$name is missing in the table"
done <<<"$declared"

classes=$(cat "$include"/*.h |
    grep -oE 'class XAPIAN_VISIBILITY_DEFAULT [A-Za-z0-9]+' |
    awk '{ print $3 }' | sort -u)
while read -r class; do
    [[ $class == *Error || $class == Internal || $class == opt ]] && continue
    grep -qw -- "$class" "$table" || fail "class $class is not mentioned"
done <<<"$classes"

[ $failed = 0 ] && echo "$(wc -w <<<"$declared") functions, all mapped"
exit $failed
