/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Takes turns between the fast path for words of ASCII (ascii.c), words of
 * other scripts and rarer compounds (compound.c), and CJK characters (here).
 * Words lie in the window, or in scratch memory, which is used from its
 * beginning by each call; a call ends where the window must move.
 */
#include "text.h"

#include "ascii.h"
#include "compound.h"
#include "fold.h"

/* Small enough to stay in the second-level cache. A call ends early when the
 * words fill it. */
#define SCRATCH 65536

/* Behind the last word, so that OST_WORD_PADDING bytes are always there. */
#define SLACK 64

struct ost_tokenizer {
    ost_scan scan;
    ost_window window;
    ost_compound compound;
    ost_folder *folder;
    XXH3_state_t *state;
    char *scratch;
    uint64_t malformed;
    /* Tokens for which the last call had no room. Their words are in scratch
     * memory, in front of scan.dst. */
    ost_token held[OST_COMPOUND_TOKENS];
    size_t n_held;
};

osteon_status ost_tokenizer_open(ost_tokenizer **out, osteon_error *err)
{
    const char *name;

    return ost_tokenizer_open_with(ost_classify_best(&name), out, err);
}

osteon_status ost_tokenizer_open_with(ost_classify *classify,
                                      ost_tokenizer **out, osteon_error *err)
{
    ost_tokenizer *t = ost_calloc(1, sizeof *t);

    *out = NULL;
    if (t == NULL)
        return ost_fail_memory(err);
    t->folder = ost_folder_open();
    t->state = XXH3_createState();
    t->scratch = ost_malloc(SCRATCH + SLACK);
    if (t->folder == NULL || t->state == NULL || t->scratch == NULL) {
        ost_tokenizer_close(t);
        return ost_fail_memory(err);
    }
    t->window.classify = classify;
    t->compound.scan = &t->scan;
    t->compound.folder = t->folder;
    t->compound.state = t->state;
    ost_tokenizer_start(t, "", 0, 0);
    *out = t;
    return OSTEON_OK;
}

void ost_tokenizer_close(ost_tokenizer *t)
{
    if (t == NULL)
        return;
    ost_folder_close(t->folder);
    XXH3_freeState(t->state);
    ost_free(t->scratch);
    ost_free(t);
}

void ost_tokenizer_start(ost_tokenizer *t, const char *text, size_t len,
                         uint32_t position)
{
    t->scan.text = text != NULL ? text : "";
    t->scan.at = 0;
    t->scan.end = len;
    t->scan.dst = t->scratch;
    t->scan.dst_limit = t->scratch + SCRATCH - OST_COMPOUND_MARGIN;
    t->scan.position = position;
    ost_window_clear(&t->window, 0);
    t->compound.endless = false;
    t->n_held = 0;
}

static void add_cjk(ost_scan *s, ost_token *out, ost_token_kind kind,
                    uint32_t position, const ost_char *a, const ost_char *b)
{
    out->word = s->dst;
    out->position = position;
    out->kind = (uint8_t)kind;
    memcpy(s->dst, a->bytes, a->len);
    memcpy(s->dst + a->len, b->bytes, b->len);
    out->len = (uint32_t)a->len + b->len;
    s->dst += out->len;
}

/* Reads the character behind `at`, and the marks on the way that vanish.
 * Returns where it begins. */
static size_t read_on(ost_tokenizer *t, size_t at, ost_char *out)
{
    ost_scan *s = &t->scan;

    while (at < s->end) {
        ost_folder_read(t->folder, s->text + at, s->end - at, out);
        if (out->kind != OST_CHAR_VANISH)
            return at;
        at += out->size;
    }
    memset(out, 0, sizeof *out);
    return at;
}

/* Reads a run of CJK characters, of which `first` is the one at scan.at, while
 * there is room for two tokens. */
