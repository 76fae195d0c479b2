/* SPDX-License-Identifier: Apache-2.0 */
/* What the operators that go through tensors element by element share, and the tables that some of them have the host
 * make for the device. */
#ifndef MOTE_OPERATORS_ELEMENTWISE_H
#define MOTE_OPERATORS_ELEMENTWISE_H

#include "host/operators/quantization.h"
#include "host/plan/build.h"

/* A tensor as rows: the two innermost dimensions are one row (W * C of an image), all others count rows. */
struct row_split {
    int32_t rows, len;
};
struct row_split split_rows(const struct tensor *t);

/* An operator whose output has its input's shape. */
MUST_CHECK enum mote_status infer_same(const struct model *m, struct graph *g, const struct op *op,
                                       const struct frame *at);

/* The same number of elements, in whatever shape the file gives the output; the input's if it gives none. */
MUST_CHECK enum mote_status infer_same_elements(const struct model *m, struct graph *g, const struct op *op,
                                                const struct frame *at);

/* An operator whose output has its input's bytes: no step where the planner can let them share memory, else a copy. */
MUST_CHECK enum mote_status lower_same_bytes(struct lowering *l, const struct op *op, const struct frame *at);

/* One element of the output's type that is real zero, as a constant: what is around a padded picture. */
MUST_CHECK enum mote_status lower_real_zero(struct lowering *l, const struct op *op, int32_t *value,
                                            const struct frame *at);

/* ---- two operands, broadcast ---- */
MUST_CHECK enum mote_status infer_broadcast(const struct model *m, struct graph *g, const struct op *op,
                                            const struct frame *at);

/* Neighboring dimensions along which the same operands vary are one. */
struct broadcast_group {
    int32_t dim;
    uint32_t varies; /* a bit an operand */
};
/* The groups, outermost first; has_rows says that the first is the rows', which the dimensions of a row never join. */
struct broadcast_groups {
    struct broadcast_group group[RANK_MAX];
    int n;
    bool has_rows;
};
struct broadcast_groups broadcast_groups(const struct tensor *const operands[], int n_operands,
                                         const struct tensor *out);

/* How the kernels of two operands walk them (device/mote/kernels/shared/broadcast.h). */
struct broadcast {
    int32_t rows, out_len;
    int32_t a_len, b_len;
    int32_t rank;
    int32_t shape[RANK_MAX][3]; /* {dimension, stride in a, stride in b} */
};
struct broadcast broadcast_of(const struct tensor *a, const struct tensor *b, const struct tensor *out);
/* The parameters of such a kernel, and its step: the operands, the shape, the output. */
#define BROADCAST_FIELDS(b)                                                                                            \
    .rows = (b).rows, .rank = (b).rank, .a_len = (b).a_len, .b_len = (b).b_len, .out_len = (b).out_len
MUST_CHECK enum mote_status lower_broadcast(struct lowering *l, const struct op *op, enum kernel_id kernel,
                                            const void *params, const struct broadcast *b, const struct frame *at);

/* An int8 or int16 operator of two operands: what its kernel needs besides how the operands are walked. */
struct binary {
    int32_t function; /* of device/mote/kernels/elementwise/binary_s8.h */
    int32_t a_zero, a_mult, a_shift;
    int32_t b_zero, b_mult, b_shift;
    int32_t out_zero, out_mult, out_shift;
    int32_t lo, hi;
};
/* The parameters of the kernels that rescale all three. */
#define BINARY_FIELDS(q)                                                                                               \
    .a_zero = (q).a_zero, .a_mult = (q).a_mult, .a_shift = (q).a_shift, .b_zero = (q).b_zero, .b_mult = (q).b_mult,    \
    .b_shift = (q).b_shift, .out_zero = (q).out_zero, .out_mult = (q).out_mult, .out_shift = (q).out_shift,            \
    .lo = (q).lo, .hi = (q).hi
/* Fills in the zero points and the full range of `type`, s8 or s16, and gives the scales. */
MUST_CHECK enum mote_status want_binary(const struct lowering *l, const struct op *op, enum mote_type type,
                                        struct binary *q, float scales[3], const struct frame *at);
/* By the kernel binary_s8. */
MUST_CHECK enum mote_status lower_binary_s8(struct lowering *l, const struct op *op, const struct binary *q,
                                            const struct frame *at);
