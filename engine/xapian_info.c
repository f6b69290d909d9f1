/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a Xapian database says of itself: numbers, files and their sizes, and
 * the sources of one of ours. Xapian does not count its terms.
 */
#include "xapian_index.h"

#include <stdio.h>
#include <sys/stat.h>

/* The tables of a database, by what is in them. */
static const struct table_name {
    const char *file, *part;
} tables[] = {
    {"postlist", "postings"},  {"position", "positions"},
    {"termlist", "termlists"}, {"docdata", "documents"},
    {"synonym", "synonyms"},   {"spelling", "spellings"},
};

#define N_TABLES (sizeof tables / sizeof *tables)

static uint64_t file_size(const char *folder, const char *name)
{
    char *path = ost_path_join(folder, name);
    struct stat st;
    const bool found =
        path != NULL && stat(path, &st) == 0 && S_ISREG(st.st_mode);

    ost_free(path);
    return found ? (uint64_t)st.st_size : 0;
}

/* The folder of the tables in fresh memory, NULL where there is none that we
 * know: "auto NAME" is what our writer puts in a stub. */
static char *tables_folder(const ost_xapian_index *x)
{
    char *stub = ost_path_join(x->path, "XAPIANDB"), *line, *folder = NULL;
    ost_buffer text = {0};

    if (stub == NULL ||
        ost_file_read(stub, 4096, &text, NULL) != OSTEON_OK) {
        ost_free(stub);
        return ost_path_join("", x->path);
    }
    ost_buffer_add_byte(&text, '\0');
    line = (char *)text.data;
    if (!text.failed && strncmp(line, "auto ", 5) == 0) {
        line[strcspn(line, "\n")] = '\0';
        folder = ost_path_join(line[5] == '/' ? "" : x->path, line + 5);
    }
    ost_buffer_free(&text);
    ost_free(stub);
    return folder;
}

static uint64_t table_size(const char *folder, const char *table)
{
    char name[32];
    uint64_t size;

    snprintf(name, sizeof name, "%s.glass", table);
    size = file_size(folder, name);
    if (size > 0)
        return size;
    snprintf(name, sizeof name, "%s.DB", table); /* of chert */
    return file_size(folder, name);
}

static uint64_t sources_size(const ost_xapian_index *x)
{
    uint64_t size, checksum;
    char name[64];

    return x->table != NULL &&
                   ost_xapian_sources_file(&x->settings, name, &size,
                                           &checksum)
               ? size
               : 0;
}

/* Fills the parts, and returns the size of all. */
static uint64_t measure(const ost_xapian_index *x,
                        osteon_part parts[N_TABLES + 2])
{
    char *folder = x->remote ? NULL : tables_folder(x);
    uint64_t rest = 0, sum = 0;
    struct stat st;

    for (size_t i = 0; i < N_TABLES; i++)
        parts[i] = (osteon_part){tables[i].part,
                                 folder ? table_size(folder, tables[i].file)
                                        : 0};
    if (folder != NULL)
        rest = file_size(folder, "iamglass") + file_size(folder, "iamchert") +
               file_size(x->path, "XAPIANDB");
    if (!x->remote && stat(x->path, &st) == 0 && S_ISREG(st.st_mode))
        rest = (uint64_t)st.st_size;
    parts[N_TABLES] = (osteon_part){"sources", sources_size(x)};
    parts[N_TABLES + 1] = (osteon_part){"everything else", rest};
    for (size_t i = 0; i < N_TABLES + 2; i++)
        sum += parts[i].bytes;
    ost_free(folder);
    return sum;
}

