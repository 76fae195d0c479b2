/* SPDX-License-Identifier: Apache-2.0 */
#include "blocks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counter.h"
#include "timing.h"

/* A core's own timing, and the crude one. */
static const struct {
    const char *core; /* NULL: the counted one */
    enum counted counted;
    const char *only; /* for this core alone; NULL: for all */
} estimates[] = {{NULL, COUNTED_CYCLES, NULL}, {"crude", COUNTED_CRUDE, "cortex-m4f"}};

#define ESTIMATES (sizeof estimates / sizeof *estimates)

static decode_fn *decode;
static const struct timing *timing[ESTIMATES]; /* NULL: none */

/* A branch with a condition; QEMU's code holds its address, so it stays. */
struct branch {
    uint64_t behind; /* where the code goes on if it is not taken */
    uint64_t refill[ESTIMATES];
};

static const struct branch *undecided; /* executed, and the next block says whether it is taken */

/* An IT block that QEMU cuts in two: how many of its instructions a block at this address begins with. */
struct seam {
    struct seam *next;
    uint64_t address;
    unsigned covered;
};

static struct seam *seams;

/* What is known at a place of a block in translation. */
struct walk {
    struct timing_state state[ESTIMATES];
    unsigned covered;               /* instructions that still belong to an IT block */
    struct qemu_plugin_insn *first; /* of a run between markers; NULL: none is open */
    uint64_t sum[COUNTED_ALL];      /* of the run */
};

static void *keep(size_t size)
{
    void *p = calloc(1, size);

    if (!p) {
        fputs("mote_count: out of memory\n", stderr);
        exit(3);
    }
    return p;
}

static void add(struct qemu_plugin_insn *insn, enum counted counted, uint64_t n)
{
    if (n > 0)
        qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &counter_counts[counted], n);
}

static void close_run(struct walk *w)
{
    for (int i = 0; w->first && i < COUNTED_ALL; i++)
        add(w->first, (enum counted)i, w->sum[i]);
    memset(w->sum, 0, sizeof w->sum);
    w->first = NULL;
}

/* ---- what is known only when it runs ---- */
static void meet_branch(unsigned int core, void *data)
{
    (void)core;
    undecided = data;
}

static void enter_block(unsigned int core, void *data)
{
    const struct branch *b = undecided;

    (void)core;
    undecided = NULL;
    if (!b || b->behind == (uintptr_t)data)
        return;
    counter_counts[COUNTED_TAKEN]++;
    for (size_t e = 0; e < ESTIMATES; e++)
        counter_counts[estimates[e].counted] += b->refill[e];
}

static void watch_branch(struct qemu_plugin_insn *insn, const struct instruction *i)
{
    struct branch *b = keep(sizeof *b);

    b->behind = qemu_plugin_insn_vaddr(insn) + i->bytes;
    for (size_t e = 0; e < ESTIMATES; e++)
        b->refill[e] = timing[e] ? timing_refill(timing[e], i) : 0;
    qemu_plugin_register_vcpu_insn_exec_cb(insn, meet_branch, QEMU_PLUGIN_CB_NO_REGS, b);
}

/* QEMU 7.2 tells of reads only whoever asks for writes, too. */
static void add_accesses(struct qemu_plugin_insn *insn, enum counted counted, unsigned each, unsigned accesses,
                         struct walk *w)
{
    if (each == 0)
        return;
    qemu_plugin_register_vcpu_mem_inline(insn, QEMU_PLUGIN_MEM_RW, QEMU_PLUGIN_INLINE_ADD_U64, &counter_counts[counted],
                                         each);
    w->sum[counted] -= (uint64_t)each * accesses;
}

/* The words of a load or store that may be skipped come with its accesses, and the cycles beyond one. */
static void watch_accesses(struct qemu_plugin_insn *insn, const struct instruction *i, struct walk *w,
                           const unsigned cycles[ESTIMATES])
{
    bool loads = class_of(i->kind) == CLASS_LOAD;
    unsigned accesses = i->kind == KIND_LOAD_FLOAT || i->kind == KIND_STORE_FLOAT ? 1 : i->words;

    if (accesses == 0)
        return;
    add_accesses(insn, loads ? COUNTED_LOAD_WORDS : COUNTED_STORE_WORDS, i->words / accesses, accesses, w);
    for (size_t e = 0; e < ESTIMATES; e++)
        add_accesses(insn, estimates[e].counted, cycles[e] > 1 ? (cycles[e] - 1) / accesses : 0, accesses, w);
}

/* ---- translating ---- */
/* An instruction of an IT block has its condition. The sums have all that it does if the condition holds, but for what
 * a taken branch costs. */
static void count_insn(struct qemu_plugin_insn *insn, struct instruction i, struct walk *w)
{
    enum class class = class_of(i.kind);
    unsigned cycles[ESTIMATES] = {0};

    if (!w->first)
        w->first = insn;
    i.conditional |= w->covered > 0;
    counter_add_class(w->sum, &i);
    for (size_t e = 0; e < ESTIMATES; e++) {
        if (!timing[e])
            continue;
        cycles[e] = timing_add(timing[e], &w->state[e], &i);
        w->sum[estimates[e].counted] += cycles[e] + (i.conditional ? 0 : timing_refill(timing[e], &i));
    }
    if (i.conditional && may_branch(&i))
        watch_branch(insn, &i);
    if (i.conditional && (class == CLASS_LOAD || class == CLASS_STORE))
        watch_accesses(insn, &i, w, cycles);
    w->covered = i.kind == KIND_IT ? i.covers : w->covered - (w->covered > 0);
}

static unsigned seam_at(uint64_t address)
{
    for (const struct seam *s = seams; s; s = s->next)
        if (s->address == address)
            return s->covered;
    return 0;
}

static void add_seam(uint64_t address, unsigned covered)
{
    struct seam *s;

    if (covered == 0 || seam_at(address) > 0)
        return;
    s = keep(sizeof *s);
    *s = (struct seam){seams, address, covered};
    seams = s;
}

void blocks_translate(struct qemu_plugin_tb *block, bool (*is_marker)(const struct qemu_plugin_insn *insn))
{
    uint64_t address = qemu_plugin_tb_vaddr(block);
    struct walk w = {.covered = seam_at(address)};
    size_t n = qemu_plugin_tb_n_insns(block);

    qemu_plugin_register_vcpu_tb_exec_cb(block, enter_block, QEMU_PLUGIN_CB_NO_REGS, (void *)(uintptr_t)address);
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);
        const struct instruction decoded = decode(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn));

        address = qemu_plugin_insn_vaddr(insn) + decoded.bytes;
        if (is_marker(insn))
            close_run(&w);
        else
            count_insn(insn, decoded, &w);
    }
    close_run(&w);
    add_seam(address, w.covered);
}

void blocks_begin(void)
{
    const char *core = counter_core();

    decode = decoder_of(core);
    for (size_t e = 0; e < ESTIMATES; e++)
        if (!estimates[e].only || strcmp(estimates[e].only, core) == 0)
            timing[e] = timing_of(estimates[e].core ? estimates[e].core : core);
}
