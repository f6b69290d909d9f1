/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Messages on standard error and memory that is there or ends the program: a
 * command that cannot get a few kilobytes has nothing better to do.
 */
#include "search_program.h"

#include "clean_text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *grow_memory(void *old, size_t n, size_t size)
{
    void *p = NULL;

    if (n == 0)
        n = 1;
    if (size <= SIZE_MAX / n)
        p = realloc(old, n * size);
    if (p == NULL) {
        fputs(SEARCH_PROGRAM ": out of memory\n", stderr);
        exit(SEARCH_EXIT_ERROR);
    }
    return p;
}

/* Longest message; what is longer loses its end. */
#define MESSAGE_MOST 8192

static void say(const char *kind, const char *format, va_list args)
{
    char text[MESSAGE_MOST];
    const int made = vsnprintf(text, sizeof text, format, args);
    clean_text line;

    if (made < 0)
        return;
    clean_text_open(&line, text, strlen(text), CLEAN_NAME);
    /* One call, so that lines of several processes do not mix. */
    fprintf(stderr, SEARCH_PROGRAM ": %s%.*s\n", kind, (int)line.len,
            line.text);
    clean_text_close(&line);
}

void complain(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say("", format, args);
    va_end(args);
}

void complain_note(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say("note: ", format, args);
    va_end(args);
}
