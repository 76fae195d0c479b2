/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/drawn_table.h"

#include <math.h>

#include "host/base/random.h"

const char drawn_data[] = "data:\n  kind: table\n  path: drawn.csv\n  label: label\n  validation: 0.2\n  test: 0.2\n";

static int drawn_class(struct random_stream s, uint64_t i, const float *x)
{
    double logits[3], sum = 0, at = (double)random_unit(s, i);

    for (int k = 0; k < 3; k++) {
        double z = 0;

        for (int j = 0; j < DRAWN_INPUTS; j++)
            z += (double)x[j] * 1.5 * sin(1 + 5 * k + 3 * j) / (1 + j);
        logits[k] = exp(2 * tanh(z));
        sum += logits[k];
    }
    for (int k = 0; k < 2; k++) {
        at -= logits[k] / sum;
        if (at < 0)
            return k;
    }
    return 2;
}

struct text drawn_table(struct pool *pool)
{
    struct text t = {.pool = pool};
    struct random_stream values = random_stream(7, 0, 0, 0), classes = random_stream(7, 1, 0, 0);

    text_add(&t, "label,a,b,c,d,e,f,g,h\n");
    for (uint64_t i = 0; i < DRAWN_SAMPLES; i++) {
        float x[DRAWN_INPUTS];

        for (uint64_t k = 0; k < DRAWN_INPUTS; k++)
            x[k] = random_normal(values, DRAWN_INPUTS * i + k);
        text_add(&t, "%d", drawn_class(classes, i, x));
        for (int k = 0; k < DRAWN_INPUTS; k++)
            text_add(&t, ",%.4f", (double)x[k]);
        text_add(&t, "\n");
    }
    return t;
}
