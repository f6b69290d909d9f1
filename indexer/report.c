/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * All that osteon-index says on stderr: messages, the progress line, the
 * closing summary, and the counts behind them. State is the process's own.
 * Counts are atomic; `lock` guards stderr and the progress line, which every
 * message erases before it is written.
 */
#define _DEFAULT_SOURCE /* TIOCGWINSZ */
#include "indexer.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* A progress line appears after this long and is redrawn this often. */
#define PROGRESS_AFTER 0.5
#define PROGRESS_EVERY 0.1

static struct {
    pthread_mutex_t lock;
    double started, drawn;
    bool quiet, verbose, progress, line_shown;
    atomic_bool partly;
    atomic_uint_fast64_t outcomes[OSI_OUTCOMES];
    atomic_uint_fast64_t documents, found, bytes;
} report = {.lock = PTHREAD_MUTEX_INITIALIZER};

static const char *const outcome_names[OSI_OUTCOMES] = {
    "indexed",    "unchanged", "empty",   "binary", "too large",
    "unreadable", "malformed", "removed"};

double osi_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Standard error is a terminal that can erase a line. */
static bool can_redraw(void)
{
    const char *const terminal = getenv("TERM");

    return isatty(STDERR_FILENO) && terminal != NULL &&
           strcmp(terminal, "dumb") != 0;
}

void osi_report_start(bool quiet, bool verbose, int progress)
{
    report.started = osi_now();
    report.quiet = quiet;
    report.verbose = verbose && !quiet;
    report.progress =
        progress > 0 || (progress == 0 && !quiet && can_redraw());
}

static void erase_line(void)
{
    if (report.line_shown)
        fputs("\r\033[K", stderr);
    report.line_shown = false;
}

/* One write a line, so that lines of several processes do not mix. */
static void say(const char *label, const char *path, size_t len,
                const char *between, const char *text)
{
    osi_bytes line = {0};

    osi_bytes_add_text(&line, label);
    if (path != NULL) {
        osi_bytes_add_shown(&line, path, len);
        osi_bytes_add_text(&line, between);
    }
    if (text != NULL)
        osi_bytes_add_shown(&line, text, strlen(text));
    osi_bytes_add(&line, "\n", 1);
    pthread_mutex_lock(&report.lock);
    erase_line();
    if (line.failed)
        fputs("osteon-index: out of memory\n", stderr);
    else
        fwrite(line.data, 1, line.len, stderr);
    pthread_mutex_unlock(&report.lock);
    osi_bytes_free(&line);
}

void osi_error(const char *format, ...)
{
    char text[2048];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    say("osteon-index: ", NULL, 0, "", text);
}

void osi_error_path(const char *path, size_t len, const char *reason)
{
    say("osteon-index: ", path, len, ": ", reason);
}

void osi_error_line(const char *path, size_t len, uint64_t line,
                    const char *reason)
{
    char text[512];

    snprintf(text, sizeof text, "%llu: %s", (unsigned long long)line, reason);
    say("osteon-index: ", path, len, ":", text);
}

void osi_note_path(const char *path, size_t len, const char *note)
{
    if (!report.quiet)
        say("osteon-index: ", path, len, ": ", note);
}

void osi_count(osi_outcome outcome, const char *path, size_t len)
{
    char label[32];

    atomic_fetch_add_explicit(&report.outcomes[outcome], 1,
                              memory_order_relaxed);
    if (!report.verbose || outcome == OSI_UNCHANGED)
        return;
    snprintf(label, sizeof label, "%s ", outcome_names[outcome]);
    say(label, path, len, "", NULL);
}

uint64_t osi_counted(osi_outcome outcome)
{
    return report.outcomes[outcome];
}

void osi_count_documents(uint64_t n)
{
    atomic_fetch_add_explicit(&report.documents, n, memory_order_relaxed);
}

uint64_t osi_documents_counted(void)
{
    return report.documents;
}

void osi_count_found(uint64_t files)
{
    atomic_fetch_add_explicit(&report.found, files, memory_order_relaxed);
}

void osi_count_read(uint64_t bytes)
{
    atomic_fetch_add_explicit(&report.bytes, bytes, memory_order_relaxed);
}

void osi_mark_partly(void)
{
    report.partly = true;
}

bool osi_is_partly(void)
{
    return report.partly;
}

static uint64_t files_done(void)
{
    uint64_t n = 0;

    for (int i = 0; i < OSI_OUTCOMES; i++)
        n += report.outcomes[i];
    return n;
}

/* Columns a line may have so that it can be erased again: a wider one would
 * wrap. */
static int line_columns(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2)
        return 79;
    return size.ws_col - 1;
}

