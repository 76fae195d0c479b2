/* SPDX-License-Identifier: Apache-2.0 */
#include "host/serial/serial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define WRITE_SECONDS 10.0

static const struct {
    int64_t baud;
    speed_t speed;
} rates[] = {{9600, B9600},     {19200, B19200},   {38400, B38400},   {57600, B57600},     {115200, B115200},
             {230400, B230400}, {460800, B460800}, {921600, B921600}, {1000000, B1000000}, {2000000, B2000000}};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static enum mote_status find_rate(int64_t baud, speed_t *speed, const struct frame *at)
{
    for (size_t i = 0; i < COUNT(rates); i++)
        if (rates[i].baud == baud) {
            *speed = rates[i].speed;
            return MOTE_OK;
        }
    return fail(at, MOTE_ERR_USAGE, "%lld baud is no rate of a serial port: 9600 to 2000000, 115200 is usual",
                (long long)baud);
}

static int configure(int fd, speed_t speed)
{
    struct termios t;

    if (tcgetattr(fd, &t) != 0)
        return errno;
    cfmakeraw(&t);
    t.c_cflag |= CLOCAL | CREAD;
    t.c_cflag &= ~(tcflag_t)(CSTOPB | CRTSCTS);
    if (cfsetspeed(&t, speed) != 0 || tcsetattr(fd, TCSANOW, &t) != 0 || tcflush(fd, TCIOFLUSH) != 0)
        return errno;
    return 0;
}

static enum mote_status no_port(const char *path, int error, const struct frame *at)
{
    return fail(at, MOTE_ERR_ENVIRONMENT, "%s is no serial port: %s", path, strerror(error));
}

enum mote_status serial_set_up(int fd, const char *path, int64_t baud, const struct frame *at)
{
    speed_t speed = B0;
    int error;

    TRY(find_rate(baud, &speed, at));
    error = configure(fd, speed);
    return error == 0 ? MOTE_OK : no_port(path, error, at);
}

enum mote_status serial_open(struct pool *pool, const char *path, int64_t baud, struct serial *out,
                             const struct frame *at)
{
    enum mote_status status;

    *out = (struct serial){.path = path, .fd = -1};
    out->fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (out->fd < 0)
        return fail(at, MOTE_ERR_ENVIRONMENT, "%s cannot be opened: %s%s", path, strerror(errno),
                    errno == EACCES ? " (members of the group dialout may, on Debian)" : "");
    status = serial_set_up(out->fd, path, baud, at);
    if (status == MOTE_OK && ioctl(out->fd, TIOCEXCL) != 0)
        status = no_port(path, errno, at);
    if (status == MOTE_OK)
        out->line = pool_alloc(pool, SERIAL_LINE_MAX);
    else
        serial_close(out);
    return status;
}

void serial_close(struct serial *s)
{
    if (s->fd >= 0) {
        ioctl(s->fd, TIOCNXCL); /* a pseudoterminal would stay closed to others for as long as its other end is open */
        close(s->fd);
    }
    s->fd = -1;
}

/* False: the time is over. */
static bool wait_for(const struct serial *s, short events, double until)
{
    struct pollfd p = {.fd = s->fd, .events = events};
    double left = until - now();

    return left > 0 && (poll(&p, 1, left < 1e6 ? (int)(left * 1e3) + 1 : -1) > 0 || now() < until);
}

enum mote_status serial_write(struct serial *s, const char *text, size_t bytes, const struct frame *at)
{
    const double until = now() + WRITE_SECONDS;

    while (bytes > 0) {
        ssize_t n = write(s->fd, text, bytes);

        if (n > 0) {
            text += n;
            bytes -= (size_t)n;
        } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
            return fail(at, MOTE_ERR_ENVIRONMENT, "%s cannot be written: %s", s->path, strerror(errno));
        } else if (!wait_for(s, POLLOUT, until)) {
            return fail(at, MOTE_ERR_ENVIRONMENT, "%s takes no more: is there a device?", s->path);
        }
    }
    return MOTE_OK;
}

/* The line that is whole, NULL if none is. */
static const char *take_line(struct serial *s)
{
    char *begin = s->line + s->from, *end = memchr(begin, '\n', s->used - s->from), *to = begin;

    if (end == NULL)
        return NULL;
    for (const char *p = begin; p < end; p++)
        if (*p != '\r' && *p != '\0')
            *to++ = *p;
    *to = '\0';
    s->from = (size_t)(end + 1 - s->line);
    return begin;
}

static enum mote_status read_more(struct serial *s, const struct frame *at)
{
    ssize_t n;

    memmove(s->line, s->line + s->from, s->used - s->from);
    s->used -= s->from;
    s->from = 0;
    if (s->used == SERIAL_LINE_MAX)
        return fail(at, MOTE_ERR_ENVIRONMENT, "%s sends a line of more than %d bytes: that is no device of Mote's",
                    s->path, SERIAL_LINE_MAX);
    n = read(s->fd, s->line + s->used, SERIAL_LINE_MAX - s->used);
    if (n > 0)
        s->used += (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        return fail(at, MOTE_ERR_ENVIRONMENT, "%s cannot be read: %s", s->path,
                    n == 0 ? "the device is gone" : strerror(errno));
    return MOTE_OK;
}

enum mote_status serial_line(struct serial *s, double seconds, const char **line, const struct frame *at)
{
    const double until = now() + seconds;

    while ((*line = take_line(s)) == NULL) {
        if (!wait_for(s, POLLIN, until))
            return MOTE_OK;
        TRY(read_more(s, at));
    }
    return MOTE_OK;
}
