/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Paths as they are in an index, relative to its root, turned into paths that
 * can be opened from the current folder, and back.
 */
#ifndef SEARCH_DISPLAY_PATH_H
#define SEARCH_DISPLAY_PATH_H

#include <stddef.h>

/* The path to `path` (absolute, or relative to folder `root`) from folder
 * `here`: relative, with "../" where it must go up, or absolute where that is
 * shorter, where the two share no folder, and where `here` is NULL (the
 * current folder is not known). A result that begins with '-' gets "./", so
 * that it can be given to a command. `root` and `here` are absolute and free
 * of links; where `root` is "" it is not known, and relative paths stay. *out
 * is terminated, for free(), and its length is returned. */
size_t path_from_here(const char *root, const char *here, const char *path,
                      size_t len, char **out);

/* The path an index with this root has for what is called `argument` in
 * folder `here`: relative to the root, or absolute outside it. "." and ".."
 * are resolved in the text alone. For free(). */
char *path_in_index(const char *root, const char *here,
                    const char *argument);

/* The same for what may be a member of an archive: from the first "//" on that
 * has something before it, `argument` stays as it is. */
char *member_in_index(const char *root, const char *here,
                      const char *argument);

#endif
