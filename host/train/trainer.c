/* SPDX-License-Identifier: Apache-2.0 */
#include "host/train/trainer.h"

#include "host/graph/op_info.h"
#include "host/train/class_weights.h"

#include <math.h>

/* ---- the learning rate ---- */
float trainer_rate(const struct training *t, int64_t step, int32_t steps_per_epoch)
{
    double epoch = (double)step / steps_per_epoch, rate = (double)t->rate;
    double first = (double)t->warm_up + t->stage.ramp, share = (epoch - first) / (t->epochs - first);

    assert(step >= 0 && steps_per_epoch > 0);
    if (epoch < (double)t->warm_up) /* its end may lie within a step */
        return (float)(rate * fmin(1, (double)(step + 1) / ((double)t->warm_up * steps_per_epoch)));
    if (epoch < first)
        return t->rate;
    if (t->schedule == SCHEDULE_STEP)
        return (float)(rate * pow((double)t->step_factor, floor((epoch - t->stage.ramp) / (double)t->step_every)));
    if (t->schedule == SCHEDULE_COSINE)
        return (float)(rate * ((double)t->final_rate + (1 - (double)t->final_rate) * 0.5 * (1 + cos(M_PI * share))));
    return t->rate;
}

/* ---- making ---- */
/* The samples that are trained on: all of a split, or those of the class that is normal. */
static int32_t chosen(const struct trainer *t, enum split split, struct pool *pool, const int32_t **out)
{
    const struct dataset *d = t->data;
    int32_t *kept, n = 0;

    *out = d->split[split];
    if (t->task != MOTE_TASK_ANOMALY || t->training.normal < 0)
        return d->n_split[split];
    kept = pool_array(pool, (size_t)d->n_split[split] + 1, sizeof *kept);
    for (int32_t i = 0; i < d->n_split[split]; i++)
        if (d->labels[d->split[split][i]] == t->training.normal)
            kept[n++] = d->split[split][i];
    *out = kept;
    return n;
}

static const struct tensor *tensor_of(const struct training_graph *g, int32_t tensor)
{
    return &g->model.graphs[0].tensors[tensor];
}

static enum mote_status check_labels(const struct trainer *t, const struct frame *at)
{
    if (t->data->n_classes > CONFUSION_CLASSES_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the data has %d classes; %d are the most here", (int)t->data->n_classes,
                    CONFUSION_CLASSES_MAX);
    if (t->data->labels != NULL)
        return MOTE_OK;
    if (t->task == MOTE_TASK_CLASSIFICATION)
        return fail(at, MOTE_ERR_VALUE, "the data has no labels: a classifier wants them");
    if (t->training.normal >= 0)
        return fail(at, MOTE_ERR_VALUE, "the data has no labels, so no sample is of the class that is normal");
    return MOTE_OK;
}

/* Elements of the network's output. */
static int64_t wanted_elements(const struct trainer *t)
{
    switch (t->task) {
    case MOTE_TASK_REGRESSION:
        return 1;
    case MOTE_TASK_ANOMALY:
        return t->data->elements;
    default:
        return t->data->n_classes;
    }
}

static enum mote_status check_data(const struct trainer *t, const struct frame *at)
{
    const struct graph *g = &t->net->graphs[0];
    const struct tensor *in = &g->tensors[g->inputs[0]], *out = &g->tensors[g->outputs[0]];

    if (t->data->raw)
        return fail(at, MOTE_ERR_TYPE, "the data are bytes of an unknown type; give them a `type`");
    if (tensor_elements(in) != t->data->elements)
        return fail(at, MOTE_ERR_SHAPE, "the network's input has %lld elements, a sample %lld",
                    (long long)tensor_elements(in), (long long)t->data->elements);
    TRY(check_labels(t, at));
    if (tensor_elements(out) != wanted_elements(t))
        return fail(at, MOTE_ERR_SHAPE, "the network's output has %lld elements; %lld are wanted",
                    (long long)tensor_elements(out), (long long)wanted_elements(t));
    if (t->training.patience > 0 && t->data->n_split[SPLIT_VALIDATION] == 0)
        return fail(at, MOTE_ERR_VALUE, "patience wants a validation split, which the data do not have");
    return MOTE_OK;
}

