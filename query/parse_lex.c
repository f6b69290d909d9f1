/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A query's text as lexemes, in three passes: cut it; give every parenthesis
 * its partner; turn operators that have nothing to work on into words. Each
 * pass is linear, also in what hostile text can make of it.
 *
 * Words end at white space and parentheses only: what is in them (`C++`,
 * `e-mail`, `5"`) is for the tokenizer. Signs, quotes and `field:` are looked
 * for where a word could begin.
 */
#include "parse.h"

enum { NEAR_USUAL = 10 }; /* as Xapian has it */

static unsigned char byte_at(const ost_parser *p, size_t at)
{
    return at < p->len ? (unsigned char)p->text[at] : 0;
}

/* Bytes of the white space at `at`, 0 where there is none. Control bytes,
 * the no-break space and the ideographic space count. */
static size_t white_at(const ost_parser *p, size_t at)
{
    const unsigned char c = byte_at(p, at);

    if (at >= p->len)
        return 0;
    if (c <= 0x20 || c == 0x7f)
        return 1;
    if (c == 0xc2 && byte_at(p, at + 1) == 0xa0)
        return 2;
    if (c == 0xe3 && byte_at(p, at + 1) == 0x80 && byte_at(p, at + 2) == 0x80)
        return 3;
    return 0;
}

static bool word_ends(const ost_parser *p, size_t at)
{
    const unsigned char c = byte_at(p, at);

    return at >= p->len || c == '(' || c == ')' || white_at(p, at) > 0;
}

static bool add(ost_parser *p, ost_lexeme lexeme)
{
    ost_query_tools *t = p->tools;

    if (!OST_GROW(&t->lexemes, &t->lexeme_room, t->n_lexemes + 1))
        return ost_parse_no_memory(p);
    t->lexemes[t->n_lexemes++] = lexeme;
    return true;
}

/* The sign at `at`, if it is one: directly before something that is not a
 * sign too, so that `-`, `--` and `--help` are plain text. */
static char sign_at(const ost_parser *p, size_t at)
{
    const unsigned char c = byte_at(p, at), next = byte_at(p, at + 1);

    if ((c != '+' && c != '-') || next == '+' || next == '-')
        return 0;
    if (next != '(' && word_ends(p, at + 1))
        return 0;
    return c == '+' ? '+' : '-';
}

