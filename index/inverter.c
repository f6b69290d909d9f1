/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Inversion in memory: documents come in, their words go to the lists of
 * their terms (lists.c), and what is kept of them waits for the flush.
 *
 * Invariant: `lengths` and `values` are ascending by document, and the last
 * document is the one that text may still be added to. The positions of all
 * its fields are places from places[n_docs - 1] on.
 */
#include "inverter.h"

#define TOKENS 256
#define AHEAD 32 /* tokens from asking for a list to its use */

/* Bytes a flush takes for a document, and for a term, about. */
#define FLUSH_DOC 64
#define FLUSH_TERM 24

/* From here on a flush is due: the rest is for what the batch still brings. */
#define MANY_PLACES (OST_PLACES / 2)

/* What a document, an occurrence, a term, the length of a field and a value
 * take in a segment at most: of an occurrence 34 bits are its position where
 * a document has 2^30, and its share of documents and frequencies. */
#define DOC_WEIGHT 64
#define TOKEN_WEIGHT 5
#define TERM_WEIGHT 24
#define LENGTH_WEIGHT 5
#define VALUE_WEIGHT 64

static const char too_much[] =
    "an index takes no document with so much text (some 800 million words, "
    "less where it is stored)";
static const char too_much_stored[] =
    "an index takes no document with 2 GiB of text or more to be stored";

void ost_field_names_init(ost_field_names *names)
{
    memset(names, 0, sizeof *names);
    pthread_mutex_init(&names->mutex, NULL);
    strcpy(names->names[OST_FIELD_TITLE], "title");
    names->n = 2;
}

osteon_status ost_inverter_open(const char *language, unsigned title_weight,
                                ost_field_names *names, ost_inverter **out,
                                osteon_error *err)
{
    ost_inverter *inv = ost_calloc(1, sizeof *inv);
    osteon_status s;

    *out = NULL;
    if (inv == NULL)
        return ost_fail_memory(err);
    inv->names = names;
    inv->title_weight = title_weight;
    inv->most = OST_MOST_WEIGHT;
    s = ost_tokenizer_open(&inv->tokenizer, err);
    if (s == OSTEON_OK)
        s = ost_vocabulary_open(language, &inv->vocabulary, err);
    if (s != OSTEON_OK) {
        ost_inverter_close(inv);
        return s;
    }
    *out = inv;
    return OSTEON_OK;
}

void ost_inverter_close(ost_inverter *inv)
{
    if (inv == NULL)
        return;
    ost_lists_free(&inv->lists);
    ost_free(inv->places);
    ost_free(inv->docs);
    ost_free(inv->lengths);
    ost_free(inv->values);
    ost_free(inv->batches);
    ost_buffer_free(&inv->strings);
    ost_store_free(&inv->store);
    ost_vocabulary_close(inv->vocabulary);
    ost_tokenizer_close(inv->tokenizer);
    ost_free(inv);
}

/* Of arrays what is in use: room that was never written to is no memory. A
 * flush holds more for each document (its order, its id's slot, its record)
 * and term (while they are sorted). */
size_t ost_inverter_memory(const ost_inverter *inv)
{
    return ost_lists_memory(&inv->lists) +
           inv->n_docs *
               (sizeof *inv->docs + sizeof *inv->places + FLUSH_DOC) +
           2 * inv->n_lengths * sizeof *inv->lengths +
           inv->n_values * sizeof *inv->values +
           2 * inv->strings.len +
           ost_store_memory(&inv->store) +
           ost_vocabulary_memory(inv->vocabulary) +
           ost_vocabulary_size(inv->vocabulary) * FLUSH_TERM;
}

bool ost_inverter_is_full(const ost_inverter *inv)
{
    return ost_lists_full(&inv->lists) ||
           ost_vocabulary_full(inv->vocabulary) ||
           (inv->n_docs > 0 && inv->places[inv->n_docs] > MANY_PLACES);
}

uint64_t ost_inverter_weight(const ost_inverter *inv)
{
    return inv->tokens * TOKEN_WEIGHT + inv->store.blocks.len +
           inv->store.raw.len + inv->strings.len +
           (uint64_t)inv->n_docs * DOC_WEIGHT +
           (uint64_t)inv->n_lengths * LENGTH_WEIGHT +
           (uint64_t)inv->n_values * VALUE_WEIGHT;
}

