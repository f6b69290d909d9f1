#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# test_cli_omega.sh BUILD: a database made by omindex is read as an index:
# searched, shown, explained, described and checked. 77: there is no omindex.
set -u
unset OSTEON_INDEX NO_COLOR COLUMNS
export LC_ALL=C

build=$(cd "${1:?usage: test_cli_omega.sh BUILD}" && pwd) || exit 1
indexer=$build/indexer/osteon-index
search=$build/search/osteon-search
command -v omindex >/dev/null || {
    echo 'skipped: no omindex (Debian package xapian-omega)'
    exit 77
}
# shellcheck source=tests/checks.sh
. "$(dirname "$0")/checks.sh"
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

mkdir -p docs/sub
printf 'Bone tumors are rare.\nThe second line.\n' >'docs/a b.txt'
printf 'A bone, and much later a tumor.\n' >docs/c.txt
printf '<html><head><title>Osteosarcoma news</title></head><body>%s</body></html>' \
    'Growth of cells' >docs/sub/x.html
omindex --db omega --url / docs >omindex.log 2>&1 || {
    cat omindex.log
    exit 1
}

ids() { "$search" -i omega --json -- "$1" 2>/dev/null | jq -r .id | sort | tr '\n' ' '; }

equal 'stems' '/a b.txt /c.txt ' "$(ids tumor)"
equal 'a phrase' '/a b.txt ' "$(ids '"bone tumors"')"
equal 'words near each other' '/a b.txt ' "$(ids '"tumors bone"~0')"
equal 'and further apart' '/c.txt ' "$(ids 'bone NEAR/5 tumor')"
equal 'not so far apart' '' "$(ids 'bone NEAR/4 tumor')"
equal 'with a compound' '/c.txt ' "$(ids '"tumor and-much"~0')"
equal 'AND and NOT' '/c.txt ' "$(ids 'bone AND tumor -rare')"
equal 'a title' '/sub/x.html ' "$(ids 'title:osteosarcoma')"
equal 'only excluded' '/sub/x.html ' "$(ids '-bone')"
equal 'nothing' '' "$(ids zzzz)"
"$search" -i omega zzzz >/dev/null 2>&1
equal 'status of nothing' 1 $?
equal 'a number' 2 "$("$search" -i omega -c bone 2>/dev/null)"
equal 'a note' 1 "$("$search" -i omega bone 2>&1 >/dev/null |
    grep -c '^osteon-search: note: omega was not written by Osteon')"
equal 'a title and a sample' 'Osteosarcoma news|Growth of cells' \
    "$("$search" -i omega --json growth 2>/dev/null |
        jq -r '.title + "|" + .snippet')"
equal 'a passage' '/a b.txt:1:Bone tumors are rare. The second line.' \
    "$("$search" -i omega '"bone tumors"' 2>/dev/null | sed 's/ *$//')"
equal 'by its address' 'Growth of cells' \
    "$("$search" -i omega --show /sub/x.html 2>/dev/null)"
equal 'by its address with a blank' 0 \
    "$("$search" -i omega --show '/a b.txt' >/dev/null 2>&1; echo $?)"
equal 'scores are explained' true \
    "$("$search" -i omega --explain --json 'bone rare -growth' 2>/dev/null |
        jq -s 'length > 0 and all((.explain[0:6] | tonumber) as $x |
            (.score - $x) * (.score - $x) < 0.00000002)')"
equal 'statistics' 'xapian 3' \
    "$("$indexer" -i omega --stats --json | jq -r '.engine + " \(.documents)"')"
equal 'no sources' '' "$("$indexer" -i omega --failed)"
equal 'check' 0 "$("$indexer" -i omega --check >/dev/null 2>&1; echo $?)"
printf 'xxxxxxxx' | dd of=omega/postlist.glass bs=1 seek=4096 conv=notrunc 2>/dev/null
printf 'xxxxxxxx' | dd of=omega/postlist.glass bs=1 seek=2 conv=notrunc 2>/dev/null
equal 'check of damage' 2 "$("$indexer" -i omega --check >/dev/null 2>&1; echo $?)"

report