/* What a checkpoint can hold: steps that fit the graph's step number, states that fit a file. */
static enum mote_status check_limits(const struct trainer *t, const struct frame *at)
{
    const struct graph *g = &t->graph.model.graphs[0];
    int64_t bytes = 0;

    if ((int64_t)t->training.epochs * t->steps_per_epoch > INT32_MAX)
        return fail(at, MOTE_ERR_VALUE, "%d epochs of %d steps are more than %d steps", (int)t->training.epochs,
                    (int)t->steps_per_epoch, INT32_MAX);
    for (int32_t i = 0; i < g->n_tensors; i++)
        bytes += g->tensors[i].state ? tensor_bytes(&g->tensors[i]) : 0;
    if (bytes > (int64_t)FILE_LIMIT / 2)
        return fail(at, MOTE_ERR_MEMORY, "weights and optimizer have %lld bytes; a checkpoint holds at most %zu",
                    (long long)bytes, FILE_LIMIT / 2);
    return MOTE_OK;
}

/* Ranks so many times an epoch; levels follow their weights sooner, unless the stage says how often. */
#define PRUNINGS 16
#define CLUSTERS 32
#define PRICINGS 16 /* where bits have a price, which takes longer */

static int32_t every(int32_t steps, int32_t times) { return steps > times ? steps / times : 1; }

static int32_t rounds_of(const struct stage *s)
{
    if (s->kind == STAGE_PRUNE)
        return PRUNINGS;
    if (s->rounds > 0)
        return s->rounds;
    return s->bit_price > 0 ? PRICINGS : CLUSTERS;
}

static void pace_stage(struct stage *s, int32_t steps_per_epoch)
{
    s->every = every(steps_per_epoch, rounds_of(s));
    s->steps = s->ramp * steps_per_epoch;
}

static void digest_network(const struct model *net, uint8_t digest[SHA256_BYTES])
{
    const struct graph *g = &net->graphs[0];
    struct sha256 s;

    sha256_begin(&s);
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].data != NULL)
            sha256_add(&s, g->tensors[i].data, (size_t)tensor_bytes(&g->tensors[i]));
    sha256_end(&s, digest);
}

static enum mote_status weigh(struct trainer *t, const int32_t *samples, int32_t n, const struct frame *at)
{
    if (t->training.class_weights == NULL)
        return MOTE_OK;
    if (t->task != MOTE_TASK_CLASSIFICATION || t->data->labels == NULL)
        return fail(at, MOTE_ERR_VALUE, "class_weights are for samples of several classes: leave it out");
    if (t->training.n_teachers > 0)
        return fail(at, MOTE_ERR_VALUE, "class_weights and a teacher are not there together: leave one out");
    return class_weights_make(t->pool, t->training.class_weights, t->data, samples, n, &t->training.weights, at);
}

