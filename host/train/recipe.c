/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe's file as a whole. Its sections have schemas of their own: host/data/spec.c, recipe_layers.c,
 * recipe_training.c, recipe_compress.c, recipe_posterior.c. */
#include "host/yaml/yaml.h"
#include "host/data/spec.h"
#include "host/train/layer.h"

#define WIDTH_MIN 0.01F
#define WIDTH_MAX 16.0F

struct recipe_yaml {
    const char *name, *width, *target;
    struct data_section *data;
    const struct data_input *input;
    const struct layer_entry *network;
    unsigned network_count;
    const struct training_section *training;
    const struct compress_section *compress;
    const struct posterior_section *posterior;
    const struct gate_section *gate;
};

#define NEEDED   CYAML_FLAG_POINTER
#define OPTIONAL CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL

static const cyaml_schema_field_t fields[] = {
    CYAML_FIELD_STRING_PTR("name", OPTIONAL, struct recipe_yaml, name, 1, YAML_TEXT_MAX),
    CYAML_FIELD_STRING_PTR("width", OPTIONAL, struct recipe_yaml, width, 1, YAML_TEXT_MAX),
    CYAML_FIELD_STRING_PTR("target", OPTIONAL, struct recipe_yaml, target, 1, YAML_TEXT_MAX),
    CYAML_FIELD_MAPPING_PTR("data", OPTIONAL, struct recipe_yaml, data, data_section_fields),
    CYAML_FIELD_MAPPING_PTR("input", OPTIONAL, struct recipe_yaml, input, data_input_fields),
    CYAML_FIELD_SEQUENCE("network", NEEDED, struct recipe_yaml, network, &layer_schema, 1, YAML_LIST_MAX),
    CYAML_FIELD_MAPPING_PTR("training", OPTIONAL, struct recipe_yaml, training, training_fields),
    CYAML_FIELD_MAPPING_PTR("compress", OPTIONAL, struct recipe_yaml, compress, compress_fields),
    CYAML_FIELD_MAPPING_PTR("posterior", OPTIONAL, struct recipe_yaml, posterior, posterior_fields),
    CYAML_FIELD_MAPPING_PTR("gate", OPTIONAL, struct recipe_yaml, gate, gate_fields),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct recipe_yaml, fields)};

const char *recipe_name_of(struct pool *pool, const char *path)
{
    char *name = pool_strdup(pool, path), *dot;
    size_t n = strlen(name);

    while (n > 0 && name[n - 1] == '/')
        name[--n] = '\0';
    name = strrchr(name, '/') != NULL ? strrchr(name, '/') + 1 : name;
    dot = strcmp(name, "..") == 0 ? name : strrchr(name, '.');
    if (dot != NULL && (dot != name || strspn(name, ".") == strlen(name)))
        *dot = '\0';
    return name;
}

/* How stages train: as the training, but for the optimizer that their section may have. */
static enum mote_status read_compressing(const struct recipe_yaml *y, struct recipe *out, const struct frame *at)
{
    struct frame here = {.up = at, .kind = "compress", .index = -1};
    struct training_section section = {.epochs = NULL};

    out->compressing = out->training;
    if (y->compress == NULL || y->compress->optimizer == NULL)
        return MOTE_OK;
    if (y->training != NULL)
        section = *y->training;
    section.optimizer = *y->compress->optimizer;
    return training_read(&section, &out->compressing, &here);
}

enum mote_status recipe_read(struct pool *pool, const char *path, struct recipe *out, const struct frame *at)
{
    struct bytes file;

    TRY(file_read(pool, path, &file, at));
    return recipe_parse(pool, path, file, out, at);
}

static enum mote_status want_one_input(struct bytes file, const struct frame *at)
{
    struct frame here = {.up = at, .kind = "line"};

    if (yaml_values(file, "inputs", &here.index) == 0 && yaml_values(file, "input", &here.index) < 2)
        return MOTE_OK;
    return fail(&here, MOTE_ERR_VALUE,
                "a network has one input, the data: each part of it that layers are to read by themselves is a layer "
                "`- columns: {from: input, take: [a, b]}`, and `concatenation` joins them (docs/RECIPES.md)");
}

enum mote_status recipe_parse(struct pool *pool, const char *path, struct bytes file, struct recipe *out,
                              const struct frame *at)
{
    struct recipe_yaml *y;
    void *read;

    TRY(want_one_input(file, at));
    TRY(yaml_parse(pool, file, &schema, &read, at));
    y = read;
    if (y->input != NULL && y->data == NULL)
        y->data = pool_alloc(pool, sizeof *y->data);
    if (y->input != NULL)
        y->data->input = y->input;
    *out = (struct recipe){.path = pool_strdup(pool, path),
                           .name = y->name ? y->name : recipe_name_of(pool, path),
                           .named = y->name != NULL,
                           .target = y->target,
                           .width = 1,
                           .data = y->data,
                           .n_layers = (int32_t)y->network_count};
    if (y->name && !is_file_name(y->name))
        return fail(at, MOTE_ERR_VALUE,
                    "name is \"%s\": it becomes a folder's, so no '/', no '.' or '-' first, at most %d bytes", y->name,
                    FILE_NAME_SIZE - 1);
    if (y->width && (!yaml_real(y->width, &out->width) || !(out->width >= WIDTH_MIN && out->width <= WIDTH_MAX)))
        return fail(at, MOTE_ERR_VALUE, "width is \"%s\": it must be a number from %g to %g", y->width,
                    (double)WIDTH_MIN, (double)WIDTH_MAX);
    TRY(layers_read(pool, y->network, y->network_count, &out->layers, at));
    TRY(training_read(y->training, &out->training, at));
    TRY(posterior_read(pool, y->posterior, &out->posterior, at));
    TRY(gate_read(y->gate, &out->gate, at));
    TRY(read_compressing(y, out, at));
    return compress_read(pool, y->compress, out, at);
}
