/* SPDX-License-Identifier: Apache-2.0 */
/* Which sources generated C needs: the kernels' own, and by their #include "…" lines whatever those lead to; a header
 * brings the .c file beside it. Copies are verbatim, so that two models' folders hold the same files. */
#include <sys/stat.h>

#include "host/emit/c/c.h"

/* Where an included name is looked for below home, and where it goes below the folder. */
static const struct root {
    const char *from, *to;
} roots[] = {
    {"device/kernels/", "mote/kernels/"}, /* "requant.h" */
    {"device/include/", ""},              /* "mote/kernel.h" */
    {"", "mote/"},                        /* "ops/types.def" */
};

struct copier {
    struct pool pool;
    const char *home;
    struct staging *files;
    const struct frame *at;
    const char **names; /* found so far; those before `next` are copied */
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

static void want_includes(struct copier *c, const char *text)
{
    static const char mark[] = "\n#include \"";

    while ((text = strstr(text, mark)) != NULL) {
        const char *name = text + sizeof mark - 1;

        text = name + strcspn(name, "\"\n");
        want(c, pool_printf(&c->pool, "%.*s", (int)(text - name), name));
    }
}

static void want_source_of(struct copier *c, const struct root *root, const char *header)
{
    size_t len = strlen(header);
    char *source = pool_strdup(&c->pool, header);

    if (len < 2 || strcmp(header + len - 2, ".h") != 0)
        return;
    source[len - 1] = 'c';
    if (is_file(pool_printf(&c->pool, "%s/%s%s", c->home, root->from, source)))
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
    for (size_t i = 0; i < COUNT(roots); i++) {
        char *from = pool_printf(&c->pool, "%s/%s%s", c->home, roots[i].from, name);
        char *to = pool_printf(&c->pool, "%s%s", roots[i].to, name);
        struct bytes file;

        if (!is_file(from))
            continue;
        TRY(file_read(&c->pool, from, &file, c->at));
        if (!is_there(c, pool_printf(&c->pool, "%s/%s", c->files->dir, to), file))
            TRY(staging_put(c->files, to, file.data, file.size, c->at));
        want_includes(c, pool_printf(&c->pool, "%.*s", (int)file.size, (const char *)file.data));
        want_source_of(c, &roots[i], name);
        return MOTE_OK;
    }
    return fail(c->at, MOTE_ERR_ENVIRONMENT,
                "the source \"%s\" is not below \"%s\": set MOTE_HOME to Mote's own folder", name, c->home);
}

enum mote_status c_copy_sources(const struct plan *plan, const char *home, struct staging *files,
                                const struct frame *at)
{
    struct copier c = {.home = home, .files = files, .at = at};
    enum mote_status status = MOTE_OK;

    want(&c, "mote/config.h");
    want(&c, "mote/memory.h");
    if (c_sets_input(plan))
        want(&c, "mote/input.h");
    if (c_scores(plan))
        want(&c, "mote/score.h");
    for (int32_t i = 0; i < plan->n_steps; i++)
        want(&c, pool_printf(&c.pool, "%s.c", kernels[plan->steps[i].kernel]->name));
    while (status == MOTE_OK && c.next < c.n)
        status = copy(&c, c.names[c.next++]);
    pool_free(&c.pool);
    return status;
}
