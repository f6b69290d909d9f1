/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * From a query's text to its tree.
 *
 *   query  = both { OR both }
 *   both   = bag { AND bag }
 *   bag    = member { member }
 *   member = { NOT } [ + | - ] ( near | [ field: ] ( query ) )
 *   near   = unit { NEAR[/n] unit }
 *   unit   = [ field: ] ( word | "phrase" [ ~n ] )
 *
 * A bag is what stands side by side: any of it matches (with OSTEON_QUERY_ALL
 * all of it). It binds tighter than AND, and AND tighter than OR; NEAR binds
 * tightest, and NOT and the signs belong to the next member alone. So `a b AND c d` is (a OR b) AND
 * (c OR d). The lexer has seen to it that this grammar fits every query.
 */
#include "parse.h"

/* NULL: made for the query, by list_notes. */
static const char *const note_texts[OST_NOTE_COUNT] = {
    [OST_NOTE_QUOTE] = "unbalanced quote ignored",
    [OST_NOTE_OPEN] = "unbalanced \"(\": taken to close at the end",
    [OST_NOTE_CLOSE] = "unbalanced \")\" ignored",
    [OST_NOTE_DEEP] = "groups nested deeper than 64: searched as words",
    [OST_NOTE_EMPTY_GROUP] = "empty \"()\" ignored",
    [OST_NOTE_EMPTY_QUOTE] = "quotes without a word between them ignored",
    [OST_NOTE_AND_FIRST] = "AND with nothing before it: searched as a word",
    [OST_NOTE_AND_LAST] = "AND with nothing after it: searched as a word",
    [OST_NOTE_OR_FIRST] = "OR with nothing before it: searched as a word",
    [OST_NOTE_OR_LAST] = "OR with nothing after it: searched as a word",
    [OST_NOTE_NOT_LAST] = "NOT with nothing after it: searched as a word",
    [OST_NOTE_NEAR_FIRST] = ("NEAR with no word or phrase before it: searched "
                             "as a word"),
    [OST_NOTE_NEAR_LAST] = ("NEAR with no word or phrase after it: searched "
                            "as a word"),
    [OST_NOTE_NEAR_FIELDS] = ("words of different fields are never near: "
                              "searched as AND"),
    [OST_NOTE_PHRASE] = ("the index keeps no positions: a phrase is searched "
                         "as all of its words"),
    [OST_NOTE_PHRASES] = ("more than 512 phrases and compounds: those behind "
                          "are ignored"),
    [OST_NOTE_WILDCARD] = ("\"*\" is no wildcard: the word before it is "
                           "searched, in all its forms"),
    [OST_NOTE_EXCLUDES] = "only excluded words: matches everything else",
};

static const char *const error_texts[OST_NOTE_COUNT] = {
    [OST_NOTE_QUOTE] = "quote is not closed",
    [OST_NOTE_OPEN] = "\"(\" is not closed",
    [OST_NOTE_CLOSE] = "\")\" closes nothing",
    [OST_NOTE_DEEP] = "groups are nested deeper than 64",
    [OST_NOTE_EMPTY_GROUP] = "nothing between \"(\" and \")\"",
    [OST_NOTE_EMPTY_QUOTE] = "no word between the quotes",
    [OST_NOTE_AND_FIRST] = "nothing before AND",
    [OST_NOTE_AND_LAST] = "nothing after AND",
    [OST_NOTE_OR_FIRST] = "nothing before OR",
    [OST_NOTE_OR_LAST] = "nothing after OR",
    [OST_NOTE_NOT_LAST] = "nothing after NOT",
    [OST_NOTE_NEAR_FIRST] = "no word or phrase before NEAR",
    [OST_NOTE_NEAR_LAST] = "no word or phrase after NEAR",
    [OST_NOTE_NEAR_FIELDS] = "NEAR between words of different fields",
    [OST_NOTE_PHRASE] = "a phrase, and the index keeps no positions",
    [OST_NOTE_PHRASES] = "more than 512 phrases and compounds",
    [OST_NOTE_FIELD] = "no document has this text field",
    [OST_NOTE_WILDCARD] = "\"*\" is no wildcard",
};

bool ost_parse_no_memory(ost_parser *p)
{
    if (p->status == OSTEON_OK)
        p->status = ost_fail_memory(p->err);
    return false;
}

