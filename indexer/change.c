/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What has changed since the index was made: by size and time of a file, and
 * which sources a run has not met though they lie where it looked.
 */
#include "update.h"

void osi_too_large_reason(uint64_t most, char *out, size_t room)
{
    snprintf(out, room, "more than %llu bytes when decompressed",
             (unsigned long long)most);
}

/* Whether what is too large is so for the options: what is past a limit of the
 * index would be refused again. */
static bool is_about_size(const osteon_source *old)
{
    static const char over[] = "more than ";

    return old->reason_len >= sizeof over - 1 &&
           memcmp(old->reason, over, sizeof over - 1) == 0;
}

/* Whether what is too large when decompressed would be so again. */
static bool is_too_large_again(const osi_options *options,
                               const osi_found *found,
                               const osteon_source *old)
{
    const bool is_archive =
        osi_kind_of(found->path, found->len, (osi_format)options->format)
            .packing == OSI_ARCHIVE;
    char reason[80], marked[160];

    osi_too_large_reason(is_archive ? osi_archive_limit(options, found->size)
                                    : options->max_filesize,
                         reason, sizeof reason);
    if (is_archive)
        osi_member_reason(options, reason, marked, sizeof marked);
    else
        snprintf(marked, sizeof marked, "%s", reason);
    return old->reason_len == strlen(marked) &&
           memcmp(old->reason, marked, old->reason_len) == 0;
}

void osi_binary_reason(const osi_reader *reader, char *out, size_t room)
{
    const char *const text = reader->text.data;
    const char *const nul =
        reader->text.len > 0 ? memchr(text, '\0', reader->text.len) : NULL;

    if (nul != NULL)
        snprintf(out, room, "NUL byte at offset %zu", (size_t)(nul - text));
    else
        snprintf(out, room, "not text");
}

void osi_not_indexed(osteon_source_state state, const char *reason, size_t len,
                     char *out, size_t room)
{
    const bool binary = state == OSTEON_SOURCE_BINARY;

    snprintf(out, room, "not indexed: %s%.*s%s", binary ? "binary (" : "",
             (int)(len < room ? len : room), reason, binary ? ")" : "");
}

bool osi_is_changed(const osi_options *options, const osi_found *found,
                    const osteon_source *old)
{
    const uint64_t most = options->max_filesize;
    const bool too_large = most > 0 && found->size > most;

    if (old == NULL || old->size != found->size ||
        old->mtime_ns != found->mtime_ns)
        return true;
    if (old->state == OSTEON_SOURCE_UNREADABLE)
        return true; /* it may be readable now; its time would not tell */
    if (old->state == OSTEON_SOURCE_TOO_LARGE)
        return !too_large && is_about_size(old) &&
               !is_too_large_again(options, found, old);
    return too_large ||
           !osi_member_rules_hold(options, found->path, found->len, old);
}

void osi_count_old(const osteon_source *old, const char *path, size_t len)
{
    static const osi_outcome outcomes[] = {
        [OSTEON_SOURCE_INDEXED] = OSI_UNCHANGED,
        [OSTEON_SOURCE_EMPTY] = OSI_EMPTY,
        [OSTEON_SOURCE_BINARY] = OSI_BINARY,
        [OSTEON_SOURCE_TOO_LARGE] = OSI_TOO_LARGE,
        [OSTEON_SOURCE_UNREADABLE] = OSI_UNREADABLE,
        [OSTEON_SOURCE_MALFORMED] = OSI_MALFORMED};

    osi_count(outcomes[old->state], path, len);
}

bool osi_mark_seen(osi_run *run, uint32_t id)
{
    const size_t at = id / 8;
    bool ok = true;

    pthread_mutex_lock(&run->lock);
    if (at >= run->seen_room) {
        size_t room = run->seen_room ? run->seen_room : 1024;
        unsigned char *fresh;
        while (room <= at)
            room *= 2;
        fresh = osi_realloc(run->seen, room);
        ok = fresh != NULL;
        if (ok) {
            memset(fresh + run->seen_room, 0, room - run->seen_room);
            run->seen = fresh;
            run->seen_room = room;
        }
    }
    if (ok)
        run->seen[at] = (unsigned char)(run->seen[at] | 1U << id % 8);
    pthread_mutex_unlock(&run->lock);
    return ok;
}

bool osi_was_seen(const osi_run *run, uint32_t id)
{
    return id / 8 < run->seen_room && (run->seen[id / 8] >> id % 8 & 1) != 0;
}

bool osi_is_covered(const osi_place *place, const osi_names *operands,
                    const osi_names *kept, const char *path, size_t len)
{
    osi_bytes full = {0};
    bool covered = false;

    if (path[0] != '/') {
        osi_bytes_add(&full, place->root, place->root_len);
        osi_bytes_add(&full, "/", 1);
    }
    osi_bytes_add(&full, path, len);
    len = full.len;
    while (!full.failed) {
        uint32_t *operand;
        if (osi_names_find(kept, full.data, len) != NULL)
            break;
        operand = osi_names_find(operands, full.data, len);
        if (operand != NULL) {
            if (*operand == OSI_NAMED_MISSING)
                *operand = OSI_NAMED_KNOWN;
            covered = true;
            break;
        }
        if (len == 0)
            break;
        while (len > 0 && full.data[--len] != '/')
            ;
    }
    osi_bytes_free(&full);
    return covered;
}
