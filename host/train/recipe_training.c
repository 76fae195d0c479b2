/* SPDX-License-Identifier: Apache-2.0 */
/* `training:` of a recipe. One table has each number's name, range, default, and what it belongs to. */
#include "host/yaml/yaml.h"
#include "host/train/layer.h"

/* ---- schema ---- */
static const cyaml_strval_t losses[] = {{"cross_entropy", LOSS_CROSS_ENTROPY},
                                        {"mean_squared_error", LOSS_MEAN_SQUARED_ERROR}};
static const cyaml_strval_t optimizers[] = {
    {"sgd", OPTIMIZER_SGD}, {"adam", OPTIMIZER_ADAM}, {"adamw", OPTIMIZER_ADAMW}};
static const cyaml_strval_t schedules[] = {
    {"constant", SCHEDULE_CONSTANT}, {"step", SCHEDULE_STEP}, {"cosine", SCHEDULE_COSINE}};

#define OPTIONAL              CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL
#define TEXT(section, member) CYAML_FIELD_STRING_PTR(#member, OPTIONAL, struct section, member, 1, YAML_TEXT_MAX)
#define ENUM(section, member, strings)                                                                                 \
    CYAML_FIELD_ENUM_PTR(#member, OPTIONAL | CYAML_FLAG_STRICT, struct section, member, strings, COUNT(strings))

/* clang-format off */
const cyaml_schema_field_t optimizer_fields[] = {
    ENUM(optimizer_section, kind, optimizers),
    TEXT(optimizer_section, rate),
    TEXT(optimizer_section, momentum),
    ENUM(optimizer_section, nesterov, yaml_flags),
    TEXT(optimizer_section, beta1),
    TEXT(optimizer_section, beta2),
    TEXT(optimizer_section, epsilon),
    TEXT(optimizer_section, weight_decay),
    CYAML_FIELD_END,
};
static const cyaml_schema_field_t schedule_fields[] = {
    ENUM(schedule_section, kind, schedules),
    TEXT(schedule_section, warm_up),
    TEXT(schedule_section, every),
    TEXT(schedule_section, factor),
    TEXT(schedule_section, final_rate),
    CYAML_FIELD_END,
};
const cyaml_schema_field_t training_fields[] = {
    TEXT(training_section, epochs),
    TEXT(training_section, batch),
    TEXT(training_section, seed),
    ENUM(training_section, loss, losses),
    TEXT(training_section, label_smoothing),
    ENUM(training_section, balance, yaml_flags),
    TEXT(training_section, class_weights),
    TEXT(training_section, normal),
    CYAML_FIELD_MAPPING("optimizer", CYAML_FLAG_OPTIONAL, struct training_section, optimizer, optimizer_fields),
    TEXT(training_section, clip_norm),
    CYAML_FIELD_MAPPING("schedule", CYAML_FLAG_OPTIONAL, struct training_section, schedule, schedule_fields),
    TEXT(training_section, patience),
    CYAML_FIELD_END,
};
/* clang-format on */

/* ---- ranges and defaults ---- */
/* What a field belongs to: it may only be given with one of these. */
enum {
    WITH_ALL = 0,
    WITH_SGD = 1 << OPTIMIZER_SGD,
    WITH_ADAM = 1 << OPTIMIZER_ADAM | 1 << OPTIMIZER_ADAMW,
    WITH_STEP = 1 << (8 + SCHEDULE_STEP),
    WITH_COSINE = 1 << (8 + SCHEDULE_COSINE),
    WITH_CROSS_ENTROPY = 1 << (16 + LOSS_CROSS_ENTROPY),
    WITH_SQUARES = 1 << (16 + LOSS_MEAN_SQUARED_ERROR)
};

static const char *belongs_to(int with)
{
    static const struct {
        int with;
        const char *text;
    } texts[] = {
        {WITH_SGD, "the optimizer sgd"},
        {WITH_ADAM, "the optimizers adam and adamw"},
        {WITH_STEP, "the schedule step"},
        {WITH_COSINE, "the schedule cosine"},
        {WITH_CROSS_ENTROPY, "the loss cross_entropy"},
        {WITH_SQUARES, "the loss mean_squared_error"},
    };

    for (size_t i = 0; i < COUNT(texts); i++)
        if (texts[i].with == with)
            return texts[i].text;
    return "?";
}

static bool is_with(const struct training *t, int with)
{
    return with == WITH_ALL || (with & (1 << t->optimizer | 1 << (8 + t->schedule) | 1 << (16 + t->loss))) != 0;
}

/* ---- numbers: text at `from`, to an int32 or a float at `to` ---- */
#define AT(from, to) offsetof(struct training_section, from), offsetof(struct training, to)

struct number {
    const char *name;
    size_t from, to;
    float missing, min, max;
    int with;
};

#define TINY 1e-12F /* the least of those that must be above 0 */

static const struct number whole_numbers[] = {
    {"epochs", AT(epochs, epochs), 20, 1, EPOCHS_MAX, WITH_ALL},
    {"batch", AT(batch, batch), 64, 1, 65536, WITH_ALL},
    {"patience", AT(patience, patience), 0, 0, EPOCHS_MAX, WITH_ALL},
    {"normal", AT(normal, normal), -1, 0, 65535, WITH_SQUARES},
};
static const struct number numbers[] = {
    {"label_smoothing", AT(label_smoothing, label_smoothing), 0, 0, 0.9F, WITH_CROSS_ENTROPY},
    {"clip_norm", AT(clip_norm, clip_norm), 0, 0, 1e6F, WITH_ALL},
    {"optimizer.rate", AT(optimizer.rate, rate), 0.001F, TINY, 1000, WITH_ALL},
    {"optimizer.momentum", AT(optimizer.momentum, momentum), 0.9F, 0, 0.9999F, WITH_SGD},
    {"optimizer.beta1", AT(optimizer.beta1, beta1), 0.9F, 0, 0.9999F, WITH_ADAM},
    {"optimizer.beta2", AT(optimizer.beta2, beta2), 0.999F, 0, 0.999999F, WITH_ADAM},
    {"optimizer.epsilon", AT(optimizer.epsilon, epsilon), 1e-7F, TINY, 1, WITH_ADAM},
    {"optimizer.weight_decay", AT(optimizer.weight_decay, weight_decay), 0, 0, 10, WITH_ALL},
    {"schedule.warm_up", AT(schedule.warm_up, warm_up), 0, 0, 1e6F, WITH_ALL},
    {"schedule.every", AT(schedule.every, step_every), 10, 0.001F, 1e6F, WITH_STEP},
    {"schedule.factor", AT(schedule.factor, step_factor), 0.1F, TINY, 1, WITH_STEP},
    {"schedule.final_rate", AT(schedule.final_rate, final_rate), 0, 0, 1, WITH_COSINE},
};

static bool read_value(const char *text, bool whole, float *out)
{
    int64_t value;

    if (!whole)
        return yaml_real(text, out);
    if (!yaml_whole(text, &value))
        return false;
    *out = (float)value; /* exact up to 2^24, which all ranges are within; larger ones stay too large */
    return true;
}

static enum mote_status read_number(const struct training_section *s, const struct number *n, bool whole,
                                    const struct training *kinds, float *out, const struct frame *at)
{
    const char *text;

    memcpy(&text, (const uint8_t *)s + n->from, sizeof text);
    *out = n->missing;
    if (text && !is_with(kinds, n->with))
        return fail(at, MOTE_ERR_VALUE, "%s is for %s: leave it out", n->name, belongs_to(n->with));
    if (text && (!read_value(text, whole, out) || !(*out >= n->min && *out <= n->max)))
        return fail(at, MOTE_ERR_VALUE, "%s is \"%s\": it must be a %snumber from %.7g to %.7g", n->name, text,
                    whole ? "whole " : "", (double)n->min, (double)n->max);
    return MOTE_OK;
}

static enum mote_status read_numbers(const struct training_section *s, struct training *out, const struct frame *at)
{
    uint8_t *base = (uint8_t *)out;

    for (size_t i = 0; i < COUNT(whole_numbers); i++) {
        int32_t value;
        float real;

        TRY(read_number(s, &whole_numbers[i], true, out, &real, at));
        value = (int32_t)real;
        memcpy(base + whole_numbers[i].to, &value, sizeof value);
    }
    for (size_t i = 0; i < COUNT(numbers); i++) {
        float real;

        TRY(read_number(s, &numbers[i], false, out, &real, at));
        memcpy(base + numbers[i].to, &real, sizeof real);
    }
    return MOTE_OK;
}

static enum mote_status read_kinds(const struct training_section *s, struct training *out, const struct frame *at)
{
    int64_t seed = 1;

    out->loss = s->loss ? *s->loss : LOSS_CROSS_ENTROPY;
    out->loss_given = s->loss != NULL;
    out->optimizer = s->optimizer.kind ? *s->optimizer.kind : OPTIMIZER_ADAM;
    out->schedule = s->schedule.kind ? *s->schedule.kind : SCHEDULE_COSINE;
    if (s->seed && (!yaml_whole(s->seed, &seed) || seed < 0))
        return fail(at, MOTE_ERR_VALUE, "seed is \"%s\": it must be a whole number of at least 0", s->seed);
    out->seed = (uint64_t)seed;
    out->balance = s->balance && *s->balance;
    out->class_weights = s->class_weights;
    if (out->class_weights != NULL && out->loss != LOSS_CROSS_ENTROPY)
        return fail(at, MOTE_ERR_VALUE, "class_weights are for %s: leave it out", belongs_to(WITH_CROSS_ENTROPY));
    if (out->class_weights != NULL && out->balance)
        return fail(at, MOTE_ERR_VALUE, "balance and class_weights are two ways to the same: leave one out");
    if (s->optimizer.nesterov && !is_with(out, WITH_SGD))
        return fail(at, MOTE_ERR_VALUE, "optimizer.nesterov is for %s: leave it out", belongs_to(WITH_SGD));
    out->nesterov = s->optimizer.nesterov && *s->optimizer.nesterov;
    return MOTE_OK;
}

enum mote_status training_read(const struct training_section *section, struct training *out, const struct frame *at)
{
    static const struct training_section nothing;
    struct frame here = {.up = at, .kind = "training", .index = -1};

    if (!section)
        section = &nothing;
    *out = (struct training){.epochs = 0};
    TRY(read_kinds(section, out, &here));
    TRY(read_numbers(section, out, &here));
    if (!section->optimizer.rate && out->optimizer == OPTIMIZER_SGD)
        out->rate = 0.01F;
    if (!section->optimizer.weight_decay && out->optimizer == OPTIMIZER_ADAMW)
        out->weight_decay = 0.01F;
    if (out->warm_up > (float)out->epochs)
        return fail(&here, MOTE_ERR_VALUE, "schedule.warm_up is %g epochs of %d: make it shorter", (double)out->warm_up,
                    out->epochs);
    return MOTE_OK;
}
