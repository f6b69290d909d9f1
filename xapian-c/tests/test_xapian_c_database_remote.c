/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Remote databases, by pipe and by TCP on the loopback interface. The tests
 * that need Xapian's servers (Debian package xapian-tools) test nothing
 * without them. */
#define _XOPEN_SOURCE 700
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "database_fixture.h"

static bool has(const char *program)
{
    char command[64];
    snprintf(command, sizeof command, "command -v %s >/dev/null", program);
    return system(command) == 0;
}

/* A socket bound to a free port of the loopback interface. */
static int bind_free(unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static unsigned free_port(void)
{
    unsigned port = 0;
    close(bind_free(&port));
    return port;
}

/* Serves the folder's "db" to one connection. */
static pid_t serve(unsigned port, bool writable)
{
    char number[16];
    snprintf(number, sizeof number, "%u", port);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        execlp("xapian-tcpsrv", "xapian-tcpsrv", "--port", number,
               "--interface", "127.0.0.1", "--one-shot", "--quiet",
               in_folder("db"), writable ? "--writable" : (char *)NULL,
               (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* Until the server listens there is nobody to answer. */
static xapian_c_status connect_patiently(unsigned port, bool writable,
                                         xapian_c_database **out)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    xapian_c_status status = XAPIAN_C_NETWORK_ERROR;
    for (int i = 0; i < 250 && status == XAPIAN_C_NETWORK_ERROR; i++) {
        nanosleep(&pause, NULL);
        status = writable ? xapian_c_remote_open_writable_tcp(
                                "127.0.0.1", port, 5000, 5000, 0, out, NULL)
                          : xapian_c_remote_open_tcp("127.0.0.1", port, 5000,
                                                     5000, out, NULL);
    }
    return status;
}

START_TEST(test_program_reads_and_writes)
{
    xapian_c_database *db = NULL;
    xapian_c_term_iterator *terms = NULL;
    const char *out = NULL;
    size_t len = 0;
    char args[128];
    if (!has("xapian-progsrv"))
        return;
    make_whales("db");
    snprintf(args, sizeof args, "--writable %s", in_folder("db"));
    OK(xapian_c_remote_open_writable_program("xapian-progsrv", args, 5000, 0,
                                             &db, NULL));
    ck_assert_uint_eq(add(db, "kraken"), 4);
    OK(xapian_c_writable_database_set_metadata(db, "k", 1, "v", 1, NULL));
    OK(xapian_c_writable_database_commit(db, NULL));
    OK(xapian_c_database_keep_alive(db, NULL));
    OK(xapian_c_database_get_uuid(db, &out, &len, NULL));
    ck_assert_uint_eq(len, 36);
    xapian_c_database_free(db);

    OK(xapian_c_remote_open_program("xapian-progsrv", in_folder("db"), 5000,
                                    &db, NULL));
    ck_assert_uint_eq(doccount(db), 4);
    OK(xapian_c_database_termlist_begin(db, 4, &terms, NULL));
    xapian_c_database_free(db);
    terms_are("kraken ", terms);
}
END_TEST

START_TEST(test_program_failing_is_network_error)
{
    xapian_c_database *db = NULL;
    xapian_c_error err = {0};
    STATUS_IS(XAPIAN_C_NETWORK_ERROR,
              xapian_c_remote_open_program("/bin/false", "", 5000, &db,
                                           &err));
    ck_assert_ptr_null(db);
    ck_assert_str_eq(err.type, "NetworkError");
    STATUS_IS(XAPIAN_C_NETWORK_ERROR,
              xapian_c_remote_open_writable_program("/bin/false", "", 5000, 0,
                                                    &db, NULL));
}
END_TEST

/* Errors come back over the wire with their own class. */
START_TEST(test_program_without_database_is_an_error)
{
    xapian_c_database *db = NULL;
    if (!has("xapian-progsrv"))
        return;
    STATUS_IS(XAPIAN_C_DATABASE_NOT_FOUND_ERROR,
              xapian_c_remote_open_program("xapian-progsrv",
                                           in_folder("none"), 5000, &db,
                                           NULL));
    ck_assert_ptr_null(db);
    make_whales("db");
    WRONG_TIME(xapian_c_remote_open_writable_program(
        "xapian-progsrv", in_folder("db"), 5000, 0, &db, NULL));
    OK(xapian_c_remote_open_program("xapian-progsrv", in_folder("db"), 5000,
                                    &db, NULL));
    xapian_c_document *doc = NULL;
    STATUS_IS(XAPIAN_C_DOC_NOT_FOUND_ERROR,
              xapian_c_database_get_document(db, 9, 0, &doc, NULL));
    xapian_c_database_free(db);
}
END_TEST

START_TEST(test_tcp_reads_and_writes)
{
    if (!has("xapian-tcpsrv"))
        return;
    make_whales("db");
    for (int writable = 1; writable >= 0; writable--) {
        xapian_c_database *db = NULL;
        unsigned port = free_port();
        pid_t server = serve(port, writable);
        OK(connect_patiently(port, writable, &db));
        if (writable) {
            add(db, "kraken");
            OK(xapian_c_writable_database_commit(db, NULL));
        }
        ck_assert_uint_eq(doccount(db), 4);
        xapian_c_database_free(db);
        ck_assert_int_eq(waitpid(server, NULL, 0), server);
    }
}
END_TEST

START_TEST(test_tcp_nobody_there_is_network_error)
{
    xapian_c_database *db = NULL;
    xapian_c_error err = {0};
    STATUS_IS(XAPIAN_C_NETWORK_ERROR,
              xapian_c_remote_open_tcp("127.0.0.1", free_port(), 1000, 1000,
                                       &db, &err));
    ck_assert_ptr_null(db);
    STATUS_IS(XAPIAN_C_NETWORK_ERROR,
              xapian_c_remote_open_writable_tcp("127.0.0.1", free_port(),
                                                1000, 1000, 0, &db, NULL));
}
END_TEST

/* The kernel accepts the connection, but nobody ever speaks. */
START_TEST(test_tcp_silent_server_is_network_timeout)
{
    xapian_c_database *db = NULL;
    xapian_c_error err = {0};
    unsigned port = 0;
    int fd = bind_free(&port);
    ck_assert_int_eq(listen(fd, 1), 0);
    STATUS_IS(XAPIAN_C_NETWORK_TIMEOUT_ERROR,
              xapian_c_remote_open_tcp("127.0.0.1", port, 200, 1000, &db,
                                       &err));
    ck_assert_ptr_null(db);
    ck_assert_str_eq(err.type, "NetworkTimeoutError");
    close(fd);
}
END_TEST

START_TEST(test_null_is_invalid_argument)
{
    xapian_c_database *db = NULL;
    INVALID(xapian_c_remote_open_tcp(NULL, 1, 0, 0, &db, NULL));
    INVALID(xapian_c_remote_open_tcp("localhost", 1, 0, 0, NULL, NULL));
    INVALID(xapian_c_remote_open_writable_tcp(NULL, 1, 0, 0, 0, &db, NULL));
    INVALID(xapian_c_remote_open_program("x", NULL, 0, &db, NULL));
    INVALID(xapian_c_remote_open_writable_program(NULL, "x", 0, 0, &db,
                                                  NULL));
}
END_TEST

static Suite *remote_suite(void)
{
    Suite *suite = suite_create("xapian_c_database_remote");
    TCase *all = tcase_create("remote");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, folder_make, folder_remove);
    tcase_add_test(all, test_program_reads_and_writes);
    tcase_add_test(all, test_program_failing_is_network_error);
    tcase_add_test(all, test_program_without_database_is_an_error);
    tcase_add_test(all, test_tcp_reads_and_writes);
    tcase_add_test(all, test_tcp_nobody_there_is_network_error);
    tcase_add_test(all, test_tcp_silent_server_is_network_timeout);
    tcase_add_test(all, test_null_is_invalid_argument);
    suite_add_tcase(suite, all);
    return suite;
}

int main(void)
{
    return run_suite(remote_suite());
}
