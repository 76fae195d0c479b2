/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe: one YAML file that says what to train, on what, and how (docs/RECIPES.md). */
#ifndef MOTE_RECIPE_H
#define MOTE_RECIPE_H

#include "host/data/dataset.h"
#include "host/train/grid.h"

#define EPOCHS_MAX 1000000

enum loss { LOSS_CROSS_ENTROPY, LOSS_MEAN_SQUARED_ERROR };
enum optimizer { OPTIMIZER_SGD, OPTIMIZER_ADAM, OPTIMIZER_ADAMW };
enum schedule { SCHEDULE_CONSTANT, SCHEDULE_STEP, SCHEDULE_COSINE };

/* What a training is for besides the loss: stages of a compression follow the training that has none. A weight that is
 * exactly 0 when a stage begins stays so. */
enum stage_kind { STAGE_NONE, STAGE_PRUNE, STAGE_LEVELS, STAGE_KINDS };
enum prune_method { PRUNE_OBD, PRUNE_MAGNITUDE, PRUNE_APOZ, PRUNE_NORM };
enum prune_cost { COST_WEIGHTS, COST_MACS, COST_SAVINGS };
extern const char *const stage_names[STAGE_KINDS]; /* "prune"; NULL for none */

/* A layer whose weights are ranked by themselves. */
struct stage_share {
    const char *layer;
    float keep; /* of its weights */
};

/* What a layer gives is to be what a teacher's layer gives. */
struct stage_feature {
    const char *layer, *of; /* the recipe's; the teacher's, of the same shape */
    float weight;           /* of their mean squared difference, in the loss */
};

/* What one weight less of the layer's operator saves, or one channel, in any unit. Above 0; 0: the layer has to keep
 * its channels. */
struct stage_saving {
    const char *op;
    float saving;
};

struct stage {
    enum stage_kind kind;
    int32_t epochs;
    float rate;                       /* as of the training */
    enum prune_method method;         /* PRUNE */
    float keep;                       /* PRUNE: share of all weights of the network, or with by_layer of each layer */
    bool by_layer;                    /* PRUNE: weights are ranked within their layer */
    const struct stage_share *shares; /* [n_shares] PRUNE: layers of another share */
    int32_t n_shares;
    enum prune_cost cost;               /* PRUNE: what a weight saves when it goes */
    const struct stage_saving *savings; /* [n_savings] PRUNE: COST_SAVINGS; no recipe says them */
    int32_t n_savings;
    int32_t ramp;                /* epochs in which weights go, or bits get their price */
    enum grid_method grid;       /* LEVELS: where they are */
    int32_t number;              /* LEVELS: of the method: of kmeans values of a tensor, 0 not counted; bits, or 0 */
    int32_t rounds;              /* LEVELS: an epoch, in which weights choose among levels; 0: as many as are usual */
    float bit_price;             /* LEVELS: how much the loss may grow for a bit less; 0: bits do not count */
    bool int8_activations;       /* LEVELS: rounded as int8 has them, in training alone */
    const char *const *teachers; /* [n_teachers] files or folders, seen from the recipe; 0: the dense network teaches */
    int32_t n_teachers;
    const struct stage_feature *features; /* [n_features] with a teacher */
    int32_t n_features;
    float temperature;    /* of the outputs that are taught */
    float teacher;        /* share of the loss that they have; 0: none */
    float dropout;        /* rate of all dropout layers; below 0: each its own */
    int32_t steps, every; /* of the ramp, and between two changes; trainer_make() fills them in */
};

/* Weights of so many that stay: at least one. */
static inline int64_t stage_kept(float keep, int64_t weights)
{
    int64_t kept = (int64_t)((double)keep * (double)weights + 0.5);

    return kept > 0 ? kept : 1;
}

/* Whole channels go: outputs of convolutions and fully connected layers. */
static inline bool stage_takes_channels(const struct stage *s)
{
    return s->kind == STAGE_PRUNE && (s->method == PRUNE_APOZ || s->method == PRUNE_NORM);
}

