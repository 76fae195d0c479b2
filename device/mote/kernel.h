/* SPDX-License-Identifier: Apache-2.0 */
/* What a kernel is to the interpreter and to the emitters: a contract, which its header and <kernel>_check.c make, and
 * versions, which compute. The header has three lists:
 *
 *   MOTE_<KERNEL>_PARAMS(F)   F(field, min, max, "meaning")     int32_t fields of struct mote_<kernel>, in image order
 *   MOTE_<KERNEL>_ARGS(A)     A(name, TYPE, ROLE)               the pointer arguments, in the function's order
 *   MOTE_<KERNEL>_ROWS(R)     R(argument, &p->ring or NULL, input rows that an output row needs), see struct mote_rows
 *   MOTE_COST(<kernel>, …)    operations of one output row, for tools: an upper bound up to a factor of 3
 *
 * The kernel's function is  void mote_<kernel>(const struct mote_<kernel> *p, <args…>, int32_t first, int32_t count)
 * and computes `count` output rows from row `first` on; <kernel>.c is its portable version. A kernel that folds takes
 * the input's rows instead, in order, from wherever they come: its sums live from the first row to the last, which
 * writes the output (MOTE_FOLD). <kernel>_check.c has
 *   static bool need_<kernel>(const struct mote_<kernel> *p, uint32_t bytes[])
 * which says how many bytes each argument must have and, in bytes[n_args], how many rows there are to compute or fold;
 * false if the parameters contradict each other; and
 *   static bool trust_<kernel>(const struct mote_<kernel> *p, const struct mote_block args[])
 * which checks the values of constants where a bad one could do harm (shifts, table indices): those of role CONST, in
 * time that their bytes bound; where there are none, there is no trust function. After both, and the parameters'
 * ranges, no input may make any version read or write outside its arguments, and all return the same bytes. Versions do
 * not know the check: code that calls a kernel with parameters of its own, as generated C does, links none. */
#ifndef MOTE_KERNEL_H
#define MOTE_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "packing.h"

#define MOTE_ARGS_MAX        16    /* arguments of one kernel, its version's scratch memory among them */
#define MOTE_KERNEL_ROWS_MAX 64    /* input rows that one output row may need: the largest kernel_h */
#define MOTE_DIM_MAX         65535 /* the largest height, width, channel count or length that a parameter may have */

/* Roles: who writes it, and where it may live. The numbers are used in descriptors only. */
enum {
    MOTE_ROLE_IN = 0,      /* read: arena or image */
    MOTE_ROLE_OUT = 1,     /* written: arena */
    MOTE_ROLE_WEIGHTS = 2, /* read, kept between inferences, any values are safe: image or arena */
    MOTE_ROLE_STATE = 3,   /* read and written, kept between inferences: arena */
    MOTE_ROLE_SCRATCH = 4, /* written, worth nothing after the call: arena */
    MOTE_ROLE_CONST = 5,   /* read; the trust function has checked its values, and looks at no other argument: image */
    MOTE_ROLE_SUMS = 6,    /* read and written, kept from a fold's first row to its last, any values are safe: arena */
};

/* Its prototype says MOTE_FLASH. */
static inline bool mote_role_is_const(uint32_t role) { return role == MOTE_ROLE_CONST || role == MOTE_ROLE_WEIGHTS; }

struct mote_range {
    int32_t min, max;
};

struct mote_arg {
    uint8_t type; /* enum mote_type of device/mote/ops/types.h; 0: any, the kernel moves bytes */
    uint8_t role;
};

/* An argument as a trust function sees it. */
struct mote_block {
    const void *data; /* of role CONST; of others nothing is said here */
    uint32_t bytes;   /* what need_<kernel>() asks for; of a variable length, what is stored: no more may be read */
};

struct mote_call {
    const void *params;
    void *const *args; /* those that are read only point to const memory all the same; behind them NULL */
    int32_t first, count;
};

/* Which rows of an argument an output row needs; of an output, which it is. Output row y of image n needs those rows i
 * of the argument's image n that are inside it and for which i * up lies among the `window` numbers from y * stride -
 * pad on, `dilation` apart. All 0: no row can be told from another, the whole argument is needed. Where a kernel folds,
 * rows of the input are meant, and the output's row that they go into. */
struct mote_rows {
    int32_t ring;        /* 1 + the index of the parameter that says how many rows the buffer holds; 0: it holds all */
    int32_t in_h, out_h; /* rows of an image of the argument's, and of the output's */
    int32_t window, stride, dilation, pad;
    int32_t up;    /* 1, but where output rows come between the input's */
    int32_t table; /* 1 + the argument whose numbers are the rows, see MOTE_TABLE_ROWS; 0: none */
};

