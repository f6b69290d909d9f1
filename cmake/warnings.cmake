# SPDX-License-Identifier: GPL-2.0-or-later
# The one set of warnings of the project; errors with -DOSTEON_WERROR=ON.

function(osteon_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wwrite-strings -Wvla
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
    $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
    $<$<BOOL:${OSTEON_WERROR}>:-Werror>)
endfunction()
