/* SPDX-License-Identifier: Apache-2.0 */
#include "host/train/trainer.h"

#include <math.h>

#include "host/report/metrics.h"

/* ---- the learning rate ---- */
float trainer_rate(const struct training *t, int64_t step, int32_t steps_per_epoch)
{
    double epoch = (double)step / steps_per_epoch, rate = (double)t->rate;
    double share = (epoch - (double)t->warm_up) / (t->epochs - (double)t->warm_up);

    if (epoch < (double)t->warm_up)
        return (float)(rate * (double)(step + 1) / ((double)t->warm_up * steps_per_epoch));
    if (t->schedule == SCHEDULE_STEP)
        return (float)(rate * pow((double)t->step_factor, floor(epoch / (double)t->step_every)));
    if (t->schedule == SCHEDULE_COSINE)
        return (float)(rate * ((double)t->final_rate + (1 - (double)t->final_rate) * 0.5 * (1 + cos(M_PI * share))));
    return t->rate;
}

/* ---- making ---- */
/* The samples that are trained on: all of a split, or those of the class that is normal. */
static int32_t chosen(struct trainer *t, enum split split, const int32_t **out)
{
    const struct dataset *d = t->data;
    int32_t *kept, n = 0;

    *out = d->split[split];
    if (t->training.loss != LOSS_MEAN_SQUARED_ERROR || t->training.normal < 0 || d->labels == NULL)
        return d->n_split[split];
    kept = pool_array(t->pool, (size_t)d->n_split[split], sizeof *kept);
    for (int32_t i = 0; i < d->n_split[split]; i++)
        if (d->labels[d->split[split][i]] == t->training.normal)
            kept[n++] = d->split[split][i];
    *out = kept;
    return n;
}

static enum mote_status check_data(const struct trainer *t, const struct frame *at)
{
    const struct tensor *in = &t->net->graphs[0].tensors[t->net->graphs[0].inputs[0]];

    if (tensor_elements(in) != t->data->elements)
        return fail(at, MOTE_ERR_SHAPE, "the network's input has %lld elements, a sample %lld",
                    (long long)tensor_elements(in), (long long)t->data->elements);
    if (t->training.loss == LOSS_CROSS_ENTROPY && t->data->labels == NULL)
        return fail(at, MOTE_ERR_VALUE, "the data has no labels: a classifier wants them");
    return MOTE_OK;
}

enum mote_status trainer_make(struct pool *pool, const struct model *net, const struct dataset *data,
                              const struct training *training, int threads, struct trainer *out, const struct frame *at)
{
    struct loader_options options = {.seed = training->seed, .clean = training->loss == LOSS_MEAN_SQUARED_ERROR};

    *out = (struct trainer){.pool = pool, .net = net, .data = data, .training = *training, .weights_moved = true};
    TRY(check_data(out, at));
    options.n = chosen(out, SPLIT_TRAIN, &options.samples);
    if (options.n < 1)
        return fail(at, MOTE_ERR_VALUE, "no samples to train on: the data has no training split%s",
                    training->normal >= 0 ? ", or none of the normal class" : "");
    options.batch = training->batch < options.n ? training->batch : options.n;
    out->batch = options.batch;
    out->steps_per_epoch = options.n / options.batch;
    TRY(training_graph_make(pool, net, training, out->batch, false, &out->graph, at));
    TRY(training_graph_make(pool, net, training, out->batch, true, &out->forward, at));
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
static const struct tensor *tensor_of(const struct training_graph *g, int32_t tensor)
{
    return &g->model.graphs[0].tensors[tensor];
}

static int64_t count_correct(struct trainer *t, const int32_t *labels, float *output)
{
    int64_t correct = 0, classes = tensor_elements(tensor_of(&t->graph, t->graph.output)) / t->batch;

    program_read(t->program, t->graph.output, output);
    for (int32_t i = 0; i < t->batch; i++)
        correct += largest_score(output + i * classes, (int32_t)classes) == labels[i];
    return correct;
}

static float one_step(struct trainer *t, const struct batch *b)
{
    size_t bytes = (size_t)t->batch * (size_t)t->data->elements * sizeof(float);
    float loss, rate = trainer_rate(&t->training, t->step, t->steps_per_epoch);
    int32_t number = (int32_t)(t->step + 1);

    memcpy(program_input(t->program, t->graph.input), b->input, bytes);
    if (b->clean != NULL)
        memcpy(program_input(t->program, t->graph.target), b->clean, bytes);
    else
        memcpy(program_input(t->program, t->graph.target), b->labels, (size_t)t->batch * sizeof(int32_t));
    program_write(t->program, t->graph.rate, &rate);
    program_write(t->program, t->graph.step, &number);
    program_run(t->program);
    program_read(t->program, t->graph.loss, &loss);
    t->step++;
    return loss;
}

enum mote_status trainer_epoch(struct trainer *t, const volatile sig_atomic_t *stop, trainer_progress *progress,
                               void *context, struct epoch_result *out, const struct frame *at)
{
    int32_t epoch = 1 + (int32_t)(t->step / t->steps_per_epoch), first = (int32_t)(t->step % t->steps_per_epoch);
    bool classifier = t->training.loss == LOSS_CROSS_ENTROPY;
    float *output = pool_alloc(t->pool, (size_t)tensor_bytes(tensor_of(&t->graph, t->graph.output)));
    double sum = 0;
    int64_t correct = 0;

    *out = (struct epoch_result){.accuracy = NAN};
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
        sum += (double)loss;
        out->samples += t->batch;
        if (classifier) {
            correct += count_correct(t, b->labels, output);
            out->accuracy = (double)correct / (double)out->samples;
        }
        out->loss = sum / (i + 1 - first);
        if (progress != NULL)
            progress(context, i + 1, t->steps_per_epoch, out->loss, out->accuracy);
        out->interrupted = stop != NULL && *stop != 0 && i + 1 < t->steps_per_epoch;
    }
    out->rate = trainer_rate(&t->training, t->step - 1, t->steps_per_epoch);
    t->weights_moved = true;
    return MOTE_OK;
}

