/* SPDX-License-Identifier: Apache-2.0 */
/* A loop is cut into chunks of a fixed size, which threads share; sums are made a chunk at a time and then in order, so
 * that they do not depend on which thread was first. */
#include "host/program/loops.h"

#include <math.h>

#include "host/base/random.h"

#define CHUNK    8192 /* elements */
#define PARALLEL 4    /* chunks: fewer are not worth waking a thread */

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* Runs `body` for i from `begin` to below `end`, the elements of one chunk. */
#define EACH(n, body)                                                                                                  \
    do {                                                                                                               \
        int64_t each_n = (n), each_chunks = (each_n + CHUNK - 1) / CHUNK;                                              \
        _Pragma("omp parallel for schedule(static) if (each_chunks >= PARALLEL)") for (int64_t chunk = 0;              \
                                                                                       chunk < each_chunks; chunk++)   \
        {                                                                                                              \
            int64_t each_end = least(each_n, (chunk + 1) * CHUNK);                                                     \
                                                                                                                       \
            _Pragma("omp simd") for (int64_t i = chunk * CHUNK; i < each_end; i++) { body; }                           \
        }                                                                                                              \
    } while (0)

/* ---- layers ---- */
void loop_running(const struct call *c)
{
    const struct batch_norm_training_opts *o = c->opts;

    for (int k = 0; k < 2; k++) {
        const float *batch = c->data[k];
        float *running = c->data[2 + k];

        for (int64_t i = 0; i < c->n[k]; i++)
            running[i] = o->momentum * running[i] + (1 - o->momentum) * batch[i];
    }
}

void loop_add(const struct call *c)
{
    const struct binary_opts *o = c->opts;
    const float *a = c->data[0], *b = c->data[1];
    float *y = c->data[2], lo = o->activation == ACTIVATION_NONE ? -INFINITY : 0;
    float hi = o->activation == ACTIVATION_RELU6 ? 6 : INFINITY;

    if (o->activation == ACTIVATION_NONE)
        EACH(c->n[2], y[i] = a[i] + b[i]);
    else
        EACH(c->n[2], float sum = a[i] + b[i]; sum = sum < lo ? lo : sum; y[i] = sum > hi ? hi : sum);
}

void loop_copy(const struct call *c) { memcpy(c->data[1], c->data[0], (size_t)c->n[1] * sizeof(float)); }

/* The finalizer of MurmurHash3 (public domain, A. Appleby) of the element's number and the stream's key. */
WIDE static void dropout_chunk(const float *x, float *y, int64_t begin, int32_t n, uint32_t key, float rate)
{
    uint32_t limit = (uint32_t)((double)rate * 0x1p31), first = (uint32_t)begin * 0x9e3779b1u + key;
    float scale = 1 / (1 - rate);

    for (int32_t i = 0; i < n; i++) {
        uint32_t h = first + (uint32_t)i * 0x9e3779b1u;

        h = (h ^ h >> 16) * 0x85ebca6bu;
        h = (h ^ h >> 13) * 0xc2b2ae35u;
        y[i] = (int32_t)(h >> 1) < (int32_t)limit ? 0 : x[i] * scale;
    }
}

void loop_dropout(const struct call *c)
{
    const struct dropout_opts *o = c->opts;
    const float *x = c->data[0];
    float *y = c->data[2];
    int64_t n = c->n[2];
    uint32_t key = (uint32_t)random_stream((uint64_t)o->stream, 0, (uint64_t) * (const int32_t *)c->data[1], 0).key;

#pragma omp parallel for schedule(static) if (n >= PARALLEL * CHUNK)
    for (int64_t begin = 0; begin < n; begin += CHUNK)
        dropout_chunk(x + begin, y + begin, begin, (int32_t)least(CHUNK, n - begin), key, o->rate);
}

#define GRAD(name, factor)                                                                                             \
    void loop_##name(const struct call *c)                                                                             \
    {                                                                                                                  \
        const float *d = c->data[0], *y = c->data[1];                                                                  \
        float *out = c->data[2];                                                                                       \
                                                                                                                       \
        EACH(c->n[2], out[i] = d[i] * (factor));                                                                       \
    }
GRAD(relu_grad, (y[i] > 0 ? 1.0f : 0.0f))
GRAD(relu6_grad, (y[i] > 0 && y[i] < 6 ? 1.0f : 0.0f))
GRAD(tanh_grad, (1 - y[i] * y[i]))
GRAD(logistic_grad, (y[i] * (1 - y[i])))

void loop_leaky_relu_grad(const struct call *c)
{
    const float *d = c->data[0], *y = c->data[1];
    float *out = c->data[2], alpha = ((const struct leaky_relu_opts *)c->opts)->alpha;

    EACH(c->n[2], out[i] = d[i] * (y[i] > 0 ? 1 : alpha));
}

