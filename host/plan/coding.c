/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `coding`: weights most of which are 0 are stored Huffman-coded, and a kernel decodes them while it sums. */
#include "host/coding/biases.h"
#include "host/coding/huffman.h"
#include "host/plan/build.h"
#include "host/plan/code.h"
#include "host/plan/stages.h"
#include "mote/kernels/dense/fully_connected_huffman_s8.h"
#include "mote/kernels/dense/fully_connected_s8.h"

static enum coding coding_of(const struct plan_options *o)
{
    return o->coding != CODING_USUAL ? o->coding : o->optimize == OPTIMIZE_FLASH ? CODING_AUTO : CODING_DENSE;
}

/* Of codes where RAM is short: tables of an eighth, for some 4 % more bytes of a pruned LeNet-300-100. */
#define SHORT_BITS 5

/* What a step's weights and biases become. */
struct coded {
    bool is; /* they do */
    struct huffman weights;
    struct biases biases;
    int32_t in_zero;
};

/* Biases are short without what the input's zero point adds to them, which is what the dense kernel has. */
static void encode_biases(const struct plan *plan, const struct step *s, struct coded *coded)
{
    const struct mote_fully_connected_s8 *p = (const void *)s->params;
    const struct value *in = &plan->values[s->args[0]], *bias = &plan->values[s->args[2]];
    const int8_t *w = (const int8_t *)plan->values[s->args[1]].data;
    uint32_t *own = pool_array(plan->pool, (size_t)p->out_c, sizeof *own);

    if (in->tensor >= 0 && plan->graph->tensors[in->tensor].quant.n == 1)
        coded->in_zero = plan->graph->tensors[in->tensor].quant.zero[0];
    for (int32_t o = 0; o < p->out_c; o++) {
        own[o] = le32(bias->data + 4 * (size_t)o);
        for (int32_t i = 0; i < p->in_len; i++)
            own[o] += (uint32_t)(coded->in_zero * *w++);
    }
    biases_pack(plan->pool, (const int32_t *)own, p->out_c, &coded->biases);
}

/* Does nothing if the step has no weights that can be coded. */
static void encode(const struct plan *plan, const struct step *s, struct coded *coded)
{
    const struct mote_fully_connected_s8 *p = (const void *)s->params;
    const struct value *w;

    *coded = (struct coded){.is = false};
    if (s->kernel != KERNEL_fully_connected_s8 || p->weights_zero != 0)
        return;
    w = &plan->values[s->args[1]];
    if (w->kind != VALUE_CONST || plan->values[s->args[2]].kind != VALUE_CONST)
        return;
    coded->is = (plan->options.optimize == OPTIMIZE_RAM && huffman_encode(plan->pool, (const int8_t *)w->data, p->out_c,
                                                                          p->in_len, SHORT_BITS, &coded->weights)) ||
                huffman_encode(plan->pool, (const int8_t *)w->data, p->out_c, p->in_len, HUFFMAN_BITS, &coded->weights);
    if (coded->is)
        encode_biases(plan, s, coded);
}

static int64_t saved(const struct plan *plan, const struct step *s, const struct coded *coded)
{
    const struct mote_fully_connected_s8 *p = (const void *)s->params;

    return plan->values[s->args[1]].bytes - coded->weights.bytes + (int64_t)p->out_c * (4 - coded->biases.bytes);
}

static enum mote_status code_step(struct plan *plan, int32_t i, const struct coded *coded, const struct frame *at)
{
    const struct step s = plan->steps[i];
    const struct mote_fully_connected_s8 *dense = (const void *)s.params;
    const struct huffman *weights = &coded->weights;
    const struct biases *biases = &coded->biases;
    const struct mote_fully_connected_huffman_s8 p = {.rows = dense->rows,
                                                      .in_len = dense->in_len,
                                                      .out_c = dense->out_c,
                                                      .columns = weights->columns,
                                                      .coded_bytes = weights->bytes,
                                                      .gap_bits = weights->gap_bits,
                                                      .level_bits = weights->level_bits,
                                                      .count_bits = weights->count_bits,
                                                      .bias_bytes = biases->bytes,
                                                      .bias_shift = biases->shift,
                                                      .in_zero = coded->in_zero,
                                                      .out_zero = dense->out_zero,
                                                      .lo = dense->lo,
                                                      .hi = dense->hi,
                                                      .per_channel = dense->per_channel};
    struct lowering l = lowering_of(plan, s.op);
    const char *name = plan->values[s.args[1]].name;
    uint32_t bytes[MOTE_ARGS_MAX + 1];
    int32_t args[] = {
        s.args[0],
        lower_const(&l, name, TYPE_U8, weights->data, (size_t)weights->bytes, true),
        lower_const(&l, "bias", TYPE_U8, biases->data, (size_t)p.out_c * (size_t)p.bias_bytes, true),
        s.args[3],
        s.args[4],
        s.args[5],
        VALUE_NONE,
    };

    (void)kernels[KERNEL_fully_connected_huffman_s8]->need(&p, bytes);
    args[6] = lower_scratch(&l, TYPE_S16, bytes[6]);
    TRY(lower_step(&l, KERNEL_fully_connected_huffman_s8, &p, args, at));
    plan->steps[i] = plan->steps[--plan->n_steps];
    return MOTE_OK;
}

/* Where bytes decide, tensors that become much smaller are coded, if all of them save more than the kernel takes. */
enum mote_status stage_coding(struct plan *plan, const struct frame *at)
{
    const enum coding coding = coding_of(&plan->options);
    struct coded *coded = pool_array(plan->pool, (size_t)plan->n_steps + 1, sizeof *coded);
    int64_t all = 0;

    if (coding == CODING_DENSE)
        return MOTE_OK;
    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];

        encode(plan, s, &coded[i]);
        if (coding == CODING_AUTO)
            coded[i].is = coded[i].is && huffman_pays(&coded[i].weights, plan->values[s->args[1]].bytes);
        all += coded[i].is ? saved(plan, s, &coded[i]) : 0;
    }
    if (coding == CODING_AUTO &&
        all <= code_of_version(plan->target.core, kernel_version_first(KERNEL_fully_connected_huffman_s8), true))
        return MOTE_OK;
    for (int32_t i = 0, n = plan->n_steps; i < n; i++)
        if (coded[i].is)
            TRY(code_step(plan, i, &coded[i], at));
    return MOTE_OK;
}

static void print_step(const struct plan *plan, int32_t i, struct text *text)
{
    const struct step *s = &plan->steps[i];
    const struct mote_fully_connected_huffman_s8 *p = (const void *)s->params;

    if (s->kernel != KERNEL_fully_connected_huffman_s8)
        text_add(text, "step %d: dense\n", (int)i);
    else
        text_add(text,
                 "step %d: huffman, %dx%d weights in %d bytes, codes to %d and %d bits, tables of %lld bytes, "
                 "biases of %d bytes\n",
                 (int)i, (int)p->out_c, (int)p->in_len, (int)p->coded_bytes, (int)p->gap_bits, (int)p->level_bits,
                 (long long)plan->values[s->args[6]].bytes, (int)p->bias_bytes);
}

void print_coding(const struct plan *plan, struct text *text)
{
    for (int32_t i = 0; i < plan->n_steps; i++)
        print_step(plan, i, text);
}
