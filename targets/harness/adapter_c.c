/* SPDX-License-Identifier: Apache-2.0 */
/* The model as generated C: MOTE_Model is its name as its functions spell it, MOTE_Model_upper as its constants do.
 * No name of a model or of its constants is spelled so: a model may be called "model". */
#include "harness.h"

#include MOTE_Model_header

#define PASTE_(a, b) a##b
#define PASTE(a, b)  PASTE_(a, b)
#define CALL(name)   PASTE(MOTE_Model, name)
#define VALUE(name)  PASTE(MOTE_Model_upper, name)

#ifdef MOTE_MORE_ARENAS
static void *const arenas[] = {harness_arena, MOTE_MORE_ARENAS};

_Static_assert(MOTE_ARENA_BYTES >= VALUE(_ARENA_0_BYTES), "the first arena is smaller than the model needs");
_Static_assert(sizeof arenas / sizeof *arenas == VALUE(_ARENAS), "the model needs another number of arenas");
#define ARENA arenas
#else
_Static_assert(MOTE_ARENA_BYTES >= VALUE(_ARENA_BYTES), "the arena is smaller than the model needs");
#define ARENA harness_arena
#endif

void adapter_checksum(void) {}

/* Generated C needs no opening: its first reset is all of its set-up. */
int32_t adapter_open(void) { return adapter_reset(); }

int32_t adapter_reset(void)
{
    CALL(_reset)(ARENA);
    return 0;
}

#if MOTE_LISTEN
uint32_t adapter_listen(const int16_t *samples, uint32_t n, struct heard *heard)
{
    struct mote_event event;
    uint32_t taken = CALL(_listen)(ARENA, samples, n, &event);

    *heard = (struct heard){event.command, event.time, event.score};
    return taken;
}
#elif MOTE_FEED_ROWS
int32_t adapter_feed(const void *row) { return CALL(_feed)(ARENA, row); }
#else
int32_t adapter_run(void)
{
#if VALUE(_DECIDES)
    return CALL(_run)(ARENA);
#else
    CALL(_run)(ARENA);
    return 0;
#endif
}

#if MOTE_STEPS
int32_t adapter_step(int32_t step)
{
    CALL(_step)(ARENA, step);
    return step + 1 < VALUE(_STEPS);
}
#endif
#endif

int32_t adapter_inputs(void) { return VALUE(_INPUTS); }
int32_t adapter_outputs(void) { return VALUE(_OUTPUTS); }

void adapter_where(int32_t *step, int32_t *tensor, int32_t *detail) { *step = *tensor = *detail = -1; }

int32_t adapter_input(int32_t index, struct span *span)
{
    span->data = CALL(_input)(ARENA, index);
    span->bytes = CALL(_input_bytes)(index);
    return 0;
}

#if MOTE_RAW_ROW_BYTES
int32_t adapter_set_input(const void *raw)
{
    CALL(_set_input)(ARENA, raw);
    return 0;
}

#if MOTE_RAW_ROWS > 1
int32_t adapter_set_input_row(uint32_t row, const void *raw)
{
    CALL(_set_input_row)(ARENA, row, raw);
    return 0;
}
#endif
#endif

int32_t adapter_output(int32_t index, struct span *span)
{
    span->data = (void *)(uintptr_t)CALL(_output)(ARENA, index); /* only read */
    span->bytes = CALL(_output_bytes)(index);
    return 0;
}
