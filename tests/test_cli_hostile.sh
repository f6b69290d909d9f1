#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Bad input and bad luck, through both programs: each gives one clear line and
# the right exit status, and nothing is lost. $1 is the build folder.
set -u
build=$(cd "${1:?usage: test_cli_hostile.sh BUILD-FOLDER}" && pwd)
index=$build/indexer/osteon-index
search=$build/search/osteon-search
work=$(mktemp -d "${TMPDIR:-/tmp}/osteon-hostile.XXXXXX") || exit 1
mounted=
cleanup() {
    [ -z "$mounted" ] || umount "$mounted"
    chmod -R u+rwx "$work"
    rm -rf "$work"
}
trap cleanup EXIT
export LC_ALL=C
unset OSTEON_INDEX

# shellcheck source=tests/checks.sh
. "$(dirname "$0")/checks.sh"
# run PROGRAM ARGS: stdout in $out, stderr in $err, status in $st
run() {
    "$@" >"$work/.out" 2>"$work/.err" </dev/null
    st=$?
    out=$(tr '\0' '@' <"$work/.out") err=$(tr '\0' '@' <"$work/.err")
}
# One line on stderr, beginning with the program's name.
one_line() {
    is "$1: one line" "$(printf '%s\n' "$err" | wc -l)" 1
    has "$1: from the program" "$err" '^osteon-(index|search): '
}
fresh() {
    rm -rf "$work/t"
    mkdir "$work/t"
    cd "$work/t" || exit 1
}
clean() {
    run "$index" --check -q
    is "$1: the index is clean" "$st" 0
}
sanitized=$(grep -c '^OSTEON_SANITIZE:BOOL=ON' "$build/CMakeCache.txt")

# ---- no index, and things that are none ----
fresh
run "$search" -i nowhere word
is 'no index: status' $st 2
one_line 'no index'
has 'no index: named' "$err" 'nowhere'
echo text >file
run "$search" -i file word
is 'a file for an index: status' $st 2
one_line 'a file for an index'
mkdir folder && echo x >folder/x
run "$search" -i folder word
is 'a folder for an index: status' $st 2
one_line 'a folder for an index'
run "$index" -i folder file
is 'writing to a folder of others: status' $st 2
one_line 'writing to a folder of others'
is 'writing to a folder of others: untouched' "$(ls folder)" x

# ---- versions and damage ----
fresh
for i in 1 2 3; do echo "bone tumor number $i" >"f$i"; done
run "$index" -q
cp -R .osteon good
sed -i '1s/.*/osteon-manifest 7/' .osteon/MANIFEST
for program in "$search" "$index"; do
    run "$program" tumor
    is "newer format, $(basename "$program"): status" $st 2
    one_line "newer format, $(basename "$program")"
    has "newer format, $(basename "$program"): both versions" "$err" '7.* up to 3'
done
sed -i '1s/.*/osteon-manifest 2/' .osteon/MANIFEST
for program in "$search" "$index"; do
    run "$program" tumor
    is "older format, $(basename "$program"): status" $st 2
    one_line "older format, $(basename "$program")"
    has "older format, $(basename "$program"): what to do" "$err" --rebuild
done
rm -rf .osteon && cp -R good .osteon
printf X | dd of=.osteon/MANIFEST bs=1 seek=30 conv=notrunc 2>/dev/null
run "$search" tumor
is 'damaged manifest: status' $st 2
one_line 'damaged manifest'
is 'damaged manifest: no hits' "$out" ''
run "$index" --rebuild -q
is 'damaged manifest: rebuild repairs' $st 0
clean 'rebuilt'
segment=$(ls .osteon/seg-*)
printf X | dd of="$segment" bs=1 seek=200 conv=notrunc 2>/dev/null
run "$index" --check
is 'damaged segment: check finds it' $st 2
has 'damaged segment: file and byte' "$out$err" 'seg-.*damaged at byte'
rm -rf .osteon && cp -R good .osteon
truncate -s -1 .osteon/seg-*
run "$search" tumor
is 'cut segment: status' $st 2
one_line 'cut segment'
run "$index"
has 'cut segment: an update says so or does not need it' "$st" '^(0|2)$'