bool ost_parse_note(ost_parser *p, ost_note note, size_t offset)
{
    if ((p->flags & OSTEON_QUERY_STRICT) == 0 || error_texts[note] == NULL) {
        p->notes |= 1U << note;
        return true;
    }
    if (p->status == OSTEON_OK) {
        p->status = ost_fail(p->err, OSTEON_SYNTAX, "query: byte %zu: %s",
                             offset, error_texts[note]);
        if (p->err != NULL)
            p->err->offset = offset;
    }
    return false;
}

bool ost_parse_push(ost_parser *p, ost_node *node, ost_role role, bool common)
{
    ost_query_tools *t = p->tools;

    if (node == NULL)
        return false;
    if (!OST_GROW(&t->items, &t->item_room, t->n_items + 1))
        return ost_parse_no_memory(p);
    t->items[t->n_items++] = (ost_item){node, (uint8_t)role, common};
    return true;
}

/* ---- Stop words ---- */

static void remember_dropped(ost_parser *p, const ost_node *term)
{
    if (p->n_dropped > OST_DROPPED_SHOWN)
        return;
    for (unsigned i = 0; i < p->n_dropped; i++)
        if (p->dropped[i]->surface_len == term->surface_len &&
            memcmp(p->dropped[i]->surface, term->surface,
                   term->surface_len) == 0)
            return;
    if (p->n_dropped < OST_DROPPED_SHOWN)
        p->dropped[p->n_dropped] = term;
    p->n_dropped++;
}

static const char *dropped_note(const ost_parser *p)
{
    ost_buffer line = {0};
    const char *note = NULL;

    ost_buffer_add_text(&line, "ignored common words: ");
    for (unsigned i = 0; i < p->n_dropped; i++) {
        if (i > 0)
            ost_buffer_add_text(&line, ", ");
        if (i < OST_DROPPED_SHOWN)
            ost_buffer_add(&line, p->dropped[i]->surface,
                           p->dropped[i]->surface_len);
        else
            ost_buffer_add_text(&line, "...");
    }
    ost_buffer_add_text(&line, " (use \"...\" or + to require them)");
    if (!line.failed)
        note = ost_arena_copy(p->arena, line.data, line.len);
    ost_buffer_free(&line);
    return note;
}

/* Drops the stop words of the bag that begins at item `base`, where anything
 * else in it can match. */
static void drop_common(ost_parser *p, size_t base)
{
    bool other = false;
    size_t n = base;

    for (size_t i = base; i < p->tools->n_items; i++)
        other = other || (!p->tools->items[i].common &&
                          p->tools->items[i].role != OST_EXCLUDED &&
                          p->tools->items[i].node->kind != OST_NODE_EMPTY &&
                          !ost_tree_only_excludes(p->tools->items[i].node));
    if (!other || p->keep_common)
        return;
    for (size_t i = base; i < p->tools->n_items; i++) {
        if (p->tools->items[i].common)
            remember_dropped(p, p->tools->items[i].node);
        else
            p->tools->items[n++] = p->tools->items[i];
    }
    p->tools->n_items = n;
}

/* ---- The grammar ---- */

static ost_node *parse_query(ost_parser *p, unsigned depth);

static ost_role plain_role(const ost_parser *p)
{
    return p->flags & OSTEON_QUERY_ALL ? OST_REQUIRED : OST_OPTIONAL;
}

/* Takes the items from `base` on off the stack, as one node. */
static ost_node *combine(ost_parser *p, size_t base)
{
    ost_node *node =
        ost_tree_combine(p, p->tools->items + base, p->tools->n_items - base);

    p->tools->n_items = base;
    return node;
}

/* A group deeper than we go down: all words in it, side by side. */
static ost_node *parse_flat(ost_parser *p)
{
    const size_t base = p->tools->n_items;
    size_t depth = 1;

    if (!ost_parse_note(p, OST_NOTE_DEEP, p->tools->lexemes[p->at].start))
        return NULL;
    for (p->at++; p->tools->lexemes[p->at].kind != OST_LEX_END; p->at++) {
        const ost_lexeme *l = &p->tools->lexemes[p->at];
        if (l->kind == OST_LEX_OPEN)
            depth++;
        if (l->kind == OST_LEX_CLOSE && --depth == 0)
            break;
        if ((l->kind == OST_LEX_WORD &&
             !ost_parse_word(p, l, p->field, plain_role(p), false)) ||
            (l->kind == OST_LEX_QUOTE &&
             !ost_parse_quote(p, l, p->field, plain_role(p))))
            return NULL;
    }
    drop_common(p, base);
    return combine(p, base);
}

