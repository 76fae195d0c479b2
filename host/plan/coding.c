/* SPDX-License-Identifier: Apache-2.0 */
/* The stage `coding`: weights most of which are 0 are stored Huffman-coded, and a kernel decodes them while it sums. */
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

/* False: the step has no weights that can be coded. */
static bool encode(const struct plan *plan, const struct step *s, struct huffman *coded)
{
    const struct mote_fully_connected_s8 *p = (const void *)s->params;
    const struct value *w;

    if (s->kernel != KERNEL_fully_connected_s8 || p->weights_zero != 0)
        return false;
    w = &plan->values[s->args[1]];
    if (w->kind != VALUE_CONST)
        return false;
    return (plan->options.optimize == OPTIMIZE_RAM &&
            huffman_encode(plan->pool, (const int8_t *)w->data, p->out_c, p->in_len, SHORT_BITS, coded)) ||
           huffman_encode(plan->pool, (const int8_t *)w->data, p->out_c, p->in_len, HUFFMAN_BITS, coded);
}

static int64_t saved(const struct plan *plan, const struct step *s, const struct huffman *coded)
{
    return plan->values[s->args[1]].bytes - coded->bytes;
}

static enum mote_status code_step(struct plan *plan, int32_t i, const struct huffman *coded, const struct frame *at)
{
    const struct step s = plan->steps[i];
    const struct mote_fully_connected_s8 *dense = (const void *)s.params;
    const struct mote_fully_connected_huffman_s8 p = {.rows = dense->rows,
                                                      .in_len = dense->in_len,
                                                      .out_c = dense->out_c,
                                                      .columns = coded->columns,
                                                      .coded_bytes = coded->bytes,
                                                      .gap_bits = coded->gap_bits,
                                                      .level_bits = coded->level_bits,
                                                      .count_bits = coded->count_bits,
                                                      .out_zero = dense->out_zero,
                                                      .lo = dense->lo,
                                                      .hi = dense->hi,
                                                      .per_channel = dense->per_channel};
    struct lowering l = lowering_of(plan, s.op);
    const char *name = plan->values[s.args[1]].name;
    uint32_t bytes[MOTE_ARGS_MAX + 1];
    int32_t args[] = {
        s.args[0],  lower_const(&l, name, TYPE_U8, coded->data, (size_t)coded->bytes, true),
        s.args[2],  s.args[3],
        s.args[4],  s.args[5],
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
    struct huffman *coded = pool_array(plan->pool, (size_t)plan->n_steps + 1, sizeof *coded);
    int64_t all = 0;

    if (coding == CODING_DENSE)
        return MOTE_OK;
    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];
        const bool can = encode(plan, s, &coded[i]);

        if (!can || (coding == CODING_AUTO && !huffman_pays(&coded[i], plan->values[s->args[1]].bytes)))
            coded[i].bytes = 0;
        else
            all += saved(plan, s, &coded[i]);
    }
    if (coding == CODING_AUTO &&
        all <= code_of_version(plan->target.core, kernel_version_first(KERNEL_fully_connected_huffman_s8), true))
        return MOTE_OK;
    for (int32_t i = 0, n = plan->n_steps; i < n; i++)
        if (coded[i].bytes > 0)
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
        text_add(text, "step %d: huffman, %dx%d weights in %d bytes, codes to %d and %d bits, tables of %lld bytes\n",
                 (int)i, (int)p->out_c, (int)p->in_len, (int)p->coded_bytes, (int)p->gap_bits, (int)p->level_bits,
                 (long long)plan->values[s->args[6]].bytes);
}

void print_coding(const struct plan *plan, struct text *text)
{
    for (int32_t i = 0; i < plan->n_steps; i++)
        print_step(plan, i, text);
}
