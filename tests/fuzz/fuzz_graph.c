/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever the bytes, reading a graph file neither crashes nor takes more memory than graph.h promises, and
 * says why when it fails. When it succeeds, what is printed reads back, and prints the same again: as text alone, and
 * as text with a blob. */
#include "host/graph/graph.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void print(const struct model *m, struct text *out, bool blob)
{
    if (blob)
        model_write(m, out);
    else
        model_print(m, out, true);
}

static void round_trip(struct pool *pool, const struct model *m, bool blob)
{
    struct text first = {pool, NULL, 0}, second = {pool, NULL, 0};
    struct model again = {.pool = pool};

    print(m, &first, blob);
    require(model_parse(&again, (struct bytes){(uint8_t *)first.s, first.len}, NULL) == MOTE_OK);
    print(&again, &second, blob);
    require(first.len == second.len && memcmp(first.s, second.s, first.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pool pool = {.limit = GRAPH_FILE_MEMORY(size)}; /* beyond it, the pool aborts */
    struct report_text report = {0};
    struct frame root = {.name = "fuzz.graph", .index = -1, .sink = &report};
    struct bytes file = {(uint8_t *)(uintptr_t)data, size};
    struct model model = {.pool = &pool};

    if (model_parse(&model, file, &root) == MOTE_OK) {
        pool.limit = 0;
        round_trip(&pool, &model, false);
        round_trip(&pool, &model, true);
    } else {
        require(report.status != MOTE_OK && report.text[0] && !strchr(report.text, '\n'));
    }
    pool_free(&pool);
    return 0;
}
