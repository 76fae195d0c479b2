/* SPDX-License-Identifier: Apache-2.0 */
/* From a value's name to its tensor: a hash table with open addresses. */
#include "host/import/names.h"

struct name_slot {
    const char *name;
    int32_t value;
};

static size_t hash(const char *s)
{
    uint32_t h = 2166136261u;

    for (; *s; s++)
        h = (h ^ (uint8_t)*s) * 16777619u;
    return h;
}

/* The slot of the name, or the empty one where it would be. */
static struct name_slot *find(const struct names *names, const char *name)
{
    size_t at = hash(name);

    assert(names->n < names->capacity);
    for (;; at++) {
        struct name_slot *slot = &names->slots[at & (names->capacity - 1)];

        if (slot->name == NULL || strcmp(slot->name, name) == 0)
            return slot;
    }
}

static void grow(struct pool *pool, struct names *names)
{
    struct names larger = {
        .n = names->n, .capacity = names->capacity ? names->capacity * 2 : 16, .outer = names->outer};

    larger.slots = pool_array(pool, larger.capacity, sizeof *larger.slots);
    for (size_t i = 0; i < names->capacity; i++)
        if (names->slots[i].name)
            *find(&larger, names->slots[i].name) = names->slots[i];
    *names = larger;
}

void names_set(struct pool *pool, struct names *names, const char *name, int32_t value)
{
    struct name_slot *slot;

    if (2 * (names->n + 1) > names->capacity)
        grow(pool, names);
    assert((names->capacity & (names->capacity - 1)) == 0);
    slot = find(names, name);
    names->n += slot->name == NULL;
    *slot = (struct name_slot){name, value};
}

int32_t names_get(const struct names *names, const char *name)
{
    for (; names; names = names->outer) {
        const struct name_slot *slot = names->n > 0 ? find(names, name) : NULL;

        if (slot && slot->name)
            return slot->value;
    }
    return NAME_ABSENT;
}
