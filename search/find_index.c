/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The search for an index: the option, the environment, the folders. Nothing
 * is ever created.
 */
#include "find_index.h"

#include "search_program.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *current_folder(void)
{
    size_t room = 256;
    char *folder = NULL;

    do {
        room *= 2;
        folder = grow_memory(folder, room, 1);
        if (getcwd(folder, room) != NULL)
            return folder;
    } while (errno == ERANGE);
    free(folder);
    return NULL;
}

static char *join(const char *folder, size_t len, const char *name)
{
    const size_t name_size = strlen(name) + 1;
    char *path = grow_memory(NULL, len + 1 + name_size, 1);

    memcpy(path, folder, len);
    path[len] = '/';
    memcpy(path + len + 1, name, name_size);
    return path;
}

static bool is_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

char *index_at_or_above(const char *folder)
{
    size_t len = strlen(folder);
    char *path;

    for (;;) {
        while (len > 0 && folder[len - 1] == '/')
            len--;
        path = join(folder, len, INDEX_FOLDER);
        if (is_folder(path))
            return path;
        free(path);
        if (len == 0)
            return NULL;
        while (len > 0 && folder[len - 1] != '/')
            len--;
    }
}

static const char *index_variable(void)
{
    const char *value = getenv(INDEX_VARIABLE);

    return value != NULL && value[0] != '\0' ? value : NULL;
}

static char *copy(const char *text)
{
    const size_t size = strlen(text) + 1;

    return memcpy(grow_memory(NULL, size, 1), text, size);
}

char *find_index(const char *option, const char *here)
{
    char *path;

    if (option == NULL)
        option = index_variable();
    if (option != NULL)
        return copy(option);
    path = here != NULL ? index_at_or_above(here) : copy(INDEX_FOLDER);
    if (path == NULL)
        complain("no index: there is no %s in %s or above; make one with "
                 "'osteon-index', or name one with -i DIR",
                 INDEX_FOLDER, here);
    return path;
}

void complain_of_index(const char *option, const char *path, const char *text)
{
    const char *from = option == NULL && index_variable() != NULL
                           ? " (named by " INDEX_VARIABLE ")"
                           : "";
    /* To grep, -i is something else. */
    const char *hint = option != NULL && strchr(option, '/') == NULL &&
                               access(path, F_OK) != 0
                           ? " (-i names one; case never matters)"
                           : "";
    char *below = join(path, strlen(path), INDEX_FOLDER);

    if (is_folder(below))
        complain("%s%s; did you mean %s?", text, from, below);
    else
        complain("%s%s; 'osteon-index' makes an index%s", text, from, hint);
    free(below);
}