enum mote_status trainer_make(struct pool *pool, const struct model *net, const struct dataset *data,
                              const struct training *training, int threads, struct trainer *out, const struct frame *at)
{
    struct loader_options options = {.seed = training->seed};

    *out = (struct trainer){.pool = pool, .net = net, .data = data, .training = *training, .weights_moved = true};
    out->task = training_task(training, data);
    options.clean = out->task == MOTE_TASK_ANOMALY;
    options.balance = training->balance;
    if (training->balance && (data->labels == NULL || training->normal >= 0))
        return fail(at, MOTE_ERR_VALUE, "balance is for samples of several classes: leave it out");
    if (out->task == MOTE_TASK_REGRESSION)
        out->training.loss = LOSS_MEAN_SQUARED_ERROR;
    TRY(check_data(out, at));
    options.n = chosen(out, SPLIT_TRAIN, pool, &options.samples);
    if (options.n < 1)
        return fail(at, MOTE_ERR_VALUE, "no samples to train on: the data has no training split%s",
                    training->normal >= 0 ? ", or none of the normal class" : "");
    TRY(weigh(out, options.samples, options.n, at));
    if (out->task == MOTE_TASK_REGRESSION) {
        out->standard = standard_of(data);
        options.standard = &out->standard;
    }
    options.batch = training->batch < options.n ? training->batch : options.n;
    out->batch = options.batch;
    out->steps_per_epoch = options.n / options.batch;
    pace_stage(&out->training.stage, out->steps_per_epoch);
    digest_network(net, out->started_from);
    TRY(training_graph_make(pool, net, &out->training, out->batch, false, &out->graph, at));
    TRY(check_limits(out, at));
    out->output = pool_alloc(pool, (size_t)tensor_bytes(tensor_of(&out->graph, out->graph.output)));
    TRY(training_graph_make(pool, net, &out->training, out->batch, true, &out->forward, at));
    TRY(program_make(pool, &out->graph.model, threads, &out->program, at));
    TRY(program_make(pool, &out->forward.model, threads, &out->forward_program, at));
    return loader_start(pool, data, &options, &out->loader, at);
}

void trainer_free(struct trainer *t)
{
    loader_stop(t->loader);
    program_free(t->program);
    program_free(t->forward_program);
}

/* ---- an epoch ---- */
static int64_t count_correct(struct trainer *t, const int32_t *labels)
{
    int64_t correct = 0, classes = tensor_elements(tensor_of(&t->graph, t->graph.output)) / t->batch;

    assert(classes >= 1);
    program_read(t->program, t->graph.output, t->output);
    for (int32_t i = 0; i < t->batch; i++)
        correct += largest_score(t->output + i * classes, (int32_t)classes) == labels[i];
    return correct;
}

static float one_step(struct trainer *t, const struct batch *b)
{
    size_t bytes = (size_t)t->batch * (size_t)t->data->elements * sizeof(float);
    float loss, rate = trainer_rate(&t->training, t->step, t->steps_per_epoch);
    int32_t number = (int32_t)(t->step + 1);
    void *target = program_input(t->program, t->graph.target);

    memcpy(program_input(t->program, t->graph.input), b->input, bytes);
    if (t->task == MOTE_TASK_REGRESSION)
        memcpy(target, b->numbers, (size_t)t->batch * sizeof(float));
    else if (t->task == MOTE_TASK_ANOMALY)
        memcpy(target, b->clean, bytes);
    else
        memcpy(target, b->labels, (size_t)t->batch * sizeof(int32_t));
    program_write(t->program, t->graph.rate, &rate);
    program_write(t->program, t->graph.step, &number);
    program_run(t->program);
    program_read(t->program, t->graph.loss, &loss);
    t->step++;
    return loss;
}

/* A step's loss is of the weights before it: what the last one made shows here alone. */
static enum mote_status check_finite(struct trainer *t, const struct frame *at)
{
    const struct graph *g = &t->graph.model.graphs[0];
    struct pool pool = {0};
    const char *bad = NULL;

    for (int32_t i = 0; i < g->n_tensors && bad == NULL; i++) {
        int64_t n = tensor_elements(&g->tensors[i]);
        float *x;

        if (!g->tensors[i].state)
            continue;
        x = pool_array(&pool, (size_t)n, sizeof *x);
        program_read(t->program, i, x);
        for (int64_t k = 0; k < n && bad == NULL; k++)
            bad = isfinite(x[k]) ? NULL : g->tensors[i].name;
        pool_free(&pool);
    }
    if (bad == NULL)
        return MOTE_OK;
    return fail(at, MOTE_ERR_VALUE,
                "epoch %d: after step %lld %s is not finite: training has diverged; use a lower learning rate or "
                "clip_norm. The last checkpoint is as it was",
                1 + (int)((t->step - 1) / t->steps_per_epoch), (long long)t->step, bad);
}

