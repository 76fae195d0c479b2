/* SPDX-License-Identifier: Apache-2.0 */
/* Layers without weights. */
#include <math.h>

#include "host/import/activation.h"
#include "host/import/darknet/darknet.h"

static const struct darknet_layer layers[] = {
#define LAYER(name, function) {#name, darknet_##function},
#include "host/import/darknet/layers.def"
};

const struct darknet_layer *darknet_layer_find(const char *name)
{
    for (size_t i = 0; i < COUNT(layers); i++)
        if (strcmp(layers[i].name, name) == 0)
            return &layers[i];
    return NULL;
}

const char *darknet_layer_nearest(const char *name)
{
    struct nearest n = {.word = name};

    for (size_t i = 0; i < COUNT(layers); i++)
        nearest_try(&n, layers[i].name);
    return n.found;
}

/* ---- order of dimensions ---- */
int32_t darknet_planes(struct build *r, int32_t x)
{
    const struct tensor t = *tensor_at(r, x);

    if (r->status != MOTE_OK || t.rank != 4)
        return x;
    if (t.dims[1] == 1 && t.dims[2] == 1)
        return reshape(r, x, 2, (int64_t[]){1, t.dims[3]});
    return transpose_move(r, x, 3, 1);
}

int32_t darknet_flat(struct build *r, int32_t x)
{
    x = darknet_planes(r, x);
    return reshape(r, x, 2, (int64_t[]){1, tensor_elements(tensor_at(r, x))});
}

/* ---- activations ---- */
static int32_t logistic(struct build *r, int32_t x) { return emit_unary(r, OP_LOGISTIC, x); }

static int32_t as_it_is(struct build *r, int32_t x) { return (void)r, x; }

static int32_t relu(struct build *r, int32_t x) { return emit_unary(r, OP_RELU, x); }

static int32_t relu6(struct build *r, int32_t x) { return emit_unary(r, OP_RELU6, x); }

static int32_t leaky(struct build *r, int32_t x) { return leaky_relu(r, x, 0.1f); }

static int32_t relie(struct build *r, int32_t x) { return leaky_relu(r, x, 0.01f); }

static int32_t hyperbolic(struct build *r, int32_t x) { return emit_unary(r, OP_TANH, x); }

static int32_t exponential(struct build *r, int32_t x) { return elu(r, x, 1, 1); }

static int32_t selu(struct build *r, int32_t x) { return times(r, elu(r, x, 1.6732f, 1), 1.0507f); }

static int32_t silu(struct build *r, int32_t x) { return swish(r, x, 1); }

static int32_t hardtan(struct build *r, int32_t x) { return clip(r, x, -1, 1); }

static int32_t ramp(struct build *r, int32_t x) { return emit_binary(r, OP_ADD, relu(r, x), times(r, x, 0.1f)); }

static int32_t loggy(struct build *r, int32_t x) { return plus(r, times(r, logistic(r, x), 2), -1); }

static const struct {
    const char *name;
    int32_t (*of)(struct build *r, int32_t x);
} activations[] = {
    {"linear", as_it_is}, {"relu", relu},       {"relu6", relu6}, {"leaky", leaky}, {"logistic", logistic},
    {"tanh", hyperbolic}, {"elu", exponential}, {"selu", selu},   {"mish", mish},   {"swish", silu},
    {"hardtan", hardtan}, {"ramp", ramp},       {"relie", relie}, {"loggy", loggy},
};

int32_t darknet_activate(struct build *r, int32_t x, const char *absent)
{
    const char *name = key_word(r, "activation", absent);
    struct nearest near = {.word = name};

    for (size_t i = 0; i < COUNT(activations); i++) {
        if (strcmp(activations[i].name, name) == 0)
            return activations[i].of(r, x);
        nearest_try(&near, activations[i].name);
    }
    build_fail(r, MOTE_ERR_UNSUPPORTED, "the activation %s, which Mote does not have%s%s", printable(r->pool, name),
               near.found ? "; it has " : "", near.found ? near.found : "");
    return TENSOR_ABSENT;
}

