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

/* ---- memory ---- */
/* Guards may be looked at, and everything be laid out anew. */
static void unwatch(const struct check *k) { ASAN_UNPOISON_MEMORY_REGION(k->memory, k->used); }

static uint8_t *take(struct check *k, uint32_t bytes, uint32_t align, uint32_t beyond)
{
    uint32_t at = (k->used + align - 1) / align * align + beyond;

    k->used = at + bytes;
    return k->memory + at;
}

/* What the contract's arguments hold, and what they shall hold. */
static void lay_out_case(struct check *k, const struct kernel_case *c)
{
    unwatch(k);
    k->used = 0;
    for (int32_t i = 0; i < c->kernel->n_args; i++) {
        k->initial[i] = take(k, c->bytes[i], 16, 0);
        k->want[i] = take(k, c->bytes[i], 16, 0);
    }
    k->used_by_case = k->used;
}

/* As an image and an arena lay arguments out: at multiples of their elements' size, of 4 at least. No more is promised,
 * and no more is given. */
static uint32_t beyond_of(struct kernel_case *c, int32_t i)
{
    bool wide = i < c->kernel->n_args && draw_element_bytes(case_type(c, i)) == 8;

    return wide ? 8u * (uint32_t)draw_between(&c->draw, 0, 1) : 4u * (uint32_t)draw_between(&c->draw, 0, 3);
}

typedef uint32_t place(const int32_t shape[MOTE_PACKED_DIMS], uint32_t row, uint32_t column);

static place *const places[] = {
#define PACKING(number, NAME, name) [number] = mote_packed_##name,
#include "mote/ops/packings_def.h"
};

static uint8_t *pack(struct check *k, const struct kernel_case *c, const struct mote_version *version, int32_t i,
                     uint32_t bytes)
{
    uint32_t size = draw_element_bytes(case_type(c, i)), n = 0;
    uint8_t *packed = take(k, bytes, 16, 0);
    int32_t shape[MOTE_PACKED_DIMS];

    version->shape(c->params, (uint32_t)i, shape);
    memset(packed, 0, bytes);
    for (uint32_t row = 0; row < (uint32_t)shape[MOTE_ROWS]; row++)
        for (uint32_t column = 0; column < (uint32_t)shape[MOTE_COLUMNS]; column++, n++)
            memcpy(packed + places[mote_packing(version->forms[i])](shape, row, column) * size,
                   k->initial[i] + n * size, size);
    return packed;
}

static bool has_room(const struct check *k, const uint32_t *bytes)
{
    uint64_t used = k->used_by_case;

    for (int32_t i = 0; i < k->n_live; i++)
        used += 2 * (uint64_t)bytes[i] + 2 * GUARD + 64;
    return used <= k->size;
}

/* The arguments that a version wants: packed ones, and scratch behind those of the contract. False if there is no room:
 * limits bound what the contract asks for, not what a version does. */
static bool lay_out(struct check *k, struct kernel_case *c, const struct mote_version *version)
{
    uint32_t bytes[MOTE_ARGS_MAX + 1], scratch;

    unwatch(k);
    memcpy(bytes, c->bytes, sizeof bytes);
    scratch = version->fit == NULL ? 0 : version->fit(c->params, bytes);
    bytes[c->kernel->n_args] = scratch;
    k->n_live = c->kernel->n_args + (scratch > 0);
    if (!has_room(k, bytes))
        return false;
    k->used = k->used_by_case;
    for (int32_t i = 0; i < k->n_live; i++) {
        bool is_ours = i < c->kernel->n_args, is_packed = is_ours && version->forms != NULL && version->forms[i] != 0;

        k->live[i].before = is_packed ? pack(k, c, version, i, bytes[i]) : is_ours ? k->initial[i] : NULL;
        k->live[i].bytes = bytes[i];
        k->live[i].data = take(k, GUARD + bytes[i], 16, beyond_of(c, i)) + GUARD;
        k->used += GUARD;
    }
    return true;
}

static uint8_t guard_byte(uint8_t salt, uint32_t i) { return (uint8_t)(salt + 31 * i); }

static int role_of(const struct kernel_case *c, int32_t i)
{
    return i < c->kernel->n_args ? c->kernel->arg[i].role : MOTE_ROLE_SCRATCH;
}

static bool is_written(const struct kernel_case *c, int32_t i)
{
    int role = role_of(c, i);

    return role == MOTE_ROLE_OUT || role == MOTE_ROLE_STATE || role == MOTE_ROLE_SCRATCH || role == MOTE_ROLE_SUMS;
}

