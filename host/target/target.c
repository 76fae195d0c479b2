/* SPDX-License-Identifier: Apache-2.0 */
#include "host/target/target.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

static const struct core {
    const char *name;
    enum mote_core id;
    uint32_t features;
} cores[] = {
#define CORE(id, NAME, name, features) {name, MOTE_CORE_##NAME, features},
#include "mote/ops/cores_def.h"
};

static const struct feature {
    uint32_t bit;
    const char *name;
} features[] = {
#define FEATURE(bit, NAME, name) {MOTE_HAS_##NAME, #name},
#include "mote/ops/features_def.h"
};

static const struct core *find_core(const char *name)
{
    for (size_t i = 0; i < COUNT(cores); i++)
        if (strcmp(cores[i].name, name) == 0)
            return &cores[i];
    return NULL;
}

static const struct core *core_of(enum mote_core id)
{
    for (size_t i = 0; i < COUNT(cores); i++)
        if (cores[i].id == id)
            return &cores[i];
    return NULL;
}

enum mote_core core_named(const char *name)
{
    const struct core *core = find_core(name);

    return core ? core->id : MOTE_CORE_PORTABLE;
}

const char *core_name(enum mote_core core)
{
    const struct core *c = core_of(core);

    return c ? c->name : "unknown";
}

const char *features_text(struct pool *pool, uint32_t set)
{
    struct text text = {.pool = pool};

    text_add(&text, "%s", "");
    for (size_t i = 0; i < COUNT(features); i++)
        if (set & features[i].bit)
            text_add(&text, "%s%s", text.len > 0 ? " " : "", features[i].name);
    return text.s;
}

/* ---- targets ---- */
struct target target_of_core(enum mote_core id)
{
    const struct core *core = core_of(id);

    assert(core != NULL);
    return (struct target){.name = core->name, .core = id, .features = core->features};
}

const struct target target_portable = {.name = "portable", .core = MOTE_CORE_PORTABLE};

struct target target_host(void)
{
#if defined(__x86_64__)
    struct target host = target_of_core(MOTE_CORE_X86_64);

    host.features |= __builtin_cpu_supports("avx2") ? MOTE_HAS_AVX2 : 0;
    host.features |= __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
                             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
                         ? MOTE_HAS_AVX512_VNNI
                         : 0;
#elif defined(__aarch64__)
    struct target host = target_of_core(MOTE_CORE_AARCH64);

#if defined(__linux__)
    host.features |= getauxval(AT_HWCAP) & HWCAP_ASIMDDP ? MOTE_HAS_DOTPROD : 0;
#endif
#else
    struct target host = target_of_core(MOTE_CORE_PORTABLE);

#endif
    host.name = "host";
    host.roomy = true;
    return host;
}

enum mote_status target_host_with(struct pool *pool, const char *names, struct target *out, const struct frame *at)
{
    const struct target all = target_host();

    *out = all;
    out->features = 0;
    for (const char *rest = strcmp(names, "portable") == 0 ? "" : names; *rest; rest += strspn(rest, ",")) {
        size_t len = strcspn(rest, ","), i = 0;

        while (i < COUNT(features) && !(strlen(features[i].name) == len && memcmp(features[i].name, rest, len) == 0))
            i++;
        if (i == COUNT(features) || !(all.features & features[i].bit))
            return fail(at, MOTE_ERR_USAGE, "--cpu: this machine has no \"%s\"; it has portable%s%s",
                        printable(pool, pool_printf(pool, "%.*s", (int)len, rest)), all.features ? " " : "",
                        features_text(pool, all.features));
        out->features |= features[i].bit;
        rest += len;
    }
    return MOTE_OK;
}

bool target_named(const char *name, struct target *target)
{
    const struct core *core = name ? find_core(name) : NULL;

    if (name && strcmp(name, "host") == 0)
        *target = target_host();
    else
        *target = core ? target_of_core(core->id) : target_portable;
    return !name || core || strcmp(name, "host") == 0;
}
