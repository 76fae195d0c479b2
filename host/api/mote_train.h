/* SPDX-License-Identifier: Apache-2.0 */
/* Mote as a library, continued: training, quantization and evaluation (libmote_train). The rules are mote_api.h's. A
 * data set is what `mote train --data` takes: docs/DATA.md. */
#ifndef MOTE_TRAIN_API_H
#define MOTE_TRAIN_API_H

#include "mote_api.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How well a model does, on so many samples. What a task does not have is NAN: classes have `accuracy`, numbers to
 * predict `mae`, `rmse` and `r2`, anomalies `auc`, `false_alarm_rate`, `miss_rate` (at the model's threshold). */
struct mote_score {
    int64_t samples;
    double accuracy, mae, rmse, r2, auc, false_alarm_rate, miss_rate;
};

/* ---- training ---- */
struct mote_train_options {
    size_t size;
    const char *recipe; /* a YAML file: docs/RECIPES.md */
    const char *data;   /* instead of the recipe's; NULL: the recipe's */
    const char *folder; /* gets network, checkpoint, history and report; NULL: the recipe's name */
    int resume;         /* go on from the folder's checkpoint; else it must hold no training */
    int32_t epochs;     /* 0: the recipe's */
    int32_t threads;    /* 0: all cores */
    int64_t max_bytes;  /* version 2: that packed data may unpack to; 0: 4 GiB */
};
struct mote_training {
    int32_t epochs, best_epoch; /* done; whose network was kept */
    double loss, seconds;       /* of the test; of all epochs */
    struct mote_score score;    /* of the test split, or without one of validation */
};
/* Progress is "training", in steps. Stopped, it leaves a checkpoint from which `resume` goes on, and *out stays NULL.
 * `result` may be NULL. */
int mote_train(struct mote_context *context, const struct mote_train_options *options, struct mote_training *result,
               struct mote_graph **out);

/* ---- quantization ---- */
struct mote_quantize_options {
    size_t size;
    const char *data;
    const char *method; /* "minmax", "percentile", "mse"; NULL: minmax */
    double percentile;  /* above 50, at most 100; 0: 99.99 */
    int32_t samples;    /* to calibrate on; 0: 200 */
    int32_t limit;      /* of the test's samples; 0: all */
    int32_t threads;    /* 0: all cores */
    int float_boundary; /* inputs and outputs stay float */
    const char *normal; /* anomalies: the class that is normal; NULL: the model's */
    int64_t max_bytes;  /* version 2: that packed data may unpack to; 0: 4 GiB */
};
struct mote_quantization {
    struct mote_score before, after; /* of the float model, of the int8 one, on the same samples */
    int64_t image_bytes, arena_bytes;
};
/* A float graph becomes an int8 one (docs/QUANTIZE.md). `result` may be NULL. */
int mote_quantize(struct mote_context *context, const struct mote_graph *graph,
                  const struct mote_quantize_options *options, struct mote_quantization *result,
                  struct mote_graph **out);

#ifdef __cplusplus
}
#endif
#endif
