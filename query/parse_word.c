/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Words of a query as nodes, by the tokenizer and stemmer of the index.
 *
 * A token that has an alias (the Latin name of a Greek letter) is replaced by
 * it: the index holds the alias wherever it holds the letter, and it alone
 * where a text writes the name. A compound is the best of its joined form and
 * the phrase of its parts, but for a number with a point, whose parts mean
 * nothing. A run of CJK characters is the phrase of its pairs, a single one a
 * term.
 */
#include "parse.h"

enum { BATCH = 64 };

/* Gives the alias to the piece it stands for: one over the same bytes. */
static void take_alias(ost_parser *p, const ost_piece *alias)
{
    for (size_t i = p->tools->n_pieces; i > 0; i--) {
        ost_piece *piece = &p->tools->pieces[i - 1];
        if (piece->position != alias->position)
            return;
        if (piece->start == alias->start && piece->end == alias->end) {
            piece->word = alias->word;
            piece->len = alias->len;
            return;
        }
    }
}

/* Keeps a token of the stretch that begins at byte `base` of the query. */
static bool take_token(ost_parser *p, const ost_token *token, size_t base)
{
    ost_query_tools *t = p->tools;
    const ost_piece piece = {
        .word = ost_arena_copy(p->arena, token->word, token->len),
        .len = token->len,
        .position = token->position,
        .start = base + token->start,
        .end = base + token->end,
        .kind = token->kind,
    };

    if (piece.word == NULL ||
        !OST_GROW(&t->pieces, &t->piece_room, t->n_pieces + 1))
        return ost_parse_no_memory(p);
    if (piece.kind == OST_TOKEN_ALIAS)
        take_alias(p, &piece);
    else
        t->pieces[t->n_pieces++] = piece;
    return true;
}

/* Sets the pieces to the tokens of bytes [start, end) of the query. */
static bool analyse(ost_parser *p, size_t start, size_t end)
{
    ost_token tokens[BATCH];
    size_t n;

    p->tools->n_pieces = 0;
    ost_tokenizer_start(p->tools->tokenizer, p->text + start, end - start, 0);
    while ((n = ost_tokenizer_next(p->tools->tokenizer, tokens, BATCH)) > 0)
        for (size_t i = 0; i < n; i++)
            if (!take_token(p, &tokens[i], start))
                return false;
    return true;
}

static ost_node *term_node(ost_parser *p, const ost_piece *piece,
                           const char *field)
{
    char stem[OST_WORD_MAX];
    ost_node *node = ost_arena_alloc(p->arena, sizeof *node);

    if (node != NULL) {
        const size_t len =
            ost_stemmer_apply(p->tools->stemmer, piece->word, piece->len, stem);
        node->kind = OST_NODE_TERM;
        node->field = field;
        node->term = ost_arena_copy(p->arena, stem, len);
        node->term_len = (uint32_t)len;
        node->surface = piece->word;
        node->surface_len = piece->len;
        node->start = piece->start;
        node->end = piece->end;
    }
    if (node == NULL || node->term == NULL) {
        ost_parse_no_memory(p);
        return NULL;
    }
    return node;
}

/* Whether piece `i` of [first, last) is a member of their phrase: the words,
 * and of CJK the pairs, or the character that is in no pair. */
static bool in_phrase(const ost_parser *p, size_t i, size_t first, size_t last)
{
    const ost_piece *piece = &p->tools->pieces[i];

    switch (piece->kind) {
    case OST_TOKEN_WORD:
    case OST_TOKEN_CJK_PAIR:
        return true;
    case OST_TOKEN_CJK:
        return !(i + 1 < last && piece[1].kind == OST_TOKEN_CJK_PAIR) &&
               !(i > first && piece[-1].kind == OST_TOKEN_CJK_PAIR);
    default:
        return false;
    }
}

/* True where phrases of the field cannot be told from their words. */
static bool lacks_positions(const ost_parser *p, const char *field)
{
    return field[0] == '\0' && (p->flags & OST_QUERY_NO_POSITIONS) != 0;
}

/* All words of pieces [first, last), instead of their phrase. */
static ost_node *words_node(ost_parser *p, size_t first, size_t last,
                            const char *field)
{
    const size_t base = p->tools->n_items;
    ost_node *node;

    for (size_t i = first; i < last; i++)
        if (in_phrase(p, i, first, last) &&
            !ost_parse_push(p, term_node(p, &p->tools->pieces[i], field),
                            OST_REQUIRED, false))
            return NULL;
    node = ost_tree_combine(p, p->tools->items + base,
                            p->tools->n_items - base);
    p->tools->n_items = base;
    return node;
}

/* Whether one phrase more is too many. */
static bool is_too_many(ost_parser *p)
{
    return ++p->n_phrases > OST_QUERY_PHRASES;
}

/* Leaves a phrase at byte `start` out. NULL: it is an error. */
static ost_node *leave_out(ost_parser *p, size_t start)
{
    return ost_parse_note(p, OST_NOTE_PHRASES, start) ? p->empty : NULL;
}

/* The phrase of pieces [first, last), a TERM where only one counts; p->empty
 * where none does, and past the last phrase there may be. */
