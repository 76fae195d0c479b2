/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernels/check.h"

#include "tests/kernels/memory.h"

#ifdef __has_include
#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#endif
#endif
#ifndef ASAN_POISON_MEMORY_REGION
#define ASAN_POISON_MEMORY_REGION(at, n)   ((void)(at), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(at, n) ((void)(at), (void)(n))
#endif

enum { GUARD = 64 };

static bool is_written(const struct kernel_case *c, int32_t i)
{
    uint8_t role = c->kernel->arg[i].role;

    return role == MOTE_ROLE_OUT || role == MOTE_ROLE_STATE || role == MOTE_ROLE_SCRATCH;
}

/* ---- memory ---- */
static uint8_t *take(struct check *k, uint32_t bytes, uint32_t align, uint32_t beyond)
{
    uint32_t at = (k->used + align - 1) / align * align + beyond;

    k->used = at + bytes;
    return k->memory + at;
}

/* As an image and an arena lay arguments out: at multiples of their elements' size, of 4 at least. No more is promised,
 * and no more is given. */
static uint32_t beyond_of(struct kernel_case *c, int32_t i)
{
    bool wide = case_type(c, i) == MOTE_ARG_S64 || case_type(c, i) == MOTE_ARG_U64 || case_type(c, i) == MOTE_ARG_F64;

    return wide ? 8u * (uint32_t)draw_between(&c->draw, 0, 1) : 4u * (uint32_t)draw_between(&c->draw, 0, 3);
}

static void lay_out(struct check *k, struct kernel_case *c)
{
    ASAN_UNPOISON_MEMORY_REGION(k->memory, k->size);
    k->used = 0;
    for (int32_t i = 0; i < c->kernel->n_args; i++) {
        uint32_t bytes = c->bytes[i];

        k->initial[i] = take(k, bytes, 16, 0);
        k->want[i] = take(k, bytes, 16, 0);
        k->live[i] = take(k, GUARD + bytes, 16, beyond_of(c, i)) + GUARD;
        k->used += GUARD;
    }
}

static uint8_t guard_byte(uint8_t salt, uint32_t i) { return (uint8_t)(salt + 31 * i); }

/* Before a run: arguments as they were, what is written for the first time as `salt` has it, guards anew. */
static void restore(struct check *k, const struct kernel_case *c, uint8_t salt)
{
    ASAN_UNPOISON_MEMORY_REGION(k->memory, k->size);
    for (int32_t i = 0; i < c->kernel->n_args; i++) {
        uint8_t *data = k->live[i], role = c->kernel->arg[i].role;

        for (uint32_t b = 0; b < c->bytes[i]; b++)
            data[b] = role == MOTE_ROLE_OUT || role == MOTE_ROLE_SCRATCH ? k->initial[i][b] ^ salt : k->initial[i][b];
        for (uint32_t b = 0; b < GUARD; b++) {
            data[(int32_t)b - GUARD] = guard_byte(salt, b);
            data[c->bytes[i] + b] = guard_byte(salt, b + GUARD);
        }
        ASAN_POISON_MEMORY_REGION(data - GUARD, GUARD);
        ASAN_POISON_MEMORY_REGION(data + c->bytes[i], GUARD);
    }
}

/* ---- running ---- */
static void call(struct check *k, const struct kernel_case *c, const struct mote_version *version, int32_t first,
                 int32_t count)
{
    version->run(&(struct mote_call){c->params, (void *const *)k->live, first, count});
}

/* All rows at once, or a few a call. */
static void run(struct check *k, struct kernel_case *c, const struct mote_version *version, bool in_chunks)
{
    int32_t rows = case_rows(c);

    for (int32_t first = 0, count; first < rows; first += count) {
        count = in_chunks ? draw_between(&c->draw, 1, draw_one_in(&c->draw, 2) ? 1 : rows - first) : rows - first;
        call(k, c, version, first, count);
    }
    ASAN_UNPOISON_MEMORY_REGION(k->memory, k->size);
}

void check_run(struct check *k, const struct kernel_case *c, const struct mote_version *version)
{
    call(k, c, version, 0, case_rows(c));
}

/* ---- what a run left behind ---- */
static struct check_fault fault(const struct kernel_case *c, const char *what, int32_t argument, uint32_t at,
                                int32_t got, int32_t want)
{
    return (struct check_fault){
        .what = what, .argument = c->kernel->arg_names[argument], .at = at, .got = got, .want = want};
}

static struct check_fault find_stray_writes(const struct check *k, const struct kernel_case *c, uint8_t salt)
{
    for (int32_t i = 0; i < c->kernel->n_args; i++) {
        const uint8_t *data = k->live[i];

        for (uint32_t b = 0; b < GUARD; b++) {
            if (data[(int32_t)b - GUARD] != guard_byte(salt, b))
                return fault(c, "wrote before the argument", i, b, data[(int32_t)b - GUARD], guard_byte(salt, b));
            if (data[c->bytes[i] + b] != guard_byte(salt, b + GUARD))
                return fault(c, "wrote behind the argument", i, c->bytes[i] + b, data[c->bytes[i] + b],
                             guard_byte(salt, b + GUARD));
        }
        for (uint32_t b = 0; !is_written(c, i) && b < c->bytes[i]; b++)
            if (data[b] != k->initial[i][b])
                return fault(c, "wrote into what it only reads", i, b, data[b], k->initial[i][b]);
    }
    return (struct check_fault){.what = NULL};
}

static bool is_nan(const uint8_t *at)
{
    uint32_t bits;

    memcpy(&bits, at, 4);
    return (bits & INT32_MAX) > 0x7f800000;
}

