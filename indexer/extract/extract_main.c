/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * osteon-extract: turns HTML into text and archives into their members for
 * osteon-index, so that a parser that crashes or runs wild on one document or
 * archive costs that one only. It is not meant to be called by hand. With
 * "archives" as its argument see archive_members.c, without one it converts
 * HTML. Numbers are little-endian.
 *   standard input   repeatedly: 8 bytes length, the document
 *   standard output  for each: 1 byte status (0: converted), 4 bytes length
 *                    of the title, 8 bytes length of the text, both
 */
#include "archive_members.h"
#include "html_text.h"
#include "limits.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#define DOCUMENT_MAX ((uint64_t)1 << 30)

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
    osi_limit_time();
    ok = osi_html_text(html.data, (size_t)len, &text, &title);
    ok = reply(ok, &title, &text);
done:
    osi_bytes_free(&html);
    osi_bytes_free(&text);
    osi_bytes_free(&title);
    return ok;
}

static int convert_all(void)
{
    unsigned char head[8];

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

int main(int argc, char **argv)
{
    if (isatty(STDOUT_FILENO)) {
        fputs("osteon-extract: a part of osteon-index, which calls it\n",
              stderr);
        return 2;
    }
    /* Our caller gets the terminal's signals too, and then closes the pipe. */
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    osi_limit_process();
    if (argc == 2 && strcmp(argv[1], "archives") == 0)
        return osi_archive_members();
    return argc == 1 ? convert_all() : 2;
}