void darknet_activation(struct build *r) { darknet_of(r)->x = darknet_activate(r, darknet_of(r)->x, "linear"); }

/* ---- ends ---- */
void darknet_nothing(struct build *r) { (void)r; }

void darknet_raw_output(struct build *r)
{
    struct darknet *d = darknet_of(r);
    const struct darknet_section *s = &d->sections[d->index];

    if (r->status != MOTE_OK)
        return;
    d->outputs = pool_grow(r->pool, d->outputs, (size_t)d->n_outputs, sizeof *d->outputs);
    d->outputs[d->n_outputs++] = d->x;
    text_add(&d->remarks, "%sline %d [%s]: what goes into it is an output as it is; boxes are made of it elsewhere",
             d->remarks.s ? "\n" : "", s->line, s->name);
    r->m->remarks = d->remarks.s;
}

void darknet_softmax(struct build *r)
{
    struct darknet *d = darknet_of(r);
    const int64_t groups = key_int(r, "groups", 1, 1, INT32_MAX);
    const float temperature = key_float(r, "temperature", 1);
    int64_t n;

    if (key_has(r, "tree"))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a tree of classes");
    if (key_int(r, "spatial", 0, 0, 1) == 0)
        d->x = darknet_flat(r, d->x);
    n = tensor_elements(tensor_at(r, d->x));
    if (r->status == MOTE_OK && (n % groups != 0 || !(temperature > 0)))
        build_fail(r, MOTE_ERR_VALUE, "%lld groups of %lld numbers, temperature %g", (long long)groups, (long long)n,
                   (double)temperature);
    if (r->status != MOTE_OK)
        return;
    d->x = times(r, d->x, 1 / temperature);
    if (groups > 1)
        d->x = reshape(r, d->x, 2, (int64_t[]){groups, n / groups});
    d->x = softmax_last(r, OP_SOFTMAX, d->x);
    if (groups > 1)
        d->x = reshape(r, d->x, 2, (int64_t[]){1, n});
}

/* ---- layers before ---- */
/* What a layer made: by its number from 0, below 0 from here back. */
static int32_t layer_at(struct build *r, int64_t number)
{
    const struct darknet *d = darknet_of(r);
    const int64_t here = d->index - 1, at = number < 0 ? here + number : number;

    if (r->status == MOTE_OK && (at < 0 || at >= here))
        build_fail(r, MOTE_ERR_VALUE, "layer %lld is none before this one, which is layer %lld", (long long)number,
                   (long long)here);
    return r->status == MOTE_OK ? d->values[at + 1] : TENSOR_ABSENT;
}

#define ROUTES_MAX 64

/* Several layers' channels together, or of one the group's. */
void darknet_route(struct build *r)
{
    struct darknet *d = darknet_of(r);
    int64_t layers_read[ROUTES_MAX];
    const int n = key_ints(r, "layers", ROUTES_MAX, layers_read);
    const int64_t groups = key_int(r, "groups", 1, 1, INT32_MAX), group = key_int(r, "group_id", 0, 0, groups - 1);
    int32_t in[ROUTES_MAX] = {TENSOR_ABSENT};

    if (r->status == MOTE_OK && n < 1)
        build_fail(r, MOTE_ERR_FORMAT, "the key layers is missing");
    if (key_int(r, "stretch", 0, INT32_MIN, INT32_MAX) != 0 || key_int(r, "sway", 0, INT32_MIN, INT32_MAX) != 0)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "stretch or sway");
    for (int i = 0; i < n && r->status == MOTE_OK; i++) {
        const struct tensor *t;
        int last;

        in[i] = layer_at(r, layers_read[i]);
        t = tensor_at(r, in[i]);
        last = t->rank - 1;
        if (r->status == MOTE_OK && t->dims[last] % groups != 0)
            build_fail(r, MOTE_ERR_SHAPE, "%lld groups of %lld channels", (long long)groups, (long long)t->dims[last]);
        if (r->status == MOTE_OK && groups > 1) {
            int64_t begin[RANK_MAX] = {0}, end[RANK_MAX], step[RANK_MAX] = {1, 1, 1, 1};

            memcpy(end, t->dims, sizeof end);
            begin[last] = end[last] / groups * group;
            end[last] = end[last] / groups * (group + 1);
            in[i] = slice(r, in[i], begin, end, step);
        }
    }
    if (r->status == MOTE_OK)
        d->x = concat(r, tensor_at(r, in[0])->rank - 1, n, in);
}

