/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "host/import/onnx/onnx.h"
#include "host/run/runner.h"
#include "tests/onnx/suite.h"

/* ONNX's own (onnx/backend/test/runner). */
#define RTOL 1e-3
#define ATOL 1e-7

/* ---- files ---- */
static enum mote_status read_data(struct pool *pool, const char *path, struct bytes *file, const char **name,
                                  struct tensor *out, const struct frame *at)
{
    void *message;
    Onnx__TensorProto *t;

    TRY(file_read(pool, path, file, at));
    TRY(protobuf_decode(pool, SIZE_MAX / 2, &onnx__tensor_proto__descriptor, *file, &message, at));
    t = message;
    *name = t->name ? t->name : "";
    return onnx_read_tensor(pool, path, t, out, at);
}

static bool is_there(const char *path)
{
    FILE *f = fopen(path, "rb");

    if (f)
        fclose(f);
    return f != NULL;
}

static enum mote_status read_tensors(struct pool *pool, const char *folder, const char *what, size_t *n,
                                     struct tensor **tensors, struct bytes **files, const char ***names,
                                     const struct frame *at)
{
    for (*n = 0;; ++*n) {
        const char *path = pool_printf(pool, "%s/%s_%zu.pb", folder, what, *n);

        if (!is_there(path))
            return MOTE_OK;
        *tensors = pool_grow(pool, *tensors, *n, sizeof **tensors);
        *files = pool_grow(pool, *files, *n, sizeof **files);
        *names = pool_grow(pool, *names, *n, sizeof **names);
        TRY(read_data(pool, path, &(*files)[*n], &(*names)[*n], &(*tensors)[*n], at));
    }
}

static enum mote_status read_test(struct test *t, const char *folder, const struct frame *at)
{
    TRY(file_read(&t->pool, pool_printf(&t->pool, "%s/model.onnx", folder), &t->model, at));
    for (; t->n_sets < SETS_MAX; t->n_sets++) {
        const char *set = pool_printf(&t->pool, "%s/test_data_set_%zu", folder, t->n_sets);
        struct io_set *io = &t->sets[t->n_sets];
        struct bytes *files = NULL;
        const char **names = NULL;

        if (!is_there(pool_printf(&t->pool, "%s/output_0.pb", set)))
            break;
        TRY(read_tensors(&t->pool, set, "input", &io->n_in, &io->in, &io->in_bytes, &io->in_names, at));
        TRY(read_tensors(&t->pool, set, "output", &io->n_out, &io->out, &files, &names, at));
    }
    return t->n_sets > 0 ? MOTE_OK : fail(at, MOTE_ERR_FORMAT, "no data");
}

/* ---- inputs as constants: a message after another of its kind adds to it ---- */
static void add_length(struct text *to, size_t n)
{
    uint8_t byte;

    for (; n > 127; n >>= 7) {
        byte = (uint8_t)(n | 128);
        text_bytes(to, &byte, 1);
    }
    byte = (uint8_t)n;
    text_bytes(to, &byte, 1);
}

static void add_field(struct text *to, int number, const void *data, size_t n)
{
    uint8_t key = (uint8_t)(number << 3 | 2);

    text_bytes(to, &key, 1);
    add_length(to, n);
    text_bytes(to, data, n);
}

/* The model with `initializer` in its graph for each input that is bound. */
static struct bytes bind_inputs(struct pool *pool, const struct test *t, const struct io_set *io)
{
    struct text model = {.pool = pool}, graph = {.pool = pool};

    text_bytes(&model, t->model.data, t->model.size);
    for (size_t i = 0; i < io->n_in; i++)
        if (t->is_bound[i])
            add_field(&graph, 5, io->in_bytes[i].data, io->in_bytes[i].size);
    if (graph.len > 0)
        add_field(&model, 7, graph.s, graph.len);
    return (struct bytes){(uint8_t *)model.s, model.len};
}

