/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which members of an archive are documents, and what they are called. A glob
 * sees an archive as a folder. As an archive that has not changed is not read
 * again, its record keeps what rules it was read by: a mark at the end of the
 * reason, and nothing where they are the usual ones.
 */
#include "archive.h"

#include <xxhash.h>

/* Members may grow to so many times the archive's size, or to what one file
 * may have: text seldom has more than 20 times its size, a bomb has 1000. */
#define GROWTH 100

#define MARK "[rules "

void osi_member_name(const char *name, size_t len, osi_bytes *out)
{
    const size_t start = out->len;

    for (size_t at = 0, n; at < len; at += n + 1) {
        const char *const part = name + at;
        const char *const slash = memchr(part, '/', len - at);
        n = slash != NULL ? (size_t)(slash - part) : len - at;
        if (n == 0 || (n == 1 && part[0] == '.'))
            continue;
        if (out->len > start)
            osi_bytes_add(out, "/", 1);
        osi_bytes_add(out, part, n);
    }
}

bool osi_member_rules_load(const osi_run *run, const osi_job *job,
                           const char *id, osi_member_rules *out)
{
    const osi_place *const place = run->place;
    const size_t skip = job->operand->len;
    osi_bytes whole = {0};
    const char *name;

    *out = (osi_member_rules){0};
    if (run->globs == NULL)
        return true;
    if (id[0] != '/') {
        osi_bytes_add(&whole, place->root, place->root_len);
        osi_bytes_add(&whole, "/", 1);
    }
    osi_bytes_add(&whole, id, job->len);
    osi_bytes_add(&whole, "", 1);
    if (whole.failed)
        return false;
    /* A walk's globs begin at the folder that was named. */
    if (whole.len - 1 > skip) {
        name = whole.data + skip + (whole.data[skip] == '/');
        osi_bytes_add_text(&out->path, name);
        osi_bytes_add(&out->path, "", 1);
        if (!out->path.failed) {
            const char *const slash = strrchr(out->path.data, '/');
            out->path.len--;
            out->is_taken =
                osi_rules_judge(run->globs, out->path.data, out->path.len,
                                slash != NULL ? slash + 1 : out->path.data,
                                false) == OSI_TAKEN;
            osi_bytes_add(&out->path, "/", 1);
        }
    }
    out->at = out->path.len;
    osi_bytes_free(&whole);
    return !out->path.failed;
}

void osi_member_rules_free(osi_member_rules *rules)
{
    osi_bytes_free(&rules->path);
}

/* Whether a name in it begins with a dot; ".." is none. */
static bool is_hidden(const char *name, size_t len)
{
    for (size_t at = 0, n; at < len; at += n + 1) {
        const char *const slash = memchr(name + at, '/', len - at);
        n = slash != NULL ? (size_t)(slash - name) - at : len - at;
        if (name[at] == '.' && !(n == 2 && name[at + 1] == '.'))
            return true;
    }
    return false;
}

bool osi_is_member_wanted(osi_run *run, osi_member_rules *rules,
                          const char *name, size_t len)
{
    osi_verdict verdict = OSI_NO_RULE;
    const char *part, *path;
    size_t at = 0;

    if (!run->options->hidden && is_hidden(name, len))
        return false;
    if (run->globs == NULL)
        return true;
    rules->path.len = rules->at;
    osi_bytes_add(&rules->path, name, len);
    osi_bytes_add(&rules->path, "", 1);
    if (rules->path.failed) {
        osi_fail_memory(run);
        return false;
    }
    path = rules->path.data;
    for (at = rules->at; path[at] != '\0' && verdict != OSI_IGNORED;) {
        part = path + at;
        at += strcspn(part, "/");
        verdict = osi_rules_judge(run->globs, path, at, part,
                                  path[at] == '/');
        at += path[at] == '/';
    }
    if (verdict == OSI_NO_RULE)
        return !run->only_globs || rules->is_taken;
    return verdict == OSI_TAKEN;
}

uint64_t osi_archive_limit(const osi_options *options, uint64_t size)
{
    const uint64_t most = options->max_filesize;

    if (most == 0 || size > UINT64_MAX / GROWTH)
        return 0;
    return size * GROWTH > most ? size * GROWTH : most;
}

void osi_member_reason(const osi_options *options, const char *reason,
                       char *out, size_t room)
{
    const uint64_t numbers[] = {options->max_filesize, options->hidden};
    XXH64_hash_t hash = XXH3_64bits(numbers, sizeof numbers);

    for (size_t i = 0; i < options->globs.n; i++)
        hash = XXH3_64bits_withSeed(options->globs.items[i],
                                    strlen(options->globs.items[i]) + 1, hash);
    if (options->globs.n == 0 && !options->hidden &&
        options->max_filesize == OSI_FILESIZE)
        snprintf(out, room, "%s", reason);
    else
        snprintf(out, room, "%.*s%s" MARK "%016llx]", (int)room - 30, reason,
                 reason[0] != '\0' ? " " : "", (unsigned long long)hash);
}

/* The mark at the end of a reason, "" where there is none. */
static const char *mark_of(const char *reason, size_t len, size_t *mark_len)
{
    const size_t n = sizeof MARK - 1 + 17;
    const bool has = len >= n &&
                     memcmp(reason + len - n, MARK, sizeof MARK - 1) == 0;

    *mark_len = has ? n : 0;
    return has ? reason + len - n : "";
}

bool osi_member_rules_hold(const osi_options *options, const char *path,
                           size_t len, const osteon_source *old)
{
    char now[64];
    size_t mark_len;
    const char *mark;

    osi_member_reason(options, "", now, sizeof now);
    if (now[0] == '\0' && old->reason_len == 0)
        return true;
    if (osi_kind_of(path, len, (osi_format)options->format).packing !=
        OSI_ARCHIVE)
        return true;
    if (old->state == OSTEON_SOURCE_BINARY)
        return false; /* indexed when archives were not */
    mark = mark_of(old->reason, old->reason_len, &mark_len);
    return mark_len == strlen(now) && memcmp(mark, now, mark_len) == 0;
}
