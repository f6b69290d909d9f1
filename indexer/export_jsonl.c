/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * --export jsonl: documents as records, such that an index made of them
 * answers as this one does. A document's text is what is stored of it, else
 * its file; what was indexed of that (all of it, all but the title's line, a
 * Markdown text without its markup) is told by the number of words, which the
 * index knows. Where none of these has as many, the text is not all there:
 * the reader is told, and the exit status is 1.
 */
#include "convert.h"

/* Documents without their text that are named; the others are counted. */
#define LOST_SHOWN 10

typedef struct piece {
    const char *text;
    size_t len;
} piece;

typedef struct exporter {
    osteon_index *index;
    osteon_index_info info;
    osteon_error err;
    osi_output out;
    osi_bytes line, made, title;
    uint64_t lost, ids_changed;
    /* Of the document at hand. */
    const osteon_entry_info *entry;
    piece text, rest; /* the text, in two parts; NULL: none */
    bool truths;      /* true and false are words, not values */
} exporter;

/* ---- Words ---- */

static void count_one(void *arg, const osteon_token *token)
{
    if (!token->joined)
        ++*(uint64_t *)arg;
}

/* Adds to *n the words of a text, as the length of a document counts them. */
static bool count_words(exporter *e, const char *text, size_t len, uint64_t *n)
{
    return len == 0 || osteon_analyze("none", text, len, count_one, n,
                                      &e->err) == OSTEON_OK;
}

static bool is_truth(const osteon_field *f)
{
    return (f->text_len == 4 && memcmp(f->text, "true", 4) == 0) ||
           (f->text_len == 5 && memcmp(f->text, "false", 5) == 0);
}

static bool is_named(const osteon_field *f, const char *name)
{
    return f->name_len == strlen(name) &&
           memcmp(f->name, name, f->name_len) == 0;
}

/* Words that are not of the text: the title's and those of values that are
 * texts too. *truths of these are words only if JSON had them as strings. */
static bool count_others(exporter *e, uint64_t *n, uint64_t *truths)
{
    const osteon_entry_info *const d = e->entry;

    *n = *truths = 0;
    if (!count_words(e, d->title, d->title_len, n))
        return false;
    *n *= e->info.title_weight;
    for (size_t i = 0; i < d->n_fields; i++) {
        const osteon_field *const f = &d->fields[i];
        if (f->kind != OSTEON_STRING || is_named(f, "_id"))
            continue;
        if (is_truth(f))
            ++*truths;
        else if (!count_words(e, f->text, f->text_len, n))
            return false;
    }
    return true;
}

/* ---- The text ---- */

typedef enum form {
    FORM_WHOLE = 0,
    FORM_UNTITLED, /* without the line its title was taken from */
    FORM_MARKDOWN,
    FORMS
} form;

/* Sets e->text and e->rest to a form of the text; false: it has none such. */
static bool take_form(exporter *e, form which, piece text)
{
    osi_title title;

    e->text = text;
    e->rest = (piece){"", 0};
    switch (which) {
    case FORM_UNTITLED:
        if (!osi_title_find(text.text, text.len, &title))
            return false;
        e->text.len = title.from;
        e->rest = (piece){text.text + title.to, text.len - title.to};
        return true;
    case FORM_MARKDOWN:
        e->made.len = e->title.len = 0;
        if (!osi_markdown(text.text, text.len, &e->made, &e->title))
            return false;
        e->text = (piece){e->made.data ? e->made.data : "", e->made.len};
        return true;
    default:
        return true;
    }
}

/* The forms to try, the likeliest first. */
static const form *likely_forms(const osteon_entry_info *d)
{
    static const form record[] = {FORM_WHOLE, FORM_UNTITLED, FORM_MARKDOWN};
    static const form text[] = {FORM_UNTITLED, FORM_WHOLE, FORM_MARKDOWN};
    static const form markdown[] = {FORM_MARKDOWN, FORM_UNTITLED, FORM_WHOLE};

    if (d->line > 0)
        return record;
    if (d->path == NULL)
        return text;
    switch (osi_kind_of(d->member != NULL ? d->member : d->path,
                        d->member != NULL ? d->member_len : d->path_len,
                        OSI_FORMAT_AUTO)
                .format) {
    case OSI_FORMAT_MARKDOWN:
        return markdown;
    case OSI_FORMAT_TEXT:
        return text;
    default:
        return record;
    }
}

/* Chooses the form that has `want` words, or `truths` fewer. *found is false
 * where none has, and the likeliest is taken. */