static size_t read_cjk(ost_tokenizer *t, const ost_char *first, ost_token *out,
                       size_t room)
{
    static const ost_char none;
    ost_scan *s = &t->scan;
    ost_char ch = *first, next;
    size_t n = 0;

    while (ch.kind == OST_CHAR_CJK && room - n >= 2 && s->dst < s->dst_limit) {
        const size_t start = s->at, end = start + ch.size;
        const uint32_t position = ost_scan_position(s);

        s->at = read_on(t, end, &next);
        add_cjk(s, &out[n], OST_TOKEN_CJK, position, &ch, &none);
        out[n].start = start;
        out[n++].end = end;
        if (next.kind == OST_CHAR_CJK) {
            add_cjk(s, &out[n], OST_TOKEN_CJK_PAIR, position, &ch, &next);
            out[n].start = start;
            out[n++].end = s->at + next.size;
        }
        ch = next;
    }
    return n;
}

/* Reads a compound into `out`; what finds no room there is held. */
static size_t read_compound(ost_tokenizer *t, ost_token *out, size_t room)
{
    size_t n;

    if (room >= OST_COMPOUND_TOKENS)
        return ost_compound_read(&t->compound, out);
    n = ost_compound_read(&t->compound, t->held);
    if (n <= room) {
        memcpy(out, t->held, n * sizeof *out);
        return n;
    }
    memcpy(out, t->held, room * sizeof *out);
    t->n_held = n - room;
    memmove(t->held, t->held + room, t->n_held * sizeof *out);
    return room;
}

/* Reads what is at scan.at: separators up to the next ASCII byte, or the
 * tokens that begin there. With little room left, and some tokens already in
 * this call, it does nothing and sets *full. */
static size_t read_slow(ost_tokenizer *t, ost_token *out, size_t n,
                        size_t room, bool *full)
{
    ost_scan *s = &t->scan;
    ost_char ch;

    while (s->at < s->end) {
        ost_folder_read(t->folder, s->text + s->at, s->end - s->at, &ch);
        if (ch.kind >= OST_CHAR_CJK)
            break;
        t->malformed += ch.kind == OST_CHAR_MALFORMED;
        s->at += ch.size;
        if (s->at < s->end && (uint8_t)s->text[s->at] < 0x80)
            return 0;
    }
    if (s->at >= s->end)
        return 0;
    *full = n > 0 && room - n < OST_COMPOUND_TOKENS;
    if (*full)
        return 0;
    if (ch.kind == OST_CHAR_CJK)
        return read_cjk(t, &ch, out + n, room - n);
    return read_compound(t, out + n, room - n);
}

/* Reads words of ASCII, if such come next. Returns false where the call must
 * end: the text or the room does, or the window must move and has words in it
 * that are given out. */
static bool read_fast(ost_tokenizer *t, ost_token *out, size_t room, size_t *n)
{
    ost_scan *s = &t->scan;
    ost_ascii_stop stop;

    if (t->compound.endless)
        return true;
    while ((stop = ost_ascii_words(s, &t->window, out, room, n)) ==
           OST_STOP_WINDOW) {
        if (*n > 0 || s->at >= s->end)
            return false;
        ost_window_fill(&t->window, s->text, s->at, s->end);
    }
    return stop == OST_STOP_OTHER;
}

size_t ost_tokenizer_next(ost_tokenizer *t, ost_token *out, size_t room)
{
    ost_scan *s = &t->scan;
    size_t n = t->n_held;
    bool full = false;

    if (n == 0)
        s->dst = t->scratch;
    memcpy(out, t->held, n * sizeof *out);
    t->n_held = 0;
    while (!full && read_fast(t, out, room, &n) && n < room &&
           s->dst < s->dst_limit) {
        n += read_slow(t, out, n, room, &full);
        ost_window_seek(&t->window, s->at);
    }
    return n;
}

uint32_t ost_tokenizer_position(const ost_tokenizer *t)
{
    return t->scan.position;
}

const char *ost_tokenizer_instructions(void)
{
    const char *name;

    ost_classify_best(&name);
    return name;
}

uint64_t ost_tokenizer_malformed(const ost_tokenizer *t)
{
    return t->malformed;
}

uint64_t ost_tokenizer_long_words(const ost_tokenizer *t)
{
    return t->compound.long_words;
}