static ost_node *phrase_node(ost_parser *p, size_t first, size_t last,
                             const char *field)
{
    ost_node *node;
    uint32_t n = 0;

    for (size_t i = first; i < last; i++)
        n += in_phrase(p, i, first, last);
    if (n == 0)
        return p->empty;
    if (n > 1 && is_too_many(p))
        return leave_out(p, p->tools->pieces[first].start);
    if (lacks_positions(p, field))
        return words_node(p, first, last, field);
    node = ost_arena_alloc(p->arena, sizeof *node);
    if (node != NULL) {
        node->children =
            ost_arena_array(p->arena, n, sizeof *node->children);
        node->offsets = ost_arena_array(p->arena, n, sizeof *node->offsets);
    }
    if (node == NULL || node->children == NULL || node->offsets == NULL) {
        ost_parse_no_memory(p);
        return NULL;
    }
    node->kind = OST_NODE_PHRASE;
    for (size_t i = first; i < last; i++) {
        const uint32_t at = node->n_children;
        if (!in_phrase(p, i, first, last))
            continue;
        node->children[at] = term_node(p, &p->tools->pieces[i], field);
        if (node->children[at] == NULL)
            return NULL;
        node->offsets[at] = p->tools->pieces[i].position; /* absolute for now */
        node->n_children++;
    }
    if (n == 1)
        return node->children[0];
    for (size_t i = n; i > 0; i--)
        node->offsets[i - 1] -= node->offsets[0];
    node->start = node->children[0]->start;
    node->end = node->children[n - 1]->end;
    return node;
}

static bool is_number(const ost_piece *piece)
{
    for (uint32_t i = 0; i < piece->len; i++)
        if (piece->word[i] < '0' || piece->word[i] > '9')
            return false;
    return true;
}

/* The joined form of the compound at piece `i`, NULL where there is none. */
static const ost_piece *joined_at(const ost_parser *p, size_t i)
{
    const ost_piece *piece = &p->tools->pieces[i];

    return i + 1 < p->tools->n_pieces && piece[1].kind == OST_TOKEN_JOINED
               ? piece + 1
               : NULL;
}

static ost_node *compound_node(ost_parser *p, size_t first, size_t last,
                               const ost_piece *joined, const char *field)
{
    ost_node *whole = term_node(p, joined, field), *parts;
    bool number = true;

    if (whole == NULL)
        return NULL;
    for (size_t i = first; i < last; i++)
        if (p->tools->pieces[i].kind != OST_TOKEN_JOINED)
            number = number && is_number(&p->tools->pieces[i]);
    if (number)
        return whole;
    parts = phrase_node(p, first, last, field);
    if (parts == NULL || parts == p->empty)
        return parts != NULL ? whole : NULL;
    return ost_tree_max(p, whole, parts);
}

/* The piece after the word, compound or CJK run at piece `i`. */
static size_t word_end(const ost_parser *p, size_t i)
{
    const ost_query_tools *t = p->tools;
    const ost_piece *joined = joined_at(p, i);
    size_t last = i + 1;

    if (joined != NULL) {
        while (last < t->n_pieces && t->pieces[last].start < joined->end)
            last++;
    } else if (t->pieces[i].kind == OST_TOKEN_CJK) {
        while (last < t->n_pieces &&
               t->pieces[last].kind == OST_TOKEN_CJK_PAIR)
            last += 2;
    }
    return last < t->n_pieces ? last : t->n_pieces;
}

/* Makes the node for the word, compound or CJK run at piece `i` and returns
 * the piece after it. *common: it is a stop word. */
static size_t next_word(ost_parser *p, size_t i, const char *field,
                        ost_node **out, bool *common)
{
    const ost_piece *piece = &p->tools->pieces[i];
    const ost_piece *joined = joined_at(p, i);
    const size_t last = word_end(p, i);

    *common = false;
    if (joined != NULL) {
        *out = compound_node(p, i, last, joined, field);
    } else if (piece->kind == OST_TOKEN_CJK) {
        *out = phrase_node(p, i, last, field);
    } else {
        *common = ost_is_stop_word(p->language, piece->word, piece->len);
        *out = term_node(p, piece, field);
    }
    return last;
}

/* Sets the pieces to the tokens of a word. `smile:-/` is no field: its name is
 * the word. */
static bool analyse_word(ost_parser *p, const ost_lexeme *lexeme,
                         const char **field)
{
    if (!analyse(p, lexeme->start, lexeme->end))
        return false;
    if (p->tools->n_pieces > 0 || lexeme->field_len == 0)
        return true;
    *field = p->field;
    return analyse(p, lexeme->first, lexeme->end);
}

bool ost_parse_word(ost_parser *p, const ost_lexeme *lexeme,
                    const char *field, ost_role role, bool unit)
{
    bool common;
    ost_node *node;
    size_t i;

    if (!analyse_word(p, lexeme, &field))
        return false;
    if (unit && p->tools->n_pieces > 0) {
        i = next_word(p, 0, field, &node, &common);
        if (i < p->tools->n_pieces && node != NULL)
            node = phrase_node(p, 0, p->tools->n_pieces, field);
        return ost_parse_push(p, node, role, false);
    }
    for (i = 0; i < p->tools->n_pieces;) {
        i = next_word(p, i, field, &node, &common);
        if (!ost_parse_push(p, node, role, common))
            return false;
    }
    return true;
}