enum mote_status trainer_epoch(struct trainer *t, const volatile sig_atomic_t *stop, trainer_progress *progress,
                               void *context, struct epoch_result *out, const struct frame *at)
{
    int32_t epoch = 1 + (int32_t)(t->step / t->steps_per_epoch), first = (int32_t)(t->step % t->steps_per_epoch);
    bool classifier = t->task == MOTE_TASK_CLASSIFICATION;

    *out = (struct epoch_result){.accuracy = NAN};
    if (first == 0) {
        t->so_far.loss = 0;
        t->so_far.correct = 0;
    }
    assert(first < t->steps_per_epoch);
    loader_epoch(t->loader, epoch, first);
    for (int32_t i = first; i < t->steps_per_epoch && !out->interrupted; i++) {
        const struct batch *b = loader_next(t->loader);
        float loss = one_step(t, b);

        if (!isfinite(loss))
            return fail(at, MOTE_ERR_VALUE,
                        "epoch %d, step %d of %d: the loss is %g: training has diverged; use a lower learning rate "
                        "(this one is %g) or clip_norm. The last checkpoint is as it was",
                        (int)epoch, (int)i + 1, (int)t->steps_per_epoch, (double)loss,
                        (double)trainer_rate(&t->training, t->step - 1, t->steps_per_epoch));
        t->so_far.loss += (double)loss;
        out->samples += t->batch;
        if (classifier) {
            t->so_far.correct += count_correct(t, b->labels);
            out->accuracy = (double)t->so_far.correct / (double)((int64_t)(i + 1) * t->batch);
        }
        out->loss = t->so_far.loss / (i + 1);
        if (progress != NULL)
            progress(context, i + 1, t->steps_per_epoch, out->loss, out->accuracy);
        out->interrupted = stop != NULL && *stop != 0 && i + 1 < t->steps_per_epoch;
    }
    out->rate = trainer_rate(&t->training, t->step - 1, t->steps_per_epoch);
    t->weights_moved = true;
    return check_finite(t, at);
}

/* ---- evaluation ---- */
static float *read_state(struct trainer *t, int32_t tensor, struct pool *pool)
{
    float *data = pool_alloc(pool, (size_t)tensor_bytes(tensor_of(&t->graph, tensor)));

    program_read(t->program, tensor, data);
    return data;
}

/* Levels of parameter i times the scales of its channels. */
static void scale_channels(struct trainer *t, int32_t i, float *w, struct pool *pool)
{
    const struct tensor *weights = tensor_of(&t->graph, t->graph.parameters[i]);
    const float *scales = read_state(t, t->graph.scales[i], pool);
    const int64_t channels = tensor_elements(tensor_of(&t->graph, t->graph.scales[i]));
    const int64_t below = channel_below(weights, t->graph.axis[i]);

    for (int64_t k = 0; k < tensor_elements(weights); k++)
        w[k] *= scales[k / below % channels];
}

/* Parameter i as the network reads it: under its mask, which is of elements or of rows, at its levels. */
static float *read_parameter(struct trainer *t, int32_t i, struct pool *pool)
{
    float *w = read_state(t, t->graph.parameters[i], pool), *mask, *levels, *which;
    int64_t n = tensor_elements(tensor_of(&t->graph, t->graph.parameters[i])), below;

    if (t->graph.masks[i] == TENSOR_ABSENT)
        return w;
    mask = read_state(t, t->graph.masks[i], pool);
    below = n / tensor_elements(tensor_of(&t->graph, t->graph.masks[i]));
    for (int64_t k = 0; k < n; k++)
        w[k] = mask[k / below] != 0 ? w[k] : 0;
    if (t->graph.levels[i] == TENSOR_ABSENT)
        return w;
    levels = read_state(t, t->graph.levels[i], pool);
    which = read_state(t, t->graph.which[i], pool);
    for (int64_t k = 0; k < n; k++)
        w[k] = w[k] != 0 ? levels[(int32_t)which[k]] : 0;
    if (t->graph.scales[i] != TENSOR_ABSENT)
        scale_channels(t, i, w, pool);
    return w;
}