# ---- files ----
fresh
printf 'caf\xe9 na\xefve tumor\n' >latin1
printf '\xff\xfet\0u\0m\0o\0r\0\n\0' >utf16le
printf '\xfe\xff\0t\0u\0m\0o\0r\0\n' >utf16be
printf '\xef\xbb\xbftumor with a mark\n' >bom
printf 'tumor\0binary' >binary
: >empty
printf 'tumor in a strange place\n' >"$(printf 'new\nline')"
ln -s loop loop
ln -s . here
ln -s latin1 link
mkfifo pipe
mkdir deep && ln -s .. deep/up
run "$index"
is 'odd files: status' $st 0
has 'odd files: summary' "$err" 'indexed 5,.*binary 1'
is 'odd files: one line' "$(printf '%s\n' "$err" | wc -l)" 1
run "$search" -c tumor
is 'odd files: all texts are found' "$out" 5
run "$search" -l -0 strange
is 'a name with a newline comes whole' \
    "$(tr '\0' '@' <"$work/.out")" "$(printf 'new\nline@')"
run "$index" loop
is 'a loop of links, named: status' $st 1
has 'a loop of links, named' "$err" '^osteon-index: loop: .*symbolic links'
run "$index" binary
has 'a binary file, named' "$err" 'binary'
run "$index" missing
is 'a missing file, named: status' $st 1
has 'a missing file, named' "$err" '^osteon-index: missing: No such file'

# As somebody who is not root and so can be refused.
fresh
mkdir open closed && echo tumor >open/a && echo tumor >closed/b
echo tumor >unreadable
chmod 0 unreadable closed
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    chmod 777 "$work" "$work/t" open
    as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
    export TMPDIR=/tmp
else
    as_user() { "$@"; }
fi
if as_user test -x "$index"; then
    run as_user "$index"
    is 'no permission: status' $st 1
    has 'no permission: the file' "$err" 'unreadable: Permission denied'
    has 'no permission: the folder' "$err" 'closed: Permission denied'
    has 'no permission: the rest is indexed' "$err" 'indexed 1,'
    run as_user "$index" -v
    has 'no permission: a folder by its id' "$err" '^unreadable closed$'
    run as_user "$index" --failed
    has 'no permission: listed' "$out" 'unreadable.*Permission denied'
fi
chmod 700 closed

# ---- a very long line ----
fresh
size=$((1 << 30))
[ "$sanitized" = 0 ] || size=$((1 << 25))
yes 'osteoid ' | tr -d '\n' | head -c "$size" >long
echo ' finish' >>long
echo 'osteoid short' >short
run "$index" --max-filesize 16M
is 'a line over the limit: status' $st 0
has 'a line over the limit: counted' "$err" 'indexed 1,.*too large 1'
run "$index" --max-filesize 2G -q
is 'a very long line: status' $st 0
run "$search" -n 1 finish
has 'a very long line: its end is found' "$out" '^long:1:'
head -c $((size / 8)) /dev/zero | tr '\0' 'x' >word
run "$index" -q
is 'a very long word: status' $st 0
rm -f long word

# ---- queries ----
fresh
echo 'the bone and the tumor' >a
run "$index" -q
run "$search" ''
is 'empty query: status' $st 1
is 'empty query: nothing' "$out" ''
run "$search" the and
is 'only stop words: found' $st 0
run "$search" "$(seq -f 'word%.0f' 10000 | tr '\n' ' ') tumor"
is '10,000 words: status' $st 0
has '10,000 words: hit' "$out" '^a:1:'
run "$search" --limit 0 tumor
is '--limit 0: status' $st 0
is '--limit 0: nothing' "$out" ''
run "$search" --limit -1 tumor
is '--limit -1: status' $st 2
has '--limit -1: told' "$err" '^osteon-search: .*-1'
for program in "$index" "$search"; do
    run "$program" --no-such-option x
    is "unknown option, $(basename "$program"): status" $st 2
    has "unknown option, $(basename "$program"): told" "$err" \
        'no-such-option'
done
run "$search" '"unbalanced (and +'
has 'what does not parse is searched' "$st" '^[01]$'
run "$search" --strict '(tumor'
is '--strict: status' $st 2

# ---- a full disk ----
fresh
for i in $(seq 1000); do
    seq -f "word%g-$i" 100 | tr '\n' ' ' >"f$i"
done
if [ "$(id -u)" = 0 ] && mkdir "$work/small" &&
    mount -t tmpfs -o size=256k none "$work/small" 2>/dev/null; then
    mounted=$work/small
    ix=$work/small/ix
    echo 'first commit tumor' >"$work/one"
    run "$index" -q -i "$ix" "$work/one"
    is 'full disk: the first commit fits' $st 0
    run "$index" -q -i "$ix" .
    is 'full disk: status' $st 2
    one_line 'full disk'
    has 'full disk: told' "$err" 'No space left on device'
    run "$search" -i "$ix" -c tumor
    is 'full disk: the last commit stands' "$out" 1
    run "$index" -i "$ix" --check -q
    is 'full disk: the index is clean' $st 0
    run "$index" -q -i "$ix" "$work/one"
    is 'full disk: updates go on' $st 0
    umount "$work/small" && mounted=
