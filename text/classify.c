/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Bytes of a text told apart by a table, for any processor; and the choice
 * between this form and those for some processors.
 */
#include "classify.h"

/* A kind is a byte of a number, so that the kinds of eight bytes of text are
 * gathered by shifting and or-ing. */
#define O UINT64_C(0)
#define L UINT64_C(1)             /* letter */
#define D (UINT64_C(1) << 8)      /* digit */
#define H (UINT64_C(1) << 16)     /* over 0x7F */
#define C (UINT64_C(1) << 24)     /* connector */
#define A (UINT64_C(1) << 32)     /* apostrophe */
#define K (UINT64_C(1) << 40)     /* comma */

#define O8 O, O, O, O, O, O, O, O
#define L8 L, L, L, L, L, L, L, L
#define H16 H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H

static const uint64_t kinds[256] = {
    O8, O8, O8, O8,
    O, O, O, O, O, O, C, A, /* & ' */
    O, O, O, C, K, C, C, O, /* + , - . */
    D, D, D, D, D, D, D, D,
    D, D, O, O, O, O, O, O,
    C, L, L, L, L, L, L, L, L8, L8, L, L, L, O, O, O, O, C, /* @ _ */
    O, L, L, L, L, L, L, L, L8, L8, L, L, L, O, O, O, O, O,
    H16, H16, H16, H16, H16, H16, H16, H16,
};

void ost_classify_portable(const char *text, size_t blocks, char *folded,
                           ost_byte_masks *masks)
{
    for (size_t b = 0; b < blocks; b++) {
        ost_byte_masks m = {0};
        for (unsigned i = 0; i < OST_BLOCK; i += 8) {
            uint64_t eight = 0;
            for (unsigned k = 0; k < 8; k++) {
                const uint8_t c = (uint8_t)text[k];
                eight |= kinds[c] << k;
                folded[k] = (char)(c | (kinds[c] & L) << 5);
            }
            m.letters |= (eight & 0xFF) << i;
            m.digits |= (eight >> 8 & 0xFF) << i;
            m.high |= (eight >> 16 & 0xFF) << i;
            m.connectors |= (eight >> 24 & 0xFF) << i;
            m.apostrophes |= (eight >> 32 & 0xFF) << i;
            m.commas |= (eight >> 40 & 0xFF) << i;
            text += 8;
            folded += 8;
        }
        masks[b] = m;
    }
}

ost_classify *ost_classify_best(const char **name)
{
#ifdef OST_HAS_AVX2
    if (__builtin_cpu_supports("avx2")) {
        *name = "AVX2";
        return ost_classify_avx2;
    }
#endif
    *name = "";
    return ost_classify_portable;
}
