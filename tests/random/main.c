/* SPDX-License-Identifier: Apache-2.0 */
/* random_graphs N [SEED]: N random graphs from a seed on; random_graphs FILE [SEED]: one graph file, inputs of the
 * seed; random_graphs -p SEED: prints the graph of a seed. */
#include <stdlib.h>

#include "host/graph/op_info.h"
#include "tests/random/random.h"

static int print_graph(uint64_t seed)
{
    struct pool pool = {0};
    struct report_text report = {0};
    struct frame at = {.index = -1, .sink = &report};
    struct text text = {.pool = &pool};
    struct model m;
    enum mote_status status = random_model(&pool, seed, RANDOM_OPS_MAX, &m, &at);

    model_print(&m, &text, true);
    fputs(text.s, stdout);
    if (status != MOTE_OK)
        printf("# refused: %s\n", report.text);
    pool_free(&pool);
    return status != MOTE_OK;
}

static void print_made(void)
{
    for (int i = 0; i < OP_LIMIT; i++)
        if (op_info[i].NAME != NULL)
            printf("%-30s %8lld\n", op_info[i].NAME, (long long)random_made[i]);
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1, n;
    char *end;

    if (argc < 2 || argc > 3) {
        fputs("usage: random_graphs N [SEED] | FILE [SEED] | -p SEED\n", stderr);
        return 2;
    }
    if (strcmp(argv[1], "-p") == 0)
        return print_graph(seed);
    n = strtoull(argv[1], &end, 10);
    if (*end != '\0')
        return random_run_file(argv[1], seed) ? 0 : 1;
    if (!random_run(seed, n, true))
        return 1;
    print_made();
    printf("%llu graphs from seed %llu on: no finding\n", (unsigned long long)n, (unsigned long long)seed);
    return 0;
}
