/* SPDX-License-Identifier: Apache-2.0 */
#include "host/data/suspects.h"

#include <math.h>
#include <stdlib.h>

#include "host/data/source.h"

#define WORK        1e9 /* multiplications */
#define LANES       8   /* sums of a distance, which compilers make at once */
#define NUMBERS_MAX 192 /* that stand for a sample */
#define SIDE        8   /* of what stands for a picture */
#define CLASS_LEAST (2 * SUSPECTS_NEIGHBORS)

/* Samples as short rows of numbers. */
struct view {
    int32_t n, numbers, stride; /* stride: numbers, rounded up to LANES */
    const int32_t *samples;     /* [n] */
    float *x;                   /* [n][stride] */
};

/* ---- what stands for a sample ---- */
/* A sample as height x width x channels, and what is left of it. */
struct shape {
    int64_t from[3], to[3];
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* Of time and channels; bytes are a picture. */
static bool is_series(const struct dataset *d) { return d->rank == 2 && d->type != TYPE_U8; }

static struct shape shape_of(const struct dataset *d)
{
    struct shape s = {{1, 1, d->elements}, {1, 1, least(d->elements, NUMBERS_MAX)}};

    if (is_series(d))
        s = (struct shape){{d->dims[0], 1, d->dims[1]}, {NUMBERS_MAX, 1, NUMBERS_MAX}};
    else if (d->rank == 2 || d->rank == 3)
        s = (struct shape){{d->dims[0], d->dims[1], d->rank == 3 ? d->dims[2] : 1},
                           {SIDE, SIDE, NUMBERS_MAX / (SIDE * SIDE)}};
    s.to[2] = least(s.from[2], s.to[2]);
    s.to[1] = least(s.from[1], s.to[1]);
    s.to[0] = least(s.from[0], least(s.to[0], NUMBERS_MAX / (s.to[1] * s.to[2])));
    return s;
}

/* Means of equal parts. */
static void take_places(const struct dataset *d, const float *reals, float *to)
{
    const struct shape s = shape_of(d);
    float count[NUMBERS_MAX] = {0};

    for (int64_t y = 0; y < s.from[0]; y++)
        for (int64_t x = 0; x < s.from[1]; x++)
            for (int64_t c = 0; c < s.from[2]; c++) {
                int64_t row = y * s.to[0] / s.from[0], column = x * s.to[1] / s.from[1];
                int64_t k = (row * s.to[1] + column) * s.to[2] + c * s.to[2] / s.from[2];

                to[k] += *reals++;
                count[k]++;
            }
    for (int64_t k = 0; k < s.to[0] * s.to[1] * s.to[2]; k++)
        to[k] /= count[k];
}

#define OF_CHANNEL 3
/* Of each channel of a series the mean, the deviation, and the mean step from one time to the next. */
static void take_channels(const struct dataset *d, const float *reals, float *to)
{
    const int64_t times = d->dims[0], channels = d->dims[1];

    for (int64_t c = 0; c < channels && c < NUMBERS_MAX / OF_CHANNEL; c++, to += OF_CHANNEL) {
        double sum = 0, squares = 0, steps = 0;

        for (int64_t t = 0; t < times; t++) {
            double value = (double)reals[t * channels + c];

            sum += value;
            squares += value * value;
            steps += t > 0 ? fabs(value - (double)reals[(t - 1) * channels + c]) : 0;
        }
        to[0] = (float)(sum / (double)times);
        to[1] = (float)sqrt(fmax(squares / (double)times - sum / (double)times * (sum / (double)times), 0));
        to[2] = (float)(steps / (double)times);
    }
}

typedef void taking(const struct dataset *d, const float *reals, float *to);

static int32_t numbers_of(const struct dataset *d, taking *take)
{
    const struct shape s = shape_of(d);

    if (take == take_places)
        return (int32_t)(s.to[0] * s.to[1] * s.to[2]);
    return (int32_t)least(OF_CHANNEL * d->dims[1], NUMBERS_MAX);
}

/* The numbers `from`, `from` + step, … of all samples get the mean 0 and the deviation 1. */
static void normalize(struct view *v, int32_t from, int32_t step)
{
    double sum = 0, squares = 0, mean, deviation;
    int64_t n = 0;

    for (int32_t i = 0; i < v->n; i++)
        for (int32_t k = from; k < v->numbers; k += step, n++)
            sum += (double)v->x[(int64_t)i * v->stride + k];
    mean = sum / (double)n;
    for (int32_t i = 0; i < v->n; i++)
        for (int32_t k = from; k < v->numbers; k += step)
            squares += pow((double)v->x[(int64_t)i * v->stride + k] - mean, 2);
    deviation = sqrt(squares / (double)n);
    for (int32_t i = 0; i < v->n; i++)
        for (int32_t k = from; k < v->numbers; k += step) {
            float *x = &v->x[(int64_t)i * v->stride + k];

            *x = deviation > 0 ? (float)(((double)*x - mean) / deviation) : 0;
        }
}

static struct view look(struct pool *pool, const struct dataset *d, taking *take)
{
    struct view v = {.numbers = numbers_of(d, take)};
    float *reals = pool_array(pool, (size_t)d->elements, sizeof *reals);
    int32_t *samples, step = take == take_places ? (int32_t)shape_of(d).to[2] : v.numbers;

