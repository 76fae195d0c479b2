/* SPDX-License-Identifier: Apache-2.0 */
/* `compress:` of a recipe: the stages that follow the training, in the order of enum stage_kind. */
#include "host/yaml/yaml.h"
#include "host/base/levels.h"
#include "host/train/layer.h"

const char *const stage_names[STAGE_KINDS] = {[STAGE_PRUNE] = "prune", [STAGE_LEVELS] = "levels"};

/* ---- schema ---- */
static const cyaml_strval_t methods[] = {
    {"obd", PRUNE_OBD}, {"magnitude", PRUNE_MAGNITUDE}, {"apoz", PRUNE_APOZ}, {"norm", PRUNE_NORM}};
static const cyaml_strval_t costs[] = {{"weights", COST_WEIGHTS}, {"macs", COST_MACS}};
static const cyaml_strval_t scopes[] = {{"network", 0}, {"layer", 1}};
static const cyaml_strval_t activations[] = {{"float", TYPE_F32}, {"int8", TYPE_S8}};
static const cyaml_strval_t grid_names[] = {{"kmeans", GRID_KMEANS},
                                            {"linear", GRID_LINEAR},
                                            {"log", GRID_LOG},
                                            {"ternary", GRID_TERNARY},
                                            {"binary", GRID_BINARY}};

#define TEACHERS_MAX 100
#define ROUNDS_MAX   1000000 /* of an epoch: more than it has steps are one a step */

#define OPTIONAL     CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL
#define TEXT(member) CYAML_FIELD_STRING_PTR(#member, OPTIONAL, struct stage_section, member, 1, YAML_TEXT_MAX)

#define GRID(member)                                                                                                   \
    CYAML_FIELD_ENUM_PTR("method", OPTIONAL | CYAML_FLAG_STRICT, struct stage_section, member, grid_names,             \
                         COUNT(grid_names))
#define TEACHER_TEXT(member) CYAML_FIELD_STRING_PTR(#member, OPTIONAL, struct teacher_section, member, 1, YAML_TEXT_MAX)

/* clang-format off */
static const cyaml_schema_field_t share_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct share_section, name, 1, YAML_TEXT_MAX),
    CYAML_FIELD_STRING_PTR("keep", CYAML_FLAG_POINTER, struct share_section, keep, 1, YAML_TEXT_MAX),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t share_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct share_section, share_fields),
};
static const cyaml_schema_field_t prune_fields[] = {
    CYAML_FIELD_ENUM_PTR("method", OPTIONAL | CYAML_FLAG_STRICT, struct stage_section, method, methods, COUNT(methods)),
    CYAML_FIELD_ENUM_PTR("cost", OPTIONAL | CYAML_FLAG_STRICT, struct stage_section, cost, costs, COUNT(costs)),
    TEXT(keep),
    CYAML_FIELD_ENUM_PTR("scope", OPTIONAL | CYAML_FLAG_STRICT, struct stage_section, by_layer, scopes, COUNT(scopes)),
    CYAML_FIELD_SEQUENCE("layers", OPTIONAL, struct stage_section, layers, &share_schema, 1, YAML_LIST_MAX),
    TEXT(ramp),
    TEXT(epochs),
    TEXT(rate),
    TEXT(dropout),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t levels_fields[] = {
    GRID(grid),
    TEXT(count),
    TEXT(bits),
    TEXT(rounds),
    TEXT(bit_price),
    CYAML_FIELD_ENUM_PTR("activations", OPTIONAL | CYAML_FLAG_STRICT, struct stage_section, activations, activations,
                         COUNT(activations)),
    TEXT(ramp),
    TEXT(epochs),
    TEXT(rate),
    TEXT(dropout),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t word_schema = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, YAML_TEXT_MAX)};
static const cyaml_schema_field_t feature_fields[] = {
    CYAML_FIELD_STRING_PTR("layer", CYAML_FLAG_POINTER, struct feature_section, layer, 1, YAML_TEXT_MAX),
    CYAML_FIELD_STRING_PTR("of", OPTIONAL, struct feature_section, of, 1, YAML_TEXT_MAX),
    CYAML_FIELD_STRING_PTR("weight", OPTIONAL, struct feature_section, weight, 1, YAML_TEXT_MAX),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t feature_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct feature_section, feature_fields),
};
static const cyaml_schema_field_t teacher_fields[] = {
    TEACHER_TEXT(model),
    CYAML_FIELD_SEQUENCE("models", OPTIONAL, struct teacher_section, models, &word_schema, 1, TEACHERS_MAX),
    CYAML_FIELD_SEQUENCE("features", OPTIONAL, struct teacher_section, features, &feature_schema, 1, YAML_LIST_MAX),
    TEACHER_TEXT(temperature),
    TEACHER_TEXT(share),
    CYAML_FIELD_END,
};
const cyaml_schema_field_t compress_fields[] = {
    CYAML_FIELD_MAPPING_PTR("optimizer", OPTIONAL, struct compress_section, optimizer, optimizer_fields),
    CYAML_FIELD_MAPPING_PTR("teacher", OPTIONAL, struct compress_section, teacher, teacher_fields),
    CYAML_FIELD_MAPPING_PTR("prune", OPTIONAL, struct compress_section, of[STAGE_PRUNE], prune_fields),
    CYAML_FIELD_MAPPING_PTR("levels", OPTIONAL, struct compress_section, of[STAGE_LEVELS], levels_fields),
    CYAML_FIELD_END,
};
/* clang-format on */

