/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Opening a segment file and verifying its bytes. Invariants: a section lies
 * before pages_end; no byte of one is handed out before its page's checksum
 * was found right; the bit in `verified` is set only after that, so several
 * threads may verify the same page, which is only wasted work.
 */
#include "segment.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

void ost_segment_forget(const ost_segment *segment)
{
    ost_map_forget(&segment->map);
}

static osteon_status damaged(const ost_segment *segment, uint64_t offset,
                             const char *what, osteon_error *err)
{
    return ost_fail_corrupt(err, segment->path, offset, what);
}

static osteon_status read_sections(ost_segment *seg, const uint8_t *footer,
                                   uint64_t footer_at, osteon_error *err)
{
    uint64_t left = seg->pages_end - OST_HEADER_SIZE;

    for (int i = 0; i < OST_N_SECTIONS; i++) {
        ost_section *s = &seg->sections[i];
        s->offset = ost_get64(footer + i * 16);
        s->size = ost_get64(footer + i * 16 + 8);
        if (s->size == 0) {
            s->offset = 0;
            continue;
        }
        if (s->offset % OST_ALIGN != 0 || s->offset < OST_HEADER_SIZE ||
            s->offset > seg->pages_end ||
            s->size > seg->pages_end - s->offset)
            return damaged(seg, footer_at + (uint64_t)i * 16,
                           "section outside the file", err);
        if (s->size > left)
            return damaged(seg, footer_at + (uint64_t)i * 16,
                           "sections lie in one another", err);
        left -= s->size;
    }
    return OSTEON_OK;
}

/* Checks everything that tells where other things are: the footer against
 * the manifest's checksum, the table of page checksums against the footer. */
static osteon_status read_footer(ost_segment *seg, uint64_t checksum,
                                 osteon_error *err)
{
    const uint64_t at = seg->map.size - OST_FOOTER_SIZE;
    const uint8_t *footer = seg->map.data + at;
    const uint8_t *tail = footer + OST_N_SECTIONS * 16;
    uint64_t n_pages;

    if (memcmp(tail + 40, OST_SEGMENT_MAGIC, OST_MAGIC_SIZE) != 0)
        return damaged(seg, at, "no segment footer", err);
    if (ost_get64(tail + 32) != checksum ||
        XXH3_64bits(footer, OST_FOOTER_SIZE - 16) != checksum)
        return damaged(seg, at, "footer does not match its checksum", err);
    if (ost_get32(tail + 8) != OST_PAGE ||
        ost_get32(tail + 12) != OSTEON_FORMAT_VERSION)
        return damaged(seg, at, "page size or version not as expected", err);
    seg->n_documents = ost_get32(tail + 16);
    if (seg->n_documents > OST_MAX_DOCUMENTS)
        return damaged(seg, at, "too many documents", err);
    seg->pages_end = ost_get64(tail);
    if (seg->pages_end > at || seg->pages_end < OST_HEADER_SIZE)
        return damaged(seg, at, "page checksums outside the file", err);
    n_pages = (seg->pages_end + OST_PAGE - 1) / OST_PAGE;
    if ((at - seg->pages_end) / 4 != n_pages || (at - seg->pages_end) % 4)
        return damaged(seg, at, "page checksums of wrong size", err);
    seg->checksums = seg->map.data + seg->pages_end;
    if (XXH3_64bits(seg->checksums, n_pages * 4) != ost_get64(tail + 24))
        return damaged(seg, seg->pages_end,
                       "page checksums do not match theirs", err);
    seg->verified = ost_calloc(n_pages / 64 + 1, sizeof *seg->verified);
    if (seg->verified == NULL)
        return ost_fail_memory(err);
    return read_sections(seg, footer, at, err);
}

static osteon_status read_text_code(ost_segment *seg, osteon_error *err)
{
    const uint64_t size = ost_section_size(seg, OST_SECTION_TEXT_CODE);
    const uint8_t *bytes = NULL;

    if (size > 0) {
        bytes = ost_section_get(seg, OST_SECTION_TEXT_CODE, 0, size, err);
        if (bytes == NULL)
            return OSTEON_CORRUPT;
    }
    if (!ost_text_code_read(&seg->text_code, bytes, (size_t)size))
        return ost_section_fail(seg, OST_SECTION_TEXT_CODE, 0,
                                "not a code of texts", err);
    return OSTEON_OK;
}

