/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Imported postings to a segment. What is kept of documents waits in memory
 * (norms, compressed records, the table of ids); encoded terms spill to disk.
 */
#include "import.h"

#include "term_writer.h"

struct ost_import {
    ost_writer *writer;
    uint32_t n_documents, added;
    uint8_t *norms;
    ost_field field;
    ost_buffer norm_bytes; /* as they lie in the segment */
    ost_document_writer *documents;
    ost_spill spill;
    ost_term_writer *terms; /* NULL: no term has come */
    bool in_term;
};

static char no_name[1]; /* of the default field */

osteon_status ost_import_open(ost_writer *w, uint32_t n_documents,
                              ost_import **out, osteon_error *err)
{
    ost_import *im = ost_calloc(1, sizeof *im);
    osteon_status s;

    *out = NULL;
    if (im == NULL)
        return ost_fail_memory(err);
    im->writer = w;
    ost_spill_init(&im->spill, w->folder);
    im->n_documents = n_documents;
    im->field.name = no_name;
    im->field.flags = OST_FIELD_NO_POSITIONS;
    im->norms = ost_malloc((size_t)n_documents + 1);
    s = im->norms != NULL
            ? ost_document_writer_open(n_documents, &im->documents, err)
            : ost_fail_memory(err);
    if (s != OSTEON_OK) {
        ost_import_close(im);
        return s;
    }
    *out = im;
    return OSTEON_OK;
}

void ost_import_close(ost_import *im)
{
    if (im == NULL)
        return;
    ost_document_writer_close(im->documents);
    ost_term_writer_close(im->terms);
    ost_spill_free(&im->spill);
    ost_buffer_free(&im->norm_bytes);
    ost_free(im->norms);
    ost_free(im);
}

osteon_status ost_import_document(ost_import *im, const char *id, size_t len,
                                  uint32_t length, osteon_error *err)
{
    const ost_record record = {
        .id = id, .id_len = (uint32_t)len, .title = "", .length = length};

    im->norms[im->added++] = ost_norm_encode(length);
    return ost_document_writer_add(im->documents, &record, false)
               ? OSTEON_OK
               : ost_fail_memory(err);
}

const uint8_t *ost_import_norms(const ost_import *im)
{
    return im->norms;
}

/* Impacts need the average, and so all lengths. */
static osteon_status begin_terms(ost_import *im, osteon_error *err)
{
    osteon_status s;

    ost_norms_put(&im->norm_bytes, &im->field, im->norms, im->n_documents);
    s = ost_term_writer_open(&im->spill, im->n_documents, &im->terms, err);
    return s == OSTEON_OK
               ? ost_term_writer_field(im->terms, 0, im->norms,
                                       ost_field_average(&im->field), err)
               : s;
}

static osteon_status end_term(ost_import *im, osteon_error *err)
{
    if (!im->in_term)
        return OSTEON_OK;
    im->in_term = false;
    return ost_term_writer_end(im->terms, err);
}

osteon_status ost_import_term(ost_import *im, const char *term, size_t len,
                              osteon_error *err)
{
    osteon_status s =
        im->terms == NULL ? begin_terms(im, err) : end_term(im, err);

    if (s != OSTEON_OK)
        return s;
    ost_term_writer_begin(im->terms, term, len);
    im->in_term = true;
    return OSTEON_OK;
}

osteon_status ost_import_posting(ost_import *im, uint32_t doc, uint32_t tf,
                                 osteon_error *err)
{
    return ost_term_writer_posting(im->terms, doc, tf, NULL, 0, err);
}

static osteon_status write_fields(ost_import *im, ost_segment_writer *segment,
                                  osteon_error *err)
{
    size_t n;
    const ost_field_terms *made = ost_term_writer_fields(im->terms, &n);
    ost_buffer table = {0};
    osteon_status s;

    im->field.n_blocks = made->n_blocks;
    im->field.n_terms = made->n_terms;
    im->field.postings = made->postings;
    im->field.positions = made->positions;
    ost_fields_put(&table, &im->field, 1);
    s = ost_segment_writer_add_buffer(segment, OST_SECTION_FIELDS, &table,
                                      err);
    ost_buffer_free(&table);
    return s;
}

static osteon_status write_segment(ost_import *im, const char *path,
                                   uint64_t *size, uint64_t *checksum,
                                   osteon_error *err)
{
    ost_segment_writer *segment;
    osteon_status s =
        ost_segment_writer_open(path, im->n_documents, &segment, err);

    if (s == OSTEON_OK)
        s = ost_segment_writer_add_buffer(segment, OST_SECTION_NORMS,
                                          &im->norm_bytes, err);
    if (s == OSTEON_OK)
        s = write_fields(im, segment, err);
    if (s == OSTEON_OK)
        s = ost_term_writers_join(&im->terms, 1, segment, err);
    if (s == OSTEON_OK)
        s = ost_document_writer_save(im->documents, segment, err);
    if (s == OSTEON_OK)
        s = ost_segment_writer_finish(segment, size, checksum, err);
    ost_segment_writer_close(segment);
    return s;
}

osteon_status ost_import_finish(ost_import *im, osteon_error *err)
{
    ost_writer *w = im->writer;
    char name[OST_FILE_NAME], *path = NULL;
    uint64_t size, checksum;
    osteon_status s = OSTEON_OK;

    if (im->n_documents == 0)
        return OSTEON_OK; /* a segment holds one at least */
    s = im->terms == NULL ? begin_terms(im, err) : end_term(im, err);
    if (s == OSTEON_OK)
        s = ost_term_writer_finish(im->terms, err);
    ost_manifest_next_name(w->next, "seg", name);
    if (s == OSTEON_OK)
        s = ost_writer_path(w, name, &path, err);
    if (s == OSTEON_OK)
        s = write_segment(im, path, &size, &checksum, err);
    if (s == OSTEON_OK)
        s = ost_writer_segment_add(w, name, size, checksum, im->n_documents,
                                   NULL, 0, err);
    if (s == OSTEON_OK)
        w->changed = true;
    ost_free(path);
    return s;
}
