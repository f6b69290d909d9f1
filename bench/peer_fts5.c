/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * SQLite FTS5 as it is fastest and smallest with positions and stems: one
 * column, contentless, porter over unicode61, one transaction, no journal and
 * no fsync.
 *   peer_fts5 build DB TEXT                 makes DB (bench_text.h)
 *   peer_fts5 optimize DB                   merges its segments into one
 *   peer_fts5 ask DB QUERIES MODES PASSES   bench_asks.h
 *   peer_fts5 version
 */
#include "bench_asks.h"
#include "bench_text.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

typedef struct statements {
    sqlite3 *db;
    sqlite3_stmt *best, *count;
} statements;

static void check(sqlite3 *db, int status, int expected)
{
    if (status != expected)
        bench_fail("fts5", sqlite3_errmsg(db));
}

static void run(sqlite3 *db, const char *sql)
{
    check(db, sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;

    check(db, sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    return statement;
}

static sqlite3 *open_db(const char *path)
{
    sqlite3 *db;
    const int status = sqlite3_open(path, &db);

    check(db, status, SQLITE_OK);
    run(db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "PRAGMA locking_mode = EXCLUSIVE");
    return db;
}

static void build(const char *path, const char *source)
{
    bench_text *text = bench_text_open(source);
    sqlite3 *db = open_db(path);
    const bench_document *d;
    sqlite3_stmt *insert;

    run(db, "CREATE VIRTUAL TABLE t USING fts5(body, content = '', "
            "tokenize = 'porter unicode61'); BEGIN");
    insert = prepare(db, "INSERT INTO t(body) VALUES (?1)");
    while ((d = bench_text_next(text)) != NULL) {
        if (d->len > INT_MAX)
            bench_fail(d->id, "too large for SQLite");
        check(
            db,
            sqlite3_bind_text(insert, 1, d->bytes, (int)d->len, SQLITE_STATIC),
            SQLITE_OK);
        check(db, sqlite3_step(insert), SQLITE_DONE);
        check(db, sqlite3_reset(insert), SQLITE_OK);
    }
    sqlite3_finalize(insert);
    run(db, "COMMIT");
    check(db, sqlite3_close(db), SQLITE_OK);
    bench_text_close(text);
}

static uint64_t ask(void *state, const char *text, size_t len, size_t limit)
{
    statements *s = state;
    sqlite3_stmt *statement = limit == BENCH_COUNT ? s->count : s->best;
    uint64_t hits = 0;
    int status;

    check(s->db,
          sqlite3_bind_text(statement, 1, text, (int)len, SQLITE_STATIC),
          SQLITE_OK);
    if (limit != BENCH_COUNT)
        check(s->db, sqlite3_bind_int64(statement, 2, (sqlite3_int64)limit),
              SQLITE_OK);
    while ((status = sqlite3_step(statement)) == SQLITE_ROW)
        hits = limit == BENCH_COUNT
                   ? (uint64_t)sqlite3_column_int64(statement, 0)
                   : hits + 1;
    check(s->db, status, SQLITE_DONE);
    sqlite3_reset(statement);
    return hits;
}

static void ask_all(const char *path, char **rest)
{
    statements s = {.db = open_db(path)};
    const bench_engine engine = {.state = &s,
                                 .quote = "\"",
                                 .sign = "",
                                 .any = " OR ",
                                 .all = " AND ",
                                 .near_open = "NEAR(",
                                 .near = " ",
                                 .near_close = ", " BENCH_BETWEEN ")",
                                 .ask = ask};

    s.best = prepare(s.db, "SELECT rowid FROM t WHERE t MATCH ?1 "
                           "ORDER BY rank LIMIT ?2");
    s.count = prepare(s.db, "SELECT count(*) FROM t WHERE t MATCH ?1");
    bench_asks_run(&engine, rest[0], rest[1], rest[2]);
    sqlite3_finalize(s.best);
    sqlite3_finalize(s.count);
    check(s.db, sqlite3_close(s.db), SQLITE_OK);
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";

    if (argc == 4 && strcmp(command, "build") == 0) {
        build(argv[2], argv[3]);
    } else if (argc == 3 && strcmp(command, "optimize") == 0) {
        sqlite3 *db = open_db(argv[2]);
        run(db, "INSERT INTO t(t) VALUES ('optimize'); VACUUM");
        check(db, sqlite3_close(db), SQLITE_OK);
    } else if (argc == 6 && strcmp(command, "ask") == 0) {
        ask_all(argv[2], argv + 3);
    } else if (argc == 2 && strcmp(command, "version") == 0) {
        puts(sqlite3_libversion());
    } else {
        bench_fail("usage", "peer_fts5 build DB TEXT | optimize DB | "
                            "ask DB QUERIES MODES PASSES | version");
    }
    return 0;
}
