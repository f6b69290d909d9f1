/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The folder of an index as a list of names: which files are ours, and which
 * of them nothing names any more. Only names of the exact form we give are
 * ever removed; whatever else lies in the folder is left alone.
 */
#include "manifest.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

bool ost_file_name_parse(const char *name, size_t len, const char *kind,
                         uint64_t *number)
{
    uint64_t value = 0;
    size_t i = 4;

    if (len >= OST_FILE_NAME || len < sizeof "seg-1.ost" - 1 ||
        memcmp(name + len - 4, ".ost", 4) != 0 || name[3] != '-')
        return false;
    if (kind != NULL ? memcmp(name, kind, 3) != 0
                     : memcmp(name, "seg", 3) != 0 &&
                           memcmp(name, "del", 3) != 0 &&
                           memcmp(name, "src", 3) != 0)
        return false;
    for (; i < len - 4; i++) {
        if (name[i] < '0' || name[i] > '9' || value > INT64_MAX / 10 - 1)
            return false;
        value = value * 10 + (uint64_t)(name[i] - '0');
    }
    if (number != NULL)
        *number = value;
    return true;
}

/* Left by a writer that was killed in the moment between making such a file
 * and taking its name away. */
static bool is_spill(const char *name)
{
    const size_t start = sizeof OST_SPILL_START - 1;

    return strlen(name) == sizeof OST_SPILL_PATTERN - 1 &&
           memcmp(name, OST_SPILL_START, start) == 0 &&
           strchr(name, '.') == name + start + 6 &&
           strcmp(name + start + 6, OST_SPILL_END) == 0;
}

static osteon_status open_folder(const char *folder, DIR **out,
                                 osteon_error *err)
{
    struct stat st;
    int code;

    *out = opendir(folder);
    if (*out != NULL)
        return OSTEON_OK;
    code = errno;
    if (code == ENOTDIR && stat(folder, &st) == 0)
        return ost_fail(err, OSTEON_NOT_INDEX,
                        "%s: not an index: it is not a folder", folder);
    if (code == ENOENT || code == ENOTDIR)
        return ost_fail(err, OSTEON_NOT_FOUND, "%s: no such folder", folder);
    return ost_fail_os(err, code, "%s", folder);
}

static void look_at(const char *name, ost_folder_contents *out)
{
    uint64_t number;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return;
    if (ost_file_name_parse(name, strlen(name), NULL, &number)) {
        out->ours = true;
        if (number >= out->next_file)
            out->next_file = number + 1;
    } else if (strcmp(name, OST_LOCK_NAME) == 0 ||
               strcmp(name, OST_MANIFEST_TEMPORARY) == 0 || is_spill(name)) {
        out->ours = true;
    } else {
        out->others = true;
    }
}

osteon_status ost_folder_scan(const char *folder, ost_folder_contents *out,
                              osteon_error *err)
{
    DIR *dir;
    osteon_status s = open_folder(folder, &dir, err);

    *out = (ost_folder_contents){.next_file = 1};
    if (s != OSTEON_OK)
        return s;
    for (;;) {
        const struct dirent *entry;
        errno = 0;
        entry = readdir(dir);
        if (entry == NULL)
            break;
        look_at(entry->d_name, out);
    }
    if (errno != 0)
        s = ost_fail_os(err, errno, "%s", folder);
    closedir(dir);
    return s;
}

void ost_manifest_sweep(const char *folder, const ost_manifest *m,
                        const ost_manifest *also)
{
    const char **names = NULL, **more = NULL;
    size_t n = 0, n_more = 0;
    DIR *dir = NULL;
    const struct dirent *entry;

    if (!ost_manifest_names(m, &names, &n) ||
        (also != NULL && !ost_manifest_names(also, &more, &n_more)) ||
        open_folder(folder, &dir, NULL) != OSTEON_OK)
        goto done;
    while ((entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;
        if (strcmp(name, OST_MANIFEST_TEMPORARY) != 0 && !is_spill(name) &&
            !ost_file_name_parse(name, strlen(name), NULL, NULL))
            continue;
        if (n > 0 &&
            bsearch(&name, names, n, sizeof *names, ost_compare_names))
            continue;
        if (n_more > 0 &&
            bsearch(&name, more, n_more, sizeof *more, ost_compare_names))
            continue;
        unlinkat(dirfd(dir), name, 0);
    }
    closedir(dir);
done:
    ost_free(names);
    ost_free(more);
}

osteon_status ost_folder_make(const char *folder, bool must_exist, bool *made,
                              osteon_error *err)
{
    struct stat st;

    if (stat(folder, &st) == 0)
        return S_ISDIR(st.st_mode)
                   ? OSTEON_OK
                   : ost_fail(err, OSTEON_NOT_INDEX,
                              "%s: a file, not the folder of an index",
                              folder);
    if (errno != ENOENT)
        return ost_fail_os(err, errno, "%s", folder);
    if (must_exist)
        return ost_fail(err, OSTEON_NOT_FOUND, "%s: no such index", folder);
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return ost_fail_os(err, errno, "%s", folder);
    *made = true;
    return OSTEON_OK;
}
