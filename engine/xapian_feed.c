/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Feeds: each analyses the documents of its batch to records, privately, and
 * hands the batch over at its end. The last document is kept open, since text
 * may be added to it or it may be taken back.
 */
#include "xapian_writer.h"

/* Bytes of text a batch of ost_xw_add grows to. */
#define OWN_BATCH ((size_t)1 << 20)

struct ost_xw_feed {
    ost_xw_writer *writer;
    ost_xw_feed *next; /* of the writer's list */
    ost_xw_terms *terms;
    ost_xw_batch *batch; /* NULL: outside of one */
    uint64_t last_sequence;
    bool began;                /* any batch */
    bool open;                 /* a document is */
    bool kept;                 /* it is of our shard */
    ost_xw_record head;        /* of it */
    ost_xw_parts parts;
    osteon_writer_counts counts;
};

osteon_status ost_xw_feed_open(void *self, void **out, osteon_error *err)
{
    ost_xw_writer *w = self;
    ost_xw_feed *feed = ost_calloc(1, sizeof *feed);
    osteon_status s;

    *out = NULL;
    if (feed == NULL)
        return ost_fail_memory(err);
    s = ost_xw_terms_open(w->language, &w->names, &feed->terms, err);
    if (s != OSTEON_OK) {
        ost_free(feed);
        return s;
    }
    feed->writer = w;
    pthread_mutex_lock(&w->mutex);
    feed->next = w->feeds;
    w->feeds = feed;
    pthread_mutex_unlock(&w->mutex);
    *out = feed;
    return OSTEON_OK;
}

static void add_counts(osteon_writer_counts *to,
                       const osteon_writer_counts *from)
{
    to->added += from->added;
    to->text_bytes += from->text_bytes;
    to->tokens += from->tokens;
    to->malformed += from->malformed;
    to->long_words += from->long_words;
    to->fields_folded += from->fields_folded;
}

void ost_xw_feed_free(ost_xw_feed *feed)
{
    if (feed == NULL)
        return;
    ost_xw_terms_close(feed->terms);
    ost_xw_batch_free(feed->batch);
    ost_xw_parts_free(&feed->parts);
    ost_free(feed);
}

void ost_xw_feed_unlink(ost_xw_feed *feed)
{
    ost_xw_writer *w = feed->writer;
    ost_xw_feed **at = &w->feeds;

    while (*at != feed)
        at = &(*at)->next;
    *at = feed->next;
    add_counts(&w->counts, &feed->counts);
}

void ost_xw_feed_close(void *self)
{
    ost_xw_feed *feed = self;
    ost_xw_writer *w;

    if (feed == NULL)
        return;
    w = feed->writer;
    pthread_mutex_lock(&w->mutex);
    ost_xw_feed_unlink(feed);
    if (feed->batch != NULL) { /* given up inside a batch */
        osteon_error error;
        ost_fail(&error, OSTEON_INVALID, "a feed was closed in a batch");
        ost_xw_keep(w, OSTEON_INVALID, &error);
        w->active--;
        pthread_cond_broadcast(&w->changed_state);
    }
    pthread_mutex_unlock(&w->mutex);
    ost_xw_feed_free(feed);
}

void ost_xw_counts(const void *self, osteon_writer_counts *out)
{
    const ost_xw_writer *w = self;

    *out = w->counts;
    for (const ost_xw_feed *f = w->feeds; f != NULL; f = f->next)
        add_counts(out, &f->counts);
}

/* ---- Batches ---- */

osteon_status ost_xw_feed_begin(void *self, uint64_t sequence,
                                osteon_error *err)
{
    ost_xw_feed *feed = self;
    ost_xw_writer *w = feed->writer;
    ost_xw_batch *batch;
    osteon_status s;

    if (feed->batch != NULL)
        return ost_fail(err, OSTEON_INVALID, "a feed is inside a batch");
    if (feed->began && sequence <= feed->last_sequence)
        return ost_fail(err, OSTEON_INVALID,
                        "batches of a feed must come in ascending order");
    batch = ost_calloc(1, sizeof *batch);
    if (batch == NULL)
        return ost_fail_memory(err);
    batch->sequence = sequence;
    pthread_mutex_lock(&w->mutex);
    ost_xw_wait(w, sequence);
    s = w->status;
    if (s != OSTEON_OK && err != NULL)
        *err = w->error;
    if (s == OSTEON_OK) {
        w->active++;
        if (sequence >= w->highest)
            w->highest = sequence + 1;
    }
    pthread_mutex_unlock(&w->mutex);
    if (s != OSTEON_OK) {
        ost_xw_batch_free(batch);
        return s;
    }
    feed->batch = batch;
    feed->began = true;
    feed->last_sequence = sequence;
    ost_xw_terms_batch(feed->terms, &batch->synonyms);
    return OSTEON_OK;
}

