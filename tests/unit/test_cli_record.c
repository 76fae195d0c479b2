/* SPDX-License-Identifier: Apache-2.0 */
/* mote record from outside, on a pseudo terminal in place of a board. */
#include "tests/unit/command.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

/* A board that prints these lines again and again, every 5 ms, until it is stopped; its port is `port`. */
static pid_t board_start(const char *const *lines, size_t n, char port[64])
{
    int file = posix_openpt(O_RDWR | O_NOCTTY);
    pid_t pid;

    assert_true(file >= 0 && grantpt(file) == 0 && unlockpt(file) == 0);
    assert_int_equal(ptsname_r(file, port, 64), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        for (size_t i = 0; i < 20000; i++) {
            const char *line = lines[i % n];

            if (write(file, line, strlen(line)) < 0)
                _exit(1);
            usleep(5000);
        }
        _exit(0);
    }
    close(file);
    return pid;
}

static void board_stop(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* Every line counts that has as many numbers; the rest is counted. */
static void lines_become_a_recording(void **state)
{
    static const char *const lines[] = {"1.5, -2\r\n", "3;4e2\r\n", "hello\r\n", "5 6\n", "7,8,9\n", "nan,1\n", "\n"};
    char port[64];
    pid_t board = board_start(lines, COUNT(lines), port);
    struct result r = OK("record", "--port", port, "--columns", "ax,ay", "--label", "walk", "-o", "@out/rec",
                         "--seconds", "1", "--json");
    json_t *root = json_of(&r);
    const char *text = text_of(here("out/rec/walk/0001.csv"));
    long long rows = (long long)integer(root, "rows"), found = 0;

    (void)state;
    assert_true(rows > 10 && integer(root, "skipped") > 10);
    assert_true(json_real_value(json_object_get(root, "rate")) > 10);
    assert_int_equal(strncmp(text, "ax,ay\n", 6), 0);
    for (const char *s = strchr(text, '\n') + 1; *s != '\0'; s = strchr(s, '\n') + 1, found++)
        if (strncmp(s, "1.5,-2\n", 7) != 0 && strncmp(s, "3,400\n", 6) != 0 && strncmp(s, "5,6\n", 4) != 0)
            fail_msg("\"%.20s\"", s);
    assert_int_equal(found, rows);
    json_decref(root);
    assert_non_null(strstr(
        OK("record", "--port", port, "--columns", "ax,ay", "--label", "walk", "-o", "@out/rec", "--seconds", "1").out,
        "walk/0002.csv"));
    OK("record", "--port", port, "--columns", "ax,ay", "--label", "run", "-o", "@out/rec", "--seconds", "1");
    OK("record", "--port", port, "--columns", "ax,ay", "--label", "run", "-o", "@out/rec", "--seconds", "1");
    board_stop(board);
    assert_non_null(strstr(OK("new", "@out/rec", "-o", "@out/net", "--window", "8").out, "2 classes"));
}

static void what_cannot_be_recorded_is_named(void **state)
{
    static const char *const lines[] = {"1,2,3\n"};
    char port[64];
    pid_t board = board_start(lines, 1, port);
    const struct bad bad[] = {
        {1,
         "sends lines, but none of 2 numbers",
         {"record", "--port", port, "--columns", "x,y", "--label", "a", "-o", "@out/no"}},
        {2,
         "7 baud is no rate of a serial port",
         {"record", "--port", port, "--columns", "x,y", "--label", "a", "-o", "@out/no", "--baud", "7"}},
        {1, /* before it is listened to: what is sent would do */
         "cannot make the folder",
         {"record", "--port", port, "--columns", "x,y,z", "--label", "a", "-o", "@in/file"}},
        {1, "cannot be opened", {"record", "--port", "@in/none", "--columns", "x", "--label", "a", "-o", "@out/no"}},
        {2, "--label is \"a/b\"", {"record", "--port", port, "--columns", "x", "--label", "a/b", "-o", "@out/no"}},
        {2,
         "--columns has the name \"\"",
         {"record", "--port", port, "--columns", "x,", "--label", "a", "-o", "@out/no"}},
        {2, "--columns is missing", {"record", "--port", port, "--label", "a", "-o", "@out/no"}},
        {2, "--port is missing", {"record", "--columns", "x", "--label", "a", "-o", "@out/no"}},
    };

    (void)state;
    put_text("in/file", "x");
    want_bad(bad, COUNT(bad));
    assert_int_not_equal(access(here("out/no"), F_OK), 0);
    board_stop(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lines_become_a_recording),
        TEST(what_cannot_be_recorded_is_named),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
