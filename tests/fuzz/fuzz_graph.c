/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever the bytes, reading a graph file neither crashes nor takes more memory than graph.h promises, and
 * says why when it fails. When it succeeds, what is printed reads back, and prints the same again: as text alone, and
 * as text with a blob. So does what is left of a file with wrong lines. */
#include "host/base/faults.h"
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
    struct faults faults;
    enum mote_status status = model_parse_partly(&model, file, &faults, &root);
    bool is_left = status == MOTE_OK && model.n_graphs > 0;

    if (status == MOTE_OK)
        status = faults_fail(&faults, &root);
    pool.limit = 0;
    if (is_left) {
        for (int32_t i = 0; i < model.n_graphs; i++)
            graph_compact(&model, &model.graphs[i]);
        round_trip(&pool, &model, false);
        round_trip(&pool, &model, true);
    }
    if (status != MOTE_OK)
        require(report.status == status && report.text[0] && !strchr(report.text, '\n'));
    pool_free(&pool);
    return 0;
}