/* As many epochs, and a ramp in proportion. */
static inline void stage_shorten(struct stage *s, int32_t epochs)
{
    const int64_t ramp = ((int64_t)s->ramp * epochs + s->epochs / 2) / s->epochs;

    s->ramp = (int32_t)(s->ramp > 0 && ramp < 1 ? 1 : ramp);
    s->epochs = epochs;
}

/* How to train. Defaults are in recipe.c and in docs/RECIPES.md. */
struct training {
    int32_t epochs, batch;
    uint64_t seed;
    enum loss loss;  /* mean squared error: the target is the input, or of a regression the number */
    bool loss_given; /* by the recipe; else numbers to predict have theirs */
    float label_smoothing;
    bool balance;              /* as many samples of each class in an epoch */
    const char *class_weights; /* "balanced", or numbers: class_weights.h; NULL: all samples count as much */
    const float *weights;      /* [n_classes] what they are of the samples for training; the trainer's */
    int32_t normal;            /* anomaly detection (mean squared error): the class that is trained on; -1: all */
    enum optimizer optimizer;
    float rate;                  /* the largest learning rate */
    float momentum;              /* SGD */
    bool nesterov;               /* SGD */
    float beta1, beta2, epsilon; /* Adam, AdamW */
    float weight_decay;          /* AdamW: decoupled; others: added to the gradient. Weights only, no bias or norm */
    float clip_norm;             /* of all gradients together; 0: no clipping */
    enum schedule schedule;
    float warm_up;                 /* epochs in which the rate rises from 0 */
    float step_every, step_factor; /* SCHEDULE_STEP: epochs, factor */
    float final_rate;              /* SCHEDULE_COSINE: where it ends, as a fraction of `rate` */
    int32_t patience;              /* epochs without a better validation loss before it stops; 0: never */
    struct stage stage;
    const struct model *teachers; /* [n_teachers] with a stage.teacher: networks of the same input and classes */
    int32_t n_teachers;
};

struct recipe_layer; /* layer.h */

#define RECIPE_UNSAID (-1)

/* How scores become commands. What is not said (RECIPE_UNSAID, POSTERIOR_NONE) is as usual: docs/WAKE_WORDS.md. */
struct recipe_posterior {
    enum posterior_kind kind;
    float threshold;       /* 0 to 1 */
    int32_t over, minimum; /* inferences */
    int32_t suppress;      /* milliseconds */
};

struct recipe {
    const char *path, *name;                  /* the model's: the recipe's, or from its path if it has none */
    bool named;                               /* the recipe has one */
    const char *target;                       /* the board that the network is for; NULL: none in particular */
    const struct data_section *data;          /* NULL if the recipe has none */
    const struct recipe_posterior *posterior; /* NULL if the recipe has none */
    struct gate_wish gate;
    const struct recipe_layer *layers;
    int32_t n_layers;
    float width;                           /* multiplies the filters of all CONV_2D */
    struct training training, compressing; /* the second: of a compression's stages, but for what each has of its own */
    const struct stage *stages;            /* of a compression, in their order */
    int32_t n_stages;                      /* 0: the recipe has none */
};

/* "flowers" of "runs/flowers/" and of "flowers.yaml"; "" if the path ends in "." or "..". */
const char *recipe_name_of(struct pool *pool, const char *path);
MUST_CHECK enum mote_status recipe_read(struct pool *pool, const char *path, struct recipe *out,
                                        const struct frame *at);
/* The same of what is to be the file `path`. */
MUST_CHECK enum mote_status recipe_parse(struct pool *pool, const char *path, struct bytes file, struct recipe *out,
                                         const struct frame *at);

/* What a network is trained for: data with numbers to predict make it a regression, else the loss decides between
 * classes and anomalies (an autoencoder). */
enum mote_task training_task(const struct training *t, const struct dataset *data);

/* The network as a float graph of batch 1 with its initial weights as constants; task, classes and preprocessing from
 * recipe and data: what a trained model looks like. BATCH_NORM and DROPOUT are still operators of their own. A
 * classifier ends in SOFTMAX, a regression in FULLY_CONNECTED. Same recipe and seed, same bytes. (host/train/network.c)
 */
MUST_CHECK enum mote_status network_build(struct pool *pool, const struct recipe *recipe, const struct dataset *data,
                                          struct model *out, const struct frame *at);

#endif
