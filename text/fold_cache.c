/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading UTF-8 one character at a time, with a memory of folds: a table of
 * code points, each in the one slot its number leads to. A slot with code 0 is
 * empty (ASCII never asks the table). A letter and a mark that Unicode writes
 * as one code point are read as that one where the mark must not be lost.
 */
#include "fold.h"

#include <assert.h>
#include <utf8proc.h>

#define SLOTS 4096

typedef struct slot {
    uint32_t code;
    uint8_t kind, len;
    char bytes[OST_FOLD_MAX];
} slot;

/* Slots that are made empty together, when one of them is first asked for: a
 * query asks for few, and an empty table takes longer than its search. */
#define RUN 64

struct ost_folder {
    uint64_t used; /* runs that mean something */
    slot slots[SLOTS];
};

static_assert(SLOTS / RUN == 64, "a bit of a word for each run");

ost_folder *ost_folder_open(void)
{
    ost_folder *f = ost_malloc(sizeof *f);

    if (f != NULL)
        f->used = 0;
    return f;
}

/* The slot of a code point. */
static slot *find_slot(ost_folder *f, uint32_t code)
{
    const uint32_t at = (code ^ code >> 12) % SLOTS, run = at / RUN;

    if (!(f->used >> run & 1)) {
        memset(f->slots + (size_t)run * RUN, 0, RUN * sizeof *f->slots);
        f->used |= UINT64_C(1) << run;
    }
    return &f->slots[at];
}

void ost_folder_close(ost_folder *f)
{
    ost_free(f);
}

/* Decodes one code point of two bytes or more. Returns its size, or 0 where
 * the bytes are not UTF-8: cut, too long a form, a surrogate, or too high. */
static unsigned decode(const char *text, size_t left, uint32_t *code)
{
    const uint8_t *p = (const uint8_t *)text;
    unsigned size;
    uint32_t c, least;

    if (p[0] >= 0xC2 && p[0] < 0xE0) {
        size = 2, least = 0x80, c = p[0] & 0x1Fu;
    } else if (p[0] >= 0xE0 && p[0] < 0xF0) {
        size = 3, least = 0x800, c = p[0] & 0x0Fu;
    } else if (p[0] >= 0xF0 && p[0] < 0xF5) {
        size = 4, least = 0x10000, c = p[0] & 0x07u;
    } else {
        return 0;
    }
    if (left < size)
        return 0;
    for (unsigned i = 1; i < size; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3Fu);
    }
    if (c < least || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
        return 0;
    *code = c;
    return size;
}

/* Is `code` a letter that may take a mark and must not lose it? */
static bool takes_mark(uint32_t code)
{
    return (code >= 0x0400 && code < 0x0460) ||
           (code >= 0x1100 && code <= 0x1112) ||
           (code >= 0x3041 && code < 0x3100) ||
           (code >= 0xAC00 && code <= 0xD7A3) ||
           (code >= 0xFF66 && code <= 0xFF9D);
}

/* Are these such a letter and such a mark? */
static bool may_compose(uint32_t code, uint32_t mark)
{
    if (code < 0x0460)
        return mark >= 0x0300 && mark < 0x0310;
    if (code <= 0x1112)
        return mark >= 0x1161 && mark <= 0x1175;
    if (code >= 0xAC00 && code <= 0xD7A3)
        return mark > 0x11A7 && mark <= 0x11C2;
    return mark == 0x3099 || mark == 0x309A || mark == 0xFF9E ||
           mark == 0xFF9F;
}

/* Half-width kana and voicing marks as their full-width forms. */
static utf8proc_int32_t full_width(uint32_t code)
{
    utf8proc_int32_t to[4];
    int boundary = 0;

    if (code < 0xFF61 ||
        utf8proc_decompose_char((utf8proc_int32_t)code, to, 4,
                                UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT,
                                &boundary) != 1)
        return (utf8proc_int32_t)code;
    return to[0];
}

/* Replaces *code by it and the marks after it, while they make one letter.
 * Returns how many bytes more that took. */
static unsigned compose(const char *text, size_t left, uint32_t *code)
{
    unsigned more = 0, size;
    uint32_t mark;

    /* A syllable of Hangul takes two marks; nothing takes more. */
    while (more < 8 && more < left &&
           (size = decode(text + more, left - more, &mark)) != 0 &&
           may_compose(*code, mark)) {
        utf8proc_int32_t pair[3] = {full_width(*code), full_width(mark), 0};
        if (utf8proc_normalize_utf32(
                pair, 2, UTF8PROC_STABLE | UTF8PROC_COMPOSE) != 1)
            break;
        *code = (uint32_t)pair[0];
        more += size;
    }
    return more;
}

static void read_ascii(uint8_t c, ost_char *out)
{
    out->size = 1;
    out->len = 1;
    if (c >= '0' && c <= '9') {
        out->kind = OST_CHAR_DIGIT;
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
        out->kind = OST_CHAR_LATIN;
        c |= 0x20;
    } else if (c == '\'') {
        out->kind = OST_CHAR_APOSTROPHE;
    } else {
        out->kind = OST_CHAR_OTHER;
        out->len = 0;
    }
    out->bytes[0] = (char)c;
}

void ost_folder_read(ost_folder *f, const char *text, size_t left,
                     ost_char *out)
{
    uint32_t code;
    unsigned size;
    slot *s;

    if ((uint8_t)text[0] < 0x80) {
        read_ascii((uint8_t)text[0], out);
        return;
    }
    size = decode(text, left, &code);
    if (size == 0) {
        out->kind = OST_CHAR_MALFORMED;
        out->size = 1;
        out->len = 0;
        return;
    }
    if (takes_mark(code))
        size += compose(text + size, left - size, &code);
    s = find_slot(f, code);
    if (s->code != code) {
        ost_fold_code(code, out);
        s->code = code;
        s->kind = out->kind;
        s->len = out->len;
        memcpy(s->bytes, out->bytes, sizeof s->bytes);
    }
    out->kind = s->kind;
    out->size = (uint8_t)size;
    out->len = s->len;
    memcpy(out->bytes, s->bytes, sizeof out->bytes);
}
