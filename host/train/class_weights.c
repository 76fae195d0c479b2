/* SPDX-License-Identifier: Apache-2.0 */
#include "host/train/class_weights.h"

#include "host/yaml/yaml.h"

#define BALANCED   "balanced"
#define WEIGHT_MAX 1e6F

static bool is_between(char c) { return c == ' ' || c == ',' || c == '\t'; }

/* The next word of *s, which moves behind it; "" at the end. */
static const char *next_word(struct pool *pool, const char **s)
{
    const char *from;

    while (is_between(**s))
        ++*s;
    from = *s;
    while (**s != '\0' && !is_between(**s))
        ++*s;
    return pool_printf(pool, "%.*s", (int)(*s - from), from);
}

/* A number a class, in the order of the classes. */
static enum mote_status read_weights(struct pool *pool, const char *text, int32_t classes, float *out,
                                     const struct frame *at)
{
    int32_t n = 0;

    for (const char *word = next_word(pool, &text); *word != '\0'; word = next_word(pool, &text), n++) {
        float weight;

        if (!yaml_real(word, &weight) || !(weight >= 0 && weight <= WEIGHT_MAX))
            return fail(at, MOTE_ERR_VALUE,
                        "class_weights has \"%s\": write `" BALANCED "`, or a number a class, at least 0",
                        printable(pool, word));
        if (n < classes)
            out[n] = weight;
    }
    if (n == classes)
        return MOTE_OK;
    return fail(at, MOTE_ERR_VALUE,
                "class_weights has %d numbers, and the data have %d classes: write one a class, in "
                "the order of `mote data`, or `" BALANCED "`",
                (int)n, (int)classes);
}

enum mote_status class_weights_make(struct pool *pool, const char *text, const struct dataset *data,
                                    const int32_t *samples, int32_t n, const float **out, const struct frame *at)
{
    const int32_t classes = data->n_classes;
    float *weights = pool_array(pool, (size_t)classes, sizeof *weights);
    int32_t *counts = pool_array(pool, (size_t)classes, sizeof *counts);
    double all = 0;

    for (int32_t i = 0; i < n; i++)
        counts[data->labels[samples[i]]]++;
    if (strcmp(text, BALANCED) != 0)
        TRY(read_weights(pool, text, classes, weights, at));
    else
        for (int32_t c = 0; c < classes; c++)
            weights[c] = counts[c] > 0 ? 1 / (float)counts[c] : 0;
    for (int32_t c = 0; c < classes; c++)
        all += (double)weights[c] * counts[c];
    if (!(all > 0))
        return fail(at, MOTE_ERR_VALUE, "class_weights are 0 for all classes that have samples to train on");
    for (int32_t c = 0; c < classes; c++)
        weights[c] = (float)((double)weights[c] * n / all);
    *out = weights;
    return MOTE_OK;
}
