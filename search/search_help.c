/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * -h, --help and --version. The lists of options are made from the table.
 */
#include "search_options.h"

#include <osteon/osteon.h>

#include <stdio.h>
#include <string.h>

/* Columns at which the explanations, and further lines, begin. */
#define EXPLANATION 26
#define DETAIL 10

static const char usage_line[] =
    "Usage: osteon-search [OPTION]... QUERY...\n"
    "       osteon-search [OPTION]... --batch=FILE\n"
    "       osteon-search [OPTION]... --show ID\n";

static const char purpose[] =
    "\n"
    "Finds the documents of an index that answer QUERY best, best first. The\n"
    "index is made by osteon-index, once, and brought up to date by it:\n"
    "\n"
    "    cd ~/papers && osteon-index && osteon-search tumor immunotherapy\n";

static const char language[] =
    "\n"
    "Query:\n"
    "  tumor immunotherapy     any of the words; better with both\n"
    "  +tumor -canine          the first required, the second excluded\n"
    "  '\"giant cell tumor\"'    words in this order; mind both quotes\n"
    "  '\"bone tumor\"~5'        in any order, at most 5 words between them\n"
    "  'sarcoma AND (PD-1 OR \"CTLA 4\") NOT review'\n"
    "  title:denosumab         in the title only; so with other fields\n"
    "Words are found in all their forms (tumor, Tumors), with or without\n"
    "accents; there are no wildcards. After the first word of a query, -word\n"
    "excludes the word unless all its letters are options; 'tumor -word' in\n"
    "quotes always does.\n"
    "What does not parse is searched as words: a query never fails.\n";

static const char examples[] =
    "\n"
    "Examples:\n"
    "  osteon-search tumor immunotherapy\n"
    "      the ten best documents, with the passages that match\n"
    "  osteon-search -n 3 '\"limb salvage\" -amputation'\n"
    "      a phrase, without documents that have another word\n"
    "  osteon-search -l0 chemotherapy | xargs -0 wc -w\n"
    "      hand the files found to another command\n"
    "  osteon-search --all checkpoint inhibitors osteosarcoma\n"
    "      only documents that hold all three words\n"
    "  osteon-search --json pembrolizumab | jq -r '.score, .title'\n"
    "      take results apart in a script\n"
    "  osteon-search --batch=topics.tsv --trec -n 1000 >run\n"
    "      rank documents for many queries, to be judged\n"
    "  osteon-search -q denosumab && echo found\n"
    "      only ask whether there is anything\n"
    "\n"
    "Exit status: 0 hits, 1 no hits, 2 an error.\n"
    "osteon-search(1) is the manual, with the output formats.\n";

/* "  -n, --limit=N" padded to where the explanation begins. */
static void put_names(sink *out, const search_option *o)
{
    char text[80];
    int len;

    if (o->name == NULL)
        len = snprintf(text, sizeof text, "  -%c", o->letter);
    else if (o->letter != 0)
        len = snprintf(text, sizeof text, "  -%c, --%s", o->letter, o->name);
    else
        len = snprintf(text, sizeof text, "      --%s", o->name);
    if (o->argument != NULL)
        len += snprintf(text + len, sizeof text - (size_t)len, "=%s",
                        o->argument);
    sink_add(out, text, (size_t)len);
    if (len >= EXPLANATION) {
        sink_byte(out, '\n');
        len = 0;
    }
    for (; len < EXPLANATION; len++)
        sink_byte(out, ' ');
}

static void put_detail(sink *out, const char *detail)
{
    while (*detail != '\0') {
        const size_t len = strcspn(detail, "\n");

        for (int i = 0; i < DETAIL; i++)
            sink_byte(out, ' ');
        sink_add(out, detail, len);
        sink_byte(out, '\n');
        detail += len + (detail[len] == '\n');
    }
}

static void put_options(sink *out, bool details)
{
    for (const search_option *o = search_table; !is_table_end(o); o++) {
        if (!is_search_option(o)) {
            sink_byte(out, '\n');
            sink_text(out, o->brief);
            sink_text(out, ":\n");
            continue;
        }
        put_names(out, o);
        sink_text(out, o->brief);
        sink_byte(out, '\n');
        if (details && o->detail != NULL)
            put_detail(out, o->detail);
    }
}

void put_short_help(sink *out)
{
    sink_text(out, usage_line);
    put_options(out, false);
    sink_text(out, "\n--help tells more, with examples.\n");
}

void put_long_help(sink *out)
{
    sink_text(out, usage_line);
    sink_text(out, purpose);
    sink_text(out, language);
    put_options(out, true);
    sink_text(out, examples);
}

void put_version(sink *out)
{
    sink_text(out, "osteon-search " OSTEON_VERSION_TEXT "\nlibrary ");
    sink_text(out, osteon_version());
    sink_text(out, "\nindex format ");
    sink_unsigned(out, OSTEON_FORMAT_VERSION);
    sink_byte(out, '\n');
}
