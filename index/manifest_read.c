/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reads MANIFEST (docs/format.md, "MANIFEST"). The parser takes exactly what
 * the writer writes: every line in its place, numbers without leading zeros,
 * one space, one newline. So a manifest that parses prints to the same bytes,
 * and file names cannot lead out of the folder.
 */
#include "manifest.h"

#include "text.h"

#define XXH_INLINE_ALL
#include <errno.h>
#include <sys/stat.h>
#include <xxhash.h>

#define CHECKSUM_WORD "checksum "
#define CHECKSUM_LINE (sizeof CHECKSUM_WORD - 1 + 16 + 1)

/* The text being parsed. The first fault sticks: later calls do nothing. */
typedef struct reader {
    const char *start, *at, *end;
    const char *what;
} reader;

static void fault(reader *r, const char *what)
{
    if (r->what == NULL)
        r->what = what;
}

/* Steps over `text` if it comes next. */
static bool take(reader *r, const char *text)
{
    const size_t len = strlen(text);

    if (r->what != NULL || (size_t)(r->end - r->at) < len ||
        memcmp(r->at, text, len) != 0)
        return false;
    r->at += len;
    return true;
}

static void expect(reader *r, const char *text, const char *what)
{
    if (!take(r, text))
        fault(r, what);
}

/* Reads a decimal number from `least` to `most`. */
static uint64_t number(reader *r, uint64_t least, uint64_t most)
{
    const char *p = r->at;
    uint64_t value = 0;

    if (r->what != NULL)
        return 0;
    while (p < r->end && *p >= '0' && *p <= '9') {
        const uint64_t digit = (uint64_t)(*p - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            fault(r, "number too large");
            return 0;
        }
        value = value * 10 + digit;
        p++;
    }
    if (p == r->at || (*r->at == '0' && p - r->at > 1)) {
        fault(r, "not a number");
        return 0;
    }
    if (value < least || value > most) {
        fault(r, "number out of range");
        return 0;
    }
    r->at = p;
    return value;
}

static uint64_t hexadecimal(reader *r)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t value = 0;

    if (r->what != NULL)
        return 0;
    if (r->end - r->at < 16) {
        fault(r, "checksum cut short");
        return 0;
    }
    for (int i = 0; i < 16; i++) {
        const char *digit = memchr(digits, r->at[i], 16);
        if (digit == NULL) {
            fault(r, "not a checksum");
            return 0;
        }
        value = value << 4 | (uint64_t)(digit - digits);
    }
    r->at += 16;
    return value;
}

/* A file's name, size and checksum, with the space after it. */
static void file(reader *r, const char *kind, uint64_t next_file,
                 char name[OST_FILE_NAME], uint64_t *size, uint64_t *checksum)
{
    const size_t left = (size_t)(r->end - r->at);
    const char *space = r->what == NULL ? memchr(r->at, ' ', left) : NULL;
    const size_t len = space != NULL ? (size_t)(space - r->at) : 0;
    uint64_t value;

    name[0] = '\0';
    if (!ost_file_name_parse(r->at, len, kind, &value))
        fault(r, "not the name of such a file");
    else if (value >= next_file)
        fault(r, "file number not below next-file");
    if (r->what != NULL)
        return;
    memcpy(name, r->at, len);
    name[len] = '\0';
    r->at += len;
    expect(r, " ", "no space after the name");
    *size = number(r, 0, INT64_MAX);
    expect(r, " ", "no space after the size");
    *checksum = hexadecimal(r);
}

static void language(reader *r, char text[OST_LANGUAGE_MOST + 1])
{
    size_t n = 0;

    if (r->what != NULL)
        return;
    while (r->at + n < r->end && n < OST_LANGUAGE_MOST &&
           ((r->at[n] >= 'a' && r->at[n] <= 'z') || r->at[n] == '_' ||
            (r->at[n] >= '0' && r->at[n] <= '9')))
        n++;
    if (n == 0)
        fault(r, "not a language");
    memcpy(text, r->at, n);
    text[n] = '\0';
    r->at += n;
}

/* The lines before the files. *m is new, or NULL after a fault or for lack
 * of memory (then OSTEON_NO_MEMORY). */