static void move_weights(struct trainer *t)
{
    struct pool pool = {0};

    assert(t->graph.n_parameters == t->forward.n_parameters);
    for (int32_t i = 0; i < t->graph.n_parameters && t->weights_moved; i++) {
        float *data = read_parameter(t, i, &pool);

        program_write(t->forward_program, t->forward.parameters[i], data);
    }
    t->weights_moved = false;
    pool_free(&pool);
}

/* One batch from sample `first` on; what is over is filled with the last sample. */
static void run_forward(struct trainer *t, const struct evaluation *e, int64_t first, float *output)
{
    float *input = program_input(t->forward_program, t->forward.input);

    assert(first >= 0 && first < e->n);
    for (int64_t i = 0; i < t->batch; i++) {
        int64_t sample = first + i < e->n ? first + i : e->n - 1;

        dataset_real(t->data, e->samples[sample], input + i * t->data->elements);
    }
    program_run(t->forward_program);
    program_read(t->forward_program, t->forward.output, output);
}

static void judge_class(const struct trainer *t, struct evaluation *e, int64_t i, const float *output, int64_t classes)
{
    int32_t label = t->data->labels[e->samples[i]];
    float probability = output[label] > 1e-30f ? output[label] : 1e-30f;

    assert(label >= 0 && label < classes);
    e->predictions[i] = largest_score(output, (int32_t)classes);
    e->margins[i] = output[e->predictions[i]] - output[label];
    e->accuracy += e->predictions[i] == label;
    e->loss -= log((double)probability);
}

static void judge_reconstruction(struct evaluation *e, int64_t i, const float *output, const float *input, int64_t n)
{
    double sum = 0;

    for (int64_t k = 0; k < n; k++)
        sum += ((double)output[k] - (double)input[k]) * ((double)output[k] - (double)input[k]);
    e->scores[i] = (float)(sum / (double)n);
    e->loss += sum / (double)n;
}

static void judge_number(const struct trainer *t, struct evaluation *e, int64_t i, float number)
{
    double error = (double)number - (double)standard_number(&t->standard, t->data->targets[e->samples[i]]);

    e->numbers[i] = standard_target(&t->standard, number);
    e->loss += error * error;
}

static void judge_one(const struct trainer *t, struct evaluation *e, int64_t i, const float *output, int64_t elements,
                      const float *input)
{
    switch (t->task) {
    case MOTE_TASK_REGRESSION:
        judge_number(t, e, i, *output);
        break;
    case MOTE_TASK_ANOMALY:
        judge_reconstruction(e, i, output, input, elements);
        break;
    default:
        judge_class(t, e, i, output, elements);
    }
}

static void begin_evaluation(const struct trainer *t, enum split split, struct pool *pool, struct evaluation *e)
{
    *e = (struct evaluation){.n = t->data->n_split[split], .samples = t->data->split[split]};
    if (split == SPLIT_VALIDATION)
        e->n = chosen(t, split, pool, &e->samples);
    if (t->task == MOTE_TASK_REGRESSION)
        e->numbers = pool_array(pool, (size_t)e->n + 1, sizeof *e->numbers);
    else if (t->task == MOTE_TASK_ANOMALY)
        e->scores = pool_array(pool, (size_t)e->n + 1, sizeof *e->scores);
    else {
        e->predictions = pool_array(pool, (size_t)e->n + 1, sizeof *e->predictions);
        e->margins = pool_array(pool, (size_t)e->n + 1, sizeof *e->margins);
    }
}

static void end_evaluation(const struct trainer *t, struct pool *pool, struct evaluation *e)
{
    float *targets = pool_array(pool, (size_t)e->n + 1, sizeof *targets);

    e->loss = e->n > 0 ? e->loss / (double)e->n : NAN;
    e->accuracy = e->n > 0 && t->task == MOTE_TASK_CLASSIFICATION ? e->accuracy / (double)e->n : NAN;
    for (int64_t i = 0; i < e->n && e->numbers != NULL; i++)
        targets[i] = t->data->targets[e->samples[i]];
    e->regression = regression_of(targets, e->numbers, e->numbers != NULL ? e->n : 0);
}

