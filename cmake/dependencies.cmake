# SPDX-License-Identifier: GPL-2.0-or-later
# What we need from the system, each with the Debian package to name where it
# is missing.

find_package(Threads REQUIRED)
find_program(PKG_CONFIG_PROGRAM NAMES pkg-config pkgconf)
if(NOT PKG_CONFIG_PROGRAM)
  message(FATAL_ERROR "pkg-config not found: install Debian package pkg-config")
endif()
find_package(PkgConfig REQUIRED)

# osteon_require(<prefix> <pkg-config module> <Debian package>)
function(osteon_require prefix module package)
  pkg_check_modules(${prefix} IMPORTED_TARGET GLOBAL ${module})
  if(NOT ${prefix}_FOUND)
    message(FATAL_ERROR "${module} not found: install Debian package ${package}")
  endif()
endfunction()

osteon_require(ZLIB zlib zlib1g-dev)
osteon_require(DEFLATE libdeflate libdeflate-dev)
osteon_require(XXHASH libxxhash libxxhash-dev)
osteon_require(UTF8PROC libutf8proc libutf8proc-dev)
