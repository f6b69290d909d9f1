/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Condition variables whose waits no setting of the clock makes longer.
 */
#include "base.h"

#include <time.h>

void ost_condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}
