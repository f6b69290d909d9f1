/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Tab-separated columns: of many queries its id, rank, score, id, path, line, title, passage. What is
 * not known is empty. Backslashes stand for what would break a line, and can be
 * undone.
 */
#include "output.h"

void output_tsv(const search_context *search, const found *hit)
{
    sink *out = search->out;
    clean_text clean;

    if (search->query_id != NULL) {
        put_tsv(out, search->query_id, search->query_id_len);
        sink_byte(out, '\t');
    }
    sink_unsigned(out, hit->rank);
    sink_byte(out, '\t');
    sink_real(out, hit->score);
    sink_byte(out, '\t');
    put_tsv(out, hit->info->id, hit->info->id_len);
    sink_byte(out, '\t');
    if (hit->path != NULL)
        put_tsv(out, hit->path, hit->path_len);
    sink_byte(out, '\t');
    if (hit->line > 0)
        sink_unsigned(out, hit->line);
    sink_byte(out, '\t');
    clean_text_open(&clean, hit->info->title, hit->info->title_len,
                    CLEAN_UTF8);
    put_tsv(out, clean.text, clean.len);
    clean_text_close(&clean);
    sink_byte(out, '\t');
    passage_open(hit, CLEAN_UTF8, &clean);
    put_tsv(out, clean.text, clean.len);
    clean_text_close(&clean);
    sink_byte(out, '\n');
}