/* What it holds before the first call and after the last is nobody's business. */
static bool is_passing(const struct kernel_case *c, int32_t i)
{
    return role_of(c, i) == MOTE_ROLE_SCRATCH || role_of(c, i) == MOTE_ROLE_SUMS;
}

/* Before a run: arguments as they were, what is written for the first time as `salt` has it, guards anew. */
static void restore(struct check *k, const struct kernel_case *c, uint8_t salt)
{
    unwatch(k);
    for (int32_t i = 0; i < k->n_live; i++) {
        const struct check_arg *a = &k->live[i];
        bool is_new = role_of(c, i) == MOTE_ROLE_OUT || is_passing(c, i);

        for (uint32_t b = 0; b < a->bytes; b++)
            a->data[b] = (a->before == NULL ? guard_byte(salt, b) : a->before[b]) ^ (is_new ? salt : 0);
        for (uint32_t b = 0; b < GUARD; b++) {
            a->data[(int32_t)b - GUARD] = guard_byte(salt, b);
            a->data[a->bytes + b] = guard_byte(salt, b + GUARD);
        }
        ASAN_POISON_MEMORY_REGION(a->data - GUARD, GUARD);
        ASAN_POISON_MEMORY_REGION(a->data + a->bytes, GUARD);
    }
}

/* ---- running ---- */
static void call(struct check *k, const struct kernel_case *c, const struct mote_version *version, int32_t first,
                 int32_t count)
{
    void *args[MOTE_ARGS_MAX + 1];

    for (int32_t i = 0; i < k->n_live; i++)
        args[i] = k->live[i].data;
    args[k->n_live] = NULL;
    version->run(&(struct mote_call){.params = c->params, .args = args, .first = first, .count = count});
}

/* What scratch holds is worth nothing after a call. */
static void scribble(struct check *k, struct kernel_case *c)
{
    for (int32_t i = 0; i < k->n_live; i++)
        if (role_of(c, i) == MOTE_ROLE_SCRATCH)
            memset(k->live[i].data, draw_between(&c->draw, 0, 255), k->live[i].bytes);
}

/* All rows at once, or a few a call. */
static void run(struct check *k, struct kernel_case *c, const struct mote_version *version, bool in_chunks)
{
    int32_t rows = case_rows(c);

    for (int32_t first = 0, count; first < rows; first += count) {
        count = in_chunks ? draw_between(&c->draw, 1, draw_one_in(&c->draw, 2) ? 1 : rows - first) : rows - first;
        scribble(k, c);
        call(k, c, version, first, count);
    }
    unwatch(k);
}

bool check_prepare(struct check *k, struct kernel_case *c, const struct mote_version *version)
{
    if (!lay_out(k, c, version))
        return false;
    restore(k, c, 0);
    unwatch(k);
    return true;
}

void check_run(struct check *k, const struct kernel_case *c, const struct mote_version *version)
{
    call(k, c, version, 0, case_rows(c));
}

/* ---- what a run left behind ---- */
static struct check_fault fault(const struct kernel_case *c, const char *what, int32_t argument, uint32_t at,
                                int32_t got, int32_t want)
{
    return (struct check_fault){.what = what,
                                .argument = argument < c->kernel->n_args ? c->kernel->arg_names[argument] : "scratch",
                                .at = at,
                                .got = got,
                                .want = want};
}

static struct check_fault find_stray_writes(const struct check *k, const struct kernel_case *c, uint8_t salt)
{
    for (int32_t i = 0; i < k->n_live; i++) {
        const struct check_arg *a = &k->live[i];

        for (uint32_t b = 0; b < GUARD; b++) {
            int before = a->data[(int32_t)b - GUARD], behind = a->data[a->bytes + b];

            if (before != guard_byte(salt, b))
                return fault(c, "wrote before the argument", i, b, before, guard_byte(salt, b));
            if (behind != guard_byte(salt, b + GUARD))
                return fault(c, "wrote behind the argument", i, a->bytes + b, behind, guard_byte(salt, b + GUARD));
        }
        for (uint32_t b = 0; !is_written(c, i) && b < a->bytes; b++)
            if (a->data[b] != a->before[b])
                return fault(c, "wrote into what it only reads", i, b, a->data[b], a->before[b]);
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
    uint8_t got = k->live[i].data[b], want = k->want[i][b], was = k->initial[i][b];

    if (got == want || (c->kernel->arg[i].role == MOTE_ROLE_OUT && want == was && got == (was ^ salt)))
        return true;
    return case_type(c, i) == MOTE_ARG_F32 && is_nan(k->live[i].data + b / 4 * 4) && is_nan(k->want[i] + b / 4 * 4);
}

static struct check_fault compare(const struct check *k, const struct kernel_case *c, uint8_t salt, const char *what)
{
    struct check_fault stray = find_stray_writes(k, c, salt);