static osteon_status settings(reader *r, ost_manifest **m)
{
    char tongue[OST_LANGUAGE_MOST + 1] = "";
    uint64_t generation, next_file;
    uint32_t analyzer, title_weight;
    osteon_status s;

    *m = NULL;
    expect(r, OST_MANIFEST_MAGIC, "not a manifest");
    number(r, OSTEON_FORMAT_VERSION, OSTEON_FORMAT_VERSION);
    expect(r, "\ngeneration ", "no generation");
    generation = number(r, 1, INT64_MAX);
    expect(r, "\nnext-file ", "no next-file");
    next_file = number(r, 1, INT64_MAX);
    expect(r, "\nanalyzer ", "no analyzer");
    analyzer = (uint32_t)number(r, 0, UINT32_MAX);
    expect(r, "\ntitle-weight ", "no title-weight");
    title_weight = (uint32_t)number(r, 0, OST_TITLE_WEIGHT_MOST);
    expect(r, "\nlanguage ", "no language");
    language(r, tongue);
    expect(r, "\n", "no end of line");
    if (r->what != NULL)
        return OSTEON_CORRUPT;
    s = ost_manifest_new(tongue, m, NULL);
    if (s != OSTEON_OK)
        return s;
    (*m)->generation = generation;
    (*m)->next_file = next_file;
    (*m)->analyzer = analyzer;
    (*m)->title_weight = title_weight;
    return OSTEON_OK;
}

/* One segment, after its first word, and its deletes. */
static osteon_status segment(reader *r, ost_manifest *m, uint64_t *documents)
{
    const uint64_t room = OST_MAX_DOCUMENTS - *documents;
    char name[OST_FILE_NAME];
    uint64_t size = 0, checksum = 0;
    uint32_t count;
    osteon_status s;
    ost_manifest_segment *added;

    file(r, "seg", m->next_file, name, &size, &checksum);
    expect(r, " ", "no space after the checksum");
    count = (uint32_t)number(r, 0, room);
    expect(r, "\n", "no end of line");
    if (r->what != NULL)
        return OSTEON_CORRUPT;
    *documents += count;
    s = ost_manifest_add(m, name, size, checksum, count, NULL);
    if (s != OSTEON_OK || !take(r, "deletes "))
        return s;
    added = &m->segments[m->n_segments - 1];
    file(r, "del", m->next_file, name, &size, &checksum);
    expect(r, " ", "no space after the checksum");
    added->deleted = (uint32_t)number(r, 1, count);
    expect(r, "\n", "no end of line");
    if (r->what != NULL)
        return OSTEON_CORRUPT;
    return ost_file_ref_set(&added->deletes, name, size, checksum, NULL);
}

static osteon_status files(reader *r, ost_manifest *m)
{
    char name[OST_FILE_NAME];
    uint64_t size = 0, checksum = 0, documents = 0;
    osteon_status s = OSTEON_OK;

    if (take(r, "sources ")) {
        file(r, "src", m->next_file, name, &size, &checksum);
        expect(r, "\n", "no end of line");
        if (r->what != NULL)
            return OSTEON_CORRUPT;
        s = ost_file_ref_set(&m->sources, name, size, checksum, NULL);
    }
    while (s == OSTEON_OK && take(r, "segment "))
        s = segment(r, m, &documents);
    if (s == OSTEON_OK && r->at != r->end) {
        fault(r, "unknown line");
        s = OSTEON_CORRUPT;
    }
    return s;
}

