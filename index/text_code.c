/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Making a code for the texts of a segment, and its section: for each class
 * the bits of its longest code, how many codes there are of each length, and
 * the bytes in order of their codes. After Huffman (1952) with two queues (van
 * Leeuwen 1976); codes of one length ascend with their bytes (Schwartz and
 * Kallick 1964). Where one would be too long, counts are halved until none is.
 */
#include "text_code.h"

_Static_assert(OST_TEXT_CLASSES <= 32 && OST_TEXT_SHORT <= 8,
               "class and bits fit above a symbol");

/* Letters each, digits, other ASCII, bytes that go on with a character of
 * UTF-8, bytes that begin one. 0 is the beginning of a term. */
enum { DIGIT = 27, OTHER = 28, GOES_ON = 29, BEGINS = 30 };

#define REST8(c) c, c, c, c, c, c, c, c
#define REST32(c) REST8(c), REST8(c), REST8(c), REST8(c)

const uint8_t ost_text_classes[256] = {
    REST32(OTHER), REST8(OTHER), REST8(OTHER), /* to '/' */
    REST8(DIGIT), DIGIT, DIGIT, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER,
    REST32(OTHER), /* capitals */
    OTHER, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
    20, 21, 22, 23, 24, 25, 26, OTHER, OTHER, OTHER, OTHER, OTHER,
    REST32(GOES_ON), REST32(GOES_ON), REST32(BEGINS), REST32(BEGINS)};

/* ---- Reading ---- */

static void read_flat(ost_text_code *code)
{
    for (unsigned k = 0; k < OST_TEXT_CLASSES; k++)
        for (unsigned b = 0; b < 256; b++)
            code->classes[k].quick[b] = ost_text_quick((uint8_t)b, 8);
}

/* Fills the table from the codes of a class, in order of which it is. */
static void fill_quick(ost_text_class_code *c)
{
    uint16_t *place = c->quick;
    const uint8_t *symbol = c->symbols;
    uint32_t from = 0;

    for (unsigned l = 1; l <= OST_TEXT_SHORT; l++) {
        const unsigned run = 1u << (OST_TEXT_SHORT - l);
        for (; from < c->below[l]; from += UINT32_C(1) << (16 - l), symbol++)
            for (unsigned i = 0; i < run; i++)
                *place++ = ost_text_quick(*symbol, l);
    }
    memset(place, 0,
           (size_t)(c->quick + (1 << OST_TEXT_SHORT) - place) *
               sizeof *place);
}

/* Reads the code of one class; NULL where there is none. */
static const uint8_t *read_class(ost_text_class_code *c, const uint8_t *in,
                                 const uint8_t *end)
{
    uint32_t next = 0, total = 0; /* the next code, filled up to 16 bits */
    unsigned longest;

    if (in == end || *in > OST_TEXT_LONGEST)
        return NULL;
    longest = *in++;
    for (unsigned l = 1; l <= OST_TEXT_LONGEST; l++) {
        uint64_t n = 0;
        if (l <= longest)
            in = ost_varint_get(in, end, &n);
        if (in == NULL || n > 256 - total)
            return NULL;
        c->first[l] = (int32_t)total - (int32_t)(next >> (16 - l));
        total += (uint32_t)n;
        next += (uint32_t)n << (16 - l);
        if (next > UINT32_C(1) << 16)
            return NULL;
        c->below[l] = next;
    }
    if (total > (size_t)(end - in))
        return NULL;
    c->symbols = in;
    fill_quick(c);
    return in + total;
}

bool ost_text_code_read(ost_text_code *code, const uint8_t *in, size_t len)
{
    const uint8_t *end;

    if (len == 0) {
        read_flat(code);
        return true;
    }
    end = in + len;
    for (unsigned k = 0; k < OST_TEXT_CLASSES && in != NULL; k++)
        in = read_class(&code->classes[k], in, end);
    return in == end;
}

/* ---- Making ---- */

