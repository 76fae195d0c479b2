/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/kept_tensors.h"

struct kept_run {
    struct pool *pool;
    const struct pipeline *p;
    const struct runner *runner;
};

static enum mote_status write_tensor(const struct kept_run *k, struct staging *files, int32_t index, struct text *list,
                                     const struct frame *at)
{
    const struct tensor *t = &k->p->model.graphs[0].tensors[index];
    int32_t value = k->p->plan.value_of_tensor[index];
    char shape[96];

    if (value == VALUE_NONE || t->source < 0)
        return MOTE_OK;

    const struct value *v = &k->p->plan.values[value];
    const uint8_t *data = v->kind == VALUE_CONST ? t->data : k->runner->model.regions[MOTE_REGION_ARENA] + v->offset;

    if (data == NULL)
        return MOTE_OK;
    TRY(staging_put(files, pool_printf(k->pool, "t%d.bin", t->source), data, (size_t)tensor_bytes(t), at));
    text_add(list, "%d %s %s %lld %s\n", t->source, type_name(t->type), shape_text(t, shape),
             (long long)tensor_bytes(t), printable(k->pool, t->name));
    return MOTE_OK;
}

static enum mote_status put_tensors(const struct kept_run *k, struct staging *files, const struct frame *at)
{
    struct text list = {.pool = k->pool};

    text_add(&list, "%s", "");
    for (int32_t i = 0; i < k->p->model.graphs[0].n_tensors; i++)
        TRY(write_tensor(k, files, i, &list, at));
    TRY(staging_put(files, "index.txt", list.s, list.len, at));
    return staging_commit(files, at);
}

enum mote_status tensors_write_all(struct pool *pool, const struct pipeline *p, const struct runner *runner,
                                   const char *folder, const struct frame *file)
{
    const struct kept_run k = {pool, p, runner};
    struct frame here = {.name = folder, .index = -1, .sink = file->sink};
    struct staging files;
    enum mote_status status = staging_begin(pool, folder, &files, &here);

    if (status == MOTE_OK)
        status = put_tensors(&k, &files, &here);
    staging_end(&files);
    return status;
}