enum binding { BIND_NOTHING, BIND_INTEGERS, BIND_NUMBERS, BIND_BUT_FIRST, BIND_ALL_INTEGERS, BINDINGS };

/* False if that is no other choice than the one before. */
static bool choose(struct test *t, enum binding binding)
{
    const struct io_set *io = &t->sets[0];
    struct text names = {.pool = &t->pool};
    bool other = binding == BIND_NOTHING;

    if (io->n_in > 64)
        return other;
    for (size_t i = 0; i < io->n_in; i++) {
        bool integers = io->in[i].type == TYPE_S32 || (binding == BIND_ALL_INTEGERS && io->in[i].type == TYPE_BOOL);
        bool number = integers || tensor_elements(&io->in[i]) == 1;
        bool bound = (i > 0 && (binding == BIND_BUT_FIRST || (binding == BIND_INTEGERS && integers) ||
                                (binding == BIND_NUMBERS && number))) ||
                     (binding == BIND_ALL_INTEGERS && integers);

        other |= bound != t->is_bound[i];
        t->is_bound[i] = bound;
        if (bound)
            text_add(&names, "%s%s", names.len > 0 ? " " : "", printable(&t->pool, io->in_names[i]));
    }
    t->bound = names.len > 0 ? names.s : "";
    return other;
}

/* ---- running ---- */
static double element(const struct tensor *t, const uint8_t *data, int64_t i)
{
    float real;

    switch (t->type) {
    case TYPE_F32:
        memcpy(&real, data + i * 4, sizeof real);
        return (double)real;
    case TYPE_S32:
        return (double)(int32_t)le32(data + i * 4);
    case TYPE_S16:
    case TYPE_U16:
        return t->type == TYPE_U16 ? (data[i * 2] | data[i * 2 + 1] << 8)
                                   : (int16_t)(data[i * 2] | data[i * 2 + 1] << 8);
    default:
        return t->type == TYPE_S8 ? (double)(int8_t)data[i] : (double)data[i];
    }
}

static bool near(double got, double want, bool exact)
{
    if (isnan(want) || isnan(got))
        return isnan(want) && isnan(got);
    if (isinf(want) || isinf(got) || exact)
        return want == got;
    return fabs(got - want) <= ATOL + RTOL * fabs(want);
}

/* An output whose rows the model counts: as many as there can be, of which those behind the test's are -1. */
static bool is_longer(const struct tensor *want, const struct tensor *is, const uint8_t *got)
{
    struct tensor rest = *is;

    rest.dims[0] = want->dims[0];
    if (want->type != TYPE_S32 || want->rank != is->rank || is->dims[0] <= want->dims[0] || !shape_equal(want, &rest))
        return false;
    for (int64_t i = tensor_elements(want); i < tensor_elements(is); i++)
        if (element(want, got, i) != -1)
            return false;
    return true;
}

static enum mote_status compare(const struct tensor *want, const struct tensor *is, bool counted, const uint8_t *got,
                                size_t index, const struct frame *at)
{
    char a[96], b[96];

    if (want->type != is->type || !(shape_equal(want, is) || (counted && is_longer(want, is, got))))
        return fail(at, MOTE_ERR_VALUE, "output %zu is %s %s, not %s %s", index, type_name(is->type), shape_text(is, a),
                    type_name(want->type), shape_text(want, b));
    for (int64_t i = 0; i < tensor_elements(want); i++) {
        double x = element(want, got, i), y = element(want, want->data, i);

        if (!near(x, y, want->type != TYPE_F32))
            return fail(at, MOTE_ERR_VALUE, "output %zu, element %lld is %.7g, not %.7g", index, (long long)i, x, y);
    }
    return MOTE_OK;
}

static enum mote_status set_inputs(struct test *t, const struct io_set *io, struct text *inputs, const struct frame *at)
{
    const struct graph *g = &t->pipeline.model.graphs[0];
    int32_t given = 0;

