/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * JSON texts cut into objects, and each read as a record.
 */
#include "convert.h"
#include "fuzz.h"

/* Whatever is pointed at can be read, and no name is left empty. */
static void look_at(const osi_record *r)
{
    fuzz_touch(r->id, r->id_len);
    fuzz_touch(r->title, r->title_len);
    fuzz_touch(r->body, r->body_len);
    fuzz_touch(r->more, r->more_len);
    for (size_t i = 0; i < r->n_fields; i++) {
        FUZZ_ASSERT(r->fields[i].name_len > 0);
        fuzz_touch(r->fields[i].name, r->fields[i].name_len);
        if (r->fields[i].kind <= OSTEON_STRING)
            fuzz_touch(r->fields[i].text, r->fields[i].text_len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    osi_record record = {0};
    osi_splitter splitter;
    const char *reason = NULL;

    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\n';
    osi_splitter_start(&splitter, text, size);
    while (osi_splitter_next(&splitter, &reason) == 1)
        if (osi_record_parse(&record, splitter.object, splitter.len, &reason))
            look_at(&record);
    osi_record_free(&record);
    free(text);
    return 0;
}