/* Writes the record of the open document. False: no memory. */
static bool close_document(ost_xw_feed *feed)
{
    ost_xw_batch *batch = feed->batch;
    ost_xw_record *h = &feed->head;
    size_t start;

    if (!feed->open)
        return true;
    feed->open = false;
    if (!feed->kept)
        return true;
    h->tokens = ost_xw_terms_length(feed->terms);
    start = ost_xw_record_begin(batch, h, &feed->parts);
    h->n_terms +=
        ost_xw_terms_write(feed->terms, &batch->bytes, &batch->cost);
    return ost_xw_record_end(batch, start, h, &feed->parts);
}

osteon_status ost_xw_feed_end(void *self, osteon_error *err)
{
    ost_xw_feed *feed = self;
    ost_xw_writer *w = feed->writer;
    ost_xw_batch *batch = feed->batch;
    osteon_status s;

    if (batch == NULL)
        return ost_fail(err, OSTEON_INVALID, "a feed is not inside a batch");
    s = close_document(feed) ? OSTEON_OK : OSTEON_NO_MEMORY;
    feed->counts.malformed = ost_xw_terms_malformed(feed->terms);
    feed->counts.long_words = ost_xw_terms_long_words(feed->terms);
    feed->batch = NULL;
    pthread_mutex_lock(&w->mutex);
    w->active--;
    if (s != OSTEON_OK) {
        osteon_error error;
        ost_xw_keep(w, ost_fail_memory(&error), &error);
        ost_xw_batch_free(batch);
    } else {
        ost_xw_hand_over(w, batch);
    }
    pthread_cond_broadcast(&w->changed_state);
    s = w->status;
    if (s != OSTEON_OK && err != NULL)
        *err = w->error;
    pthread_mutex_unlock(&w->mutex);
    return s;
}

/* ---- Documents ---- */

/* A failure inside a document leaves the batch in an unknown state. */
static osteon_status no_memory(ost_xw_feed *feed, osteon_error *err)
{
    osteon_error error;

    ost_fail_memory(&error);
    pthread_mutex_lock(&feed->writer->mutex);
    ost_xw_keep(feed->writer, OSTEON_NO_MEMORY, &error);
    pthread_mutex_unlock(&feed->writer->mutex);
    return ost_fail_memory(err);
}

/* The end of what was added to the open document. One that no Xapian database
 * takes goes from the batch: found out when it is written, it would cost all
 * others. */
static osteon_status settle(ost_xw_feed *feed, bool ok, osteon_error *err)
{
    if (!ok || feed->parts.stored.failed || feed->parts.lines.failed)
        return no_memory(feed, err);
    if (ost_xw_terms_fit(feed->terms) && ost_xw_parts_fit(&feed->parts))
        return OSTEON_OK;
    feed->open = false;
    return ost_fail(err, OSTEON_TOO_LARGE,
                    "a Xapian database takes no document with over 120 MiB of "
                    "different words, or of text to be stored");
}

static bool add_text(ost_xw_feed *feed, uint32_t field, unsigned weight,
                     const char *text, size_t len)
{
    uint64_t n;
    const bool ok = ost_xw_terms_text(feed->terms, field, weight, text, len,
                                      &n);

    feed->counts.tokens += n * (weight + (field != OST_FIELD_DEFAULT));
    return ok;
}

/* Adds one field: a value is kept; a text is found by plain words, and by
 * its name unless the name is not ours to keep or there are too many. */
static bool add_field(ost_xw_feed *feed, const osteon_field *f)
{
    char name[OST_MAX_FIELD_NAME + 1];
    const bool named = ost_field_fold(f, name);
    uint32_t number = OST_MAX_FIELDS;

    if (f->kind != OSTEON_TEXT)
        return !named || ost_xw_value(feed->batch, &feed->head, &feed->parts,
                                      f, name);
    if (named)
        number = ost_field_number(&feed->writer->names, name);
    if (number == OST_MAX_FIELDS) {
        feed->counts.fields_folded++;
        number = OST_FIELD_DEFAULT;
    }
    ost_xw_terms_gap(feed->terms);
    return add_text(feed, number, 1, f->text, f->text_len);
}

static void start_document(ost_xw_feed *feed, const osteon_document *doc)
{
    feed->head = (ost_xw_record){.index = feed->batch->offered++,
                                 .source = doc->source,
                                 .line = doc->line};
    ost_xw_parts_clear(&feed->parts);
    feed->open = true;
    ost_xw_terms_start(feed->terms);
}

static bool fill_document(ost_xw_feed *feed, const osteon_document *doc)
{
    bool ok = true;

    ost_buffer_add(&feed->parts.id, doc->id, doc->id_len);
    ost_buffer_add(&feed->parts.title, doc->title,
                   doc->title_len < UINT32_MAX ? doc->title_len : UINT32_MAX);
    if (doc->title_len > 0)
        ok = add_text(feed, OST_FIELD_TITLE, feed->writer->title_weight,
                      doc->title, doc->title_len);
    ost_xw_terms_gap(feed->terms);
    ok = ok && add_text(feed, OST_FIELD_DEFAULT, 1, doc->body, doc->body_len);
    for (size_t i = 0; i < doc->n_fields && ok; i++)
        ok = add_field(feed, &doc->fields[i]);
    if (doc->stored != NULL)
        ost_xw_stored(&feed->head, &feed->parts, doc->stored,
                      doc->stored_len);
    return ok;
}

