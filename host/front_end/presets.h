/* SPDX-License-Identifier: Apache-2.0 */
/* What presets are made of: the graph that grows, one operator after the other. */
#ifndef MOTE_PRESETS_H
#define MOTE_PRESETS_H

#include "host/front_end/front_end.h"

struct expansion {
    struct model *model;
    struct graph *graph;
    const struct front_end *front_end;
    int32_t samples; /* the tensor of all */
};

/* All return a tensor's index. Those of one dimension n. */
int32_t expand_table(struct expansion *e, const char *name, int32_t n, const int16_t *values);
int32_t expand_state(struct expansion *e, const char *name, enum mote_type type, int32_t n);
/* The operator's first output; NULL: it has no options. */
int32_t expand(struct expansion *e, enum op_id id, int n_in, const int32_t *in, enum mote_type type, const void *opts);
/* The second output of the last operator. */
int32_t expand_second(struct expansion *e, enum mote_type type);

/* Constants of floats, and of one number. */
int32_t expand_floats(struct expansion *e, const char *name, int rank, const int64_t *dims, const float *values);
int32_t expand_with(struct expansion *e, enum op_id id, int32_t x, float number);
int32_t expand_ints(struct expansion *e, const char *name, int32_t n, const int32_t *values);

/* Of frames [1, n, 1, lead + window] or [1, lead + window] the features. */
int32_t micro_expand(struct expansion *e, int32_t frames);
int32_t mfcc_expand(struct expansion *e, int32_t frames);
int32_t lfbe_expand(struct expansion *e, int32_t frames);
int32_t logmel_expand(struct expansion *e, int32_t frames);
int32_t fft_length_of(int32_t window);

#endif
