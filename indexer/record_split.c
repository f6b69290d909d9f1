/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Cuts a JSON text into its records: one object, objects one after another,
 * or an array of them, over any number of lines. Only brackets and strings
 * are looked at here; whether an object is JSON, its parser finds out.
 */
#include "convert.h"

void osi_splitter_start(osi_splitter *s, char *text, size_t len)
{
    memset(s, 0, sizeof *s);
    s->at = text;
    s->end = text + len;
    s->at_line = 1;
}

static void skip_white(osi_splitter *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' ||
                              *s->at == '\r' || *s->at == '\n'))
        s->at_line += *s->at++ == '\n';
}

/* Moves behind the object that begins here; false: it has no end. */
static bool pass_object(osi_splitter *s)
{
    size_t depth = 0;
    bool in_string = false;

    while (s->at < s->end) {
        const char c = *s->at++;
        s->at_line += c == '\n';
        if (in_string) {
            if (c == '\\' && s->at < s->end)
                s->at++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return true;
        }
    }
    return false;
}

static int fail(const char *text, const char **reason)
{
    *reason = text;
    return -1;
}

/* Passes what stands between two records. 1: another follows, 0: the end. */
static int pass_between(osi_splitter *s, const char **reason)
{
    const bool first = s->object == NULL;

    skip_white(s);
    if (first && s->at < s->end && *s->at == '[') {
        s->in_array = true;
        s->at++;
        skip_white(s);
    } else if (s->in_array && s->at < s->end && *s->at == ',') {
        s->at++;
        s->after_comma = true;
        skip_white(s);
    } else if (s->in_array && s->at < s->end && *s->at != ']') {
        return fail("a ',' was expected between records", reason);
    }
    if (s->in_array && s->at < s->end && *s->at == ']' && !s->after_comma) {
        s->at++;
        skip_white(s);
        return s->at == s->end ? 0 : fail("bytes after the array", reason);
    }
    if (s->at == s->end)
        return s->in_array ? fail("an array has no end", reason) : 0;
    return *s->at == '{' ? 1 : fail("a record was expected", reason);
}

int osi_splitter_next(osi_splitter *s, const char **reason)
{
    const int more = s->ended ? 0 : pass_between(s, reason);

    s->after_comma = false;
    s->ended = more != 1;
    if (more != 1)
        return more;
    s->object = s->at;
    s->line = s->at_line;
    if (!pass_object(s)) {
        s->ended = true;
        s->at_line = s->line; /* the end of the text says little */
        return fail("an object has no end", reason);
    }
    s->len = (size_t)(s->at - s->object);
    return 1;
}
