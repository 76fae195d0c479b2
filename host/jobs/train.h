/* SPDX-License-Identifier: Apache-2.0 */
/* Training as a job: a recipe and its data become a folder with the network of the best epoch, a checkpoint, the
 * history and a report. It can be stopped after any step, and goes on from there another time. */
#ifndef MOTE_JOBS_TRAIN_H
#define MOTE_JOBS_TRAIN_H

#include <time.h>

#include "host/jobs/judge.h"
#include "host/report/terminal.h"
#include "host/train/trainer.h"

#define TRAIN_MODEL       "model.graph"
#define TRAIN_CHECKPOINT  "checkpoint.graph"
#define TRAIN_REPORT      "report.html"
#define TRAIN_HISTORY     "history.jsonl"
#define TRAIN_THREADS_MAX 256

/* What the caller is told; each may be NULL. */
struct train_watcher {
    void *context;
    void (*note)(void *context, const char *line); /* with its end */
    /* From now on there is something to save, so that `stop` is to be used (true); no more (false). */
    void (*saving)(void *context, bool on);
    void (*step)(void *context, struct epoch_progress *p);       /* after each step */
    void (*steps_end)(void *context, struct epoch_progress *p);  /* after the last one of an epoch, or of this run */
    void (*epoch)(void *context, const struct history_row *row); /* after each epoch, which is saved */
};

struct train_options {
    const char *recipe;  /* the file */
    const char *data;    /* instead of the recipe's: docs/RECIPES.md; NULL: the recipe's */
    const char *folder;  /* where everything goes; NULL: the recipe's folder if it has a target, else its name */
    bool resume;         /* from the folder's checkpoint; else the folder must hold no training */
    int32_t epochs;      /* of the training, or of its stage, whose ramp is in proportion; 0: the recipe's */
    int32_t threads;     /* 0: all cores */
    int32_t seed;        /* added to the recipe's */
    int32_t folds, fold; /* of a cross-validation, as of dataset_options; 0: none */
    int64_t max_bytes;   /* that packed data may unpack to; 0: DATASET_MAX_BYTES */
    int32_t stage;       /* 0: the training itself; 1: the first stage of the recipe's compression, … */
    const char *from;    /* a stage's: the TRAIN_MODEL that it begins with */
    float bit_price;     /* a stage's; 0: the recipe's */
    const struct stage_saving *savings; /* [n_savings] a stage's that prunes, instead of its cost; 0: by that */
    int32_t n_savings;
    const char *teacher; /* a stage's, if the recipe has one: the dense network's TRAIN_MODEL */
    const char *again;   /* a stage's, for people: the command that goes on; NULL: mote train … --resume */
    const volatile sig_atomic_t *stop; /* not 0: ends after the step, with a checkpoint; may be NULL */
    const struct train_watcher *watcher;
    const struct progress *progress; /* of judging; may be NULL */
};

struct train {
    struct train_options options;
    struct judge_options judge_options;
    struct pool *pool;
    struct report_text *sink;
    struct frame recipe_file, data_file;
    struct recipe recipe;
    struct dataset data;
    struct model net;
    struct trainer trainer;
    struct history history;
    const char *dir;
    int lock; /* of the folder */
    struct epoch_progress progress;
    struct timespec epoch_start;
    double seconds; /* of all epochs, those of earlier runs too */
    bool hinted;    /* at the number of threads */
    bool stopped;   /* and saved: nothing that follows is there */
    bool moved;     /* the recipe's data are elsewhere: no specification says that */

    /* results */
    const struct history_row *best; /* the epoch that was kept */
    struct model kept;              /* its network */
    enum split split;               /* that it is tested on: the test split, or if there is none validation */
    struct evaluation test;
    struct confusion confusion; /* of a classifier */
    struct judge anomalies;     /* of the test, with the threshold that the model got */
    struct threshold threshold; /* which is that of so many samples */
    const char *threshold_from; /* of this split */
};

/* All of it but the report. train_end() whatever came. */
MUST_CHECK enum mote_status train_run(struct pool *pool, const struct train_options *options, struct train *out,
                                      const struct frame *at);
MUST_CHECK enum mote_status train_report(struct train *t);
void train_end(struct train *t);

/* Up to `most` samples that the kept network is most wrong about, the worst first; how many. */
struct train_wrong {
    int32_t sample;           /* of the data */
    const char *truth, *said; /* "cat", "taken for dog" */
};
int32_t train_worst(const struct train *t, struct train_wrong *out, int32_t most);
const char *train_splits_text(const struct train *t);   /* "80 for training, 10 validation, 10 test" */
const char *train_settings_text(const struct train *t); /* "adam, rate 0.001 (cosine), batches of 64, seed 1" */

const char *train_path(const struct train *t, const char *name);        /* in the folder */
const char *train_recipe_folder(struct pool *pool, const char *recipe); /* that the recipe lies in */
static inline bool train_is_anomaly(const struct train *t) { return t->trainer.task == MOTE_TASK_ANOMALY; }
static inline bool train_is_regression(const struct train *t) { return t->trainer.task == MOTE_TASK_REGRESSION; }

#endif