    if (stray.what)
        return stray;
    for (int32_t i = 0; i < c->kernel->n_args; i++)
        for (uint32_t b = 0; !is_passing(c, i) && is_written(c, i) && b < c->bytes[i]; b++)
            if (!is_same(k, c, i, b, salt))
                return fault(c, what, i, b, k->live[i].data[b], k->want[i][b]);
    return stray;
}

static struct check_fault run_and_compare(struct check *k, struct kernel_case *c, const struct mote_version *version,
                                          bool in_chunks, const char *what)
{
    uint8_t salt = (uint8_t)draw_between(&c->draw, 1, 255);

    if (!lay_out(k, c, version))
        return fault(c, "wants more memory than the harness has", 0, 0, 0, 0);
    restore(k, c, salt);
    run(k, c, version, in_chunks);
    return compare(k, c, salt, what);
}

static bool fill(struct check *k, struct kernel_case *c, void (*fill_one)(struct kernel_case *, int32_t, uint8_t *))
{
    struct mote_block blocks[MOTE_ARGS_MAX];

    lay_out_case(k, c);
    for (int32_t i = 0; i < c->kernel->n_args; i++) {
        fill_one(c, i, k->initial[i]);
        blocks[i] = (struct mote_block){.data = k->initial[i], .bytes = c->bytes[i]};
    }
    return c->kernel->trust == NULL || c->kernel->trust(c->params, blocks);
}

struct check_fault check_reference(struct check *k, struct kernel_case *c, const struct mote_version *portable)
{
    struct check_fault found;

    if (!fill(k, c, case_fill))
        return fault(c, "the case's constants are not trusted", 0, 0, 0, 0);
    (void)lay_out(k, c, portable);
    restore(k, c, 0);
    run(k, c, portable, false);
    found = find_stray_writes(k, c, 0);
    for (int32_t i = 0; i < c->kernel->n_args; i++)
        memcpy(k->want[i], k->live[i].data, c->bytes[i]);
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
        for (uint32_t b = 0; !is_passing(c, i) && is_written(c, i) && b < c->bytes[i]; b++) {
            bool is_none = case_type(c, i) == MOTE_ARG_F32 && is_nan(k->want[i] + b / 4 * 4);

            hash = (hash ^ (is_none ? 0xffu : k->want[i][b])) * UINT32_C(16777619) + 1;
        }
    return hash;
}

/* ---- hostile ---- */
/* Arguments in the arena become parts of the largest one that is written, which overlap: nothing checks that. */
static void overlap(struct check *k, struct kernel_case *c)
{
    const struct check_arg *host = NULL;

    for (int32_t i = 0; i < k->n_live; i++)
        if (is_written(c, i) && (host == NULL || k->live[i].bytes > host->bytes))
            host = &k->live[i];
    for (int32_t i = 0; i < k->n_live; i++)
        if (!mote_role_is_const((uint32_t)role_of(c, i)) && k->live[i].bytes <= host->bytes && host != &k->live[i])
            k->live[i].data = host->data + draw_between(&c->draw, 0, (int32_t)(host->bytes - k->live[i].bytes) / 8) * 8;
}

/* Nobody checks what is between packed elements. */
static void spoil_packed(struct check *k, struct kernel_case *c, const struct mote_version *version)
{
    for (int32_t i = 0; i < c->kernel->n_args; i++)
        if (version->forms != NULL && version->forms[i] != 0)
            draw_elements(&c->draw, 0, k->live[i].before, k->live[i].bytes);
}

/* Inputs that overlap others are written. */
static void forget_inputs(struct check *k, const struct kernel_case *c)
{
    for (int32_t i = 0; i < k->n_live; i++)
        if (!mote_role_is_const((uint32_t)role_of(c, i)))
            k->live[i].before = k->live[i].data;
}

struct check_fault check_hostile(struct check *k, struct kernel_case *c, const struct mote_version *version, bool *ran)
{
    struct check_arg apart[MOTE_ARGS_MAX];
    int32_t rows = case_rows(c), first;

    *ran = fill(k, c, case_fill_hostile) && lay_out(k, c, version);
    if (!*ran)
        return (struct check_fault){.what = NULL};
    if (draw_one_in(&c->draw, 2))
        spoil_packed(k, c, version);
    restore(k, c, 0);
    memcpy(apart, k->live, sizeof apart);
    if (draw_one_in(&c->draw, 2))
        overlap(k, c);
    first = draw_between(&c->draw, 0, rows);
    call(k, c, version, first, rows - first);
    unwatch(k);
    memcpy(k->live, apart, sizeof apart);
    forget_inputs(k, c);
    return find_stray_writes(k, c, 0);
}