uint64_t ost_inverter_terms_weight(const ost_inverter *inv)
{
    return (uint64_t)ost_vocabulary_size(inv->vocabulary) * TERM_WEIGHT +
           ost_vocabulary_text(inv->vocabulary);
}

void ost_inverter_reset(ost_inverter *inv)
{
    ost_lists_free(&inv->lists);
    ost_free(inv->docs);
    ost_free(inv->places);
    ost_free(inv->lengths);
    ost_free(inv->values);
    ost_free(inv->batches);
    ost_buffer_free(&inv->strings);
    ost_store_free(&inv->store);
    ost_vocabulary_reset(inv->vocabulary);
    inv->docs = NULL;
    inv->places = NULL;
    inv->lengths = NULL;
    inv->values = NULL;
    inv->batches = NULL;
    inv->n_docs = inv->n_lengths = inv->n_values = inv->n_batches = 0;
    inv->docs_room = inv->places_room = inv->lengths_room = 0;
    inv->values_room = inv->batches_room = 0;
    inv->tokens = 0;
}

/* ---- Limits ---- */

/* Fails for a reason that is the document's own. */
static bool refuse(ost_inverter *inv, const char *why)
{
    inv->refused = why;
    return false;
}

static uint64_t weight(const ost_inverter *inv)
{
    return ost_inverter_weight(inv) + ost_inverter_terms_weight(inv);
}

/* Looks, before some tokens are added, whether the last document still is one
 * that fits in a segment, and memory has places for it: what is found out later
 * would cost all documents. */
static bool has_room(ost_inverter *inv)
{
    return (weight(inv) - inv->weight_before <= inv->most &&
            ost_lists_have_room(&inv->lists) &&
            ost_vocabulary_has_room(inv->vocabulary)) ||
           refuse(inv, too_much);
}

/* ---- Text ---- */

/* Notes that places up to `position` of the last document are taken. False:
 * there are no more. */
static bool take_places(ost_inverter *inv, uint64_t position)
{
    const uint64_t end = inv->places[inv->n_docs - 1] + position;

    if (end > OST_PLACES)
        return refuse(inv, too_much);
    if (end > inv->places[inv->n_docs])
        inv->places[inv->n_docs] = (uint32_t)end;
    return true;
}

/* Adds tokens to the lists of their terms. Most of the time goes into waiting
 * for a list: each is asked for some tokens ahead, where ids[n, n + AHEAD) are
 * any terms. False: no memory. */
static bool add_tokens(ost_inverter *inv, const ost_token *tokens,
                       const uint32_t *ids, size_t n)
{
    const uint32_t first = inv->places[inv->n_docs - 1];
    ost_lists *const lists = &inv->lists;

    if (!ost_lists_reserve(lists, ost_vocabulary_size(inv->vocabulary)))
        return false;
    for (size_t i = 0; i < n; i++) {
        OST_PREFETCH(&lists->lists[ids[i + AHEAD]]);
        /* A phrase is of words as they stand, never of joined forms. */
        if (!ost_list_add(lists, ids[i], first + tokens[i].position,
                          tokens[i].kind != OST_TOKEN_JOINED))
            return false;
    }
    return true;
}

/* Indexes a stretch of text in a field from *position on, and counts the
 * words that take a position of their own. */
static bool add_text(ost_inverter *inv, uint32_t field, const char *text,
                     size_t len, uint32_t *position, uint32_t *length)
{
    ost_token tokens[TOKENS];
    uint32_t ids[TOKENS + AHEAD];
    size_t n;

    ost_tokenizer_start(inv->tokenizer, text, len, *position);
    while ((n = ost_tokenizer_next(inv->tokenizer, tokens, TOKENS)) > 0) {
        if (!has_room(inv) ||
            !ost_vocabulary_lookup(inv->vocabulary, field, tokens, n, ids) ||
            !take_places(inv, (uint64_t)tokens[n - 1].position + 1))
            return false;
        for (size_t i = 0; i < AHEAD; i++)
            ids[n + i] = ids[n - 1];
        if (!add_tokens(inv, tokens, ids, n))
            return false;
        inv->counts.tokens += n;
        inv->tokens += n;
    }
    *length += ost_tokenizer_position(inv->tokenizer) - *position;
    *position = ost_tokenizer_position(inv->tokenizer);
    return true;
}

