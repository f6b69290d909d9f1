/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * osteon-index: from the command line to the mode it asks for.
 */
#include "update.h"

#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <unistd.h>

/* A program started with one of these closed would take a file of the index
 * for it. What takes its place cannot be used: that it was closed is told as
 * any other error. */
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
    static const char line[] = "osteon-index: a file of the index was cut "
                               "while it was read, or the disk fails\n";

    (void)signo;
    (void)!write(STDERR_FILENO, line, sizeof line - 1);
    _exit(OSI_FATAL);
}

static int no_index(const osi_place *place)
{
    if (strcmp(place->index, ".osteon") == 0)
        osi_error("no index in this folder or one above it (name one with "
                  "-i, or make one: osteon-index PATH)");
    else
        osi_error_path(place->index, strlen(place->index),
                       "there is no such index");
    return OSI_FATAL;
}

static int run_mode(const osi_options *options, const osi_place *place)
{
    const bool deletes = options->delete_ids || options->delete_from != NULL;

    if (options->analyze)
        return osi_analyze(options->language,
                           place->exists ? place->index : NULL);
    if (options->import.kind != OSI_EXCHANGE_NONE)
        return osi_import(options, place->index);
    if (!place->exists && (options->stats || options->check ||
                           options->failed || options->dump ||
                           options->export.kind != OSI_EXCHANGE_NONE ||
                           deletes))
        return no_index(place);
    if (options->export.kind != OSI_EXCHANGE_NONE)
        return osi_export(options, place->index);
    if (options->dump)
        return osi_dump(place->index);
    if (options->stats)
        return osi_stats(place->index, options->json);
    if (options->check)
        return osi_check(place->index, options->quiet);
    if (options->failed)
        return osi_failed(place->index, options->null_data, options->json);
    if (deletes)
        return osi_delete(options, place);
    return options->dry_run ? osi_dry_run(options, place)
                            : osi_update(options, place);
}

static int run(const osi_options *options)
{
    osi_place place;
    int status;

    if (options->help || options->help_short || options->version) {
        if (options->version)
            osi_version();
        else if (options->help)
            osi_help_full();
        else
            osi_help_short();
        return osi_stdout_end() ? OSI_DONE : OSI_FATAL;
    }
    osi_report_start(options->quiet, options->verbose,
                     options->no_progress ? -1 : options->progress);
    osi_stop_install();
    status = osi_place_find(options->index, &place) ? run_mode(options, &place)
                                                    : OSI_FATAL;
    osi_place_free(&place);
    return status;
}

/* Blocks from here on go back to the system when they are freed. Left alone,
 * glibc raises the bound to the largest block freed so far, and what a flush
 * gave back stays with the process in pieces of no use to the next one.
 * Buffers of a slice of the input are smaller: one or two of those stay, for a
 * page that was given back costs more to get again than text to read into it.
 * Each thread has so much to keep. */
#define LARGE_BLOCK (2 << 20)
#define KEEP_FREE (2 << 20)

static void keep_memory_whole(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
    mallopt(M_TRIM_THRESHOLD, KEEP_FREE);
#endif
}

int main(int argc, char **argv)
{
    osi_options options;
    int status = OSI_FATAL;

    if (!have_standard_files())
        return OSI_FATAL;
    signal(SIGBUS, on_lost_page);
    keep_memory_whole();
    if (osi_options_parse(argc, argv, &options))
        status = run(&options);
    osi_options_free(&options);
    return status;
}
