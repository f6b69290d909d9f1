/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The manifest in memory. Invariants: a file reference without a name has
 * size and checksum 0; every number in a file's name is below next_file, so
 * that a name is never given twice in the life of an index.
 */
#include "manifest.h"

#include "text.h"

#include <inttypes.h>
#include <stdio.h>

static char *copy_text(const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = ost_malloc(size);

    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

osteon_status ost_manifest_new(const char *language, ost_manifest **out,
                               osteon_error *err)
{
    ost_manifest *m = ost_calloc(1, sizeof *m);

    *out = NULL;
    if (m == NULL)
        return ost_fail_memory(err);
    m->language = copy_text(language);
    if (m->language == NULL) {
        ost_manifest_free(m);
        return ost_fail_memory(err);
    }
    m->next_file = 1;
    m->analyzer = OST_ANALYZER_VERSION;
    m->title_weight = OST_TITLE_WEIGHT;
    *out = m;
    return OSTEON_OK;
}

void ost_manifest_free(ost_manifest *m)
{
    if (m == NULL)
        return;
    for (size_t i = 0; i < m->n_segments; i++) {
        ost_free(m->segments[i].file.name);
        ost_free(m->segments[i].deletes.name);
    }
    ost_free(m->segments);
    ost_free(m->sources.name);
    ost_free(m->language);
    ost_free(m);
}

osteon_status ost_file_ref_set(ost_file_ref *ref, const char *name,
                               uint64_t size, uint64_t checksum,
                               osteon_error *err)
{
    /* Copied before the old name goes: it may be the same memory. */
    char *copy = name != NULL ? copy_text(name) : NULL;

    if (name != NULL && copy == NULL)
        return ost_fail_memory(err);
    ost_free(ref->name);
    ref->name = copy;
    ref->size = copy != NULL ? size : 0;
    ref->checksum = copy != NULL ? checksum : 0;
    return OSTEON_OK;
}

osteon_status ost_manifest_add(ost_manifest *m, const char *name,
                               uint64_t size, uint64_t checksum,
                               uint32_t documents, osteon_error *err)
{
    ost_manifest_segment segment = {.documents = documents};
    osteon_status s;

    if (!OST_GROW(&m->segments, &m->room, m->n_segments + 1))
        return ost_fail_memory(err);
    s = ost_file_ref_set(&segment.file, name, size, checksum, err);
    if (s == OSTEON_OK)
        m->segments[m->n_segments++] = segment;
    return s;
}

void ost_manifest_remove(ost_manifest *m, size_t i)
{
    ost_manifest_segment *gone = &m->segments[i];

    ost_free(gone->file.name);
    ost_free(gone->deletes.name);
    m->n_segments--;
    memmove(gone, gone + 1, (m->n_segments - i) * sizeof *gone);
}

static osteon_status copy_ref(ost_file_ref *to, const ost_file_ref *from,
                              osteon_error *err)
{
    return ost_file_ref_set(to, from->name, from->size, from->checksum, err);
}

osteon_status ost_manifest_copy(const ost_manifest *from, ost_manifest **out,
                                osteon_error *err)
{
    ost_manifest *m = NULL;
    osteon_status s = ost_manifest_new(from->language, &m, err);

    *out = NULL;
    if (s != OSTEON_OK)
        return s;
    m->generation = from->generation;
    m->next_file = from->next_file;
    m->analyzer = from->analyzer;
    m->title_weight = from->title_weight;
    s = copy_ref(&m->sources, &from->sources, err);
    for (size_t i = 0; i < from->n_segments && s == OSTEON_OK; i++) {
        const ost_manifest_segment *segment = &from->segments[i];
        s = ost_manifest_add(m, segment->file.name, segment->file.size,
                             segment->file.checksum, segment->documents, err);
        if (s == OSTEON_OK) {
            m->segments[i].deleted = segment->deleted;
            s = copy_ref(&m->segments[i].deletes, &segment->deletes, err);
        }
    }
    if (s != OSTEON_OK) {
        ost_manifest_free(m);
        return s;
    }
    *out = m;
    return OSTEON_OK;
}

void ost_manifest_next_name(ost_manifest *m, const char *kind,
                            char name[OST_FILE_NAME])
{
    snprintf(name, OST_FILE_NAME, "%s-%08" PRIu64 ".ost", kind,
             m->next_file++);
}

int ost_compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool ost_manifest_names(const ost_manifest *m, const char ***names, size_t *n)
{
    const char **all = ost_malloc((m->n_segments * 2 + 1) * sizeof *all);

    *names = all;
    *n = 0;
    if (all == NULL)
        return false;
    if (m->sources.name != NULL)
        all[(*n)++] = m->sources.name;
    for (size_t i = 0; i < m->n_segments; i++) {
        all[(*n)++] = m->segments[i].file.name;
        if (m->segments[i].deletes.name != NULL)
            all[(*n)++] = m->segments[i].deletes.name;
    }
    if (*n > 1)
        qsort(all, *n, sizeof *all, ost_compare_names);
    return true;
}
