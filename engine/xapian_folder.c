/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The folder of a Xapian database of ours: which database XAPIANDB names,
 * how another one takes its place, and what nothing names any more. Only
 * names of the exact form we give are ever removed.
 */
#include "xapian_writer.h"

#include "manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define STUB_START "auto "

/* "db-DIGITS", of at most 16 digits. */
static bool is_database(const char *name, uint64_t *number)
{
    uint64_t value = 0;
    size_t n = 3;

    if (strncmp(name, "db-", 3) != 0)
        return false;
    for (; name[n] >= '0' && name[n] <= '9' && n < 19; n++)
        value = value * 10 + (uint64_t)(name[n] - '0');
    if (n == 3 || name[n] != '\0')
        return false;
    *number = value;
    return true;
}

static bool is_ours(const char *name, uint64_t *number)
{
    return is_database(name, number) ||
           ost_file_name_parse(name, strlen(name), "src", number);
}

osteon_status ost_stub_read(const char *folder, char name[OST_FILE_NAME],
                            osteon_error *err)
{
    char *path = ost_path_join(folder, OST_STUB_NAME);
    const size_t start = strlen(STUB_START);
    ost_buffer text = {0};
    osteon_status s;
    uint64_t number;

    name[0] = '\0';
    if (path == NULL)
        return ost_fail_memory(err);
    s = ost_file_read(path, OST_FILE_NAME + start, &text, err);
    if (s == OSTEON_OK) {
        ost_buffer_add_byte(&text, '\0');
        if (text.failed)
            s = ost_fail_memory(err);
    }
    if (s == OSTEON_OK) {
        char *line = (char *)text.data;
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, STUB_START, start) == 0 &&
            strlen(line + start) < OST_FILE_NAME &&
            is_database(line + start, &number))
            memcpy(name, line + start, strlen(line + start) + 1);
        else
            s = ost_fail(err, OSTEON_NOT_INDEX,
                         "%s: a Xapian database that osteon-index did not "
                         "make",
                         folder);
    }
    ost_buffer_free(&text);
    ost_free(path);
    return s;
}

osteon_status ost_stub_write(const char *folder, const char *name,
                             bool *unsure, osteon_error *err)
{
    char *path = ost_path_join(folder, OST_STUB_NAME);
    char *temporary = ost_path_join(folder, OST_STUB_TEMPORARY);
    char text[OST_FILE_NAME + sizeof STUB_START + 1];
    const size_t len = (size_t)snprintf(text, sizeof text, "%s%s\n",
                                        STUB_START, name);
    osteon_status s;

    *unsure = false;
    if (path == NULL || temporary == NULL) {
        s = ost_fail_memory(err);
        goto done;
    }
    s = ost_folder_sync(folder, err);
    if (s == OSTEON_OK)
        s = ost_file_write(temporary, text, len, err);
    if (s == OSTEON_OK && rename(temporary, path) != 0) {
        s = ost_fail_os(err, errno, "%s", path);
        unlink(temporary);
    } else if (s == OSTEON_OK) {
        s = ost_folder_sync(folder, err);
        *unsure = s != OSTEON_OK;
    }
done:
    ost_free(path);
    ost_free(temporary);
    return s;
}

static osteon_status open_folder(const char *folder, DIR **out,
                                 osteon_error *err)
{
    *out = opendir(folder);
    return *out != NULL ? OSTEON_OK
                        : ost_fail_os(err, errno, "%s", folder);
}

osteon_status ost_xw_scan(const char *folder, ost_xw_contents *out,
                              osteon_error *err)
{
    const struct dirent *entry;
    uint64_t number;
    DIR *dir;
    osteon_status s = open_folder(folder, &dir, err);

    *out = (ost_xw_contents){.next_file = 1};
    if (s != OSTEON_OK)
        return s;
    errno = 0;
    while ((entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;
        if (is_ours(name, &number)) {
            if (number >= out->next_file)
                out->next_file = number + 1;
        } else if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
                   strcmp(name, OST_LOCK_NAME) != 0 &&
                   strcmp(name, OST_STUB_NAME) != 0 &&
                   strcmp(name, OST_STUB_TEMPORARY) != 0) {
            out->others = true;
        }
    }
    if (errno != 0)
        s = ost_fail_os(err, errno, "%s", folder);
    closedir(dir);
    return s;
}

/* Removes a folder `name` in `at` and the files in it. */
static void remove_database(int at, const char *name)
{
    const int fd = openat(at, name,
                          O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (dir == NULL) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    unlinkat(at, name, AT_REMOVEDIR);
}

void ost_xw_remove(const char *folder, const char *name)
{
    DIR *dir;

    if (open_folder(folder, &dir, NULL) != OSTEON_OK)
        return;
    remove_database(dirfd(dir), name);
    closedir(dir);
}

void ost_xw_sweep(const char *folder, const char *database,
                      const char *sources)
{
    const struct dirent *entry;
    uint64_t number;
    DIR *dir;

    if (open_folder(folder, &dir, NULL) != OSTEON_OK)
        return;
    while ((entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;
        if ((database != NULL && strcmp(name, database) == 0) ||
            (sources != NULL && strcmp(name, sources) == 0))
            continue;
        if (is_database(name, &number))
            remove_database(dirfd(dir), name);
        else if (is_ours(name, &number) ||
                 strcmp(name, OST_STUB_TEMPORARY) == 0)
            unlinkat(dirfd(dir), name, 0);
    }
    closedir(dir);
}

static osteon_status sync_file(int at, const char *folder, const char *name,
                               osteon_error *err)
{
    const int fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    osteon_status s = OSTEON_OK;

    if (fd < 0)
        return ost_fail_os(err, errno, "%s/%s", folder, name);
    if (fsync(fd) != 0)
        s = ost_fail_os(err, errno, "%s/%s", folder, name);
    close(fd);
    return s;
}

osteon_status ost_xw_sync(const char *folder, const char *name,
                              osteon_error *err)
{
    char *path = ost_path_join(folder, name);
    const struct dirent *entry;
    DIR *dir = NULL;
    osteon_status s;

    if (path == NULL)
        return ost_fail_memory(err);
    s = open_folder(path, &dir, err);
    while (s == OSTEON_OK && (entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0)
            s = sync_file(dirfd(dir), path, entry->d_name, err);
    if (dir != NULL)
        closedir(dir);
    if (s == OSTEON_OK)
        s = ost_folder_sync(path, err);
    ost_free(path);
    return s;
}
