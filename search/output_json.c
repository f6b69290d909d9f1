/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A hit, or a whole document, as a JSON object on one line. The shape is a
 * promise kept across versions (osteon-search.1): members may be added, none
 * goes, and all are there in every object, null where not known, but for
 * those named in the manual.
 */
#include "output.h"

#include "json_write.h"

#include <string.h>

static void put_value(sink *out, const osteon_field *field)
{
    switch (field->kind) {
    case OSTEON_TEXT:
    case OSTEON_STRING:
        json_string(out, field->text, field->text_len);
        break;
    case OSTEON_INTEGER:
        sink_signed(out, field->integer);
        break;
    case OSTEON_REAL:
        json_real(out, field->real);
        break;
    }
}

static bool same_name(const osteon_field *a, const osteon_field *b)
{
    return a->name_len == b->name_len &&
           memcmp(a->name, b->name, a->name_len) == 0;
}

/* The values by name: a list where a name has several. */
static void put_fields(json_object *object, const osteon_entry_info *info)
{
    json_object fields;

    json_name(object, "fields", strlen("fields"));
    json_begin(&fields, object->out);
    for (size_t i = 0, end; i < info->n_fields; i = end) {
        const osteon_field *first = info->fields + i;

        for (end = i + 1; end < info->n_fields; end++)
            if (!same_name(first, info->fields + end))
                break;
        json_name(&fields, first->name, first->name_len);
        if (end - i > 1)
            sink_byte(object->out, '[');
        for (size_t k = i; k < end; k++) {
            if (k > i)
                sink_byte(object->out, ',');
            put_value(object->out, info->fields + k);
        }
        if (end - i > 1)
            sink_byte(object->out, ']');
    }
    json_end(&fields);
}

/* Members that hits and documents have in common. */
static void put_identity(json_object *object, const found *f)
{
    json_member_exact(object, "id", f->info->id, f->info->id_len);
    if (f->path != NULL)
        json_member_exact(object, "path", f->path, f->path_len);
    else
        json_member_null(object, "path");
    if (f->line > 0)
        json_member_unsigned(object, "line", f->line);
    else
        json_member_null(object, "line");
    json_member_text(object, "title", f->info->title, f->info->title_len);
}

static void put_state(json_object *object, const found *f)
{
    put_fields(object, f->info);
    json_member_bool(object, "stale", f->freshness != OSTEON_FRESH);
}

/* "snippet", null where the text cannot be had, and "marks": pairs of byte
 * offsets in the snippet's UTF-8. */
static void put_snippet(json_object *object, const found *hit)
{
    sink *out = object->out;
    clean_text passage;

    if (hit->snippet == NULL) {
        json_member_null(object, "snippet");
        json_name(object, "marks", strlen("marks"));
        sink_text(out, "[]");
        return;
    }
    passage_open(hit, CLEAN_UTF8, &passage);
    json_member_text(object, "snippet", passage.text, passage.len);
    json_name(object, "marks", strlen("marks"));
    sink_byte(out, '[');
    for (size_t i = 0; i < passage.n_marks; i++) {
        sink_text(out, i > 0 ? ",[" : "[");
        sink_unsigned(out, passage.marks[i].start);
        sink_byte(out, ',');
        sink_unsigned(out, passage.marks[i].end);
        sink_byte(out, ']');
    }
    sink_byte(out, ']');
    clean_text_close(&passage);
}

void output_json(const search_context *search, const found *hit)
{
    json_object object;

    json_begin(&object, search->out);
    if (search->query_id != NULL)
        json_member_exact(&object, "query", search->query_id,
                          search->query_id_len);
    json_member_unsigned(&object, "rank", hit->rank);
    json_member_real(&object, "score", hit->score);
    put_identity(&object, hit);
    put_snippet(&object, hit);
    put_state(&object, hit);
    if (hit->explanation != NULL)
        json_member_text(&object, "explain", hit->explanation,
                         strlen(hit->explanation));
    json_end(&object);
    sink_byte(search->out, '\n');
}

osteon_status output_document(const search_context *search, found *document,
                              osteon_error *err)
{
    json_object object;
    osteon_status s = osteon_entry_text(document->entry, 0, &document->text,
                                        &document->text_len, err);

    if (s != OSTEON_OK)
        return s;
    if (search->options->mode != MODE_JSON) {
        if (!search->terminal) {
            sink_add(search->out, document->text, document->text_len);
            return OSTEON_OK;
        }
        put_clean(search->out, document->text, document->text_len,
                  CLEAN_PAGE);
        if (document->text_len > 0 &&
            document->text[document->text_len - 1] != '\n')
            sink_byte(search->out, '\n'); /* for the prompt that follows */
        return OSTEON_OK;
    }
    json_begin(&object, search->out);
    put_identity(&object, document);
    put_state(&object, document);
    json_member_text(&object, "text", document->text, document->text_len);
    json_end(&object);
    sink_byte(search->out, '\n');
    return OSTEON_OK;
}
