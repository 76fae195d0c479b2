/* SPDX-License-Identifier: Apache-2.0 */
/* Which weights of the file are which layer's. An .h5 has a list for each layer of the outermost model; a .keras has
 * groups that are called after the layers' classes and numbered in the order of the configuration, not always by 1. */
#include <ctype.h>
#include <stdlib.h>

#include "host/import/keras/keras.h"

#define PIECES_MAX  256   /* of a list of names */
#define WEIGHTS_MAX 65536 /* of a layer of the outermost model */

static int32_t count_vars(const struct keras_layer *l)
{
    int32_t n = l->n_vars;

    for (int32_t i = 0; i < l->n_children; i++)
        n += count_vars(&l->children[i]);
    return n;
}

/* ---- .h5: lists ---- */
struct list {
    struct tensor **vars; /* [n] in the order of the file's */
    int32_t n;
};

/* As Keras lists them: what is trained first; of what is not to be trained, all, layer by layer. */
static void list_vars(struct keras_layer *l, bool trained, bool all, struct list *list)
{
    all = all || (!l->trainable && !trained);
    if (!l->trainable && trained)
        return;
    for (int32_t i = 0; i < l->n_vars; i++)
        if (all || l->trained[i] == trained)
            list->vars[list->n++] = &l->vars[i];
    for (int32_t i = 0; i < l->n_children; i++) {
        if (all) {
            list_vars(&l->children[i], true, false, list);
            list_vars(&l->children[i], false, false, list);
        } else {
            list_vars(&l->children[i], trained, false, list);
        }
    }
}

/* The names of a layer's weights. Lists of more than 64 KiB are in pieces: weight_names0, weight_names1 … */
static int32_t weight_names(struct pool *pool, const struct hdf5 *h, const char *path, const char *const **out)
{
    const struct hdf5_texts *t = hdf5_texts_of(h, path, "weight_names");
    const char **all = NULL;
    int32_t n = 0;

    if (t) {
        *out = t->texts;
        return t->n;
    }
    for (int piece = 0; piece < PIECES_MAX; piece++) {
        t = hdf5_texts_of(h, path, pool_printf(pool, "weight_names%d", piece));
        for (int32_t i = 0; t && i < t->n && n < WEIGHTS_MAX; i++) {
            all = pool_grow(pool, all, (size_t)n, sizeof *all);
            all[n++] = t->texts[i];
        }
        if (!t)
            break;
    }
    *out = all;
    return n;
}

static enum mote_status take(struct pool *pool, const struct hdf5 *h, const char *path, struct tensor *out,
                             const struct frame *at)
{
    const struct hdf5_tensor *t = hdf5_tensor_of(h, path);

    if (!t)
        return fail(at, MOTE_ERR_FORMAT, "the weights '%s' are not in the file", printable(pool, path));
    *out = t->t;
    return MOTE_OK;
}

static enum mote_status read_listed(struct pool *pool, const struct hdf5 *h, const char *root, struct keras_layer *l,
                                    const struct frame *at)
{
    const char *path = pool_printf(pool, "%s/%s", root, l->name), *const * names;
    const struct frame here = {at, "layer", printable(pool, l->name), -1, NULL};
    struct list list = {pool_array(pool, (size_t)count_vars(l) + 1, sizeof *list.vars), 0};
    int32_t n = weight_names(pool, h, path, &names);

    list_vars(l, true, false, &list);
    list_vars(l, false, false, &list);
    if (n != list.n)
        return fail(&here, MOTE_ERR_FORMAT, "the file has %d weights of it, its configuration wants %d", (int)n,
                    (int)list.n);
    for (int32_t i = 0; i < n; i++)
        TRY(take(pool, h, pool_printf(pool, "%s/%s", path, names[i]), list.vars[i], &here));
    return MOTE_OK;
}

static enum mote_status read_all_listed(struct pool *pool, const struct hdf5 *h, struct keras_layer *model,
                                        const struct frame *at)
{
    const char *root =
        hdf5_texts_of(h, "/model_weights", "layer_names") || hdf5_texts_of(h, "/model_weights", "layer_names0")
            ? "/model_weights"
            : "";

    for (int32_t i = 0; i < model->n_children; i++)
        if (count_vars(&model->children[i]) > 0)
            TRY(read_listed(pool, h, root, &model->children[i], at));
    return MOTE_OK;
}

/* ---- .keras: groups ---- */
/* DepthwiseConv2D is depthwise_conv2d, LSTM lstm. */
static const char *snake(struct pool *pool, const char *class)
{
    char *out = pool_alloc(pool, 2 * strlen(class) + 1);
    size_t n = 0;

    for (size_t i = 0; class[i]; i++) {
        bool upper = isupper((unsigned char)class[i]), word = upper && islower((unsigned char)class[i + 1]);
        bool after = i > 0 && islower((unsigned char)class[i - 1]);

        if (!isalnum((unsigned char)class[i]) && class[i] != '_')
            continue;
        if (n > 0 && (word || (upper && after)))
            out[n++] = '_';
        out[n++] = (char)tolower((unsigned char)class[i]);
    }
    return out;
}

/* The number of a group of that name below `prefix`, of which a path says something: "…/name_3/vars/0"; -1 if the path
 * is another's. */