static void draw_line(double seconds)
{
    const double megabytes = (double)report.bytes / 1e6;
    char line[160];

    snprintf(line, sizeof line,
             "%llu/%llu files, %llu documents, %.1f MB, %.1f MB/s",
             (unsigned long long)files_done(),
             (unsigned long long)report.found,
             (unsigned long long)report.documents, megabytes,
             megabytes / seconds);
    fprintf(stderr, "\r%.*s\033[K", line_columns(), line);
}

void osi_progress(void)
{
    double at;

    if (!report.progress || osi_stop_asked() != 0 ||
        pthread_mutex_trylock(&report.lock) != 0)
        return; /* another thread is drawing it */
    at = osi_now();
    if (at - report.started >= PROGRESS_AFTER &&
        at - report.drawn >= PROGRESS_EVERY) {
        draw_line(at - report.started);
        report.line_shown = true;
        report.drawn = at;
    }
    pthread_mutex_unlock(&report.lock);
}

void osi_progress_end(void)
{
    pthread_mutex_lock(&report.lock);
    erase_line();
    pthread_mutex_unlock(&report.lock);
}

static void print_skipped(void)
{
    uint64_t skipped = 0;
    const char *before = " (";

    for (int i = OSI_EMPTY; i <= OSI_MALFORMED; i++)
        skipped += report.outcomes[i];
    if (skipped == 0)
        return;
    fprintf(stderr, ", skipped %llu", (unsigned long long)skipped);
    for (int i = OSI_EMPTY; i <= OSI_MALFORMED; i++) {
        if (report.outcomes[i] == 0)
            continue;
        fprintf(stderr, "%s%s %llu", before, outcome_names[i],
                (unsigned long long)report.outcomes[i]);
        before = ", ";
    }
    fputc(')', stderr);
}

static void print_details(const osteon_writer_counts *counts, double seconds)
{
    struct rusage usage;

    if (counts != NULL) {
        const double megabytes = (double)counts->text_bytes / 1e6;
        fprintf(stderr,
                "read %.1f MB, text %.1f MB, %llu tokens, %.1f MB/s\n",
                (double)report.bytes / 1e6, megabytes,
                (unsigned long long)counts->tokens,
                seconds > 0 ? megabytes / seconds : 0.0);
        fprintf(stderr, "malformed bytes %llu, cut words %llu\n",
                (unsigned long long)counts->malformed,
                (unsigned long long)counts->long_words);
    }
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        fprintf(stderr, "peak memory %.1f MB\n",
                (double)usage.ru_maxrss * 1024 / 1e6);
}

void osi_summary(const osteon_writer_counts *counts, uint64_t removed)
{
    const double seconds = osi_now() - report.started;

    osi_progress_end();
    if (report.quiet)
        return;
    fprintf(stderr, "indexed %llu, unchanged %llu, removed %llu",
            (unsigned long long)report.documents,
            (unsigned long long)report.outcomes[OSI_UNCHANGED],
            (unsigned long long)removed);
    print_skipped();
    fprintf(stderr, " in %.2f s\n", seconds);
    if (report.verbose)
        print_details(counts, seconds);
    if (counts != NULL && counts->fields_folded > 0)
        fprintf(stderr,
                "osteon-index: %llu fields were too many to be told apart; "
                "their words are found without a field name\n",
                (unsigned long long)counts->fields_folded);
}

void osi_summary_merge(const osteon_index_info *before,
                       const osteon_index_info *after)
{
    const double seconds = osi_now() - report.started;
    const double unit = before->bytes < 1000000 ? 1e3 : 1e6;

    osi_progress_end();
    if (report.quiet)
        return;
    if (before->generation == after->generation) {
        fprintf(stderr, "nothing to merge: %lu segment%s of %.1f %s\n",
                (unsigned long)after->segments,
                after->segments == 1 ? "" : "s", (double)after->bytes / unit,
                unit < 1e6 ? "KB" : "MB");
        return;
    }
    fprintf(stderr, "merged %lu segment%s to %lu, %.1f to %.1f %s",
            (unsigned long)before->segments, before->segments == 1 ? "" : "s",
            (unsigned long)after->segments, (double)before->bytes / unit,
            (double)after->bytes / unit, unit < 1e6 ? "KB" : "MB");
    if (before->deleted > after->deleted)
        fprintf(stderr, ", without %llu deleted document%s",
                (unsigned long long)(before->deleted - after->deleted),
                before->deleted - after->deleted == 1 ? "" : "s");
    fprintf(stderr, ", in %.2f s\n", seconds);
    if (report.verbose)
        print_details(NULL, seconds);
}

bool osi_stdout_end(void)
{
    /* The reason is lost where an earlier write failed. */
    const bool failed_before = ferror(stdout);

    errno = 0;
    if (fflush(stdout) == 0 && !failed_before)
        return true;
    osi_error("standard output: %s",
              errno != 0 ? strerror(errno) : "could not be written");
    return false;
}
