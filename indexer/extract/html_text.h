/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * HTML to text, in the helper process.
 */
#ifndef OSI_HTML_TEXT_H
#define OSI_HTML_TEXT_H

#include "../indexer.h"

/* Once, before the first document. */
void osi_html_start(void);

/* Appends the text to `text`, so that its line n comes from line n of the
 * document, and the title to `title`. False: no memory. */
bool osi_html_text(const char *html, size_t len, osi_bytes *text,
                   osi_bytes *title);

#endif
