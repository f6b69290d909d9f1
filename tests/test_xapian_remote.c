/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Three databases served by xapian-tcpsrv on this host, searched as one: the
 * answers of one database, also for a handle that stays open while servers
 * are stopped, die and come back. Passes without a look where there is no
 * xapian-tcpsrv.
 */
#include "engine.h"
#include "made_texts.h"
#include "run_suite.h"
#include "score.h"
#include "xapian_fixture.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { SHARDS = 3, DOCS = 300 };

static osteon_error err;
static pid_t servers[SHARDS];
static unsigned first_port;

#define OK(call) ck_assert_msg((call) == OSTEON_OK, "%s", err.text)

static char *path_of(int shard) /* SHARDS: all in one */
{
    static char paths[SHARDS + 1][400];

    snprintf(paths[shard], sizeof paths[0], "%s-%d", scratch, shard);
    return paths[shard];
}

static bool have_server(void)
{
    return system("command -v xapian-tcpsrv >/dev/null") == 0;
}

/* ---- Servers ---- */

static bool is_free(unsigned port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    const int again = 1, s = socket(AF_INET, SOCK_STREAM, 0);
    bool free;

    ck_assert_int_ge(s, 0);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &again, sizeof again);
    free = bind(s, (const struct sockaddr *)&address, sizeof address) == 0;
    close(s);
    return free;
}

/* Below the ports that connections take by themselves: one that has just been
 * closed keeps its port from servers for a minute. */
static unsigned free_ports(void)
{
    unsigned port = 10000 + (unsigned)getpid() * SHARDS % 10000;

    for (unsigned n = 0; n < SHARDS; port++) {
        ck_assert_uint_lt(port, 22000);
        n = is_free(port) ? n + 1 : 0;
    }
    return port - SHARDS;
}

/* A server kills its process group when it ends, so it has its own. */
static void start(int shard)
{
    char port[16], url[64];
    osteon_index *index = NULL;

    snprintf(port, sizeof port, "%u", first_port + (unsigned)shard);
    servers[shard] = fork();
    ck_assert_int_ge(servers[shard], 0);
    if (servers[shard] == 0) {
        const int null = open("/dev/null", O_RDWR);
        setpgid(0, 0);
        dup2(null, 1);
        dup2(null, 2);
        execlp("xapian-tcpsrv", "xapian-tcpsrv", "--interface", "127.0.0.1",
               "--port", port, path_of(shard), (char *)NULL);
        _exit(127);
    }
    snprintf(url, sizeof url, "xapian://127.0.0.1:%s", port);
    for (int i = 0; i < 300 && index == NULL; i++) {
        if (osteon_index_open(url, &index, &err) != OSTEON_OK)
            poll(NULL, 0, 30);
    }
    ck_assert_msg(index != NULL, "%s", err.text);
    osteon_index_close(index);
}

static void stop(int shard)
{
    if (servers[shard] <= 0)
        return;
    kill(-servers[shard], SIGKILL);
    waitpid(servers[shard], NULL, 0);
    servers[shard] = 0;
}

static osteon_index *open_all(bool partial, double timeout)
{
    const osteon_open_options options = {.timeout = timeout,
                                         .partial = partial};
    osteon_index *index;
    char url[128];

    snprintf(url, sizeof url,
             "xapian://127.0.0.1:%u,127.0.0.1:%u,127.0.0.1:%u", first_port,
             first_port + 1, first_port + 2);
    OK(osteon_index_open_with(url, &options, &index, &err));
    return index;
}

/* ---- Databases ---- */

typedef struct parts {
    xf_writer one, shard[SHARDS];
} parts;

static void add_to_parts(void *arg, uint32_t i, const osteon_document *doc)
{
    parts *p = arg;
    const unsigned n = ost_xapian_shard_of(doc->id, doc->id_len, SHARDS);

    xf_add(&p->one, doc, i);
    xf_add(&p->shard[n - 1], doc, i);
}

static void remove_all(void)
{
    char command[500];

    snprintf(command, sizeof command, "rm -rf '%s'-*", scratch);
    ck_assert_int_eq(system(command), 0);
}

static void setup(void)
{
    parts p;

    if (!have_server())
        return;
    remove_all();
    first_port = free_ports();
    xf_open(&p.one, path_of(SHARDS), "english", false);
    for (int i = 0; i < SHARDS; i++)
        xf_open(&p.shard[i], path_of(i), "english", false);
    for (uint32_t i = 0; i < DOCS; i++)
        made_document(i, add_to_parts, &p);
    xf_close(&p.one);
    for (int i = 0; i < SHARDS; i++) {
        xf_close(&p.shard[i]);
        start(i);
    }
}

static void teardown(void)
{
    for (int i = 0; i < SHARDS; i++)
        stop(i);
    remove_all();
}

/* ---- Tests ---- */

static uint64_t count(const osteon_index *index, const char *text)
{
    const osteon_search_options options = {.k1 = -1, .b = -1, .count = true};
    osteon_query *query;
    osteon_result *result;
    uint64_t n;

    OK(osteon_query_open(index, text, strlen(text), 0, &query, &err));
    OK(osteon_search(index, query, &options, &result, &err));
    n = result->matches;
    osteon_result_close(result);
    osteon_query_close(query);
    return n;
}

static osteon_status try(const osteon_index *index, const char *text)
{
    const osteon_search_options options = {.limit = 5, .k1 = -1, .b = -1};
    osteon_query *query;
    osteon_result *result;
    osteon_status s;

    OK(osteon_query_open(index, text, strlen(text), 0, &query, &err));
    s = osteon_search(index, query, &options, &result, &err);
    osteon_result_close(result);
    osteon_query_close(query);
    return s;
}

