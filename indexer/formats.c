/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a file is by its name, where a text may be cut, and the title of a
 * plain text.
 */
#include "convert.h"

#include <strings.h>

/* A title is one of so many first lines, and at most so long. */
#define TITLE_LINES 40
#define TITLE_MAX 200

/* A cut is looked for in so many last bytes of a piece. */
#define CUT_MAX ((size_t)64 << 10)

static bool ends_with(const char *name, size_t len, const char *ending)
{
    const size_t n = strlen(ending);

    return len > n && strncasecmp(name + len - n, ending, n) == 0;
}

/* What the end of a name says of the packing; *ending is its length. */
static osi_packing packing_of(const char *name, size_t len, size_t *ending)
{
    static const struct {
        const char *ending;
        osi_packing packing;
    } endings[] = {{".gz", OSI_GZIP},     {".xz", OSI_PACKED},
                   {".zst", OSI_PACKED},  {".bz2", OSI_PACKED},
                   {".tar", OSI_ARCHIVE}, {".zip", OSI_ARCHIVE},
                   {".7z", OSI_ARCHIVE},  {".tgz", OSI_ARCHIVE},
                   {".txz", OSI_ARCHIVE}, {".tzst", OSI_ARCHIVE},
                   {".tbz", OSI_ARCHIVE}, {".tbz2", OSI_ARCHIVE}};

    *ending = 0;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (!ends_with(name, len, endings[i].ending))
            continue;
        *ending = strlen(endings[i].ending);
        return ends_with(name, len - *ending, ".tar") ? OSI_ARCHIVE
                                                      : endings[i].packing;
    }
    return OSI_PLAIN;
}

osi_kind osi_kind_of(const char *name, size_t len, osi_format wanted)
{
    static const struct {
        const char *ending;
        osi_format format;
    } endings[] = {{".html", OSI_FORMAT_HTML},
                   {".htm", OSI_FORMAT_HTML},
                   {".xhtml", OSI_FORMAT_HTML},
                   {".md", OSI_FORMAT_MARKDOWN},
                   {".markdown", OSI_FORMAT_MARKDOWN},
                   {".jsonl", OSI_FORMAT_JSONL},
                   {".ndjson", OSI_FORMAT_JSONL}};
    size_t ending;
    osi_kind kind = {wanted, packing_of(name, len, &ending)};

    if (wanted == OSI_FORMAT_ARCHIVE)
        return (osi_kind){OSI_FORMAT_AUTO, OSI_ARCHIVE};
    if (wanted != OSI_FORMAT_AUTO || kind.packing == OSI_ARCHIVE)
        return kind;
    len -= ending;
    kind.format = OSI_FORMAT_TEXT;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends_with(name, len, endings[i].ending))
            kind.format = endings[i].format;
    return kind;
}

static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
}

static bool is_white(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool osi_has_word(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (is_word_byte(text[i]))
            return true;
    return false;
}

size_t osi_cut(const char *text, size_t len)
{
    const size_t least = len > CUT_MAX ? len - CUT_MAX : 0;
    size_t i;

    for (i = len; i > least; i--)
        if (is_white(text[i - 1]))
            return i;
    for (i = len; i > least; i--)
        if (!is_word_byte(text[i - 1]))
            return i;
    /* Only letters: behind the last character that is all there. */
    for (i = len; i > 1 && len - i < 4; i--)
        if ((text[i - 1] & 0xc0) != 0x80)
            return osi_utf8_length(text + i - 1, text + len) > 0 ? len : i - 1;
    return len;
}

/* The lines at the head of a file that are no title: licence, instructions
 * to an editor, a compiler or another program. Compared behind markup. */
static bool is_boilerplate(const char *p, size_t len)
{
    static const char *const starts[] = {
        "SPDX-",   "Copyright", "(c) ", "#!",       "#include", "#define",
        "#if",     "#pragma",   "%YAML", "$id:",    "$schema:", "<?xml",
        "@charset", "vim:",     "ex:",   "vi:"};

    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        const size_t n = strlen(starts[i]);
        if (len >= n && strncasecmp(p, starts[i], n) == 0)
            return true;
    }
    for (size_t i = 0; i + 2 < len; i++)
        if (memcmp(p + i, "-*-", 3) == 0)
            return true;
    return false;
}

/* ":name: value", a field of reStructuredText. */
static bool is_rst_field(const char *p, size_t len)
{
    size_t i = 1;

    if (len < 3 || p[0] != ':' || !is_word_byte(p[1]))
        return false;
    while (i < len && p[i] != ':' && p[i] != ' ')
        i++;
    return i < len && p[i] == ':' && (i + 1 == len || is_white(p[i + 1]));
}

typedef struct span {
    const char *start, *end;
} span;

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* Takes off white space and the markup of headings and comments. */
static span trim(span s)
{
    const char *mark;

    while (s.start < s.end &&
           (is_white(*s.start) || is_one_of(*s.start, "#=*/;<>!-~.%\"\\")))
        s.start++;
    while (s.start < s.end && is_white(s.end[-1]))
        s.end--;
    /* At the end only what stands apart, so that C# and a/b/ stay. */
    for (mark = s.end;
         mark > s.start && is_one_of(mark[-1], "#=*/-<>!~\"");)
        mark--;
    if (mark > s.start && is_white(mark[-1]))
        s.end = mark;
    while (s.start < s.end && is_white(s.end[-1]))
        s.end--;
    return s;
}

/* "title: ..." of YAML and the like. */
static span after_key(span s)
{
    if (s.end - s.start > 6 && strncasecmp(s.start, "title:", 6) == 0 &&
        osi_has_word(s.start + 6, (size_t)(s.end - s.start - 6)))
        s.start += 6;
    while (s.start < s.end && is_white(*s.start))
        s.start++;
    return s;
}

bool osi_title_find(const char *text, size_t len, osi_title *out)
{
    const char *const end = text + len;
    const char *line = text;
    bool in_directive = false;

    for (int n = 0; n < TITLE_LINES && line < end; n++) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        const char *const next = stop != NULL ? stop + 1 : end;
        span s = {line, stop != NULL ? stop : end};
        const bool indented = is_white(*line);
        const size_t size = (size_t)(s.end - s.start);
        if (!osi_has_word(s.start, size)) {
            in_directive = in_directive && indented;
        } else if (size > 2 && memcmp(line, ".. ", 3) == 0) {
            in_directive = true; /* with the indented lines that follow */
        } else if (!(in_directive && indented) &&
                   !is_rst_field(s.start, size) &&
                   memcmp(line, "#!", size < 2 ? size : 2) != 0) {
            const span bare = trim(s);
            const char *marked = bare.start;
            in_directive = false;
            if (marked > line && is_one_of(marked[-1], "#%<"))
                marked--; /* "#include" is not "include" */
            if (!is_boilerplate(bare.start, (size_t)(s.end - bare.start)) &&
                !is_boilerplate(marked, (size_t)(s.end - marked))) {
                s = after_key(bare);
                out->start = (size_t)(s.start - text);
                out->len = (size_t)(s.end - s.start);
                out->from = (size_t)(line - text);
                out->to = (size_t)(next - text);
                return size <= TITLE_MAX;
            }
        }
        line = next;
    }
    return false;
}
