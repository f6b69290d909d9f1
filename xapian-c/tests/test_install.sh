#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: test_install.sh CMAKE BUILD-DIR EXAMPLE.c CC LIBDIR
#
# Installs into an empty folder, then compiles and runs the example as a user
# with a C compiler and pkg-config would. Every installed header must serve.
set -eu
cmake=$1 build=$2 example=$3 cc=$4 libdir=$5
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
LD_LIBRARY_PATH=$work/$libdir "$work/example" >"$work/output"
echo whale | diff - "$work/output"
