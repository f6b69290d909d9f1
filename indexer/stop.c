/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Signals that ask the program to stop. The last commit stands whenever the
 * process ends, so the handler only has to see that it ends soon: a flag is
 * looked at between files, and an alarm ends what takes longer than a second.
 */
#include "indexer.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

/* Lock-free, so a handler may set it and any thread look at it. */
static atomic_int asked;

static void on_stop(int signo)
{
    asked = signo;
    alarm(1);
}

static void on_alarm(int signo)
{
    (void)signo;
    osi_stop_die();
}

void osi_stop_install(void)
{
    static const int stops[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action, old;

    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    action.sa_handler = on_stop;
    action.sa_flags = (int)SA_RESETHAND; /* the second one is not caught */
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
        if (sigaction(stops[i], NULL, &old) == 0 &&
            old.sa_handler != SIG_IGN) /* as nohup(1) wants it */
            sigaction(stops[i], &action, NULL);
}

int osi_stop_asked(void)
{
    return asked;
}

void osi_stop_default(void)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
}

void osi_stop_die(void)
{
    const int signo = asked ? asked : SIGTERM;
    sigset_t set;

    signal(signo, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, signo);
    raise(signo);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    _exit(128 + signo);
}
