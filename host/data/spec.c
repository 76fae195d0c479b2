/* SPDX-License-Identifier: Apache-2.0 */
#include "host/data/spec.h"

#define OPTIONAL CYAML_FLAG_OPTIONAL
#define WORD     (CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL)
#define POINTER  (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)

static const cyaml_strval_t kinds[] = {
    {"idx", DATA_IDX},       {"images", DATA_IMAGES}, {"tensors", DATA_TENSORS}, {"table", DATA_TABLE},
    {"arrays", DATA_ARRAYS}, {"sounds", DATA_SOUNDS}, {"series", DATA_SERIES},
};
static const cyaml_strval_t types[] = {{"u8", TYPE_U8}, {"s8", TYPE_S8}, {"s16", TYPE_S16}, {"f32", TYPE_F32}};
static const cyaml_strval_t channels[] = {{"rgb", DATA_RGB}, {"bgr", DATA_BGR}, {"gray", DATA_GRAY}};
static const cyaml_strval_t headers[] = {
    {"yes", DATA_HEADER_YES}, {"no", DATA_HEADER_NO}, {"true", DATA_HEADER_YES}, {"false", DATA_HEADER_NO}};
static const cyaml_strval_t tasks[] = {{"classification", DATA_CLASSIFICATION}, {"regression", DATA_REGRESSION}};
static const cyaml_strval_t drawings[] = {{"stratified", DATA_STRATIFIED}, {"random", DATA_RANDOM}};
static const cyaml_strval_t normalizations[] = {{"auto", DATA_NORMALIZE_AUTO}, {"none", DATA_NORMALIZE_NONE}};
static const cyaml_strval_t flips[] = {{"none", DATA_FLIP_NONE}, {"horizontal", DATA_FLIP_HORIZONTAL}};

static const cyaml_schema_value_t word = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, YAML_TEXT_MAX)};
static const cyaml_schema_value_t number = {CYAML_VALUE_FLOAT(CYAML_FLAG_STRICT, float)};
static const cyaml_schema_value_t whole = {CYAML_VALUE_INT(CYAML_FLAG_DEFAULT, int64_t)};

