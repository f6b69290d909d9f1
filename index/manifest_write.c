/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Commits a manifest. The rename is the moment of the commit: before it the
 * old MANIFEST stands and names only files that are there; after it the new
 * one does, whose files were made durable before.
 */
#include "manifest.h"

#define XXH_INLINE_ALL
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include <xxhash.h>

static void print_file(ost_buffer *text, const char *word,
                       const ost_file_ref *ref)
{
    ost_buffer_printf(text, "%s %s %" PRIu64 " %016" PRIx64, word, ref->name,
                      ref->size, ref->checksum);
}

static void print(const ost_manifest *m, ost_buffer *text)
{
    ost_buffer_printf(text,
                      OST_MANIFEST_MAGIC "%d\n"
                                         "generation %" PRIu64 "\n"
                                         "next-file %" PRIu64 "\n"
                                         "analyzer %" PRIu32 "\n"
                                         "title-weight %" PRIu32 "\n"
                                         "language %s\n",
                      OSTEON_FORMAT_VERSION, m->generation, m->next_file,
                      m->analyzer, m->title_weight, m->language);
    if (m->sources.name != NULL) {
        print_file(text, "sources", &m->sources);
        ost_buffer_add_text(text, "\n");
    }
    for (size_t i = 0; i < m->n_segments; i++) {
        const ost_manifest_segment *segment = &m->segments[i];
        print_file(text, "segment", &segment->file);
        ost_buffer_printf(text, " %" PRIu32 "\n", segment->documents);
        if (segment->deletes.name == NULL)
            continue;
        print_file(text, "deletes", &segment->deletes);
        ost_buffer_printf(text, " %" PRIu32 "\n", segment->deleted);
    }
    if (!text->failed)
        ost_buffer_printf(text, "checksum %016" PRIx64 "\n",
                          (uint64_t)XXH3_64bits(text->data, text->len));
}

/* Refuses what could not be read again, while the old state still stands. */
static osteon_status check(const char *folder, const ost_manifest *m,
                           const ost_buffer *text, osteon_error *err)
{
    ost_manifest_fault where = {"", 0};
    ost_manifest *again = NULL;
    osteon_status s;

    for (size_t i = 0; i < m->n_segments; i++)
        if (m->segments[i].deletes.name == NULL && m->segments[i].deleted > 0)
            return ost_fail(err, OSTEON_INVALID,
                            "%s: cannot commit: deletes without a file",
                            folder);
    if (text->failed)
        return ost_fail_memory(err);
    if (text->len > OST_MANIFEST_MOST)
        return ost_fail(err, OSTEON_INVALID,
                        "%s: cannot commit: too many segments", folder);
    s = ost_manifest_parse((const char *)text->data, text->len, &again,
                           &where);
    ost_manifest_free(again);
    if (s == OSTEON_CORRUPT)
        return ost_fail(err, OSTEON_INVALID,
                        "%s: cannot commit: %s (byte %zu of the manifest)",
                        folder, where.what, where.offset);
    return s == OSTEON_OK ? s : ost_fail_memory(err);
}

/* The new MANIFEST is in place but may not last. Callers are told that the
 * commit failed and take its files away, so the old MANIFEST (`had`) must be
 * seen again. As good as can be: the disk is failing. */
static void put_back(const char *path, const char *temporary,
                     const ost_buffer *old, bool had)
{
    int fd;
    bool written;

    if (!had) {
        unlink(path);
        return;
    }
    fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return;
    written = ost_write_all(fd, old->data, old->len, temporary, NULL) ==
              OSTEON_OK;
    /* An fsync that fails again is no reason to keep the new one. */
    fsync(fd);
    if (close(fd) == 0 && written)
        (void)!rename(temporary, path);
}

static osteon_status replace(const char *folder, const char *path,
                             const char *temporary, const ost_buffer *text,
                             osteon_error *err)
{
    ost_buffer old = {0};
    osteon_status s = ost_file_read(path, OST_MANIFEST_MOST, &old, err);
    const bool had = s == OSTEON_OK;

    if (s == OSTEON_OK || s == OSTEON_NOT_FOUND)
        s = ost_folder_sync(folder, err);
    if (s != OSTEON_OK)
        goto done;
    /* Never through a link, or into a file, that someone left there. */
    unlink(temporary);
    s = ost_file_write(temporary, text->data, text->len, err);
    if (s != OSTEON_OK)
        goto done;
    if (rename(temporary, path) != 0) {
        s = ost_fail_os(err, errno, "%s", path);
    } else {
        s = ost_folder_sync(folder, err);
        if (s != OSTEON_OK)
            put_back(path, temporary, &old, had);
    }
    if (s != OSTEON_OK)
        unlink(temporary);
done:
    ost_buffer_free(&old);
    return s;
}

osteon_status ost_manifest_commit(const char *folder, const ost_manifest *m,
                                  osteon_error *err)
{
    char *path = ost_path_join(folder, OST_MANIFEST_NAME);
    char *temporary = ost_path_join(folder, OST_MANIFEST_TEMPORARY);
    ost_buffer text = {0};
    osteon_status s;

    if (path == NULL || temporary == NULL) {
        s = ost_fail_memory(err);
        goto done;
    }
    print(m, &text);
    s = check(folder, m, &text, err);
    if (s == OSTEON_OK)
        s = replace(folder, path, temporary, &text, err);
done:
    ost_buffer_free(&text);
    ost_free(temporary);
    ost_free(path);
    return s;
}
