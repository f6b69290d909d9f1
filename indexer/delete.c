/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * --delete and --delete-from: documents go by their ids, all in one commit.
 * Their source records stay, so that an update does not bring back what a
 * user has taken out until the file changes.
 */
#include "update.h"

typedef struct remover {
    osteon_writer *writer;
    osteon_error err;
    uint64_t removed;
    bool failed;
} remover;

static bool remove_one(void *arg, const char *id, size_t len)
{
    remover *const r = arg;
    const osteon_status s =
        osteon_writer_delete(r->writer, id, len, &r->err);

    if (s == OSTEON_OK) {
        r->removed++;
    } else if (s == OSTEON_NOT_FOUND || s == OSTEON_INVALID) {
        osi_error_path(id, len, "no document has this id");
        osi_mark_partly();
    } else {
        r->failed = true;
        return false;
    }
    return osi_stop_asked() == 0;
}

/* False: fatal; a message was printed unless r->failed is set. */
static bool remove_all(remover *r, const osi_options *options)
{
    for (size_t i = 0; i < options->n_operands; i++) {
        const char *const id = options->operands[i];
        if (!remove_one(r, id, strlen(id)))
            return false;
    }
    return options->delete_from == NULL ||
           osi_each_name(options->delete_from, options->null_data,
                         remove_one, r);
}

int osi_delete(const osi_options *options, const osi_place *place)
{
    const osteon_writer_options wanted = {.engine = options->engine,
                                          .language = options->language,
                                          .memory = (size_t)options->memory,
                                          .threads = (unsigned)options->jobs,
                                          .wait = options->wait,
                                          .must_exist = true,
                                          .shard = options->shard.part,
                                          .n_shards = options->shard.parts};
    remover r = {0};
    int status = OSI_FATAL;
    bool ok;

    if (osteon_writer_open(place->index, &wanted, &r.writer, &r.err) !=
        OSTEON_OK)
        return osi_library_error(place->index, &r.err);
    ok = remove_all(&r, options);
    if (osi_stop_asked())
        osi_stop_die();
    osi_stop_default();
    if (ok && osteon_writer_commit(r.writer, &r.err) != OSTEON_OK)
        r.failed = true;
    if (r.failed) {
        status = osi_library_error(place->index, &r.err);
    } else if (ok) {
        osi_summary(NULL, r.removed);
        status = osi_is_partly() ? OSI_PARTLY : OSI_DONE;
    }
    osteon_writer_close(r.writer);
    return status;
}
