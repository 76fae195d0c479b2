/* SPDX-License-Identifier: Apache-2.0 */
/* The samples that a model is most wrong about. */
#include <math.h>
#include <stdlib.h>

#include "host/jobs/judge.h"

/* How wrong; not above 0: right. Infinitely, where the model says what is no number. */
static double wrong_by(const struct judge *j, int32_t i)
{
    const double value = (double)j->values[i];
    double wrong = 0;

    if (j->how == &judging_classes)
        wrong = j->predictions[i] == judge_label(j, i) ? 0 : value;
    else if (j->how == &judging_numbers)
        wrong = fabs(value - (double)j->what.data->targets[j->what.samples[i]]);
    else if (!isnan(j->threshold) && (value > (double)j->threshold) != j->anomalous[i])
        wrong = fabs(value - (double)j->threshold);
    return isnan(wrong) ? INFINITY : wrong;
}

/* The worst behind `after`, in the order of falling errors, then of places; -1: there is none. */
static int32_t next(const double *wrong, int32_t n, int32_t after)
{
    int32_t best = -1;

    for (int32_t i = 0; i < n; i++) {
        const double w = wrong[i], last = after >= 0 ? wrong[after] : INFINITY;

        if (w > 0 && (w < last || (w == last && i > after)) && (best < 0 || w > wrong[best]))
            best = i;
    }
    return best;
}

int32_t worst_of(const double *wrong, int32_t n, int32_t *out, int32_t most)
{
    int32_t found = 0;

    while (found < most && (out[found] = next(wrong, n, found > 0 ? out[found - 1] : -1)) >= 0)
        found++;
    return found;
}

int32_t judge_worst(const struct judge *j, int32_t *out, int32_t most)
{
    double *wrong = pool_array(j->pool, (size_t)j->what.n + 1, sizeof *wrong);

    for (int32_t i = 0; i < j->what.n; i++)
        wrong[i] = wrong_by(j, i);
    return worst_of(wrong, j->what.n, out, most);
}

const char *judge_truth_text(struct pool *pool, const struct judge *j, int32_t i)
{
    if (j->how == &judging_classes)
        return j->classes[judge_label(j, i)];
    if (j->how == &judging_numbers)
        return pool_printf(pool, "%.6g", (double)j->what.data->targets[j->what.samples[i]]);
    return j->anomalous[i] ? "an anomaly" : "normal";
}

const char *judge_said_text(struct pool *pool, const struct judge *j, int32_t i)
{
    if (j->how == &judging_classes)
        return pool_printf(pool, "taken for %s", j->classes[j->predictions[i]]);
    if (j->how == &judging_numbers)
        return pool_printf(pool, "said: %.6g", (double)j->values[i]);
    return pool_printf(pool, "score %.4g, %s", (double)j->values[i],
                       j->values[i] > j->threshold ? "an alarm" : "no alarm");
}
