/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the data section that belong to some kinds of data: with others they would be ignored without a word. */
#include "host/data/source.h"

#define OF(kind)      (1U << DATA_##kind)
#define FIELD(member) #member, offsetof(struct data_section, member), sizeof((struct data_section){0}.member)

static const struct key {
    const char *name;
    size_t offset, bytes; /* zero if the key is not given */
    unsigned kinds;
} keys[] = {
    {FIELD(labels), OF(IDX) | OF(ARRAYS)},
    {FIELD(test_path), OF(IDX) | OF(ARRAYS)},
    {FIELD(test_labels), OF(IDX) | OF(ARRAYS)},
    {FIELD(type), OF(TENSORS)},
    {FIELD(shape), OF(TENSORS)},
    {FIELD(size), OF(IMAGES)},
    {FIELD(channels), OF(IMAGES)},
    {FIELD(header), OF(TABLE) | OF(ARRAYS)},
    {FIELD(label), OF(TABLE)},
    {FIELD(task), OF(TABLE) | OF(ARRAYS)},
    {FIELD(group), OF(TABLE) | OF(IMAGES) | OF(TENSORS) | OF(ARRAYS)},
};

static const char *const kind_names[] = {
    [DATA_IDX] = "idx",     [DATA_IMAGES] = "images", [DATA_TENSORS] = "tensors",
    [DATA_TABLE] = "table", [DATA_ARRAYS] = "arrays",
};

static bool is_given(const struct data_section *s, const struct key *k)
{
    static const uint8_t nothing[sizeof(void *)];

    assert(k->bytes <= sizeof nothing);
    return memcmp((const uint8_t *)s + k->offset, nothing, k->bytes) != 0;
}

static enum mote_status misplaced(struct reading *r, const struct key *k, enum data_kind kind)
{
    struct nearest near = {.word = k->name};
    struct text kinds = {.pool = &r->scratch}, advice = {.pool = &r->scratch};
    struct bytes file;
    struct frame section = frame_of(r->at, r->from);
    struct frame here = {.up = r->moved ? &section : r->at, .kind = "line", .index = 0};

    for (size_t i = 0; i < COUNT(kind_names); i++)
        if (k->kinds & 1U << i)
            text_add(&kinds, "%s%s", kinds.len > 0 ? ", " : "", kind_names[i]);
    for (size_t i = 0; i < COUNT(keys); i++)
        if (keys[i].kinds & 1U << kind)
            nearest_try(&near, keys[i].name);
    text_add(&advice, near.found != NULL ? "did you mean \"%s\"?" : "leave it out", near.found);
    if (r->from != NULL && file_read_back(&r->scratch, r->from, &file, r->at) == MOTE_OK)
        here.index = yaml_line(file, "data", k->name);
    return fail(here.index > 0 ? &here : r->at, MOTE_ERR_VALUE, "the key \"%s\" is for %s, but %s is of kind %s: %s",
                k->name, kinds.s, r->path, kind_names[kind], advice.s);
}

enum mote_status check_keys(struct reading *r, enum data_kind kind)
{
    for (size_t i = 0; i < COUNT(keys); i++)
        if (is_given(r->spec, &keys[i]) && !(keys[i].kinds & 1U << kind))
            return misplaced(r, &keys[i], kind);
    return MOTE_OK;
}