osteon_status ost_xw_feed_add(void *self, const osteon_document *doc,
                              osteon_error *err)
{
    ost_xw_feed *feed = self;
    const ost_xw_writer *w = feed->writer;
    osteon_status s;

    if (feed->batch == NULL)
        return ost_fail(err, OSTEON_INVALID, "a feed is not inside a batch");
    if (doc->id_len == 0 || doc->id_len > 4096 ||
        memchr(doc->id, 0, doc->id_len) != NULL)
        return ost_fail(err, OSTEON_INVALID,
                        "an id must be 1 to 4096 bytes without NUL");
    if (!close_document(feed))
        return no_memory(feed, err);
    start_document(feed, doc);
    feed->kept = w->n_shards == 0 ||
                 ost_xapian_shard_of(doc->id, doc->id_len, w->n_shards) ==
                     w->shard;
    if (!feed->kept)
        return OSTEON_OK;
    s = settle(feed, fill_document(feed, doc), err);
    if (s != OSTEON_OK)
        return s;
    feed->counts.added++;
    feed->counts.text_bytes += doc->title_len + doc->body_len;
    return OSTEON_OK;
}

osteon_status ost_xw_feed_more(void *self, const char *body, size_t len,
                               bool store, osteon_error *err)
{
    ost_xw_feed *feed = self;
    osteon_status s;

    if (feed->batch == NULL || !feed->open)
        return ost_fail(err, OSTEON_INVALID, "no document to add text to");
    if (!feed->kept)
        return OSTEON_OK;
    if (store)
        ost_xw_stored(&feed->head, &feed->parts, body, len);
    feed->counts.text_bytes += len;
    s = settle(feed, add_text(feed, OST_FIELD_DEFAULT, 1, body, len), err);
    feed->counts.added -= s == OSTEON_TOO_LARGE;
    return s;
}

void ost_xw_feed_abandon(void *self)
{
    ost_xw_feed *feed = self;

    if (feed->batch == NULL || !feed->open)
        return;
    feed->counts.added -= feed->kept;
    feed->open = false;
}

/* ---- The writer's own feed ---- */

/* Bytes of text in a document, about. */
static size_t bytes_of(const osteon_document *doc)
{
    size_t n = doc->body_len + doc->title_len + doc->stored_len + 64;

    for (size_t i = 0; i < doc->n_fields; i++)
        n += doc->fields[i].text_len + 16;
    return n;
}

void ost_xw_end_idle(ost_xw_writer *w)
{
    ost_xw_feed *own = w->own;

    if (own == NULL || own->batch == NULL || w->adding)
        return;
    w->own_bytes = 0;
    w->adding = true; /* nobody else ends it meanwhile */
    pthread_mutex_unlock(&w->mutex);
    if (ost_xw_feed_end(own, NULL) != OSTEON_OK) {
        /* The failure is kept. */
    }
    pthread_mutex_lock(&w->mutex);
    w->adding = false;
}

/* While `adding` is set, nobody else ends the own batch. */
static void set_adding(ost_xw_writer *w, bool adding)
{
    pthread_mutex_lock(&w->mutex);
    w->adding = adding;
    pthread_cond_broadcast(&w->changed_state);
    pthread_mutex_unlock(&w->mutex);
}

static osteon_status add_own(ost_xw_writer *w, const osteon_document *doc,
                             osteon_error *err)
{
    osteon_status s = OSTEON_OK;

    if (w->own->batch == NULL) {
        uint64_t sequence;
        pthread_mutex_lock(&w->mutex);
        sequence = w->highest;
        pthread_mutex_unlock(&w->mutex);
        s = ost_xw_feed_begin(w->own, sequence, err);
    }
    if (s == OSTEON_OK)
        s = ost_xw_feed_add(w->own, doc, err);
    if (s != OSTEON_OK)
        return s;
    w->own_bytes += bytes_of(doc);
    if (w->own_bytes < OWN_BATCH)
        return OSTEON_OK;
    w->own_bytes = 0;
    return ost_xw_feed_end(w->own, err);
}

osteon_status ost_xw_add(void *self, const osteon_document *doc,
                         osteon_error *err)
{
    ost_xw_writer *w = self;
    osteon_status s;

    if (w->own == NULL) {
        void *own;
        s = ost_xw_feed_open(w, &own, err);
        if (s != OSTEON_OK)
            return s;
        pthread_mutex_lock(&w->mutex);
        w->own = own;
        pthread_mutex_unlock(&w->mutex);
    }
    set_adding(w, true);
    s = add_own(w, doc, err);
    set_adding(w, false);
    return s;
}
