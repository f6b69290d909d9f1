/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Findings in lines for a person. Only what matches is shown.
 *
 * Scores are shown in 10,000ths, cut out of the whole: a part that stands for
 * [from, from + score) shows the difference of its rounded ends. So the
 * numbers of the parts add up to that of the whole, digit by digit.
 */
#include "explain.h"

#include "parse.h"
#include "score.h"

void ost_finding_add(ost_finding *f, ost_finding *part)
{
    if (!part->matches)
        return;
    f->found[f->n_found++] = part;
    if (f->kind != OST_NODE_MAX)
        f->score += part->score;
    else if (part->score > f->score)
        f->score = part->score;
}

/* A score in 10,000ths; apart, since a query of 1 MiB may come to a score that
 * could not be multiplied. */
static int64_t rounded(int64_t score)
{
    const int64_t part = score % OST_SCORE_ONE * 10000;

    return score / OST_SCORE_ONE * 10000 +
           (part + OST_SCORE_ONE / 2) / OST_SCORE_ONE;
}

static void show_score(ost_buffer *text, unsigned depth, int64_t from,
                       int64_t score)
{
    const int64_t shown = rounded(from + score) - rounded(from);

    ost_buffer_printf(text, "%*s%lld.%04d", (int)(2 * depth), "",
                      (long long)(shown / 10000), (int)(shown % 10000));
}

static void show_leaf(ost_buffer *text, const ost_finding *f)
{
    const unsigned long long average =
        (unsigned long long)(f->average * 10 + 0.5);

    ost_buffer_add_byte(text, ' ');
    ost_query_print(f->node, text);
    if (f->n_df == 0) {
        ost_buffer_add_byte(text, '\n');
        return;
    }
    ost_buffer_printf(text, "  tf %lu, df ", (unsigned long)f->tf);
    for (uint32_t i = 0; i < f->n_df; i++)
        ost_buffer_printf(text, i > 0 ? "/%llu" : "%llu",
                          (unsigned long long)f->df[i]);
    ost_buffer_printf(text, " of %llu, length %lu (average %llu.%llu)\n",
                      (unsigned long long)f->documents,
                      (unsigned long)f->length, average / 10, average % 10);
}

/* Shows a finding that matches. `from`: what stands before it in the sum. */
static void show(ost_buffer *text, const ost_finding *f, unsigned depth,
                 int64_t from)
{
    const bool best = f->kind == OST_NODE_MAX;

    if (f->n_found == 1) { /* a sum of one is that one */
        show(text, f->found[0], depth, from);
        return;
    }
    show_score(text, depth, from, f->score);
    if (f->n_found > 1)
        ost_buffer_add_text(text, best ? " = best of\n" : " = sum of\n");
    else if (f->kind == OST_NODE_FILTER)
        ost_buffer_add_text(text, " for not being excluded\n");
    else
        show_leaf(text, f);
    for (uint32_t i = 0; i < f->n_found; i++) {
        show(text, f->found[i], depth + 1, from);
        if (!best)
            from += f->found[i]->score;
    }
}

/* Terms come from queries and indexes: no control bytes from them. */
static void clean(ost_buffer *text)
{
    for (size_t i = 0; i < text->len; i++)
        if ((text->data[i] < 0x20 && text->data[i] != '\n') ||
            text->data[i] == 0x7f)
            text->data[i] = '?';
}

osteon_status ost_finding_show(const ost_finding *f, uint32_t document,
                               char **out, osteon_error *err)
{
    ost_buffer text = {0};

    *out = NULL;
    if (f->matches)
        show(&text, f, 0, 0);
    else
        ost_buffer_printf(&text, "document %lu %s\n", (unsigned long)document,
                          f->excluded ? "is excluded" : "does not match");
    clean(&text);
    ost_buffer_add_byte(&text, '\0');
    if (text.failed) {
        ost_buffer_free(&text);
        return ost_fail_memory(err);
    }
    *out = (char *)text.data;
    return OSTEON_OK;
}
