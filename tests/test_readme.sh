#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The README's example is compiled as it stands, run, and says what it should;
# each public header compiles alone; links in the documentation lead somewhere.
# $1 is the build folder.
set -euo pipefail
build=$(cd "${1:?usage: test_readme.sh BUILD-FOLDER}" && pwd)
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/osteon-readme.XXXXXX")
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/checks.sh
. "$(dirname "$0")/checks.sh"
awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' "$root/README.md" \
    >"$work/example.c"
flags=()
if grep -q '^OSTEON_SANITIZE:BOOL=ON' "$build/CMakeCache.txt"; then
    flags=(-fsanitize=address,undefined)
fi
compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
read -ra libraries <<<"$(pkg-config --libs xapian-core libdeflate libxxhash libutf8proc)"
"$compiler" -std=c11 -Wall -Wextra -Werror "${flags[@]}" -I"$root/include" \
    "$work/example.c" -o "$work/example" "$build/libosteon.a" \
    "$build/xapian-c/libxapian-c.a" "${libraries[@]}" -lstdc++ -lm -lpthread
cxx=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
for header in "$root"/include/osteon/*.h; do
    printf '#include <osteon/%s>\n' "${header##*/}" >"$work/alone.c"
    "$compiler" -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$root/include" \
        -fsyntax-only "$work/alone.c" &&
        "$cxx" -x c++ -std=c++17 -Wall -Wextra -Wpedantic -Werror \
            -I"$root/include" -fsyntax-only "$work/alone.c"
    is "${header##*/} compiles alone, as C and as C++" $? 0
done
mkdir "$work/corpus"
cp "$root"/corpus/*.txt "$work/corpus"
(cd "$work/corpus" && "$build/indexer/osteon-index" -q)
hits=$(cd "$work" && ./example)
is 'the example runs: hits' "$(($(wc -l <<<"$hits") > 2))" 1
is 'the example runs: the best' "$(head -n 1 <<<"$hits" | cut -d ' ' -f 2)" \
    mifamurtide-l-mtp-pe.txt

if command -v script >/dev/null; then
    rm -rf "$work/corpus"
    cp -r "$root/corpus" "$work/corpus"
    rm -rf "$work/corpus/.osteon"
    # What the README shows; times differ.
    shown=$(sed -n '/^```$/,/^```$/p' "$root/README.md" |
        sed -n '/^\$ cd corpus/,/^```$/p' | grep -v '^```$')
    queries=$(sed -n 's/^\$ //p' <<<"$shown")
    printf 'cd corpus\n%s\n' "${queries#cd corpus && }" >"$work/commands"
    export PATH=$build/indexer:$build/search:$PATH TERM=dumb
    out=$(cd "$work" && script -qec \
        "stty cols 80 rows 50; . ./commands" /dev/null </dev/null | tr -d '\r')
    times() { sed -E 's/[0-9.]+ (ms|s)/N \1/; /^$/d'; }
    is 'README: the first minute is as shown' "$(times <<<"$out")" \
        "$(grep -v '^\$ ' <<<"$shown" | times)"
fi

while IFS=: read -r file link; do
    target=${link%%#*}
    [ -e "$(dirname "$file")/$target" ] || is "link in $file" "$target" 'a file'
done < <(grep -oH '](\([^)]*\))' "$root"/README.md "$root"/docs/*.md \
    "$root"/corpus/README.md "$root"/xapian-c/README.md |
    sed 's/](\(.*\))/\1/' | grep -v ':http')
is 'README has fewer than 100 lines' "$(($(wc -l <"$root/README.md") < 100))" 1

report
