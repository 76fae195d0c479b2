/* SPDX-License-Identifier: Apache-2.0 */
/* From a model to bytes, and bytes against the reference's. Nothing here fails a test: differences are printed, counted
 * by the caller, and the next comparison goes on. */
#ifndef MOTE_TESTS_ROAD_H
#define MOTE_TESTS_ROAD_H

#include <math.h>

#include "host/emit/emit.h"
#include "host/run/runner.h"
#include "host/pipeline/pipeline.h"

/* Prints the first difference; true if there is none. */
static inline bool bytes_equal(const char *what, enum mote_type type, const uint8_t *got, const uint8_t *want,
                               size_t bytes)
{
    size_t size = (size_t)type_bits(type) / 8, n = bytes / size, differ = 0, first = 0;
    int64_t g = 0, w = 0;

    for (size_t i = n; i-- > 0;)
        if (memcmp(got + i * size, want + i * size, size) != 0) {
            first = i;
            differ++;
        }
    if (differ == 0)
        return true;
    for (size_t b = 0; b < size; b++) {
        g |= (int64_t)((uint64_t)got[first * size + b] << 8 * b);
        w |= (int64_t)((uint64_t)want[first * size + b] << 8 * b);
    }
    if (type == TYPE_S8 || type == TYPE_S16 || type == TYPE_S32) {
        int64_t sign = (int64_t)1 << (8 * size - 1);

        printf("FAIL %s: [%zu] = %lld, want %lld (%zu of %zu differ)\n", what, first, (long long)((g ^ sign) - sign),
               (long long)((w ^ sign) - sign), differ, n);
    } else {
        printf("FAIL %s: [%zu] = 0x%llx, want 0x%llx (%zu of %zu differ)\n", what, first, (unsigned long long)g,
               (unsigned long long)w, differ, n);
    }
    return false;
}

/* Whether floats are as near to the reference's as docs/EXACT.md wants them; prints the first that is not. */
static inline bool floats_near(const char *what, const uint8_t *got, const uint8_t *want, size_t bytes)
{
    size_t n = bytes / sizeof(float);
    float largest = 0, tolerance, g, w;

    for (size_t i = 0; i < n; i++) {
        memcpy(&w, want + i * sizeof w, sizeof w);
        if (isfinite(w) && fabsf(w) > largest)
            largest = fabsf(w);
    }
    tolerance = 1e-5f * largest + 1e-6f;
    for (size_t i = 0; i < n; i++) {
        memcpy(&g, got + i * sizeof g, sizeof g);
        memcpy(&w, want + i * sizeof w, sizeof w);
        if (g == w || (isnan(g) && isnan(w)) || fabsf(g - w) <= tolerance)
            continue;
        printf("FAIL %s: [%zu] = %.9g, want %.9g within %.3g\n", what, i, (double)g, (double)w, (double)tolerance);
        return false;
    }
    return true;
}

/* A model in memory, as pipeline_load() gives one from a file. */
static inline struct pipeline pipeline_of(struct pool *pool, const char *path)
{
    return (struct pipeline){.pool = pool, .path = path, .has_graph = true, .model = {.pool = pool}};
}

/* An open model's input or output j. */
static inline struct mote_io runner_input(const struct runner *r, int32_t i)
{
    struct mote_io io;

    return mote_model_input(&r->model, i, &io) == MOTE_OK ? io : (struct mote_io){0};
}

static inline struct mote_io runner_output(const struct runner *r, int32_t j)
{
    struct mote_io io;

    return mote_model_output(&r->model, j, &io) == MOTE_OK ? io : (struct mote_io){0};
}

#endif
