/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/code.h"

static const char *const cores[] = {
#define CODE_CORES(...) __VA_ARGS__
#define CODE(name, ...)
#define SMALL(name, ...)
#include "host/plan/code.def"
};

struct code {
    const char *name;
    bool small;
    int32_t bytes[COUNT(cores)];
};

static const struct code table[] = {
#define CODE_CORES(...)
#define CODE(name, ...)  {#name, false, {__VA_ARGS__}},
#define SMALL(name, ...) {#name, true, {__VA_ARGS__}},
#include "host/plan/code.def"
};

static int column_named(const char *core)
{
    for (size_t i = 0; i < COUNT(cores); i++)
        if (strcmp(cores[i], core) == 0)
            return (int)i;
    return -1;
}

bool code_is_measured(enum mote_core core) { return column_named(core_name(core)) >= 0; }

/* 0: there is none. */
static int64_t bytes_of(enum mote_core core, const char *name, bool small)
{
    const int column = code_is_measured(core) ? column_named(core_name(core)) : column_named("cortex-m3");

    assert(column >= 0);
    for (size_t i = 0; i < COUNT(table); i++)
        if (table[i].small == small && strcmp(table[i].name, name) == 0)
            return table[i].bytes[column];
    return 0;
}

int64_t code_of_version(enum mote_core core, const struct kernel_version *v, bool small)
{
    struct pool pool = {0};
    const int64_t bytes = bytes_of(core, kernel_version_function(&pool, v), small);

    pool_free(&pool);
    return bytes > 0 ? bytes : INT64_MAX;
}

int64_t code_of_runtime(enum mote_core core) { return bytes_of(core, "runtime", true); }

int64_t code_of_check(enum mote_core core, enum kernel_id kernel, bool small)
{
    struct pool pool = {0};
    const int64_t bytes = bytes_of(core, pool_printf(&pool, "%s_check", kernels[kernel]->name), small);

    pool_free(&pool);
    return bytes;
}
