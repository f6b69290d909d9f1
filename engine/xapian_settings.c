/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a Xapian database says of itself in its metadata: see docs/xapian.md.
 * One without ours is somebody else's.
 */
#include "xapian_index.h"

#include <stdio.h>

/* Copies the metadata of a key to `out`, "" where there is none. */
static osteon_status get(const char *name, bool remote, xapian_c_database *db,
                         const char *key, char *out, size_t room,
                         osteon_error *err)
{
    xapian_c_error error;
    const char *value;
    size_t len;
    const xapian_c_status status = xapian_c_database_get_metadata(
        db, key, strlen(key), &value, &len, &error);

    out[0] = '\0';
    if (status != XAPIAN_C_OK)
        return ost_xapian_fail_as(name, remote, status, &error, err);
    if (len >= room || memchr(value, '\0', len) != NULL)
        return ost_fail(err, OSTEON_CORRUPT, "%s: metadata \"%s\" are damaged",
                        name, key);
    memcpy(out, value, len);
    out[len] = '\0';
    return OSTEON_OK;
}

static bool parse_number(const char *text, uint64_t most, uint64_t *out)
{
    uint64_t n = 0;

    *out = 0;
    if (*text == '\0')
        return false;
    for (; *text >= '0' && *text <= '9'; text++) {
        const unsigned digit = (unsigned)(*text - '0');
        if (n > (most - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *out = n;
    return *text == '\0';
}

static osteon_status get_number(const char *name, bool remote,
                                xapian_c_database *db, const char *key,
                                uint64_t most, uint64_t *out,
                                osteon_error *err)
{
    char text[32];
    const osteon_status s =
        get(name, remote, db, key, text, sizeof text, err);

    if (s == OSTEON_OK && !parse_number(text, most, out))
        return ost_fail(err, OSTEON_CORRUPT, "%s: metadata \"%s\" are damaged",
                        name, key);
    return s;
}

/* Whether it is in a layout and by an analyzer that we know. */
static osteon_status check_versions(const char *name,
                                    const ost_xapian_settings *settings,
                                    osteon_error *err)
{
    if (settings->layout != OST_XAPIAN_LAYOUT)
        return ost_fail(err, OSTEON_VERSION,
                        "%s: layout %lu of another Osteon; this one reads %d",
                        name, (unsigned long)settings->layout,
                        OST_XAPIAN_LAYOUT);
    if (settings->analyzer != OST_ANALYZER_VERSION)
        return ost_fail(err, OSTEON_VERSION,
                        "%s: written with analyzer %lu, this Osteon has %d; "
                        "rebuild it with osteon-index --rebuild",
                        name, (unsigned long)settings->analyzer,
                        OST_ANALYZER_VERSION);
    return OSTEON_OK;
}

static osteon_status read_rest(const char *name, bool remote,
                               xapian_c_database *db, ost_xapian_settings *out,
                               osteon_error *err)
{
    char positions[16];
    uint64_t number = 0;
    osteon_status s;

    s = get_number(name, remote, db, OST_KEY_ANALYZER, UINT32_MAX, &number,
                   err);
    out->analyzer = (uint32_t)number;
    if (s == OSTEON_OK)
        s = check_versions(name, out, err);
    if (s == OSTEON_OK)
        s = get(name, remote, db, OST_KEY_LANGUAGE, out->language,
                sizeof out->language, err);
    if (s == OSTEON_OK)
        s = get_number(name, remote, db, OST_KEY_TITLE_WEIGHT,
                       OST_TITLE_WEIGHT_MOST, &number, err);
    out->title_weight = (uint32_t)number;
    if (s == OSTEON_OK)
        s = get(name, remote, db, OST_KEY_POSITIONS, positions,
                sizeof positions, err);
    if (s != OSTEON_OK)
        return s;
    out->stems = strcmp(positions, "stems") == 0;
    if (!out->stems && strcmp(positions, "forms") != 0)
        return ost_fail(err, OSTEON_CORRUPT,
                        "%s: metadata \"" OST_KEY_POSITIONS "\" are damaged",
                        name);
    s = get_number(name, remote, db, OST_KEY_GENERATION, UINT64_MAX,
                   &out->generation, err);
    if (s == OSTEON_OK)
        s = get(name, remote, db, OST_KEY_SHARD, out->shard, sizeof out->shard,
                err);
    if (s == OSTEON_OK)
        s = get(name, remote, db, OST_KEY_SOURCES, out->sources,
                sizeof out->sources, err);
    return s;
}

osteon_status ost_xapian_settings_read(const char *name, bool remote,
                                       xapian_c_database *db,
                                       ost_xapian_settings *out,
                                       osteon_error *err)
{
    char layout[32];
    uint64_t number;
    osteon_status s;

    memset(out, 0, sizeof *out);
    strcpy(out->language, "english");
    s = get(name, remote, db, OST_KEY_LAYOUT, layout, sizeof layout, err);
    if (s != OSTEON_OK || layout[0] == '\0')
        return s;
    if (!parse_number(layout, UINT32_MAX, &number))
        return ost_fail(err, OSTEON_CORRUPT,
                        "%s: metadata \"" OST_KEY_LAYOUT "\" are damaged",
                        name);
    out->ours = true;
    out->layout = (uint32_t)number;
    if (number != OST_XAPIAN_LAYOUT)
        return check_versions(name, out, err);
    return read_rest(name, remote, db, out, err);
}

bool ost_xapian_sources_file(const ost_xapian_settings *settings,
                             char name[64], uint64_t *size,
                             uint64_t *checksum)
{
    char numbers[2][24], end;

    return sscanf(settings->sources, "%63[a-z0-9.-] %23[0-9] %23[0-9]%c",
                  name, numbers[0], numbers[1], &end) == 3 &&
           name[0] != '.' && parse_number(numbers[0], UINT64_MAX, size) &&
           parse_number(numbers[1], UINT64_MAX, checksum);
}