/* The group whose OPEN is next, in this field. */
static ost_node *parse_group(ost_parser *p, const char *field, bool excluded,
                             unsigned depth)
{
    const char *const outer_field = p->field;
    const bool outer_keep = p->keep_common;
    ost_node *node;

    p->field = field;
    p->keep_common = outer_keep || excluded || field[0] != '\0';
    if (depth >= OST_QUERY_DEPTH) {
        node = parse_flat(p);
    } else {
        p->at++;
        node = parse_query(p, depth + 1);
    }
    if (p->tools->lexemes[p->at].kind == OST_LEX_CLOSE)
        p->at++;
    p->field = outer_field;
    p->keep_common = outer_keep;
    return node;
}

/* Pushes the next member of a bag. `alone`: it is all of an operand of AND,
 * where what is written as one word is one. */
static bool parse_member(ost_parser *p, bool alone, unsigned depth)
{
    ost_role role = plain_role(p);
    const ost_lexeme *l = &p->tools->lexemes[p->at];
    const char *field;
    bool excluded = false, unit;

    for (; l->kind == OST_LEX_NOT; l = &p->tools->lexemes[++p->at])
        excluded = !excluded;
    if (l->sign == '-')
        excluded = !excluded;
    if (l->sign == '+')
        role = OST_REQUIRED;
    if (excluded)
        role = OST_EXCLUDED;
    unit = alone || excluded || l->sign != 0 || l->field_len > 0 ||
           p->field[0] != '\0';
    if (l[1].kind == OST_LEX_NEAR) {
        const size_t first = p->at++;
        while (p->tools->lexemes[p->at].kind == OST_LEX_NEAR)
            p->at += 2;
        return ost_parse_near(p, first, p->at, role);
    }
    field = ost_parse_field(p, l);
    if (field == NULL)
        return false;
    if (l->kind == OST_LEX_OPEN)
        return ost_parse_push(p, parse_group(p, field, excluded, depth), role,
                              false);
    p->at++;
    return l->kind == OST_LEX_QUOTE ? ost_parse_quote(p, l, field, role)
                                    : ost_parse_word(p, l, field, role, unit);
}

static bool ends_bag(uint8_t kind)
{
    return kind == OST_LEX_AND || kind == OST_LEX_OR ||
           kind == OST_LEX_CLOSE || kind == OST_LEX_END;
}

/* `under_and`: an AND stands before the bag. */
static ost_node *parse_bag(ost_parser *p, bool under_and, unsigned depth)
{
    const size_t base = p->tools->n_items;
    bool first = true;

    while (!ends_bag(p->tools->lexemes[p->at].kind)) {
        const uint8_t next = p->tools->lexemes[p->at + 1].kind;
        const bool alone = first && ends_bag(next) &&
                           (under_and || next == OST_LEX_AND);
        if (!parse_member(p, alone, depth))
            return NULL;
        first = false;
    }
    drop_common(p, base);
    return combine(p, base);
}

static ost_node *parse_both(ost_parser *p, unsigned depth)
{
    const size_t base = p->tools->n_items;
    bool more;

    do {
        ost_node *bag = parse_bag(p, p->tools->n_items > base, depth);
        if (!ost_parse_push(p, bag, OST_REQUIRED, false))
            return NULL;
        more = p->tools->lexemes[p->at].kind == OST_LEX_AND;
        p->at += more;
    } while (more);
    return combine(p, base);
}

static ost_node *parse_query(ost_parser *p, unsigned depth)
{
    const size_t base = p->tools->n_items;
    bool more;

    do {
        ost_node *both = parse_both(p, depth);
        if (!ost_parse_push(p, both, OST_OPTIONAL, false))
            return NULL;
        more = p->tools->lexemes[p->at].kind == OST_LEX_OR;
        p->at += more;
    } while (more);
    return combine(p, base);
}

/* ---- The query object ---- */

/* The names before ':' that are no fields. */
static const char *fields_note(const ost_parser *p)
{
    const char *before = "no document has a text field named ";
    ost_buffer line = {0};
    const char *note = NULL;

    for (unsigned i = 0; i < p->n_asked; i++) {
        if (p->asked[i].is_there)
            continue;
        ost_buffer_add_text(&line, before);
        ost_buffer_add(&line, p->text + p->asked[i].first, p->asked[i].len);
        before = ", ";
    }
    ost_buffer_add_text(&line, ": searched as words");
    if (!line.failed)
        note = ost_arena_copy(p->arena, line.data, line.len);
    ost_buffer_free(&line);
    return note;
}

