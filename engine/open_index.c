/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The public view of a committed index: opening, what it says of itself, and
 * the search functions, which hand on to query/.
 */
#include "engine.h"

#include <sys/stat.h>

osteon_status osteon_index_open(const char *path, osteon_index **out,
                                osteon_error *err)
{
    osteon_index *index = ost_calloc(1, sizeof *index);
    osteon_status s;

    *out = NULL;
    if (index == NULL)
        return ost_fail_memory(err);
    s = ost_snapshot_open(path, &index->snapshot, err);
    if (s != OSTEON_OK) {
        ost_free(index);
        return s;
    }
    pthread_mutex_init(&index->mutex, NULL);
    *out = index;
    return OSTEON_OK;
}

void osteon_index_close(osteon_index *index)
{
    if (index == NULL)
        return;
    ost_snapshot_close(index->snapshot);
    ost_sources_free(index->sources);
    pthread_mutex_destroy(&index->mutex);
    ost_free(index);
}

osteon_status ost_index_locate(const osteon_index *index, uint32_t document,
                               ost_segment **segment, uint32_t *local,
                               osteon_error *err)
{
    const ost_snapshot *snap = index->snapshot;

    for (uint32_t i = 0; i < snap->n_segments; i++) {
        if (document >= snap->bases[i + 1])
            continue;
        *segment = snap->segments[i];
        *local = document - snap->bases[i];
        return OSTEON_OK;
    }
    return ost_fail(err, OSTEON_NOT_FOUND, "%lu: no such document",
                    (unsigned long)document);
}

/* ---- What an index says of itself ---- */

static uint64_t file_sizes(const ost_snapshot *snap)
{
    const ost_manifest *m = snap->manifest;
    char *path = ost_path_join(snap->folder, "MANIFEST");
    uint64_t sum = m->sources.name ? m->sources.size : 0;
    struct stat st;

    if (path != NULL && stat(path, &st) == 0)
        sum += (uint64_t)st.st_size;
    ost_free(path);
    for (size_t i = 0; i < m->n_segments; i++) {
        sum += m->segments[i].file.size;
        if (m->segments[i].deletes.name != NULL)
            sum += m->segments[i].deletes.size;
    }
    return sum;
}

osteon_status osteon_index_info_get(const osteon_index *index,
                                    osteon_index_info *out, osteon_error *err)
{
    ost_snapshot *snap = index->snapshot;
    ost_field_stats stats;
    osteon_status s = ost_snapshot_field(snap, "", &stats, err);

    memset(out, 0, sizeof *out);
    if (s != OSTEON_OK)
        return s;
    out->generation = snap->generation;
    out->documents = snap->documents;
    out->deleted = snap->bases[snap->n_segments] - snap->documents;
    out->tokens = stats.length;
    out->segments = snap->n_segments;
    out->format_version = OSTEON_FORMAT_VERSION;
    out->analyzer_version = snap->analyzer;
    out->language = snap->language;
    out->root = snap->root;
    out->bytes = file_sizes(snap);
    out->sources = snap->sources ? ost_source_table_count(snap->sources) : 0;
    for (uint32_t i = 0; i < snap->n_segments; i++) {
        const ost_segment *seg = snap->segments[i];
        for (uint32_t f = 0; f < seg->n_fields; f++) {
            out->terms += seg->fields[f].n_terms;
            out->postings += seg->fields[f].postings;
            out->positions += seg->fields[f].positions;
        }
    }
    return OSTEON_OK;
}

/* Sections of like purpose make a part. */
static const struct part_name {
    const char *name;
    ost_section_id first, last;
} part_names[] = {
    {"postings", OST_SECTION_POSTINGS, OST_SECTION_POSTINGS},
    {"positions", OST_SECTION_POSITIONS, OST_SECTION_POSITIONS},
    {"skips", OST_SECTION_SKIPS, OST_SECTION_SKIPS},
    {"dictionary", OST_SECTION_DICTIONARY, OST_SECTION_DIRECTORY},
    {"norms", OST_SECTION_NORMS, OST_SECTION_NORMS},
    {"documents", OST_SECTION_DOCUMENTS, OST_SECTION_IDS},
    {"stored text", OST_SECTION_STORED, OST_SECTION_STORED_INDEX},
    {"values", OST_SECTION_VALUES, OST_SECTION_VALUES},
};

