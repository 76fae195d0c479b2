/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers, which dropout compares with what it keeps: floor(keep + u) of u in [0, 1) is 1 where keep is 1. Of a
 * random tensor the range is known, and where that says what comes out, it is a constant. What stays random is no
 * inference's. */
#include <math.h>

#include "host/import/tensorflow/ops.h"

/* From `low` on, below `high`. */
struct tf_range {
    double low, high;
};

static void random_out(struct build *r, double low, double high)
{
    struct tf *tf = tf_of(r);

    tf->ranges = pool_grow(r->pool, tf->ranges, (size_t)tf->n_ranges, sizeof *tf->ranges);
    tf->ranges[tf->n_ranges] = (struct tf_range){low, high};
    tf_out(r, 0, TF_RANDOM - tf->n_ranges++);
}

void tf_random_uniform(struct build *r) { random_out(r, 0, 1); }

static const struct tf_range *range_of(const struct build *r, int32_t x)
{
    return x <= TF_RANDOM ? &tf_of(r)->ranges[TF_RANDOM - x] : NULL;
}

/* The number that input i is. */
static double number(struct build *r, int i)
{
    return i < tf_inputs(r) && tf_of(r)->in[i] >= 0
               ? (double)const_float(r, tf_of(r)->in[i], "what a random number meets")
               : NAN;
}

static void bool_out(struct build *r, bool value)
{
    tf_out(r, 0, add_const(r, TYPE_BOOL, 0, NULL, pool_copy(r->pool, &value, 1)));
}

static void fail_random(struct build *r)
{
    build_fail(r, MOTE_ERR_UNSUPPORTED,
               "what comes out is random, as of a dropout that drops; freeze the graph for inference");
}

/* A node that reads random numbers. */
void tf_run_random(struct build *r)
{
    const char *op = tf_op_name(r);
    const int random = range_of(r, tf_of(r)->in[0]) ? 0 : 1;
    const struct tf_range *at = range_of(r, tf_of(r)->in[random]);
    const struct tf_range x = at ? *at : (struct tf_range){0, INFINITY};

    if (strcmp(op, "Identity") == 0)
        tf_out(r, 0, tf_of(r)->in[0]);
    else if (strcmp(op, "Add") == 0 || strcmp(op, "AddV2") == 0)
        random_out(r, x.low + number(r, 1 - random), x.high + number(r, 1 - random));
    else if (strcmp(op, "Mul") == 0 && number(r, 1 - random) >= 0)
        random_out(r, x.low * number(r, 1 - random), x.high * number(r, 1 - random));
    else if (strcmp(op, "Floor") == 0 && x.high <= floor(x.low) + 1)
        tf_out(r, 0, add_float(r, (float)floor(x.low)));
    else if (strcmp(op, "GreaterEqual") == 0 && random == 0 && x.low >= number(r, 1))
        bool_out(r, true);
    else
        fail_random(r);
}
