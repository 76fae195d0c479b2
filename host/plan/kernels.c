/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/kernels.h"

#include "mote/ops/cores.h"

#define KERNEL(id, family, name, version)                                                                              \
    extern const struct mote_kernel mote_kernel_##name;                                                                \
    extern const struct mote_version mote_version_##name##_portable;
#define VERSION(family, kernel, version, FEATURE) extern const struct mote_version mote_version_##kernel##_##version;
#include "mote/ops/kernels_def.h"

const struct mote_kernel *const kernels[KERNEL_LIMIT] = {
#define KERNEL(id, family, name, version) [id] = &mote_kernel_##name,
#include "mote/ops/kernels_def.h"
};

const char *const kernel_families[KERNEL_LIMIT] = {
#define KERNEL(id, family, name, version) [id] = #family,
#include "mote/ops/kernels_def.h"
};

/* ---- versions ---- */
static const struct kernel_version versions[] = {
#define VERSION(family, kernel, version, FEATURE)                                                                      \
    {KERNEL_##kernel, #version, MOTE_HAS_##FEATURE, &mote_version_##kernel##_##version},
#include "mote/ops/kernels_def.h"
#define KERNEL(id, family, name, version) {KERNEL_##name, "portable", 0, &mote_version_##name##_portable},
#include "mote/ops/kernels_def.h"
};

static const struct kernel_version *version_of(enum kernel_id kernel, const struct kernel_version *v)
{
    for (; v < versions + COUNT(versions); v++)
        if (v->kernel == kernel)
            return v;
    return NULL;
}

const struct kernel_version *kernel_version_first(enum kernel_id kernel) { return version_of(kernel, versions); }

const struct kernel_version *kernel_version_next(const struct kernel_version *v)
{
    return version_of(v->kernel, v + 1);
}

const struct kernel_version *kernel_version_best(enum kernel_id kernel, uint32_t features)
{
    const struct kernel_version *v = kernel_version_first(kernel);

    assert(v != NULL);
    while (v->features & ~features)
        v = kernel_version_next(v);
    return v;
}

uint16_t kernel_version_form(const struct kernel_version *v, int arg)
{
    return v->code->forms == NULL || arg >= kernels[v->kernel]->n_args ? 0 : v->code->forms[arg];
}

static const char *suffix(struct pool *pool, const struct kernel_version *v)
{
    return strcmp(v->name, "portable") == 0 ? "" : pool_printf(pool, "_%s", v->name);
}

const char *kernel_version_function(struct pool *pool, const struct kernel_version *v)
{
    return pool_printf(pool, "%s%s", kernels[v->kernel]->name, suffix(pool, v));
}

const char *kernel_version_path(struct pool *pool, const struct kernel_version *v)
{
    return pool_printf(pool, "mote/kernels/%s/%s", kernel_families[v->kernel], kernel_version_function(pool, v));
}

void kernel_list(struct text *out, const struct kernel_version *const used[KERNEL_LIMIT])
{
    for (int id = 0; id < KERNEL_LIMIT; id++)
        if (kernels[id] != NULL && used[id] != NULL)
            text_add(out, "KERNEL(%d, %s, %s, %s)\n", id, kernel_families[id], kernels[id]->name, used[id]->name);
    text_add(out, "#undef KERNEL\n");
}