static bool choose_form(exporter *e, piece text, uint64_t want,
                        uint64_t truths, bool *found)
{
    const form *const forms = likely_forms(e->entry);

    for (int i = 0; i < FORMS; i++) {
        uint64_t n = 0;
        if (!take_form(e, forms[i], text))
            continue;
        if (!count_words(e, e->text.text, e->text.len, &n) ||
            !count_words(e, e->rest.text, e->rest.len, &n))
            return false;
        *found = n == want || (truths > 0 && n + truths == want);
        e->truths = n != want;
        if (*found)
            return true;
    }
    e->truths = false;
    for (int i = 0; !take_form(e, forms[i], text); i++)
        ;
    return true;
}

static void tell_lost(exporter *e, const char *reason)
{
    osi_mark_partly();
    if (++e->lost <= LOST_SHOWN)
        osi_error_path(e->entry->id, e->entry->id_len, reason);
}

/* Sets e->text and e->rest. False: e->err is a failure. */
static bool find_text(exporter *e, osteon_entry *entry)
{
    const osteon_entry_info *const d = e->entry;
    piece text = {NULL, 0};
    uint64_t others, truths;
    bool found = false;
    osteon_status s;

    e->text = e->rest = (piece){"", 0};
    e->truths = false;
    if (!count_others(e, &others, &truths))
        return false;
    if (d->tokens == others && !d->has_stored) /* it never had any */
        return true;
    if (!d->has_stored && osteon_entry_freshness(entry) != OSTEON_FRESH) {
        tell_lost(e, "its text is not kept, and its file has changed");
        e->text.text = NULL;
        return true;
    }
    s = osteon_entry_text(entry, 0, &text.text, &text.len, &e->err);
    if (s == OSTEON_NOT_FOUND) {
        tell_lost(e, "its text is not kept");
        e->text.text = NULL;
        return true;
    }
    if (s == OSTEON_OK && text.len >= 3 &&
        memcmp(text.text, "\xef\xbb\xbf", 3) == 0)
        text = (piece){text.text + 3, text.len - 3}; /* as when indexed */
    if (s != OSTEON_OK ||
        !choose_form(e, text, d->tokens - others, truths, &found))
        return false;
    if (!found)
        tell_lost(e, "its text is not all kept: an index of what is written "
                     "will not be the same");
    return true;
}

/* ---- Records ---- */

static void add_quoted(osi_bytes *line, const char *text, size_t len)
{
    osi_bytes_add(line, "\"", 1);
    osi_bytes_add_json(line, text, len);
    osi_bytes_add(line, "\"", 1);
}

/* An id that is not UTF-8 could not be told from others: its other bytes are
 * written as \xNN. */
static void add_id(exporter *e)
{
    const char *p = e->entry->id;
    const char *const end = p + e->entry->id_len;
    osi_bytes id = {0};
    bool changed = false;

    while (p < end) {
        const size_t n = osi_utf8_length(p, end);
        char hex[8];
        if (n > 0) {
            osi_bytes_add(&id, p, n);
            p += n;
            continue;
        }
        snprintf(hex, sizeof hex, "\\x%02x", (unsigned char)*p++);
        osi_bytes_add_text(&id, hex);
        changed = true;
    }
    e->ids_changed += changed;
    if (id.failed)
        e->line.failed = true;
    else
        add_quoted(&e->line, id.data, id.len);
    osi_bytes_free(&id);
}

/* The digits that a number is read back from, and which kind it is. */
static void add_real(osi_bytes *line, double value)
{
    char text[40];

    snprintf(text, sizeof text, "%.17g", value);
    osi_bytes_add_text(line, text);
    if (strspn(text, "-0123456789") == strlen(text))
        osi_bytes_add(line, ".0", 2);
}

static void add_value(exporter *e, const osteon_field *f)
{
    char text[32];

    switch (f->kind) {
    case OSTEON_INTEGER:
        snprintf(text, sizeof text, "%lld", (long long)f->integer);
        osi_bytes_add_text(&e->line, text);
        break;
    case OSTEON_REAL:
        add_real(&e->line, f->real);
        break;
    default:
        if (is_truth(f) && !e->truths)
            osi_bytes_add(&e->line, f->text, f->text_len);
        else
            add_quoted(&e->line, f->text, f->text_len);
    }
}

