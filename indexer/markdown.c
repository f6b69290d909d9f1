/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Markdown to plain text with md4c: headings, paragraphs, items, cells and
 * code, a line each; addresses of links and HTML tags are left out. The title
 * is the first heading of the first level, else the first heading, else that
 * of the YAML front matter; it does not stand in the text again.
 */
#include "convert.h"

#include <md4c.h>
#include <strings.h>

typedef struct range {
    size_t from, to; /* equal: not set */
} range;

typedef struct page {
    osi_bytes *out;
    size_t heading;     /* where the heading at hand begins */
    range first, first_h1;
    bool in_tag, in_comment; /* of raw HTML, over several callbacks */
} page;

static void end_line(page *p)
{
    if (p->out->len > 0 && p->out->data[p->out->len - 1] != '\n')
        osi_bytes_add(p->out, "\n", 1);
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
    page *const p = arg;

    (void)detail;
    if (type == MD_BLOCK_H)
        p->heading = p->out->len;
    if (type == MD_BLOCK_HTML)
        p->in_tag = p->in_comment = false;
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
    page *const p = arg;

    if (type == MD_BLOCK_TH || type == MD_BLOCK_TD) {
        osi_bytes_add(p->out, "\t", 1);
        return 0;
    }
    end_line(p);
    if (type == MD_BLOCK_H && p->out->len > p->heading) {
        const range here = {p->heading, p->out->len};
        if (p->first.from == p->first.to)
            p->first = here;
        if (p->first_h1.from == p->first_h1.to &&
            ((const MD_BLOCK_H_DETAIL *)detail)->level == 1)
            p->first_h1 = here;
    }
    return 0;
}

static int pass_span(MD_SPANTYPE type, void *detail, void *arg)
{
    (void)type;
    (void)detail;
    (void)arg;
    return 0;
}

/* Raw HTML without its tags and comments. */
static void add_html(page *p, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (p->in_comment) {
            if (text[i] == '>' && i >= 2 && memcmp(text + i - 2, "--", 2) == 0)
                p->in_comment = false;
        } else if (p->in_tag) {
            p->in_tag = text[i] != '>';
        } else if (text[i] == '<') {
            p->in_comment = len - i >= 4 && memcmp(text + i, "<!--", 4) == 0;
            p->in_tag = !p->in_comment;
            if (len - i >= 3 && strncasecmp(text + i, "<br", 3) == 0)
                osi_bytes_add(p->out, " ", 1);
        } else {
            osi_bytes_add(p->out, text + i, 1);
        }
    }
}

/* "&...;". A name that is not known here stays a word: "zeta". */
static void add_entity(page *p, const char *text, size_t len)
{
    static const char *const known[][2] = {{"&amp;", "&"},  {"&lt;", "<"},
                                           {"&gt;", ">"},   {"&quot;", "\""},
                                           {"&apos;", "'"}, {"&nbsp;", " "}};
    char bytes[4];
    unsigned c;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strlen(known[i][0]) == len && memcmp(known[i][0], text, len) == 0) {
            osi_bytes_add_text(p->out, known[i][1]);
            return;
        }
    }
    if (len > 3 && text[1] == '#') {
        const bool hex = text[2] == 'x' || text[2] == 'X';
        /* It ends at the ';', and has at most seven digits. */
        c = (unsigned)strtoul(text + 2 + hex, NULL, hex ? 16 : 10);
        if (c > 0 && c < 0x110000 && (c < 0xd800 || c > 0xdfff))
            osi_bytes_add(p->out, bytes, osi_utf8_put(bytes, c));
        return;
    }
    osi_bytes_add(p->out, text, len);
}

static int add_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size,
                    void *arg)
{
    page *const p = arg;

    if (osi_stop_asked() || p->out->failed)
        return 1;
    switch (type) {
    case MD_TEXT_NULLCHAR:
        break;
    case MD_TEXT_BR:
    case MD_TEXT_SOFTBR:
        osi_bytes_add(p->out, "\n", 1);
        break;
    case MD_TEXT_ENTITY:
        add_entity(p, text, size);
        break;
    case MD_TEXT_HTML:
        add_html(p, text, size);
        break;
    default:
        osi_bytes_add(p->out, text, size);
    }
    return 0;
}

/* The length of YAML front matter, 0: none. Sets its title. */
static size_t front_matter(const char *text, size_t len, osi_bytes *title)
{
    size_t at = 4;

    if (len < 4 || (memcmp(text, "---\n", 4) != 0 &&
                    (len < 5 || memcmp(text, "---\r\n", 5) != 0)))
        return 0;
    while (at < len) {
        const char *line = text + at;
        const char *stop = memchr(line, '\n', len - at);
        size_t n = stop != NULL ? (size_t)(stop - line) : len - at;
        at += n + (stop != NULL);
        if (n > 0 && line[n - 1] == '\r')
            n--;
        if (n == 3 && (memcmp(line, "---", 3) == 0 ||
                       memcmp(line, "...", 3) == 0))
            return at;
        if (n <= 6 || strncasecmp(line, "title:", 6) != 0)
            continue;
        line += 6;
        n -= 6;
        while (n > 0 && (*line == ' ' || *line == '"' || *line == '\'')) {
            line++;
            n--;
        }
        while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '"' ||
                         line[n - 1] == '\''))
            n--;
        title->len = 0;
        osi_bytes_add(title, line, n);
    }
    title->len = 0;
    return 0;
}

/* Moves the heading from the text to the title. */
static void take_title(osi_bytes *out, range heading, osi_bytes *title)
{
    title->len = 0;
    osi_bytes_add(title, out->data + heading.from,
                  heading.to - heading.from - 1); /* without the newline */
    memmove(out->data + heading.from, out->data + heading.to,
            out->len - heading.to);
    out->len -= heading.to - heading.from;
}

bool osi_markdown(const char *text, size_t len, osi_bytes *out,
                  osi_bytes *title)
{
    static const MD_PARSER parser = {
        .flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = pass_span,
        .leave_span = pass_span,
        .text = add_text};
    page p = {.out = out};
    size_t front;

    title->len = 0;
    front = front_matter(text, len, title);
    if (len > OSI_MARKDOWN_MAX ||
        md_parse(text + front, (MD_SIZE)(len - front), &parser, &p) != 0)
        return false;
    if (title->len > 0 && p.first.to > p.first.from) {
        /* A heading is the title; that of the front matter stays findable. */
        osi_bytes_add(out, title->data, title->len);
        osi_bytes_add(out, "\n", 1);
    }
    if (p.first_h1.to > p.first_h1.from)
        take_title(out, p.first_h1, title);
    else if (p.first.to > p.first.from)
        take_title(out, p.first, title);
    return !out->failed && !title->failed;
}