static bool add_length(ost_inverter *inv, uint32_t field, uint32_t length)
{
    if (length == 0)
        return true;
    if (!OST_GROW(&inv->lengths, &inv->lengths_room, inv->n_lengths + 1))
        return false;
    inv->lengths[inv->n_lengths++] = (ost_field_length){
        .doc = (uint32_t)inv->n_docs - 1, .field = field, .length = length};
    return true;
}

/* The length noted for a field of the last document; NULL: none so far. */
static ost_field_length *find_length(ost_inverter *inv, uint32_t field)
{
    for (size_t i = inv->n_lengths; i-- > 0;) {
        if (inv->lengths[i].doc != inv->n_docs - 1)
            return NULL;
        if (inv->lengths[i].field == field)
            return &inv->lengths[i];
    }
    return NULL;
}

/* Positions of stretches are kept apart, save in front of the first. */
static void leave_gap(uint32_t *position)
{
    if (*position > 0 && *position < UINT32_MAX - OST_POSITION_GAP)
        *position += OST_POSITION_GAP;
}

/* A title counts title_weight times in the default field: it is indexed that
 * often, so that frequencies, lengths and impacts need no special case. */
static bool add_title(ost_inverter *inv, const char *title, size_t len,
                      uint32_t *length)
{
    uint32_t position = 0, own = 0;

    for (unsigned i = 0; i < inv->title_weight; i++) {
        leave_gap(&inv->position);
        if (!add_text(inv, OST_FIELD_DEFAULT, title, len, &inv->position,
                      length))
            return false;
    }
    return add_text(inv, OST_FIELD_TITLE, title, len, &position, &own) &&
           add_length(inv, OST_FIELD_TITLE, own);
}

/* ---- Fields ---- */