static osteon_status names_differ(reader *r, const ost_manifest *m)
{
    const char **names = NULL;
    size_t n = 0;

    if (!ost_manifest_names(m, &names, &n))
        return OSTEON_NO_MEMORY;
    for (size_t i = 1; i < n; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            fault(r, "a file named twice");
    ost_free(names);
    return r->what == NULL ? OSTEON_OK : OSTEON_CORRUPT;
}

/* Takes the last line off and compares it with all before it. */
static osteon_status verify(reader *r)
{
    const size_t len = (size_t)(r->end - r->start);
    const char *end = r->end;
    uint64_t sum;

    if (len < CHECKSUM_LINE) {
        fault(r, "cut short");
        return OSTEON_CORRUPT;
    }
    r->at = end - CHECKSUM_LINE;
    expect(r, CHECKSUM_WORD, "no checksum in the last line");
    sum = hexadecimal(r);
    expect(r, "\n", "no end of line");
    if (r->what == NULL && sum != XXH3_64bits(r->start, len - CHECKSUM_LINE)) {
        r->at = r->start;
        fault(r, "checksum does not match");
    }
    if (r->what != NULL)
        return OSTEON_CORRUPT;
    r->at = r->start;
    r->end = end - CHECKSUM_LINE;
    return OSTEON_OK;
}

osteon_status ost_manifest_parse(const char *text, size_t len,
                                 ost_manifest **out,
                                 ost_manifest_fault *where)
{
    reader r = {text, text, text + len, NULL};
    ost_manifest *m = NULL;
    osteon_status s = verify(&r);

    *out = NULL;
    if (s == OSTEON_OK)
        s = settings(&r, &m);
    if (s == OSTEON_OK)
        s = files(&r, m);
    if (s == OSTEON_OK)
        s = names_differ(&r, m);
    if (s == OSTEON_OK) {
        *out = m;
        return s;
    }
    ost_manifest_free(m);
    where->what = r.what != NULL ? r.what : "";
    where->offset = (size_t)(r.at - r.start);
    return s;
}

/* No MANIFEST: tells a folder that is not there from one that is no index. */
static osteon_status explain_missing(const char *folder, osteon_error *err)
{
    ost_folder_contents has;
    osteon_status s = ost_folder_scan(folder, &has, err);

    if (s != OSTEON_OK)
        return s;
    if (has.ours)
        return ost_fail(err, OSTEON_NOT_INDEX,
                        "%s: not an index: it has files of one but no "
                        "MANIFEST (never committed, or lost)",
                        folder);
    if (has.others)
        return ost_fail(err, OSTEON_NOT_INDEX,
                        "%s: not an index: it has no MANIFEST", folder);
    return ost_fail(err, OSTEON_NOT_INDEX,
                    "%s: not an index: the folder is empty", folder);
}

/* The first line decides before anything else: another format may have
 * another checksum. */
static osteon_status check_version(const char *folder, const char *path,
                                   const ost_buffer *text, osteon_error *err)
{
    const char *start = text->len > 0 ? (const char *)text->data : "";
    reader r = {start, start, start + text->len, NULL};
    uint64_t version;

    if (!take(&r, OST_MANIFEST_MAGIC)) {
        /* Where other files of ours lie about, it was one of ours. */
        ost_folder_contents has;
        osteon_status s = ost_folder_scan(folder, &has, err);
        if (s != OSTEON_OK)
            return s;
        if (has.ours)
            return ost_fail_corrupt(err, path, 0, "not a manifest");
        return ost_fail(err, OSTEON_NOT_INDEX,
                        "%s: not an index: its MANIFEST is not Osteon's",
                        folder);
    }
    version = number(&r, 1, UINT32_MAX);
    expect(&r, "\n", "no end of line");
    if (r.what != NULL)
        return ost_fail_corrupt(err, path, (uint64_t)(r.at - r.start),
                                r.what);
    if (version > OSTEON_FORMAT_VERSION)
        return ost_fail(err, OSTEON_VERSION,
                        "%s: made with index format %lu; this osteon reads "
                        "up to %d",
                        folder, (unsigned long)version,
                        OSTEON_FORMAT_VERSION);
    if (version < OSTEON_FORMAT_VERSION)
        return ost_fail(err, OSTEON_VERSION,
                        "%s: made with index format %lu, this osteon reads "
                        "%d: rebuild with osteon-index --rebuild",
                        folder, (unsigned long)version,
                        OSTEON_FORMAT_VERSION);
    return OSTEON_OK;
}

static osteon_status interpret(const char *folder, const char *path,
                               const ost_buffer *text, ost_manifest **out,
                               osteon_error *err)
{
    ost_manifest_fault where = {"", 0};
    osteon_status s;

    if (text->len > OST_MANIFEST_MOST)
        return ost_fail_corrupt(err, path, OST_MANIFEST_MOST, "too large");
    s = check_version(folder, path, text, err);
    if (s != OSTEON_OK)
        return s;
    s = ost_manifest_parse((const char *)text->data, text->len, out, &where);
    if (s == OSTEON_CORRUPT)
        return ost_fail_corrupt(err, path, where.offset, where.what);
    if (s != OSTEON_OK)
        return ost_fail_memory(err);
    if ((*out)->analyzer != OST_ANALYZER_VERSION) {
        s = ost_fail(err, OSTEON_VERSION,
                     "%s: analysed with rules version %lu, this osteon has "
                     "version %d: rebuild with osteon-index --rebuild",
                     folder, (unsigned long)(*out)->analyzer,
                     OST_ANALYZER_VERSION);
        ost_manifest_free(*out);
        *out = NULL;
    }
    return s;
}

osteon_status ost_manifest_read(const char *folder, ost_manifest **out,
                                osteon_error *err)
{
    char *path = ost_path_join(folder, OST_MANIFEST_NAME);
    ost_buffer text = {0};
    osteon_status s;

    *out = NULL;
    if (path == NULL)
        return ost_fail_memory(err);
    s = ost_file_read(path, OST_MANIFEST_MOST + 1, &text, err);
    if (s == OSTEON_NOT_FOUND)
        s = explain_missing(folder, err);
    else if (s == OSTEON_OK)
        s = interpret(folder, path, &text, out, err);
    ost_buffer_free(&text);
    ost_free(path);
    return s;
}
