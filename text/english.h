/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is known of English without asking the stemmer. Private to text/.
 */
#ifndef OST_ENGLISH_H
#define OST_ENGLISH_H

#include "base.h"

/* True only for a folded word that Snowball's English stemmer leaves as it is;
 * false where it may change. */
bool ost_english_stays(const char *word, size_t len);

#endif
