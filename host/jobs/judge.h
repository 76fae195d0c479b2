/* SPDX-License-Identifier: Apache-2.0 */
/* What a model's outputs are worth: one judge for training, quantization (float and int8) and evaluation (host and
 * board). It is opened for the samples that count, sees their outputs in any order, and then has a short list of
 * metrics, which everybody shows in his own way. What is measured depends on the task. */
#ifndef MOTE_JUDGE_H
#define MOTE_JUDGE_H

#include "host/data/dataset.h"
#include "host/metrics/metrics.h"
#include "host/run/elements.h"
#include "host/run/sweep.h"

enum metric_form { METRIC_SHARE, METRIC_SCORE, METRIC_NUMBER }; /* "91.20 %", "0.9712", "0.00123" */
struct metric {
    const char *key, *name; /* in JSON, for people */
    enum metric_form form;
    double value;     /* NAN: cannot be said */
    const char *text; /* from judge_end() on */
};
#define METRICS_MAX 8

/* What the user says of it, in place of the model. */
struct judge_options {
    enum mote_task task; /* MOTE_TASK_NONE: nothing */
    const char *normal;  /* anomalies: the class that is none; NULL: the model's */
    bool threshold_given;
    float threshold;
    const struct progress *progress; /* may be NULL */
    const struct frame *at;          /* for messages about these, */
    const char *help;                /* which end with this: "; see …"; NULL: with nothing */
};

/* What is judged: samples of a data set, and how they become the model's input. */
struct judged {
    const struct dataset *data;
    const int32_t *samples; /* [n] of the data set */
    int32_t n;
    struct task task;                       /* the model's, or the user's; none: as model and data look */
    const char *normal;                     /* anomalies: the class that the user says is normal; NULL: the model's */
    bool threshold_given;                   /* by the user */
    bool all_normal;                        /* anomalies: whatever the labels are */
    const struct preprocess *preprocess;    /* the model's */
    const struct judge_options *options;    /* the user's, NULL: none */
    const struct frame *model_at, *data_at; /* for messages */
};

struct judge {
    struct pool *pool;
    struct judged what; /* with the task that it is */
    const struct judging *how;
    struct metric metrics[METRICS_MAX];
    int32_t n_metrics;

    /* classes */
    int32_t n_classes;    /* elements of the first output */
    const char **classes; /* [n_classes] */
    int32_t *numbers;     /* [the data's classes] the model's of the same name, -1: none; NULL: numbers are the same */
    int32_t *predictions; /* [n] */
    struct confusion confusion;

    /* [n] numbers to predict: what the model says; anomalies: the scores; classes: how much larger the prediction's
     * element is than the label's, as they are stored */
    float *values;

    /* anomalies */
    struct mote_io input;
    bool *anomalous; /* [n] */
    int32_t normal;  /* the class, as the model numbers it; -1: all samples count as normal */
    struct roc roc;
    float threshold;            /* NAN: none */
    const char *threshold_from; /* "model", "option", "samples" */
    struct alarms alarms;
};

/* The user's word takes the place of what the model says, which is in `what` already; it stays referred to. */
MUST_CHECK enum mote_status judge_choose(const struct judge_options *options, struct judged *what);

/* Whether a first output of so many elements can be judged by the data of `what`. An anomaly detector needs no labels,
 * but if there are any it has to know which class is normal; a regression gives a number, a classifier as many as there
 * are classes. Another model is right about none. */
bool judge_can(const struct judged *what, int64_t n_outputs);

/* Checks that the model's first output can be judged by what the data say. */
MUST_CHECK enum mote_status judge_open(struct pool *pool, const struct mote_model *m, const struct judged *what,
                                       struct judge *out);
/* Sample i's first output; samples may come from several threads. */
void judge_see(struct judge *j, int32_t i, const struct mote_io *out);
/* All samples were seen: makes the metrics. */
void judge_end(struct judge *j);
/* Runs an image over all samples on the host's cores, and ends. `machine`: as of runner_open_on(). */
MUST_CHECK enum mote_status judge_image(struct judge *j, struct bytes image, const struct target *machine,
                                        int64_t threads, const char *doing);

/* The threshold that an anomaly detector gets, by alarm_threshold() of what is normal among the samples. */
struct threshold {
    float value;
    int64_t n;      /* normal samples */
    int32_t normal; /* the class, as the model numbers it; -1: nobody said */
};
MUST_CHECK enum mote_status judge_threshold(struct pool *pool, struct bytes image, const struct judged *what,
                                            int64_t threads, struct threshold *out, const char *doing);

const char *metric_text(struct pool *pool, const struct metric *m); /* "-" for what cannot be said */
/* Up to `most` of the samples that the model is most wrong about, the worst first; how many. Classes: wrong ones by
 * `values`; numbers to predict: by the error; anomalies: false alarms and misses, by how far from the threshold. */
int32_t judge_worst(const struct judge *j, int32_t *out, int32_t most);
/* The same of any numbers, [n], that say how wrong each is; 0: right. */
int32_t worst_of(const double *wrong, int32_t n, int32_t *out, int32_t most);
/* What the sample is, and what the model says of it. */
const char *judge_truth_text(struct pool *pool, const struct judge *j, int32_t i);
const char *judge_said_text(struct pool *pool, const struct judge *j, int32_t i);
/* Sample i as a line of --predictions: name, what it is, what the model says. */
void judge_prediction(const struct judge *j, int32_t i, struct text *to);

/* ---- how a task is judged: for judge.c, of judge_*.c ---- */
struct judging {
    enum mote_status (*open)(struct judge *j, const struct mote_model *m, const struct mote_io *out);
    void (*see)(struct judge *j, int32_t i, const struct mote_io *out);
    void (*end)(struct judge *j);                                          /* adds the metrics */
    void (*prediction)(const struct judge *j, int32_t i, struct text *to); /* after the name: ",…\n" */
};
extern const struct judging judging_classes, judging_numbers, judging_anomalies;

enum mote_status judge_fail_option(const struct judge_options *o, const char *text);
int32_t judge_label(const struct judge *j, int32_t i); /* as the model numbers classes; -1: none of them */
/* [the data's classes] their numbers among the model's names; NULL: the numbers are the same. */
int32_t *judge_numbers(const struct judge *j, const char *const *names, int32_t n);
void judge_add(struct judge *j, const char *key, const char *name, enum metric_form form, double value);

#endif
