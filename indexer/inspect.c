/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The modes that look at an index: --stats, --check and --failed. Results go
 * to stdout; --json makes them an object, or an object a line.
 */
#include "indexer.h"

#define PARTS_MAX 64

int osi_library_error(const char *index, const osteon_error *err)
{
    if (err->status != OSTEON_LOCKED) {
        osi_error("%s", err->text);
        return OSI_FATAL;
    }
    if (err->pid > 0)
        osi_error("%s: locked by process %ld (use --wait)", index, err->pid);
    else
        osi_error("%s: locked by another process (use --wait)", index);
    return OSI_BUSY;
}

static int end(int status)
{
    return osi_stdout_end() ? status : OSI_FATAL;
}

static unsigned long long ull(uint64_t n)
{
    return n;
}

static void print_json_text(const char *name, const char *text)
{
    osi_bytes line = {0};

    osi_bytes_add_json(&line, text, strlen(text));
    printf("\"%s\":\"%.*s\"", name, (int)line.len, line.len ? line.data : "");
    osi_bytes_free(&line);
}

static void print_stats_json(const char *index, const osteon_index_info *info,
                             const osteon_part *parts, size_t n)
{
    putchar('{');
    print_json_text("index", index);
    putchar(',');
    print_json_text("root", info->root);
    putchar(',');
    print_json_text("language", info->language);
    putchar(',');
    print_json_text("engine", info->engine);
    printf(",\"format\":%u,\"analyzer\":%u,\"generation\":%llu",
           info->format_version, info->analyzer_version,
           ull(info->generation));
    printf(",\"documents\":%llu,\"deleted\":%llu,\"tokens\":%llu",
           ull(info->documents), ull(info->deleted), ull(info->tokens));
    if (info->terms > 0)
        printf(",\"terms\":%llu,\"postings\":%llu,\"positions\":%llu",
               ull(info->terms), ull(info->postings), ull(info->positions));
    printf(",\"segments\":%u,\"sources\":%llu,\"bytes\":%llu,\"parts\":{",
           info->segments, ull(info->sources), ull(info->bytes));
    for (size_t i = 0; i < n; i++)
        printf("%s\"%s\":%llu", i ? "," : "", parts[i].name,
               ull(parts[i].bytes));
    puts("}}");
}

static void print_stats(const char *index, const osteon_index_info *info,
                        const osteon_part *parts, size_t n)
{
    osi_bytes shown = {0};

    osi_bytes_add_shown(&shown, index, strlen(index));
    osi_bytes_add(&shown, "\nroot        ", 13);
    osi_bytes_add_shown(&shown, info->root, strlen(info->root));
    printf("index       %.*s\n", (int)shown.len, shown.len ? shown.data : "");
    osi_bytes_free(&shown);
    printf("language    %s\n", info->language);
    printf("engine      %s\n", info->engine);
    printf("versions    format %u, analyzer %u\n", info->format_version,
           info->analyzer_version);
    printf("generation  %llu\n", ull(info->generation));
    printf("documents   %llu, and %llu deleted\n", ull(info->documents),
           ull(info->deleted));
    printf("sources     %llu\n", ull(info->sources));
    printf("segments    %u\n", info->segments);
    if (info->terms > 0) {
        printf("terms       %llu\n", ull(info->terms));
        printf("postings    %llu\n", ull(info->postings));
        printf("positions   %llu\n", ull(info->positions));
    }
    printf("tokens      %llu\n", ull(info->tokens));
    printf("bytes       %llu\n", ull(info->bytes));
    for (size_t i = 0; i < n; i++)
        printf("  %-18s %14llu  %5.1f %%\n", parts[i].name,
               ull(parts[i].bytes),
               info->bytes > 0
                   ? 100.0 * (double)parts[i].bytes / (double)info->bytes
                   : 0.0);
}

int osi_stats(const char *index, bool json)
{
    osteon_index *handle;
    osteon_index_info info;
    osteon_part parts[PARTS_MAX];
    osteon_error err;
    osteon_status s = osteon_index_open(index, &handle, &err);

    if (s == OSTEON_OK)
        s = osteon_index_info_get(handle, &info, &err);
    if (s == OSTEON_OK) {
        size_t n = osteon_index_parts(handle, parts, PARTS_MAX);
        if (n > PARTS_MAX)
            n = PARTS_MAX;
        if (json)
            print_stats_json(index, &info, parts, n);
        else
            print_stats(index, &info, parts, n);
    }
    osteon_index_close(handle);
    return s == OSTEON_OK ? end(OSI_DONE) : osi_library_error(index, &err);
}

