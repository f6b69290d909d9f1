/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The process osteon-extract, for those who have something to say to it.
 */
#ifndef OSI_HELPER_H
#define OSI_HELPER_H

#include "indexer.h"

#include <sys/types.h>
#include <time.h>

/* Of the processor it takes for a document, or a part of an archive: see
 * extract/limits.h. */
#define OSI_HELPER_SECONDS 10

typedef struct osi_helper {
    int fd; /* -1: not running, which is how one begins */
    pid_t pid;
    clockid_t clock;  /* of the processor it takes, */
    int64_t used;     /* and how much that was, in ns, when last looked at */
    unsigned seconds; /* it may do nothing for, */
    double deadline;  /* by osi_now */
    char reason[160];
} osi_helper;

typedef enum osi_helped {
    OSI_HELPED = 0,
    OSI_HELP_FAILED, /* it is gone, or talks nonsense */
    OSI_HELP_LATE,
    OSI_HELP_STOPPED /* by a signal */
} osi_helped;

/* Starts it, with `task` as its argument unless that is NULL. Its standard
 * input and output are the socket. False: `reason` says why. */
bool osi_helper_start(osi_helper *h, const char *task);

/* Kills it; *status is as of waitpid(2). Nothing is done where it is not
 * running. */
void osi_helper_stop(osi_helper *h, int *status);

/* From now on sending and receiving may take so long, and so long again
 * whenever the helper was seen at work: where it gets little of a busy
 * machine that is not its fault, and what it may take of the processor is
 * limited on its side. */
void osi_helper_wait(osi_helper *h, unsigned seconds);

/* Sends all, or receives at least one byte and at most `room`. */
osi_helped osi_helper_send(osi_helper *h, const void *bytes, size_t len);
/* The same with an open file; a few bytes, at least one. */
osi_helped osi_helper_send_file(osi_helper *h, const void *bytes,
                                size_t len, int file);
osi_helped osi_helper_receive(osi_helper *h, void *to, size_t room,
                              size_t *len);

/* Ends one that failed or was late; `reason` tells of `part`, "HTML parser" or
 * the like. */
void osi_helper_bury(osi_helper *h, osi_helped how, const char *part);

#endif
