/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * --analyze: the terms of standard input as an index would hold them.
 */
#include "indexer.h"

#include <errno.h>
#include <unistd.h>

#define STEP ((size_t)64 << 10)

static void print_token(void *arg, const osteon_token *token)
{
    (void)arg;
    printf("%u\t", token->position);
    fwrite(token->term, 1, token->term_len, stdout);
    printf("\t%zu-%zu\t%s\n", token->start, token->end,
           token->joined ? "joined" : "word");
}

static bool read_stdin(osi_bytes *text)
{
    ssize_t got;

    do {
        char *const place = osi_bytes_reserve(text, STEP);
        if (place == NULL) {
            osi_error("out of memory");
            return false;
        }
        got = read(STDIN_FILENO, place, STEP);
        if (got > 0)
            text->len += (size_t)got;
        if (osi_stop_asked())
            osi_stop_die();
    } while (got > 0 || (got < 0 && errno == EINTR));
    if (got < 0)
        osi_error("standard input: %s", strerror(errno));
    return got == 0;
}

int osi_analyze(const char *language, const char *index)
{
    osteon_index *handle = NULL;
    osteon_index_info info;
    osteon_error err;
    osi_bytes text = {0};
    osteon_status s = OSTEON_OK;

    if (isatty(STDIN_FILENO)) {
        osi_error("standard input is a terminal; pipe a text into it");
        return OSI_FATAL;
    }
    if (language == NULL && index != NULL) {
        s = osteon_index_open(index, &handle, &err);
        if (s == OSTEON_OK)
            s = osteon_index_info_get(handle, &info, &err);
        if (s == OSTEON_OK)
            language = info.language;
    }
    if (s == OSTEON_OK && !read_stdin(&text)) {
        osteon_index_close(handle);
        osi_bytes_free(&text);
        return OSI_FATAL;
    }
    if (s == OSTEON_OK)
        s = osteon_analyze(language != NULL ? language : "english",
                           text.len ? text.data : "", text.len, print_token,
                           NULL, &err);
    osteon_index_close(handle);
    osi_bytes_free(&text);
    if (s != OSTEON_OK)
        return osi_library_error(index, &err);
    return osi_stdout_end() ? OSI_DONE : OSI_FATAL;
}