void trainer_evaluate(struct trainer *t, enum split split, struct pool *pool, struct evaluation *e)
{
    int64_t each = tensor_elements(tensor_of(&t->forward, t->forward.output)) / t->batch;

    begin_evaluation(t, split, pool, e);
    move_weights(t);
    for (int64_t first = 0; first < e->n; first += t->batch) {
        const float *input = program_input(t->forward_program, t->forward.input);

        run_forward(t, e, first, t->output);
        for (int64_t i = 0; i < t->batch && first + i < e->n; i++)
            judge_one(t, e, first + i, t->output + i * each, each, input + i * t->data->elements);
    }
    end_evaluation(t, pool, e);
}

/* ---- models and checkpoints ---- */
/* Floats remember the integers that their levels are, for int8. */
static struct quant scales_of(struct trainer *t, int32_t i, struct pool *pool)
{
    const int32_t scales = t->graph.scales[i], axis = t->graph.axis[i];
    struct quant q = {0};

    if (scales == TENSOR_ABSENT)
        return q;
    q.n = (int32_t)tensor_elements(tensor_of(&t->graph, scales));
    q.axis = q.n > 1 ? axis : 0;
    q.scale = read_state(t, scales, pool);
    q.zero = pool_array(pool, (size_t)q.n, sizeof *q.zero);
    return q;
}

void trainer_model(struct trainer *t, struct pool *pool, struct model *out)
{
    *out = (struct model){.pool = pool};
    model_copy(t->net, out);
    for (int32_t i = 0; i < t->graph.n_parameters; i++) {
        struct tensor *constant = &out->graphs[0].tensors[t->graph.parameters[i]];

        assert(constant->type == TYPE_F32 && constant->data != NULL);
        constant->data = (const uint8_t *)read_parameter(t, i, pool);
        constant->quant = scales_of(t, i, pool);
    }
    if (t->task == MOTE_TASK_REGRESSION)
        standard_fold(out, &t->standard);
}

static enum mote_status write_weights(struct trainer *t, const struct graph *g, const struct frame *at)
{
    for (int32_t i = 0; i < t->graph.n_parameters; i++) {
        int32_t constant = t->graph.parameters[i];
        const struct tensor *mine = &t->net->graphs[0].tensors[constant];

        if (constant >= g->n_tensors || g->tensors[constant].data == NULL ||
            !shape_equal(&g->tensors[constant], mine) || g->tensors[constant].type != mine->type)
            return fail(at, MOTE_ERR_VALUE, "is a network of another recipe: it has no weights \"%s\"", mine->name);
        program_write(t->program, t->graph.parameters[i], g->tensors[constant].data);
        program_write(t->forward_program, t->forward.parameters[i], g->tensors[constant].data);
    }
    t->weights_moved = false; /* a mask or levels of now need not be those of then */
    return MOTE_OK;
}

enum mote_status trainer_use(struct trainer *t, const struct model *m, const struct frame *at)
{
    struct pool pool = {0};
    struct model copy = {.pool = &pool};
    enum mote_status status;

    model_copy(m, &copy);
    if (t->task == MOTE_TASK_REGRESSION)
        standard_unfold(&copy, &t->standard);
    status = write_weights(t, &copy.graphs[0], at);
    pool_free(&pool);
    return status;
}

#define EPOCH_SO_FAR "epoch_so_far"
#define STARTED_FROM "started_from"

static bool is_between_epochs(const struct trainer *t) { return t->step % t->steps_per_epoch == 0; }

