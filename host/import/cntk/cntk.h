/* SPDX-License-Identifier: Apache-2.0 */
/* The CNTK importer's parts. A model is a list of functions and one of variables, dictionaries both, that refer to one
 * another by uid; blocks stand for functions of the same list, with placeholders for their arguments. Values are asked
 * for from the root on. CNTK's shapes, turned around, are row-major: an image is planes, without a batch.
 *
 * A sequence is a dimension that no shape has. Its steps are computed one by one, each function once a step that
 * depends on the sequence: so loops, which look back by PastValue, unroll by themselves. */
#ifndef MOTE_CNTK_H
#define MOTE_CNTK_H

#include "cntk.pb-c.h"

#include "host/base/faults.h"
#include "host/import/build.h"
#include "host/import/import.h"
#include "host/import/names.h"
#include "host/import/numbers.h"
#include "host/import/protobuf.h"

enum cntk_kind { CNTK_INPUT, CNTK_OUTPUT, CNTK_PARAMETER, CNTK_CONSTANT, CNTK_PLACEHOLDER };

struct cntk_function {
    const Cntk__Dictionary *json, *attributes; /* attributes may be NULL */
    const char *uid;
    int op;
    const struct cntk_op *row; /* NULL: Mote does not have it */
    uint8_t sequence;          /* enum cntk_sequence */
    int32_t *values;           /* [steps], of its output */
    int32_t whole;             /* all steps in one, where they are made so, one higher; 0: they are not */
};
enum cntk_sequence { SEQUENCE_UNKNOWN, SEQUENCE_ASKED, SEQUENCE_NO, SEQUENCE_YES };

struct cntk_variable {
    const Cntk__Dictionary *json;
    const char *uid;
    enum cntk_kind kind;
    int32_t *values; /* [steps], or of what is no sequence [1] */
    int32_t whole;   /* as above */
};

struct cntk {
    const struct import_options *options;
    struct names functions, variables; /* by uid */
    struct names mapped;               /* placeholders: index in targets */
    const char **targets;
    struct cntk_function *f;
    struct cntk_variable *v;
    int32_t n_f, n_v, n_mapped;
    bool recurrent;
    int64_t steps; /* 1 where no function is recurrent */
    int depth;
    /* The function that is being read. */
    struct cntk_function *now;
    int64_t step;
};

static inline struct cntk *cntk_of(const struct build *r) { return r->reader; }

/* ---- dictionaries (dictionary.c) ---- */
const Cntk__Value *cntk_get(const Cntk__Dictionary *d, const char *key); /* NULL if it is not there, or d is NULL */
const char *cntk_string(const Cntk__Dictionary *d, const char *key);     /* "" */
int64_t cntk_int(const Cntk__Dictionary *d, const char *key, int64_t absent);
double cntk_float(const Cntk__Dictionary *d, const char *key, double absent);
bool cntk_bool(const Cntk__Dictionary *d, const char *key);
size_t cntk_count(const Cntk__Dictionary *d, const char *key); /* elements of a list */
const Cntk__Value *cntk_at(const Cntk__Dictionary *d, const char *key, size_t i);
const char *cntk_string_at(const Cntk__Dictionary *d, const char *key, size_t i);
/* A shape, turned around; one of free or unknown dimensions fails. -1: there is none. */
int cntk_shape(struct build *r, const Cntk__Dictionary *d, const char *key, int64_t *dims);
/* Number i of a shape attribute, as the file has it, of which one may serve all; `absent` where there is none. */
int64_t cntk_nth(const Cntk__Dictionary *d, const char *key, size_t i, int64_t absent);
bool cntk_nth_bool(const Cntk__Dictionary *d, const char *key, size_t i);

/* ---- functions (ops.c) ---- */
struct cntk_op {
    int code;
    const char *name;
    int n_in;                         /* inputs at least */
    int32_t (*read)(struct build *r); /* gives the output; NULL: the walk itself does it */
};
const struct cntk_op *cntk_op_find(int code);
/* All steps of an OptimizedRNNStack, [steps][1][units]. (recurrent.c) */
int32_t cntk_rnn_stack(struct build *r);

/* ---- the walk (import.c) ---- */
int cntk_inputs(const struct build *r);
int32_t cntk_in(struct build *r, int i);                  /* input i of the function that is read, at its step */
int32_t cntk_in_at(struct build *r, int i, int64_t step); /* at another one */
int32_t cntk_whole(struct build *r, int i);               /* all steps, which are the first dimension */

#endif
