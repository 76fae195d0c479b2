/* SPDX-License-Identifier: Apache-2.0 */
/* ONNX's own tests of operators and networks: a model, inputs, and what comes out, as protobuf files in a folder
 * each. */
#ifndef MOTE_TESTS_ONNX_SUITE_H
#define MOTE_TESTS_ONNX_SUITE_H

#include "host/pipeline/pipeline.h"

#define SETS_MAX 8

enum outcome { PASSED, WRONG, REFUSED };

/* The tensors of a test's data set, with their files' bytes. */
struct io_set {
    size_t n_in, n_out;
    struct tensor *in, *out;
    struct bytes *in_bytes;
    const char **in_names;
};

struct test {
    struct pool pool;
    const char *name; /* "node/test_add" */
    struct bytes model;
    size_t n_sets;
    struct io_set sets[SETS_MAX];

    enum outcome outcome;
    const char *bound, *note; /* inputs that are constants; what is wrong */
    bool same_in_c;
    const struct io_set *ran; /* the last set that passed, with */
    struct pipeline pipeline; /* its plan, */
    struct bytes got;         /* and what came out */
    bool is_bound[64];
};

/* Reads, imports, compiles and runs it, on the host. Inputs that Mote wants as constants become such, as few as do. */
void test_run(struct test *t, const char *folder);
/* Tests that passed, as generated C, with the same inputs: sets same_in_c. */
void tests_run_c(struct test *tests, size_t n);

#endif
