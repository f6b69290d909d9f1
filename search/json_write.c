/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The JSON writer. Besides what RFC 8259 asks for, DEL and the C1 control
 * characters are escaped, so that a terminal can be shown the output.
 */
#include "json_write.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

static void put_escaped(sink *out, utf8proc_int32_t c)
{
    static const char named[] = "\"\"\\\\\bb\tt\nn\ff\rr";
    char text[8];

    for (size_t i = 0; named[i]; i += 2) {
        if (c != named[i])
            continue;
        sink_byte(out, '\\');
        sink_byte(out, named[i + 1]);
        return;
    }
    snprintf(text, sizeof text, "\\u%04x", (unsigned)c & 0xffff);
    sink_text(out, text);
}

bool json_string(sink *out, const char *bytes, size_t len)
{
    const utf8proc_uint8_t *in = (const utf8proc_uint8_t *)bytes;
    bool exact = true;
    size_t plain = 0; /* bytes before it are written */
    size_t i = 0;

    sink_byte(out, '"');
    while (i < len) {
        const size_t left = len - i;
        utf8proc_int32_t c = in[i];
        utf8proc_ssize_t n = 1;

        if (c >= 0x80)
            n = utf8proc_iterate(in + i,
                                 (utf8proc_ssize_t)(left < 4 ? left : 4), &c);
        if (n > 0 && c >= 0x20 && c != '"' && c != '\\' &&
            (c < 0x7f || c > 0x9f)) {
            i += (size_t)n;
            continue;
        }
        sink_add(out, bytes + plain, i - plain);
        if (n > 0) {
            put_escaped(out, c);
        } else {
            sink_text(out, "\xEF\xBF\xBD");
            exact = false;
        }
        i += n > 0 ? (size_t)n : 1;
        plain = i;
    }
    sink_add(out, bytes + plain, len - plain);
    sink_byte(out, '"');
    return exact;
}

void json_base64(sink *out, const char *bytes, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/=";
    const unsigned char *in = (const unsigned char *)bytes;

    sink_byte(out, '"');
    for (size_t i = 0; i < len; i += 3) {
        const size_t n = len - i < 3 ? len - i : 3;
        uint32_t group = (uint32_t)in[i] << 16;
        char text[4];

        if (n > 1)
            group |= (uint32_t)in[i + 1] << 8;
        if (n > 2)
            group |= in[i + 2];
        for (size_t k = 0; k < 4; k++)
            text[k] = digits[k > n ? 64 : group >> (18 - 6 * k) & 63];
        sink_add(out, text, sizeof text);
    }
    sink_byte(out, '"');
}

void json_real(sink *out, double value)
{
    if (isfinite(value))
        sink_real(out, value);
    else
        sink_text(out, "null");
}

void json_begin(json_object *object, sink *out)
{
    object->out = out;
    object->any = false;
    sink_byte(out, '{');
}

void json_end(json_object *object)
{
    sink_byte(object->out, '}');
}

void json_name(json_object *object, const char *name, size_t len)
{
    if (object->any)
        sink_byte(object->out, ',');
    object->any = true;
    json_string(object->out, name, len);
    sink_byte(object->out, ':');
}

void json_member_text(json_object *object, const char *name,
                      const char *bytes, size_t len)
{
    json_name(object, name, strlen(name));
    json_string(object->out, bytes, len);
}

void json_member_unsigned(json_object *object, const char *name,
                          uint64_t value)
{
    json_name(object, name, strlen(name));
    sink_unsigned(object->out, value);
}

void json_member_real(json_object *object, const char *name, double value)
{
    json_name(object, name, strlen(name));
    json_real(object->out, value);
}

void json_member_bool(json_object *object, const char *name, bool value)
{
    json_name(object, name, strlen(name));
    sink_text(object->out, value ? "true" : "false");
}

void json_member_null(json_object *object, const char *name)
{
    json_name(object, name, strlen(name));
    sink_text(object->out, "null");
}

void json_member_exact(json_object *object, const char *name,
                       const char *bytes, size_t len)
{
    char exact_name[64];
    bool exact;

    json_name(object, name, strlen(name));
    exact = json_string(object->out, bytes, len);
    if (exact)
        return;
    snprintf(exact_name, sizeof exact_name, "%s_base64", name);
    json_name(object, exact_name, strlen(exact_name));
    json_base64(object->out, bytes, len);
}
