/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * osteon-search: finds the documents of an index that answer a query best.
 * Here the pieces are opened in order and closed again.
 */
#define _XOPEN_SOURCE 700 /* realpath */

#include "find_index.h"
#include "query_lines.h"
#include "search_batch.h"
#include "search_program.h"
#include "search_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A program started with one of these closed would take a file of the index,
 * or a shard's connection, for it. What takes its place cannot be used: that
 * it was closed is told as any other error. */
static bool have_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return false;
    return true;
}

/* A file of an index is mapped. Where one is cut meanwhile, or the disk cannot
 * give a page of it, there is no call to fail, only this signal. */
static void on_lost_page(int signo)
{
    static const char line[] = "osteon-search: a file of the index was cut "
                               "while it was read, or the disk fails\n";

    (void)signo;
    (void)!write(STDERR_FILENO, line, sizeof line - 1);
    _exit(SEARCH_EXIT_ERROR);
}

/* Replaces the query by what standard input holds. */
static bool read_query(sink *query)
{
    char bytes[4096];

    if (isatty(STDIN_FILENO)) {
        complain("'-' reads the query from standard input, which is a "
                 "terminal; pipe it in, or give the words as arguments");
        return false;
    }
    query->len = 0;
    for (;;) {
        const ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            complain("standard input: %s", strerror(errno));
            return false;
        }
        if (n == 0)
            break;
        sink_add(query, bytes, (size_t)n);
        if (query->len > QUERY_MOST) {
            complain("the query on standard input is over 1 MiB long");
            return false;
        }
    }
    while (query->len > 0 && query->data[query->len - 1] == '\n')
        query->len--;
    return true;
}

static bool wants_color(search_color choice, bool terminal)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    if (choice != COLOR_AUTO)
        return choice == COLOR_ALWAYS;
    return terminal && (no_color == NULL || no_color[0] == '\0') &&
           term != NULL && strcmp(term, "dumb") != 0;
}

static size_t terminal_columns(void)
{
    const char *variable = getenv("COLUMNS");
    struct winsize size;
    long columns = 0;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        columns = size.ws_col;
    if (columns <= 0 && variable != NULL)
        columns = strtol(variable, NULL, 10);
    return columns > 0 && columns < 10000 ? (size_t)columns : 80;
}

static int with_index(search_context *search, const osteon_index *index,
                      search_times *times)
{
    osteon_index_info info;
    osteon_error err;
    char *root;
    int status;

    if (osteon_index_info_get(index, &info, &err) != OSTEON_OK) {
        complain("%s", err.text);
        return SEARCH_EXIT_ERROR;
    }
    /* "../" means what the system makes of it only without links. */
    root = info.root[0] != '\0' ? realpath(info.root, NULL) : NULL;
    search->index = index;
    search->root = root != NULL ? root : info.root;
    if (search->options->show != NULL)
        status = run_show(search);
    else if (search->options->batch != NULL)
        status = run_batch(search, times);
    else
        status = run_search(search, times);
    search->root = NULL;
    free(root);
    return status;
}

static int with_options(search_options *options, sink *out)
{
    search_times times = {.begun = clock_ms()};
    const osteon_open_options open = {.timeout = options->timeout,
                                      .partial = options->partial};
    const bool terminal = isatty(STDOUT_FILENO);
    char *here = current_folder();
    search_context search = {
        .options = options,
        .here = here,
        .out = out,
        .terminal = terminal,
        .color = wants_color(options->color, terminal),
        .columns = terminal ? terminal_columns() : 80,
    };
    char *path = find_index(options->index, here);
    osteon_index *index = NULL;
    int status = SEARCH_EXIT_ERROR;
    osteon_error err;

    if (path == NULL)
        goto done;
    if (osteon_index_open_with(path, &open, &index, &err) != OSTEON_OK) {
        if (err.status == OSTEON_NOT_FOUND || err.status == OSTEON_NOT_INDEX)
            complain_of_index(options->index, path, err.text);
        else
            complain("%s", err.text);
        goto done;
    }
    times.opened = clock_ms() - times.begun;
    status = with_index(&search, index, &times);
done:
    osteon_index_close(index);
    free(path);
    free(here);
    return status;
}

static int run(search_options *options, sink *out)
{
    switch (options->action) {
    case ACTION_SHORT_HELP:
        put_short_help(out);
        break;
    case ACTION_LONG_HELP:
        put_long_help(out);
        break;
    case ACTION_VERSION:
        put_version(out);
        break;
    case ACTION_SEARCH:
        if (options->from_stdin && !read_query(&options->query))
            return SEARCH_EXIT_ERROR;
        return with_options(options, out);
    }
    return finish_output(out, SEARCH_EXIT_HITS);
}

int main(int argc, char **argv)
{
    int status = SEARCH_EXIT_ERROR;
    search_options options;
    sink out;

    if (!have_standard_files())
        return SEARCH_EXIT_ERROR;
    signal(SIGBUS, on_lost_page);
    sink_open(&out, STDOUT_FILENO);
    if (search_options_open(argc, argv, &options))
        status = run(&options, &out);
    search_options_close(&options);
    sink_close(&out);
    return status;
}