/* ---- losses ---- */
/* Probabilities of one row; returns the logarithm of the sum that they were divided by, less the largest logit's. */
static double softmax_row(const float *logits, float *probabilities, int64_t n)
{
    float most = logits[0];
    double sum = 0;

    for (int64_t i = 1; i < n; i++)
        most = logits[i] > most ? logits[i] : most;
    for (int64_t i = 0; i < n; i++)
        sum += (double)(probabilities[i] = expf(logits[i] - most));
    for (int64_t i = 0; i < n; i++)
        probabilities[i] = (float)((double)probabilities[i] / sum);
    return log(sum) + (double)most;
}

void loop_softmax(const struct call *c)
{
    const struct rows *r = c->opts;

    for (int64_t i = 0; i < r->n; i++)
        softmax_row((const float *)c->data[0] + i * r->channels, (float *)c->data[1] + i * r->channels, r->channels);
}

/* With smoothing s the target is 1 - s + s / n for the label and s / n for the others. */
void loop_cross_entropy(const struct call *c)
{
    const struct rows *r = c->opts;
    const int32_t *labels = c->data[1];
    const float *weights = r->weighted ? c->data[2] : NULL;
    void *const *out = c->data + (r->weighted ? 3 : 2);
    double loss = 0, smooth = (double)r->label_smoothing;

    for (int64_t i = 0; i < r->n; i++) {
        const float *logits = (const float *)c->data[0] + i * r->channels;
        double all = softmax_row(logits, (float *)out[1] + i * r->channels, r->channels), sum = 0;
        double one;

        for (int64_t k = 0; k < r->channels; k++)
            sum += (double)logits[k];
        one = all - (1 - smooth) * (double)logits[labels[i]] - smooth * sum / (double)r->channels;
        loss += weights != NULL ? (double)weights[labels[i]] * one : one;
    }
    *(float *)out[0] = (float)(loss / (double)r->n);
}

void loop_cross_entropy_grad(const struct call *c)
{
    const struct rows *r = c->opts;
    const float *probabilities = c->data[0];
    const int32_t *labels = c->data[1];
    const float *weights = r->weighted ? c->data[2] : NULL;
    float *d = c->data[r->weighted ? 3 : 2], rest = r->label_smoothing / (float)r->channels;

    for (int64_t i = 0; i < r->n; i++, d += r->channels, probabilities += r->channels) {
        const float scale = (weights != NULL ? weights[labels[i]] : 1) / (float)r->n;

        for (int64_t k = 0; k < r->channels; k++)
            d[k] = scale * (probabilities[k] - rest - (k == labels[i] ? 1 - r->label_smoothing : 0));
    }
}

/* Probabilities of a row's logits divided by the temperature. */
static void soften(const float *logits, int64_t n, float temperature, float *probabilities)
{
    for (int64_t k = 0; k < n; k++)
        probabilities[k] = logits[k] / temperature;
    softmax_row(probabilities, probabilities, n);
}

/* The mean of the teachers' probabilities of row i, in q; the other array is scratch. */
static void soften_teachers(const struct call *c, int64_t i, float *scratch, float *q)
{
    const struct soft_rows *o = c->opts;
    const int64_t n = o->rows.channels;

    soften((const float *)c->data[2] + i * n, n, o->opts.temperature, q);
    for (int32_t t = 1; t < o->teachers; t++) {
        soften((const float *)c->data[2 + t] + i * n, n, o->opts.temperature, scratch);
        for (int64_t k = 0; k < n; k++)
            q[k] += scratch[k];
    }
    for (int64_t k = 0; k < n && o->teachers > 1; k++)
        q[k] /= (float)o->teachers;
}

/* What the teacher's probabilities q have that the network's p do not: the sum of q log(q / p), times the temperature's
 * square, so that its gradient is as large at all temperatures (Hinton, Vinyals, Dean, 2015). */
static double soft_loss(const float *q, const float *p, int64_t n, double temperature)
{
    double sum = 0;

    for (int64_t k = 0; k < n; k++)
        sum += q[k] > 0 ? (double)q[k] * log((double)q[k] / fmax((double)p[k], 1e-30)) : 0;
    return sum * temperature * temperature;
}

void loop_soft_cross_entropy(const struct call *c)
{
    const struct soft_rows *o = c->opts;
    const int64_t n = o->rows.channels;
    const int32_t *labels = c->data[1];
    struct pool pool = {0};
    float *p = pool_array(&pool, (size_t)n, sizeof *p), *q = pool_array(&pool, (size_t)n, sizeof *q);
    double loss = 0;

    for (int64_t i = 0; i < o->rows.n; i++) {
        const float *logits = (const float *)c->data[0] + i * n;
        const double all = softmax_row(logits, (float *)c->data[3 + o->teachers] + i * n, n);

        soften_teachers(c, i, p, q);
        soften(logits, n, o->opts.temperature, p);
        loss += (1 - (double)o->opts.share) * (all - (double)logits[labels[i]]) +
                (double)o->opts.share * soft_loss(q, p, n, (double)o->opts.temperature);
    }
    *(float *)c->data[2 + o->teachers] = (float)(loss / (double)o->rows.n);
    pool_free(&pool);
}

