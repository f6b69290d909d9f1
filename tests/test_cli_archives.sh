#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Archives and packed files as sources, through both programs, good ones and
# hostile ones. $1 is the build folder. With OSTEON_TEST_ENGINE indexes are of
# that engine.
set -u
build=$(cd "${1:?usage: test_cli_archives.sh BUILD-FOLDER}" && pwd)
index=$build/indexer/osteon-index
search=$build/search/osteon-search
command -v python3 >/dev/null || exit 77
work=$(mktemp -d "${TMPDIR:-/tmp}/osteon-archives.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
engine=${OSTEON_TEST_ENGINE:-native}
export LC_ALL=C
unset OSTEON_INDEX OSTEON_EXTRACT
sanitized=$(grep -c '^OSTEON_SANITIZE:BOOL=ON' "$build/CMakeCache.txt")

# shellcheck source=tests/checks.sh
. "$(dirname "$0")/checks.sh"
# run ARGS: an update; stdout in $out, stderr in $err, status in $st
run() {
    "$index" --engine "$engine" "$@" >"$work/.out" 2>"$work/.err"
    st=$?
    out=$(tr '\0' '@' <"$work/.out") err=$(tr '\0' '@' <"$work/.err")
}
fresh() {
    rm -rf "$work/t"
    mkdir "$work/t"
    cd "$work/t" || exit 1
}
counts() { echo "$err" | grep '^indexed' | sed 's/ in [0-9.]* s$//'; }
# ids QUERY: of all hits, sorted
ids() { "$search" -n 1000 --json "$@" | sed 's/.*"id":"\([^"]*\)".*/\1/' | sort | tr '\n' ' '; }
documents() {
    "$index" --stats --json | grep -o '"documents":[0-9]*' | head -n 1 |
        cut -d: -f2
}

cat >"$work/make.py" <<'END'
"""make.py ARCHIVE [NAME=TEXT]...: an archive by its ending; a NAME twice is
twice in it, and TEXT @N is N kilobytes of lines."""
import bz2, io, lzma, sys, tarfile, zipfile

def text_of(text):
    if text[:1] == '@':
        line = b'lorem ipsum dolor sit\n'
        return b'A long text\n\n' + line * (int(text[1:]) * 1000 // len(line))
    return text.encode().decode('unicode_escape').encode('latin-1')

name = sys.argv[1]
members = [a.split('=', 1) for a in sys.argv[2:]]
members = [(n.encode().decode('unicode_escape').encode('latin-1'),
            text_of(t)) for n, t in members]
if name.endswith('.zip'):
    with zipfile.ZipFile(name, 'w', zipfile.ZIP_DEFLATED) as z:
        for n, t in members:
            z.writestr(zipfile.ZipInfo(n.decode(), (2020, 1, 1, 0, 0, 0)), t,
                       zipfile.ZIP_DEFLATED)
elif '.tar' in name or name[-4:] in ('.tgz', '.txz', 'tbz2'):
    mode = {'gz': 'gz', 'xz': 'xz', '2': 'bz2'}
    mode = next((m for e, m in mode.items() if name.endswith(e)), '')
    with tarfile.open(name, 'w:' + mode, format=tarfile.PAX_FORMAT,
                      encoding='utf-8', errors='surrogateescape') as t:
        for n, text in members:
            i = tarfile.TarInfo(n.decode('utf-8', 'surrogateescape'))
            i.size = len(text)
            t.addfile(i, io.BytesIO(text))
else:
    pack = {'.xz': lzma.compress, '.bz2': bz2.compress}[name[name.rindex('.'):]]
    open(name, 'wb').write(pack(members[0][1]))
END
make() { python3 "$work/make.py" "$@" || exit 1; }

# ---- every kind, and each member as a file would be ----
fresh
kinds='x.tar x.tar.gz x.tgz x.tar.xz x.txz x.tar.bz2 x.tbz2 x.zip'
members=('./notes/a.txt=First line\n\nosteosarcoma text\n'
    'b.md=# Head of it\n\n**bold** [words](https://example.org)\n'
    'c.html=<title>Of HTML</title><p>hyper</p>\n<p>text</p>'
    'd.jsonl={"id":"one","text":"record of one","n":5}\n{"text":"other"}\n'
    'bin=x\0y' 'empty=' 'inner.zip=PK' 'inner.tar.gz=\x1f\x8b')
for kind in $kinds; do make "$kind" "${members[@]}"; done
zstd -q x.tar
bsdtar -c --format 7zip -f x.7z @x.tar
kinds+=' x.tar.zst x.7z'
for kind in $kinds; do
    rm -rf .osteon
    run -q "$kind"
    is "$kind: status, and nothing said" "$st$err" 0
    is "$kind: documents" "$(documents)" 5
    is "$kind: text" "$(ids osteosarcoma)" "$kind//notes/a.txt "
    is "$kind: Markdown" "$(ids bold) $(ids example)" "$kind//b.md  "
    is "$kind: HTML" "$(ids title:html)" "$kind//c.html "
    is "$kind: records" "$(ids '"record of one"')" 'one '
done
rm -rf .osteon
run x.zip
is 'counts' "$(counts)" \
    'indexed 5, unchanged 0, removed 0, skipped 4 (empty 1, binary 3)'
is 'a line' "$("$search" osteosarcoma)" \
    'x.zip//notes/a.txt:3:First line osteosarcoma text'
has 'JSON: path and line' "$("$search" --json osteosarcoma)" \
    '"path":"x.zip//notes/a.txt","line":3,"title":"First line"'
has 'a record has the line in its member' "$("$search" --json other)" \
    '"path":"x.zip","line":2'
is 'a list of files has the archive, once' \
    "$("$search" -l 'osteosarcoma bold hyper')" x.zip
is 'the text' "$("$search" --show x.zip//notes/a.txt)" \
    "$(printf 'First line\n\nosteosarcoma text')"
mkdir below && cd below || exit 1
is 'from elsewhere' "$("$search" osteosarcoma | cut -d: -f1)" \
    '../x.zip//notes/a.txt'
is 'the text, from elsewhere' "$("$search" --show ../x.zip//c.html)" \
    "$(printf 'hyper\ntext')"
cd ..
"$index" --export jsonl:all.jsonl 2>"$work/.err"
run -q -i copy --format=jsonl all.jsonl
is 'exported: status' $st 0
is 'exported: the same hits' "$(ids -i copy osteosarcoma)$(ids -i copy bold)" \
    'x.zip//notes/a.txt x.zip//b.md '
run -q --store=none --rebuild x.zip
is 'no text kept: the archive is not shown for it' \
    "$("$search" osteosarcoma)" 'x.zip//notes/a.txt:0:First line'
run -q --check
is 'the index is clean' $st 0

# ---- standard input ----
fresh
make x.tar.gz 'a.txt=piped words' 'b=more words'
run --format=archive - <x.tar.gz
is 'stdin: status' $st 0
is 'stdin: ids' "$(ids words)" 'stdin//a.txt stdin//b '
is 'stdin: a line' "$("$search" piped)" 'stdin//a.txt:1:piped words'
run -q --format=archive --id mail - < <(cat x.tar.gz)
is 'stdin: its id' "$(ids piped)" 'mail//a.txt stdin//a.txt '
mv x.tar.gz odd-name
run -q --format=archive odd-name
is 'a name that does not tell' "$(ids piped)" \
    'mail//a.txt odd-name//a.txt stdin//a.txt '

# ---- updates ----
fresh
make x.zip 'a=first words' 'b=second words' 'dir/c=third words'
echo 'plain words' >plain
run
is 'update: first' "$(counts)" 'indexed 4, unchanged 0, removed 0'
run
is 'update: nothing changed' "$(counts)" 'indexed 0, unchanged 2, removed 0'
touch -d 2001-01-01 x.zip
run
is 'update: touched' "$(counts)" 'indexed 0, unchanged 2, removed 0'
run -n
is 'dry run: nothing' "$out" ''
make x.zip 'a=other words' 'dir/c=third words' 'd=fourth words'
run -n
is 'dry run: changed' "$out" '~ x.zip'
run
is 'update: changed' "$(counts)" 'indexed 3, unchanged 1, removed 1'
is 'update: what has gone is gone' "$(ids words)" \
    'plain x.zip//a x.zip//d x.zip//dir/c '
is 'update: new text' "$(ids other)" 'x.zip//a '
run -q --delete x.zip//d
is 'delete: a member' "$(ids words)" 'plain x.zip//a x.zip//dir/c '
make x.zip 'a=again words' 'b=@20' 'c=words'
head -c -250 x.zip >y && mv y x.zip
run
is 'damaged: status' $st 1
has 'damaged: told' "$err" '^osteon-index: x.zip: ZIP '
has 'damaged: what it had stays' "$(ids words)" 'x.zip//dir/c '
has 'damaged: listed' "$("$index" --failed)" '^x.zip.malformed'
run
is 'damaged: told once' $st 0
rm x.zip
run
is 'update: archive gone' "$(counts)" 'indexed 0, unchanged 1, removed 2'
is 'update: its members are' "$(ids words)" 'plain '

# ---- globs, hidden names, sizes ----
fresh
mkdir sub
make sub/x.tar 'a.md=words' 'b.txt=words' '.hid/c.txt=words' \
    'build/d.txt=words' './../e.txt=words'
all='sub/x.tar//../e.txt sub/x.tar//a.md sub/x.tar//b.txt sub/x.tar//build/d.txt '
run -q
is 'hidden names are passed by' "$(ids words)" "$all"
run -q -g '*.md'
is 'a glob chooses members' "$(ids words)" 'sub/x.tar//a.md '
run -q -g '*.tar'
is 'a glob for the archive takes all of it' "$(ids words)" "$all"
run -q --exclude build/ --exclude '/sub/x.tar/*.md'
is 'a glob leaves out members' "$(ids words)" \
    'sub/x.tar//../e.txt sub/x.tar//b.txt '
run -q --exclude '*.tar'
is 'a glob leaves out archives' "$(ids words)" ''
run -q --hidden
has 'hidden names, when asked for' "$(ids words)" 'sub/x.tar//.hid/c.txt '
run -q sub/x.tar -g 'b*'
is 'globs in an archive that is named' "$(ids words)" \
    'sub/x.tar//b.txt '
run -q
is 'as at first' "$(ids words)" "$all"
run
is 'rules that stay: nothing read again' "$(counts)" \
    'indexed 0, unchanged 1, removed 0'
echo x.tar >.ignore
run -q
is 'an ignore file leaves out archives' "$(ids words)" ''
fresh
make x.zip 'small=words' 'large=@20' 'larger=@900'
run --max-filesize=10000
is 'too large: status' $st 0
is 'too large: counts' "$(counts)" \
    'indexed 1, unchanged 0, removed 0, skipped 2 (too large 2)'
run
is 'not too large any more' "$(counts)" 'indexed 3, unchanged 0, removed 0'

# ---- large members, in order whatever the threads ----
fresh
{
    echo '{"text":"record words"}'
    python3 -c 'for i in range(40000): print(
        "{\"id\":%d,\"text\":\"record words number %d of many\"}" % (i, i))'
} >r.jsonl
python3 - <<'END'
import tarfile, io
with tarfile.open('x.tar', 'w') as t:
    def add(name, text):
        i = tarfile.TarInfo(name)
        i.size = len(text)
        t.addfile(i, io.BytesIO(text))
    for n in range(300):
        add('m%d' % n, b'member %d words\n' % n * (n * 7 % 900))
        if n % 100 == 50:
            add('large%d' % n, b'large %d words\n' % n * 90000)
    add('page.html', b'<p>large page words' * 60000)
    add('r.jsonl', open('r.jsonl', 'rb').read())
END
rm r.jsonl
for jobs in 1 4; do
    run -q --rebuild -j $jobs x.tar
    is "large, $jobs threads: status" $st 0
    "$search" -n 200 --json 'words large number' >"$work/hits$jobs"
done
is 'large: documents' "$(documents)" 40304 # m0 is empty
is 'large: the last record' "$(ids '"number 39999"')" '39999 '
succeeded "$(cmp -s "$work/hits1" "$work/hits4"; echo $?)" \
    'large: the same hits in the same order'

# ---- packed files ----
fresh
make a.txt.xz '=Of xz\n\npacked words\n'
make b.md.bz2 '=# Of bzip2\n\n**packed** words\n'
make c.jsonl.xz '={"id":"r","text":"packed record"}'
make d.xz '=@1000'
make e.bz2 '='
make f.xz '=x\0y'
printf 'Of zstd\n\npacked words\n' | zstd -q >z.txt.zst
run
is 'packed: status' $st 0
is 'packed: counts' "$(counts)" \
    'indexed 5, unchanged 0, removed 0, skipped 2 (empty 1, binary 1)'
is 'packed: ids' "$(ids packed)" 'a.txt.xz b.md.bz2 r z.txt.zst '
is 'packed: a line' "$("$search" '+xz packed')" 'a.txt.xz:1:Of xz packed words'
touch -d 2001-01-01 ./*
run
is 'packed: touched' "$(counts)" \
    'indexed 0, unchanged 5, removed 0, skipped 2 (empty 1, binary 1)'
run --max-filesize=500000
is 'packed: too large when unpacked' "$(counts)" \
    'indexed 0, unchanged 5, removed 0, skipped 2 (empty 1, binary 1)'
run -q --rebuild --max-filesize=500000
has 'packed: too large, listed' "$("$index" --failed)" \
    '^d.xz.too large.more than 500000 bytes when decompressed'
head -c -12 a.txt.xz >y && mv y a.txt.xz
head -c 30 b.md.bz2 >y && mv y b.md.bz2
echo 'not packed' >z.txt.zst
run
is 'packed: damaged: status' $st 1
is 'packed: damaged: a line each' "$(grep -c '^osteon-index: ' <<<"$err")" 3
has 'packed: not at all' "$err" 'z.txt.zst: not in the format of its name'

# ---- names that others chose ----
fresh
make x.tar '/etc/abs=words' '../../up=words' 'a//b/./c=words' 'two=old' \
    'two=words new' 'new\nline=words' 'bad\xff=words' '-dash=words' '.=words'
run
is 'names: status' $st 1
is 'names: one line, of the one without' \
    "$(grep -v ^indexed <<<"$err" | grep -v 'new index$')" \
    'osteon-index: x.tar//: a member has no name'
is 'names: documents' "$(documents)" 7
is 'names: ids' "$(ids words)" 'x.tar//-dash x.tar//../../up x.tar//a/b/c x.tar//bad'$'\xef\xbf\xbd'' x.tar//etc/abs x.tar//new\nline x.tar//two '
is 'names: the last of two is there' "$(ids old)" ''
is 'names: nothing was written' "$(find . -not -path './.osteon*' | sort | tr '\n' ' ')" \
    '. ./x.tar '
make x.tar "$(printf '%0100000d' 0)=words" 'good=words'
run -q
is 'a name of 100,000 bytes: status' $st 1
is 'a name of 100,000 bytes: the others' "$(ids words)" 'x.tar//good '
fresh
python3 - <<'END'
import tarfile
with tarfile.open('x.tar', 'w') as t:
    for name, kind in (('link', tarfile.SYMTYPE), ('hard', tarfile.LNKTYPE),
                       ('pipe', tarfile.FIFOTYPE), ('dir', tarfile.DIRTYPE),
                       ('disk', tarfile.BLKTYPE)):
        i = tarfile.TarInfo(name)
        i.type = kind
        i.linkname = '/etc/passwd'
        t.addfile(i)
END
run
is 'no regular file: none is a document' "$(counts)" \
    'indexed 0, unchanged 0, removed 0'
python3 - <<'END'
import zipfile
with zipfile.ZipFile('many.zip', 'w') as z:
    for n in range(20000):
        z.writestr('dir%d/%d' % (n % 7, n), b'')
    z.writestr('last', b'the last words')
END
run
is 'many members' "$(counts)" \
    'indexed 1, unchanged 1, removed 0, skipped 20000 (empty 20000)'

: >nothing.tar
run -q nothing.tar
is 'an archive of no bytes' "$st$err" 0

# ---- encrypted members ----
fresh
make x.zip 'a=secret words' 'b=words of secrets'
python3 - <<'END'
data = bytearray(open('x.zip', 'rb').read())
for mark, at in ((b'PK\x03\x04', 6), (b'PK\x01\x02', 8)): # of the first
    data[data.index(mark) + at] |= 1
open('x.zip', 'wb').write(data)
END
run -q
is 'encrypted: status' $st 1
is 'encrypted: one line' "$err" 'osteon-index: x.zip: 1 of 2 members are encrypted'
is 'encrypted: the other is there' "$(ids words)" 'x.zip//b '
has 'encrypted: listed' "$("$index" --failed)" '^x.zip.malformed.1 of 2 members'

# ---- bombs ----
fresh
python3 - <<'END'
import gzip, zipfile
# Zeros, a thousandth of their size; and text in an archive of many members,
# each of which is small enough.
with zipfile.ZipFile('zeros.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    with z.open('zeros', 'w', force_zip64=True) as f:
        for _ in range(256):
            f.write(bytes(1 << 22))
    z.writestr('beside', b'words beside')
with zipfile.ZipFile('text.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('first', b'words first')
    for n in range(80):
        z.writestr('m%d' % n, b'a ' * 250000)
with zipfile.ZipFile('twice.zip', 'w') as z: # stored, and packed by gzip
    z.writestr('first', b'words first')
    for n in range(80):
        z.writestr('m%d.gz' % n, gzip.compress(b'a ' * 250000))
    z.writestr('last', b'words last')
END
echo 'plain words' >plain
(ulimit -v 4000000; run -q --max-filesize=1M
    printf '%s\n%s\n' "$st" "$err" >"$work/.bomb") 2>/dev/null
if [ "$sanitized" -ne 0 ]; then # needs the address space
    run -q --max-filesize=1M
    printf '%s\n%s\n' "$st" "$err" >"$work/.bomb"
fi
most() { # of an archive with --max-filesize=1M
    local n=$(($(stat -c %s "$1") * 100))
    echo $((n > 1048576 ? n : 1048576))
}
is 'bomb: a line for each archive' "$(sort "$work/.bomb")" "$(printf '%s\n' 0 \
    "osteon-index: text.zip: more than $(most text.zip) bytes when decompressed" \
    "osteon-index: twice.zip: more than $(most twice.zip) bytes when decompressed")"
is 'bomb: the others are there' "$(ids words)" \
    'plain text.zip//first twice.zip//first zeros.zip//beside '
has 'bomb: listed' "$("$index" --failed)" '^text.zip.too large.more than'
run --max-filesize=1M
has 'bomb: not tried again' "$(counts)" '^indexed 0, unchanged 2, .*too large 2'

# ---- a helper that is not there, or dies ----
fresh
make x.zip 'a=words'
make y.txt.xz '=packed words'
export OSTEON_EXTRACT=/nowhere
run -q
is 'no helper: status' $st 1
is 'no helper: a line each' "$(grep -c '/nowhere' <<<"$err")" 2
export OSTEON_EXTRACT=/bin/false
run -q
is 'helper dies: status' $st 1
is 'helper dies: a line each' "$(grep -Ec ' (archive reader|decompressor) died' <<<"$err")" 2
unset OSTEON_EXTRACT
touch ./*
run -q
is 'helper is back' "$st$(ids words)" '0x.zip//a y.txt.xz '

# ---- each byte changed, and cut anywhere ----
fresh
every=$((sanitized ? 24 : 4))
python3 - $every <<'END'
import io, sys, tarfile, zipfile
every = int(sys.argv[1])
text = {'a': b'first words\n' * 4, 'b': b'second words\n' * 4}
tar, zip_ = io.BytesIO(), io.BytesIO()
with tarfile.open(fileobj=tar, mode='w', format=tarfile.USTAR_FORMAT) as t:
    for name, data in text.items():
        i = tarfile.TarInfo(name)
        i.size = len(data)
        t.addfile(i, io.BytesIO(data))
with zipfile.ZipFile(zip_, 'w', zipfile.ZIP_DEFLATED) as z:
    for name, data in text.items():
        z.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
# Headers of a tar file are a sixth of the blocks before the end, and of each
# only the first 350 bytes say something.
for kind, data, places in (
        ('zip', zip_.getvalue(), range(0, len(zip_.getvalue()), every // 4)),
        ('tar', tar.getvalue()[:3072], range(0, 2048, every * 2 + 1))):
    for at in places:
        changed = bytearray(data)
        changed[at] ^= 1 << at % 8
        open('cut%d.%s' % (at, kind), 'wb').write(data[:at])
        open('changed%d.%s' % (at, kind), 'wb').write(changed)
END
echo 'plain survivor' >plain
run
match 'damage: status' '^[01]$' "$st"
is 'damage: another document is there' "$(ids survivor)" 'plain '
hasnot 'damage: no helper died' "$err" 'died|longer than'
has 'damage: some is told' "$err" 'Truncated'
hasnot 'damage: text is what it was or not there' \
    "$("$search" -n 10000 words | grep '\.zip')" \
    ':[0-9]+:(first|second) words.*[^a-z …]'
run
has 'damage: settled' "$(counts)" '^indexed 0,'
run -q --check
is 'damage: the index is clean' $st 0
report
