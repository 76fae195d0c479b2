/* SPDX-License-Identifier: Apache-2.0 */
#include "host/deploy/fit.h"
#include "host/plan/memories.h"
#include "host/run/image_view.h"

int64_t footprint_ram_available(const struct footprint *f, const struct board *board)
{
    const int64_t first = (int64_t)board_first_memory(board, BOARD_RAM)->size;

    assert(f->elsewhere >= 0 && f->elsewhere <= f->arena);
    return f->elsewhere > 0 || footprint_ram(f) <= first ? first : (int64_t)board_largest_piece(board, BOARD_RAM);
}

static int64_t flash_available(const struct board *board)
{
    return (int64_t)board_first_memory(board, BOARD_FLASH)->size;
}

bool footprint_fits(const struct footprint *f, const struct board *board)
{
    return footprint_flash(f) <= flash_available(board) &&
           footprint_ram(f) - f->elsewhere <= footprint_ram_available(f, board);
}

/* On a board struct mote_model is at least half of what it is here: only its pointers are narrower. */
#define RUNTIME_BYTES_LEAST (sizeof(struct mote_model) / 2)

int64_t arena_elsewhere(const struct plan *plan)
{
    return plan->n_memories > 0 ? plan->arena_bytes - plan->memories[0].bytes : 0;
}

struct footprint footprint_least(const struct mote_model *m, const struct plan *plan, bool via_c)
{
    const struct mote_image_header *h = image_header(m);
    struct footprint f = {
        .weights = image_weight_bytes(m), .arena = h->arena_bytes, .elsewhere = arena_elsewhere(plan)};

    if (via_c)
        return f;
    assert(f.weights <= h->bytes);
    f.constants = h->bytes - f.weights;
    f.data_bss = RUNTIME_BYTES_LEAST;
    return f;
}

enum mote_status check_footprint(const struct footprint *f, bool least, const struct board *board,
                                 const struct frame *at)
{
    const int64_t ram = footprint_ram(f) - f->elsewhere;
    const char *at_least = least ? "at least " : "";
    char stack[32] = "";

    if (footprint_fits(f, board))
        return MOTE_OK;
    if (f->stack > 0)
        snprintf(stack, sizeof stack, ", stack %lld", (long long)f->stack);
    return fail(
        at, MOTE_ERR_FIT,
        "does not fit %s: it needs %s%lld bytes of flash of %lld, and %s%lld bytes of RAM of %lld (arena %lld%s)%s",
        board->name, at_least, (long long)footprint_flash(f), (long long)flash_available(board), at_least,
        (long long)ram, (long long)footprint_ram_available(f, board), (long long)(f->arena - f->elsewhere), stack,
        f->elsewhere == 0 && ram > footprint_ram_available(f, board) && board_memory_number(board, BOARD_RAM, 1) != NULL
            ? "; an image has one arena, generated C one in each memory"
            : "");
}

enum mote_status check_memories(const struct plan *plan, const struct frame *at)
{
    const struct plan_memory *m = memory_too_small(plan);

    if (m == NULL)
        return MOTE_OK;
    return fail(at, MOTE_ERR_FIT,
                "does not fit the memories of %s: what the others leave takes %lld bytes of %s, which has %llu: %lld "
                "are missing",
                plan->target.name, (long long)m->bytes, m->ram->name, (unsigned long long)m->ram->size,
                (long long)(m->bytes - (int64_t)m->ram->size));
}

enum mote_status check_target_fit(const struct mote_model *m, const struct plan *plan, enum board_way way,
                                  const struct target *target, const struct frame *file)
{
    struct footprint least = footprint_least(m, plan, way == BOARD_C);
    const struct board *board = target->board;
    int64_t stack;

    if (board == NULL)
        return MOTE_OK;
    TRY(board_check_way(board, way, "--emit", file));
    TRY(check_memories(plan, file));
    stack = stack_bytes(m, board, way == BOARD_C);
    least.stack = stack > 0 ? stack : 0;
    return check_footprint(&least, true, board, file);
}