void loop_soft_cross_entropy_grad(const struct call *c)
{
    const struct soft_rows *o = c->opts;
    const int64_t n = o->rows.channels;
    const int32_t *labels = c->data[1];
    const float hard = (1 - o->opts.share) / (float)o->rows.n;
    const float soft = o->opts.share * o->opts.temperature / (float)o->rows.n;
    struct pool pool = {0};
    float *p = pool_array(&pool, (size_t)n, sizeof *p), *q = pool_array(&pool, (size_t)n, sizeof *q);

    for (int64_t i = 0; i < o->rows.n; i++) {
        float *d = (float *)c->data[2 + o->teachers] + i * n;

        softmax_row((const float *)c->data[0] + i * n, d, n);
        soften_teachers(c, i, p, q);
        soften((const float *)c->data[0] + i * n, n, o->opts.temperature, p);
        for (int64_t k = 0; k < n; k++)
            d[k] = hard * (d[k] - (k == labels[i] ? 1 : 0)) + soft * (p[k] - q[k]);
    }
    pool_free(&pool);
}

static double mean_square(const float *a, const float *b, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++) {
        double d = (double)a[i] - (double)b[i];

        sum += d * d;
    }
    return sum / (double)n;
}

void loop_squares(const struct call *c) { *(float *)c->data[2] = (float)mean_square(c->data[0], c->data[1], c->n[0]); }

/* A. Romero and others: FitNets, 2015. */
void loop_feature_loss(const struct call *c)
{
    const double weight = (double)((const struct feature_loss_opts *)c->opts)->weight;

    *(float *)c->data[3] =
        (float)((double)*(const float *)c->data[0] + weight * mean_square(c->data[1], c->data[2], c->n[1]));
}

void loop_feature_loss_grad(const struct call *c)
{
    const float *a = c->data[0], *b = c->data[1];
    float *d = c->data[2], scale = 2 * ((const struct feature_loss_opts *)c->opts)->weight / (float)c->n[0];

    EACH(c->n[2], d[i] = scale * (a[i] - b[i]));
}

void loop_squares_grad(const struct call *c)
{
    const float *a = c->data[0], *b = c->data[1];
    float *d = c->data[2], scale = 2 / (float)c->n[0];

    EACH(c->n[2], d[i] = scale * (a[i] - b[i]));
}

/* ---- optimizers ---- */
static double sum_of_squares(const float *x, int64_t n)
{
    float sums[16] = {0}; /* side by side, for the vector unit */
    double sum = 0;

    for (int64_t i = 0; i < n / 16; i++)
        for (int k = 0; k < 16; k++)
            sums[k] += x[16 * i + k] * x[16 * i + k];
    for (int k = 0; k < 16; k++)
        sum += (double)sums[k];
    for (int64_t i = n / 16 * 16; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sum;
}

void loop_clip_norm(const struct call *c)
{
    float norm = ((const struct clip_norm_opts *)c->opts)->norm;
    double sum = 0;

    for (int32_t k = 0; k < c->count - 1; k++)
        for (int64_t at = 0; at < c->n[k]; at += CHUNK)
            sum += sum_of_squares((const float *)c->data[k] + at, least(CHUNK, c->n[k] - at));
    sum = sqrt(sum);
    *(float *)c->data[c->count - 1] = isfinite(sum) && sum > (double)norm ? (float)((double)norm / sum) : 1;
}

void loop_sgd(const struct call *c)
{
    const struct sgd_opts *o = c->opts;
    float *w = c->data[0], *velocity = c->data[2];
    const float *g = c->data[1];
    float rate = *(const float *)c->data[3], factor = c->count > 4 ? *(const float *)c->data[4] : 1;
    float decay = o->weight_decay, momentum = o->momentum;

    if (o->nesterov)
        EACH(c->n[0], float d = factor * g[i] + decay * w[i]; velocity[i] = momentum * velocity[i] + d;
             w[i] -= rate * (d + momentum * velocity[i]));
    else
        EACH(c->n[0], velocity[i] = momentum * velocity[i] + factor * g[i] + decay * w[i]; w[i] -= rate * velocity[i]);
}

void loop_adam(const struct call *c)
{
    const struct adam_opts *o = c->opts;
    float *w = c->data[0], *m = c->data[2], *v = c->data[3];
    const float *g = c->data[1];
    float rate = *(const float *)c->data[4], factor = c->count > 6 ? *(const float *)c->data[6] : 1;
    int32_t step = *(const int32_t *)c->data[5];
    float b1 = o->beta1, b2 = o->beta2, epsilon = o->epsilon;
    float m_scale = (float)(rate / (1 - pow((double)b1, step))), v_scale = (float)(1 / (1 - pow((double)b2, step)));
    float added = o->decoupled ? 0 : o->weight_decay, kept = o->decoupled ? 1 - rate * o->weight_decay : 1;

    EACH(c->n[0], float d = factor * g[i] + added * w[i]; m[i] = b1 * m[i] + (1 - b1) * d;
         v[i] = b2 * v[i] + (1 - b2) * d * d; w[i] = kept * w[i] - m_scale * m[i] / (sqrtf(v[i] * v_scale) + epsilon));
}
