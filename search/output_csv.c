/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Columns with commas (RFC 4180, but lines end in a newline alone), under a
 * line of their names. Ids and paths are what they are, byte by byte; titles
 * and passages are lines, so that a hit is one as well unless its name has a
 * newline.
 */
#include "output.h"

#include <string.h>

/* Begins or goes on with a line: the next column. */
static void put_column(const search_context *search, char before,
                       const char *bytes, size_t len)
{
    sink *out = search->out;
    bool quoted = false;

    for (size_t i = 0; i < len && !quoted; i++)
        quoted = bytes[i] == '"' || bytes[i] == ',' || bytes[i] == '\n' ||
                 bytes[i] == '\r';
    if (before != '\0')
        sink_byte(out, before);
    if (!quoted) {
        put_bytes(search, bytes, len);
        return;
    }
    sink_byte(out, '"');
    while (len > 0) {
        const char *quote = memchr(bytes, '"', len);
        const size_t n = quote != NULL ? (size_t)(quote - bytes) + 1 : len;

        put_bytes(search, bytes, n);
        if (quote != NULL)
            sink_byte(out, '"');
        bytes += n;
        len -= n;
    }
    sink_byte(out, '"');
}

static void put_clean_column(const search_context *search,
                             clean_text *clean)
{
    put_column(search, ',', clean->text, clean->len);
    clean_text_close(clean);
}

void output_heading(const search_context *search)
{
    if (search->options->mode != MODE_CSV || search->options->quiet)
        return;
    if (search->query_id != NULL)
        sink_text(search->out, "query,");
    sink_text(search->out, "rank,score,id,path,line,title,snippet\n");
}

void output_csv(const search_context *search, const found *hit)
{
    const osteon_entry_info *info = hit->info;
    sink *out = search->out;
    clean_text clean;

    if (search->query_id != NULL) {
        put_column(search, '\0', search->query_id, search->query_id_len);
        sink_byte(out, ',');
    }
    sink_unsigned(out, hit->rank);
    sink_byte(out, ',');
    sink_real(out, hit->score);
    put_column(search, ',', info->id, info->id_len);
    put_column(search, ',', hit->path, hit->path_len);
    sink_byte(out, ',');
    if (hit->line > 0)
        sink_unsigned(out, hit->line);
    clean_text_open(&clean, info->title, info->title_len, CLEAN_LINE);
    put_clean_column(search, &clean);
    passage_open(hit, CLEAN_LINE, &clean);
    put_clean_column(search, &clean);
    sink_byte(out, '\n');
}
