/* SPDX-License-Identifier: Apache-2.0 */
/* Cycles: a core's documented timing, times what published results took of what it says, with the flash's wait states.
 * Where no timing is documented, cycles an instruction of published results. */
#include <math.h>

#include "host/energy/budget.h"
#include "host/energy/published.h"

/* The rule for the Cortex-M4, of what the core's own documented timing says of the same code: the geometric mean of
 * Mote's kws, vww, resnet and ad01 in bench/results.csv (via c). */
static const struct {
    const char *core;
    enum published_core published;
    double rule;
} timed[] = {{"cortex-m4f", M4, 0.982}, {"cortex-m33", M33, 0.986}};

static double factor_of(int i) { return published_timing_without(timed[i].published, NULL).rule * timed[i].rule; }

/* Of a core that nobody's results are of: between the two. */
static double timing_factor(const char *core)
{
    for (int i = 0; i < (int)COUNT(timed); i++)
        if (strcmp(timed[i].core, core) == 0)
            return factor_of(i);
    return sqrt(factor_of(0) * factor_of(1));
}

/* simavr counts what the instruction set's manual says, and an AVR has neither caches nor wait states. */
static bool is_exact(const char *core) { return strncmp(core, "avr", 3) == 0; }

enum cycles_from cycles_source(const struct work *work)
{
    return work->cycles > 0 ? CYCLES_FROM_TIMING : work->instructions > 0 ? CYCLES_FROM_INSTRUCTIONS : CYCLES_UNKNOWN;
}

double cycles_waiting(const struct board *board, const struct work *work)
{
    const struct board_memory *flash = board_first_memory(board, BOARD_FLASH);

    assert(flash != NULL && work->flash_bytes >= 0);
    return flash->line_bytes > 0 ? work->flash_bytes * flash->wait_states / flash->line_bytes : 0;
}

struct interval cycles_estimate(const struct board *board, const struct work *work)
{
    const struct interval about = interval_about(1, published_cycles_width());
    struct interval core = interval_exact(0);

    switch (cycles_source(work)) {
    case CYCLES_FROM_TIMING:
        if (is_exact(board->timing))
            return interval_exact(work->cycles);
        core = interval_exact(work->cycles * timing_factor(board->timing));
        break;
    case CYCLES_FROM_INSTRUCTIONS:
        core = interval_scaled(published_cycles_an_instruction(), work->instructions);
        break;
    case CYCLES_UNKNOWN:
        return core;
    }
    return interval_times(interval_plus(core, interval_exact(cycles_waiting(board, work))), about);
}
