/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * JSON tokens (RFC 8259), decoded in place: an escape is never shorter than
 * the bytes it stands for. Bytes above 127 are passed on as they are, loose
 * surrogates become U+FFFD. Written for records: jansson reads 80 MB/s here,
 * less than the index takes.
 */
#include "convert.h"

/* Values inside values. */
#define DEPTH_MAX 512

void osi_json_start(osi_json *json, char *text, size_t len)
{
    memset(json, 0, sizeof *json);
    json->at = text;
    json->end = text + len;
}

static osi_json_kind fail(osi_json *json, const char *reason)
{
    if (json->kind != OSI_JSON_ERROR || json->reason == NULL)
        json->reason = reason; /* the first one stands */
    json->at = json->end;
    return json->kind = OSI_JSON_ERROR;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The four digits at p, or -1. */
static int hex4(const char *p, const char *end)
{
    int value = 0;

    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        const int digit = hex_digit(p[i]);
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* Decodes \uXXXX (p behind the u) to `to`; returns the byte behind it. */
static char *decode_unicode(char *p, const char *end, char **to)
{
    int c = hex4(p, end);

    if (c < 0)
        return NULL;
    p += 4;
    if (c >= 0xd800 && c <= 0xdbff) {
        int low = -1;
        if (end - p >= 6 && p[0] == '\\' && p[1] == 'u')
            low = hex4(p + 2, end);
        if (low >= 0xdc00 && low <= 0xdfff) {
            c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
            p += 6;
        } else {
            c = 0xfffd;
        }
    } else if (c >= 0xdc00 && c <= 0xdfff) {
        c = 0xfffd;
    }
    *to += osi_utf8_put(*to, (unsigned)c);
    return p;
}

/* Decodes one escape (p behind the backslash); NULL: there is no such one. */
static char *decode_escape(char *p, const char *end, char **to)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    const char *known;

    if (p >= end)
        return NULL;
    if (*p == 'u')
        return decode_unicode(p + 1, end, to);
    known = *p != '\0' ? strchr(from, *p) : NULL;
    if (known == NULL)
        return NULL;
    *(*to)++ = into[known - from];
    return p + 1;
}

static bool is_plain(char c)
{
    return c != '"' && c != '\\' && (unsigned char)c >= 0x20;
}

/* The first byte from p on that is not plain, or the end. Eight are looked at
 * at once: a difference borrows from its byte's high bit where the byte is less
 * than what is taken off, and above the first such byte no bit counts. */
static char *plain_end(char *p, const char *end)
{
    const uint64_t each = UINT64_C(0x0101010101010101);

    for (; end - p >= 8; p += 8) {
        uint64_t x, quote, escape;
        memcpy(&x, p, sizeof x);
        quote = x ^ each * '"';
        escape = x ^ each * '\\';
        if (((((x - each * 0x20) & ~x) | ((quote - each) & ~quote) |
              ((escape - each) & ~escape)) & each * 0x80) != 0)
            break;
    }
    while (p < end && is_plain(*p))
        p++;
    return p;
}

/* json->at is behind the opening quote. */
static osi_json_kind scan_string(osi_json *json)
{
    char *p = json->at, *to;

    json->text = p;
    to = p = plain_end(p, json->end);
    for (;;) {
        const char *stretch;
        if (p >= json->end)
            return fail(json, "a string has no end");
        if (*p == '"')
            break;
        if (*p != '\\')
            return fail(json, "a control character in a string");
        p = decode_escape(p + 1, json->end, &to);
        if (p == NULL)
            return fail(json, "an escape that is not JSON in a string");
        stretch = p;
        p = plain_end(p, json->end);
        memmove(to, stretch, (size_t)(p - stretch));
        to += p - stretch;
    }
    json->len = (size_t)(to - json->text);
    json->at = p + 1;
    return json->kind = OSI_JSON_STRING;
}

static char *digits(char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

static osi_json_kind scan_number(osi_json *json)
{
    char *p = json->at, *before;
    osi_json_kind kind = OSI_JSON_INTEGER;

    json->text = p;
    if (*p == '-')
        p++;
    before = p;
    p = digits(p, json->end);
    if (p == before || (*before == '0' && p > before + 1))
        return fail(json, "a number that is not JSON");
    if (p < json->end && *p == '.') {
        kind = OSI_JSON_REAL;
        before = ++p;
        p = digits(p, json->end);
        if (p == before)
            return fail(json, "a number that is not JSON");
    }
    if (p < json->end && (*p == 'e' || *p == 'E')) {
        kind = OSI_JSON_REAL;
        p++;
        if (p < json->end && (*p == '+' || *p == '-'))
            p++;
        before = p;
        p = digits(p, json->end);
        if (p == before)
            return fail(json, "a number that is not JSON");
    }
    json->len = (size_t)(p - json->text);
    json->at = p;
    return json->kind = kind;
}

static osi_json_kind scan_name(osi_json *json)
{
    static const struct {
        const char *name;
        size_t len;
        osi_json_kind kind;
    } names[] = {{"true", 4, OSI_JSON_TRUE},
                 {"false", 5, OSI_JSON_FALSE},
                 {"null", 4, OSI_JSON_NULL}};

    for (size_t i = 0; i < 3; i++) {
        if ((size_t)(json->end - json->at) >= names[i].len &&
            memcmp(json->at, names[i].name, names[i].len) == 0) {
            json->text = json->at;
            json->len = names[i].len;
            json->at += names[i].len;
            return json->kind = names[i].kind;
        }
    }
    return fail(json, "not JSON");
}

osi_json_kind osi_json_next(osi_json *json)
{
    while (json->at < json->end &&
           (*json->at == ' ' || *json->at == '\t' || *json->at == '\n' ||
            *json->at == '\r'))
        json->at++;
    if (json->at >= json->end)
        return json->kind = json->reason != NULL ? OSI_JSON_ERROR
                                                 : OSI_JSON_END;
    switch (*json->at) {
    case '"':
        json->at++;
        return scan_string(json);
    case '{':
    case '}':
    case '[':
    case ']':
    case ',':
    case ':':
        json->text = json->at++;
        json->len = 1;
        return json->kind = OSI_JSON_MARK;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return scan_number(json);
    default:
        return scan_name(json);
    }
}

static bool skip_value(osi_json *json, unsigned depth);

/* Behind '{' or '['. */
static bool skip_inside(osi_json *json, bool object, unsigned depth)
{
    const char close = object ? '}' : ']';

    osi_json_next(json);
    if (osi_json_is(json, close))
        return true;
    for (;;) {
        if (object) {
            if (json->kind != OSI_JSON_STRING)
                return fail(json, "a name was expected in an object"), false;
            osi_json_next(json);
            if (!osi_json_is(json, ':'))
                return fail(json, "a ':' was expected in an object"), false;
            osi_json_next(json);
        }
        if (!skip_value(json, depth))
            return false;
        osi_json_next(json);
        if (osi_json_is(json, close))
            return true;
        if (!osi_json_is(json, ','))
            return fail(json, object ? "an object has no end"
                                     : "an array has no end"),
                   false;
        osi_json_next(json);
    }
}

static bool skip_value(osi_json *json, unsigned depth)
{
    if (json->kind == OSI_JSON_ERROR)
        return false;
    if (json->kind == OSI_JSON_END)
        return fail(json, "cut off"), false;
    if (json->kind != OSI_JSON_MARK)
        return true;
    if (*json->text != '{' && *json->text != '[')
        return fail(json, "a value was expected"), false;
    if (depth == DEPTH_MAX)
        return fail(json, "nested too deeply"), false;
    return skip_inside(json, *json->text == '{', depth + 1);
}

bool osi_json_skip(osi_json *json)
{
    return skip_value(json, 0);
}
