/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One line a hit, for pipes: path:line:passage, or the path alone. As rg does
 * it, a path is written byte by byte, and with -0 a NUL ends it, so that any
 * name survives.
 */
#include "output.h"

void output_line(const search_context *search, const found *hit)
{
    sink *out = search->out;
    clean_text passage;

    put_query_id(search);
    put_name(search, hit);
    sink_byte(out, search->options->null ? '\0' : ':');
    sink_text(out, paint(search, PAINT_LINE));
    sink_unsigned(out, hit->line);
    sink_text(out, paint(search, PAINT_OFF));
    sink_byte(out, ':');
    passage_open(hit, CLEAN_LINE, &passage);
    clean_text_put(&passage, 0, passage.len, paint(search, PAINT_MATCH),
                   paint(search, PAINT_OFF), out);
    clean_text_close(&passage);
    sink_byte(out, '\n');
    put_explanation(search, hit);
}

void output_file(const search_context *search, const found *hit)
{
    put_query_id(search);
    put_name(search, hit);
    sink_byte(search->out, search->options->null ? '\0' : '\n');
}