/* Values as members of their names, several of one name as a list. */
static void add_fields(exporter *e)
{
    const osteon_field *const f = e->entry->fields;
    const size_t n = e->entry->n_fields;

    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && f[end].name_len == f[i].name_len &&
                          memcmp(f[end].name, f[i].name, f[i].name_len) == 0;
             end++)
            ;
        osi_bytes_add(&e->line, ",", 1);
        add_quoted(&e->line, f[i].name, f[i].name_len);
        osi_bytes_add_text(&e->line, end - i > 1 ? ":[" : ":");
        for (size_t k = i; k < end; k++) {
            if (k > i)
                osi_bytes_add(&e->line, ",", 1);
            add_value(e, &f[k]);
        }
        if (end - i > 1)
            osi_bytes_add(&e->line, "]", 1);
    }
}

/* Where the document came from. Names with '@' are no fields, so that these
 * make none when they are read again. */
static void add_source(exporter *e)
{
    char text[32];

    osi_bytes_add_text(&e->line, ",\"@path\":");
    if (e->entry->path == NULL)
        osi_bytes_add_text(&e->line, "null");
    else
        add_quoted(&e->line, e->entry->path, e->entry->path_len);
    if (e->entry->line > 0) {
        snprintf(text, sizeof text, ",\"@line\":%lu",
                 (unsigned long)e->entry->line);
        osi_bytes_add_text(&e->line, text);
    }
}

/* False: e->err, or the output, has failed. */
static bool put_document(exporter *e, osteon_entry *entry)
{
    e->entry = osteon_entry_info_get(entry);
    if (!find_text(e, entry))
        return false;
    e->line.len = 0;
    osi_bytes_add_text(&e->line, "{\"id\":");
    add_id(e);
    osi_bytes_add_text(&e->line, ",\"title\":");
    add_quoted(&e->line, e->entry->title, e->entry->title_len);
    osi_bytes_add_text(&e->line, ",\"text\":");
    if (e->text.text == NULL) {
        osi_bytes_add_text(&e->line, "null");
    } else {
        osi_bytes_add(&e->line, "\"", 1);
        osi_bytes_add_json(&e->line, e->text.text, e->text.len);
        osi_bytes_add_json(&e->line, e->rest.text, e->rest.len);
        osi_bytes_add(&e->line, "\"", 1);
    }
    add_source(e);
    add_fields(e);
    osi_bytes_add(&e->line, "}\n", 2);
    if (e->line.failed || e->made.failed || e->title.failed) {
        e->err = (osteon_error){.status = OSTEON_NO_MEMORY,
                                .text = "out of memory"};
        return false;
    }
    return osi_output_write(&e->out, e->line.data, e->line.len);
}

static bool put_all(exporter *e)
{
    const uint64_t n = e->info.documents + e->info.deleted;
    bool ok = true;

    for (uint64_t d = 0; d < n && ok; d++) {
        osteon_entry *entry;
        const osteon_status s =
            osteon_entry_open(e->index, (uint32_t)d, &entry, &e->err);
        if (s == OSTEON_NOT_FOUND)
            continue;
        e->err.status = s;
        ok = s == OSTEON_OK && put_document(e, entry);
        osteon_entry_close(entry);
    }
    return ok;
}

static void tell_totals(const exporter *e)
{
    char text[160];

    if (e->ids_changed > 0) {
        snprintf(text, sizeof text,
                 "%llu ids are not UTF-8: their other bytes were written as "
                 "\\xNN",
                 (unsigned long long)e->ids_changed);
        osi_note_path("note", 4, text);
    }
    if (e->lost > LOST_SHOWN)
        osi_error("%llu documents are without their text, in part or in "
                  "whole",
                  (unsigned long long)e->lost);
}

int osi_export_jsonl(const char *index, const char *target)
{
    exporter e = {0};
    int status = OSI_FATAL;
    bool ok;

    if (osteon_index_open(index, &e.index, &e.err) != OSTEON_OK ||
        osteon_index_info_get(e.index, &e.info, &e.err) != OSTEON_OK) {
        osteon_index_close(e.index);
        return osi_library_error(index, &e.err);
    }
    if (osi_output_open(&e.out, target)) {
        ok = put_all(&e);
        if (osi_output_close(&e.out, ok)) {
            tell_totals(&e);
            status = osi_is_partly() ? OSI_PARTLY : OSI_DONE;
        } else if (e.out.error == 0) {
            status = osi_library_error(index, &e.err);
        }
    }
    osteon_index_close(e.index);
    osi_bytes_free(&e.line);
    osi_bytes_free(&e.made);
    osi_bytes_free(&e.title);
    return status;
}