    v.stride = (v.numbers + LANES - 1) / LANES * LANES;
    v.n = (int32_t)least(d->n, (int64_t)sqrt(WORK / v.stride));
    v.samples = samples = pool_array(pool, (size_t)v.n, sizeof *samples);
    v.x = pool_array(pool, (size_t)v.n * (size_t)v.stride, sizeof *v.x);
    for (int32_t i = 0; i < v.n; i++) {
        samples[i] = (int32_t)((int64_t)i * d->n / v.n);
        dataset_real(d, samples[i], reals);
        take(d, reals, v.x + (int64_t)i * v.stride);
    }
    for (int32_t k = 0; k < step; k++)
        normalize(&v, k, step);
    return v;
}

/* ---- neighbors ---- */
struct neighbors {
    float far[SUSPECTS_NEIGHBORS]; /* squares of distances, the nearest first */
    int32_t class[SUSPECTS_NEIGHBORS];
    float own; /* of the nearest one with the sample's label */
};

/* Of those near a sample. */
struct verdict {
    int32_t class, votes, own; /* class: that most have */
    float strange;             /* how much farther its own class is than they are */
};

static float distance(const struct view *v, int32_t i, int32_t j)
{
    const float *a = v->x + (int64_t)i * v->stride, *b = v->x + (int64_t)j * v->stride;
    float sums[LANES] = {0}, sum = 0;

    for (int32_t k = 0; k < v->stride; k += LANES)
        for (int32_t l = 0; l < LANES; l++)
            sums[l] += (a[k + l] - b[k + l]) * (a[k + l] - b[k + l]);
    for (int32_t l = 0; l < LANES; l++)
        sum += sums[l];
    return sum;
}

/* Windows of one recording are alike whatever they are called. */
static bool is_of_one(const struct dataset_source *s, int32_t i, int32_t j)
{
    return s->files != NULL && s->rows != NULL &&
           (s->files[i] == s->files[j] || (s->clips != NULL && strcmp(s->files[i], s->files[j]) == 0));
}

static void insert(struct neighbors *to, float far, int32_t class)
{
    int32_t k = SUSPECTS_NEIGHBORS - 1;

    if (!(far < to->far[k]))
        return;
    for (; k > 0 && far < to->far[k - 1]; k--) {
        to->far[k] = to->far[k - 1];
        to->class[k] = to->class[k - 1];
    }
    to->far[k] = far;
    to->class[k] = class;
}

static struct verdict judge(const struct neighbors *near, int32_t label)
{
    struct verdict v = {.class = -1};

    for (int k = 0; k < SUSPECTS_NEIGHBORS; k++) {
        int32_t votes = 0;

        for (int l = 0; l < SUSPECTS_NEIGHBORS; l++)
            votes += near->class[l] == near->class[k];
        v.own += near->class[k] == label;
        if (votes > v.votes) {
            v.votes = votes;
            v.class = near->class[k];
        }
    }
    v.strange = near->own / (near->far[SUSPECTS_NEIGHBORS - 1] + 1e-9F);
    return v;
}

static struct verdict ask(const struct dataset *d, const struct view *v, int32_t i)
{
    const int32_t sample = v->samples[i];
    struct neighbors near = {.own = INFINITY};

