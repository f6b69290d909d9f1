/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * build_stages TEXT FOLDER: where the time of a build goes, in one thread.
 * Reads TEXT (bench_text.h) once to be warm, then takes each document, cuts it
 * into words and adds it to an index in FOLDER, which must not be there; then
 * commits. Prints "stage TAB microseconds":
 *   read      open, read and close, or the faults of the mapped pack
 *   tokenize  cutting into words alone
 *   invert    what adding costs more than that: stems, numbers of terms, lists
 *   encode    the commit without what follows
 *   write     inside write(2)
 *   sync      inside fsync(2)
 * The last two are taken where the library calls the system: the linker lets
 * those calls pass through the two functions at the top.
 */
#include "bench_text.h"
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TOKENS 256
#define MEMORY ((size_t)8 << 30) /* so that nothing is written early */

static double write_time, sync_time;

ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
int __real_fsync(int fd);
int __wrap_fsync(int fd);

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
    const double from = bench_now();
    const ssize_t done = __real_write(fd, bytes, len);

    write_time += bench_now() - from;
    return done;
}

int __wrap_fsync(int fd)
{
    const double from = bench_now();
    const int failed = __real_fsync(fd);

    sync_time += bench_now() - from;
    return failed;
}

typedef struct stages {
    double read, tokenize, add, commit;
    uint64_t tokens;
} stages;

/* The next document, with every page of it touched: a pack is read by faults.
 */
static const bench_document *take(bench_text *text, stages *s)
{
    const double from = bench_now();
    const bench_document *d = bench_text_next(text);
    volatile char touched = 0;

    for (size_t i = 0; d != NULL && i < d->len; i += 4096)
        touched = d->bytes[i];
    (void)touched;
    s->read += bench_now() - from;
    return d;
}

static void tokenize(ost_tokenizer *t, const bench_document *d, stages *s)
{
    const double from = bench_now();
    ost_token tokens[TOKENS];
    size_t n;

    ost_tokenizer_start(t, d->bytes, d->len, 0);
    while ((n = ost_tokenizer_next(t, tokens, TOKENS)) > 0)
        s->tokens += n;
    s->tokenize += bench_now() - from;
}

static void add(osteon_writer *writer, const bench_document *d, stages *s)
{
    const osteon_document document = {.id = d->id,
                                      .id_len = strlen(d->id),
                                      .body = d->bytes,
                                      .body_len = d->len};
    const double from = bench_now();
    osteon_error err;

    if (osteon_writer_add(writer, &document, &err))
        bench_fail(d->id, err.text);
    s->add += bench_now() - from;
}

/* One pass over the text; into `writer`, or NULL to be warm. */
static stages pass(const char *path, osteon_writer *writer)
{
    stages s = {0};
    bench_text *text = bench_text_open(path);
    const bench_document *d;
    ost_tokenizer *t;
    osteon_error err;

    if (ost_tokenizer_open(&t, &err))
        bench_fail("tokenizer", err.text);
    while ((d = take(text, &s)) != NULL) {
        tokenize(t, d, &s);
        if (writer != NULL)
            add(writer, d, &s);
    }
    ost_tokenizer_close(t);
    bench_text_close(text);
    return s;
}

static stages build(const char *path, const char *folder)
{
    const osteon_writer_options options = {.memory = MEMORY, .threads = 1};
    osteon_writer *writer;
    osteon_error err;
    double from;
    stages s;

    if (osteon_writer_open(folder, &options, &writer, &err))
        bench_fail(folder, err.text);
    s = pass(path, writer);
    write_time = sync_time = 0;
    from = bench_now();
    if (osteon_writer_commit(writer, &err))
        bench_fail(folder, err.text);
    s.commit = bench_now() - from;
    osteon_writer_close(writer);
    return s;
}

int main(int argc, char **argv)
{
    stages s;

    if (argc != 3)
        bench_fail("usage", "build_stages TEXT FOLDER");
    if (pass(argv[1], NULL).tokens == 0)
        bench_fail(argv[1], "no text in it");
    s = build(argv[1], argv[2]);
    printf("read\t%.0f\ntokenize\t%.0f\ninvert\t%.0f\nencode\t%.0f\n"
           "write\t%.0f\nsync\t%.0f\n",
           s.read, s.tokenize, s.add - s.tokenize,
           s.commit - write_time - sync_time, write_time, sync_time);
    return fflush(stdout) != 0 ? 2 : 0;
}
