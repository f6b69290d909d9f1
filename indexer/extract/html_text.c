/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * HTML to text with the SAX side of libxml2, which builds no tree. Invariant:
 * page->line, the line the text has come to, is never above the line of the
 * document it comes from; missing line ends are written before the next word.
 * So a block that begins on the line of the one before is set off by spaces.
 */
#include "html_text.h"

#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>

typedef struct page {
    htmlParserCtxtPtr parser;
    osi_bytes *text, *title;
    long line;
    unsigned skipped; /* elements around us that hold no text to show */
    unsigned head;
    bool in_title, had_title;
    bool in_heading; /* h1 of a document that has had no title */
    bool space, gap; /* owed before the next word */
} page;

static void ignore_error(void *arg, const char *format, ...)
{
    (void)arg;
    (void)format;
}

/* libxml2 2.12 made the error const. */
#if LIBXML_VERSION >= 21200
static void ignore_structured(void *arg, const xmlError *error)
#else
static void ignore_structured(void *arg, xmlErrorPtr error)
#endif
{
    (void)arg;
    (void)error;
}

void osi_html_start(void)
{
    xmlInitParser();
    xmlSetGenericErrorFunc(NULL, ignore_error);
    xmlSetStructuredErrorFunc(NULL, ignore_structured);
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* What does not break a line: everything else is a block. */
static bool is_inline(const char *name)
{
    static const char *const names[] = {
        "a",    "abbr", "acronym", "b",    "bdi",   "bdo",    "big",  "cite",
        "code", "data", "del",     "dfn",  "em",    "font",   "i",    "ins",
        "kbd",  "mark", "q",       "rp",   "rt",    "ruby",   "s",    "samp",
        "small", "span", "strike", "strong", "sub", "sup",    "time", "tt",
        "u",    "var",  "wbr",     "label", "nobr", "math",   NULL};

    return is_one_of(name, names);
}

static bool is_skipped(const char *name)
{
    static const char *const names[] = {"script", "style", "template", NULL};

    return is_one_of(name, names);
}

static void start_element(void *arg, const xmlChar *name,
                          const xmlChar **attributes)
{
    page *const p = arg;
    const char *const tag = (const char *)name;

    (void)attributes;
    if (is_skipped(tag))
        p->skipped++;
    else if (strcmp(tag, "head") == 0)
        p->head++;
    else if (strcmp(tag, "title") == 0 && !p->had_title)
        p->in_title = true;
    else if (strcmp(tag, "h1") == 0 && !p->had_title && p->title->len == 0)
        p->in_heading = true;
    if (!is_inline(tag))
        p->gap = true;
}

static void end_element(void *arg, const xmlChar *name)
{
    page *const p = arg;
    const char *const tag = (const char *)name;

    if (is_skipped(tag) && p->skipped > 0) {
        p->skipped--;
    } else if (strcmp(tag, "head") == 0 && p->head > 0) {
        p->head--;
    } else if (strcmp(tag, "title") == 0 && p->in_title) {
        p->in_title = false;
        p->had_title = p->title->len > 0;
    } else if (strcmp(tag, "h1") == 0) {
        p->in_heading = false;
    }
    if (!is_inline(tag))
        p->gap = true;
}

static bool is_white(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* White space in a title is one blank. */
static void add_title(page *p, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!is_white(text[i]))
            osi_bytes_add(p->title, text + i, 1);
        else if (p->title->len > 0 &&
                 p->title->data[p->title->len - 1] != ' ')
            osi_bytes_add(p->title, " ", 1);
    }
}

/* What is owed before a word of line `line`. */
static void separate(page *p, long line)
{
    const bool at_start =
        p->text->len == 0 || p->text->data[p->text->len - 1] == '\n';

    if (p->line < line) {
        for (; p->line < line; p->line++)
            osi_bytes_add(p->text, "\n", 1);
    } else if (!at_start && (p->gap || p->space)) {
        osi_bytes_add(p->text, "  ", p->gap ? 2 : 1);
    }
    p->gap = p->space = false;
}

static void characters(void *arg, const xmlChar *bytes, int size)
{
    page *const p = arg;
    const char *const text = (const char *)bytes;
    const size_t len = (size_t)size;
    long line = p->parser->input != NULL ? p->parser->input->line : p->line;
    size_t i = 0;

    if (p->in_title)
        add_title(p, text, len);
    if (p->in_title || p->skipped > 0 || p->head > 0)
        return;
    if (p->in_heading)
        add_title(p, text, len);
    /* The parser is behind the text: where did it begin? */
    for (size_t k = 0; k < len; k++)
        line -= text[k] == '\n';
    while (i < len && !p->text->failed) {
        size_t word = i;
        while (word < len && !is_white(text[word]))
            word++;
        if (word > i) {
            separate(p, line);
            osi_bytes_add(p->text, text + i, word - i);
        }
        for (i = word; i < len && is_white(text[i]); i++) {
            line += text[i] == '\n';
            p->space = true;
        }
    }
}

/* The bytes are taken for UTF-8 where they are UTF-8, whatever they say of
 * themselves; an escape sign is a mark of 7-bit encodings that look like it. */
static bool is_utf8(const char *html, size_t len)
{
    return memchr(html, 0x1b, len) == NULL && osi_utf8_valid(html, len);
}

bool osi_html_text(const char *html, size_t len, osi_bytes *text,
                   osi_bytes *title)
{
    const bool utf8 = is_utf8(html, len);
    int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
                  HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                  HTML_PARSE_NODEFDTD;
    page p = {.text = text, .title = title, .line = 1};
    xmlSAXHandler sax;

    if (len == 0)
        return true;
    p.parser = htmlCreateMemoryParserCtxt(html, (int)len);
    if (p.parser == NULL)
        return false;
    if (utf8)
        options |= HTML_PARSE_IGNORE_ENC;
    htmlCtxtUseOptions(p.parser, options);
    if (utf8)
        xmlSwitchEncoding(p.parser, XML_CHAR_ENCODING_UTF8);
    memset(&sax, 0, sizeof sax);
    sax.initialized = 1;
    sax.startElement = start_element;
    sax.endElement = end_element;
    sax.characters = characters;
    sax.ignorableWhitespace = characters;
    *p.parser->sax = sax;
    p.parser->userData = &p;
    htmlParseDocument(p.parser);
    htmlFreeParserCtxt(p.parser);
    while (title->len > 0 && title->data[title->len - 1] == ' ')
        title->len--;
    return !text->failed && !title->failed;
}