static void add_epoch(const struct trainer *t, struct model *m)
{
    double numbers[2] = {t->so_far.loss, (double)t->so_far.correct};
    struct tensor state = {.name = EPOCH_SO_FAR, .type = TYPE_F64, .rank = 1, .dims = {2}, .state = true, .source = -1};

    state.initial = pool_copy(m->pool, numbers, sizeof numbers);
    graph_add_tensor(m, &m->graphs[0], &state);
}

static bool is_stage(const struct trainer *t) { return t->training.stage.kind != STAGE_NONE; }

static void add_start(const struct trainer *t, struct model *m)
{
    struct tensor state = {
        .name = STARTED_FROM, .type = TYPE_U8, .rank = 1, .dims = {SHA256_BYTES}, .state = true, .source = -1};

    state.initial = pool_copy(m->pool, t->started_from, SHA256_BYTES);
    graph_add_tensor(m, &m->graphs[0], &state);
}

enum mote_status trainer_save(struct trainer *t, const char *path, const struct frame *at)
{
    struct pool pool = {0};
    struct model copy = {.pool = &pool};
    struct text text = {.pool = &pool};
    enum mote_status status;

    model_copy(&t->graph.model, &copy);
    copy.version = (uint32_t)t->step;
    for (int32_t i = 0; i < copy.graphs[0].n_tensors; i++) {
        struct tensor *tensor = &copy.graphs[0].tensors[i];
        uint8_t *data;

        if (!tensor->state)
            continue;
        data = pool_alloc(&pool, (size_t)tensor_bytes(tensor));
        program_read(t->program, i, data);
        tensor->initial = data;
    }
    if (is_stage(t))
        add_start(t, &copy);
    if (!is_between_epochs(t))
        add_epoch(t, &copy);
    model_write(&copy, &text);
    status = file_write(path, text.s, text.len, at);
    pool_free(&pool);
    return status;
}

static bool same_list(const int32_t *a, const int32_t *b, int32_t n)
{
    return n == 0 || memcmp(a, b, (size_t)n * sizeof *a) == 0;
}

static bool same_op(const struct op *a, const struct op *b)
{
    size_t bytes = (size_t)opts_info[op_info[a->id].opts].n * 4;

    return a->id == b->id && a->n_in == b->n_in && a->n_out == b->n_out && same_list(a->in, b->in, a->n_in) &&
           same_list(a->out, b->out, a->n_out) && (bytes == 0 || memcmp(a->opts, b->opts, bytes) == 0);
}

/* Constants, too, such as a teacher's weights and what pruning saves. */
static bool same_data(const struct tensor *a, const struct tensor *b)
{
    return a->data == NULL || b->data == NULL ? a->data == b->data
                                              : memcmp(a->data, b->data, (size_t)tensor_bytes(a)) == 0;
}

/* The same operators and tensors, and a value for each state. */
static enum mote_status check_same(const struct graph *g, const struct graph *from, const struct frame *at)
{
    if (from->n_tensors != g->n_tensors || from->n_ops != g->n_ops)
        return fail(at, MOTE_ERR_VALUE,
                    "the checkpoint is of another recipe: it has %d tensors and %d operators, not "
                    "%d and %d",
                    (int)from->n_tensors, (int)from->n_ops, (int)g->n_tensors, (int)g->n_ops);
    for (int32_t i = 0; i < g->n_tensors; i++) {
        const struct tensor *a = &g->tensors[i], *b = &from->tensors[i];
        struct frame here = frame_tensor(at, from, i);

        if (a->state != b->state || a->type != b->type || !shape_equal(a, b) || strcmp(a->name, b->name) != 0)
            return fail(&here, MOTE_ERR_VALUE, "the checkpoint is of another recipe: the network differs here");
        if (!same_data(a, b))
            return fail(&here, MOTE_ERR_VALUE,
                        "the checkpoint has other numbers here: it is of another teacher, other data, or another goal "
                        "or target; remove this folder, or give another");
        if (b->state && b->initial == NULL)
            return fail(&here, MOTE_ERR_FORMAT, "the checkpoint has no value for this state");
    }
    for (int32_t i = 0; i < g->n_ops; i++) {
        struct frame here = frame_op(at, from, i);

        if (!same_op(&g->ops[i], &from->ops[i]))
            return fail(&here, MOTE_ERR_VALUE, "the checkpoint is of another recipe: the operator differs");
    }
    return MOTE_OK;
}