#define N_PARTS (sizeof part_names / sizeof *part_names)

size_t osteon_index_parts(const osteon_index *index, osteon_part *out,
                          size_t room)
{
    const ost_snapshot *snap = index->snapshot;
    osteon_part parts[N_PARTS + 2];
    uint64_t sum = 0;

    for (size_t k = 0; k < N_PARTS; k++) {
        parts[k] = (osteon_part){.name = part_names[k].name};
        for (uint32_t i = 0; i < snap->n_segments; i++)
            for (int id = part_names[k].first; id <= (int)part_names[k].last;
                 id++)
                parts[k].bytes += ost_section_size(snap->segments[i],
                                                   (ost_section_id)id);
        sum += parts[k].bytes;
    }
    parts[N_PARTS].name = "sources";
    parts[N_PARTS].bytes =
        snap->manifest->sources.name ? snap->manifest->sources.size : 0;
    sum += parts[N_PARTS].bytes;
    parts[N_PARTS + 1].name = "checksums and tables";
    parts[N_PARTS + 1].bytes = file_sizes(snap) - sum;
    for (size_t k = 0; k < N_PARTS + 2 && k < room; k++)
        out[k] = parts[k];
    return N_PARTS + 2;
}

/* Listing all sources reads the whole table, once. */
static osteon_status load_sources(osteon_index *index, osteon_error *err)
{
    const ost_snapshot *snap = index->snapshot;
    const ost_file_ref *ref = &snap->manifest->sources;
    char *path;
    osteon_status s;

    if (index->sources != NULL)
        return OSTEON_OK;
    if (ref->name == NULL)
        return ost_sources_new(&index->sources, err);
    path = ost_path_join(snap->folder, ref->name);
    if (path == NULL)
        return ost_fail_memory(err);
    s = ost_sources_read(path, ref->size, ref->checksum, &index->sources,
                         err);
    ost_free(path);
    return s;
}

osteon_status osteon_index_source_next(osteon_index *index, uint32_t *cursor,
                                       osteon_source *out, bool *more,
                                       osteon_error *err)
{
    osteon_status s;

    *more = false;
    pthread_mutex_lock(&index->mutex);
    s = load_sources(index, err);
    if (s == OSTEON_OK)
        *more = ost_sources_next(index->sources, cursor, out);
    pthread_mutex_unlock(&index->mutex);
    return s;
}

/* ---- Searching ---- */

osteon_status osteon_query_open(const osteon_index *index, const char *text,
                                size_t len, unsigned flags,
                                osteon_query **out, osteon_error *err)
{
    return ost_query_parse(index->snapshot->language, text, len, flags, out,
                           err);
}

osteon_status osteon_search(const osteon_index *index,
                            const osteon_query *query,
                            const osteon_search_options *options,
                            osteon_result **out, osteon_error *err)
{
    static const osteon_search_options defaults = {
        .limit = 10, .k1 = -1, .b = -1};

    return ost_search(index->snapshot, query, options ? options : &defaults,
                      out, err);
}

osteon_status osteon_explain(const osteon_index *index,
                             const osteon_query *query,
                             const osteon_search_options *options,
                             uint32_t document, char **out, osteon_error *err)
{
    static const osteon_search_options defaults = {.k1 = -1, .b = -1};

    return ost_explain(index->snapshot, query, options ? options : &defaults,
                       document, out, err);
}

osteon_status osteon_snippet_open(const osteon_index *index,
                                  const osteon_query *query, const char *text,
                                  size_t len, size_t width,
                                  osteon_snippet **out, osteon_error *err)
{
    return ost_snippet_make(index->snapshot->language, query, text, len,
                            width, out, err);
}

const char *osteon_version(void)
{
    return "osteon " OSTEON_VERSION_TEXT;
}