    for (size_t i = 0; i < io->n_in; i++) {
        const struct tensor *in;

        if (t->is_bound[i])
            continue;
        if (given >= g->n_inputs)
            return fail(at, MOTE_ERR_SHAPE, "the model has %d inputs", g->n_inputs);
        in = &g->tensors[g->inputs[given++]];
        if (in->type != io->in[i].type || !shape_equal(in, &io->in[i]))
            return fail(at, MOTE_ERR_SHAPE, "input %zu is another than the test's", i);
        text_bytes(inputs, io->in[i].data, (size_t)tensor_bytes(in));
    }
    return given == g->n_inputs ? MOTE_OK : fail(at, MOTE_ERR_SHAPE, "the test has %d inputs", given);
}

static bool makes(const struct graph *g, enum op_id id, int32_t tensor)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id == id && g->ops[i].out[0] == tensor)
            return true;
    return false;
}

static enum mote_status run_set(struct test *t, const struct io_set *io, const struct frame *at)
{
    struct pipeline_options options = {.passes = NULL};
    struct pipeline *p = &t->pipeline;
    struct text inputs = {.pool = &t->pool};
    const struct graph *g;
    struct runner runner;
    size_t offset = 0;

    TRY(pipeline_read(&t->pool, t->name, bind_inputs(&t->pool, t, io), p, at));
    TRY(pipeline_compile(p, &options, at));
    TRY(runner_open(&t->pool, p->image, &runner, at));
    TRY(set_inputs(t, io, &inputs, at));
    t->got = (struct bytes){pool_alloc(&t->pool, runner_output_bytes(&runner)), runner_output_bytes(&runner)};
    mote_model_reset(&runner.model);
    runner_run(&runner, (const uint8_t *)inputs.s, t->got.data);
    g = &p->model.graphs[0];
    if (io->n_out != (size_t)g->n_outputs)
        return fail(at, MOTE_ERR_VALUE, "%d outputs, not %zu", g->n_outputs, io->n_out);
    for (size_t i = 0; i < io->n_out; i++) {
        const struct tensor *is = &g->tensors[g->outputs[i]];

        TRY(compare(&io->out[i], is, makes(g, OP_NON_MAX_SUPPRESSION, g->outputs[i]), t->got.data + offset, i, at));
        offset += (size_t)tensor_bytes(is);
    }
    t->ran = io;
    return MOTE_OK;
}

static enum mote_status run_sets(struct test *t, const struct frame *at)
{
    for (size_t i = 0; i < t->n_sets; i++)
        TRY(run_set(t, &t->sets[i], at));
    return MOTE_OK;
}

/* One line without the numbers and advice of this machine. */
static const char *note_of(struct test *t, const struct report_text *failed)
{
    return pool_printf(&t->pool, "%.*s", (int)failed->end, failed->text);
}

void test_run(struct test *t, const char *folder)
{
    struct report_text failed = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &failed};

    t->bound = t->note = "";
    t->outcome = REFUSED;
    if (read_test(t, folder, &at) != MOTE_OK) {
        t->note = note_of(t, &failed);
        return;
    }
    for (enum binding binding = BIND_NOTHING; binding < BINDINGS; binding++) {
        if (!choose(t, binding))
            continue;
        failed = (struct report_text){.status = MOTE_OK};
        if (run_sets(t, &at) == MOTE_OK) {
            t->outcome = PASSED;
            t->note = "";
            return;
        }
        if (t->note[0] == '\0' || failed.status == MOTE_ERR_VALUE) {
            t->note = note_of(t, &failed);
            t->outcome = failed.status == MOTE_ERR_VALUE && strncmp(t->note, "output", 6) == 0 ? WRONG : REFUSED;
        }
        if (t->outcome == WRONG) /* constants, which the host computes, would hide it */
            break;
    }
    t->bound = "";
}
