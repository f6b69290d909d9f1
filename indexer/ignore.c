/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Rules of one folder in the form of gitignore(5): the last that matches
 * decides. Most rules are a plain name or '*' and an ending, and cannot match
 * unless the last byte does; so these are chained by their last byte, newest
 * first, and a name is compared with a few rules however many there are.
 */
#include "walk.h"

#define NONE UINT32_MAX

typedef enum rule_kind {
    RULE_NAME,   /* no special character */
    RULE_ENDING, /* '*' and no other special character */
    RULE_GLOB
} rule_kind;

typedef struct rule {
    char *pattern; /* without '!', the leading and the trailing '/' */
    size_t len;
    uint32_t next; /* in its chain: an earlier rule, or NONE */
    rule_kind kind;
    bool negated, folders_only;
    bool by_path; /* else by the last component */
} rule;

struct osi_rules {
    rule *rules;
    size_t n, room;
    uint32_t by_last[256]; /* names and endings */
    uint32_t globs;
};

osi_rules *osi_rules_new(void)
{
    osi_rules *const rules = osi_realloc(NULL, sizeof *rules);

    if (rules == NULL)
        return NULL;
    memset(rules, 0, sizeof *rules);
    memset(rules->by_last, 0xff, sizeof rules->by_last);
    rules->globs = NONE;
    return rules;
}

void osi_rules_free(osi_rules *rules)
{
    if (rules == NULL)
        return;
    for (size_t i = 0; i < rules->n; i++)
        free(rules->rules[i].pattern);
    free(rules->rules);
    free(rules);
}

size_t osi_rules_count(const osi_rules *rules)
{
    return rules->n;
}

static bool is_special(char c)
{
    return c == '*' || c == '?' || c == '[' || c == '\\';
}

static rule_kind kind_of(const char *pattern, size_t len)
{
    rule_kind kind = RULE_NAME;

    for (size_t i = 0; i < len; i++) {
        if (!is_special(pattern[i]))
            continue;
        if (i > 0 || pattern[i] != '*' || len == 1)
            return RULE_GLOB;
        kind = RULE_ENDING;
    }
    return kind;
}

/* Cuts off the comment, the line end, and spaces that are not escaped. */
static size_t strip(const char *line, size_t len)
{
    if (len > 0 && line[len - 1] == '\r')
        len--;
    if (len > 0 && line[0] == '#')
        return 0;
    while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t') &&
           (len < 2 || line[len - 2] != '\\'))
        len--;
    return len;
}

static bool push(osi_rules *rules, rule fresh)
{
    uint32_t *chain;

    if (rules->n == rules->room) {
        const size_t room = rules->room ? rules->room * 2 : 16;
        rule *const grown = osi_realloc(rules->rules, room * sizeof *grown);
        if (grown == NULL)
            return false;
        rules->rules = grown;
        rules->room = room;
    }
    chain = fresh.kind == RULE_GLOB
                ? &rules->globs
                : &rules->by_last[(unsigned char)fresh.pattern[fresh.len - 1]];
    fresh.next = *chain;
    *chain = (uint32_t)rules->n;
    rules->rules[rules->n++] = fresh;
    return true;
}

bool osi_rules_add_line(osi_rules *rules, const char *line, size_t len)
{
    rule fresh = {0};

    len = strip(line, len);
    if (len > 0 && line[0] == '!') {
        fresh.negated = true;
        line++;
        len--;
    }
    if (len > 0 && line[len - 1] == '/') {
        fresh.folders_only = true;
        len--;
    }
    fresh.by_path = len > 0 && memchr(line, '/', len) != NULL;
    if (len > 0 && line[0] == '/') {
        line++;
        len--;
    }
    if (len == 0 || rules->n >= NONE - 1)
        return true;
    fresh.pattern = osi_realloc(NULL, len);
    if (fresh.pattern == NULL)
        return false;
    memcpy(fresh.pattern, line, len);
    fresh.len = len;
    fresh.kind = kind_of(line, len);
    /* A star does not reach over a '/': an ending is one of a name. */
    if (fresh.kind == RULE_ENDING && fresh.by_path)
        fresh.kind = RULE_GLOB;
    if (push(rules, fresh))
        return true;
    free(fresh.pattern);
    return false;
}

bool osi_rules_add(osi_rules *rules, const char *text, size_t len)
{
    const char *const end = text + len;

    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        if (stop == NULL)
            stop = end;
        if (!osi_rules_add_line(rules, text, (size_t)(stop - text)))
            return false;
        text = stop + 1;
    }
    return true;
}

typedef struct subject {
    const char *path, *name;
    size_t path_len, name_len;
    bool is_folder;
} subject;

static bool rule_matches(const rule *r, const subject *s)
{
    const char *const against = r->by_path ? s->path : s->name;
    const size_t len = r->by_path ? s->path_len : s->name_len;

    if (r->folders_only && !s->is_folder)
        return false;
    switch (r->kind) {
    case RULE_NAME:
        return len == r->len && memcmp(against, r->pattern, len) == 0;
    case RULE_ENDING:
        return len >= r->len - 1 &&
               memcmp(against + len - (r->len - 1), r->pattern + 1,
                      r->len - 1) == 0;
    case RULE_GLOB:
        return osi_glob_match(r->pattern, r->len, against, len);
    }
    return false;
}

/* The newest rule of a chain that matches and is newer than `found`. */
static uint32_t newest(const osi_rules *rules, uint32_t at, uint32_t found,
                       const subject *s)
{
    for (; at != NONE && (found == NONE || at > found);
         at = rules->rules[at].next)
        if (rule_matches(&rules->rules[at], s))
            return at;
    return found;
}

osi_verdict osi_rules_judge(const osi_rules *rules, const char *path,
                            size_t len, const char *name, bool is_folder)
{
    const subject s = {path, name, len, len - (size_t)(name - path),
                       is_folder};
    uint32_t found;

    if (len == 0)
        return OSI_NO_RULE;
    found = newest(rules, rules->by_last[(unsigned char)path[len - 1]], NONE,
                   &s);
    found = newest(rules, rules->globs, found, &s);
    if (found == NONE)
        return OSI_NO_RULE;
    return rules->rules[found].negated ? OSI_TAKEN : OSI_IGNORED;
}