    for (int k = 0; k < SUSPECTS_NEIGHBORS; k++) {
        near.far[k] = INFINITY;
        near.class[k] = -1;
    }
    for (int32_t j = 0; j < v->n; j++) {
        const int32_t other = v->samples[j];
        float far;

        if (j == i || is_of_one(d->source, sample, other))
            continue;
        far = distance(v, i, j);
        insert(&near, far, d->labels[other]);
        if (d->labels[other] == d->labels[sample] && far < near.own)
            near.own = far;
    }
    return judge(&near, d->labels[sample]);
}

/* ---- who is to be believed ---- */
struct asked {
    struct view view;
    struct verdict *verdicts; /* [n] */
    int32_t heard, right;     /* samples that have neighbors, and those whose neighbors say what they are */
};

static struct asked ask_all(struct pool *pool, const struct dataset *d, taking *take)
{
    struct asked a = {.view = look(pool, d, take)};

    a.verdicts = pool_array(pool, (size_t)a.view.n, sizeof *a.verdicts);
    for (int32_t i = 0; i < a.view.n; i++) {
        a.verdicts[i] = ask(d, &a.view, i);
        a.heard += a.verdicts[i].class >= 0;
        a.right += a.verdicts[i].class == d->labels[a.view.samples[i]];
    }
    return a;
}

/* Of a class as labels have it and as neighbors have it. */
struct known {
    int32_t labeled, found, both;
};

static bool is_known(const struct known *k)
{
    return k->labeled >= CLASS_LEAST && k->both >= SUSPECTS_KNOWN * k->labeled && k->both >= SUSPECTS_KNOWN * k->found;
}

static const struct known *count(struct pool *pool, const struct dataset *d, const struct asked *a)
{
    struct known *known = pool_array(pool, (size_t)d->n_classes, sizeof *known);

    for (int32_t i = 0; i < a->view.n; i++) {
        int32_t label = d->labels[a->view.samples[i]], class = a->verdicts[i].class;

        known[label].labeled++;
        if (class >= 0)
            known[class].found++;
        known[label].both += class == label;
    }
    return known;
}

struct ranked {
    struct suspect suspect;
    float strange;
};

static int by_strangeness(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->strange != y->strange)
        return x->strange < y->strange ? 1 : -1;
    return x->suspect.sample - y->suspect.sample;
}

static void accuse(struct pool *pool, const struct dataset *d, const struct asked *a, struct suspects *out)
{
    const struct known *known = count(pool, d, a);
    struct ranked *ranked = pool_array(pool, (size_t)a->view.n, sizeof *ranked);

    for (int32_t i = 0; i < a->view.n; i++) {
        const struct verdict *v = &a->verdicts[i];
        int32_t sample = a->view.samples[i];

        if (v->own == 0 && v->votes >= SUSPECTS_NEIGHBORS - 1 && v->class >= 0 && is_known(&known[v->class]) &&
            is_known(&known[d->labels[sample]]))
            ranked[out->n++] = (struct ranked){{sample, v->class}, v->strange};
    }
    qsort(ranked, (size_t)out->n, sizeof *ranked, by_strangeness);
    for (int32_t i = 0; i < out->n && i < SUSPECTS_SHOWN; i++)
        out->shown[i] = ranked[i].suspect;
}

void dataset_suspects(const struct dataset *d, struct suspects *out)
{
    struct pool scratch = {0};
    struct asked a;

    *out = (struct suspects){.n = 0};
    if (d->labels == NULL || d->raw || d->n_classes < 2 || d->n < 2 * CLASS_LEAST)
        return;
    a = ask_all(&scratch, d, take_places);
    if (is_series(d)) {
        struct asked b = ask_all(&scratch, d, take_channels);

        if ((int64_t)b.right * a.view.n > (int64_t)a.right * b.view.n)
            a = b;
    }
    out->looked_at = a.heard;
    if (a.heard > 0) {
        out->agreement = (double)a.right / a.heard;
        accuse(&scratch, d, &a, out);
    }
    pool_free(&scratch);
}