static const cyaml_schema_field_t list_fields[] = {
    CYAML_FIELD_STRING_PTR("train", POINTER, struct data_lists, train, 1, YAML_TEXT_MAX),
    CYAML_FIELD_STRING_PTR("validation", POINTER, struct data_lists, validation, 1, YAML_TEXT_MAX),
    CYAML_FIELD_STRING_PTR("test", POINTER, struct data_lists, test, 1, YAML_TEXT_MAX),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t augment_fields[] = {
    CYAML_FIELD_INT("shift", OPTIONAL, struct data_augment, shift),
    CYAML_FIELD_ENUM("flip", WORD, struct data_augment, flip, flips, COUNT(flips)),
    CYAML_FIELD_FLOAT("noise", WORD, struct data_augment, noise),
    CYAML_FIELD_FLOAT("gain", WORD, struct data_augment, gain),
    CYAML_FIELD_STRING_PTR("background", POINTER, struct data_augment, background, 1, YAML_TEXT_MAX),
    CYAML_FIELD_SEQUENCE("snr", POINTER, struct data_augment, snr, &number, 2, 2),
    CYAML_FIELD_FLOAT_PTR("share", POINTER | CYAML_FLAG_STRICT, struct data_augment, share),
    CYAML_FIELD_INT("lead", OPTIONAL, struct data_augment, lead),
    CYAML_FIELD_INT("mask_frames", OPTIONAL, struct data_augment, mask_frames),
    CYAML_FIELD_INT("mask_channels", OPTIONAL, struct data_augment, mask_channels),
    CYAML_FIELD_END,
};

const cyaml_schema_field_t data_input_fields[] = {
    CYAML_FIELD_STRING_PTR("audio", CYAML_FLAG_POINTER, struct data_input, audio, 1, YAML_TEXT_MAX),
    CYAML_FIELD_INT("window", OPTIONAL, struct data_input, window),
    CYAML_FIELD_INT("step", OPTIONAL, struct data_input, step),
    CYAML_FIELD_INT("channels", OPTIONAL, struct data_input, channels),
    CYAML_FIELD_INT("clip", OPTIONAL, struct data_input, clip),
    CYAML_FIELD_END,
};

#define TEXT(key, member) CYAML_FIELD_STRING_PTR(key, POINTER, struct data_section, member, 1, YAML_TEXT_MAX)

#define ENUM(key, member, words)        CYAML_FIELD_ENUM(key, WORD, struct data_section, member, words, COUNT(words))
#define LIST(key, member, of, min, max) CYAML_FIELD_SEQUENCE(key, POINTER, struct data_section, member, &(of), min, max)

const cyaml_schema_field_t data_section_fields[] = {
    ENUM("kind", kind, kinds),
    CYAML_FIELD_STRING_PTR("path", CYAML_FLAG_POINTER, struct data_section, path, 1, YAML_TEXT_MAX),
    TEXT("labels", labels),
    TEXT("test_path", test_path),
    TEXT("test_labels", test_labels),
    ENUM("type", type, types),
    CYAML_FIELD_FLOAT_PTR("scale", POINTER | CYAML_FLAG_STRICT, struct data_section, scale),
    CYAML_FIELD_INT("zero_point", OPTIONAL, struct data_section, zero_point),
    LIST("shape", shape, whole, 1, 8),
    LIST("size", size, whole, 2, 2),
    ENUM("channels", channels, channels),
    ENUM("header", header, headers),
    TEXT("label", label),
    TEXT("recording", recording),
    CYAML_FIELD_FLOAT("rate", WORD, struct data_section, rate),
    LIST("columns", columns, word, 1, YAML_LIST_MAX),
    LIST("ignore", ignore, word, 1, YAML_LIST_MAX),
    TEXT("missing", missing),
    CYAML_FIELD_INT("window", OPTIONAL, struct data_section, window),
    CYAML_FIELD_INT("step", OPTIONAL, struct data_section, step),
    CYAML_FIELD_INT("resample", OPTIONAL, struct data_section, resample),
    CYAML_FIELD_INT("skip", OPTIONAL, struct data_section, skip),
    ENUM("task", task, tasks),
    TEXT("group", group),
    LIST("classes", classes, word, 1, YAML_LIST_MAX),
    CYAML_FIELD_FLOAT_PTR("validation", POINTER | CYAML_FLAG_STRICT, struct data_section, validation),
    CYAML_FIELD_FLOAT_PTR("test", POINTER | CYAML_FLAG_STRICT, struct data_section, test),
    ENUM("split", split, drawings),
    CYAML_FIELD_UINT("seed", OPTIONAL, struct data_section, seed),
    CYAML_FIELD_MAPPING_PTR("lists", POINTER, struct data_section, lists, list_fields),
    ENUM("normalize", normalize, normalizations),
    LIST("mean", mean, number, 1, YAML_LIST_MAX),
    LIST("std", std, number, 1, YAML_LIST_MAX),
    CYAML_FIELD_MAPPING_PTR("augment", POINTER, struct data_section, augment, augment_fields),
    TEXT("index", index),
    CYAML_FIELD_END,
};

struct specification {
    struct data_section data;
    const struct data_input *input;
};

/* A recipe is a specification too: of its keys only the data count here. */
static const cyaml_schema_field_t fields[] = {
    CYAML_FIELD_MAPPING("data", CYAML_FLAG_DEFAULT, struct specification, data, data_section_fields),
    CYAML_FIELD_MAPPING_PTR("input", POINTER, struct specification, input, data_input_fields),
    CYAML_FIELD_IGNORE("name", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("width", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("target", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("network", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("training", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("compress", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("posterior", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_IGNORE("gate", CYAML_FLAG_OPTIONAL),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct specification, fields)};

enum mote_status data_section_read(struct pool *pool, const char *path, const struct data_section **out,
                                   const struct frame *at)
{
    struct specification *s;
    void *read;

    TRY(yaml_read(pool, path, &schema, &read, at));
    s = read;
    s->data.input = s->input;
    *out = &s->data;
    return MOTE_OK;
}