/* ---- numbers ---- */
static enum mote_status read_whole(const char *name, const char *text, int32_t least, int32_t most, int32_t missing,
                                   int32_t *out, const struct frame *at)
{
    int64_t value = missing;

    if (text != NULL && (!yaml_whole(text, &value) || value < least || value > most))
        return fail(at, MOTE_ERR_VALUE, "%s is \"%s\": it must be a whole number from %d to %d", name, text, least,
                    most);
    *out = (int32_t)value;
    return MOTE_OK;
}

static enum mote_status read_real(const char *name, const char *text, float most, float missing, float *out,
                                  const struct frame *at)
{
    *out = missing;
    if (text != NULL && (!yaml_real(text, out) || !(*out > 0 && *out <= most)))
        return fail(at, MOTE_ERR_VALUE, "%s is \"%s\": it must be a number above 0, at most %g", name, text,
                    (double)most);
    return MOTE_OK;
}

/* Of all layers; each its own if the stage says nothing. */
static enum mote_status read_dropout(const char *text, float *out, const struct frame *at)
{
    *out = -1;
    if (text != NULL && (!yaml_real(text, out) || !(*out >= 0 && *out <= 0.99F)))
        return fail(at, MOTE_ERR_VALUE, "dropout is \"%s\": it must be a number from 0 to 0.99", text);
    return MOTE_OK;
}

/* ---- stages ---- */
static enum mote_status read_ramp(const struct stage_section *s, struct stage *out, const struct frame *at)
{
    TRY(read_whole("ramp", s->ramp, 1, EPOCHS_MAX, (2 * out->epochs + 2) / 3, &out->ramp, at));
    if (out->ramp > out->epochs)
        return fail(at, MOTE_ERR_VALUE, "ramp is %d epochs of %d: make it shorter", (int)out->ramp, (int)out->epochs);
    return MOTE_OK;
}

static bool has_weights(const struct recipe_layer *l)
{
    return l->kind == LAYER_FULLY_CONNECTED || l->kind == LAYER_CONV_2D || l->kind == LAYER_CONV_1D ||
           l->kind == LAYER_LSTM || l->kind == LAYER_GRU;
}

/* Of layers that are not `fit` nobody is thought to have meant one. */
static enum mote_status find_layer(const struct recipe *r, const char *name, bool (*fit)(const struct recipe_layer *),
                                   const struct recipe_layer **out, const struct frame *at)
{
    struct nearest near = {.word = name};

    *out = r->layers;
    for (int32_t i = 0; i < r->n_layers; i++) {
        *out = &r->layers[i];
        if (strcmp(r->layers[i].name, name) == 0)
            return MOTE_OK;
        if (fit(&r->layers[i]))
            nearest_try(&near, r->layers[i].name);
    }
    return fail(at, MOTE_ERR_VALUE, "there is no such layer%s%s%s", near.found != NULL ? ": did you mean \"" : "",
                near.found != NULL ? near.found : "", near.found != NULL ? "\"?" : "");
}

/* A layer that has weights which are pruned. */
static enum mote_status check_layer(const struct recipe *r, const char *name, const struct frame *at)
{
    const struct recipe_layer *layer;

    TRY(find_layer(r, name, has_weights, &layer, at));
    if (has_weights(layer))
        return MOTE_OK;
    return fail(at, MOTE_ERR_VALUE,
                "is of the kind %s, and pruned are weights of fully connected layers, convolutions that are not "
                "depthwise, LSTMs and GRUs",
                layer_names[layer->kind]);
}

static enum mote_status read_shares(struct pool *pool, const struct stage_section *s, const struct recipe *r,
                                    struct stage *out, const struct frame *at)
{
    struct stage_share *shares = pool_array(pool, s->layers_count + 1, sizeof *shares);

