/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The code of the dictionary's texts: a byte takes the fewer bits the more
 * frequent it is behind the byte before it. A code is Huffman's, canonical, one
 * for each of a few classes of the byte before, and made for the texts of a
 * segment (docs/format.md, "Text code").
 */
#ifndef OST_TEXT_CODE_H
#define OST_TEXT_CODE_H

#include "base.h"

/* Classes of the byte before, and the longest code in bits. */
#define OST_TEXT_CLASSES 31
#define OST_TEXT_LONGEST 15

extern const uint8_t ost_text_classes[256];

/* The class of the byte before text[at]; a term's first byte has one of its
 * own. */
static inline unsigned ost_text_class(const char *text, size_t at)
{
    return at == 0 ? 0 : ost_text_classes[(uint8_t)text[at - 1]];
}

/* ---- Reading ---- */

/* Bits that the table of a class is looked into with. */
#define OST_TEXT_SHORT 8

/* Codes of l bits, filled up to 16, are below below[l]; the symbol of such a
 * code is symbols[first[l] + code]. For those of at most OST_TEXT_SHORT bits
 * quick[] has symbol, above it the symbol's class, and above that bits less 1;
 * for others 0, which no symbol has for its class. */
typedef struct ost_text_class_code {
    uint16_t quick[1 << OST_TEXT_SHORT];
    uint32_t below[OST_TEXT_LONGEST + 1];
    int32_t first[OST_TEXT_LONGEST + 1];
    const uint8_t *symbols;
} ost_text_class_code;

static inline uint16_t ost_text_quick(uint8_t symbol, unsigned bits)
{
    return (uint16_t)((bits - 1) << 13 |
                      (unsigned)ost_text_classes[symbol] << 8 | symbol);
}

typedef struct ost_text_code {
    ost_text_class_code classes[OST_TEXT_CLASSES];
} ost_text_code;

/* Takes a section apart, which the code borrows; an empty one is the code of
 * eight bits for each byte. False where it cannot be such a section. */
bool ost_text_code_read(ost_text_code *code, const uint8_t *in, size_t len);

/* Texts lie before `end`, last byte first; the first bit of a byte is its
 * uppermost. */
typedef struct ost_text_reader {
    const uint8_t *end;
    uint64_t bit, most; /* read so far, and that there can be */
} ost_text_reader;

/* Reads text[from..to), which what is before `from` belongs to. False where
 * the bits cannot be such a text. Up to seven bytes before the first that
 * `most` allows are looked at: in a section of a segment they are there, for
 * the file's header is before it. */
static inline bool ost_text_read(const ost_text_code *code,
                                 ost_text_reader *r, char *text, size_t from,
                                 size_t to)
{
    enum { AT_ONCE = 3 }; /* codes that 57 bits are enough for */
    unsigned class = ost_text_class(text, from);
    uint64_t bit = r->bit;

    for (size_t i = from; i < to;) {
        const size_t stop = to - i < AT_ONCE ? to : i + AT_ONCE;
        uint64_t next;
        if (bit >= r->most)
            return false;
        next = ost_get64(r->end - 8 - (bit >> 3)) << (bit & 7);
        for (; i < stop; i++) {
            const ost_text_class_code *c = &code->classes[class];
            unsigned quick = c->quick[next >> (64 - OST_TEXT_SHORT)], l;
            if (OST_UNLIKELY(quick == 0)) {
                const uint32_t filled = (uint32_t)(next >> 48);
                l = OST_TEXT_SHORT + 1;
                while (l <= OST_TEXT_LONGEST && filled >= c->below[l])
                    l++;
                if (l > OST_TEXT_LONGEST)
                    return false;
                quick = c->symbols[c->first[l] +
                                   (int32_t)(filled >> (16 - l))];
                class = ost_text_classes[quick];
            } else {
                class = quick >> 8 & 0x1f;
                l = (quick >> 13) + 1;
            }
            text[i] = (char)(uint8_t)quick;
            next <<= l;
            bit += l;
        }
    }
    r->bit = bit;
    return bit <= r->most;
}

/* ---- Writing ---- */

typedef struct ost_text_counts {
    uint64_t n[OST_TEXT_CLASSES][256]; /* of a byte behind a class */
} ost_text_counts;

typedef struct ost_text_coder {
    uint16_t code[OST_TEXT_CLASSES][256];
    uint8_t bits[OST_TEXT_CLASSES][256];
} ost_text_coder;

/* Makes the code for texts of these counts, which may be changed, and appends
 * its section to `out`: nothing where eight bits for each byte are no more. */
void ost_text_coder_make(ost_text_coder *coder, ost_text_counts *counts,
                         ost_buffer *out);

#endif
