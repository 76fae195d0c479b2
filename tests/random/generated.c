/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/random/generated.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/emit/emit.h"
#include "host/emulate/process.h"

/* A model's functions with an arena, or with an array of them. */
static const char functions_c[] =
    "#define BOTH(m) static void m##_do_reset(void *arena) { m##_reset(arena); }\\\n"
    "    static void *m##_an_input(void *arena, int32_t i) { return m##_input(arena, i); }\\\n"
    "    static const void *m##_an_output(const void *arena, int32_t i) { return m##_output((void *)(size_t)arena, i); "
    "}\n"
    "#define FED(m) BOTH(m) static int32_t m##_do_feed(void *arena, const void *row) { return m##_feed(arena, row); }\n"
    "#define RUN(m) BOTH(m) static void m##_do_run(void *arena) { m##_run(arena); }\\\n"
    "    static void m##_do_step(void *arena, int32_t step) { m##_step(arena, step); }\n"
    "#define DECIDED(m) BOTH(m) static void m##_do_run(void *arena) { (void)m##_run(arena); }\\\n"
    "    static void m##_do_step(void *arena, int32_t step) { (void)step, m##_do_run(arena); }\n"
    "#define ROWS(m) m##_do_reset, NULL, NULL, m##_do_feed, ENDS(m)\n"
    "#define WHOLE(m) m##_do_reset, m##_do_run, m##_do_step, NULL, ENDS(m)\n"
    "#define ENDS(m) m##_an_input, m##_input_bytes, m##_an_output, m##_output_bytes\n";

static const char entry_c[] =
    "#include <stddef.h>\n\n"
    "struct entry {\n    int32_t inputs, outputs, steps, rows;\n    size_t arena_bytes, second_bytes;\n"
    "    void (*reset)(void *arena);\n    void (*run)(void *arena);\n"
    "    void (*step)(void *arena, int32_t step);\n"
    "    int32_t (*feed)(void *arena, const void *row);\n"
    "    void *(*input)(void *arena, int32_t i);\n    uint32_t (*input_bytes)(int32_t i);\n"
    "    const void *(*output)(const void *arena, int32_t i);\n"
    "    uint32_t (*output_bytes)(int32_t i);\n};\n"
    "extern const struct entry entries[];\nconst struct entry entries[] = {\n";

static void add_entry(struct text *c, const struct plan *plan, size_t i)
{
    const int32_t rows = plan->feed.rows;

    if (plan_has_blocks(plan)) /* an inference is the only step */
        text_add(c, "    {M%zu_INPUTS, M%zu_OUTPUTS, 1, 0, ", i, i);
    else
        text_add(c, "    {M%zu_INPUTS, M%zu_OUTPUTS, M%zu_STEPS, %d, ", i, i, i, rows);
    if (plan->n_memories > 0)
        text_add(c, "M%zu_ARENA_0_BYTES, M%zu_ARENA_1_BYTES, ", i, i);
    else
        text_add(c, "M%zu_ARENA_BYTES, 0, ", i);
    text_add(c, rows > 0 ? "ROWS(m%zu)},\n" : "WHOLE(m%zu)},\n", i);
}

static enum mote_status write_all(struct pool *pool, struct plan *const *plans, size_t n, const char *dir,
                                  const struct frame *at)
{
    struct text c = {.pool = pool};

    for (size_t i = 0; i < n; i++) {
        plans[i]->pool = pool;
        ((struct model *)(uintptr_t)plans[i]->model)->name = pool_printf(pool, "m%zu", i);
        TRY(emit_c(plans[i], MOTE_SOURCE_DIR, dir, at));
        text_add(&c, "#include \"m%zu.c\"\n", i);
    }
    text_add(&c, "%s", functions_c);
    for (size_t i = 0; i < n; i++)
        text_add(&c, "%s(m%zu)\n", plan_has_blocks(plans[i]) ? "DECIDED" : plans[i]->feed.rows > 0 ? "FED" : "RUN", i);
    text_add(&c, "%s", entry_c);
    for (size_t i = 0; i < n; i++)
        add_entry(&c, plans[i], i);
    text_add(&c, "};\n");
    return file_write(pool_printf(pool, "%s/batch.c", dir), c.s, c.len, at);
}

static enum mote_status shell(struct pool *pool, const char *dir, const char *command, const struct frame *at)
{
    struct process p = {.argv = (const char *const[]){"sh", "-c", command, NULL},
                        .folder = dir,
                        .log = pool_printf(pool, "%s/log", dir),
                        .packages = "gcc",
                        .seconds = 300};

    TRY(process_run(&p, 1, at));
    return p.exit_code == 0 ? MOTE_OK : fail(at, MOTE_ERR_ENVIRONMENT, "%s: %s", command, process_log(pool, &p));
}

enum mote_status generated_open(struct pool *pool, struct plan *const *plans, size_t n, struct generated *out,
                                const struct frame *at)
{
    *out = (struct generated){.n = 0};
    TRY(folder_temporary(pool, "mote-generated", &out->dir, at));
    TRY(write_all(pool, plans, n, out->dir, at));
    TRY(shell(pool, out->dir, "gcc -std=c11 -Wall -Wextra -Wconversion -Werror -I. -shared -fPIC batch.c -o batch.so",
              at));
    out->library = dlopen(pool_printf(pool, "%s/batch.so", out->dir), RTLD_NOW);
    out->entries = out->library != NULL ? dlsym(out->library, "entries") : NULL;
    out->n = n;
    return out->entries != NULL ? MOTE_OK : fail(at, MOTE_ERR_ENVIRONMENT, "%s", dlerror());
}

void generated_close(struct generated *c)
{
    if (c->library != NULL)
        dlclose(c->library);
    folder_remove(c->dir);
}