    out->by_layer = s->by_layer != NULL && *s->by_layer != 0;
    out->shares = shares;
    for (unsigned i = 0; i < s->layers_count; i++) {
        struct frame here = {.up = at, .kind = "layer", .name = s->layers[i].name, .index = -1};

        TRY(check_layer(r, s->layers[i].name, &here));
        for (unsigned k = 0; k < i; k++)
            if (strcmp(s->layers[k].name, s->layers[i].name) == 0)
                return fail(&here, MOTE_ERR_VALUE, "is there twice");
        shares[i].layer = s->layers[i].name;
        TRY(read_real("keep", s->layers[i].keep, 1, 1, &shares[i].keep, &here));
        out->n_shares++;
    }
    return MOTE_OK;
}

static enum mote_status read_prune(struct pool *pool, const struct stage_section *s, const struct recipe *r,
                                   struct stage *out, const struct frame *at)
{
    const struct training *t = &r->compressing;

    out->method = s->method != NULL ? *s->method : PRUNE_OBD;
    if (out->method == PRUNE_OBD && t->optimizer == OPTIMIZER_SGD)
        return fail(at, MOTE_ERR_VALUE,
                    "the method obd ranks by the second moment of the optimizers adam and adamw, and the training has "
                    "sgd: give the section `optimizer: {kind: adam}`, or take the method magnitude");
    if (s->keep == NULL)
        return fail(at, MOTE_ERR_VALUE, "keep is missing: the share of the weights that stays, such as 0.1");
    TRY(read_real("keep", s->keep, 1, 1, &out->keep, at));
    TRY(read_shares(pool, s, r, out, at));
    if (s->cost != NULL && stage_takes_channels(out))
        return fail(at, MOTE_ERR_VALUE,
                    "cost is of weights, and the method %s removes channels, for what they save: leave it out",
                    out->method == PRUNE_APOZ ? "apoz" : "norm");
    out->cost = s->cost != NULL ? *s->cost : COST_WEIGHTS;
    return read_ramp(s, out, at);
}

/* What the method does not have. */
static enum mote_status read_number(const struct stage_section *s, struct stage *out, const struct frame *at)
{
    const struct grid_info *g = &grids[out->grid];
    const bool counts = out->grid == GRID_KMEANS;
    const char *text = counts ? s->count : s->bits;

    if (s->count != NULL && !counts)
        return fail(at, MOTE_ERR_VALUE, "count is of the method kmeans, and the method is %s%s", g->name,
                    g->number != NULL ? ", which has bits" : "");
    if (s->bits != NULL && (counts || g->number == NULL))
        return fail(at, MOTE_ERR_VALUE, "bits are of the methods linear and log, and the method is %s%s", g->name,
                    counts ? ", which has a count" : "");
    return read_whole(counts ? "count" : "bits", text, g->least, g->most, g->usual, &out->number, at);
}

static enum mote_status read_levels(const struct stage_section *s, const struct training *t, struct stage *out,
                                    const struct frame *at)
{
    out->grid = s->grid != NULL ? *s->grid : GRID_KMEANS;
    out->int8_activations = s->activations != NULL && *s->activations == TYPE_S8;
    TRY(read_number(s, out, at));
    TRY(read_whole("rounds", s->rounds, 1, ROUNDS_MAX, 0, &out->rounds, at));
    TRY(read_real("bit_price", s->bit_price, 1, 0, &out->bit_price, at));
    if (out->bit_price > 0 && out->grid != GRID_KMEANS)
        return fail(at, MOTE_ERR_VALUE,
                    "bit_price moves levels to where bits are few, and those of the method %s do not move: take "
                    "kmeans, or no price",
                    grids[out->grid].name);
    if (out->bit_price > 0 && t->optimizer == OPTIMIZER_SGD)
        return fail(at, MOTE_ERR_VALUE,
                    "bit_price weighs bits by the second moment of the optimizers adam and adamw, and the training has "
                    "sgd: give the section `optimizer: {kind: adam}`, or take no price");
    if (out->bit_price > 0)
        return read_ramp(s, out, at);
    if (s->ramp != NULL)
        return fail(at, MOTE_ERR_VALUE, "ramp is of the epochs in which bits get their bit_price, and there is none");
    return MOTE_OK;
}

static enum mote_status read_stage(struct pool *pool, const struct stage_section *s, enum stage_kind kind,
                                   const struct recipe *r, struct stage *out, const struct frame *at)
{
    const struct training *t = &r->compressing;
    struct frame here = {.up = at, .kind = "compress", .name = stage_names[kind], .index = -1};

    *out = (struct stage){.kind = kind};
    TRY(read_whole("epochs", s->epochs, 1, EPOCHS_MAX, t->epochs, &out->epochs, &here));
    TRY(read_real("rate", s->rate, 1000, t->rate, &out->rate, &here));
    TRY(read_dropout(s->dropout, &out->dropout, &here));
    return kind == STAGE_PRUNE ? read_prune(pool, s, r, out, &here) : read_levels(s, t, out, &here);
}