void darknet_shortcut(struct build *r)
{
    struct darknet *d = darknet_of(r);
    int64_t from;
    const int n = key_ints(r, "from", 1, &from);
    const int32_t other = n == 1 ? layer_at(r, from) : TENSOR_ABSENT;
    char is[96], was[96];

    if (r->status == MOTE_OK && n != 1)
        build_fail(r, MOTE_ERR_FORMAT, "the key from is missing");
    if (strcmp(key_word(r, "weights_type", "none"), "none") != 0)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "weights of a shortcut (weights_type)");
    if (r->status == MOTE_OK && !shape_equal(tensor_at(r, d->x), tensor_at(r, other)))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a shortcut from %s to %s; only layers of one shape are added",
                   shape_text(tensor_at(r, other), was), shape_text(tensor_at(r, d->x), is));
    d->x = darknet_activate(r, emit_binary(r, OP_ADD, d->x, other), "linear");
}

/* ---- sizes ---- */
void darknet_upsample(struct build *r)
{
    struct darknet *d = darknet_of(r);
    const int64_t stride = key_int(r, "stride", 2, 1, INT16_MAX);
    const struct tensor t = *tensor_at(r, d->x);

    if (r->status == MOTE_OK && t.rank != 4)
        build_fail(r, MOTE_ERR_SHAPE, "it wants an image; the layer before makes a vector");
    if (r->status != MOTE_OK)
        return;
    d->x = emit_binary(r, OP_RESIZE_NEAREST_NEIGHBOR, d->x,
                       add_ints(r, 2, (int64_t[]){t.dims[1] * stride, t.dims[2] * stride}));
    d->x = times(r, d->x, key_float(r, "scale", 1));
}

/* Blocks of pixels become channels, as Darknet does it: it takes the image for one of C / s² channels and s times the
 * rows and columns. */
void darknet_reorg(struct build *r)
{
    struct darknet *d = darknet_of(r);
    const int64_t s = key_int(r, "stride", 1, 1, INT16_MAX);
    const struct tensor t = *tensor_at(r, d->x);
    int64_t c, h, w, out_c, n;
    int32_t *list;

    if (key_int(r, "reverse", 0, 0, 1) || key_int(r, "flatten", 0, 0, 1) || key_int(r, "extra", 0, 0, INT32_MAX))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "reverse, flatten or extra");
    if (r->status == MOTE_OK && (t.rank != 4 || t.dims[1] % s != 0 || t.dims[2] % s != 0 || t.dims[3] % (s * s) != 0))
        build_fail(r, MOTE_ERR_SHAPE, "blocks of %lld do not divide what the layer before makes", (long long)s);
    if (r->status != MOTE_OK)
        return;
    h = t.dims[1], w = t.dims[2], c = t.dims[3], out_c = c / (s * s), n = c * h * w;
    list = add_indices(r, n);
    for (int64_t at = 0; at < n && r->status == MOTE_OK; at++) {
        const int64_t i = at % w, j = at / w % h, k = at / (w * h), offset = k / out_c;

        list[at] = (int32_t)(i * s + offset % s + w * s * (j * s + offset / s + h * s * (k % out_c)));
    }
    d->x = gather_flat(r, darknet_flat(r, d->x), 4, (int64_t[]){1, c * s * s, h / s, w / s}, list);
    d->x = transpose_move(r, d->x, 1, 3);
}
