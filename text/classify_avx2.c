/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Bytes of a text told apart with AVX2. Connectors, apostrophes and commas are
 * found by two table lookups, one by each half of the byte, after simdjson
 * (Langdale and Lemire 2019).
 */
#include "classify.h"

#ifdef OST_HAS_AVX2
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

/* What both halves of a byte must agree on. Those of connectors are the
 * highest, one for each of the three high halves they have. */
enum {
    APOSTROPHE = 0x01,
    COMMA = 0x02,
    UNDERLINE = 0x20,
    AT = 0x40,
    OTHERS = 0x80 /* & + - . */
};

#define TWICE(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)

/* By the low half. The shuffle gives 0 for bytes over 0x7F. */
AVX2 static inline __m256i by_low_half(__m256i bytes)
{
    return _mm256_shuffle_epi8(
        TWICE(AT, 0, 0, 0, 0, 0, (char)OTHERS, APOSTROPHE, 0, 0, 0,
              (char)OTHERS, COMMA, (char)OTHERS, (char)OTHERS, UNDERLINE),
        bytes);
}

AVX2 static inline __m256i by_high_half(__m256i bytes)
{
    return _mm256_shuffle_epi8(
        TWICE(0, 0, (char)(OTHERS | APOSTROPHE | COMMA), 0, AT, UNDERLINE, 0,
              0, 0, 0, 0, 0, 0, 0, 0, 0),
        _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15)));
}

/* Which bytes are in [first, first + n)? */
AVX2 static inline __m256i in_range(__m256i bytes, char first, char n)
{
    const __m256i lowest =
        _mm256_sub_epi8(bytes, _mm256_set1_epi8((char)(first - -128)));

    return _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(-128 + n)), lowest);
}

AVX2 static inline uint64_t mask_of(__m256i bytes)
{
    return (uint32_t)_mm256_movemask_epi8(bytes);
}

/* Half a block; the masks are of 32 bits. */
AVX2 static inline ost_byte_masks half(const char *text, char *folded)
{
    const __m256i bytes = _mm256_loadu_si256((const void *)text);
    const __m256i fold = _mm256_set1_epi8(0x20);
    const __m256i letters =
        in_range(_mm256_or_si256(bytes, fold), 'a', 26);
    const __m256i kinds =
        _mm256_and_si256(by_low_half(bytes), by_high_half(bytes));

    _mm256_storeu_si256(
        (void *)folded,
        _mm256_or_si256(bytes, _mm256_and_si256(letters, fold)));
    return (ost_byte_masks){
        .letters = mask_of(letters),
        .digits = mask_of(in_range(bytes, '0', 10)),
        .high = mask_of(bytes),
        .connectors =
            mask_of(_mm256_adds_epu8(kinds, _mm256_set1_epi8(0x60))),
        .apostrophes = mask_of(_mm256_slli_epi16(kinds, 7)),
        .commas = mask_of(_mm256_slli_epi16(kinds, 6)),
    };
}

AVX2 void ost_classify_avx2(const char *text, size_t blocks, char *folded,
                            ost_byte_masks *masks)
{
    for (size_t b = 0; b < blocks; b++) {
        const ost_byte_masks x = half(text, folded);
        const ost_byte_masks y = half(text + 32, folded + 32);
        masks[b].letters = x.letters | y.letters << 32;
        masks[b].digits = x.digits | y.digits << 32;
        masks[b].high = x.high | y.high << 32;
        masks[b].connectors = x.connectors | y.connectors << 32;
        masks[b].apostrophes = x.apostrophes | y.apostrophes << 32;
        masks[b].commas = x.commas | y.commas << 32;
        text += OST_BLOCK;
        folded += OST_BLOCK;
    }
}
#endif
