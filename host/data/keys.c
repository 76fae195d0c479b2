/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the data section that belong to some kinds of data: with others they would be ignored without a word. */
#include "host/data/source.h"

#define OF(kind)      (1U << DATA_##kind)
#define FIELD(member) #member, offsetof(struct data_section, member), sizeof((struct data_section){0}.member)

static const struct key {
    const char *name;
    size_t offset, bytes; /* zero if the key is not given */
    unsigned kinds;
    bool remembered; /* by a model */
} keys[] = {
    {FIELD(labels), OF(IDX) | OF(ARRAYS) | OF(TABLE) | OF(SERIES), false},
    {FIELD(test_path), OF(IDX) | OF(ARRAYS), false},
    {FIELD(test_labels), OF(IDX) | OF(ARRAYS), false},
    {FIELD(type), OF(TENSORS), false},
    {FIELD(shape), OF(TENSORS) | OF(TABLE), false},
    {FIELD(size), OF(IMAGES), false},
    {FIELD(channels), OF(IMAGES), false},
    {FIELD(header), OF(TABLE) | OF(ARRAYS) | OF(SERIES), false},
    {FIELD(label), OF(TABLE) | OF(SERIES), false},
    {FIELD(recording), OF(SERIES), false},
    {FIELD(rate), OF(SERIES), false},
    {FIELD(columns), OF(TABLE) | OF(SERIES), false},
    {FIELD(ignore), OF(TABLE) | OF(SERIES), false},
    {FIELD(window), OF(SERIES), false},
    {FIELD(step), OF(SERIES) | OF(SOUNDS), false},
    {FIELD(resample), OF(SERIES), false},
    {FIELD(missing), OF(TABLE) | OF(SERIES), false},
    {FIELD(skip), OF(TABLE) | OF(SERIES), false},
    {FIELD(task), OF(TABLE) | OF(ARRAYS) | OF(SERIES), true},
    {FIELD(group), OF(TABLE) | OF(IMAGES) | OF(TENSORS) | OF(ARRAYS) | OF(SERIES) | OF(SOUNDS), true},
    {FIELD(index), OF(SOUNDS), false},
};

static const char *const kind_names[] = {
    [DATA_IDX] = "idx",       [DATA_IMAGES] = "images", [DATA_TENSORS] = "tensors", [DATA_TABLE] = "table",
    [DATA_ARRAYS] = "arrays", [DATA_SOUNDS] = "sounds", [DATA_SERIES] = "series",
};

static bool is_given(const struct data_section *s, const struct key *k)
{
    static const uint8_t nothing[sizeof(void *)];

    assert(k->bytes <= sizeof nothing);
    return memcmp((const uint8_t *)s + k->offset, nothing, k->bytes) != 0;
}

const char *data_section_keys(struct pool *pool, const struct data_section *section)
{
    struct text names = {.pool = pool};

    for (size_t i = 0; i < COUNT(keys); i++)
        if (!keys[i].remembered && is_given(section, &keys[i]))
            text_add(&names, "%s%s", names.len > 0 ? ", " : "", keys[i].name);
    return names.s;
}

struct frame specification_frame(const struct reading *r)
{
    const struct frame *root = r->at;

    if (!r->moved)
        return *r->at;
    while (root->up != NULL)
        root = root->up;
    return (struct frame){.name = r->from, .index = -1, .sink = root->sink};
}

/* 0: not known. */
static int line_of(const struct reading *r, const char *key)
{
    const struct frame quiet = {.index = -1};
    struct pool scratch = {0};
    struct bytes file;
    int line = 0;

    if (r->from != NULL && file_read_back(&scratch, r->from, &file, &quiet) == MOTE_OK)
        line = yaml_line(file, "data", key);
    pool_free(&scratch);
    return line;
}

enum mote_status fail_key(const struct reading *r, const char *key, const char *fmt, ...)
{
    struct frame file = specification_frame(r), here = frame_line(&file, "line", line_of(r, key));
    enum mote_status status;
    va_list args;

    va_start(args, fmt);
    status = vfail(here.index > 0 ? &here : &file, MOTE_ERR_VALUE, fmt, args);
    va_end(args);
    return status;
}

static enum mote_status misplaced(struct reading *r, const struct key *k, enum data_kind kind)
{
    struct nearest near = {.word = k->name};
    struct text kinds = {.pool = &r->scratch}, advice = {.pool = &r->scratch};

    for (size_t i = 0; i < COUNT(kind_names); i++)
        if (k->kinds & 1U << i)
            text_add(&kinds, "%s%s", kinds.len > 0 ? ", " : "", kind_names[i]);
    for (size_t i = 0; i < COUNT(keys); i++)
        if (keys[i].kinds & 1U << kind)
            nearest_try(&near, keys[i].name);
    text_add(&advice, near.found != NULL ? "did you mean \"%s\"?" : "leave it out", near.found);
    return fail_key(r, k->name, "the key \"%s\" is for %s, but %s is of kind %s: %s", k->name, kinds.s, r->path,
                    kind_names[kind], advice.s);
}

void forget_keys(struct data_section *section, enum data_kind kind)
{
    for (size_t i = 0; i < COUNT(keys); i++)
        if (!(keys[i].kinds & 1U << kind))
            memset((uint8_t *)section + keys[i].offset, 0, keys[i].bytes);
    section->classes = NULL;
    section->classes_count = 0;
}

enum mote_status check_keys(struct reading *r, enum data_kind kind)
{
    for (size_t i = 0; i < COUNT(keys); i++)
        if (is_given(r->spec, &keys[i]) && !(keys[i].kinds & 1U << kind))
            return misplaced(r, &keys[i], kind);
    return MOTE_OK;
}