static osteon_status info_body(ost_xapian_index *x, void *arg,
                               osteon_error *err)
{
    osteon_index_info *out = arg;
    osteon_part parts[N_TABLES + 2];
    unsigned long long length = 0;
    unsigned documents = 0;
    xapian_c_status status =
        xapian_c_database_get_doccount(x->db, &documents, &x->error);

    if (status == XAPIAN_C_OK)
        status =
            xapian_c_database_get_total_length(x->db, &length, &x->error);
    if (status != XAPIAN_C_OK)
        return ost_xapian_fail(x, status, err);
    out->generation = x->settings.generation;
    out->documents = documents;
    out->tokens = x->settings.ours ? length / OST_LENGTH_UNIT : length;
    out->segments = x->n_up;
    out->format_version = x->settings.layout;
    out->analyzer_version = x->settings.analyzer;
    out->engine = "xapian";
    out->language = x->language;
    out->root = x->root != NULL ? x->root : "";
    out->bytes = measure(x, parts);
    out->sources = x->table ? ost_source_table_count(x->table) : 0;
    return OSTEON_OK;
}

typedef struct asked_field {
    char term[sizeof OST_TERM_HAS + OST_PREFIX_ROOM];
    size_t len;
    bool is_there;
} asked_field;

/* Databases of others do not tell their fields. */
static osteon_status field_body(ost_xapian_index *x, void *arg,
                                osteon_error *err)
{
    asked_field *a = arg;
    xapian_c_status status;

    if (!x->settings.ours)
        return OSTEON_OK;
    status = xapian_c_database_term_exists(x->db, a->term, a->len,
                                           &a->is_there, &x->error);
    return status == XAPIAN_C_OK ? OSTEON_OK : ost_xapian_fail(x, status, err);
}

bool ost_xapian_has_field(const osteon_index *index, const char *name)
{
    asked_field a = {.is_there = true};
    char prefix[OST_PREFIX_ROOM];

    ost_xapian_prefix(name, prefix);
    a.len = (size_t)snprintf(a.term, sizeof a.term, "%s%s", OST_TERM_HAS,
                             prefix);
    return ost_xapian_run(index, field_body, &a, NULL) != OSTEON_OK ||
           a.is_there;
}

osteon_status ost_xapian_info(const osteon_index *index,
                              osteon_index_info *out, osteon_error *err)
{
    return ost_xapian_run(index, info_body, out, err);
}

size_t ost_xapian_parts(const osteon_index *index, osteon_part *out,
                        size_t room)
{
    ost_xapian_index *x = ost_xapian(index);
    osteon_part parts[N_TABLES + 2];
    size_t n = 0;

    pthread_mutex_lock(&x->mutex);
    measure(x, parts);
    pthread_mutex_unlock(&x->mutex);
    for (size_t i = 0; i < N_TABLES + 2; i++) {
        if (parts[i].bytes == 0)
            continue;
        if (n < room)
            out[n] = parts[i];
        n++;
    }
    return n;
}

/* ---- Sources ---- */

osteon_status ost_xapian_sources_load(const ost_xapian_index *x,
                                      ost_sources **out, osteon_error *err)
{
    return x->table != NULL ? ost_source_table_read(x->table, out, err)
                            : ost_sources_new(out, err);
}

/* Listing all reads the whole table, once. */
static osteon_status load_sources(ost_xapian_index *x, osteon_error *err)
{
    if (x->sources != NULL)
        return OSTEON_OK;
    return ost_xapian_sources_load(x, &x->sources, err);
}

typedef struct stepping {
    uint32_t *cursor;
    osteon_source *out;
    bool more;
} stepping;

static osteon_status step_body(ost_xapian_index *x, void *arg,
                               osteon_error *err)
{
    stepping *step = arg;
    const osteon_status s = load_sources(x, err);

    step->more = s == OSTEON_OK &&
                 ost_sources_next(x->sources, step->cursor, step->out);
    return s;
}

osteon_status ost_xapian_source_next(osteon_index *index, uint32_t *cursor,
                                     osteon_source *out, bool *more,
                                     osteon_error *err)
{
    stepping step = {cursor, out, false};
    const osteon_status s = ost_xapian_run(index, step_body, &step, err);

    *more = step.more;
    return s;
}
