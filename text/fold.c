/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a code point is and folds to: utf8proc's case folding and compatibility
 * decomposition, less accents, plus letters that Unicode does not decompose.
 * Letters whose mark is part of the letter (kana with a voicing mark, Hangul
 * syllables, Cyrillic й) stay whole.
 */
#include "fold.h"

#include <utf8proc.h>

/* Sorted. Letters that look like a Latin letter with a stroke, hook or tail,
 * ligatures, and what Unicode would decompose in a way of no use here. */
static const struct {
    uint16_t code;
    char to[3];
} letters[] = {
    {0x00E6, "ae"}, {0x00F0, "d"},  {0x00F8, "o"}, {0x00FE, "th"},
    {0x0111, "d"},  {0x0127, "h"},  {0x0131, "i"}, {0x0138, "k"},
    {0x013F, "l"},  {0x0140, "l"},  {0x0142, "l"}, {0x0149, "n"},
    {0x014B, "n"},  {0x0153, "oe"}, {0x0167, "t"}, {0x0180, "b"},
    {0x0188, "c"},  {0x0192, "f"},  {0x0199, "k"}, {0x01A5, "p"},
    {0x01AD, "t"},  {0x01B4, "y"},  {0x01B6, "z"}, {0x01E5, "g"},
    {0x0253, "b"},  {0x0254, "o"},  {0x0256, "d"}, {0x0257, "d"},
    {0x025B, "e"},  {0x0260, "g"},  {0x0268, "i"}, {0x026B, "l"},
    {0x0272, "n"},  {0x0289, "u"},  {0x028B, "v"},
};

/* Sorted, inclusive. Marks that are accents, vowel points or selectors: they
 * fold away. The marks of Indic and other scripts are letters to a reader. */
static const struct {
    uint32_t first, last;
} accents[] = {
    {0x0300, 0x0489},   {0x0591, 0x06ED},   {0x08D3, 0x08FF},
    {0x180B, 0x180F},   {0x1AB0, 0x1AFF},   {0x1DC0, 0x1DFF},
    {0x20D0, 0x20FF},   {0x2DE0, 0x2DFF},   {0x302A, 0x302D},
    {0x3099, 0x309A},   {0xA66F, 0xA69F},   {0xFE00, 0xFE2F},
    {0xE0100, 0xE01EF},
};

/* Sorted, inclusive. Scripts written without spaces of which every character
 * is a token. */