osteon_status ost_segment_open(const char *path, uint64_t size,
                               uint64_t checksum, ost_segment **out,
                               osteon_error *err)
{
    ost_segment *seg = ost_calloc(1, sizeof *seg);
    osteon_status s;

    *out = NULL;
    if (seg == NULL)
        return ost_fail_memory(err);
    seg->path = ost_path_join("", path);
    if (seg->path == NULL) {
        s = ost_fail_memory(err);
        goto done;
    }
    s = ost_map_open(&seg->map, path, err);
    if (s != OSTEON_OK)
        goto done;
    if (seg->map.size != size ||
        seg->map.size < OST_HEADER_SIZE + OST_FOOTER_SIZE) {
        s = damaged(seg, seg->map.size, "size is not as the manifest says",
                    err);
        goto done;
    }
    s = read_footer(seg, checksum, err);
    if (s != OSTEON_OK)
        goto done;
    s = ost_segment_verify(seg, 0, OST_HEADER_SIZE, err);
    if (s != OSTEON_OK)
        goto done;
    if (memcmp(seg->map.data, OST_SEGMENT_MAGIC, OST_MAGIC_SIZE) != 0 ||
        ost_get32(seg->map.data + 12) != seg->n_documents) {
        s = damaged(seg, 0, "header and footer differ", err);
        goto done;
    }
    s = ost_fields_read(seg, err);
    if (s == OSTEON_OK)
        s = read_text_code(seg, err);
done:
    if (s != OSTEON_OK) {
        ost_segment_close(seg);
        return s;
    }
    *out = seg;
    return OSTEON_OK;
}

void ost_segment_close(ost_segment *seg)
{
    if (seg == NULL)
        return;
    ost_fields_free(seg);
    ost_free(seg->deleted);
    ost_free(seg->verified);
    ost_map_close(&seg->map);
    ost_free(seg->path);
    ost_free(seg);
}

osteon_status ost_segment_verify(ost_segment *seg, uint64_t offset,
                                 uint64_t size, osteon_error *err)
{
    const uint64_t first = offset / OST_PAGE;
    const uint64_t last = size ? (offset + size - 1) / OST_PAGE : first;

    for (uint64_t page = first; page <= last && size > 0; page++) {
        const uint64_t bit = (uint64_t)1 << (page & 63);
        const uint64_t at = page * OST_PAGE;
        uint64_t n = seg->pages_end - at;
        if (OST_LIKELY(__atomic_load_n(&seg->verified[page >> 6],
                                       __ATOMIC_RELAXED) &
                       bit))
            continue;
        if (n > OST_PAGE)
            n = OST_PAGE;
        if ((uint32_t)XXH3_64bits(seg->map.data + at, n) !=
            ost_get32(seg->checksums + page * 4))
            return damaged(seg, at, "page does not match its checksum", err);
        __atomic_fetch_or(&seg->verified[page >> 6], bit,
                          __ATOMIC_RELAXED);
    }
    return OSTEON_OK;
}

uint64_t ost_section_size(const ost_segment *seg, ost_section_id id)
{
    return seg->sections[id].size;
}

const uint8_t *ost_section_get(ost_segment *seg, ost_section_id id,
                               uint64_t offset, uint64_t size,
                               osteon_error *err)
{
    const ost_section *s = &seg->sections[id];

    if (offset > s->size || size > s->size - offset) {
        ost_section_fail(seg, id, offset, "bytes outside their section", err);
        return NULL;
    }
    if (ost_segment_verify(seg, s->offset + offset, size, err) != OSTEON_OK)
        return NULL;
    return seg->map.data + s->offset + offset;
}

osteon_status ost_section_fail(const ost_segment *seg, ost_section_id id,
                               uint64_t offset, const char *what,
                               osteon_error *err)
{
    return damaged(seg, seg->sections[id].offset + offset, what, err);
}

const char *ost_segment_path(const ost_segment *seg)
{
    return seg->path;
}

uint32_t ost_segment_documents(const ost_segment *seg)
{
    return seg->n_documents;
}

const uint64_t *ost_segment_deleted(const ost_segment *seg)
{
    return seg->deleted;
}

uint32_t ost_segment_deleted_count(const ost_segment *seg)
{
    return seg->n_deleted;
}

void ost_segment_set_deleted(ost_segment *seg, uint64_t *bits, uint32_t count)
{
    ost_free(seg->deleted);
    seg->deleted = bits;
    seg->n_deleted = bits ? count : 0;
}
