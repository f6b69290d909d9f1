/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading a native index: a snapshot behind the interface that engines share.
 */
#include "engine.h"

#include <pthread.h>
#include <sys/stat.h>

typedef struct ost_native_index {
    osteon_index base;
    ost_snapshot *snapshot;
    pthread_mutex_t mutex; /* guards `sources` */
    ost_sources *sources;  /* all of them, once they are listed */
} ost_native_index;

static const ost_native_index *native(const osteon_index *index)
{
    return (const ost_native_index *)(const void *)index;
}

ost_snapshot *ost_native_snapshot(const osteon_index *index)
{
    return native(index)->snapshot;
}

/* ---- What it says of itself ---- */

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

static osteon_status native_info(const osteon_index *index,
                                 osteon_index_info *out, osteon_error *err)
{
    ost_snapshot *snap = native(index)->snapshot;
    const ost_known_field *field;
    osteon_status s = ost_snapshot_field(snap, "", &field, err);

    memset(out, 0, sizeof *out);
    if (s != OSTEON_OK && s != OSTEON_NOT_FOUND)
        return s;
    out->generation = snap->generation;
    out->documents = snap->documents;
    out->deleted = snap->bases[snap->n_segments] - snap->documents;
    out->tokens = s == OSTEON_OK ? field->length : 0;
    out->segments = snap->n_segments;
    out->format_version = OSTEON_FORMAT_VERSION;
    out->analyzer_version = snap->analyzer;
    out->engine = "native";
    out->title_weight = snap->manifest->title_weight;
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
    {"dictionary", OST_SECTION_DICTIONARY, OST_SECTION_TEXT_CODE},
    {"norms", OST_SECTION_NORMS, OST_SECTION_NORMS},
    {"documents", OST_SECTION_DOCUMENTS, OST_SECTION_IDS},
    {"stored text", OST_SECTION_STORED, OST_SECTION_STORED_INDEX},
    {"values", OST_SECTION_VALUES, OST_SECTION_VALUES},
};

#define N_PARTS (sizeof part_names / sizeof *part_names)

static size_t native_parts(const osteon_index *index, osteon_part *out,
                           size_t room)
{
    const ost_snapshot *snap = native(index)->snapshot;
    osteon_part parts[N_PARTS + 2];
    uint64_t sum = 0;

    for (size_t k = 0; k < N_PARTS; k++) {
        parts[k] = (osteon_part){.name = part_names[k].name};
        for (uint32_t i = 0; i < snap->n_segments; i++)
            for (int id = part_names[k].first; id <= (int)part_names[k].last;
                 id++)
                parts[k].bytes +=
                    ost_section_size(snap->segments[i], (ost_section_id)id);
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

/* Listing all sources reads the whole table, once: as it was when the index
 * was opened. */
static osteon_status load_sources(ost_native_index *index, osteon_error *err)
{
    const ost_source_table *table = index->snapshot->sources;

    if (index->sources != NULL)
        return OSTEON_OK;
    return table != NULL ? ost_source_table_read(table, &index->sources, err)
                         : ost_sources_new(&index->sources, err);
}

static osteon_status native_source_next(osteon_index *base, uint32_t *cursor,
                                        osteon_source *out, bool *more,
                                        osteon_error *err)
{
    ost_native_index *index = (ost_native_index *)(void *)base;
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

static osteon_status native_search(const osteon_index *index,
                                   const osteon_query *query,
                                   const osteon_search_options *options,
                                   osteon_result **out, osteon_error *err)
{
    return ost_search(native(index)->snapshot, query, options, out, err);
}

static osteon_status native_explain(const osteon_index *index,
                                    const osteon_query *query,
                                    const osteon_search_options *options,
                                    uint32_t document, char **out,
                                    osteon_error *err)
{
    return ost_explain(native(index)->snapshot, query, options, document, out,
                       err);
}

/* ---- Opening ---- */

static void native_close(osteon_index *base)
{
    ost_native_index *index = (ost_native_index *)(void *)base;

    ost_snapshot_close(index->snapshot);
    ost_sources_free(index->sources);
    pthread_mutex_destroy(&index->mutex);
    ost_free(index);
}

/* Damage is told of when the field is searched. */
static bool native_has_field(const osteon_index *index, const char *name)
{
    const ost_known_field *field;

    return ost_snapshot_field(native(index)->snapshot, name, &field, NULL) !=
           OSTEON_NOT_FOUND;
}

static const ost_index_engine native_engine = {
    .close = native_close,
    .info = native_info,
    .parts = native_parts,
    .source_next = native_source_next,
    .search = native_search,
    .explain = native_explain,
    .entry_open = ost_native_entry_open,
    .entry_open_id = ost_native_entry_open_id,
    .has_field = native_has_field,
};

osteon_status ost_native_only(const osteon_index *index,
                              const ost_snapshot **out, osteon_error *err)
{
    *out = NULL;
    if (index->engine != &native_engine)
        return ost_fail(err, OSTEON_INVALID,
                        "only a native index can be exported or listed");
    *out = ost_native_snapshot(index);
    return OSTEON_OK;
}

/* Whether phrases of the default field can be searched in all segments. */
static bool keeps_positions(const ost_snapshot *snap)
{
    for (uint32_t i = 0; i < snap->n_segments; i++)
        if (snap->segments[i]->fields[0].flags & OST_FIELD_NO_POSITIONS)
            return false;
    return true;
}

osteon_status ost_native_index_open(const char *path, osteon_index **out,
                                    osteon_error *err)
{
    ost_native_index *index = ost_calloc(1, sizeof *index);
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
    index->base.engine = &native_engine;
    index->base.language = index->snapshot->language;
    index->base.root = index->snapshot->root;
    if (!keeps_positions(index->snapshot))
        index->base.query_flags = OST_QUERY_NO_POSITIONS;
    *out = &index->base;
    return OSTEON_OK;
}
