/* SPDX-License-Identifier: Apache-2.0 */
/* An operator of your own: what a .tflite calls a custom operator. One C file has it, for tools and for devices
 * (examples/own_operator):
 *
 *     #include "mote/operator.h"
 *
 *     static void run(const struct mote_operator_call *c) { … }
 *     #if MOTE_DESCRIBE
 *     static int32_t shape(struct mote_operator_node *n) { … }
 *     static int32_t prepare(struct mote_operator_node *n) { … }
 *     #endif
 *     static const struct mote_operator magnitude = {"Magnitude", run, NULL, MOTE_ON_HOST(shape, prepare)};
 *     MOTE_OPERATORS(&magnitude);
 *
 * Tools load it as a library: cc -shared -fPIC -DMOTE_DESCRIBE=1 -Idevice magnitude.c -o libmagnitude.so, and
 * `mote compile model.tflite --operators ./libmagnitude.so -o model.mote`. Firmware compiles the same file as it is and
 * links it, beside the interpreter or beside generated C. A program has one MOTE_OPERATORS, with all of its operators.
 *
 * As everywhere, the host works out what it can: shape() says what the outputs look like, prepare() makes of options,
 * scales and constants the bytes that run() wants. No allocation, and nothing that run() could fail with. */
#ifndef MOTE_OPERATOR_H
#define MOTE_OPERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"

#define MOTE_OPERATOR_INPUTS   8     /* at most */
#define MOTE_OPERATOR_OUTPUTS  4     /* at most, and at least one */
#define MOTE_OPERATOR_RANK     8     /* of a tensor, at most */
#define MOTE_OPERATOR_PREPARED 65536 /* bytes, at most */
#define MOTE_OPERATOR_VERSION  1     /* of the structs below: a library of another one is refused */

/* One inference. All pointers are aligned to 4 bytes; what there is none of is NULL, with 0 bytes. No input overlaps an
 * output. Elements are little-endian and dense, the last dimension innermost. */
struct mote_operator_call {
    const MOTE_FLASH void *prepared; /* as prepare() left it; in program memory of an AVR */
    const void *in[MOTE_OPERATOR_INPUTS];
    void *out[MOTE_OPERATOR_OUTPUTS];
    void *state;   /* kept between inferences; zeros at first, and after a reset */
    void *scratch; /* any bytes */
    uint32_t prepared_bytes;
    uint32_t in_bytes[MOTE_OPERATOR_INPUTS], out_bytes[MOTE_OPERATOR_OUTPUTS];
    uint32_t state_bytes, scratch_bytes;
};

/* A tensor, for shape() and prepare(): real = scale * (q - zero). */
struct mote_operator_tensor {
    uint8_t type; /* by number: mote/ops/types_def.h; 1 int8, 2 uint8, 3 int16, 5 int32, 7 int64, 11 float32, 13 bool;
                     0: an input that is not there */
    int32_t rank;
    int32_t dims[MOTE_OPERATOR_RANK];
    float scale; /* 0: not quantized, or by channel */
    int32_t zero;
    const void *data; /* of a constant; else NULL */
};

/* The operator in a model. */
struct mote_operator_node {
    const uint8_t *options; /* raw, as the file has them (a FlexBuffer, a struct, …): nobody has checked them */
    uint32_t options_bytes;
    int32_t n_in, n_out;
    struct mote_operator_tensor in[MOTE_OPERATOR_INPUTS], out[MOTE_OPERATOR_OUTPUTS];
    /* of prepare(); all 0 before it */
    uint8_t *prepared; /* [MOTE_OPERATOR_PREPARED] to be filled in, aligned to 8 bytes */
    uint32_t prepared_bytes, state_bytes, scratch_bytes;
    uint32_t operations; /* multiply-accumulates of an inference, for costs; 0: about one for each byte */
    char error[128];     /* why it fails, for people */
};

struct mote_operator {
    const char *name; /* as the file has it */
    /* Computes the outputs. Writes nothing but outputs, state and scratch, and reads within the bytes that there are,
     * whatever is in them. */
    void (*run)(const struct mote_operator_call *call);
    /* What run() relies on in the prepared bytes and in sizes: whether that is so. An image, which anybody may have
     * made, is opened only if it is. Pointers but `prepared` are NULL. NULL: run() relies on nothing. */
    bool (*check)(const struct mote_operator_call *call);
#if MOTE_DESCRIBE
    /* Both return 0, or anything else for a failure, with a reason in n->error; an input may have any type, rank and
     * dimensions, and there may be any number of them, until shape() has said no.
     * shape: sets rank and dims of out[0 … n_out - 1]; the tools check that the file agrees.
     * prepare: sets what is said above; NULL: run() wants nothing. */
    int32_t (*shape)(struct mote_operator_node *n);
    int32_t (*prepare)(struct mote_operator_node *n);
#endif
};

#if MOTE_DESCRIBE
#define MOTE_ON_HOST(shape, prepare) shape, prepare
#define MOTE_OPERATORS(...)                                                                                            \
    extern const uint32_t mote_operators_version;                                                                      \
    const uint32_t mote_operators_version = MOTE_OPERATOR_VERSION;                                                     \
    const struct mote_operator *const mote_operators[] = {__VA_ARGS__, NULL}
#else
#define MOTE_ON_HOST(shape, prepare)
#define MOTE_OPERATORS(...) const struct mote_operator *const mote_operators[] = {__VA_ARGS__, NULL}
#endif

/* Those that the program has, ended by NULL. With the interpreter there are none where nobody says MOTE_OPERATORS, and
 * an image that wants one is refused, with ERR_PARAMS of its step; generated C that wants one does not link. */
extern const struct mote_operator *const mote_operators[];
/* Of that name; NULL if there is none. */
const struct mote_operator *mote_operator_find(const MOTE_FLASH char *name);

#endif
