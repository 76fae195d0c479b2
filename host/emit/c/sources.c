/* SPDX-License-Identifier: Apache-2.0 */
/* Which sources generated C needs: the kernels' own, and by their #include "…" lines whatever those lead to; a header
 * brings the .c file beside it. Copies are verbatim and lie as they do below device/, so that two models' folders hold
 * the same files. */
#include <sys/stat.h>

#include "host/emit/c/c.h"

struct copier {
    struct pool pool;
    const struct plan *plan;
    const char *home;
    struct staging *files;
    const struct frame *at;
    const char **names; /* below device/, found so far; those before `next` are copied */
    size_t n, next;
};

static void want(struct copier *c, const char *name)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->names[i], name) == 0)
            return;
    c->names = pool_grow(&c->pool, c->names, c->n, sizeof *c->names);
    c->names[c->n++] = name;
}

static bool is_file(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* What a file's #include "…" names: "../shared/rows.h" of mote/kernels/conv/x.c is mote/kernels/shared/rows.h. */
static const char *beside(struct copier *c, const char *file, const char *name, int len)
{
    const char *end = strrchr(file, '/');

    for (; end > file && strncmp(name, "../", 3) == 0; name += 3, len -= 3)
        do
            end--;
        while (end > file && *end != '/');
    return pool_printf(&c->pool, "%.*s/%.*s", (int)(end - file), file, len, name);
}

static void want_includes(struct copier *c, const char *file, const char *text)
{
    static const char mark[] = "\n#include \"";

    while ((text = strstr(text, mark)) != NULL) {
        const char *name = text + sizeof mark - 1;

        text = name + strcspn(name, "\"\n");
        want(c, beside(c, file, name, (int)(text - name)));
    }
}

static const char *source_path(struct copier *c, const char *name)
{
    return pool_printf(&c->pool, "%s/device/%s", c->home, name);
}

/* The portable version of a kernel for which the plan has another. */
static bool is_replaced(struct copier *c, const char *source)
{
    for (int32_t i = 0; i < c->plan->n_steps; i++) {
        const struct kernel_version *v = c->plan->steps[i].version, *portable = kernel_version_best(v->kernel, 0);

        if (v != portable &&
            strcmp(source, pool_printf(&c->pool, "%s.c", kernel_version_path(&c->pool, portable))) == 0)
            return true;
    }
    return false;
}

static void want_source_of(struct copier *c, const char *header)
{
    size_t len = strlen(header);
    char *source = pool_strdup(&c->pool, header);

    if (len < 2 || strcmp(header + len - 2, ".h") != 0)
        return;
    source[len - 1] = 'c';
    if (is_file(source_path(c, source)) && !is_replaced(c, source))
        want(c, source);
}

/* A copy that is there already stays as it is, so that a build after it finds nothing new. */
static bool is_there(struct copier *c, const char *path, struct bytes want)
{
    struct frame quiet = {.index = -1};
    struct bytes file;

    return is_file(path) && file_read_back(&c->pool, path, &file, &quiet) == MOTE_OK && file.size == want.size &&
           memcmp(file.data, want.data, want.size) == 0;
}

static enum mote_status copy(struct copier *c, const char *name)
{
    const char *from = source_path(c, name);
    struct bytes file;

    if (strstr(name, "../") || !is_file(from))
        return fail(c->at, MOTE_ERR_ENVIRONMENT,
                    "the source \"%s\" is not below \"%s/device\": set MOTE_HOME to Mote's own folder", name, c->home);
    TRY(file_read(&c->pool, from, &file, c->at));
    if (!is_there(c, pool_printf(&c->pool, "%s/%s", c->files->dir, name), file))
        TRY(staging_put(c->files, name, file.data, file.size, c->at));
    want_includes(c, name, pool_printf(&c->pool, "%.*s", (int)file.size, (const char *)file.data));
    want_source_of(c, name);
    return MOTE_OK;
}

enum mote_status c_copy_sources(const struct plan *plan, const char *home, struct staging *files,
                                const struct frame *at)
{
    struct copier c = {.plan = plan, .home = home, .files = files, .at = at};
    enum mote_status status = MOTE_OK;

    want(&c, "mote/config.h");
    want(&c, "mote/memory.h");
    if (c_sets_input(plan))
        want(&c, "mote/input.h");
    if (c_scores(plan))
        want(&c, "mote/score.h");
    if (plan->listener != VALUE_NONE) {
        want(&c, "mote/listener.h");
        want(&c, "mote/runtime/posterior.c");
    }
    for (int32_t i = 0; i < plan->n_steps; i++) {
        want(&c, pool_printf(&c.pool, "%s.c", kernel_version_path(&c.pool, plan->steps[i].version)));
    }
    while (status == MOTE_OK && c.next < c.n)
        status = copy(&c, c.names[c.next++]);
    pool_free(&c.pool);
    return status;
}