/* Takes the last state away from the graph. A checkpoint that has none is of an epoch's end, or has lost its sums. */
static enum mote_status load_epoch(struct trainer *t, int64_t step, struct graph *from, const struct frame *at)
{
    const struct tensor *state = from->n_tensors > 0 ? &from->tensors[from->n_tensors - 1] : NULL;
    double numbers[2], most = (double)(step % t->steps_per_epoch) * t->batch;

    t->so_far.loss = 0;
    t->so_far.correct = 0;
    if (state == NULL || strcmp(state->name, EPOCH_SO_FAR) != 0)
        return MOTE_OK;
    if (state->type != TYPE_F64 || tensor_elements(state) != 2 || state->initial == NULL)
        return fail(at, MOTE_ERR_FORMAT, EPOCH_SO_FAR " is not two numbers f64");
    memcpy(numbers, state->initial, sizeof numbers);
    if (!isfinite(numbers[0]) || !(numbers[1] >= 0 && numbers[1] <= most))
        return fail(at, MOTE_ERR_VALUE, EPOCH_SO_FAR " says %g and %g: a loss and at most %g samples are wanted",
                    numbers[0], numbers[1], most);
    t->so_far.loss = numbers[0];
    t->so_far.correct = (int64_t)numbers[1];
    from->n_tensors--;
    return MOTE_OK;
}

/* Takes the last state away from the graph. */
static enum mote_status load_start(const struct trainer *t, struct graph *from, const struct frame *at)
{
    const struct tensor *state = from->n_tensors > 0 ? &from->tensors[from->n_tensors - 1] : NULL;

    if (!is_stage(t))
        return MOTE_OK;
    if (state == NULL || strcmp(state->name, STARTED_FROM) != 0 || tensor_bytes(state) != SHA256_BYTES ||
        state->initial == NULL)
        return fail(
            at, MOTE_ERR_VALUE,
            "the checkpoint does not say which network the stage started from: remove this folder, so that it is "
            "trained anew");
    if (memcmp(state->initial, t->started_from, SHA256_BYTES) != 0)
        return fail(at, MOTE_ERR_VALUE,
                    "the stage started from another network than the stage before it has now, which was trained anew: "
                    "remove this folder, so that the stage is, too, or give another folder for all");
    from->n_tensors--;
    return MOTE_OK;
}

static enum mote_status load_states(struct trainer *t, struct model *saved, const struct frame *at)
{
    const struct graph *g = &t->graph.model.graphs[0];
    struct graph *from = &saved->graphs[0];

    if (saved->version > INT32_MAX)
        return fail(at, MOTE_ERR_VALUE, "the checkpoint says that %u steps are done", saved->version);
    TRY(load_epoch(t, saved->version, from, at));
    TRY(load_start(t, from, at));
    TRY(check_same(g, from, at));
    if (!split_equal(&t->net->split, &saved->split))
        return fail(at, MOTE_ERR_VALUE,
                    "the checkpoint is of other samples for training, or for validation: the data, or "
                    "how they are split, have changed; start anew in another folder");
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].state)
            program_write(t->program, i, from->tensors[i].initial);
    t->step = saved->version;
    t->weights_moved = true;
    return MOTE_OK;
}

enum mote_status trainer_load(struct trainer *t, const char *path, const struct frame *at)
{
    struct pool pool = {0};
    struct model saved = {.pool = &pool};
    struct bytes file;
    enum mote_status status = file_read_back(&pool, path, &file, at);

    if (status == MOTE_OK)
        status = model_parse(&saved, file, at);
    if (status == MOTE_OK)
        status = load_states(t, &saved, at);
    pool_free(&pool);
    return status;
}
