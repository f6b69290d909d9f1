/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Help and version, on stdout, from the table of options.
 */
#include "index_options.h"

#include <libdeflate.h>
#include <md4c.h>
#include <xxhash.h>
#include <zlib.h>

static const char synopsis[] =
    "Usage: osteon-index [OPTION]... [PATH]...\n"
    "Bring a full-text index in step with files, folders and archives\n"
    "('-': stdin).\n";

static const char closing[] =
    "\nPATH is the folder the index belongs to unless given. Folders are\n"
    "walked; files named are taken whatever the rules. New and changed\n"
    "documents are indexed, vanished ones removed. Most switches have a\n"
    "--no- form.\n"
    "\nExit status: 0 done; 1 done, but some documents could not be read;\n"
    "2 failed; 75 another osteon-index holds the index, try again.\n"
    "\nExamples:\n"
    "  cd ~/notes && osteon-index        index a folder\n"
    "  osteon-index                      update the index found from here\n"
    "  osteon-index papers.tar.gz        each file in it is a document\n"
    "  osteon-index --format=jsonl - < records.jsonl\n"
    "  find . -name '*.c' -print0 | osteon-index --files-from - -0\n"
    "  osteon-index --failed             what could not be read, and why\n";

static const char languages[] = "Languages:";

static void print_row(const osi_row *row)
{
    char left[64];

    if (strlen(row->name) == 1) {
        snprintf(left, sizeof left, "  -%c", row->letter);
    } else {
        const bool optional = row->argument && row->argument[0] == '[';
        const int len = (int)strlen(row->argument ? row->argument : "");
        snprintf(left, sizeof left, "  %c%c%c --%s%s%.*s%s",
                 row->letter ? '-' : ' ', row->letter ? row->letter : ' ',
                 row->letter ? ',' : ' ', row->name,
                 row->argument == NULL ? ""
                 : optional            ? "[="
                                       : "=",
                 optional ? len - 2 : len,
                 row->argument == NULL ? ""
                 : optional            ? row->argument + 1
                                       : row->argument,
                 optional ? "]" : "");
    }
    printf("%-26s %s\n", left, row->brief);
}

static void print_rows(bool full)
{
    for (size_t i = 0; i < osi_n_rows; i++) {
        const osi_row *const row = &osi_rows[i];
        if (row->group != NULL)
            printf("\n%s:\n", row->group);
        print_row(row);
        if (!full || row->more == NULL)
            continue;
        for (const char *p = row->more; *p != '\0';) {
            const size_t len = strcspn(p, "\n");
            printf("        %.*s\n", (int)len, p);
            p += len + (p[len] == '\n');
        }
    }
}

/* Words in lines of at most 78 columns, the first of which has begun. */
static void print_words(const char *text, size_t column)
{
    for (const char *p = text; *p != '\0';) {
        const size_t len = strcspn(p, " ");
        const bool fits = column + 1 + len <= 78;
        printf("%s%.*s", fits ? " " : "\n  ", (int)len, p);
        column = (fits ? column + 1 : 2) + len;
        p += len + (p[len] == ' ');
    }
    putchar('\n');
}

void osi_help_short(void)
{
    fputs(synopsis, stdout);
    print_rows(false);
}

void osi_help_full(void)
{
    fputs(synopsis, stdout);
    print_rows(true);
    fputs(closing, stdout);
    printf("\n%s", languages);
    print_words(osteon_languages(), sizeof languages - 1);
}

void osi_version(void)
{
    printf("osteon-index %s\n", OSTEON_VERSION_TEXT);
    printf("library %s, index format %d\n", osteon_version(),
           OSTEON_FORMAT_VERSION);
    printf("zlib %s, libdeflate %s, xxhash %u.%u.%u, md4c\n", zlibVersion(),
           LIBDEFLATE_VERSION_STRING, XXH_versionNumber() / 10000,
           XXH_versionNumber() / 100 % 100, XXH_versionNumber() % 100);
}