static bool is_letter(unsigned char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* The length of the field name at `at`, 0 where there is none. Values that
 * begin like those of `http://x`, `std::vector` and `C:\x` make no field. */
static uint8_t field_at(const ost_parser *p, size_t at)
{
    unsigned n = 0;
    unsigned char c = byte_at(p, at);

    if (!is_letter(c))
        return 0;
    while (is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.') {
        if (++n > 64)
            return 0;
        c = byte_at(p, at + n);
    }
    if (c != ':')
        return 0;
    c = byte_at(p, at + n + 1);
    if (c == '/' || c == ':' || c == '\\')
        return 0;
    return c != '(' && word_ends(p, at + n + 1) ? 0 : (uint8_t)n;
}

static bool same_name(const ost_parser *p, const ost_asked_field *a,
                      const ost_lexeme *l)
{
    return a->len == l->field_len &&
           memcmp(p->text + a->first, p->text + l->first, a->len) == 0;
}

/* Sets *is_there to whether documents have the field of this lexeme. The index
 * is asked once for each name, as the answer may come from another host, and
 * no more than OST_FIELDS_ASKED times: further names are taken for fields. */
static bool ask_field(ost_parser *p, const ost_lexeme *l, bool *is_there)
{
    char *name;

    *is_there = true;
    if (p->slot->has_field == NULL)
        return true;
    for (unsigned i = 0; i < p->n_asked; i++)
        if (same_name(p, &p->asked[i], l)) {
            *is_there = p->asked[i].is_there;
            return true;
        }
    if (p->n_asked == OST_FIELDS_ASKED)
        return true;
    name = ost_parse_fold_field(p, l->first, l->field_len);
    if (name == NULL)
        return false;
    *is_there = strcmp(name, "body") == 0 ||
                p->slot->has_field(p->slot->index, name);
    p->asked[p->n_asked++] =
        (ost_asked_field){l->first, l->field_len, *is_there};
    return true;
}

/* Reads the number at `at`, which ends a word; no more than five digits.
 * Returns its length, 0 where there is none. */
static size_t number_at(const ost_parser *p, size_t at, uint32_t *number)
{
    size_t n = 0;

    *number = 0;
    for (; n < 6 && byte_at(p, at + n) >= '0' && byte_at(p, at + n) <= '9'; n++)
        *number = *number * 10 + byte_at(p, at + n) - '0';
    return n < 6 && word_ends(p, at + n) ? n : 0;
}

/* NEAR, and NEAR/5: at most 4 words between. */
static bool is_near(const ost_parser *p, ost_lexeme *l)
{
    const size_t len = l->end - l->start;
    uint32_t n = NEAR_USUAL;

    if (len < 4 || memcmp(p->text + l->start, "NEAR", 4) != 0)
        return false;
    if (len > 4 && (p->text[l->start + 4] != '/' ||
                    number_at(p, l->start + 5, &n) == 0 || n == 0))
        return false;
    l->distance = n - 1;
    return true;
}

static uint8_t word_kind(const ost_parser *p, ost_lexeme *l)
{
    const char *word = p->text + l->start;
    const size_t len = l->end - l->start;

    if (l->sign != 0 || l->field_len > 0)
        return OST_LEX_WORD;
    if (len == 3 && memcmp(word, "AND", 3) == 0)
        return OST_LEX_AND;
    if (len == 2 && memcmp(word, "OR", 2) == 0)
        return OST_LEX_OR;
    if (len == 3 && memcmp(word, "NOT", 3) == 0)
        return OST_LEX_NOT;
    return is_near(p, l) ? OST_LEX_NEAR : OST_LEX_WORD;
}

/* Takes the ~5 behind the closing quote, which *at is behind: right there, or
 * after white space. */
static void lex_distance(const ost_parser *p, size_t *at, ost_lexeme *l)
{
    size_t after = *at, n;

    while ((n = white_at(p, after)) > 0)
        after += n;
    if (byte_at(p, after) != '~')
        return;
    n = number_at(p, after + 1, &l->distance);
    l->loose = n > 0;
    if (l->loose)
        *at = after + 1 + n;
}

/* Lexes the phrase or, where the quote has no partner, notes that and leaves
 * *at behind the quote and l->kind END. */
static bool lex_quote(ost_parser *p, size_t *at, ost_lexeme *l)
{
    const char *inside = p->text + *at + 1;
    const char *close = memchr(inside, '"', p->len - *at - 1);

    if (close == NULL) {
        const size_t offset = (*at)++;
        return ost_parse_note(p, OST_NOTE_QUOTE, offset);
    }
    l->kind = OST_LEX_QUOTE;
    l->start = (uint32_t)(inside - p->text);
    l->end = (uint32_t)(close - p->text);
    *at = l->end + 1U;
    lex_distance(p, at, l);
    return add(p, *l);
}

/* `immun*`, but not `*emphasis*` or `a**`. */
static bool ends_in_wildcard(const ost_parser *p, const ost_lexeme *l)
{
    const char *word = p->text + l->start;
    const size_t len = l->end - l->start;
    const unsigned char before = len > 1 ? (unsigned char)word[len - 2] : 0;

    return len > 1 && word[len - 1] == '*' && word[0] != '*' &&
           (is_letter(before) || (before >= '0' && before <= '9') ||
            before >= 0x80);
}

/* Lexes a group's opening or a word. Nothing is added for a sign, or quote,
 * that turned out to stand before nothing; a field name is a word then. */
static bool lex_open_or_word(ost_parser *p, size_t *at, ost_lexeme *l)
{
    l->start = (uint32_t)*at;
    if (byte_at(p, *at) == '(') {
        l->kind = OST_LEX_OPEN;
        l->end = (uint32_t)++*at;
        return add(p, *l);
    }
    while (!word_ends(p, *at))
        ++*at;
    l->end = (uint32_t)*at;
    if (l->start == l->end) {
        if (l->field_len == 0)
            return true;
        l->start = l->first;
        l->end = l->first + l->field_len;
        l->field_len = 0;
    }
    l->kind = word_kind(p, l);
    return (!ends_in_wildcard(p, l) ||
            ost_parse_note(p, OST_NOTE_WILDCARD, l->end - 1U)) &&
           add(p, *l);
}

/* Whether an odd number of NOTs comes next to what is added now. */
static bool is_negated(const ost_parser *p)
{
    const ost_query_tools *t = p->tools;
    size_t n = t->n_lexemes;

    while (n > 0 && t->lexemes[n - 1].kind == OST_LEX_NOT)
        n--;
    return (t->n_lexemes - n) % 2 != 0;
}

/* Lexes the `field:` at *at, if there is one, and leaves *at behind it. A name
 * that no field has belongs to the word behind the colon, and is one of its
 * own before a phrase or group: with the same sign, and of NOT, which the name
 * takes, the phrase has a sign. */
static bool lex_field(ost_parser *p, size_t *at, ost_lexeme *l)
{
    const size_t begin = *at;
    const size_t colon = begin + (l->field_len = field_at(p, begin));
    ost_lexeme name = *l;
    bool is_there;

    if (l->field_len == 0)
        return true;
    if (!ask_field(p, l, &is_there))
        return false;
    if (is_there) {
        *at = colon + 1;
        return true;
    }
    l->field_len = 0;
    if (byte_at(p, colon + 1) == '"' || byte_at(p, colon + 1) == '(') {
        name.kind = OST_LEX_WORD;
        name.field_len = 0;
        name.start = (uint32_t)begin;
        name.end = (uint32_t)colon;
        if (is_negated(p))
            l->sign = l->sign == '-' ? 0 : '-';
        if (!add(p, name))
            return false;
        *at = colon + 1;
        l->first = (uint32_t)*at;
        l->glued = true;
    }
    return ost_parse_note(p, OST_NOTE_FIELD, begin);
}

/* Lexes what begins at *at, which is not white space. *fresh: white space, an
 * opening parenthesis or the beginning is before it. */
static bool lex_unit(ost_parser *p, size_t *at, bool *fresh)
{
    ost_lexeme l = {0};

    l.glued = !*fresh;
    if (*fresh && (l.sign = sign_at(p, *at)) != 0)
        ++*at;
    *fresh = false;
    l.first = (uint32_t)*at;
    if (byte_at(p, *at) == ')') {
        l.start = (uint32_t)*at;
        l.end = (uint32_t)++*at;
        l.kind = OST_LEX_CLOSE;
        return add(p, l);
    }
    if (!lex_field(p, at, &l))
        return false;
    if (byte_at(p, *at) == '"') {
        if (!lex_quote(p, at, &l))
            return false;
        if (l.kind == OST_LEX_QUOTE)
            return true;
        *fresh = l.sign == 0 && l.field_len == 0;
        if (*fresh)
            return true; /* as if white space stood in its place */
    }
    *fresh = byte_at(p, *at) == '(';
    return lex_open_or_word(p, at, &l);
}

static bool cut(ost_parser *p)
{
    const uint32_t len = (uint32_t)p->len;
    const ost_lexeme end = {.first = len, .start = len, .end = len};
    bool fresh = true;

    for (size_t at = 0; at < p->len;) {
        const size_t white = white_at(p, at);
        if (white > 0) {
            at += white;
            fresh = true;
        } else if (!lex_unit(p, &at, &fresh)) {
            return false;
        }
    }
    return add(p, end);
}

/* Notes the first OPEN without a CLOSE. `depth`: how many there are. */
static bool note_open(ost_parser *p, size_t depth)
{
    size_t closes = 0;

    for (size_t i = p->tools->n_lexemes; depth > 0; i--) {
        const ost_lexeme *l = &p->tools->lexemes[i - 1];
        if (l->kind == OST_LEX_CLOSE) {
            closes++;
        } else if (l->kind == OST_LEX_OPEN && closes > 0) {
            closes--;
        } else if (l->kind == OST_LEX_OPEN && --depth == 0) {
            return ost_parse_note(p, OST_NOTE_OPEN, l->start);
        }
    }
    return true;
}

/* Drops every CLOSE without an OPEN and every group with nothing in it. */
static bool pair(ost_parser *p)
{
    size_t n = 0, depth = 0;

    for (size_t i = 0; i < p->tools->n_lexemes; i++) {
        const ost_lexeme l = p->tools->lexemes[i];
        if (l.kind == OST_LEX_CLOSE) {
            if (depth == 0) {
                if (!ost_parse_note(p, OST_NOTE_CLOSE, l.start))
                    return false;
                continue;
            }
            depth--;
            if (p->tools->lexemes[n - 1].kind == OST_LEX_OPEN) {
                const ost_lexeme *open = &p->tools->lexemes[--n];
                if (!open->glued &&
                    !ost_parse_note(p, OST_NOTE_EMPTY_GROUP, open->start))
                    return false;
                continue;
            }
        } else if (l.kind == OST_LEX_OPEN) {
            depth++;
        }
        p->tools->lexemes[n++] = l;
    }
    p->tools->n_lexemes = n;
    return note_open(p, depth);
}

static bool ends_operand(uint8_t kind)
{
    return kind == OST_LEX_WORD || kind == OST_LEX_QUOTE ||
           kind == OST_LEX_CLOSE;
}

static bool begins_operand(uint8_t kind)
{
    return kind == OST_LEX_WORD || kind == OST_LEX_QUOTE ||
           kind == OST_LEX_OPEN || kind == OST_LEX_NOT;
}

static bool is_unit(const ost_lexeme *l)
{
    return l->kind == OST_LEX_WORD || l->kind == OST_LEX_QUOTE;
}

/* From left to right, so that a word made of an operator can be the operand
 * of the next. */
static bool place_operators(ost_parser *p)
{
    uint8_t before = OST_LEX_END;

    for (size_t i = 0; i + 1 < p->tools->n_lexemes; i++) {
        ost_lexeme *l = &p->tools->lexemes[i];
        const uint8_t after = l[1].kind;
        const bool is_and = l->kind == OST_LEX_AND;
        ost_note note = OST_NOTE_COUNT;
        if (l->kind == OST_LEX_AND || l->kind == OST_LEX_OR) {
            if (!ends_operand(before))
                note = is_and ? OST_NOTE_AND_FIRST : OST_NOTE_OR_FIRST;
            else if (!begins_operand(after))
                note = is_and ? OST_NOTE_AND_LAST : OST_NOTE_OR_LAST;
        } else if (l->kind == OST_LEX_NEAR) {
            if (i == 0 || !is_unit(l - 1))
                note = OST_NOTE_NEAR_FIRST;
            else if (!is_unit(l + 1) || l[1].sign != 0)
                note = OST_NOTE_NEAR_LAST;
        } else if (l->kind == OST_LEX_NOT && !begins_operand(after)) {
            note = OST_NOTE_NOT_LAST;
        }
        if (note != OST_NOTE_COUNT) {
            if (!ost_parse_note(p, note, l->start))
                return false;
            l->kind = OST_LEX_WORD;
        }
        before = l->kind;
    }
    return true;
}

bool ost_parse_lex(ost_parser *p)
{
    return cut(p) && pair(p) && place_operators(p);
}
