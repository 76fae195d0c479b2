/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers to predict: how far the output, which is one number, is from the target. */
#include "host/jobs/judge.h"

static float target_of(const struct judge *j, int32_t i) { return j->what.data->targets[j->what.samples[i]]; }

static enum mote_status open_numbers(struct judge *j, const struct mote_model *m, const struct mote_io *out)
{
    const struct judged *w = &j->what;
    double value;

    (void)m;
    if (w->data->targets == NULL)
        return fail(w->data_at, MOTE_ERR_VALUE, "has no numbers to predict; MAE, RMSE and R2 want them as labels");
    if (io_elements(out) != 1 || !io_element(out, 0, &value))
        return fail(w->model_at, MOTE_ERR_UNSUPPORTED,
                    "its output \"%s\" has %u element%s of %s; the data have one number to predict", out->name,
                    io_elements(out), io_elements(out) == 1 ? "" : "s", type_name((enum mote_type)out->type));
    j->values = pool_array(j->pool, (size_t)w->n + 1, sizeof *j->values);
    return MOTE_OK;
}

static void see_number(struct judge *j, int32_t i, const struct mote_io *out)
{
    j->values[i] = mote_dequantize(out, 0);
}

static void end_numbers(struct judge *j)
{
    float *targets = pool_array(j->pool, (size_t)j->what.n + 1, sizeof *targets);
    struct regression r;

    for (int32_t i = 0; i < j->what.n; i++)
        targets[i] = target_of(j, i);
    r = regression_of(targets, j->values, j->what.n);
    judge_add(j, "mae", "mean absolute error", METRIC_NUMBER, r.mae);
    judge_add(j, "rmse", "root of the mean squared error", METRIC_NUMBER, r.rmse);
    judge_add(j, "r2", "R2", METRIC_SCORE, r.r2);
}

static void predicted_number(const struct judge *j, int32_t i, struct text *to)
{
    text_add(to, ",%.9g,%.9g\n", (double)target_of(j, i), (double)j->values[i]);
}

const struct judging judging_numbers = {open_numbers, see_number, end_numbers, predicted_number};
