/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ask_osteon INDEX QUERIES MODES PASSES: asks Osteon in process, through its
 * public interface. bench_asks.h tells the arguments and what is printed.
 */
#include "bench_asks.h"
#include "bench_text.h"

#include <osteon/osteon.h>

static uint64_t ask(void *state, const char *text, size_t len, size_t limit)
{
    const osteon_index *index = state;
    const bool count = limit == BENCH_COUNT;
    const osteon_search_options options = {
        .limit = count ? 0 : limit, .k1 = -1, .b = -1, .count = count};
    osteon_query *query;
    osteon_result *result;
    osteon_error err;
    uint64_t hits;

    if (osteon_query_open(index, text, len, 0, &query, &err) ||
        osteon_search(index, query, &options, &result, &err))
        bench_fail(text, err.text);
    hits = count ? result->matches : result->n_hits;
    osteon_result_close(result);
    osteon_query_close(query);
    return hits;
}

int main(int argc, char **argv)
{
    bench_engine engine = {.quote = "",
                           .sign = "+",
                           .any = " ",
                           .all = " ",
                           .near_open = "\"",
                           .near = " ",
                           .near_close = "\"~" BENCH_BETWEEN,
                           .ask = ask};
    osteon_index *index;
    osteon_error err;

    if (argc != 5)
        bench_fail("usage", "ask_osteon INDEX QUERIES MODES PASSES");
    if (osteon_index_open(argv[1], &index, &err))
        bench_fail(argv[1], err.text);
    engine.state = index;
    bench_asks_run(&engine, argv[2], argv[3], argv[4]);
    osteon_index_close(index);
    return 0;
}
