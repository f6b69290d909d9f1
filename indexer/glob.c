/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Matching of one glob against one path. Two places to go back to are enough:
 * the last '*', which may take more of its path component, and the last "**",
 * which may take more components; what came before either never has to be
 * tried again. So no pattern costs more than the product of the lengths.
 */
#include "walk.h"

#include <ctype.h>

typedef struct text {
    const char *at, *end;
} text;

/* [:name:] in a bracket. */
static bool in_class(const char *name, size_t len, unsigned char c)
{
    static const struct {
        const char *name;
        int (*test)(int);
    } classes[] = {{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank},
                   {"cntrl", iscntrl}, {"digit", isdigit}, {"graph", isgraph},
                   {"lower", islower}, {"print", isprint}, {"punct", ispunct},
                   {"space", isspace}, {"upper", isupper},
                   {"xdigit", isxdigit}};

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strlen(classes[i].name) == len &&
            memcmp(classes[i].name, name, len) == 0)
            return classes[i].test(c) != 0;
    return false;
}

/* Matches a bracket after its '['; *p moves behind the ']'. Returns -1 where
 * there is no ']', and the '[' is an ordinary character. */
static int match_bracket(const char **p, const char *end, unsigned char c)
{
    const char *at = *p;
    bool negated = false, found = false;

    if (at < end && (*at == '!' || *at == '^')) {
        negated = true;
        at++;
    }
    for (bool first = true; at < end && (*at != ']' || first); first = false) {
        unsigned char low, high;
        if (end - at > 3 && at[0] == '[' && at[1] == ':') {
            const char *stop = at + 2;
            while (stop < end - 1 && !(stop[0] == ':' && stop[1] == ']'))
                stop++;
            if (stop < end - 1) {
                found |= in_class(at + 2, (size_t)(stop - at - 2), c);
                at = stop + 2;
                continue;
            }
        }
        if (*at == '\\' && at + 1 < end)
            at++;
        low = high = (unsigned char)*at++;
        if (end - at > 1 && *at == '-' && at[1] != ']') {
            at++;
            if (*at == '\\' && at + 1 < end)
                at++;
            high = (unsigned char)*at++;
        }
        found |= low <= c && c <= high;
    }
    if (at >= end)
        return -1;
    *p = at + 1;
    return found != negated;
}

/* Matches one pattern element that is no star. On success both move on. */
static bool match_one(text *p, text *t)
{
    const unsigned char c = (unsigned char)*t->at;
    const char *after = p->at + 1;
    int in;

    switch (*p->at) {
    case '?':
        if (c == '/')
            return false;
        break;
    case '[':
        in = match_bracket(&after, p->end, c);
        if (in == 0 || (in == 1 && c == '/') || (in < 0 && c != '['))
            return false;
        if (in < 0)
            after = p->at + 1;
        break;
    case '\\':
        if (after < p->end)
            after++;
        if ((unsigned char)after[-1] != c)
            return false;
        break;
    default:
        if ((unsigned char)*p->at != c)
            return false;
    }
    p->at = after;
    t->at++;
    return true;
}

/* The length of a "**" element at p: "**" + '/' = 3 where it stands for whole
 * components, 2 where it ends the pattern; 0 where it is an ordinary star. */
static size_t double_star(const char *pattern, const text *p)
{
    const size_t left = (size_t)(p->end - p->at);

    if (left < 2 || p->at[1] != '*' || (p->at > pattern && p->at[-1] != '/'))
        return 0;
    if (left == 2)
        return 2;
    return p->at[2] == '/' ? 3 : 0;
}

/* Moves t behind the next '/'; false where there is none. */
static bool next_component(text *t)
{
    const char *slash =
        t->at < t->end ? memchr(t->at, '/', (size_t)(t->end - t->at)) : NULL;

    if (slash == NULL)
        return false;
    t->at = slash + 1;
    return true;
}

bool osi_glob_match(const char *pattern, size_t pattern_len, const char *name,
                    size_t len)
{
    text p = {pattern, pattern + pattern_len}, t = {name, name + len};
    text star_p = {NULL, NULL}, star_t = t;   /* the last '*' */
    text stars_p = {NULL, NULL}, stars_t = t; /* the last "**" */

    for (;;) {
        if (p.at < p.end && *p.at == '*') {
            const size_t n = double_star(pattern, &p);
            if (n == 2)
                return t.at < t.end;
            p.at += n ? n : 1;
            *(n ? &stars_p : &star_p) = p;
            *(n ? &stars_t : &star_t) = t;
            if (n)
                star_p.at = NULL;
            continue;
        }
        if (p.at == p.end && t.at == t.end)
            return true;
        if (p.at < p.end && t.at < t.end && match_one(&p, &t))
            continue;
        if (star_p.at != NULL && star_t.at < star_t.end &&
            *star_t.at != '/') {
            star_t.at++;
            p = star_p;
            t = star_t;
        } else if (stars_p.at != NULL && next_component(&stars_t)) {
            star_p.at = NULL;
            p = stars_p;
            t = stars_t;
        } else {
            return false;
        }
    }
}
