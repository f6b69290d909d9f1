/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A compound is parts with one connector between each two, or none where a
 * Greek and a Latin letter meet. Parts are read and folded in one pass and
 * kept until the end of the compound is known; then their tokens are made,
 * the joined form behind the first part.
 */
#include "compound.h"

typedef struct part {
    const char *word;
    uint32_t len;
    uint32_t greek_at; /* where in `word` its only letter stands */
    const char *greek; /* the Latin name of that letter; NULL: no such */
    size_t start, end;
    char connector;    /* in front of it; 0: none */
    bool digits;       /* nothing but ASCII digits */
    bool split;        /* the next part begins at `end` */
} part;

/* A part while it is read. */
typedef struct reader {
    ost_word word;
    size_t at;
    ost_char_kind script;      /* of the last letter that was Latin or Greek */
    bool after_letter;         /* the last character was a letter */
    bool other;                /* something but digits and one Greek letter */
    const char *greek;
    uint32_t greek_at;
    bool split;
} reader;

static const char *at_of(const ost_compound *c, size_t at)
{
    return c->scan->text + at;
}

/* Reads the character at `at`; the end of the text is a separator. */
static void read_char(ost_compound *c, size_t at, ost_char *out)
{
    if (at >= c->scan->end) {
        memset(out, 0, sizeof *out);
        return;
    }
    ost_folder_read(c->folder, at_of(c, at), c->scan->end - at, out);
}

static bool scripts_meet(ost_char_kind a, ost_char_kind b)
{
    return (a == OST_CHAR_GREEK && b == OST_CHAR_LATIN) ||
           (a == OST_CHAR_LATIN && b == OST_CHAR_GREEK);
}

/* Reads up to 8 ASCII letters and digits; false where there are none. */
static bool read_ascii(ost_compound *c, reader *r)
{
    ost_chunk chunk =
        ost_ascii_chunk(at_of(c, r->at), c->scan->end - r->at);
    uint64_t letters = ost_mask_first(chunk.letters, chunk.n);

    if (letters != 0 && r->script == OST_CHAR_GREEK) {
        chunk.n = (unsigned)__builtin_ctzll(letters) / 8;
        letters = 0;
        r->split = true;
    }
    if (chunk.n == 0)
        return false;
    if (letters != 0) {
        r->script = OST_CHAR_LATIN;
        r->other = true;
    }
    r->after_letter = (letters >> (8 * chunk.n - 1) & 1) != 0;
    ost_word_room(&r->word);
    ost_put64(r->word.bytes + r->word.len, chunk.folded);
    r->word.len += chunk.n;
    r->at += chunk.n;
    return !r->split;
}

/* Does the apostrophe stay in the word? Between letters (don't), and in front
 * of a last s behind a digit (1990's). */
static bool apostrophe_stays(ost_compound *c, const reader *r, size_t next)
{
    ost_char ch;

    read_char(c, next, &ch);
    if (ch.kind < OST_CHAR_LATIN || scripts_meet(r->script, ch.kind))
        return false;
    if (r->after_letter)
        return true;
    if (ch.len != 1 || ch.bytes[0] != 's')
        return false;
    read_char(c, next + ch.size, &ch);
    return ch.kind < OST_CHAR_DIGIT && ch.kind != OST_CHAR_VANISH;
}

/* Notes what a letter or number means for the part: ψ is the only letter of
 * "2ψ1", so that "2psi1" is another name. */
static void note_char(reader *r, const ost_char *ch)
{
    if (ch->kind == OST_CHAR_LATIN || ch->kind == OST_CHAR_GREEK)
        r->script = (ost_char_kind)ch->kind;
    r->after_letter = ch->kind >= OST_CHAR_LATIN;
    if (ch->kind == OST_CHAR_DIGIT)
        return;
    if (ch->kind == OST_CHAR_GREEK && ch->len == 2 && r->greek == NULL) {
        r->greek = ost_greek_name(((uint32_t)ch->bytes[0] & 0x1F) << 6 |
                                  ((uint32_t)ch->bytes[1] & 0x3F));
        r->greek_at = (uint32_t)r->word.len;
        r->other |= r->greek == NULL;
    } else {
        r->other = true;
    }
}

