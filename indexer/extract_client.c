/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * HTML by way of osteon-extract, which is started when it is first needed, and
 * anew after a document that it died of. The frames are told in
 * extract/extract_main.c.
 */
#include "convert.h"
#include "helper.h"

struct osi_extract {
    osi_helper helper;
};

osi_extract *osi_extract_new(void)
{
    osi_extract *const e = osi_realloc(NULL, sizeof *e);

    if (e != NULL) {
        memset(e, 0, sizeof *e);
        e->helper.fd = -1;
    }
    return e;
}

void osi_extract_free(osi_extract *extract)
{
    int status;

    if (extract == NULL)
        return;
    osi_helper_stop(&extract->helper, &status);
    free(extract);
}

const char *osi_extract_reason(const osi_extract *extract)
{
    return extract->helper.reason;
}

static osi_helped receive_all(osi_helper *h, void *bytes, size_t len)
{
    char *p = bytes;
    osi_helped s = OSI_HELPED;

    while (len > 0 && s == OSI_HELPED) {
        size_t got;
        s = osi_helper_receive(h, p, len, &got);
        p += got;
        len -= got;
    }
    return s;
}

static uint64_t number(const unsigned char *p, unsigned bytes)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)p[i] << 8 * i;
    return value;
}

/* Sends the document and receives the answer; *converted is what it says. */
static osi_helped exchange(osi_helper *h, const char *html, size_t len,
                           osi_bytes *text, osi_bytes *title, bool *converted)
{
    unsigned char head[13];
    uint64_t title_len, text_len;
    char *place;
    osi_helped s;

    for (unsigned i = 0; i < 8; i++)
        head[i] = (unsigned char)((uint64_t)len >> 8 * i);
    s = osi_helper_send(h, head, 8);
    if (s == OSI_HELPED)
        s = osi_helper_send(h, html, len);
    if (s == OSI_HELPED)
        s = receive_all(h, head, sizeof head);
    if (s != OSI_HELPED)
        return s;
    *converted = head[0] == 0;
    title_len = number(head + 1, 4);
    text_len = number(head + 5, 8);
    /* Encodings grow to at most four bytes a byte. */
    if (title_len > 4 * len + 64 || text_len > 4 * len + 64)
        return OSI_HELP_FAILED;
    place = osi_bytes_reserve(title, (size_t)title_len);
    if (place == NULL && title->failed)
        return OSI_HELP_FAILED;
    s = receive_all(h, place, (size_t)title_len);
    title->len = (size_t)title_len;
    place = osi_bytes_reserve(text, (size_t)text_len + 1);
    if (place == NULL || s != OSI_HELPED)
        return s != OSI_HELPED ? s : OSI_HELP_FAILED;
    text->len = (size_t)text_len;
    return receive_all(h, place, (size_t)text_len);
}

osi_extracted osi_extract_html(osi_extract *e, const char *html, size_t len,
                               osi_bytes *text, osi_bytes *title)
{
    osi_helper *const h = &e->helper;
    bool converted = false;
    osi_helped s;

    text->len = title->len = 0;
    if (h->fd < 0 && !osi_helper_start(h, NULL))
        return OSI_EXTRACT_MISSING;
    osi_helper_wait(h, OSI_HELPER_SECONDS);
    s = exchange(h, html, len, text, title, &converted);
    if (s == OSI_HELPED && converted)
        return OSI_EXTRACTED;
    text->len = title->len = 0;
    if (s == OSI_HELPED) {
        snprintf(h->reason, sizeof h->reason,
                 "the HTML parser ran out of memory");
        return OSI_EXTRACT_FAILED;
    }
    if (s == OSI_HELP_STOPPED)
        return OSI_EXTRACT_STOPPED;
    osi_helper_bury(h, s, "HTML parser");
    return OSI_EXTRACT_FAILED;
}