static void print_damage(void *arg, const char *line)
{
    osi_bytes shown = {0};

    (void)arg;
    osi_bytes_add_shown(&shown, line, strlen(line));
    printf("%.*s\n", (int)shown.len, shown.len ? shown.data : "");
    osi_bytes_free(&shown);
}

int osi_check(const char *index, bool quiet)
{
    osteon_index *handle = NULL;
    osteon_index_info info;
    osteon_error err;
    osteon_status s = osteon_index_check(index, print_damage, NULL, &err);

    if (s == OSTEON_CORRUPT) {
        end(OSI_FATAL);
        return osi_library_error(index, &err);
    }
    if (s == OSTEON_OK && !quiet) {
        s = osteon_index_open(index, &handle, &err);
        if (s == OSTEON_OK)
            s = osteon_index_info_get(handle, &info, &err);
        if (s == OSTEON_OK)
            printf("%s: clean (%llu documents, %u segments, %llu bytes)\n",
                   index, ull(info.documents), info.segments,
                   ull(info.bytes));
        osteon_index_close(handle);
    }
    return s == OSTEON_OK ? end(OSI_DONE) : osi_library_error(index, &err);
}

static const char *state_name(osteon_source_state state)
{
    switch (state) {
    case OSTEON_SOURCE_INDEXED:
        return "indexed";
    case OSTEON_SOURCE_EMPTY:
        return "empty";
    case OSTEON_SOURCE_BINARY:
        return "binary";
    case OSTEON_SOURCE_TOO_LARGE:
        return "too large";
    case OSTEON_SOURCE_UNREADABLE:
        return "unreadable";
    case OSTEON_SOURCE_MALFORMED:
        return "malformed";
    }
    return "unknown";
}

static void add_base64(osi_bytes *line, const char *bytes, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < len; i += 3) {
        const unsigned a = (unsigned char)bytes[i];
        const unsigned b = i + 1 < len ? (unsigned char)bytes[i + 1] : 0;
        const unsigned c = i + 2 < len ? (unsigned char)bytes[i + 2] : 0;
        char four[4] = {digits[a >> 2], digits[(a & 3) << 4 | b >> 4], '=',
                        '='};
        if (i + 1 < len)
            four[2] = digits[(b & 15) << 2 | c >> 6];
        if (i + 2 < len)
            four[3] = digits[c & 63];
        osi_bytes_add(line, four, 4);
    }
}

/* A path that is not UTF-8 comes in base64 too. */
static void failed_json(osi_bytes *line, const osteon_source *source)
{
    osi_bytes_add_text(line, "{\"path\":\"");
    osi_bytes_add_json(line, source->path, source->path_len);
    if (!osi_utf8_valid(source->path, source->path_len)) {
        osi_bytes_add_text(line, "\",\"path_base64\":\"");
        add_base64(line, source->path, source->path_len);
    }
    osi_bytes_add_text(line, "\",\"state\":\"");
    osi_bytes_add_text(line, state_name(source->state));
    osi_bytes_add_text(line, "\",\"reason\":\"");
    osi_bytes_add_json(line, source->reason, source->reason_len);
    osi_bytes_add_text(line, "\"}\n");
}

static void failed_line(osi_bytes *line, const osteon_source *source,
                        bool null_data)
{
    if (null_data)
        osi_bytes_add(line, source->path, source->path_len);
    else
        osi_bytes_add_shown(line, source->path, source->path_len);
    osi_bytes_add(line, "\t", 1);
    osi_bytes_add_text(line, state_name(source->state));
    osi_bytes_add(line, "\t", 1);
    osi_bytes_add_shown(line, source->reason, source->reason_len);
    osi_bytes_add(line, null_data ? "" : "\n", 1);
}

int osi_failed(const char *index, bool null_data, bool json)
{
    osteon_index *handle;
    osteon_source source;
    osteon_error err;
    uint32_t cursor = 0;
    bool more = true;
    osi_bytes line = {0};
    osteon_status s = osteon_index_open(index, &handle, &err);

    while (s == OSTEON_OK) {
        s = osteon_index_source_next(handle, &cursor, &source, &more, &err);
        if (s != OSTEON_OK || !more)
            break;
        if (source.state == OSTEON_SOURCE_INDEXED ||
            source.state == OSTEON_SOURCE_EMPTY)
            continue;
        line.len = 0;
        if (json)
            failed_json(&line, &source);
        else
            failed_line(&line, &source, null_data);
        if (!line.failed)
            fwrite(line.data, 1, line.len, stdout);
    }
    osteon_index_close(handle);
    if (line.failed) {
        osi_error("out of memory");
        return OSI_FATAL;
    }
    osi_bytes_free(&line);
    return s == OSTEON_OK ? end(OSI_DONE) : osi_library_error(index, &err);
}