/* By the kernel binary_s16, whose `function` it is; a and b are the operands as int16. */
MUST_CHECK enum mote_status lower_by_binary_s16(struct lowering *l, const struct op *op, const struct binary *q,
                                                int32_t a, int32_t b, const struct frame *at);
/* An operand of int8 as int16, a constant already here. */
MUST_CHECK enum mote_status lower_widened(struct lowering *l, const struct op *op, int input, int32_t *value,
                                          const struct frame *at);
/* An operand of int8 or int16 as int32, a constant already here; and int32 as the output's int8 or int16, without what
 * is above its bits. */
MUST_CHECK enum mote_status lower_as_s32(struct lowering *l, const struct op *op, int input, int32_t *value,
                                         const struct frame *at);
MUST_CHECK enum mote_status lower_from_s32(struct lowering *l, const struct op *op, int32_t value,
                                           const struct frame *at);
/* A float operator of two operands; `function` is one of device/mote/kernels/elementwise/binary_f32.h. */
MUST_CHECK enum mote_status lower_binary_f32(struct lowering *l, const struct op *op, int32_t function, int activation,
                                             const struct frame *at);
/* Of int16 of one scale, by int32: `function` is one of device/mote/kernels/elementwise/binary_s32.h that gives one of
 * its operands. */
MUST_CHECK enum mote_status lower_binary_s16(struct lowering *l, const struct op *op, int32_t function,
                                             const struct frame *at);
/* The same of int32; `function` is one of device/mote/kernels/elementwise/binary_s32.h. */
MUST_CHECK enum mote_status lower_binary_s32(struct lowering *l, const struct op *op, int32_t function, int activation,
                                             const struct frame *at);
/* The same of two values that are walked as `walk` says. */
MUST_CHECK enum mote_status lower_by_binary_s32(struct lowering *l, int32_t function, const struct broadcast *walk,
                                                int32_t a, int32_t b, int32_t out, const struct frame *at);

/* MAXIMUM or MINIMUM of s64 tensors: a comparison and a selection. */
MUST_CHECK enum mote_status lower_extreme_s64(struct lowering *l, const struct op *op, bool is_maximum,
                                              const struct frame *at);
/* Where the first of `in` holds, the second, else the third: values that are as `operands`, of 1 to 8 bytes, and
 * broadcast to the tensor `out`. */
MUST_CHECK enum mote_status lower_select(struct lowering *l, const struct tensor *const operands[3],
                                         const int32_t in[3], int32_t out, const struct frame *at);

/* Sum or difference of s8 or s16 tensors. */
MUST_CHECK enum mote_status lower_add_sub(struct lowering *l, const struct op *op, bool minus, const struct frame *at);

/* ---- constants that an operator needs ---- */
/* A constant list of integers, of n_min to n_max elements: their number, in *n, and their values. */
MUST_CHECK enum mote_status want_ints(const struct frame *at, const struct graph *g, const struct op *op, int input,
                                      const char *what, int64_t n_min, int64_t n_max, int64_t *n,
                                      int64_t values[2 * RANK_MAX]);
/* Indices from 0 to length - 1, if they are constant: the reference reads outside the input, or fails. */
MUST_CHECK enum mote_status want_indices(const struct frame *at, const struct tensor *indices, int64_t length);
/* The dimension of an input, of at least one, that another input, a constant, names. */
MUST_CHECK enum mote_status want_axis_input(const struct frame *at, const struct graph *g, const struct op *op,
                                            int input, int axis_input, int *axis);
/* quantize_multiplier(), refusing what no kernel takes. */
MUST_CHECK enum mote_status want_multiplier(const struct frame *at, double scale, int32_t *mult, int32_t *shift);
/* a / b rounded to float, whatever the compiler's options. */
float ratio_f32(float a, float b);

/* ---- tables ---- */
#define SOFTMAX_TABLE_MAX 256
/* exp(-d * beta * scale), d = 0, 1, …, as the reference's fixed point gives it, up to the last that can change a
 * result. Returns their number, 0 if the reference would refuse the scales. */
int32_t softmax_table(float beta, float scale, int32_t table[SOFTMAX_TABLE_MAX]);
/* The input index that the output's index `i` shows. */
int64_t resize_index(int64_t i, int64_t in, int64_t out, bool align_corners, bool half_pixel_centers);
/* The sigmoid at k / 24 for the LSTM's interpolation. */
void sigmoid_table(uint16_t table[256]);

#endif
