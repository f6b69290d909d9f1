/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Lists of stop words. Private to text/.
 */
#ifndef OST_STOP_WORDS_H
#define OST_STOP_WORDS_H

#include <stddef.h>

typedef struct ost_stop_list {
    const char *languages;    /* names and codes, each between spaces */
    const char *const *words; /* folded; sorted by strcmp; each once */
    size_t n;
} ost_stop_list;

extern const ost_stop_list ost_stop_lists[];
extern const size_t ost_n_stop_lists;

#endif
