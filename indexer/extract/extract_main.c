/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * osteon-extract: turns HTML into text for osteon-index, so that a parser
 * that crashes or runs wild on one document costs that document only. It is
 * not meant to be called by hand. Numbers are little-endian.
 *   standard input   repeatedly: 8 bytes length, the document
 *   standard output  for each: 1 byte status (0: converted), 4 bytes length
 *                    of the title, 8 bytes length of the text, both
 */
#include "html_text.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#define DOCUMENT_MAX ((uint64_t)1 << 30)
#define MEMORY_MAX ((rlim_t)1 << 30)
#define SECONDS_MAX 10 /* of the processor, for one document */

/* AddressSanitizer maps more address space than any limit of use. */
#if defined(__SANITIZE_ADDRESS__)
#define LIMIT_MEMORY 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LIMIT_MEMORY 0
#endif
#endif
#ifndef LIMIT_MEMORY
#define LIMIT_MEMORY 1
#endif

static void limit(int what, rlim_t most)
{
    struct rlimit now;

    if (getrlimit(what, &now) != 0)
        return;
    if (now.rlim_max != RLIM_INFINITY && most > now.rlim_max)
        most = now.rlim_max;
    now.rlim_cur = most;
    setrlimit(what, &now);
}

/* The limit counts all the process has used. */
static void limit_time(void)
{
    struct rusage used;

    if (getrusage(RUSAGE_SELF, &used) == 0)
        limit(RLIMIT_CPU, (rlim_t)(used.ru_utime.tv_sec +
                                   used.ru_stime.tv_sec + SECONDS_MAX + 1));
}

static bool read_all(void *to, size_t len)
{
    char *p = to;

    while (len > 0) {
        const ssize_t got = read(STDIN_FILENO, p, len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        p += got;
        len -= (size_t)got;
    }
    return true;
}

static bool write_all(const void *from, size_t len)
{
    const char *p = from;

    while (len > 0) {
        const ssize_t done = write(STDOUT_FILENO, p, len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        len -= (size_t)done;
    }
    return true;
}

static bool reply(bool converted, const osi_bytes *title,
                  const osi_bytes *text)
{
    const uint64_t text_len = converted ? text->len : 0;
    const uint64_t title_len = converted ? title->len : 0;
    unsigned char head[13] = {converted ? 0 : 1};

    for (unsigned i = 0; i < 4; i++)
        head[1 + i] = (unsigned char)(title_len >> 8 * i);
    for (unsigned i = 0; i < 8; i++)
        head[5 + i] = (unsigned char)(text_len >> 8 * i);
    return write_all(head, sizeof head) &&
           write_all(title->data, (size_t)title_len) &&
           write_all(text->data, (size_t)text_len);
}

static bool convert_one(uint64_t len)
{
    osi_bytes html = {0}, text = {0}, title = {0};
    bool ok = false;

    if (len > DOCUMENT_MAX || osi_bytes_reserve(&html, (size_t)len + 1) == NULL)
        goto done;
    if (!read_all(html.data, (size_t)len))
        goto done;
    html.data[len] = '\0';
    limit_time();
    ok = osi_html_text(html.data, (size_t)len, &text, &title);
    ok = reply(ok, &title, &text);
done:
    osi_bytes_free(&html);
    osi_bytes_free(&text);
    osi_bytes_free(&title);
    return ok;
}

int main(void)
{
    unsigned char head[8];

    if (isatty(STDIN_FILENO)) {
        fputs("osteon-extract: a part of osteon-index, which calls it\n",
              stderr);
        return 2;
    }
    /* Our caller gets the terminal's signals too, and then closes the pipe. */
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    limit(RLIMIT_CORE, 0);
    if (LIMIT_MEMORY)
        limit(RLIMIT_AS, MEMORY_MAX);
    osi_html_start();
    while (read_all(head, sizeof head)) {
        uint64_t len = 0;
        for (unsigned i = 0; i < 8; i++)
            len |= (uint64_t)head[i] << 8 * i;
        if (!convert_one(len))
            return 1;
    }
    return 0;
}
