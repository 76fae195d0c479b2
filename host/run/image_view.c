/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/image_view.h"

#include <math.h>

#include "host/plan/kernels.h"

const struct mote_image_header *image_header(const struct mote_model *m)
{
    return (const struct mote_image_header *)(const void *)m->regions[MOTE_REGION_IMAGE];
}

const struct mote_image_section *image_sections(const struct mote_model *m)
{
    return (const void *)(m->regions[MOTE_REGION_IMAGE] + sizeof(struct mote_image_header));
}

const struct mote_image_section *image_section(const struct mote_model *m, uint32_t id)
{
    const struct mote_image_section *s = image_sections(m);

    for (uint32_t i = 0; i < image_header(m)->n_sections; i++)
        if (s[i].id == id)
            return &s[i];
    return NULL;
}

const char *image_arg_name(uint32_t kernel, uint32_t i)
{
    assert(kernel < KERNEL_LIMIT && kernels[kernel] != NULL);
    return i < kernels[kernel]->n_args ? kernels[kernel]->arg_names[i] : "scratch";
}

const char *image_section_name(uint32_t id)
{
    static const char *const names[] = {
        [MOTE_SECTION_TENSORS] = "tensors",
        [MOTE_SECTION_STEPS] = "steps",
        [MOTE_SECTION_ARGS] = "args",
        [MOTE_SECTION_PARAMS] = "params",
        [MOTE_SECTION_IO] = "io",
        [MOTE_SECTION_STRINGS] = "strings",
        [MOTE_SECTION_PREPROCESS] = "preprocess",
        [MOTE_SECTION_DATA] = "data",
        [MOTE_SECTION_TASK] = "task",
        [MOTE_SECTION_SCHEDULE] = "schedule",
        [MOTE_SECTION_PROGRAMS] = "programs",
        [MOTE_SECTION_LISTEN] = "listen",
    };

    return id < COUNT(names) && names[id] != NULL ? names[id] : "?";
}

const char *image_string(const struct mote_model *m, uint32_t offset)
{
    return offset < m->n_strings ? m->strings + offset : "?"; /* the section ends with a NUL */
}

/* What the section says, if it has room for it. */
static struct mote_image_task task_of(const struct mote_model *m)
{
    const struct mote_image_task none = {MOTE_TASK_NONE, INFINITY, -1, 0};
    const struct mote_image_section *s = image_section(m, MOTE_SECTION_TASK);
    struct mote_image_task t;

    if (s == NULL || s->bytes < sizeof t)
        return none;
    memcpy(&t, m->regions[MOTE_REGION_IMAGE] + s->offset, sizeof t);
    return t.n_classes <= (s->bytes - sizeof t) / sizeof(uint32_t) ? t : none;
}

const char *const *image_classes(struct pool *pool, const struct mote_model *m, int32_t *n)
{
    const uint32_t n_classes = task_of(m).n_classes;
    const char **names;

    *n = (int32_t)n_classes;
    if (n_classes == 0)
        return NULL;
    names = pool_array(pool, n_classes, sizeof *names);
    for (uint32_t i = 0; i < n_classes; i++) {
        const char *name = mote_model_class(m, i);

        names[i] = name != NULL ? name : "?";
    }
    return names;
}

struct preprocess image_preprocess(const struct mote_model *m)
{
    struct mote_preprocess p;

    if (mote_model_preprocess(m, 0, &p) != MOTE_OK)
        return (struct preprocess){.kind = "none", .channels = ""};
    return (struct preprocess){.kind = raw_kind_names[p.kind],
                               .channels = order_names[p.channels],
                               .n = (int32_t)p.n,
                               .mean = p.mean,
                               .inverse = p.inverse,
                               .type = p.n > 0 ? (enum mote_type)p.type : TYPE_NONE};
}

struct task image_task(const struct mote_model *m)
{
    const struct mote_image_task t = task_of(m);

    if (t.task >= TASKS)
        return (struct task){MOTE_TASK_NONE, INFINITY, -1};
    return (struct task){(enum mote_task)t.task, t.threshold >= 0 ? t.threshold : INFINITY, t.normal};
}

int64_t image_weight_bytes(const struct mote_model *m)
{
    int64_t sum = 0, all = image_header(m)->bytes;

    for (uint32_t i = 0; i < m->n_tensors; i++)
        if ((m->tensors[i].flags & MOTE_TENSOR_WEIGHT) && m->tensors[i].region == MOTE_REGION_IMAGE)
            sum += m->tensors[i].bytes;
    return sum < all ? sum : all;
}