/* The byte is the one that is wanted, or part of no number where one is wanted, or neither run wrote it. */
static bool is_same(const struct check *k, const struct kernel_case *c, int32_t i, uint32_t b, uint8_t salt)
{
    uint8_t got = k->live[i][b], want = k->want[i][b], was = k->initial[i][b];

    if (got == want || (c->kernel->arg[i].role == MOTE_ROLE_OUT && want == was && got == (was ^ salt)))
        return true;
    return case_type(c, i) == MOTE_ARG_F32 && is_nan(k->live[i] + b / 4 * 4) && is_nan(k->want[i] + b / 4 * 4);
}

static struct check_fault compare(const struct check *k, const struct kernel_case *c, uint8_t salt, const char *what)
{
    struct check_fault stray = find_stray_writes(k, c, salt);

    if (stray.what)
        return stray;
    for (int32_t i = 0; i < c->kernel->n_args; i++)
        for (uint32_t b = 0; c->kernel->arg[i].role != MOTE_ROLE_SCRATCH && is_written(c, i) && b < c->bytes[i]; b++)
            if (!is_same(k, c, i, b, salt))
                return fault(c, what, i, b, k->live[i][b], k->want[i][b]);
    return stray;
}

static struct check_fault run_and_compare(struct check *k, struct kernel_case *c, const struct mote_version *version,
                                          bool in_chunks, const char *what)
{
    uint8_t salt = (uint8_t)draw_between(&c->draw, 1, 255);

    restore(k, c, salt);
    run(k, c, version, in_chunks);
    return compare(k, c, salt, what);
}

static bool fill(struct check *k, struct kernel_case *c, void (*fill_one)(struct kernel_case *, int32_t, uint8_t *))
{
    struct mote_block blocks[MOTE_ARGS_MAX];

    lay_out(k, c);
    for (int32_t i = 0; i < c->kernel->n_args; i++) {
        fill_one(c, i, k->initial[i]);
        blocks[i] = (struct mote_block){k->initial[i], c->bytes[i]};
    }
    return c->kernel->trust == NULL || c->kernel->trust(c->params, blocks);
}

struct check_fault check_reference(struct check *k, struct kernel_case *c, const struct mote_version *portable)
{
    struct check_fault found;

    if (!fill(k, c, case_fill))
        return fault(c, "the case's constants are not trusted", 0, 0, 0, 0);
    restore(k, c, 0);
    run(k, c, portable, false);
    found = find_stray_writes(k, c, 0);
    for (int32_t i = 0; i < c->kernel->n_args; i++)
        memcpy(k->want[i], k->live[i], c->bytes[i]);
    if (found.what == NULL)
        found = run_and_compare(k, c, portable, true, "depends on the rows of a call or on what memory held");
    return found;
}

struct check_fault check_version(struct check *k, struct kernel_case *c, const struct mote_version *version)
{
    struct check_fault found = run_and_compare(k, c, version, false, "is not the portable version's");

    if (found.what == NULL)
        found = run_and_compare(k, c, version, true, "depends on the rows of a call or on what memory held");
    return found;
}

uint32_t check_hash(const struct check *k, const struct kernel_case *c)
{
    uint32_t hash = 0;

    for (int32_t i = 0; i < c->kernel->n_args; i++)
        for (uint32_t b = 0; c->kernel->arg[i].role != MOTE_ROLE_SCRATCH && is_written(c, i) && b < c->bytes[i]; b++) {
            bool is_none = case_type(c, i) == MOTE_ARG_F32 && is_nan(k->want[i] + b / 4 * 4);

            hash = (hash ^ (is_none ? 0xffu : k->want[i][b])) * UINT32_C(16777619) + 1;
        }
    return hash;
}

/* ---- hostile ---- */
/* Arguments in the arena become parts of the largest one that is written, which overlap: nothing checks that. */
static void overlap(struct check *k, struct kernel_case *c)
{
    int32_t host = -1;

    for (int32_t i = 0; i < c->kernel->n_args; i++)
        if (is_written(c, i) && (host < 0 || c->bytes[i] > c->bytes[host]))
            host = i;
    for (int32_t i = 0; i < c->kernel->n_args; i++)
        if (!mote_role_is_const(c->kernel->arg[i].role) && i != host && c->bytes[i] <= c->bytes[host])
            k->live[i] = k->live[host] + draw_between(&c->draw, 0, (int32_t)(c->bytes[host] - c->bytes[i]) / 8) * 8;
}

struct check_fault check_hostile(struct check *k, struct kernel_case *c, const struct mote_version *version, bool *ran)
{
    uint8_t *apart[MOTE_ARGS_MAX];
    int32_t rows = case_rows(c), first;

    *ran = fill(k, c, case_fill_hostile);
    if (!*ran)
        return (struct check_fault){.what = NULL};
    restore(k, c, 0);
    memcpy(apart, k->live, sizeof apart);
    if (draw_one_in(&c->draw, 2))
        overlap(k, c);
    first = draw_between(&c->draw, 0, rows);
    call(k, c, version, first, rows - first);
    ASAN_UNPOISON_MEMORY_REGION(k->memory, k->size);
    memcpy(k->live, apart, sizeof apart);
    for (int32_t i = 0; i < c->kernel->n_args; i++) /* overlapping inputs are written */
        if (!mote_role_is_const(c->kernel->arg[i].role))
            memcpy(k->initial[i], k->live[i], c->bytes[i]);
    return find_stray_writes(k, c, 0);
}