/* Reads one character that is not an ASCII letter or digit; false where the
 * part ends in front of it. */
static bool read_other(ost_compound *c, reader *r)
{
    ost_char ch;

    if (r->at >= c->scan->end ||
        ((uint8_t)*at_of(c, r->at) < 0x80 && *at_of(c, r->at) != '\''))
        return false;
    read_char(c, r->at, &ch);
    if (ch.kind == OST_CHAR_APOSTROPHE) {
        if (!apostrophe_stays(c, r, r->at + ch.size))
            return false;
        r->other = true;
        r->after_letter = false;
    } else if (ch.kind >= OST_CHAR_DIGIT) {
        r->split = scripts_meet(r->script, (ost_char_kind)ch.kind);
        if (r->split)
            return false;
        note_char(r, &ch);
    } else if (ch.kind != OST_CHAR_VANISH) {
        return false;
    }
    ost_word_put(&r->word, ch.bytes, ch.len);
    r->at += ch.size;
    return true;
}

/* Reads a part of ASCII letters and digits, the most common kind. False where
 * it is long, or may go on. */
static bool read_plain(ost_compound *c, size_t start, part *p)
{
    const ost_scan *s = c->scan;
    size_t at = start, len = 0;
    uint64_t letters = 0;
    ost_chunk chunk;

    do {
        chunk = ost_ascii_chunk(s->text + at, s->end - at);
        ost_put64(s->dst + len, chunk.folded);
        letters |= ost_mask_first(chunk.letters, chunk.n);
        at += chunk.n;
        len += chunk.n;
    } while (chunk.n == 8 && len < 64);
    if (chunk.n == 8 || (at < s->end && ((uint8_t)s->text[at] >= 0x80 ||
                                         s->text[at] == '\'')))
        return false;
    p->len = (uint32_t)len;
    p->end = at;
    p->split = false;
    p->digits = letters == 0;
    p->greek = NULL;
    return true;
}

/* Reads a part of any kind. */
static void read_any(ost_compound *c, size_t start, part *p)
{
    reader r = {.at = start};
    bool cut;

    ost_word_begin(&r.word, c->scan->dst, c->state);
    while (read_ascii(c, &r) || (!r.split && read_other(c, &r)))
        continue;
    p->len = ost_word_end(&r.word, &cut);
    c->long_words += cut;
    p->end = r.at;
    p->split = r.split;
    p->digits = !r.other && r.greek == NULL && !cut;
    p->greek = r.other || cut ? NULL : r.greek;
    p->greek_at = r.greek_at;
}

/* Reads the part at `start`, at least one character, into scratch memory. */
static void read_part(ost_compound *c, size_t start, part *p)
{
    p->word = c->scan->dst;
    p->start = start;
    if (!read_plain(c, start, p))
        read_any(c, start, p);
    c->scan->dst += p->len;
}

/* Is there a word character at `at`? */
static bool word_at(ost_compound *c, size_t at)
{
    ost_char ch;

    if (at < c->scan->end && (uint8_t)*at_of(c, at) < 0x80)
        return ost_ascii_in_word(*at_of(c, at));
    read_char(c, at, &ch);
    return ch.kind >= OST_CHAR_DIGIT;
}

/* Does a comma behind `p` group thousands? Three digits follow, and one to
 * three, not beginning with 0, or a whole group, stand in front. */
static bool comma_groups(ost_compound *c, const part *p)
{
    const size_t at = p->end + 1;
    ost_char ch;

    if (!p->digits || p->len > 3 || p->connector == '.' ||
        (p->connector != ',' && p->word[0] == '0'))
        return false;
    for (size_t i = 0; i < 3; i++) {
        read_char(c, at + i, &ch);
        if (ch.kind != OST_CHAR_DIGIT || ch.size != 1)
            return false;
    }
    read_char(c, at + 3, &ch);
    return ch.kind < OST_CHAR_DIGIT && ch.kind != OST_CHAR_VANISH;
}

