/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * JSON written piece by piece: strings and numbers as values, and members of
 * one object with their commas.
 */
#ifndef SEARCH_JSON_WRITE_H
#define SEARCH_JSON_WRITE_H

#include "sink.h"

/* Writes a string. Bytes that are not UTF-8 become U+FFFD, and false is
 * returned: the string does not say exactly what the bytes are. */
bool json_string(sink *out, const char *bytes, size_t len);

/* Writes the bytes in base64, as a string. */
void json_base64(sink *out, const char *bytes, size_t len);

/* Writes a number, or null for NaN and infinity, which JSON has not. */
void json_real(sink *out, double value);

/* An object that is being written. */
typedef struct json_object {
    sink *out;
    bool any; /* a member was written */
} json_object;

void json_begin(json_object *object, sink *out);
void json_end(json_object *object);

/* Writes the name of the next member; its value follows. */
void json_name(json_object *object, const char *name, size_t len);

/* Writes a member; `name` is ASCII. */
void json_member_text(json_object *object, const char *name,
                      const char *bytes, size_t len);
void json_member_unsigned(json_object *object, const char *name,
                          uint64_t value);
void json_member_real(json_object *object, const char *name, double value);
void json_member_bool(json_object *object, const char *name, bool value);
void json_member_null(json_object *object, const char *name);

/* As json_member_text, and where the bytes are not UTF-8 a second member,
 * NAME_base64, holds them exactly. */
void json_member_exact(json_object *object, const char *name,
                       const char *bytes, size_t len);

#endif