else
    echo 'skip full disk: no tmpfs can be mounted here'
fi
ix=$work/limited
run "$index" -q -i "$ix" f1
(
    trap '' XFSZ
    ulimit -f 64
    exec "$index" -q -i "$ix" .
) >/dev/null 2>"$work/.err"
st=$?
is 'file too large: status' $st 2
run "$index" -i "$ix" --check -q
is 'file too large: the index is clean' $st 0
run "$search" -i "$ix" -c word1-1
is 'file too large: the last commit stands' "$out" 1

# ---- kill -9 at any moment ----
fresh
for i in $(seq 150); do seq -f "word%g-$i common" 60 | tr '\n' ' ' >"f$i"; done
run "$index" -q
for round in $(seq 25); do
    for i in $(seq "$round" 7 150); do echo "changed $round" >>"f$i"; done
    "$index" -q &
    pid=$!
    sleep "0.0$((RANDOM % 40 + 10))"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    "$search" -c common >"$work/.count" 2>"$work/.err" ||
        is "killed, round $round: searchable" "$(cat "$work/.err")" ''
    [ "$(cat "$work/.count")" = 150 ] ||
        is "killed, round $round: complete" "$(cat "$work/.count")" 150
    "$index" --check -q 2>/dev/null >"$work/.out" ||
        is "killed, round $round: clean" "$(cat "$work/.out")" ''
done
run "$index" -q
is 'after 25 kills: an update goes through' $st 0
run "$search" -c common
is 'after 25 kills: all documents' "$out" 150
clean 'after 25 kills'

# ---- several at once ----
(flock 9 && "$index" >/dev/null 2>"$work/.err"; echo $? >"$work/.st") \
    9>>.osteon/LOCK
is 'two indexers: the second gives status 75' "$(cat "$work/.st")" 75
echo again >>f1
run "$index" --wait=20 -q
is 'two indexers: with --wait it follows' $st 0
(
    for round in $(seq 12); do
        for i in $(seq "$round" 11 150); do echo "more $round" >>"f$i"; done
        "$index" -q || exit 1
        [ $((round % 4)) != 0 ] || "$index" -q --merge || exit 1
    done
) &
writer=$!
bad=0 searches=0
while kill -0 $writer 2>/dev/null; do
    count=$("$search" -c common 2>/dev/null)
    [ "$count" = 150 ] || bad=$((bad + 1))
    searches=$((searches + 1))
done
wait $writer
is 'a reader beside updates and merges: the writer' $? 0
is 'a reader beside updates and merges: always all' "$bad" 0
has 'a reader beside updates and merges: often' "$searches" '[0-9]{2}|[3-9]'
clean 'after updates and merges'

# ---- files of the index that are cut while they are read ----
# Reads a line of what a program has to say, cuts the segment, reads the rest.
cut_under() {
    local line
    "$@" >"$work/.pipe" 2>"$work/.err" &
    exec 3<"$work/.pipe"
    read -r line <&3
    truncate -s 4096 .osteon/seg-*.ost
    cat <&3 >"$work/.out"
    exec 3<&-
    wait $!
    st=$?
    err=$(tr '\0' '@' <"$work/.err")
}
fresh
seq 30000 | sed 's/.*/{"_id":"record&","text":"bone word&"}/' >r.jsonl
run "$index" -q
is 'many records: status' $st 0
cp -R .osteon good
mkfifo "$work/.pipe"
cut_under "$search" -n 30000 bone
is 'cut under a search: status' $st 2
one_line 'cut under a search'
rm -rf .osteon && cp -R good .osteon
cut_under "$index" --dump
is 'cut under a dump: status' $st 2
one_line 'cut under a dump'
rm -f "$work/.pipe"

# ---- files that come and go while they are read ----
fresh
mkdir d
(
    trap 'exit 0' TERM
    while :; do
        for i in 1 2 3 4 5 6 7 8; do seq 2000 >"d/f$i"; done
        rm -f d/f*
    done
) &
churn=$!
worst=0
for _ in $(seq 20); do
    "$index" -q 2>"$work/.err"
    st=$?
    [ $st -le 1 ] || worst=$st
done
kill $churn
wait $churn 2>/dev/null
is 'files that vanish while read: never fatal' "$worst" 0
clean 'files that vanish while read'

report