static bool has_features(const struct recipe_layer *l) { return l->kind != LAYER_SOFTMAX; }

/* Levels join batch normalization to the layer before it, of which the teacher's has another output then. */
static bool is_joined(const struct recipe *r, const struct recipe_layer *l)
{
    return l->kind == LAYER_BATCH_NORM ||
           (l + 1 < r->layers + r->n_layers && l[1].kind == LAYER_BATCH_NORM && l[1].n_from == 0);
}

static enum mote_status read_features(struct pool *pool, const struct teacher_section *s, const struct recipe *r,
                                      struct stage *out, const struct frame *at)
{
    struct stage_feature *features = pool_array(pool, s->features_count + 1, sizeof *features);

    out->features = features;
    for (unsigned i = 0; i < s->features_count; i++) {
        const struct feature_section *f = &s->features[i];
        struct frame here = {.up = at, .kind = "layer", .name = f->layer, .index = -1};
        const struct recipe_layer *layer;

        TRY(find_layer(r, f->layer, has_features, &layer, &here));
        if (!has_features(layer))
            return fail(&here, MOTE_ERR_VALUE, "gives probabilities, which are what a teacher's share is of");
        if (is_joined(r, layer))
            return fail(&here, MOTE_ERR_VALUE,
                        "is joined with batch normalization: give the layer before it `batch_norm: true` in place of a "
                        "layer of its own, and name that");
        features[i] = (struct stage_feature){f->layer, f->of != NULL ? f->of : f->layer, 1};
        TRY(read_real("weight", f->weight, 1e6F, 1, &features[i].weight, &here));
        out->n_features++;
    }
    return MOTE_OK;
}

static enum mote_status read_models(struct pool *pool, const struct teacher_section *s, struct stage *out,
                                    const struct frame *at)
{
    if (s->model != NULL && s->models_count > 0)
        return fail(at, MOTE_ERR_VALUE, "either model or models: an ensemble is a list of all of them");
    out->teachers = s->models;
    out->n_teachers = (int32_t)s->models_count;
    if (s->model != NULL) {
        out->teachers = pool_copy(pool, &s->model, sizeof s->model);
        out->n_teachers = 1;
    }
    return MOTE_OK;
}

/* The dense network, or others, teach all stages. */
static enum mote_status read_teacher(struct pool *pool, const struct teacher_section *s, const struct recipe *r,
                                     struct stage *out, const struct frame *at)
{
    struct frame here = {.up = at, .kind = "compress", .name = "teacher", .index = -1};

    if (s == NULL)
        return MOTE_OK;
    if (r->compressing.loss != LOSS_CROSS_ENTROPY)
        return fail(&here, MOTE_ERR_VALUE, "a teacher wants the loss cross_entropy: it teaches classes");
    TRY(read_models(pool, s, out, &here));
    TRY(read_features(pool, s, r, out, &here));
    TRY(read_real("temperature", s->temperature, 100, 2, &out->temperature, &here));
    return read_real("share", s->share, 1, 0.5F, &out->teacher, &here);
}

static bool prunes(const struct stage *s)
{
    bool less = s->kind == STAGE_PRUNE && s->keep < 1;

    for (int32_t i = 0; i < s->n_shares; i++)
        less = less || s->shares[i].keep < 1;
    return less;
}

/* What one stage makes must be something that the next one has. */
static enum mote_status check_stages(const struct stage *stages, int32_t n, const struct frame *at)
{
    struct frame here = {.up = at, .kind = "compress", .name = stage_names[STAGE_LEVELS], .index = -1};

    if (n == 2 && prunes(&stages[0]) && stages[1].grid == GRID_BINARY)
        return fail(&here, MOTE_ERR_VALUE,
                    "the method binary has no 0, which prune makes of weights: take the method ternary, or no prune");
    return MOTE_OK;
}

enum mote_status compress_read(struct pool *pool, const struct compress_section *section, struct recipe *recipe,
                               const struct frame *at)
{
    struct stage *stages = pool_array(pool, STAGE_KINDS, sizeof *stages);
    int32_t n = 0;

    for (int kind = STAGE_PRUNE; section != NULL && kind < STAGE_KINDS; kind++)
        if (section->of[kind] != NULL) {
            TRY(read_stage(pool, section->of[kind], (enum stage_kind)kind, recipe, &stages[n], at));
            TRY(read_teacher(pool, section->teacher, recipe, &stages[n++], at));
        }
    recipe->stages = stages;
    recipe->n_stages = n;
    if (section != NULL && n == 0)
        return fail(at, MOTE_ERR_VALUE, "compress has no stage: give it prune, levels, or both");
    return check_stages(stages, n, at);
}