/* Whether the pieces make a phrase, not a single word. */
static bool counts_many(const ost_parser *p)
{
    uint32_t n = 0;

    for (size_t i = 0; i < p->tools->n_pieces; i++)
        n += in_phrase(p, i, 0, p->tools->n_pieces);
    return n > 1;
}

/* Sets the pieces to the tokens between the quotes, and notes what is wrong
 * with them. */
static bool analyse_quote(ost_parser *p, const ost_lexeme *lexeme,
                          const char *field)
{
    if (!analyse(p, lexeme->start, lexeme->end))
        return false;
    if (p->tools->n_pieces == 0)
        return ost_parse_note(p, OST_NOTE_EMPTY_QUOTE, lexeme->start);
    return !(lacks_positions(p, field) && counts_many(p)) ||
           ost_parse_note(p, OST_NOTE_PHRASE, lexeme->start);
}

/* ---- Words near each other ---- */

/* Pushes each word, compound and CJK run of the pieces. */
static bool push_units(ost_parser *p, const char *field)
{
    for (size_t i = 0; i < p->tools->n_pieces;) {
        const size_t last = word_end(p, i);
        if (!ost_parse_push(p, phrase_node(p, i, last, field), OST_REQUIRED,
                            false))
            return false;
        i = last;
    }
    return true;
}

/* Takes the items from `base` on off the stack and pushes what stands for them
 * all: with that many other words between, or, not `near`, anywhere. */
static bool push_near(ost_parser *p, size_t base, bool near,
                      uint32_t distance, ost_role role)
{
    ost_query_tools *t = p->tools;
    ost_node *node = ost_tree_combine(p, t->items + base, t->n_items - base);

    t->n_items = base;
    if (node != NULL && node->kind == OST_NODE_AND && near) {
        if (is_too_many(p))
            return ost_parse_push(p, leave_out(p, node->start), role, false);
        node->kind = OST_NODE_NEAR;
        node->window = distance;
        for (uint32_t i = 0; i < node->n_children; i++)
            node->window += ost_node_width(node->children[i]);
    }
    return ost_parse_push(p, node, role, false);
}

bool ost_parse_quote(ost_parser *p, const ost_lexeme *lexeme,
                     const char *field, ost_role role)
{
    const size_t base = p->tools->n_items;

    if (!analyse_quote(p, lexeme, field))
        return false;
    if (p->tools->n_pieces == 0)
        return true;
    if (lexeme->loose)
        return push_units(p, field) &&
               push_near(p, base, !lacks_positions(p, field),
                         lexeme->distance, role);
    return ost_parse_push(p, phrase_node(p, 0, p->tools->n_pieces, field), role,
                          false);
}

bool ost_parse_near(ost_parser *p, size_t first, size_t last, ost_role role)
{
    const ost_lexeme *const lexemes = p->tools->lexemes;
    const char *const common_field = ost_parse_field(p, &lexemes[first]);
    const size_t base = p->tools->n_items;
    bool near = common_field != NULL && !lacks_positions(p, common_field);
    uint32_t distance = 0;

    for (size_t i = first; i < last; i++) {
        const ost_lexeme *l = &lexemes[i];
        const char *field =
            l->field_len > 0 ? ost_parse_field(p, l) : common_field;
        if (l->kind == OST_LEX_NEAR) {
            distance = l->distance > distance ? l->distance : distance;
            continue;
        }
        if (field == NULL ||
            !(l->kind == OST_LEX_QUOTE ? analyse_quote(p, l, field)
                                       : analyse_word(p, l, &field)))
            return false;
        if (strcmp(field, common_field) != 0) {
            near = false;
            if (!ost_parse_note(p, OST_NOTE_NEAR_FIELDS, l->first))
                return false;
        }
        if (!(l->loose ? push_units(p, field)
                       : ost_parse_push(p,
                                        phrase_node(p, 0, p->tools->n_pieces,
                                                    field),
                                        OST_REQUIRED, false)))
            return false;
    }
    if (!near && lacks_positions(p, common_field) &&
        !ost_parse_note(p, OST_NOTE_PHRASE, lexemes[first].first))
        return false;
    return push_near(p, base, near, distance, role);
}

char *ost_parse_fold_field(ost_parser *p, size_t first, size_t len)
{
    char *name = ost_arena_copy(p->arena, p->text + first, len);

    if (name == NULL) {
        ost_parse_no_memory(p);
        return NULL;
    }
    for (char *c = name; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    return name;
}

const char *ost_parse_field(ost_parser *p, const ost_lexeme *lexeme)
{
    const char *name;

    if (lexeme->field_len == 0)
        return p->field;
    name = ost_parse_fold_field(p, lexeme->first, lexeme->field_len);
    return name != NULL && strcmp(name, "body") == 0 ? "" : name;
}
