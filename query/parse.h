/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the files of the query parser share. A query goes through three
 * steps: parse_lex.c cuts it into lexemes, among which every parenthesis and
 * operator is known to be in its place; parse.c walks them down to words;
 * parse_word.c makes nodes of those. parse_tree.c puts nodes together in
 * normal form, and print.c writes them.
 *
 * The first failure is kept in `status`; whoever sees false or NULL returns.
 */
#ifndef OST_PARSE_H
#define OST_PARSE_H

#include "arena.h"
#include "query.h"

#define OST_QUERY_BYTES ((size_t)1 << 20)
#define OST_QUERY_DEPTH 64 /* groups inside each other */
#define OST_DROPPED_SHOWN 10 /* stop words that a note names */
#define OST_QUERY_PHRASES 512 /* and words near each other: each may take a
                               * walk through all positions of its words */
#define OST_FIELDS_ASKED 16  /* names of fields the index is asked for */

typedef enum ost_lexeme_kind {
    OST_LEX_END = 0,
    OST_LEX_WORD,
    OST_LEX_QUOTE,
    OST_LEX_OPEN,
    OST_LEX_CLOSE,
    OST_LEX_AND,
    OST_LEX_OR,
    OST_LEX_NOT,
    OST_LEX_NEAR
} ost_lexeme_kind;

typedef struct ost_lexeme {
    uint32_t first;      /* where it begins, `field:` but no sign included */
    uint32_t start, end; /* the word; what is between the quotes */
    uint8_t kind;
    uint8_t field_len; /* bytes of the name at `first`, 0: no field */
    char sign;         /* '+', '-' or 0 */
    bool glued;        /* OPEN: right after a word, as in f() */
    bool loose;        /* QUOTE: a distance follows it */
    uint32_t distance; /* NEAR, loose QUOTE: words that may be between */
} ost_lexeme;

/* What a node is for its parent: AND takes REQUIRED only, OR OPTIONAL only. */
typedef enum ost_role {
    OST_REQUIRED = 0,
    OST_OPTIONAL,
    OST_EXCLUDED
} ost_role;

typedef struct ost_item {
    ost_node *node;
    uint8_t role; /* ost_role */
    bool common;  /* a stop word that may be dropped */
} ost_item;

/* Token of the stretch under work, its word copied. */
typedef struct ost_piece {
    const char *word;
    uint32_t len, position;
    size_t start, end; /* bytes of the query */
    uint8_t kind;      /* ost_token_kind, never ALIAS */
} ost_piece;

/* What the reader is told, each at most once and in this order. */
typedef enum ost_note {
    OST_NOTE_QUOTE = 0,
    OST_NOTE_OPEN,
    OST_NOTE_CLOSE,
    OST_NOTE_DEEP,
    OST_NOTE_EMPTY_GROUP,
    OST_NOTE_EMPTY_QUOTE,
    OST_NOTE_AND_FIRST,
    OST_NOTE_AND_LAST,
    OST_NOTE_OR_FIRST,
    OST_NOTE_OR_LAST,
    OST_NOTE_NOT_LAST,
    OST_NOTE_NEAR_FIRST,
    OST_NOTE_NEAR_LAST,
    OST_NOTE_NEAR_FIELDS,
    OST_NOTE_PHRASE,
    OST_NOTE_PHRASES,
    OST_NOTE_FIELD,
    OST_NOTE_WILDCARD,
    OST_NOTE_EXCLUDES,
    OST_NOTE_COUNT
} ost_note;

/* What a parser works with. Arrays are empty between queries. */
struct ost_query_tools {
    ost_tokenizer *tokenizer;
    ost_stemmer *stemmer;
    ost_lexeme *lexemes; /* the last one is END */
    size_t n_lexemes, lexeme_room;
    ost_item *items; /* a stack: open bags, the innermost last */
    size_t n_items, item_room;
    ost_piece *pieces;
    size_t n_pieces, piece_room;
    ost_buffer line;
    char language[];
};

