/* SPDX-License-Identifier: Apache-2.0 */
/* `posterior:` and `gate:` of a recipe: how the network's scores become commands, and when it listens at all
 * (docs/WAKE_WORDS.md). */
#include "host/yaml/yaml.h"
#include "host/train/layer.h"

/* ---- schema ---- */
static const cyaml_strval_t kinds[] = {
    {"average", POSTERIOR_AVERAGE}, {"sum", POSTERIOR_SUM}, {"hits", POSTERIOR_HITS}};

#define OPTIONAL     CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL
#define TEXT(member) CYAML_FIELD_STRING_PTR(#member, OPTIONAL, struct posterior_section, member, 1, YAML_TEXT_MAX)
#define GATE(member) CYAML_FIELD_STRING_PTR(#member, OPTIONAL, struct gate_section, member, 1, YAML_TEXT_MAX)

/* clang-format off */
const cyaml_schema_field_t posterior_fields[] = {
    CYAML_FIELD_ENUM_PTR("kind", OPTIONAL | CYAML_FLAG_STRICT, struct posterior_section, kind, kinds, COUNT(kinds)),
    TEXT(threshold),
    TEXT(over),
    TEXT(minimum),
    TEXT(suppress),
    CYAML_FIELD_END,
};
const cyaml_schema_field_t gate_fields[] = {
    GATE(above),
    GATE(least),
    GATE(hold),
    GATE(before),
    CYAML_FIELD_END,
};
/* clang-format on */

/* ---- numbers ---- */
static enum mote_status read_whole(const char *name, const char *text, int32_t least, int32_t most, int32_t *out,
                                   const struct frame *at)
{
    int64_t value = RECIPE_UNSAID;

    if (text != NULL && (!yaml_whole(text, &value) || value < least || value > most))
        return fail(at, MOTE_ERR_VALUE, "%s is \"%s\": it must be a whole number from %d to %d", name, text, least,
                    most);
    *out = (int32_t)value;
    return MOTE_OK;
}

static enum mote_status read_threshold(const char *text, float *out, const struct frame *at)
{
    *out = RECIPE_UNSAID;
    if (text != NULL && (!yaml_real(text, out) || !(*out >= 0 && *out <= 1)))
        return fail(at, MOTE_ERR_VALUE, "threshold is \"%s\": it must be a number from 0 to 1", text);
    return MOTE_OK;
}

enum mote_status posterior_read(struct pool *pool, const struct posterior_section *s,
                                const struct recipe_posterior **out, const struct frame *at)
{
    struct frame here = {.up = at, .kind = "posterior", .index = -1};
    struct recipe_posterior *p;

    *out = NULL;
    if (s == NULL)
        return MOTE_OK;
    p = pool_alloc(pool, sizeof *p);
    p->kind = s->kind != NULL ? *s->kind : POSTERIOR_NONE;
    TRY(read_threshold(s->threshold, &p->threshold, &here));
    TRY(read_whole("over", s->over, 1, POSTERIOR_WINDOW_MAX, &p->over, &here));
    TRY(read_whole("minimum", s->minimum, 1, POSTERIOR_WINDOW_MAX, &p->minimum, &here));
    TRY(read_whole("suppress", s->suppress, 0, HEARS_MS_MAX, &p->suppress, &here));
    if (s->minimum != NULL && p->kind != POSTERIOR_AVERAGE)
        return fail(&here, MOTE_ERR_VALUE, "minimum belongs to the kind average");
    if (p->minimum > p->over && p->over > 0)
        return fail(&here, MOTE_ERR_VALUE, "minimum is %d inferences of %d: make it smaller", (int)p->minimum,
                    (int)p->over);
    *out = p;
    return MOTE_OK;
}

/* ---- the gate ---- */
static enum mote_status read_decibels(const char *name, const char *text, float most, float usual, float *out,
                                      const struct frame *at)
{
    *out = usual;
    if (text != NULL && (!yaml_real(text, out) || !(*out > 0 && *out <= most)))
        return fail(at, MOTE_ERR_VALUE, "%s is \"%s\": it must be a number of decibels above 0, to %g", name, text,
                    (double)most);
    return MOTE_OK;
}

enum mote_status gate_read(const struct gate_section *s, struct gate_wish *out, const struct frame *at)
{
    struct frame here = {.up = at, .kind = "gate", .index = -1};

    *out = (struct gate_wish){.said = s != NULL};
    if (s == NULL)
        return MOTE_OK;
    TRY(read_decibels("above", s->above, GATE_ABOVE_MAX, GATE_ABOVE, &out->above, &here));
    TRY(read_decibels("least", s->least, GATE_BELOW_MAX, 0, &out->least, &here));
    TRY(read_whole("hold", s->hold, 1, HEARS_MS_MAX, &out->hold_ms, &here));
    return read_whole("before", s->before, 0, HEARS_MS_MAX, &out->before_ms, &here);
}