bool ost_field_fold(const osteon_field *f, char name[OST_MAX_FIELD_NAME + 1])
{
    static const char *const reserved[] = {"title", "body", "id", "path"};

    if (f->name_len == 0 || f->name_len > OST_MAX_FIELD_NAME)
        return false;
    for (size_t i = 0; i < f->name_len; i++) {
        const char c = f->name[i];
        name[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        if (!((name[i] >= 'a' && name[i] <= 'z') ||
              (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'))
            return false;
    }
    name[f->name_len] = '\0';
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(name, reserved[i]) == 0)
            return false;
    return true;
}

uint32_t ost_field_number(ost_field_names *names, const char *name)
{
    uint32_t i;

    pthread_mutex_lock(&names->mutex);
    for (i = 0; i < names->n; i++)
        if (strcmp(names->names[i], name) == 0)
            break;
    if (i == names->n && i < OST_MAX_FIELDS) {
        strcpy(names->names[i], name);
        names->n++;
    }
    pthread_mutex_unlock(&names->mutex);
    return i;
}

static size_t add_string(ost_inverter *inv, const char *text, size_t len)
{
    const size_t at = inv->strings.len;

    ost_buffer_add(&inv->strings, text, len);
    return at;
}

static bool add_value(ost_inverter *inv, const osteon_field *f,
                      const char *name)
{
    ost_pending_value v = {.doc = (uint32_t)inv->n_docs - 1,
                           .field_len = (uint32_t)f->name_len,
                           .kind = f->kind,
                           .integer = f->integer,
                           .real = f->real};

    v.field_at = add_string(inv, name, f->name_len);
    if (f->kind == OSTEON_STRING) {
        v.text_at = add_string(inv, f->text, f->text_len);
        v.text_len = f->text_len;
    }
    if (!OST_GROW(&inv->values, &inv->values_room, inv->n_values + 1))
        return false;
    inv->values[inv->n_values++] = v;
    return true;
}

/* Adds one field: a value is kept; a text is found by plain words, and by
 * its name unless the name is not ours to keep or there are too many. */
static bool add_field(ost_inverter *inv, const osteon_field *f,
                      uint32_t *length)
{
    char name[OST_MAX_FIELD_NAME + 1];
    const bool named = ost_field_fold(f, name);
    uint32_t number, position = 0, own = 0;
    ost_field_length *before;

    if (f->kind != OSTEON_TEXT)
        return !named || add_value(inv, f, name);
    leave_gap(&inv->position);
    if (!add_text(inv, OST_FIELD_DEFAULT, f->text, f->text_len,
                  &inv->position, length))
        return false;
    number = named ? ost_field_number(inv->names, name) : OST_MAX_FIELDS;
    if (number == OST_MAX_FIELDS) {
        inv->counts.fields_folded++;
        return true;
    }
    /* A list of texts: each begins behind those before it. */
    before = find_length(inv, number);
    if (before != NULL) {
        position = before->position;
        leave_gap(&position);
    }
    if (!add_text(inv, number, f->text, f->text_len, &position, &own))
        return false;
    if (before == NULL) {
        if (!add_length(inv, number, own))
            return false;
        before = find_length(inv, number);
        own = 0;
    }
    if (before != NULL) {
        before->length += own;
        before->position = position;
    }
    return true;
}

/* ---- Documents ---- */

osteon_status ost_inverter_begin(ost_inverter *inv, uint64_t sequence,
                                 osteon_error *err)
{
    if (inv->n_batches > 0 &&
        inv->batches[inv->n_batches - 1].sequence >= sequence)
        return ost_fail(err, OSTEON_INVALID,
                        "batches of a feed must come in ascending order");
    if (!OST_GROW(&inv->batches, &inv->batches_room, inv->n_batches + 1))
        return ost_fail_memory(err);
    inv->batches[inv->n_batches++] =
        (ost_batch){.sequence = sequence,
                    .first_doc = (uint32_t)inv->n_docs,
                    .first_block = inv->store.n_blocks};
    return OSTEON_OK;
}

/* Adds to the stored text of the last document. */
static bool store_text(ost_inverter *inv, const char *text, size_t len)
{
    if (!ost_store_fits(&inv->store, len))
        return refuse(inv, too_much_stored);
    return ost_store_add(&inv->store, text, len);
}

/* Closes the stored text of the last document. */
static bool close_text(ost_inverter *inv)
{
    ost_record *r;

    if (!inv->text_open)
        return true;
    inv->text_open = false;
    r = &inv->docs[inv->n_docs - 1].record;
    r->has_stored = true;
    return ost_store_close(&inv->store, &r->stored_block, &r->stored_at,
                           &r->stored_len);
}

osteon_status ost_inverter_end(ost_inverter *inv, osteon_error *err)
{
    ost_batch *batch = &inv->batches[inv->n_batches - 1];

    if (!close_text(inv) || !ost_store_flush(&inv->store))
        return ost_fail_memory(err);
    batch->end_doc = (uint32_t)inv->n_docs;
    batch->end_block = inv->store.n_blocks;
    inv->counts.malformed = ost_tokenizer_malformed(inv->tokenizer);
    inv->counts.long_words = ost_tokenizer_long_words(inv->tokenizer);
    return OSTEON_OK;
}

static osteon_status check_document(const ost_inverter *inv,
                                    const osteon_document *doc,
                                    osteon_error *err)
{
    if (doc->id_len == 0 || doc->id_len > 4096 ||
        memchr(doc->id, 0, doc->id_len) != NULL)
        return ost_fail(err, OSTEON_INVALID,
                        "an id must be 1 to 4096 bytes without NUL");
    if (inv->n_docs >= OST_MAX_DOCUMENTS)
        return ost_fail(err, OSTEON_INVALID, "too many documents");
    return OSTEON_OK;
}

/* Adds to the length of the default field of the last document. */
static bool count_length(ost_inverter *inv, uint32_t more)
{
    ost_record *r = &inv->docs[inv->n_docs - 1].record;
    ost_field_length *l = find_length(inv, OST_FIELD_DEFAULT);

    r->length = more > UINT32_MAX - r->length ? UINT32_MAX
                                              : r->length + more;
    if (l == NULL)
        return add_length(inv, OST_FIELD_DEFAULT, r->length);
    l->length = r->length;
    return true;
}

/* What it left in lists stays there; a flush leaves dead documents out. */
static void take_back(ost_inverter *inv)
{
    if (inv->text_open)
        ost_store_drop(&inv->store);
    inv->text_open = false;
    inv->docs[inv->n_docs - 1].dead = true;
    inv->docs[inv->n_docs - 1].weight = DOC_WEIGHT;
}

/* The end of what was added to the last document. One that is refused is taken
 * back: all others are as they were. */
static osteon_status settle(ost_inverter *inv, bool ok, osteon_error *err)
{
    if (ok && !inv->strings.failed && has_room(inv)) {
        inv->docs[inv->n_docs - 1].weight =
            (uint32_t)(ost_inverter_weight(inv) - inv->own_before);
        return OSTEON_OK;
    }
    if (inv->refused == NULL)
        return ost_fail_memory(err);
    take_back(inv);
    return ost_fail(err, OSTEON_TOO_LARGE, "%s", inv->refused);
}

osteon_status ost_inverter_add(ost_inverter *inv, const osteon_document *doc,
                               osteon_error *err)
{
    osteon_status s = check_document(inv, doc, err);
    ost_pending_document *d;
    uint32_t length = 0;
    bool ok;

    if (s != OSTEON_OK)
        return s;
    if (!close_text(inv) ||
        !OST_GROW(&inv->docs, &inv->docs_room, inv->n_docs + 1) ||
        !OST_GROW(&inv->places, &inv->places_room, inv->n_docs + 2))
        return ost_fail_memory(err);
    if (inv->n_docs == 0)
        inv->places[0] = 0;
    inv->refused = NULL;
    inv->own_before = ost_inverter_weight(inv);
    inv->weight_before = weight(inv);
    d = &inv->docs[inv->n_docs++];
    memset(d, 0, sizeof *d);
    inv->places[inv->n_docs] = inv->places[inv->n_docs - 1];
    d->id_at = add_string(inv, doc->id, doc->id_len);
    d->title_at = add_string(inv, doc->title, doc->title_len);
    d->record.id_len = (uint32_t)doc->id_len;
    d->record.title_len =
        doc->title_len > UINT32_MAX ? UINT32_MAX : (uint32_t)doc->title_len;
    d->record.source = doc->source;
    d->record.line = doc->line;
    d->first_value = inv->n_values;
    inv->position = 0;
    ok = (doc->title_len == 0 ||
          add_title(inv, doc->title, doc->title_len, &length));
    leave_gap(&inv->position);
    ok = ok && add_text(inv, OST_FIELD_DEFAULT, doc->body, doc->body_len,
                        &inv->position, &length);
    for (size_t i = 0; i < doc->n_fields && ok; i++)
        ok = add_field(inv, &doc->fields[i], &length);
    ok = ok && count_length(inv, length);
    if (ok && doc->stored != NULL) {
        ok = ost_store_begin(&inv->store);
        inv->text_open = ok;
        ok = ok && store_text(inv, doc->stored, doc->stored_len);
    }
    s = settle(inv, ok, err);
    if (s != OSTEON_OK)
        return s;
    inv->counts.added++;
    inv->counts.text_bytes += doc->title_len + doc->body_len;
    return OSTEON_OK;
}

/* True when a document was added in the open batch. */
static bool has_last(const ost_inverter *inv)
{
    return inv->n_batches > 0 &&
           inv->n_docs > inv->batches[inv->n_batches - 1].first_doc;
}

osteon_status ost_inverter_more(ost_inverter *inv, const char *body,
                                size_t len, bool store, osteon_error *err)
{
    uint32_t length = 0;
    osteon_status s;
    bool ok = true;

    if (!has_last(inv) || inv->docs[inv->n_docs - 1].dead)
        return ost_fail(err, OSTEON_INVALID, "no document to add text to");
    inv->refused = NULL;
    if (store && !inv->text_open) {
        ok = ost_store_begin(&inv->store);
        inv->text_open = ok;
    }
    ok = ok && add_text(inv, OST_FIELD_DEFAULT, body, len, &inv->position,
                        &length);
    ok = ok && count_length(inv, length);
    if (ok && store)
        ok = store_text(inv, body, len);
    inv->counts.text_bytes += len;
    s = settle(inv, ok, err);
    inv->counts.added -= s == OSTEON_TOO_LARGE;
    return s;
}

void ost_inverter_abandon(ost_inverter *inv)
{
    if (!has_last(inv))
        return;
    if (!inv->docs[inv->n_docs - 1].dead)
        inv->counts.added--;
    take_back(inv);
}
