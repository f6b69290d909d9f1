/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Documents from a list of files or from a pack. The list or pack is mapped;
 * a file is read into one buffer that grows, by open, fstat and read.
 */
#include "bench_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ID_ROOM 4096

struct bench_text {
    char *map; /* the list or pack; NULL where it is empty */
    size_t size, at;
    bool pack;
    uint64_t number;
    char id[ID_ROOM];
    char *buffer;
    size_t room;
    bench_document document;
};

void bench_fail(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(2);
}

double bench_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int open_sized(const char *path, size_t *size)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0)
        bench_fail(path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        bench_fail(path, "not a regular file");
    *size = (size_t)st.st_size;
    return fd;
}

bench_text *bench_text_open(const char *path)
{
    const size_t len = strlen(path);
    bench_text *text = calloc(1, sizeof *text);
    int fd;

    if (text == NULL)
        bench_fail(path, strerror(ENOMEM));
    text->pack = len >= 5 && strcmp(path + len - 5, ".pack") == 0;
    fd = open_sized(path, &text->size);
    if (text->size > 0) {
        text->map = mmap(NULL, text->size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (text->map == MAP_FAILED)
            bench_fail(path, strerror(errno));
    }
    close(fd);
    return text;
}

void bench_text_close(bench_text *text)
{
    if (text->map != NULL)
        munmap(text->map, text->size);
    free(text->buffer);
    free(text);
}

/* Takes the line at `at`, without its newline, into `id`. */
static void take_line(bench_text *text)
{
    const char *line = text->map + text->at;
    const char *end = memchr(line, '\n', text->size - text->at);
    const size_t len = end ? (size_t)(end - line) : text->size - text->at;

    if (len >= ID_ROOM)
        bench_fail("text", "a line of the list is too long");
    memcpy(text->id, line, len);
    text->id[len] = '\0';
    text->at += len + (end != NULL);
}

static void read_file(bench_text *text)
{
    size_t size, done = 0;
    const int fd = open_sized(text->id, &size);

    if (size > text->room) {
        text->room = size * 2;
        free(text->buffer);
        text->buffer = malloc(text->room);
        if (text->buffer == NULL)
            bench_fail(text->id, strerror(ENOMEM));
    }
    while (done < size) {
        const ssize_t n = read(fd, text->buffer + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            bench_fail(text->id, n < 0 ? strerror(errno) : "it has shrunk");
        done += (size_t)n;
    }
    close(fd);
    text->document.bytes = text->buffer;
    text->document.len = size;
}

static void read_packed(bench_text *text)
{
    char *end;
    unsigned long long size;

    errno = 0;
    size = strtoull(text->id, &end, 10);
    if (end == text->id || *end != '\0' || errno != 0 ||
        size > text->size - text->at)
        bench_fail("pack", "damaged");
    text->document.bytes = text->map + text->at;
    text->document.len = (size_t)size;
    text->at += (size_t)size;
    snprintf(text->id, sizeof text->id, "%llu",
             (unsigned long long)++text->number);
}

const bench_document *bench_text_next(bench_text *text)
{
    if (text->at >= text->size)
        return NULL;
    take_line(text);
    if (text->pack)
        read_packed(text);
    else
        read_file(text);
    text->document.id = text->id;
    return &text->document;
}