#define MOTE_EACH_ROW 1, 1, 1, 1, 1, 0, 1, 0 /* row r needs row r */
#define MOTE_ALL_ROWS 0, 0, 0, 0, 0, 0, 0, 0
/* Of an output: each row is made of so many, and there after the last of them. */
#define MOTE_FOLD(rows)                                         1, rows, 1, 0, 1, 0, 1, 0
#define MOTE_WINDOW(in_h, out_h, window, stride, dilation, pad) in_h, out_h, window, stride, dilation, pad, 1, 0
/* The argument `arg` has so many numbers of each output row of an image, of which the first `window` are rows. */
#define MOTE_TABLE_ROWS(in_h, out_h, arg, numbers, window) in_h, out_h, window, numbers, 1, 0, 1, 1 + MOTE_AT_##arg

/* Code for a kernel, in <kernel>.c or <kernel>_<version>.c. Every compiler takes every version's file; where it lacks
 * the instructions there is no code, but what images and plans have to know is there all the same.
 *
 * A version returns the portable version's bytes for all that the contract allows. It may want arguments in other forms
 * and scratch memory of its own, which is then one argument more, behind those of the contract. */
struct mote_version {
    void (*run)(const struct mote_call *call); /* NULL: not with this compiler's instructions */
    const uint16_t *forms;                     /* [n_args] of the arguments; NULL: all 0 */
    /* Bytes of scratch. Of arguments in other forms it replaces what need_<kernel>() said by the bytes that are stored;
     * by 0 if that is for the trust function to find out. NULL: no other forms, no scratch. */
    uint32_t (*fit)(const void *params, uint32_t *bytes);
#if MOTE_DESCRIBE
    bool scratch; /* its function takes scratch: NULL where fit() wants none */
    /* Of a call that computes so many rows, about: what tells narrow calls from wide ones. NULL: nothing does. */
    double (*instructions)(const void *params, int32_t rows);
    /* What the packed argument `arg` looks like unpacked: packing.h. NULL: nothing is packed. */
    void (*shape)(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS]);
#endif
};

/* The contract. */
struct mote_kernel {
    bool (*need)(const void *params, uint32_t *bytes); /* [n_args + 1]: bytes of the arguments, then output rows */
    bool (*trust)(const void *params, const struct mote_block *args); /* NULL: any values are safe */
    const struct mote_range *ranges;                                  /* [n_params] */
    const struct mote_arg *arg;                                       /* [n_args] */
    uint8_t n_params, n_args;
#if MOTE_DESCRIBE
    double (*cost)(const void *params);                       /* operations of one output row */
    void (*rows)(const void *params, struct mote_rows *rows); /* [n_args], all 0 before */
    const char *name;
    const char *const *param_names; /* [n_params] */
    const char *const *param_docs;  /* [n_params] */
    const char *const *arg_names;   /* [n_args] */
#endif
};

/* ---- the lists, expanded ---- */
#define MOTE_FIELD(field, min, max, doc)       int32_t field;
#define MOTE_FIELD_RANGE(field, min, max, doc) {min, max},
#define MOTE_FIELD_NAME(field, min, max, doc)  #field,
#define MOTE_FIELD_DOC(field, min, max, doc)   doc,
#define MOTE_FIELD_ONE(field, min, max, doc)   +1
#define MOTE_ARG_SPEC(name, type, role)        {(uint8_t)MOTE_ARG_##type, MOTE_ROLE_##role},
#define MOTE_ARG_NAME(name, type, role)        #name,
#define MOTE_ARG_ONE(name, type, role)         +1
#define MOTE_ARG_CONST(name, type, role)       +(MOTE_ROLE_##role == MOTE_ROLE_CONST)

enum {
    MOTE_ARG_ANY = 0,
#define TYPE(number, NAME, name, bits, ctype) MOTE_ARG_##NAME = number,
#include "ops/types_def.h"
};

#define MOTE_PARAMS(kernel, LIST)                                                                                      \
    struct mote_##kernel {                                                                                             \
        LIST(MOTE_FIELD)                                                                                               \
    };

/* Multiply-accumulates, or elements moved or compared, whichever is most; what takes longer counts as many: an
 * operation is about ten instructions of a Cortex-M4 (test_emulate holds kernels to it). An expression of `p`, in
 * double, since no parameters within their ranges may overflow it. Bounds what an image can make a tool do. */
#if MOTE_DESCRIBE
static inline int32_t mote_ring_of(const int32_t *params, const int32_t *ring)
{
    return ring != NULL ? 1 + (int32_t)(ring - params) : 0;
}

#define MOTE_NO_ROWS(R) /* for kernels whose arguments are needed whole */
#define MOTE_COST(kernel, operations)                                                                                  \
    static inline double mote_##kernel##_cost(const void *params)                                                      \
    {                                                                                                                  \
        const struct mote_##kernel *p = params;                                                                        \
        return operations;                                                                                             \
    }