/* The same ids with the same scores, in the same order. */
static void compare(const osteon_index *one, const osteon_index *all,
                    const char *text)
{
    static const size_t limits[] = {1, 10, DOCS};
    osteon_query *query;

    OK(osteon_query_open(one, text, strlen(text), 0, &query, &err));
    for (unsigned i = 0; i < 3; i++) {
        const osteon_search_options options = {
            .limit = limits[i], .k1 = -1, .b = -1, .count = true};
        osteon_result *a, *b;
        OK(osteon_search(one, query, &options, &a, &err));
        OK(osteon_search(all, query, &options, &b, &err));
        ck_assert_msg(a->matches == b->matches, "%s: %d, %d", text,
                      (int)a->matches, (int)b->matches);
        ck_assert_uint_eq(a->n_hits, b->n_hits);
        for (size_t k = 0; k < a->n_hits && i < 2; k++) {
            osteon_entry *x, *y;
            OK(osteon_entry_open(one, a->hits[k].document, &x, &err));
            OK(osteon_entry_open(all, b->hits[k].document, &y, &err));
            ck_assert_msg(a->hits[k].score == b->hits[k].score &&
                              strcmp(x->info.id, y->info.id) == 0,
                          "%s: hit %zu: %s %.9g, %s %.9g", text, k,
                          x->info.id, a->hits[k].score, y->info.id,
                          b->hits[k].score);
            osteon_entry_close(x);
            osteon_entry_close(y);
        }
        osteon_result_close(a);
        osteon_result_close(b);
    }
    osteon_query_close(query);
}

START_TEST(test_remote_random_queries_equal_one_database)
{
    osteon_index *one, *all;

    if (!have_server())
        return;
    OK(osteon_index_open(path_of(SHARDS), &one, &err));
    all = open_all(false, 0);
    for (unsigned i = 0; i < 80; i++) {
        ost_buffer text = {0};
        make_query(&text, 2);
        ost_buffer_add_byte(&text, '\0');
        compare(one, all, (const char *)text.data);
        ost_buffer_free(&text);
    }
    osteon_index_close(one);
    osteon_index_close(all);
}
END_TEST

START_TEST(test_remote_server_restarted_is_found_again)
{
    osteon_index *index;
    uint64_t before;

    if (!have_server())
        return;
    index = open_all(false, 0);
    before = count(index, "bone OR cell");
    stop(1);
    ck_assert_int_eq(try(index, "bone"), OSTEON_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "127.0.0.1:"));
    ck_assert_int_eq(try(index, "bone"), OSTEON_IO);
    start(1);
    ck_assert_uint_eq(count(index, "bone OR cell"), before);
    osteon_index_close(index);
}
END_TEST

/* Documents keep their numbers while a shard is away, and a note tells. */
START_TEST(test_remote_partial_goes_on_without_a_shard)
{
    const osteon_search_options options = {.limit = DOCS, .k1 = -1, .b = -1};
    osteon_index *index;
    osteon_query *query;
    osteon_result *before, *after;
    char lost[32];

    if (!have_server())
        return;
    index = open_all(true, 1);
    ck_assert_ptr_null(osteon_index_note(index, 0));
    OK(osteon_query_open(index, "bone", 4, 0, &query, &err));
    OK(osteon_search(index, query, &options, &before, &err));
    kill(-servers[0], SIGSTOP); /* nobody answers any more */
    OK(osteon_search(index, query, &options, &after, &err));
    snprintf(lost, sizeof lost, "127.0.0.1:%u", first_port);
    ck_assert_ptr_nonnull(strstr(osteon_index_note(index, 0), lost));
    ck_assert_uint_lt(after->n_hits, before->n_hits);
    for (size_t i = 0; i < after->n_hits; i++) {
        const uint32_t document = after->hits[i].document;
        osteon_entry *entry;
        size_t k = 0;
        ck_assert_uint_ne((document - 1) % SHARDS, 0);
        while (k < before->n_hits && before->hits[k].document != document)
            k++;
        ck_assert_uint_lt(k, before->n_hits);
        OK(osteon_entry_open(index, document, &entry, &err));
        osteon_entry_close(entry);
    }
    kill(-servers[0], SIGCONT);
    osteon_result_close(before);
    osteon_result_close(after);
    osteon_query_close(query);
    osteon_index_close(index);
}
END_TEST

START_TEST(test_remote_addresses)
{
    static const char *const bad[] = {
        "xapian://", "xapian://a", "xapian://a:", "xapian://a:0",
        "xapian://a:65536", "xapian://a:1,", "xapian://:1", "xapian://a:1x",
        "xapian://a:99999999999",
    };
    osteon_index *index;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(osteon_index_open(bad[i], &index, &err),
                         OSTEON_INVALID);
        ck_assert_ptr_null(index);
    }
    ck_assert_int_eq(osteon_index_open("xapian://127.0.0.1:1", &index, &err),
                     OSTEON_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "127.0.0.1:1: "));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("xapian_remote");
    TCase *tc = scratch_case(suite, "remote");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_remote_random_queries_equal_one_database);
    tcase_add_test(tc, test_remote_server_restarted_is_found_again);
    tcase_add_test(tc, test_remote_partial_goes_on_without_a_shard);
    tcase_add_test(tc, test_remote_addresses);
    return run_suite(suite);
}
