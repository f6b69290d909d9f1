# SPDX-License-Identifier: GPL-2.0-or-later
# The messages of CIFF files, generated from engine/ciff.proto by protobuf-c.

osteon_require(PROTOBUF_C libprotobuf-c libprotobuf-c-dev)
find_program(PROTOC_C_PROGRAM NAMES protoc-c)
if(NOT PROTOC_C_PROGRAM)
  message(FATAL_ERROR
    "protoc-c not found: install Debian package protobuf-c-compiler")
endif()

set(made ${CMAKE_CURRENT_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${made})
add_custom_command(
  OUTPUT ${made}/ciff.pb-c.c ${made}/ciff.pb-c.h
  COMMAND ${PROTOC_C_PROGRAM} --proto_path=${CMAKE_CURRENT_SOURCE_DIR}/engine
          --c_out=${made} ciff.proto
  DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/engine/ciff.proto
  VERBATIM)

# Not our code: its warnings are not ours to mend.
add_library(osteon-ciff OBJECT ${made}/ciff.pb-c.c ${made}/ciff.pb-c.h)
target_include_directories(osteon-ciff SYSTEM INTERFACE ${made})
target_link_libraries(osteon-ciff PUBLIC PkgConfig::PROTOBUF_C)
