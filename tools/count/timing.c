/* SPDX-License-Identifier: Apache-2.0 */
#include "timing.h"

#include <string.h>

/* Cores whose manuals have a table: an instruction costs what it says, and little depends on its neighbors. */
struct timing {
    const char *core;
    uint8_t base[KINDS];     /* cycles; 0: 1 */
    uint32_t per_word;       /* bits of kinds: one more for each word */
    uint8_t refill;          /* of a taken branch */
    uint8_t register_refill; /* of one to a register */
    uint8_t load_refill;     /* of a load that writes the program counter, and of a table branch */
    bool pipelines_loads;    /* a load or store after a single load costs one less */
    bool knows_registers;    /* not if it needs what was loaded; an address that was just computed costs one more */
    bool folds_it;           /* IT after a 16-bit instruction costs nothing */
    const struct pipeline *pipeline; /* instead of all above but the refills */
};

#define WORDS(kind) (UINT32_C(1) << (kind))
#define MULTI       (WORDS(KIND_LOAD_MULTI) | WORDS(KIND_STORE_MULTI) | WORDS(KIND_LOAD_FLOAT))
#define FLOATS      [KIND_FLOAT_MAC] = 3, [KIND_FLOAT_DIVIDE] = 14, [KIND_FLOAT_MOVE2] = 2

static const struct timing timings[] = {
    {.core = "cortex-m0",
     .base = {[KIND_LOAD] = 2,
              [KIND_LOAD_NARROW] = 2,
              [KIND_STORE] = 2,
              [KIND_STORE_INDEXED] = 2,
              [KIND_CALL] = 2,
              [KIND_SYSTEM] = 4,
              [KIND_BARRIER] = 4},
     .per_word = MULTI,
     .refill = 2,
     .register_refill = 2,
     .load_refill = 3},
    {.core = "cortex-m0plus",
     .base = {[KIND_LOAD] = 2,
              [KIND_LOAD_NARROW] = 2,
              [KIND_STORE] = 2,
              [KIND_STORE_INDEXED] = 2,
              [KIND_CALL] = 2,
              [KIND_SYSTEM] = 3,
              [KIND_BARRIER] = 3},
     .per_word = MULTI,
     .refill = 1,
     .register_refill = 1,
     .load_refill = 2},
    {.core = "cortex-m3",
     .base = {[KIND_LOAD] = 2,
              [KIND_LOAD_NARROW] = 2,
              [KIND_STORE_INDEXED] = 2,
              [KIND_MAC] = 2,
              [KIND_MUL_LONG] = 4,
              [KIND_MAC_LONG] = 6,
              [KIND_DIVIDE] = 7,
              [KIND_TABLE] = 3},
     .per_word = MULTI,
     .refill = 2,
     .register_refill = 2,
     .load_refill = 3,
     .pipelines_loads = true,
     .knows_registers = true,
     .folds_it = true},
    {.core = "cortex-m4f",
     .base = {[KIND_LOAD] = 2,
              [KIND_LOAD_NARROW] = 2,
              [KIND_STORE_INDEXED] = 2,
              [KIND_DIVIDE] = 7,
              [KIND_TABLE] = 3,
              FLOATS},
     .per_word = MULTI | WORDS(KIND_STORE_FLOAT),
     .refill = 2,
     .register_refill = 2,
     .load_refill = 3,
     .pipelines_loads = true,
     .knows_registers = true,
     .folds_it = true},
    {.core = "crude",
     .base = {[KIND_LOAD] = 2, [KIND_LOAD_NARROW] = 2, [KIND_DIVIDE] = 6, [KIND_FLOAT_DIVIDE] = 6, [KIND_TABLE] = 2},
     .per_word = MULTI,
     .refill = 2,
     .register_refill = 2,
     .load_refill = 2,
     .pipelines_loads = true},
    {.core = "cortex-m7", .pipeline = &pipeline_m7, .refill = 1, .register_refill = 4, .load_refill = 4},
    {.core = "cortex-m33", .pipeline = &pipeline_m33, .refill = 2, .register_refill = 2, .load_refill = 2},
    {.core = "cortex-m55", .pipeline = &pipeline_m55, .refill = 2, .register_refill = 2, .load_refill = 2},
};

const struct timing *timing_of(const char *core)
{
    for (size_t i = 0; i < sizeof timings / sizeof *timings; i++)
        if (strcmp(timings[i].core, core) == 0)
            return &timings[i];
    return NULL;
}

static bool is_single_load(enum kind kind) { return kind == KIND_LOAD || kind == KIND_LOAD_NARROW; }

/* The address phase of a load or store overlaps with the single load before it. */
static bool follows_a_load(const struct instruction *before, const struct instruction *i)
{
    return (is_single_load(i->kind) || i->kind == KIND_STORE_INDEXED) && is_single_load(before->kind);
}

static bool computes(enum kind kind) { return class_of(kind) == CLASS_OTHER || class_of(kind) == CLASS_MULTIPLY; }

static unsigned table_add(const struct timing *t, const struct timing_state *state, const struct instruction *i)
{
    const struct instruction *before = &state->before;
    unsigned cycles = t->base[i->kind] ? t->base[i->kind] : 1;

    cycles += t->per_word >> i->kind & 1 ? i->words : 0;
    if (state->any) {
        bool needs = t->knows_registers && (before->writes & i->address);

        cycles -= t->pipelines_loads && cycles > 1 && follows_a_load(before, i) && !needs;
        cycles += needs && computes(before->kind);
        cycles -= t->folds_it && i->kind == KIND_IT && before->bytes == 2;
    }
    return cycles;
}

unsigned timing_add(const struct timing *t, struct timing_state *state, const struct instruction *i)
{
    unsigned cycles = t->pipeline ? pipeline_add(t->pipeline, &state->pipeline, state->any ? &state->before : NULL, i)
                                  : table_add(t, state, i);

    state->before = *i;
    state->any = true;
    return cycles;
}

unsigned timing_refill(const struct timing *t, const struct instruction *i)
{
    if (!may_branch(i) || i->kind == KIND_LOOP_END)
        return 0;
    if (i->kind == KIND_BRANCH_REGISTER || i->kind == KIND_CALL_REGISTER)
        return t->register_refill;
    return class_of(i->kind) == CLASS_LOAD || i->kind == KIND_TABLE ? t->load_refill : t->refill;
}
