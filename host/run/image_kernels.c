/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/image_kernels.h"

#include "host/graph/graph.h"
#include "host/target/target.h"
#include "mote/ops/image.h"
#include "mote/runtime/registry.h"

/* ---- packed constants for portable code ---- */
static void run_unpacked(const struct mote_call *call, const struct mote_version *version, enum kernel_id kernel)
{
    const struct mote_kernel *k = kernels[kernel];
    void *args[MOTE_ARGS_MAX];
    struct pool pool = {0};
    uint32_t bytes[MOTE_ARGS_MAX + 1];

    k->need(call->params, bytes);
    memcpy(args, call->args, k->n_args * sizeof *args);
    for (uint32_t i = 0; version->forms != NULL && i < k->n_args; i++) {
        int32_t shape[MOTE_PACKED_DIMS];

        if (version->forms[i] == 0)
            continue;
        version->shape(call->params, i, shape);
        args[i] = pool_alloc(&pool, bytes[i]);
        packing_unpack(mote_packing(version->forms[i]), shape, (size_t)type_bits((enum mote_type)k->arg[i].type) / 8,
                       call->args[i], args[i]);
    }
    kernel_version_best(kernel, 0)->code->run(&(struct mote_call){call->params, args, call->first, call->count});
    pool_free(&pool);
}

/* A call does not say which kernel it is for, so that each version has a function. */
#define VERSION(family, kernel, version, FEATURE)                                                                      \
    extern const struct mote_version mote_version_##kernel##_##version;                                                \
    static void run_##kernel##_##version(const struct mote_call *call)                                                 \
    {                                                                                                                  \
        run_unpacked(call, &mote_version_##kernel##_##version, KERNEL_##kernel);                                       \
    }
#include "mote/ops/kernels_def.h"

static const struct reader {
    const struct mote_version *version;
    void (*run)(const struct mote_call *call);
} readers[] = {
#define VERSION(family, kernel, version, FEATURE) {&mote_version_##kernel##_##version, run_##kernel##_##version},
#include "mote/ops/kernels_def.h"
    {NULL, NULL},
};

/* ---- tables ---- */
struct table {
    struct mote_kernels kernels;
    struct mote_linked linked[KERNEL_LIMIT]; /* by id */
    struct mote_version code[KERNEL_LIMIT];
    uint8_t place[KERNEL_LIMIT];
};

static void link(struct table *t, const struct kernel_version *v, uint32_t cpu)
{
    struct mote_version *code = &t->code[v->kernel];

    *code = *v->code;
    if (code->run == NULL || (v->features & ~cpu))
        for (const struct reader *r = readers; r->version != NULL; r++)
            if (r->version == v->code)
                code->run = r->run;
    t->linked[v->kernel] = (struct mote_linked){code, kernels[v->kernel]};
}

/* The one after v (NULL: the first): those that this machine has code for come first. */
static const struct kernel_version *candidate(const struct kernel_version *v, enum kernel_id kernel, uint32_t cpu)
{
    bool others = v != NULL && (v->features & ~cpu);

    v = v == NULL ? kernel_version_first(kernel) : kernel_version_next(v);
    while (v != NULL && !(v->features & ~cpu) == others)
        v = kernel_version_next(v);
    if (v != NULL || others)
        return v;
    for (v = kernel_version_first(kernel); v != NULL && !(v->features & ~cpu);)
        v = kernel_version_next(v);
    return v;
}

/* The image is planned for another version of the step's kernel: an argument is packed otherwise, which may show in its
 * size first, or scratch is less than this one wants. */
static bool is_for_another(const struct mote_model *m, const struct kernel_version *v, int32_t status)
{
    const struct mote_error *e = &m->error;

    if (status != MOTE_ERR_PARAMS || e->tensor < 0 || e->detail < 0)
        return status == MOTE_ERR_CODING;
    return e->detail >= kernels[v->kernel]->n_args || m->tensors[e->tensor].form != kernel_version_form(v, e->detail);
}

/* A step that was refused names a kernel: the next version may take it. Nothing of an image is looked at before the
 * runtime has checked it. */
int32_t image_open(struct pool *pool, struct bytes image, uint32_t cpu, void *arena, size_t arena_bytes,
                   struct mote_model *model)
{
    const struct kernel_version *linked[KERNEL_LIMIT] = {NULL};
    struct table *t = pool_array(pool, 1, sizeof *t);

    _Static_assert(KERNEL_LIMIT <= UINT8_MAX + 1, "too many kernels for one byte");
    t->kernels = (struct mote_kernels){t->linked, t->place, KERNEL_LIMIT};
    for (int id = 1; id < KERNEL_LIMIT; id++) {
        if (kernels[id] == NULL)
            continue;
        t->place[id] = (uint8_t)id;
        linked[id] = candidate(NULL, (enum kernel_id)id, cpu);
        link(t, linked[id], cpu);
    }
    for (;;) {
        int32_t status = mote_model_open(model, &t->kernels, image.data, image.size, arena, arena_bytes);
        const struct kernel_version **v;

        if ((status != MOTE_ERR_CODING && status != MOTE_ERR_PARAMS) || model->error.step < 0)
            return status;
        v = &linked[model->steps[model->error.step].kernel];
        if (!is_for_another(model, *v, status))
            return status;
        *v = candidate(*v, (*v)->kernel, cpu);
        if (*v == NULL)
            return status;
        link(t, *v, cpu);
    }
}

static bool takes(const struct kernel_version *v, const struct mote_model *m, const struct mote_image_step *s)
{
    const struct mote_kernel *k = kernels[v->kernel];
    uint32_t bytes[MOTE_ARGS_MAX + 1];

    for (int i = 0; i < k->n_args; i++) {
        const struct mote_image_tensor *t = &m->tensors[m->args[s->args + (uint32_t)i]];

        if (t->form != kernel_version_form(v, i))
            return false;
    }
    k->need(m->params + s->params, bytes);
    return s->n_args > k->n_args || v->code->fit == NULL || v->code->fit(m->params + s->params, bytes) == 0;
}

const struct kernel_version *image_version(const struct mote_model *m, enum kernel_id kernel, uint32_t features)
{
    const struct kernel_version *v = kernel_version_first(kernel);
    bool used = false;

    for (; v != NULL; v = kernel_version_next(v)) {
        bool all = (v->features & ~features) == 0;

        for (uint32_t i = 0; i < m->n_steps && all; i++)
            if (m->steps[i].kernel == kernel) {
                used = true;
                all = takes(v, m, &m->steps[i]);
            }
        if (all)
            break;
    }
    return used ? v : NULL;
}