static const char **list_notes(ost_parser *p)
{
    const char **notes = ost_arena_array(p->arena, OST_NOTE_COUNT + 2,
                                         sizeof *notes);
    size_t n = 0;

    if (notes == NULL)
        return NULL;
    for (unsigned i = 0; i < OST_NOTE_COUNT; i++) {
        if ((p->notes & 1U << i) == 0)
            continue;
        notes[n] = i == OST_NOTE_FIELD ? fields_note(p) : note_texts[i];
        if (notes[n++] == NULL)
            return NULL;
    }
    if (p->n_dropped > 0) {
        notes[n] = dropped_note(p);
        if (notes[n] == NULL)
            return NULL;
    }
    return notes;
}

static osteon_query *make_query(ost_parser *p, ost_node *root)
{
    osteon_query *query = ost_arena_alloc(p->arena, sizeof *query);
    ost_buffer *line = &p->tools->line;

    if (ost_tree_only_excludes(root))
        ost_parse_note(p, OST_NOTE_EXCLUDES, 0);
    if (query == NULL || !ost_tree_count_terms(p, root, &query->n_terms))
        return NULL;
    ost_query_print(root, line);
    if (!line->failed)
        query->text = ost_arena_copy(p->arena, line->data, line->len);
    query->source = ost_arena_copy(p->arena, p->text, p->len);
    query->notes = list_notes(p);
    query->root = root;
    query->arena = p->arena;
    return query->text == NULL || query->source == NULL ||
                   query->notes == NULL
               ? NULL
               : query;
}

/* Runs the parser; on failure p->status tells why. */
static osteon_query *run(ost_parser *p)
{
    osteon_query *query = NULL;
    ost_node *root;

    p->arena = ost_arena_open();
    if (p->arena != NULL)
        p->empty = ost_arena_alloc(p->arena, sizeof *p->empty);
    if (p->empty != NULL && ost_parse_lex(p)) {
        root = parse_query(p, 0);
        if (root != NULL)
            query = make_query(p, root);
    }
    if (query == NULL)
        ost_parse_no_memory(p); /* unless it failed for something else */
    return query;
}

osteon_status ost_query_parse_with(ost_query_slot *slot, const char *language,
                                   const char *text, size_t len,
                                   unsigned flags, osteon_query **out,
                                   osteon_error *err)
{
    ost_parser p = {.language = language,
                    .text = text,
                    .len = len,
                    .flags = flags,
                    .slot = slot,
                    .field = "",
                    .err = err};
    osteon_status s;

    *out = NULL;
    if (len > OST_QUERY_BYTES)
        return ost_fail(err, OSTEON_INVALID, "query longer than 1 MiB");
    if (flags & ~(unsigned)(OSTEON_QUERY_ALL | OSTEON_QUERY_STRICT |
                            OST_QUERY_NO_POSITIONS))
        return ost_fail(err, OSTEON_INVALID, "unknown query flags: %#x",
                        flags);
    s = ost_query_tools_take(slot, language, &p.tools, err);
    if (s != OSTEON_OK)
        return s;
    *out = run(&p);
    if (*out == NULL)
        ost_arena_close(p.arena);
    ost_query_tools_keep(slot, p.tools);
    return p.status;
}

osteon_status ost_query_parse(const char *language, const char *text,
                              size_t len, unsigned flags, osteon_query **out,
                              osteon_error *err)
{
    ost_query_slot slot = {.tools = NULL};
    const osteon_status s =
        ost_query_parse_with(&slot, language, text, len, flags, out, err);

    ost_query_tools_close(&slot);
    return s;
}

void osteon_query_close(osteon_query *query)
{
    if (query != NULL)
        ost_arena_close(query->arena); /* holds the query itself too */
}

const char *osteon_query_note(const osteon_query *query, size_t i)
{
    const char **note = query->notes;

    while (i > 0 && *note != NULL) {
        note++;
        i--;
    }
    return *note;
}

const char *osteon_query_text(const osteon_query *query)
{
    return query->text;
}

bool osteon_query_is_empty(const osteon_query *query)
{
    return query->root->kind == OST_NODE_EMPTY;
}
