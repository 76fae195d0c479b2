/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe's layers as they are after reading: each field is in its range, or its default. What a field means and its
 * default are in docs/RECIPES.md. For host/train/recipe*.c and host/train/network*.c. */
#ifndef MOTE_LAYER_H
#define MOTE_LAYER_H

#include <cyaml/cyaml.h>

#include "host/train/recipe.h"

enum layer_kind {
#define LAYER(NAME, name) LAYER_##NAME,
#include "host/train/layers.def"
    LAYER_COUNT
};

/* The activations that layers take as an option. */
enum layer_activation {
    LAYER_ACTIVATION_NONE,
    LAYER_ACTIVATION_RELU,
    LAYER_ACTIVATION_RELU6,
    LAYER_ACTIVATION_LEAKY_RELU,
    LAYER_ACTIVATION_TANH,
    LAYER_ACTIVATION_LOGISTIC
};

#define LAYER_DIM_MAX   65535   /* the device's kernels take no larger size (MOTE_DIM_MAX) */
#define LAYER_INPUT     "input" /* the name of the data, for `from` */
#define LAYER_SHAPE_MAX (RANK_MAX - 1)
#define LEAKY_ALPHA     0.01f /* of an activation that is an option */

struct layer_size {
    int32_t h, w;
};

struct recipe_layer {
    enum layer_kind kind;
    const char *name;        /* the given one, or "conv_2d_1": the kind and a number among its kind */
    const char *const *from; /* [n_from] names of inputs; 0: the layer before */
    int32_t n_from;
    int32_t filters;                            /* CONV_2D: before the recipe's width */
    int32_t units;                              /* 0: the number of classes, 1 of numbers to predict */
    int32_t bands;                              /* SPECTRUM; 0: not said */
    int32_t multiplier;                         /* DEPTHWISE_CONV_2D */
    struct layer_size kernel, stride, dilation; /* kernel: of pools, too; of a pool, stride 0: as the kernel */
    enum padding padding;
    enum layer_activation activation;
    bool batch_norm, bias, global, sequences;
    float rate, alpha;
    int32_t shape[LAYER_SHAPE_MAX], n_shape;
    const char *const *take; /* [n_take] COLUMNS: names of the data's, numbers from 0, or runs of them, "0-5" */
    int32_t n_take;
};

extern const char *const layer_names[LAYER_COUNT]; /* "conv_2d" */

/* The place of layer i, for messages: "layer 3 conv_2d c1", or "layer 3 conv_2d_1"; the first one is layer 1. */
struct frame layer_frame(struct pool *pool, const struct recipe_layer *layers, int32_t i, const struct frame *at);

/* ---- what libcyaml fills, for recipe.c: numbers as text, NULL where one is not given ---- */
struct layer_yaml;
struct layer_entry { /* an element of `network:` */
    const struct layer_yaml *of[LAYER_COUNT];
};
extern const cyaml_schema_value_t layer_schema;
MUST_CHECK enum mote_status layers_read(struct pool *pool, const struct layer_entry *entries, unsigned n,
                                        const struct recipe_layer **out, const struct frame *at);

struct optimizer_section {
    const enum optimizer *kind;
    const char *rate, *momentum, *beta1, *beta2, *epsilon, *weight_decay;
    const int *nesterov;
};
struct schedule_section {
    const enum schedule *kind;
    const char *warm_up, *every, *factor, *final_rate;
};
struct training_section {
    const char *epochs, *batch, *patience, *normal, *seed, *label_smoothing, *clip_norm, *class_weights;
    const enum loss *loss;
    const int *balance;
    struct optimizer_section optimizer;
    struct schedule_section schedule;
};
struct share_section { /* an element of `layers:` */
    const char *name, *keep;
};
struct stage_section {
    const enum prune_method *method;
    const int *by_layer;
    const struct share_section *layers;
    unsigned layers_count;
    const enum prune_cost *cost;
    const enum mote_type *activations;
    const enum grid_method *grid;
    const char *keep, *ramp, *count, *bits, *rounds, *bit_price, *epochs, *rate, *dropout;
};
struct feature_section { /* an element of `features:` */
    const char *layer, *of, *weight;
};
struct teacher_section {
    const char *model, *temperature, *share;
    const char *const *models;
    const struct feature_section *features;
    unsigned models_count, features_count;
};
struct compress_section {
    const struct optimizer_section *optimizer;
    const struct teacher_section *teacher;
    const struct stage_section *of[STAGE_KINDS];
};
struct posterior_section {
    const enum posterior_kind *kind;
    const char *threshold, *over, *minimum, *suppress;
};
struct gate_section {
    const char *above, *least, *hold, *before;
};
extern const cyaml_schema_field_t training_fields[], optimizer_fields[], compress_fields[], posterior_fields[],
    gate_fields[];
/* The section, or NULL, with what it leaves out at its default. */
MUST_CHECK enum mote_status training_read(const struct training_section *section, struct training *out,
                                          const struct frame *at);
/* The same, of a recipe whose layers are read; without a section there are no stages. */
MUST_CHECK enum mote_status compress_read(struct pool *pool, const struct compress_section *section,
                                          struct recipe *recipe, const struct frame *at);
/* The same; without a section *out is NULL. */
MUST_CHECK enum mote_status posterior_read(struct pool *pool, const struct posterior_section *section,
                                           const struct recipe_posterior **out, const struct frame *at);
/* The same; without a section nothing is said. */
MUST_CHECK enum mote_status gate_read(const struct gate_section *section, struct gate_wish *out,
                                      const struct frame *at);

#endif
