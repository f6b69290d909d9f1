#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: test_install.sh CMAKE BUILD-DIR EXAMPLE.c EXAMPLES-DIR CC LIBDIR
#
# Installs into an empty folder, then compiles and runs the README's example
# and those of examples/ as a user with a C compiler and pkg-config would. Every
# installed header must serve.
set -eu
cmake=$1 build=$2 example=$3 examples=$4 cc=$5 libdir=$6
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

DESTDIR='' "$cmake" --install "$build" --prefix "$work" >/dev/null
PKG_CONFIG_PATH=$work/$libdir/pkgconfig
export PKG_CONFIG_PATH
# Unquoted: a list of options.
"$cc" -std=c11 -o "$work/example" "$example" \
    $(pkg-config --cflags --libs xapian-c)
for header in "$work"/include/xapian-c/*.h; do
    echo "#include <xapian-c/${header##*/}>"
done >"$work/headers.c"
"$cc" -std=c11 -Werror -fsyntax-only "$work/headers.c" \
    $(pkg-config --cflags xapian-c)
LD_LIBRARY_PATH=$work/$libdir
export LD_LIBRARY_PATH
"$work/example" >"$work/output"
echo whale | diff - "$work/output"

for source in "$examples"/*.c; do
    program=${source##*/}
    "$cc" -std=c11 -Wall -Wextra -Werror -o "$work/${program%.c}" "$source" \
        $(pkg-config --cflags --libs xapian-c)
done
printf '%s\n' 'the white whale' 'a hunt for whales' 'calm seas' |
    "$work/index_lines" "$work/db"
{
    "$work/search_lines" "$work/db" '"white whale"'
    "$work/search_lines" "$work/db" 'hunting AND whale'
    "$work/search_lines" "$work/db" storm
} >"$work/output"
diff - "$work/output" <<'END'
1. 100% the white whale
1. 100% a hunt for whales
END
# What cannot be opened is told, and the status says so.
if "$work/search_lines" "$work/nowhere" x 2>"$work/output"; then
    echo "search_lines: no failure without a database" >&2
    exit 1
fi
grep -q '^search_lines: DatabaseNotFoundError: ' "$work/output" ||
    grep -q '^search_lines: DatabaseOpeningError: ' "$work/output"
