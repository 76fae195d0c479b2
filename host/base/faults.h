/* SPDX-License-Identifier: Apache-2.0 */
/* Several failures in one message: each kind once, with its first place and its number. */
#ifndef MOTE_FAULTS_H
#define MOTE_FAULTS_H

#include "host/base/base.h"

struct fault;

struct faults {
    struct pool *pool;
    struct fault *list; /* [kinds] */
    size_t kinds;
    uint32_t n; /* failures */
};

/* A failure of `what` ("DEQUANTIZE") that a sink of its own holds, with its place. Those of one `what` and one message
 * are of one kind, wherever they are. */
void faults_add(struct faults *f, const char *what, const struct report_text *failed);
/* "op 0 DEQUANTIZE: tensor 3: no (and 9 more DEQUANTIZE); op 4 ADD: ..."; n is at least 1. */
const char *faults_text(const struct faults *f);
/* OK without failures; the one there is as it is; else one message about all. */
MUST_CHECK enum mote_status faults_fail(const struct faults *f, const struct frame *at);

#endif
