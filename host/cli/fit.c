/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/fit.h"
#include "host/cli/image_view.h"

static int64_t available(const struct board *board, enum board_memory_kind kind)
{
    return (int64_t)board_first_memory(board, kind)->size;
}

bool footprint_fits(const struct footprint *f, const struct board *board)
{
    return footprint_flash(f) <= available(board, BOARD_FLASH) && footprint_ram(f) <= available(board, BOARD_RAM);
}

/* On a board struct mote_model is at least half of what it is here: only its pointers are narrower. */
#define RUNTIME_BYTES_LEAST (sizeof(struct mote_model) / 2)

struct footprint footprint_least(const struct mote_model *m, bool via_c)
{
    const struct mote_image_header *h = image_header(m);
    struct footprint f = {.weights = image_weight_bytes(m), .arena = h->arena_bytes};

    if (via_c)
        return f;
    f.constants = h->bytes - f.weights;
    f.data_bss = RUNTIME_BYTES_LEAST;
    return f;
}

enum mote_status check_footprint(const struct footprint *f, bool least, const struct board *board,
                                 const struct frame *at)
{
    int64_t flash = footprint_flash(f), ram = footprint_ram(f);
    const char *at_least = least ? "at least " : "";
    char stack[32] = "";

    if (footprint_fits(f, board))
        return MOTE_OK;
    if (f->stack > 0)
        snprintf(stack, sizeof stack, ", stack %lld", (long long)f->stack);
    return fail(
        at, MOTE_ERR_FIT,
        "does not fit %s: it needs %s%lld bytes of flash of %lld, and %s%lld bytes of RAM of %lld (arena %lld%s)",
        board->name, at_least, (long long)flash, (long long)available(board, BOARD_FLASH), at_least, (long long)ram,
        (long long)available(board, BOARD_RAM), (long long)f->arena, stack);
}

enum mote_status check_target_fit(const struct mote_model *m, enum board_way way, const struct target *target,
                                  const struct frame *file)
{
    struct footprint least = footprint_least(m, way == BOARD_C);
    const struct board *board = target->board;
    int64_t stack;

    if (board == NULL)
        return MOTE_OK;
    TRY(board_check_way(board, way, "--emit", file));
    stack = stack_bytes(m, board, way == BOARD_C);
    least.stack = stack > 0 ? stack : 0;
    return check_footprint(&least, true, board, file);
}
