/* SPDX-License-Identifier: Apache-2.0 */
/* Stack that a model takes, from the frames of the device's code as GCC makes them for each core (tools/stack.py). */
#include "host/deploy/fit.h"
#include "host/boards/board.h"
#include "host/plan/kernels.h"
#include "host/run/image_kernels.h"
#include "host/run/image_view.h"

#define STACK_CORES(...) static const char *const cores[] = {__VA_ARGS__};
#define STACK(name, ...)
#include "host/deploy/stack.def"

struct frames {
    const char *function;
    int32_t bytes[COUNT(cores)]; /* below the caller's frame */
};

static const struct frames table[] = {
#define STACK_CORES(...)
#define STACK(name, ...) {#name, {__VA_ARGS__}},
#include "host/deploy/stack.def"
};

/* What calls: the registers and arguments that a generated function keeps, and a caller's own call. */
#define CALLER_BYTES 32

static int64_t frames_of(const char *function, size_t core)
{
    for (size_t i = 0; i < COUNT(table); i++)
        if (strcmp(table[i].function, function) == 0)
            return table[i].bytes[core];
    return 0;
}

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

/* Of the version that the board links; of the portable one, if there is none for how the constants are packed. */
static int64_t frames_of_kernel(const struct mote_model *m, enum kernel_id kernel, uint32_t features, size_t core)
{
    const struct kernel_version *v = image_version(m, kernel, features);
    struct pool pool = {0};
    int64_t bytes = frames_of(kernel_version_function(&pool, v != NULL ? v : kernel_version_best(kernel, 0)), core);

    pool_free(&pool);
    return bytes;
}

/* Of what proves the kernel's parameters and constants when an image is opened. */
static int64_t frames_of_check(enum kernel_id kernel, size_t core)
{
    struct pool pool = {0};
    const int64_t bytes = frames_of(pool_printf(&pool, "%s_check", kernels[kernel]->name), core);

    pool_free(&pool);
    return bytes;
}

int64_t stack_bytes(const struct mote_model *m, const struct board *board, bool via_c)
{
    uint32_t features = target_of_board(board).features;
    int64_t most = 0, checks = 0;
    size_t c = 0;

    while (c < COUNT(cores) && strcmp(cores[c], board->core) != 0)
        c++;
    if (c == COUNT(cores))
        return -1;
    for (uint32_t i = 0; i < m->n_steps; i++) {
        const enum kernel_id kernel = (enum kernel_id)m->steps[i].kernel;

        assert(kernels[kernel] != NULL); /* the model is open */
        most = larger(most, frames_of_kernel(m, kernel, features, c));
        checks = larger(checks, frames_of_check(kernel, c));
    }
    if (!via_c)
        most = larger(most + frames_of("run", c), larger(frames_of("open", c), frames_of("check", c) + checks));
    if (image_section(m, MOTE_SECTION_PREPROCESS) != NULL)
        most = larger(most, frames_of("set_input", c));
    return most + CALLER_BYTES;
}