/* A name before ':', and whether documents have such a field. */
typedef struct ost_asked_field {
    uint32_t first; /* byte of the query */
    uint8_t len;
    bool is_there;
} ost_asked_field;

typedef struct ost_parser {
    const char *language;
    const char *text;
    size_t len;
    unsigned flags;
    const ost_query_slot *slot; /* knows the fields */
    ost_arena *arena;
    ost_query_tools *tools;
    ost_node *empty;
    size_t at; /* next lexeme */

    const char *field; /* of the group we are in */
    bool keep_common;  /* in a field or an excluded group */
    const ost_node *dropped[OST_DROPPED_SHOWN]; /* different stop words */
    unsigned n_phrases; /* NEAR is one too */
    unsigned n_dropped; /* up to one more than are shown */
    unsigned notes; /* bits: 1 << ost_note */
    ost_asked_field asked[OST_FIELDS_ASKED]; /* different names */
    unsigned n_asked;

    osteon_status status;
    osteon_error *err;
} ost_parser;

/* ---- parse_tools.c ---- */

/* Takes what is in the slot, if it is for this language, or makes it. */
OSTEON_MUST_CHECK osteon_status
ost_query_tools_take(ost_query_slot *slot, const char *language,
                     ost_query_tools **out, osteon_error *err);

/* Puts them into the slot, in place of others that are there. */
void ost_query_tools_keep(ost_query_slot *slot, ost_query_tools *tools);

/* ---- parse.c ---- */

/* Remembers a note; with OSTEON_QUERY_STRICT it is a failure instead. */
bool ost_parse_note(ost_parser *p, ost_note note, size_t offset);

bool ost_parse_no_memory(ost_parser *p); /* returns false */

bool ost_parse_push(ost_parser *p, ost_node *node, ost_role role,
                    bool common);

/* ---- parse_lex.c ---- */

/* Fills the lexemes. Afterwards every CLOSE has its OPEN (not every OPEN its
 * CLOSE: END closes the rest), no group is empty but at the very end, AND and
 * OR have an operand on both sides and NOT has one after it. */
bool ost_parse_lex(ost_parser *p);

/* ---- parse_word.c ---- */

/* Pushes the nodes of a word lexeme: one for each word in it, or a single one
 * for all where `unit` is set. Nothing where no word is in it. */
bool ost_parse_word(ost_parser *p, const ost_lexeme *lexeme,
                    const char *field, ost_role role, bool unit);

/* Pushes the phrase between the quotes, or its words where they may be apart.
 */
bool ost_parse_quote(ost_parser *p, const ost_lexeme *lexeme,
                     const char *field, ost_role role);

/* Pushes what is between operators NEAR: lexemes [first, last), of which every
 * second is one of these. Those without a field are in that of the first. */
bool ost_parse_near(ost_parser *p, size_t first, size_t last, ost_role role);

/* The name of a field, `len` bytes of the query, folded. NULL: no memory. */
char *ost_parse_fold_field(ost_parser *p, size_t first, size_t len);

/* The folded field name of a lexeme, p->field where it has none. NULL: no
 * memory. */
const char *ost_parse_field(ost_parser *p, const ost_lexeme *lexeme);

/* ---- parse_tree.c ---- */

/* One normalised node that stands for all items; p->empty where nothing is
 * left. NULL: no memory. */
ost_node *ost_tree_combine(ost_parser *p, const ost_item *items, size_t n);

/* A MAX of both, or one of them where they are the same. */
ost_node *ost_tree_max(ost_parser *p, ost_node *a, ost_node *b);

/* A FILTER that has only `excluded`. */
bool ost_tree_only_excludes(const ost_node *node);

/* Counts distinct (field, term) pairs. */
bool ost_tree_count_terms(ost_parser *p, const ost_node *root, size_t *out);

/* ---- print.c ---- */

/* Appends the notation that query.h tells. */
void ost_query_print(const ost_node *node, ost_buffer *out);

#endif
