/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which index shall be searched?
 */
#ifndef SEARCH_FIND_INDEX_H
#define SEARCH_FIND_INDEX_H

/* The folder an index has where nobody said otherwise. */
#define INDEX_FOLDER ".osteon"

/* The variable that names an index. */
#define INDEX_VARIABLE "OSTEON_INDEX"

/* The current folder, for free(); NULL where it cannot be told. */
char *current_folder(void);

/* The folder INDEX_FOLDER in `folder`, an absolute path, or in the nearest
 * parent that has one. For free(); NULL where there is none. */
char *index_at_or_above(const char *folder);

/* `option`, if not NULL, else the variable, if not empty, else the folder in
 * `here` or above (NULL: unknown). For free(); NULL where there is none, and
 * then a message has been written. */
char *find_index(const char *option, const char *here);

/* Writes a message on `path`, found by find_index, that could not be opened
 * for the reason `text`; says so if the variable named it, and if there is an
 * index one folder further down. */
void complain_of_index(const char *option, const char *path,
                       const char *text);

#endif