static long number_of(const char *path, const char *prefix, const char *name)
{
    size_t n = strlen(prefix), m = strlen(name);
    char *end;
    long number;

    if (strncmp(path, prefix, n) != 0 || path[n] != '/' || strncmp(path + n + 1, name, m) != 0)
        return -1;
    path += n + 1 + m;
    if (*path == '/')
        return 0;
    if (path[0] != '_' || !isdigit((unsigned char)path[1]))
        return -1;
    number = strtol(path + 1, &end, 10);
    return *end == '/' && number < INT_MAX ? number : -1;
}

/* The least number of such a group that is more than `after`, -1 if there is none. */
static long next_group(const struct hdf5 *h, const char *prefix, const char *name, long after)
{
    long least = -1;

    for (int32_t i = 0; i < h->n_tensors; i++) {
        long number = number_of(h->tensors[i].path, prefix, name);

        if (number > after && (least < 0 || number < least))
            least = number;
    }
    return least;
}

static enum mote_status read_grouped(struct pool *pool, const struct hdf5 *h, const char *path, struct keras_layer *l,
                                     const struct frame *at);

/* "query/kernel" is in the object "_query_dense", or "query_dense"; what has no object is the layer's or its cell's. */
static const struct hdf5_tensor *grouped_var(struct pool *pool, const struct hdf5 *h, const char *path,
                                             const char *object, int number)
{
    const struct hdf5_tensor *t;

    if (!*object) {
        t = hdf5_tensor_of(h, pool_printf(pool, "%s/vars/%d", path, number));
        return t ? t : hdf5_tensor_of(h, pool_printf(pool, "%s/cell/vars/%d", path, number));
    }
    t = hdf5_tensor_of(h, pool_printf(pool, "%s/_%s_dense/vars/%d", path, object, number));
    return t ? t : hdf5_tensor_of(h, pool_printf(pool, "%s/%s_dense/vars/%d", path, object, number));
}

static enum mote_status read_own(struct pool *pool, const struct hdf5 *h, const char *path, struct keras_layer *l,
                                 const struct frame *at)
{
    const char *before = "";
    int number = 0;

    for (int32_t i = 0; i < l->n_vars; i++) {
        const char *slash = strchr(l->var_names[i], '/');
        const char *object = slash ? pool_printf(pool, "%.*s", (int)(slash - l->var_names[i]), l->var_names[i]) : "";
        const struct hdf5_tensor *t;

        number = strcmp(object, before) == 0 ? number : 0;
        before = object;
        t = grouped_var(pool, h, path, object, number++);
        if (!t)
            return fail(at, MOTE_ERR_FORMAT, "its %s is not in the file's '%s'", l->var_names[i],
                        printable(pool, path));
        l->vars[i] = t->t;
    }
    return MOTE_OK;
}

/* Layers of a class have the groups of that name, one after the other. */
static enum mote_status read_children(struct pool *pool, const struct hdf5 *h, const char *prefix,
                                      struct keras_layer *model, const struct frame *at)
{
    long *numbers = pool_array(pool, (size_t)model->n_children, sizeof *numbers);

    for (int32_t i = 0; i < model->n_children; i++) {
        struct keras_layer *l = &model->children[i];
        const struct frame here = {at, "layer", printable(pool, l->name), -1, NULL};
        const char *name = snake(pool, l->class);
        long number = -1;

        numbers[i] = -1;
        if (count_vars(l) == 0)
            continue;
        for (int32_t k = i - 1; k >= 0 && number < 0; k--)
            if (strcmp(model->children[k].class, l->class) == 0)
                number = numbers[k];
        number = numbers[i] = next_group(h, prefix, name, number);
        if (number < 0)
            return fail(&here, MOTE_ERR_FORMAT, "the file has no weights of it in '%s'", printable(pool, prefix));
        TRY(read_grouped(pool, h,
                         number > 0 ? pool_printf(pool, "%s/%s_%ld", prefix, name, number)
                                    : pool_printf(pool, "%s/%s", prefix, name),
                         l, &here));
    }
    return MOTE_OK;
}

static bool has_below(const struct hdf5 *h, const char *prefix)
{
    for (int32_t i = 0; i < h->n_tensors; i++)
        if (strncmp(h->tensors[i].path, prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

static enum mote_status read_grouped(struct pool *pool, const struct hdf5 *h, const char *path, struct keras_layer *l,
                                     const struct frame *at)
{
    static const char *const names[] = {"layer", NULL}, *const both[] = {"forward_layer", "backward_layer"};
    const char *const *wrapped = l->n_children > 1 ? both : names;
    const char *old = pool_printf(pool, "%s/_layer_checkpoint_dependencies", path);

    if (!l->of)
        return read_children(pool, h, has_below(h, old) ? old : pool_printf(pool, "%s/layers", path), l, at);
    assert(l->n_children <= 2);
    for (int32_t i = 0; i < l->n_children; i++)
        TRY(read_grouped(pool, h, pool_printf(pool, "%s/%s", path, wrapped[i]), &l->children[i], at));
    return read_own(pool, h, path, l, at);
}

enum mote_status keras_read_weights(struct pool *pool, const struct hdf5 *h, bool listed, struct keras_layer *model,
                                    const struct frame *at)
{
    return listed ? read_all_listed(pool, h, model, at) : read_grouped(pool, h, "", model, at);
}
