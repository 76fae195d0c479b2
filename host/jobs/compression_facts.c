/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/compression_facts.h"

#include <math.h>

#include "host/graph/op_info.h"
#include "host/jobs/stored_weights.h"
#include "host/plan/kernels.h"

/* ---- weights ---- */
static bool is_weights(const struct tensor *t)
{
    return t->data != NULL && t->rank >= 2 && (t->type == TYPE_F32 || t->type == TYPE_S8);
}

static double real_at(const struct tensor *t, int64_t i)
{
    float real;

    if (t->type == TYPE_S8)
        return (double)stored_scale(t, i) * ((const int8_t *)t->data)[i];
    memcpy(&real, t->data + (size_t)i * sizeof real, sizeof real);
    return (double)real;
}

static double range_of(const struct model *m)
{
    const struct graph *g = &m->graphs[0];
    double range = 0;

    for (int32_t k = 0; k < g->n_tensors; k++)
        for (int64_t i = 0; is_weights(&g->tensors[k]) && i < tensor_elements(&g->tensors[k]); i++)
            range = fmax(range, fabs(real_at(&g->tensors[k], i)));
    return range;
}

static int bin_of(double x, double range)
{
    const double place = floor((x / range + 1) / 2 * STAGE_BINS);

    return (int)fmax(0, fmin(STAGE_BINS - 1, place));
}

void weights_histogram(const struct model *m, struct weights_histogram *out)
{
    const struct graph *g = &m->graphs[0];

    *out = (struct weights_histogram){.range = range_of(m)};
    for (int32_t k = 0; k < g->n_tensors; k++)
        for (int64_t i = 0; is_weights(&g->tensors[k]) && i < tensor_elements(&g->tensors[k]); i++) {
            const double x = real_at(&g->tensors[k], i);

            if (x != 0)
                out->counts[bin_of(x, out->range)]++;
        }
}

/* ---- bytes ---- */
static int32_t param_of(const struct step *s, const char *name)
{
    const struct mote_kernel *k = kernels[s->kernel];

    for (int i = 0; i < k->n_params; i++)
        if (strcmp(k->param_names[i], name) == 0)
            return s->params[i];
    return -1;
}

/* A code as docs/SPEC.md has it: how many codes each length has, then what they stand for. */
static int64_t code_bytes(const uint8_t *code, int32_t longest)
{
    int64_t n = longest;

    for (int32_t i = 0; i < longest; i++)
        n += code[i];
    return n;
}

/* A row of one of several matrices, whose parameters begin with `of`: "" where there is one. */
static int32_t row_of(const struct step *s, const char *of)
{
    if (of[0] == 'h')
        return param_of(s, "units");
    return param_of(s, "in_len") > 0 ? param_of(s, "in_len")
                                     : param_of(s, "kernel_h") * param_of(s, "kernel_w") * param_of(s, "filter_c");
}

/* Of weights coded, what is not the weights' codes. */
static void split_coded(struct pool *pool, const struct step *s, const char *arg, const struct value *v,
                        struct compression_bytes *b)
{
    const char *of = pool_printf(pool, "%.*s", (int)(strlen(arg) - strlen("coded")), arg);
    const int32_t gap_bits = param_of(s, pool_printf(pool, "%sgap_bits", of));
    const int32_t level_bits = param_of(s, pool_printf(pool, "%slevel_bits", of));
    const int32_t columns = param_of(s, pool_printf(pool, "%scolumns", of)), row = row_of(s, of);
    const int64_t gaps = code_bytes(v->data, gap_bits), levels = code_bytes(v->data + gaps, level_bits);

    b->tables += gaps + level_bits + (row > columns ? (row + 7) / 8 : 0);
    b->codebooks += levels - level_bits;
    b->weights -= b->tables + b->codebooks;
}

static bool ends(const char *name, const char *with)
{
    const size_t n = strlen(name), w = strlen(with);

    return n >= w && strcmp(name + n - w, with) == 0;
}

/* A constant of a step that counts as weights. */
static struct compression_bytes bytes_of(struct pool *pool, const struct step *s, int arg, const struct value *v)
{
    const char *name = kernels[s->kernel]->arg_names[arg];
    struct compression_bytes b = {0};

    if (strcmp(name, "bias") == 0) {
        b.biases = v->bytes;
    } else if (strcmp(name, "mult") == 0 || strcmp(name, "shift") == 0) {
        b.multipliers = v->bytes;
    } else if (strcmp(name, "levels") == 0) {
        b.codebooks = v->bytes;
    } else {
        b.weights = v->bytes;
        if (ends(name, "coded"))
            split_coded(pool, s, name, v, &b);
    }
    return b;
}

