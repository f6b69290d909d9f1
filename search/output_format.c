/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A hit as --format says, like find's -printf: what is not known is empty, and
 * no newline is added. The string is read anew for each hit, which costs less
 * than one byte of a passage.
 */
#include "output.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* Longest name of a field; the library has no longer one. */
#define NAME_MOST 64

typedef struct format_piece {
    char kind; /* of an escape, its letter, '{' for a field; 0: bytes as they
                * are */
    const char *text; /* the bytes, or the field's name */
    size_t len;
} format_piece;

static const char percent_letters[] = "pisrltSq";
static const char backslash_letters[] = "nt0\\";
static const char backslash_bytes[] = "\n\t\0\\";

/* Bytes of what was meant as one escape. */
static size_t escape_length(const char *format)
{
    size_t n = format[1] == '\0' ? 1 : 2;

    if (n == 2 && format[0] == '%' && format[1] == '{') {
        n += strcspn(format + n, "}%\\");
        return n + (format[n] == '}');
    }
    while (n > 1 && ((unsigned char)format[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* Takes the next piece off *format, which is not at its end. False: there is
 * no such escape, and *format stays before it. */
static bool next_piece(const char **format, format_piece *out)
{
    const char *at = *format;
    const char *letter;

    *out = (format_piece){0, at, strcspn(at, "%\\")};
    if (out->len > 0) {
        *format = at + out->len;
        return true;
    }
    if (at[1] == '\0')
        return false;
    *out = (format_piece){0, at + 1, 1};
    *format = at + 2;
    if (at[0] == '%' && at[1] == '%')
        return true;
    if (at[0] == '\\' && (letter = strchr(backslash_letters, at[1])) != NULL) {
        out->text = backslash_bytes + (letter - backslash_letters);
        return true;
    }
    if (at[0] == '%' && at[1] == '{') {
        const size_t len = strcspn(at + 2, "}%\\");

        *out = (format_piece){'{', at + 2, len};
        *format = at + 3 + len;
        if (at[2 + len] == '}' && len > 0 && len <= NAME_MOST)
            return true;
    } else if (at[0] == '%' && strchr(percent_letters, at[1]) != NULL) {
        out->kind = at[1];
        return true;
    }
    *format = at;
    return false;
}

bool format_is_good(const char *format, size_t *start, size_t *end)
{
    const char *at = format;
    format_piece piece;

    while (*at != '\0')
        if (!next_piece(&at, &piece)) {
            *start = (size_t)(at - format);
            *end = *start + escape_length(at);
            return false;
        }
    return true;
}

bool format_wants_passage(const char *format)
{
    format_piece piece;

    while (*format != '\0' && next_piece(&format, &piece))
        if (piece.kind == 'S' || piece.kind == 'l')
            return true;
    return false;
}

static void put_value(const search_context *search, const osteon_field *field)
{
    switch (field->kind) {
    case OSTEON_TEXT:
    case OSTEON_STRING:
        put_bytes(search, field->text, field->text_len);
        break;
    case OSTEON_INTEGER:
        sink_signed(search->out, field->integer);
        break;
    case OSTEON_REAL:
        if (isfinite(field->real))
            sink_real(search->out, field->real);
        break;
    }
}

/* Several values of a name with ", " between them. Names are folded to lower
 * case where they are indexed. */
static void put_field(const search_context *search, const found *hit,
                      const char *name, size_t len)
{
    bool any = false;

    for (size_t i = 0; i < hit->info->n_fields; i++) {
        const osteon_field *field = hit->info->fields + i;

        if (field->name_len != len || strncasecmp(field->name, name, len) != 0)
            continue;
        if (any)
            sink_text(search->out, ", ");
        any = true;
        put_value(search, field);
    }
}

static void put_line_of(const search_context *search, clean_text *clean)
{
    sink_add(search->out, clean->text, clean->len);
    clean_text_close(clean);
}

static void put_piece(const search_context *search, const found *hit,
                      const format_piece *piece)
{
    sink *out = search->out;
    clean_text clean;
    const char *name;
    size_t len;

    switch (piece->kind) {
    case 'p':
        name = found_name(hit, &len);
        put_bytes(search, name, len);
        break;
    case 'i':
        put_bytes(search, hit->info->id, hit->info->id_len);
        break;
    case 's':
        sink_real(out, hit->score);
        break;
    case 'r':
        sink_unsigned(out, hit->rank);
        break;
    case 'l':
        if (hit->line > 0)
            sink_unsigned(out, hit->line);
        break;
    case 't':
        clean_text_open(&clean, hit->info->title, hit->info->title_len,
                        CLEAN_LINE);
        put_line_of(search, &clean);
        break;
    case 'S':
        passage_open(hit, CLEAN_LINE, &clean);
        put_line_of(search, &clean);
        break;
    case 'q':
        name = query_id_of(search, &len);
        put_bytes(search, name, len);
        break;
    case '{':
        put_field(search, hit, piece->text, piece->len);
        break;
    default:
        sink_add(out, piece->text, piece->len);
    }
}

void output_format(const search_context *search, const found *hit)
{
    const char *at = search->options->format;
    format_piece piece;

    while (*at != '\0' && next_piece(&at, &piece))
        put_piece(search, hit, &piece);
}