/* Puts the bytes that occur in order of their counts; returns how many. */
static unsigned sort(const uint64_t *counts, uint8_t *bytes)
{
    unsigned n = 0;

    for (unsigned b = 0; b < 256; b++) {
        unsigned i = n;
        if (counts[b] == 0)
            continue;
        for (; i > 0 && counts[bytes[i - 1]] > counts[b]; i--)
            bytes[i] = bytes[i - 1];
        bytes[i] = (uint8_t)b;
        n++;
    }
    return n;
}

/* Gives each byte the length of its code; returns the longest. Nodes are made
 * in ascending order of weight, so that the two lightest are always at the
 * head of what is left of the bytes and of the nodes. */
static unsigned lengths(const uint64_t *counts, uint8_t *bits)
{
    uint8_t bytes[256];
    const unsigned n = sort(counts, bytes);
    uint64_t weights[512];
    uint16_t parents[512];
    uint8_t depths[512];
    unsigned leaf = 0, node = n, made = n, longest = 0;

    memset(bits, 0, 256);
    if (n == 1)
        bits[bytes[0]] = 1;
    if (n < 2)
        return n;
    for (unsigned i = 0; i < n; i++)
        weights[i] = counts[bytes[i]];
    for (; made < 2 * n - 1; made++) {
        weights[made] = 0;
        for (int child = 0; child < 2; child++) {
            const unsigned least =
                leaf < n && (node == made || weights[leaf] <= weights[node])
                    ? leaf++
                    : node++;
            weights[made] += weights[least];
            parents[least] = (uint16_t)made;
        }
    }
    depths[made - 1] = 0;
    for (unsigned i = made - 1; i-- > 0;) {
        depths[i] = (uint8_t)(depths[parents[i]] + 1);
        if (i >= n)
            continue;
        bits[bytes[i]] = depths[i];
        longest = depths[i] > longest ? depths[i] : longest;
    }
    return longest;
}

/* Numbers the codes of a class and appends what the section says of it. */
static void number(ost_text_coder *coder, unsigned k, unsigned longest,
                   ost_buffer *out)
{
    const uint8_t *bits = coder->bits[k];
    unsigned code = 0;

    ost_buffer_add_byte(out, (uint8_t)longest);
    for (unsigned l = 1; l <= longest; l++) {
        unsigned n = 0;
        code <<= 1;
        for (unsigned b = 0; b < 256; b++)
            if (bits[b] == l) {
                coder->code[k][b] = (uint16_t)code++;
                n++;
            }
        ost_buffer_add_varint(out, n);
    }
    for (unsigned l = 1; l <= longest; l++)
        for (unsigned b = 0; b < 256; b++)
            if (bits[b] == l)
                ost_buffer_add_byte(out, (uint8_t)b);
}

static void make_flat(ost_text_coder *coder)
{
    memset(coder->bits, 8, sizeof coder->bits);
    for (unsigned k = 0; k < OST_TEXT_CLASSES; k++)
        for (unsigned b = 0; b < 256; b++)
            coder->code[k][b] = (uint16_t)b;
}

void ost_text_coder_make(ost_text_coder *coder, ost_text_counts *counts,
                         ost_buffer *out)
{
    const size_t start = out->len;
    uint64_t bits = 0, bytes = 0;

    memset(coder, 0, sizeof *coder);
    for (unsigned k = 0; k < OST_TEXT_CLASSES; k++) {
        uint64_t *n = counts->n[k];
        unsigned longest;
        while ((longest = lengths(n, coder->bits[k])) > OST_TEXT_LONGEST)
            for (unsigned b = 0; b < 256; b++)
                n[b] = n[b] / 2 + n[b] % 2;
        number(coder, k, longest, out);
        for (unsigned b = 0; b < 256; b++) {
            bits += n[b] * coder->bits[k][b];
            bytes += n[b];
        }
    }
    if (bits / 8 + (out->len - start) < bytes)
        return;
    out->len = start;
    make_flat(coder);
}