#define MOTE_ARG_AT(name, type, role) MOTE_AT_##name,
#define MOTE_ROW_SET(arg, its_ring, ...)                                                                               \
    rows[MOTE_AT_##arg] = (struct mote_rows){mote_ring_of(params, its_ring), __VA_ARGS__};
#define MOTE_ROWS(kernel, ARGS, LIST)                                                                                  \
    static inline void mote_##kernel##_rows(const void *params, struct mote_rows *rows)                                \
    {                                                                                                                  \
        enum { ARGS(MOTE_ARG_AT) };                                                                                    \
        const struct mote_##kernel *p = params;                                                                        \
        (void)p;                                                                                                       \
        (void)rows;                                                                                                    \
        LIST(MOTE_ROW_SET)                                                                                             \
    }
#define MOTE_DESCRIPTION(kernel, PARAMS, ARGS)                                                                         \
    .cost = mote_##kernel##_cost, .rows = mote_##kernel##_rows, .name = #kernel,                                       \
    .param_names = (const char *const[]){PARAMS(MOTE_FIELD_NAME) NULL},                                                \
    .param_docs = (const char *const[]){PARAMS(MOTE_FIELD_DOC) NULL},                                                  \
    .arg_names = (const char *const[]){ARGS(MOTE_ARG_NAME) NULL},
#else
#define MOTE_COST(kernel, operations)
#define MOTE_ROWS(kernel, ARGS, LIST)
#define MOTE_DESCRIPTION(kernel, PARAMS, ARGS)
#endif

/* At the end of a version's file, after run_<kernel>: mote_version_<kernel>_<version>. */
#define MOTE_KERNEL_VERSION(kernel, version) MOTE_KERNEL_CODE(kernel, version, .run = run_##kernel)

/* The same with what else a version says. */
#define MOTE_KERNEL_CODE(kernel, version, ...)                                                                         \
    extern const struct mote_version mote_version_##kernel##_##version;                                                \
    MOTE_WEAK const struct mote_version mote_version_##kernel##_##version = {__VA_ARGS__}

#if MOTE_DESCRIBE
#define MOTE_SHAPE(function)        .shape = function,
#define MOTE_INSTRUCTIONS(function) .instructions = function,
#define MOTE_SCRATCH                .scratch = true,
#else
#define MOTE_SHAPE(function)
#define MOTE_INSTRUCTIONS(function)
#define MOTE_SCRATCH
#endif

/* At the end of <kernel>_check.c, after need_<kernel>: mote_kernel_<kernel>. */
#define MOTE_KERNEL(kernel, PARAMS, ARGS)                                                                              \
    _Static_assert((0 ARGS(MOTE_ARG_CONST)) == 0, "constants need a trust function");                                  \
    MOTE_KERNEL_IS(kernel, PARAMS, ARGS, NULL)

/* The same of a kernel with constants whose values matter, after need_<kernel> and trust_<kernel>. */
#define MOTE_KERNEL_TRUST(kernel, PARAMS, ARGS)                                                                        \
    static bool trust_any_##kernel(const void *params, const struct mote_block *args)                                  \
    {                                                                                                                  \
        return trust_##kernel((const struct mote_##kernel *)params, args);                                             \
    }                                                                                                                  \
    _Static_assert((0 ARGS(MOTE_ARG_CONST)) > 0, "nothing to trust");                                                  \
    MOTE_KERNEL_IS(kernel, PARAMS, ARGS, trust_any_##kernel)

#define MOTE_KERNEL_IS(kernel, PARAMS, ARGS, TRUST)                                                                    \
    static bool need_any_##kernel(const void *params, uint32_t *bytes)                                                 \
    {                                                                                                                  \
        return need_##kernel((const struct mote_##kernel *)params, bytes);                                             \
    }                                                                                                                  \
    static const struct mote_range ranges_##kernel[] = {PARAMS(MOTE_FIELD_RANGE)};                                     \
    static const struct mote_arg args_##kernel[] = {ARGS(MOTE_ARG_SPEC)};                                              \
    _Static_assert(sizeof(struct mote_##kernel) == sizeof(int32_t) * (0 PARAMS(MOTE_FIELD_ONE)), "all fields int32");  \
    _Static_assert((0 ARGS(MOTE_ARG_ONE)) < MOTE_ARGS_MAX, "too many arguments");                                      \
    extern const struct mote_kernel mote_kernel_##kernel;                                                              \
    MOTE_WEAK const struct mote_kernel mote_kernel_##kernel = {.need = need_any_##kernel,                              \
                                                               .trust = TRUST,                                         \
                                                               .ranges = ranges_##kernel,                              \
                                                               .arg = args_##kernel,                                   \
                                                               .n_params = 0 PARAMS(MOTE_FIELD_ONE),                   \
                                                               .n_args = 0 ARGS(MOTE_ARG_ONE),                         \
                                                               MOTE_DESCRIPTION(kernel, PARAMS, ARGS)}

/* a * b * c in bytes, UINT32_MAX if it does not fit: no buffer has that size, so the check that follows refuses it. */
static inline uint32_t mote_bytes(int32_t a, int32_t b, int32_t c)
{
    uint64_t ab = (uint64_t)(uint32_t)a * (uint32_t)b;

    if (ab > UINT32_MAX || ab * (uint32_t)c > UINT32_MAX)
        return UINT32_MAX;
    return (uint32_t)(ab * (uint32_t)c);
}

#endif
