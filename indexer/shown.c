/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Paths in messages: as reached from what the user typed, so that they can be
 * pasted into the next command. Within the program a path is absolute, or an
 * id, which begins at the folder of the index.
 */
#include "update.h"

void osi_show_path(const osi_operand *operand, const char *path, size_t len,
                   osi_bytes *out)
{
    const size_t shown_len = strlen(operand->shown);
    const char *rest = path + operand->len;
    size_t rest_len = len - operand->len;

    out->len = 0;
    osi_bytes_add(out, operand->shown, shown_len);
    /* One slash between them, none after nothing. */
    if (rest_len > 0 &&
        (shown_len == 0 || operand->shown[shown_len - 1] == '/')) {
        rest++;
        rest_len--;
    }
    osi_bytes_add(out, rest, rest_len);
    if (out->len == 0)
        osi_bytes_add(out, ".", 1);
    osi_bytes_add(out, "", 1);
    if (!out->failed)
        out->len--;
}

/* The path of a task: what to call it, in `out`. */
static void show_task(const osi_task *task, osi_bytes *out)
{
    const osi_place *const place = task->worker->run->place;
    osi_bytes path = {0};

    if (task->job == NULL || task->job->operand->path == NULL) {
        osi_bytes_add(out, task->path, task->len + 1);
        out->len -= !out->failed;
        return;
    }
    if (task->path[0] != '/') {
        osi_bytes_add(&path, place->root, place->root_len);
        osi_bytes_add(&path, "/", 1);
    }
    osi_bytes_add(&path, task->path, task->len);
    if (path.failed)
        out->failed = true;
    else
        osi_show_path(task->job->operand, path.data, path.len, out);
    osi_bytes_free(&path);
}

void osi_tell(const osi_task *task, const char *reason)
{
    osi_bytes shown = {0};

    show_task(task, &shown);
    if (shown.failed)
        osi_error("out of memory");
    else
        osi_error_path(shown.data, shown.len, reason);
    osi_bytes_free(&shown);
}

void osi_tell_line(const osi_task *task, uint64_t line, const char *reason)
{
    osi_bytes shown = {0};

    show_task(task, &shown);
    if (shown.failed)
        osi_error("out of memory");
    else
        osi_error_line(shown.data, shown.len, line, reason);
    osi_bytes_free(&shown);
}

void osi_tell_note(const osi_task *task, const char *note)
{
    osi_bytes shown = {0};

    show_task(task, &shown);
    if (shown.failed)
        osi_error("out of memory");
    else
        osi_note_path(shown.data, shown.len, note);
    osi_bytes_free(&shown);
}
