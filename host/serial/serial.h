/* SPDX-License-Identifier: Apache-2.0 */
/* A serial port: a device's UART behind a tty, or an emulated one's behind a pseudoterminal. */
#ifndef MOTE_SERIAL_PORT_H
#define MOTE_SERIAL_PORT_H

#include "host/base/base.h"

#define SERIAL_LINE_MAX (1 << 20) /* bytes of a line: more is an error */

struct serial {
    const char *path;
    int fd;
    char *line;        /* [SERIAL_LINE_MAX] of what has come and is not asked for yet */
    size_t used, from; /* bytes in it, and where the next line begins */
};

/* A tty that is open: 8 data bits, no parity, one stop bit, at one of the rates that termios knows; raw. What has come
 * before is dropped. */
MUST_CHECK enum mote_status serial_set_up(int fd, const char *path, int64_t baud, const struct frame *at);
/* Opens it, so set up. Nobody else may have it meanwhile. */
MUST_CHECK enum mote_status serial_open(struct pool *pool, const char *path, int64_t baud, struct serial *out,
                                        const struct frame *at);
void serial_close(struct serial *s);
MUST_CHECK enum mote_status serial_write(struct serial *s, const char *text, size_t bytes, const struct frame *at);
/* The next line, without its end, good until the next call; CR and NUL are left out. NULL after so many seconds without
 * one. */
MUST_CHECK enum mote_status serial_line(struct serial *s, double seconds, const char **line, const struct frame *at);

#endif