static const struct {
    uint32_t first, last;
} cjk[] = {
    {0x1100, 0x11FF},   {0x3005, 0x3007},   {0x3021, 0x3029},
    {0x3031, 0x3035},   {0x3038, 0x303C},   {0x3041, 0x312F},
    {0x3131, 0x318E},   {0x31A0, 0x31BF},   {0x31F0, 0x31FF},
    {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA960, 0xA97F},
    {0xAC00, 0xD7FF},   {0xF900, 0xFAFF},   {0x16FE2, 0x18CFF},
    {0x1AFF0, 0x1B2FF}, {0x20000, 0x3FFFF},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_cjk(uint32_t code)
{
    if (code < cjk[0].first)
        return false;
    for (size_t i = 0; i < COUNT(cjk) && code >= cjk[i].first; i++)
        if (code <= cjk[i].last)
            return true;
    return false;
}

static bool is_accent(uint32_t code, utf8proc_category_t category)
{
    if (category != UTF8PROC_CATEGORY_MN && category != UTF8PROC_CATEGORY_ME &&
        category != UTF8PROC_CATEGORY_MC)
        return false;
    for (size_t i = 0; i < COUNT(accents) && code >= accents[i].first; i++)
        if (code <= accents[i].last)
            return true;
    return false;
}

static bool in_word(utf8proc_category_t category)
{
    return category >= UTF8PROC_CATEGORY_LU &&
           category <= UTF8PROC_CATEGORY_NO;
}

static utf8proc_category_t category_of(uint32_t code)
{
    return utf8proc_category((utf8proc_int32_t)code);
}

/* Format characters without a place in a word, fillers of Hangul that show
 * nothing, and the Arabic line that only stretches a word. */
static bool vanishes(uint32_t code, utf8proc_category_t category)
{
    if (category == UTF8PROC_CATEGORY_CF)
        return code != 0x200B; /* zero width space: its use is to separate */
    return code == 0x115F || code == 0x1160 || code == 0x3164 ||
           code == 0xFFA0 || code == 0x0640 || is_accent(code, category);
}

/* The letter with its mark, in lower case, if it must not be taken apart;
 * else 0. */
static uint32_t whole_letter(uint32_t code)
{
    if ((code >= 0x3041 && code <= 0x318E) ||
        (code >= 0xAC00 && code <= 0xD7A3))
        return code;
    if (code >= 0x0400 && code <= 0x045F) {
        const uint32_t small =
            (uint32_t)utf8proc_tolower((utf8proc_int32_t)code);
        if (small == 0x0439 || small == 0x0453 || small == 0x0457 ||
            small == 0x045C || small == 0x045E) /* й ѓ ї ќ ў */
            return small;
    }
    return 0;
}

/* A decimal digit of any script as ASCII. Unicode lays them out in tens that
 * begin at a multiple of 16, or at one plus 6. */
static uint32_t ascii_digit(uint32_t code, utf8proc_category_t category)
{
    const uint32_t low = code & 15;

    if (category != UTF8PROC_CATEGORY_ND || code < 0x80)
        return code;
    if (category_of(code - low) == UTF8PROC_CATEGORY_ND)
        return '0' + low % 10;
    return low >= 6 ? '0' + low - 6 : code;
}

static const char *plain_letter(uint32_t code)
{
    size_t low = 0, high = COUNT(letters);

    while (low < high) {
        const size_t mid = (low + high) / 2;
        if (letters[mid].code == code)
            return letters[mid].to;
        if (letters[mid].code < code)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

/* Appends a code point; false where it does not fit. */
static bool append(ost_char *out, uint32_t code)
{
    utf8proc_uint8_t bytes[4];
    const char *plain = plain_letter(code);
    size_t n;

    if (plain != NULL)
        n = strlen(plain);
    else
        n = (size_t)utf8proc_encode_char((utf8proc_int32_t)code, bytes);
    if (out->len + n > sizeof out->bytes)
        return false;
    memcpy(out->bytes + out->len, plain != NULL ? (const void *)plain : bytes,
           n);
    out->len = (uint8_t)(out->len + n);
    return true;
}

/* Appends the case fold of a decomposed code point, unless it vanishes. */
static bool append_folded(ost_char *out, uint32_t code)
{
    utf8proc_int32_t to[4];
    int boundary = 0;
    const utf8proc_ssize_t n = utf8proc_decompose_char(
        (utf8proc_int32_t)code, to, 4, UTF8PROC_CASEFOLD, &boundary);

    if (n < 0 || n > 4)
        return false;
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        const uint32_t c = (uint32_t)to[i];
        const utf8proc_category_t category = category_of(c);
        if (!vanishes(c, category) && !append(out, ascii_digit(c, category)))
            return false;
    }
    return true;
}

/* Folds with or without compatibility forms. False where the outcome is not
 * made of word characters only (½ would be 1⁄2) or does not fit. */
static bool decompose(uint32_t code, bool compatible, ost_char *out)
{
    utf8proc_int32_t to[32];
    int boundary = 0;
    const int options =
        UTF8PROC_DECOMPOSE | (compatible ? UTF8PROC_COMPAT : 0);
    const utf8proc_ssize_t n = utf8proc_decompose_char(
        (utf8proc_int32_t)code, to, 32, (utf8proc_option_t)options, &boundary);

    out->len = 0;
    if (n < 0 || n > 32)
        return false;
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        const uint32_t c = (uint32_t)to[i];
        const utf8proc_category_t category = category_of(c);
        /* Accents go before case is folded: it makes a letter of one. */
        if (!in_word(category) ||
            (!vanishes(c, category) && !append_folded(out, c)))
            return false;
    }
    return true;
}

static bool is_latin(uint32_t code)
{
    return (code >= 'a' && code <= 'z') || (code >= 0xAA && code < 0x2B0) ||
           (code >= 0x1D00 && code < 0x1DC0) ||
           (code >= 0x1E00 && code < 0x1F00) ||
           (code >= 0x2C60 && code < 0x2C80) ||
           (code >= 0xA720 && code < 0xA800) ||
           (code >= 0xAB30 && code < 0xAB70);
}

static ost_char_kind kind_of_fold(const ost_char *folded)
{
    utf8proc_int32_t first = 0;

    utf8proc_iterate((const utf8proc_uint8_t *)folded->bytes, folded->len,
                     &first);
    if (first >= '0' && first <= '9')
        return OST_CHAR_DIGIT;
    if (is_cjk((uint32_t)first))
        return OST_CHAR_CJK;
    if (category_of((uint32_t)first) >= UTF8PROC_CATEGORY_ND)
        return OST_CHAR_NUMBER;
    if (is_latin((uint32_t)first))
        return OST_CHAR_LATIN;
    if ((first >= 0x370 && first < 0x3E2) || (first >= 0x3F0 && first < 0x400))
        return OST_CHAR_GREEK;
    return OST_CHAR_LETTER;
}

void ost_fold_code(uint32_t code, ost_char *out)
{
    const utf8proc_category_t category = category_of(code);
    uint32_t whole;

    memset(out, 0, sizeof *out);
    if (code == '\'' || code == 0x2019 || code == 0x02BC || code == 0xFF07) {
        out->kind = OST_CHAR_APOSTROPHE;
        append(out, '\'');
    } else if (code == 0x2010 || code == 0x2011) {
        out->kind = OST_CHAR_HYPHEN;
    } else if (vanishes(code, category)) {
        out->kind = OST_CHAR_VANISH;
    } else if (in_word(category)) {
        whole = whole_letter(code);
        if (whole != 0)
            append(out, whole);
        else if (plain_letter(code) != NULL)
            append(out, code);
        else if (!decompose(code, true, out) && !decompose(code, false, out)) {
            out->len = 0;
            append(out, code);
        }
        out->kind = (uint8_t)(out->len == 0 ? OST_CHAR_VANISH
                                            : kind_of_fold(out));
    }
}

const char *ost_greek_name(uint32_t code)
{
    static const char *const names[] = {
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta",    "eta",
        "theta", "iota", "kappa", "lambda", "mu",     "nu",      "xi",
        "omicron", "pi", "rho",   "sigma", "sigma",   "tau",     "upsilon",
        "phi",   "chi",  "psi",   "omega"};

    if (code < 0x3B1 || code > 0x3C9)
        return NULL;
    return names[code - 0x3B1];
}
