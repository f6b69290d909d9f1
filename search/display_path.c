/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Arithmetic on paths; no file is looked at. Two absolute paths are compared
 * component by component, so that /a/bc is not below /a/b.
 */
#include "display_path.h"

#include "sink.h"

#include <string.h>

/* Length of a folder's name without the slashes at its end: 0 for "/". */
static size_t folder_length(const char *folder)
{
    size_t len = strlen(folder);

    while (len > 0 && folder[len - 1] == '/')
        len--;
    return len;
}

/* The bytes of the longest common beginning of `a` and `b` that ends where a
 * component of both ends. */
static size_t common_folder(const char *a, size_t a_len, const char *b,
                            size_t b_len)
{
    size_t common = 0;

    for (size_t i = 0; i <= a_len && i <= b_len; i++) {
        if ((i == a_len || a[i] == '/') && (i == b_len || b[i] == '/'))
            common = i;
        if (i == a_len || i == b_len || a[i] != b[i])
            break;
    }
    return common;
}

static size_t finish(sink *s, char **out)
{
    const size_t len = s->len;

    sink_byte(s, '\0');
    *out = s->data;
    return len;
}

size_t path_from_here(const char *root, const char *here, const char *path,
                      size_t len, char **out)
{
    const size_t here_len = here != NULL ? folder_length(here) : 0;
    sink whole, relative;
    size_t common;

    sink_open(&whole, -1);
    if (root[0] == '\0' && len > 0 && path[0] != '/') {
        if (path[0] == '-')
            sink_text(&whole, "./");
        sink_add(&whole, path, len);
        return finish(&whole, out);
    }
    if (len == 0 || path[0] != '/') {
        sink_add(&whole, root, folder_length(root));
        sink_byte(&whole, '/');
    }
    sink_add(&whole, path, len);
    if (here == NULL)
        return finish(&whole, out);

    common = common_folder(whole.data, whole.len, here, here_len);
    if (common == 0 && here_len > 0)
        return finish(&whole, out);

    sink_open(&relative, -1);
    for (size_t i = common; i < here_len; i++)
        if (here[i] == '/')
            sink_text(&relative, "../");
    while (common < whole.len && whole.data[common] == '/')
        common++;
    if (relative.len == 0 && common < whole.len && whole.data[common] == '-')
        sink_text(&relative, "./");
    sink_add(&relative, whole.data + common, whole.len - common);
    if (relative.len == 0)
        sink_byte(&relative, '.');
    if (relative.len > whole.len) {
        sink_close(&relative);
        return finish(&whole, out);
    }
    sink_close(&whole);
    return finish(&relative, out);
}

/* Adds the components of `path`, taking "." and ".." away. */
static void resolve(sink *s, const char *path, size_t path_len)
{
    const char *const end = path + path_len;

    while (path < end) {
        const char *const slash = memchr(path, '/', (size_t)(end - path));
        const size_t len = (size_t)((slash != NULL ? slash : end) - path);

        if (len == 2 && path[0] == '.' && path[1] == '.') {
            while (s->len > 0 && s->data[--s->len] != '/')
                continue;
        } else if (len > 0 && (len != 1 || path[0] != '.')) {
            sink_byte(s, '/');
            sink_add(s, path, len);
        }
        path += len;
        while (path < end && *path == '/')
            path++;
    }
}

static char *in_index(const char *root, const char *here,
                      const char *argument, size_t len)
{
    const size_t root_len = folder_length(root);
    size_t strip = 0;
    char *result;
    sink s;

    sink_open(&s, -1);
    if (argument[0] != '/' && here != NULL)
        resolve(&s, here, strlen(here));
    resolve(&s, argument, len);
    sink_text(&s, argument + len);
    if (s.len > root_len && memcmp(s.data, root, root_len) == 0 &&
        s.data[root_len] == '/')
        strip = root_len + 1;
    finish(&s, &result);
    memmove(result, result + strip, strlen(result + strip) + 1);
    return result;
}

char *path_in_index(const char *root, const char *here, const char *argument)
{
    return in_index(root, here, argument, strlen(argument));
}

char *member_in_index(const char *root, const char *here,
                      const char *argument)
{
    const char *const mark =
        argument[0] != '\0' ? strstr(argument + 1, "//") : NULL;

    return in_index(root, here, argument,
                    mark != NULL ? (size_t)(mark - argument)
                                 : strlen(argument));
}
