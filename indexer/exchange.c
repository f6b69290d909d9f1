/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * --export and --import: an index in the forms of others.
 */
#include "indexer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP ((size_t)256 << 10)

static void note(uint64_t n, const char *text)
{
    char line[160];

    snprintf(line, sizeof line, "%llu %s", (unsigned long long)n, text);
    osi_note_path("note", 4, line);
}

static int export_ciff(const char *index, const char *target)
{
    osteon_index *handle = NULL;
    osteon_ciff_counts counts;
    osteon_error err;
    osi_output out;
    osteon_status s;

    if (strcmp(target, "-") == 0 && isatty(STDOUT_FILENO)) {
        osi_error("standard output is a terminal, and a CIFF file is binary");
        return OSI_FATAL;
    }
    s = osteon_index_open(index, &handle, &err);
    if (s != OSTEON_OK)
        return osi_library_error(index, &err);
    if (!osi_output_open(&out, target)) {
        osteon_index_close(handle);
        return OSI_FATAL;
    }
    s = osteon_export_ciff(handle, osi_output_write, &out, &counts, &err);
    osteon_index_close(handle);
    if (!osi_output_close(&out, s == OSTEON_OK))
        return out.error != 0 ? OSI_FATAL : osi_library_error(index, &err);
    if (counts.ids_changed > 0)
        note(counts.ids_changed,
             "ids are not UTF-8: their other bytes were written as \\xNN");
    return OSI_DONE;
}

static int export_xapian(const osi_options *options, const char *index)
{
    const char *const target = options->export.target;
    const osteon_writer_options wanted = {.memory = (size_t)options->memory,
                                          .threads = (unsigned)options->jobs,
                                          .wait = options->wait};
    osteon_index *handle = NULL;
    osteon_error err;
    osteon_status s;

    if (strcmp(target, "-") == 0) {
        osi_error("--export=xapian needs a folder: xapian:DIR");
        return OSI_FATAL;
    }
    s = osteon_index_open(index, &handle, &err);
    if (s != OSTEON_OK)
        return osi_library_error(index, &err);
    osi_stop_default(); /* a signal leaves what a first build leaves */
    s = osteon_export_xapian(handle, target, &wanted, &err);
    osteon_index_close(handle);
    return s == OSTEON_OK ? OSI_DONE : osi_library_error(target, &err);
}

int osi_export(const osi_options *options, const char *index)
{
    const osi_exchange *const exchange = &options->export;

    switch ((osi_exchange_kind)exchange->kind) {
    case OSI_EXCHANGE_JSONL:
        return osi_export_jsonl(index, exchange->target);
    case OSI_EXCHANGE_XAPIAN:
        return export_xapian(options, index);
    default:
        return export_ciff(index, exchange->target);
    }
}

/* ---- Import ---- */

/* Copies standard input to a file without a name: it is read twice. Returns
 * its descriptor, -1: a message was printed. */
static int spool_stdin(void)
{
    FILE *const file = tmpfile();
    char *const buffer = osi_realloc(NULL, STEP);
    ssize_t got = 0;
    int fd = -1;
    bool ok = file != NULL && buffer != NULL;

    while (ok) {
        got = read(STDIN_FILENO, buffer, STEP);
        if (osi_stop_asked())
            osi_stop_die();
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        ok = fwrite(buffer, 1, (size_t)got, file) == (size_t)got;
    }
    ok = ok && got == 0 && fflush(file) == 0;
    if (ok)
        fd = dup(fileno(file));
    if (fd < 0)
        osi_error("standard input: %s", strerror(errno));
    if (file != NULL)
        fclose(file);
    free(buffer);
    return fd;
}

static int open_import(const char *file)
{
    struct stat st;
    int fd;

    if (strcmp(file, "-") == 0) {
        if (isatty(STDIN_FILENO)) {
            osi_error("standard input is a terminal; give it a CIFF file");
            return -1;
        }
        return fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode)
                   ? dup(STDIN_FILENO)
                   : spool_stdin();
    }
    fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        osi_error_path(file, strlen(file), strerror(errno));
    return fd;
}

int osi_import(const osi_options *options, const char *index)
{
    const char *const file = options->import.target;
    const osteon_writer_options wanted = {.language = options->language,
                                          .memory = (size_t)options->memory,
                                          .threads = (unsigned)options->jobs,
                                          .wait = options->wait,
                                          .rebuild = options->rebuild};
    osteon_ciff_counts counts;
    osteon_error err;
    osteon_status s;
    const int fd = open_import(file);

    if (fd < 0)
        return OSI_FATAL;
    osi_stop_default(); /* a signal leaves what a first build leaves */
    s = osteon_import_ciff(index, fd,
                           strcmp(file, "-") == 0 ? "standard input" : file,
                           &wanted, &counts, &err);
    close(fd);
    if (s != OSTEON_OK)
        return osi_library_error(index, &err);
    if (counts.terms_left_out > 0)
        note(counts.terms_left_out,
             "terms are empty or longer than 255 bytes, and were left out");
    osi_count_documents(counts.documents);
    osi_summary(NULL, 0);
    return OSI_DONE;
}
