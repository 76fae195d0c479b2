/* SPDX-License-Identifier: Apache-2.0 */
#include "host/deploy/product.h"

#include "host/deploy/fit.h"
#include "host/emit/emit.h"
#include "host/target/home.h"

enum mote_status model_rename(struct pipeline *p, const char *name, const struct frame *file)
{
    const char *fits = model_name_from(p->pool, name);

    if (!p->has_graph)
        return fail(file, MOTE_ERR_USAGE, "an image keeps its name; --name wants the .tflite or graph file");
    if (strcmp(fits, name) != 0)
        return fail(file, MOTE_ERR_USAGE,
                    "--name wants a C identifier of small letters, digits and _, such as %s, not \"%s\"", fits, name);
    p->model.name = name;
    return MOTE_OK;
}

enum mote_status product_make(struct pool *pool, const struct pipeline *p, enum product_form form, struct product *out,
                              const struct frame *file)
{
    *out = (struct product){.pool = pool, .p = p, .form = form};
    TRY(runner_open(pool, p->image, &out->runner, file));
    TRY(check_target_fit(&out->runner.model, &p->plan, form == PRODUCT_IMAGE ? BOARD_IMAGE : BOARD_C, &p->target,
                         file));
    if (form != PRODUCT_IMAGE && !p->has_graph)
        return fail(file, MOTE_ERR_USAGE, "an image holds no graph to emit from; give the .tflite or graph file");
    return MOTE_OK;
}

static enum mote_status write_graph(const struct product *product, const char *path, const struct frame *at)
{
    struct text t = {.pool = product->pool};

    model_write(&product->p->model, &t);
    return file_write(path, t.s, t.len, at);
}

static enum mote_status write_for_others(const struct product *product, const char *path, const struct frame *file,
                                         const struct frame *at)
{
    const struct model *m = &product->p->model;
    struct bytes out;

    if (product->form == PRODUCT_TFLITE)
        TRY(emit_tflite(product->pool, m, &out, file));
    else
        TRY(emit_ell(product->pool, m, &out, file));
    return file_write(path, out.data, out.size, at);
}

enum mote_status product_write(const struct product *product, const char *path, const struct frame *file)
{
    const struct pipeline *p = product->p;
    struct frame here = {.name = path, .index = -1, .sink = file->sink};
    const char *home;

    switch (product->form) {
    case PRODUCT_IMAGE:
        return file_write(path, p->image.data, p->image.size, &here);
    case PRODUCT_GRAPH:
        return write_graph(product, path, &here);
    case PRODUCT_TFLITE:
    case PRODUCT_ELL:
        return write_for_others(product, path, file, &here);
    default:
        TRY(mote_home(product->pool, &home, &(struct frame){.index = -1, .sink = file->sink}));
        return emit_c(&p->plan, home, path, &here);
    }
}