/* Finds the part after `p`: where it begins, and the connector. */
static bool next_part(ost_compound *c, const part *p, size_t *start,
                      char *connector)
{
    ost_char ch;

    *start = p->end;
    *connector = '\0';
    if (p->split)
        return true;
    if (p->end >= c->scan->end)
        return false;
    *connector = *at_of(c, p->end);
    *start = p->end + 1;
    switch (*connector) {
    case '-':
    case '_':
    case '.':
    case '@':
    case '&':
    case '+':
        return word_at(c, *start);
    case ',':
        return comma_groups(c, p);
    default:
        read_char(c, p->end, &ch);
        *connector = '-';
        *start = p->end + ch.size;
        return ch.kind == OST_CHAR_HYPHEN && word_at(c, *start);
    }
}

static ost_token *add(ost_token *t, ost_token_kind kind, const char *word,
                      uint32_t len, const part *first, const part *last,
                      uint32_t position)
{
    t->word = word;
    t->len = len;
    t->position = position;
    t->start = first->start;
    t->end = last->end;
    t->kind = (uint8_t)kind;
    return t + 1;
}

/* Writes n parts as one word, with Greek letters by name if `named`. */
static ost_token *add_joined(ost_compound *c, ost_token *t, const part *parts,
                             size_t n, bool named, uint32_t position)
{
    bool cut, digits = true;
    ost_word w;
    uint32_t len;
    char *const dst = c->scan->dst;

    for (size_t i = 0; i < n; i++)
        digits &= parts[i].digits;
    ost_word_begin(&w, dst, c->state);
    for (size_t i = 0; i < n; i++) {
        const part *p = &parts[i];
        if (i > 0 && digits && p->connector != ',')
            ost_word_put(&w, &p->connector, 1);
        if (named && p->greek != NULL) {
            ost_word_put_all(&w, p->word, p->greek_at);
            ost_word_put(&w, p->greek, strlen(p->greek));
            ost_word_put_all(&w, p->word + p->greek_at + 2,
                             p->len - p->greek_at - 2);
        } else {
            ost_word_put_all(&w, p->word, p->len);
        }
    }
    len = ost_word_end(&w, &cut);
    c->scan->dst += len;
    return add(t, named ? OST_TOKEN_ALIAS : OST_TOKEN_JOINED, dst, len, parts,
               parts + n - 1, position);
}

/* Makes the tokens of n parts; `joined`: and of the whole. */
static size_t make_tokens(ost_compound *c, const part *parts, size_t n,
                          bool joined, ost_token *out)
{
    ost_token *t = out;
    bool named = false;

    for (size_t i = 0; i < n; i++)
        named |= parts[i].greek != NULL;
    for (size_t i = 0; i < n; i++) {
        const part *p = &parts[i];
        const uint32_t position = ost_scan_position(c->scan);
        t = add(t, OST_TOKEN_WORD, p->word, p->len, p, p, position);
        if (p->greek != NULL)
            t = add_joined(c, t, p, 1, true, position);
        if (i == 0 && joined) {
            t = add_joined(c, t, parts, n, false, position);
            if (named)
                t = add_joined(c, t, parts, n, true, position);
        }
    }
    return (size_t)(t - out);
}

size_t ost_compound_read(ost_compound *c, ost_token *out)
{
    part parts[OST_COMPOUND_PARTS];
    const bool endless = c->endless;
    const size_t most = endless ? 1 : OST_COMPOUND_PARTS;
    size_t n = 0, start = c->scan->at, stop;
    char connector = endless ? c->connector : '\0';
    bool more;

    do {
        read_part(c, start, &parts[n]);
        parts[n].connector = connector;
        stop = parts[n].end;
        more = next_part(c, &parts[n], &start, &connector);
        n++;
    } while (more && n < most);
    c->scan->at = more ? start : stop;
    c->connector = connector;
    c->endless = more;
    return make_tokens(c, parts, n, n > 1 && !more, out);
}
