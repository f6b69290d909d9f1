/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading lines with a bound. A carriage return before a newline belongs to
 * it, and a byte order mark to no query. Nothing is read ahead of a line that
 * is there, so that who writes one into a pipe gets its answer.
 */
#include "query_lines.h"

#include "search_program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE ((size_t)1 << 16)

/* The longest line, its carriage return, and one read behind it. */
#define ROOM_MOST (QUERY_MOST + 1 + READ_SIZE)

bool query_lines_open(query_lines *out, const char *path)
{
    *out = (query_lines){.fd = STDIN_FILENO, .name = "standard input"};
    if (strcmp(path, "-") != 0) {
        out->name = path;
        out->fd = open(path, O_RDONLY | O_CLOEXEC);
        if (out->fd < 0)
            complain("%s: %s", path, strerror(errno));
        return out->fd >= 0;
    }
    if (!isatty(STDIN_FILENO))
        return true;
    complain("--batch=- reads queries from standard input, which is a "
             "terminal; pipe them in, or name a file");
    return false;
}

void query_lines_close(query_lines *lines)
{
    if (lines->fd > STDIN_FILENO)
        close(lines->fd);
    free(lines->data);
    *lines = (query_lines){.fd = -1};
}

/* Reads some more behind what is there, which is less than a line. Returns
 * false when a message has been written. */
static bool read_more(query_lines *lines)
{
    ssize_t n;

    if (lines->begin > 0 && lines->end > lines->begin)
        memmove(lines->data, lines->data + lines->begin,
                lines->end - lines->begin);
    lines->end -= lines->begin;
    lines->begin = 0;
    if (lines->room - lines->end < READ_SIZE) {
        lines->room = lines->room > 0 ? lines->room * 2 : 2 * READ_SIZE;
        lines->room = lines->room < ROOM_MOST ? lines->room : ROOM_MOST;
        lines->data = grow_memory(lines->data, lines->room, 1);
    }
    do
        n = read(lines->fd, lines->data + lines->end, READ_SIZE);
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        complain("%s: %s", lines->name, strerror(errno));
        return false;
    }
    lines->end += (size_t)n;
    lines->over = n == 0;
    return true;
}

/* Takes the next line off what is read: *text, *len bytes without its end.
 * They live until the next call. Returns as query_lines_next. */
static int take_line(query_lines *lines, const char **text, size_t *len)
{
    const char *newline = NULL;
    size_t left, seen = 0;

    for (;;) {
        left = lines->end - lines->begin;
        if (left > seen)
            newline = memchr(lines->data + lines->begin + seen, '\n',
                             left - seen);
        if (newline != NULL || lines->over || left > QUERY_MOST + 1)
            break;
        seen = left;
        if (!read_more(lines))
            return -1;
    }
    if (left == 0)
        return 0;
    *text = lines->data + lines->begin;
    *len = newline != NULL ? (size_t)(newline - *text) : left;
    lines->begin += *len + (newline != NULL);
    lines->number++;
    if (*len > 0 && (*text)[*len - 1] == '\r')
        --*len;
    if (*len <= QUERY_MOST && memchr(*text, '\0', *len) == NULL)
        return 1;
    complain("%s:%llu: %s", lines->name, (unsigned long long)lines->number,
             *len > QUERY_MOST ? "the line is over 1 MiB long"
                               : "a NUL byte: this is no text in UTF-8");
    return -1;
}

static bool is_blank(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] != ' ' && text[i] != '\t')
            return false;
    return true;
}

/* Copies a line and takes it apart. */
static void fill(query_line *line, const char *text, size_t len)
{
    const char *tab = memchr(text, '\t', len);

    line->bytes.len = 0;
    sink_add(&line->bytes, text, len);
    sink_unsigned(&line->bytes, line->number);
    line->text = line->bytes.data;
    line->text_len = len;
    line->id = line->bytes.data + len;
    line->id_len = line->bytes.len - len;
    if (tab == NULL)
        return;
    line->text += tab - text + 1;
    line->text_len -= (size_t)(tab - text) + 1;
    if (tab == text)
        return;
    line->id = line->bytes.data;
    line->id_len = (size_t)(tab - text);
}

int query_lines_next(query_lines *lines, query_line *line)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const size_t mark_len = sizeof mark - 1;
    const char *text;
    size_t len;
    int got;

    while ((got = take_line(lines, &text, &len)) == 1) {
        if (lines->number == 1 && len >= mark_len &&
            memcmp(text, mark, mark_len) == 0) {
            text += mark_len;
            len -= mark_len;
        }
        if (is_blank(text, len))
            continue;
        line->number = lines->number;
        fill(line, text, len);
        return 1;
    }
    lines->begin = lines->end;
    lines->over = true;
    return got;
}