static void add_bytes(struct compression_bytes *sum, const struct compression_bytes *b)
{
    sum->weights += b->weights;
    sum->tables += b->tables;
    sum->codebooks += b->codebooks;
    sum->biases += b->biases;
    sum->multipliers += b->multipliers;
}

/* ---- layers ---- */
/* Of an operator's weights; false: it has none. */
static bool begin_layer(struct pool *pool, const struct graph *g, const struct op *op, struct compression_layer *out)
{
    struct stored stored;

    *out = (struct compression_layer){.name = op->name != NULL ? op->name : op_info[op->id].NAME, .coding = "dense"};
    for (int k = 0; k < op->n_in; k++)
        if (op->in[k] != TENSOR_ABSENT && stored_weights(pool, g, op->in[k], &stored)) {
            out->weights += stored.weights;
            out->kept += stored.kept;
            out->levels = stored.levels > out->levels ? stored.levels : out->levels;
        }
    return out->weights > 0;
}

static void end_layer(struct compression_layer *l, const struct compression_bytes *b)
{
    l->bytes = b->weights + b->tables + b->codebooks;
    l->coding = b->tables > 0 ? "huffman" : l->bytes < l->weights ? "packed" : "dense";
}

static void add_up(struct pool *pool, const struct plan *plan, struct compression_bytes *of_ops,
                   struct compression_bytes *all)
{
    bool *seen = pool_array(pool, (size_t)plan->n_values + 1, sizeof *seen);

    for (int32_t i = 0; i < plan->n_steps; i++)
        for (int k = 0; k < plan->steps[i].n_args; k++) {
            const int32_t v = plan->steps[i].args[k];
            struct compression_bytes b;

            if (v < 0 || seen[v] || plan->values[v].kind != VALUE_CONST || !plan->values[v].weight)
                continue;
            seen[v] = true;
            b = bytes_of(pool, &plan->steps[i], k, &plan->values[v]);
            add_bytes(&of_ops[plan->steps[i].op], &b);
            add_bytes(all, &b);
        }
}

enum mote_status compression_describe(struct pool *pool, const struct model *m, const struct goal *goal,
                                      struct compression *out, const struct frame *at)
{
    struct plan plan;
    const struct graph *g;
    struct compression_bytes *of_ops;
    struct compression_layer *layers;

    TRY(goal_plan(pool, m, goal, &plan, at));
    g = &plan.model->graphs[0];
    of_ops = pool_array(pool, (size_t)g->n_ops + 1, sizeof *of_ops);
    layers = pool_array(pool, (size_t)g->n_ops + 1, sizeof *layers);
    out->bytes = (struct compression_bytes){0};
    add_up(pool, &plan, of_ops, &out->bytes);
    out->layers = layers;
    out->n_layers = 0;
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id != OP_NOP && begin_layer(pool, g, &g->ops[i], &layers[out->n_layers]))
            end_layer(&layers[out->n_layers++], &of_ops[i]);
    return MOTE_OK;
}

/* ---- the page ---- */
enum mote_status compression_report(struct pool *pool, const struct compression_page *page, const char *path,
                                    const struct frame *at)
{
    const struct compression *c = page->compression;
    const struct compression_stage *first = &c->stages[0], *last = &c->stages[c->n_stages - 1];
    const struct judge *judge = page->judge;
    struct fact results[METRICS_MAX + 1], costs[3];
    struct html_report r = {.title = page->title,
                            .recipe = page->source,
                            .results = results,
                            .costs = costs,
                            .history = page->history,
                            .best_epoch = page->best_epoch,
                            .compression = c,
                            .confusion = judge->confusion.counts != NULL ? &judge->confusion : NULL};

    for (int32_t i = 0; i < judge->n_metrics; i++)
        results[r.n_results++] = (struct fact){judge->metrics[i].name, metric_text(pool, &judge->metrics[i])};
    if (judge->n_metrics > 0)
        results[r.n_results++] = (struct fact){"Samples", pool_printf(pool, "%d", (int)judge->what.n)};
    costs[r.n_costs++] = (struct fact){"Bytes of weights and biases",
                                       pool_printf(pool, "%lld", (long long)compression_all_bytes(&c->bytes))};
    costs[r.n_costs++] = (struct fact){
        "Weights that are not 0", pool_printf(pool, "%lld of %lld", (long long)last->kept, (long long)first->weights)};
    return html_report_write(&r, path, at);
}
