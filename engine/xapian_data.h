/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Document data of a Xapian database: lines "name=value", ours
 * (xapian_layout.h) or Omega's; or bytes of any other shape.
 */
#ifndef OST_XAPIAN_DATA_H
#define OST_XAPIAN_DATA_H

#include "base.h"

/* Texts have a NUL behind them and live until the data are freed; NULL where
 * there is none. */
typedef struct ost_xapian_data {
    const char *id, *path, *title, *text;
    size_t id_len, path_len, title_len, text_len;
    bool is_file; /* the path is one of this host, for certain */
    uint32_t source, line, tokens;
    uint64_t size;
    int64_t mtime_ns; /* INT64_MIN: unknown */
    osteon_field *fields; /* in order of name, then as given */
    size_t n_fields;
    /* private */
    char *memory;
    size_t field_room;
} ost_xapian_data;

/* Takes the data apart; `ours` by our layout, else as Omega has them, or as
 * one text where that does not fit. What does not parse is left out.
 *   OSTEON_NO_MEMORY */
OSTEON_MUST_CHECK osteon_status ost_xapian_data_parse(ost_xapian_data *out,
                                                      bool ours,
                                                      const char *bytes,
                                                      size_t len,
                                                      osteon_error *err);
void ost_xapian_data_free(ost_xapian_data *data);

/* Appends bytes as Omega writes them in addresses: %XX for all but letters,
 * digits and a few signs. */
void ost_xapian_url_encode(ost_buffer *out, const char *text, size_t len);

#endif
