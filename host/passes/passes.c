/* SPDX-License-Identifier: Apache-2.0 */
#include "host/passes/passes.h"

#include "host/graph/blocks.h"

enum mote_status pass_boundary(struct model *m, struct graph *g, const struct frame *at);
enum mote_status pass_fold(struct model *m, struct graph *g, const struct frame *at);
enum mote_status pass_layout(struct model *m, struct graph *g, const struct frame *at);
enum mote_status pass_channels_last(struct model *m, struct graph *g, const struct frame *at);
enum mote_status pass_legalize(struct model *m, struct graph *g, const struct frame *at);
enum mote_status pass_fold_batch_norm(struct model *m, struct graph *g, const struct frame *at);
enum mote_status pass_variables(struct model *m, struct graph *g, const struct frame *at);
enum mote_status pass_fuse_bias(struct model *m, struct graph *g, const struct frame *at);
enum mote_status pass_fuse_activation(struct model *m, struct graph *g, const struct frame *at);
enum mote_status pass_fuse_dilation(struct model *m, struct graph *g, const struct frame *at);
enum mote_status pass_fuse_pad(struct model *m, struct graph *g, const struct frame *at);
enum mote_status pass_dead_channels(struct model *m, struct graph *g, const struct frame *at);
enum mote_status pass_integers(struct model *m, struct graph *g, const struct frame *at);
enum mote_status pass_quantize(struct model *m, struct graph *g, const struct frame *at);
enum mote_status pass_quantize_inside(struct model *m, struct graph *g, const struct frame *at);
enum mote_status pass_recurrent(struct model *m, struct graph *g, const struct frame *at);

/* Order is design: a line may assume all lines above. */
const struct pass passes[] = {
    {"boundary", pass_boundary, "quantizing at the ends leaves the model, whose inputs and outputs become int8", true,
     false},
    {"fold", pass_fold, "operators with only constant inputs are computed now", false, false},
    {"recurrent", pass_recurrent, "steps of a GRU or LSTM that were unrolled become the operator", false, true},
    {"layout", pass_layout, "transposes move toward the outputs, and those that undo each other go", false, false},
    {"channels_last", pass_channels_last,
     "transposes at the ends leave the model, whose inputs and outputs take its order", true, false},
    {"legalize", pass_legalize, "operators that change no byte disappear; reshapes of reshapes merge", false, false},
    {"fuse_dilation", pass_fuse_dilation, "a convolution of pictures in batches becomes a dilated one", false, false},
    {"fuse_bias", pass_fuse_bias, "an addition of a number a channel joins the layer before it as its bias", false,
     false},
    {"fold_batch_norm", pass_fold_batch_norm,
     "batch normalizations join the weights before them, or become MUL and ADD", false, false},
    {"variables", pass_variables, "state is read and written in place where nothing can tell", false, true},
    {"fuse_activation", pass_fuse_activation, "a clamp by itself joins the operator that makes its input", false,
     false},
    {"integers", pass_integers, "a quantized model that a file computes in float becomes operators of int8", false,
     true},
    {"quantize", pass_quantize, "a float graph whose tensors have ranges becomes an int8 graph", true, true},
    {"quantize_inside", pass_quantize_inside, "the same, but inputs and outputs stay float", true, true},
    {"fuse_pad", pass_fuse_pad, "padding with real zero joins the convolutions that read it", false, false},
    {"dead_code", pass_dead_code, "operators and tensors that no output needs go", false, false},
    {"dead_channels", pass_dead_channels, "channels that are constant or unused fold into biases and go", false, true},
};
const int passes_count = COUNT(passes);

/* Is `name` among the comma-separated words? */
static bool named(const char *words, const char *name)
{
    size_t len = strlen(name);

    for (const char *p = words; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
        if (strncmp(p, name, len) == 0 && (p[len] == ',' || p[len] == '\0'))
            return true;
    return false;
}

static bool is_pass(const char *name, size_t len)
{
    for (int i = 0; i < passes_count; i++)
        if (strlen(passes[i].name) == len && strncmp(passes[i].name, name, len) == 0)
            return true;
    return false;
}

static const char *pass_names(struct pool *pool)
{
    struct text t = {.pool = pool};

    for (int i = 0; i < passes_count; i++)
        text_add(&t, "%s%s", i == 0 ? "" : i == passes_count - 1 ? " and " : ", ", passes[i].name);
    return t.s;
}

static enum mote_status check_words(struct pool *pool, const char *words, const struct frame *at)
{
    for (const char *p = words, *end; p; p = *end ? end + 1 : NULL) {
        end = p + strcspn(p, ",");
        if (!is_pass(p, (size_t)(end - p)))
            return fail(at, MOTE_ERR_USAGE, "no pass is called '%.*s': there are %s, or none", (int)(end - p), p,
                        pass_names(pool));
    }
    return MOTE_OK;
}

enum mote_status pass_run(const struct pass *pass, struct model *m, const struct frame *at)
{
    struct frame here = {at, "pass", pass->name, -1, NULL};

    for (int32_t i = 0; i < m->n_graphs; i++)
        if (!pass->straight || !graph_has_blocks(&m->graphs[i]))
            TRY(pass->run(m, &m->graphs[i], at));
        else if (pass->asked)
            return fail(&here, MOTE_ERR_UNSUPPORTED,
                        "the model itself decides what runs (BRANCH or LOOP); quantize it where it was trained");
    return model_verify(m, &here);
}

enum mote_status passes_run(struct model *m, const char *which, const char *dump_after, FILE *dump_to,
                            const struct frame *at)
{
    bool none = which && strcmp(which, "none") == 0;

    TRY(check_words(m->pool, none ? NULL : which, at));
    TRY(check_words(m->pool, dump_after, at));
    TRY(model_verify(m, at));
    for (int i = 0; i < passes_count && !none; i++) {
        if (which ? !named(which, passes[i].name) : passes[i].asked)
            continue;
        TRY(pass_run(&passes[i], m, at));
        if (dump_after && strcmp(dump_after, passes[i].name) == 0) {
            struct text text = {.pool = m->pool};

            model_print(m, &text, true);
            fwrite(text.s, 1, text.len, dump_to);
        }
    }
    return MOTE_OK;
}
