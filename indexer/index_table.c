/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table of options, in the order of the help. Texts of `more` are broken
 * by hand, to at most 70 columns.
 */
#include "index_options.h"

#define AT(member) offsetof(osi_options, member)

/* The columns: name, letter, argument, kind, negatable, place, group, brief,
 * more. */
const osi_row osi_rows[] = {
    {"index", 'i', "DIR", OSI_ROW_TEXT, false, AT(index), "Index",
     "the index folder",
     "Without it: the environment variable OSTEON_INDEX, else .osteon in\n"
     "this folder or the nearest parent that has one, else a new .osteon\n"
     "in this folder."},
    {"rebuild", 0, NULL, OSI_ROW_SWITCH, true, AT(rebuild), NULL,
     "make the index anew",
     "The old content can be searched until the new one replaces all of\n"
     "it at once, and stays where no PATH is there."},
    {"merge", 0, "[reorder]", OSI_ROW_MERGE, true, AT(merge), NULL,
     "leave one segment without deleted documents",
     "With =reorder like documents are put beside each other: a smaller\n"
     "index that answers faster; equal scores come in another order.\n"
     "Without a PATH and --rebuild nothing else is done."},
    {"language", 0, "NAME", OSI_ROW_TEXT, false, AT(language), NULL,
     "language of a new index (english)",
     "Decides how words are reduced to stems; 'none' leaves them as they\n"
     "are. An index keeps its language until --rebuild."},
    {"engine", 0, "NAME", OSI_ROW_TEXT, false, AT(engine), NULL,
     "native or xapian: what a new index is (native)",
     "xapian makes a Xapian database, which Xapian's own tools read too.\n"
     "An index keeps its engine."},
    {"shard", 0, "K/N", OSI_ROW_SHARD, false, AT(shard), NULL,
     "take only part K of N of the documents",
     "By a hash of their ids, for an index over several hosts; with\n"
     "--engine xapian. An index keeps its part until --rebuild."},
    {"store", 0, "WHAT", OSI_ROW_STORE, false, AT(store), NULL,
     "auto, all or none: text to keep in the index",
     "auto keeps the text of what cannot be read again from a file as it\n"
     "is: standard input, records, HTML, UTF-16, compressed files, members\n"
     "of archives."},
    {"wait", 0, "[SECONDS]", OSI_ROW_SECONDS, false, AT(wait), NULL,
     "wait for another osteon-index to end",
     "For ever without SECONDS; without the option, or after that time,\n"
     "the exit status is 75."},
    {"jobs", 'j', "N", OSI_ROW_COUNT, false, AT(jobs), NULL,
     "threads to index with (all cores)", NULL},
    {"memory", 0, "SIZE", OSI_ROW_SIZE, false, AT(memory), NULL,
     "memory for documents not yet written (512M)", NULL},

    {"format", 0, "NAME", OSI_ROW_FORMAT, false, AT(format), "Input",
     "auto, text, html, markdown, json, jsonl, archive",
     "auto goes by the name: .html .htm .xhtml, .md .markdown, .jsonl\n"
     ".ndjson; all else is text. A .gz .xz .bz2 .zst after\n"
     "these is taken off first. Archives are opened by their names, .tar\n"
     ".zip .7z and .tar.gz and the like; archive is for stdin and others.\n"
     "json is a record or an array of records, jsonl a record a line: an\n"
     "object with id, title, text and any further fields."},
    {"files-from", 0, "FILE", OSI_ROW_TEXT, false, AT(files_from), NULL,
     "take PATHs from FILE, a line each ('-': stdin)", NULL},
    {"null-data", '0', NULL, OSI_ROW_SWITCH, true, AT(null_data), NULL,
     "names end in a NUL byte instead of a newline",
     "For --files-from and --delete-from, and for what --failed and\n"
     "--dry-run print."},
    {"id", 0, "ID", OSI_ROW_TEXT, false, AT(id), NULL,
     "id of the document on standard input (stdin)", NULL},
    {"glob", 'g', "GLOB", OSI_ROW_GLOB, false, AT(globs), NULL,
     "take only files that match ('!GLOB': leave out)",
     "As in an ignore file; may come several times, and the last that\n"
     "matches counts. A folder is left out by '!GLOB' only. Documents of\n"
     "files that are left out go from the index."},
    {"exclude", 0, "GLOB", OSI_ROW_EXCLUDE, false, AT(globs), NULL,
     "leave out what matches: same as -g '!GLOB'", NULL},
    {"hidden", 0, NULL, OSI_ROW_SWITCH, true, AT(hidden), NULL,
     "also files and folders whose name begins with '.'", NULL},
    {"no-ignore", 0, NULL, OSI_ROW_SWITCH, false, AT(no_ignore), NULL,
     "do not obey .gitignore, .ignore, .osteonignore", NULL},
    {"max-filesize", 0, "SIZE", OSI_ROW_SIZE, false, AT(max_filesize), NULL,
     "leave out larger files (256M; 0: none)",
     "The size counts after decompression, and limits the length of one\n"
     "record and of each member of an archive too."},

    {"delete", 0, NULL, OSI_ROW_SWITCH, false, AT(delete_ids), "Other tasks",
     "remove documents: operands are their ids",
     "A deleted document stays away until its file changes."},
    {"delete-from", 0, "FILE", OSI_ROW_TEXT, false, AT(delete_from), NULL,
     "remove the documents whose ids FILE lists", NULL},
    {"stats", 0, NULL, OSI_ROW_SWITCH, false, AT(stats), NULL,
     "tell what the index holds, and its size by part", NULL},
    {"check", 0, NULL, OSI_ROW_SWITCH, false, AT(check), NULL,
     "read and verify every byte of the index",
     "Prints a line for each damage; exit status 0 clean, 2 damaged."},
    {"failed", 0, NULL, OSI_ROW_SWITCH, false, AT(failed), NULL,
     "list files that could not be indexed, and why",
     "A line each: path, state and reason, separated by tabs."},
    {"analyze", 0, NULL, OSI_ROW_SWITCH, false, AT(analyze), NULL,
     "print the terms of standard input",
     "A line each: position, term, bytes START-END and 'word' or\n"
     "'joined', separated by tabs."},
    {"dump", 0, NULL, OSI_ROW_SWITCH, false, AT(dump), NULL,
     "print all terms of the index",
     "A line each: field (empty: the default one), term, documents and\n"
     "occurrences, separated by tabs."},
    {"export", 0, "KIND:FILE", OSI_ROW_EXPORT, false, AT(export), NULL,
     "write the index as ciff, jsonl or xapian:DIR",
     "ciff: terms, frequencies and lengths, for Lucene, PISA, Terrier and\n"
     "others. jsonl: documents, a record a line, which osteon-index reads\n"
     "again; exit status 1 where the text of some cannot be had. '-' is\n"
     "stdout. xapian: a new Xapian database in folder DIR."},
    {"import", 0, "ciff:FILE", OSI_ROW_IMPORT, false, AT(import), NULL,
     "make a new index of a CIFF file",
     "Terms are taken as they are; queries are analysed with language\n"
     "'none' unless --language names another. Without positions: phrases\n"
     "are searched as words. Nothing can be added later."},
    {"json", 0, NULL, OSI_ROW_SWITCH, true, AT(json), NULL,
     "JSON from --stats (an object) and --failed (lines)", NULL},

    {"dry-run", 'n', NULL, OSI_ROW_SWITCH, true, AT(dry_run), "Messages",
     "only say what would be done",
     "+ path: new, ~ path: changed, - path: gone. Nothing is written."},
    {"quiet", 'q', NULL, OSI_ROW_SWITCH, true, AT(quiet), NULL,
     "no closing line, errors only", NULL},
    {"verbose", 'v', NULL, OSI_ROW_SWITCH, true, AT(verbose), NULL,
     "a line for each file, and more at the end", NULL},
    {"progress", 0, NULL, OSI_ROW_SWITCH, false, AT(progress), NULL,
     "show progress even if stderr is no terminal", NULL},
    {"no-progress", 0, NULL, OSI_ROW_SWITCH, false, AT(no_progress), NULL,
     "never show progress", NULL},
    {"h", 'h', NULL, OSI_ROW_SWITCH, false, AT(help_short), NULL,
     "this help, in short", NULL},
    {"help", 0, NULL, OSI_ROW_SWITCH, false, AT(help), NULL,
     "this help, in full", NULL},
    {"version", 0, NULL, OSI_ROW_SWITCH, false, AT(version), NULL,
     "versions of the program, the format and the libraries", NULL},
};
const size_t osi_n_rows = sizeof osi_rows / sizeof *osi_rows;

_Static_assert(sizeof osi_rows / sizeof *osi_rows <= OSI_ROWS_MAX,
               "the parser's tables have room for all rows");
