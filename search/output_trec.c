/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A line of a run as trec_eval and its kin read it: query, "Q0", document,
 * rank, score, tag. They split at white space, so ids have none.
 */
#include "output.h"

void output_trec(const search_context *search, const found *hit)
{
    sink *out = search->out;
    size_t len;
    const char *query = query_id_of(search, &len);

    put_word(out, query, len);
    sink_text(out, " Q0 ");
    put_word(out, hit->info->id, hit->info->id_len);
    sink_byte(out, ' ');
    sink_unsigned(out, hit->rank);
    sink_byte(out, ' ');
    sink_real(out, hit->score);
    sink_text(out, " osteon\n");
}
