/* SPDX-License-Identifier: Apache-2.0 */
/* A serial port, by a pseudoterminal: lines however they come, who is gone, who prints unasked, and who else may open
 * it. */
#define _DEFAULT_SOURCE
#include "tests/unit/command.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "host/serial/device.h"

struct port {
    struct pool pool;
    struct report_text report;
    struct frame at;
    int device; /* the other end */
    char path[64];
    struct serial serial;
};

static void port_open(struct port *p)
{
    *p = (struct port){.device = posix_openpt(O_RDWR | O_NOCTTY)};
    p->at = (struct frame){.name = "test", .index = -1, .sink = &p->report};
    assert_true(p->device >= 0 && grantpt(p->device) == 0 && unlockpt(p->device) == 0);
    assert_int_equal(ptsname_r(p->device, p->path, sizeof p->path), 0);
    assert_int_equal(serial_open(&p->pool, p->path, 115200, &p->serial, &p->at), MOTE_OK);
}

static void port_close(struct port *p)
{
    serial_close(&p->serial);
    if (p->device >= 0)
        close(p->device);
    pool_free(&p->pool);
}

static void device_says(const struct port *p, const char *bytes, size_t n)
{
    assert_int_equal(write(p->device, bytes, n), n);
}

static const char *line_of(struct port *p, double seconds)
{
    const char *line;

    assert_int_equal(serial_line(&p->serial, seconds, &line, &p->at), MOTE_OK);
    return line;
}

static void lines_come_in_any_pieces(void **state)
{
    struct port p;

    (void)state;
    port_open(&p);
    device_says(&p, "one\r\ntw", 7);
    assert_string_equal(line_of(&p, 5), "one");
    assert_null(line_of(&p, 0.05));
    device_says(&p, "o\n\n\0th\0ree\n", 11);
    assert_string_equal(line_of(&p, 5), "two");
    assert_string_equal(line_of(&p, 5), "");
    assert_string_equal(line_of(&p, 5), "three");
    port_close(&p);
}

/* Of a device that sends bytes and never ends a line: the time is the line's. */
static void a_line_has_a_time(void **state)
{
    struct port p;

    (void)state;
    port_open(&p);
    for (int i = 0; i < 20; i++) {
        device_says(&p, "endless", 7);
        assert_null(line_of(&p, 0.01));
    }
    port_close(&p);
}

static void a_device_that_is_gone_is_said(void **state)
{
    const char *line;
    struct port p;

    (void)state;
    port_open(&p);
    close(p.device);
    p.device = -1;
    assert_int_equal(serial_line(&p.serial, 5, &line, &p.at), MOTE_ERR_ENVIRONMENT);
    assert_non_null(strstr(p.report.text, "cannot be read"));
    port_close(&p);
}

/* Nobody else while it is open, anybody after it: whom the superuser's rights let in anyway, the flag tells. */
static void a_port_is_free_again(void **state)
{
    struct port p;
    int other, exclusive = 0;

    (void)state;
    port_open(&p);
    assert_int_equal(ioctl(p.serial.fd, TIOCGEXCL, &exclusive), 0);
    assert_int_equal(exclusive, 1);
    serial_close(&p.serial);
    other = open(p.path, O_RDWR | O_NOCTTY);
    assert_true(other >= 0);
    assert_int_equal(ioctl(other, TIOCGEXCL, &exclusive), 0);
    assert_int_equal(exclusive, 0);
    close(other);
    port_close(&p);
}

/* A board with other firmware, which prints and prints, is given up. */
static void what_prints_unasked_is_no_device(void **state)
{
    struct device d;
    struct port p;
    pid_t pid;

    (void)state;
    port_open(&p);
    serial_close(&p.serial);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        for (int i = 0; i < 20000 && write(p.device, "1.0, 2.0\n", 9) == 9; i++)
            usleep(1000);
        _exit(0);
    }
    assert_int_equal(device_open(&p.pool, p.path, 115200, &d, &p.at), MOTE_ERR_ENVIRONMENT);
    assert_non_null(strstr(p.report.text, "the answer to \"name\" has no end"));
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    port_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_in_any_pieces),         cmocka_unit_test(a_line_has_a_time),
        cmocka_unit_test(a_device_that_is_gone_is_said),    cmocka_unit_test(a_port_is_free_again),
        cmocka_unit_test(what_prints_unasked_is_no_device),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
