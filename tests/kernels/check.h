/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a case of a kernel and says what a version did wrong: bytes other than the portable version's, a byte outside an
 * argument or in one that is only read, an answer that depends on what memory held or on how many rows a call computes.
 *
 * Each argument has guards on both sides; what they hold changes from run to run, so that a version that reads them
 * gives itself away, and AddressSanitizer watches them where it is compiled in. */
#ifndef TESTS_KERNELS_CHECK_H
#define TESTS_KERNELS_CHECK_H

#include "mote/ops/cores.h"
#include "tests/kernels/cases.h"

enum { VERSIONS_MAX = 8 };

struct known_version {
    const char *name;
    const struct mote_version *version;
};

/* A kernel and what runs here of it, the portable version first. */
struct known_kernel {
    const struct mote_kernel *kernel;
    struct known_version versions[VERSIONS_MAX];
    int32_t n;
};
/* Versions of these are plain C: every machine runs them. */
#define FEATURES_IN_C MOTE_HAS_RV32M

extern const int32_t known_kernels_count;
/* Kernel i with its versions that need no other instruction sets than these; `compiled`: of which this program has the
 * code. */
struct known_kernel known_kernel(int32_t i, uint32_t features, bool compiled);

/* An argument as a version wants it. */
struct check_arg {
    uint8_t *before; /* what it holds before each run; of scratch NULL */
    uint8_t *data;   /* what a run gets, between guards */
    uint32_t bytes;
};

/* Memory for one case at a time. */
struct check {
    uint8_t *memory;
    uint32_t size, used, used_by_case;
    uint8_t *initial[MOTE_ARGS_MAX]; /* what the contract's arguments hold before each run */
    uint8_t *want[MOTE_ARGS_MAX];    /* after the portable version */
    struct check_arg live[MOTE_ARGS_MAX];
    int32_t n_live; /* the version's scratch is one more than the contract has */
};

struct check_fault {
    const char *what; /* NULL: none */
    const char *argument;
    uint32_t at;       /* byte of the argument */
    int32_t got, want; /* the bytes there */
};

#define CHECK_MEMORY(argument_bytes) (4 * MOTE_ARGS_MAX * ((argument_bytes) + 256u))

/* The portable version: it computes the same in any chunks of rows, and touches nothing else. Fills `want`. */
struct check_fault check_reference(struct check *k, struct kernel_case *c, const struct mote_version *portable);
/* Another one, after check_reference() of the same case. */
struct check_fault check_version(struct check *k, struct kernel_case *c, const struct mote_version *version);
/* Of what check_reference() found the portable version to write; all that are no numbers are the same. */
uint32_t check_hash(const struct check *k, const struct kernel_case *c);
/* No input makes it write outside its arguments; those in the arena may overlap. `*ran` is false if the contract does
 * not take the constants. */
struct check_fault check_hostile(struct check *k, struct kernel_case *c, const struct mote_version *version, bool *ran);

/* For timing: lays out a case's arguments for a version (false: no room), and runs all rows. */
bool check_prepare(struct check *k, struct kernel_case *c, const struct mote_version *version);
void check_run(struct check *k, const struct kernel_case *c, const struct mote_version *version);

#endif
