/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever verified graph the bytes hold, compiling it gives an image that opens, or says why not: with
 * passes and without. Memory that runs out ends the attempt. Models of much work are left out: folding computes. */
#include <setjmp.h>
#include <stdlib.h>

#include "host/run/runner.h"
#include "host/pipeline/pipeline.h"

#define MEMORY_MAX ((size_t)256 << 20)
#define WORK_MAX   1000000
#define BYTES_MAX  (1 << 20) /* of all tensors */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static jmp_buf out_of_memory;

static void jump(void) { longjmp(out_of_memory, 1); }

static void require(bool condition)
{
    if (!condition)
        abort();
}

static bool is_small(const struct model *m)
{
    const struct graph *g = &m->graphs[0];
    int64_t bytes = 0;

    for (int32_t i = 0; i < g->n_tensors && bytes <= BYTES_MAX; i++)
        bytes += tensor_bytes(&g->tensors[i]) < 0 ? 0 : tensor_bytes(&g->tensors[i]);
    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 0; k < g->ops[i].n_out; k++)
            if (tensor_elements(&g->tensors[g->ops[i].out[k]]) < 0)
                return false;
    return bytes <= BYTES_MAX && model_macs(m) <= WORK_MAX;
}

static void compile(struct pool *pool, struct bytes file, const char *passes)
{
    struct report_text report = {0};
    struct frame root = {.name = "fuzz.graph", .index = -1, .sink = &report};
    struct pipeline p = {.pool = pool, .has_graph = true, .model = {.pool = pool}};
    struct pipeline_options options = {.passes = passes};
    struct runner runner;
    enum mote_status status = model_parse(&p.model, file, &root);

    if (status == MOTE_OK && !is_small(&p.model))
        return;
    if (status == MOTE_OK)
        status = pipeline_compile(&p, &options, &root);
    if (status == MOTE_OK) /* what the planner lets through, the runtime does too */
        require(runner_open(pool, p.image, &runner, &root) == MOTE_OK);
    else
        require(report.status == status && report.text[0] && !strchr(report.text, '\n'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const passes[] = {"none", NULL};
    struct pool pool = {.limit = MEMORY_MAX};
    struct bytes file = {(uint8_t *)(uintptr_t)data, size};

    oom_handler = jump;
    for (volatile size_t i = 0; i < COUNT(passes); i++) {
        if (setjmp(out_of_memory) == 0)
            compile(&pool, file, passes[i]);
        pool_free(&pool);
    }
    return 0;
}