/* ---- evaluation ---- */
static void move_weights(struct trainer *t)
{
    struct pool pool = {0};

    for (int32_t i = 0; i < t->graph.n_parameters && t->weights_moved; i++) {
        void *data = pool_alloc(&pool, (size_t)tensor_bytes(tensor_of(&t->graph, t->graph.parameters[i])));

        program_read(t->program, t->graph.parameters[i], data);
        program_write(t->forward_program, t->forward.parameters[i], data);
    }
    t->weights_moved = false;
    pool_free(&pool);
}

/* One batch from sample `first` on; what is over is filled with the last sample. */
static void run_forward(struct trainer *t, const struct evaluation *e, int64_t first, float *output)
{
    float *input = program_input(t->forward_program, t->forward.input);

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

    e->predictions[i] = largest_score(output, (int32_t)classes);
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

void trainer_evaluate(struct trainer *t, enum split split, struct evaluation *e)
{
    bool classifier = t->training.loss == LOSS_CROSS_ENTROPY;
    int64_t each = tensor_elements(tensor_of(&t->forward, t->forward.output)) / t->batch;
    float *output = pool_array(t->pool, (size_t)(each * t->batch), sizeof *output);

    *e = (struct evaluation){.n = t->data->n_split[split], .samples = t->data->split[split]};
    if (split == SPLIT_VALIDATION)
        e->n = chosen(t, split, &e->samples);
    if (classifier)
        e->predictions = pool_array(t->pool, (size_t)e->n + 1, sizeof *e->predictions);
    else
        e->scores = pool_array(t->pool, (size_t)e->n + 1, sizeof *e->scores);
    move_weights(t);
    for (int64_t first = 0; first < e->n; first += t->batch) {
        const float *input = program_input(t->forward_program, t->forward.input);

        run_forward(t, e, first, output);
        for (int64_t i = 0; i < t->batch && first + i < e->n; i++)
            if (classifier)
                judge_class(t, e, first + i, output + i * each, each);
            else
                judge_reconstruction(e, first + i, output + i * each, input + i * each, each);
    }
    e->loss = e->n > 0 ? e->loss / (double)e->n : NAN;
    e->accuracy = e->n > 0 && classifier ? e->accuracy / (double)e->n : NAN;
}

/* ---- models and checkpoints ---- */
void trainer_model(struct trainer *t, struct pool *pool, struct model *out)
{
    *out = (struct model){.pool = pool};
    model_copy(t->net, out);
    for (int32_t i = 0; i < t->graph.n_parameters; i++) {
        struct tensor *constant = &out->graphs[0].tensors[t->graph.constants[i]];
        uint8_t *data = pool_alloc(pool, (size_t)tensor_bytes(constant));

        program_read(t->program, t->graph.parameters[i], data);
        constant->data = data;
    }
}

enum mote_status trainer_use(struct trainer *t, const struct model *m, const struct frame *at)
{
    const struct graph *g = &m->graphs[0];

    for (int32_t i = 0; i < t->graph.n_parameters; i++) {
        int32_t constant = t->graph.constants[i];
        const struct tensor *mine = &t->net->graphs[0].tensors[constant];

        if (constant >= g->n_tensors || g->tensors[constant].data == NULL ||
            !shape_equal(&g->tensors[constant], mine) || g->tensors[constant].type != mine->type)
            return fail(at, MOTE_ERR_VALUE, "is a network of another recipe: it has no weights \"%s\"", mine->name);
        program_write(t->program, t->graph.parameters[i], g->tensors[constant].data);
    }
    t->weights_moved = true;
    return MOTE_OK;
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
    model_write(&copy, &text);
    status = file_write(path, text.s, text.len, at);
    pool_free(&pool);
    return status;
}

static enum mote_status load_states(struct trainer *t, const struct model *saved, const struct frame *at)
{
    const struct graph *g = &t->graph.model.graphs[0], *from = &saved->graphs[0];

    if (from->n_tensors != g->n_tensors)
        return fail(at, MOTE_ERR_VALUE, "the checkpoint is of another recipe: it has %d tensors, not %d",
                    (int)from->n_tensors, (int)g->n_tensors);
    for (int32_t i = 0; i < g->n_tensors; i++) {
        struct frame here = frame_tensor(at, from, i);

        if (from->tensors[i].state != g->tensors[i].state || !shape_equal(&from->tensors[i], &g->tensors[i]))
            return fail(&here, MOTE_ERR_VALUE, "the checkpoint is of another recipe: the network differs here");
    }
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (g->tensors[i].state && from->tensors[i].initial != NULL)
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
    enum mote_status status = file_read(&pool, path, &file, at);

    if (status == MOTE_OK)
        status = model_parse(&saved, file, at);
    if (status == MOTE_OK)
        status = load_states(t, &saved, at);
    pool_free(&pool);
    return status;
}
