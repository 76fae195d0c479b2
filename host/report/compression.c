/* SPDX-License-Identifier: Apache-2.0 */
/* Compression on a terminal. */
#include "host/report/columns.h"
#include "host/report/compression.h"

#include <math.h>

int64_t compression_all_bytes(const struct compression_bytes *b)
{
    return b->weights + b->tables + b->codebooks + b->biases + b->multipliers;
}

double compression_bits(const struct compression_layer *l)
{
    return l->weights > 0 ? 8 * (double)l->bytes / (double)l->weights : 0;
}

/* A character a bin: the darker the more, by the root, so that few are to be seen beside many. */
static const char *bars(const struct weights_histogram *s, char out[STAGE_BINS + 1])
{
    static const char shades[] = " .:-=+*#%@";
    const int darkest = (int)strlen(shades) - 1;
    int64_t most = 1;

    for (int k = 0; k < STAGE_BINS; k++)
        most = s->counts[k] > most ? s->counts[k] : most;
    for (int k = 0; k < STAGE_BINS; k++) {
        const double share = sqrt((double)s->counts[k] / (double)most);

        out[k] = shades[s->counts[k] == 0 ? 0 : 1 + (int)(share * (darkest - 1))];
    }
    out[STAGE_BINS] = '\0';
    return out;
}

static void print_histograms(const struct compression *c, FILE *to)
{
    char line[STAGE_BINS + 1];

    fprintf(to, "\nweights that are not 0, around 0\n");
    for (size_t i = 0; i < c->n_stages; i++)
        fprintf(to, "%-8s |%s| to %.3g\n", c->stages[i].name, bars(&c->stages[i].histogram, line),
                c->stages[i].histogram.range);
}

static void print_layers(const struct compression *c, struct pool *pool, FILE *to)
{
    static const struct column columns[] = {{"layer", false, 12}, {"weights", true, 0}, {"not 0", true, 0},
                                            {"levels", true, 0},  {"coding", false, 0}, {"bytes", true, 0},
                                            {"bits", true, 0}};
    struct table t = {.pool = pool, .columns = columns, .n_columns = COUNT(columns)};

    for (size_t i = 0; i < c->n_layers; i++) {
        const struct compression_layer *l = &c->layers[i];

        TABLE_ROW(&t, printable(pool, l->name), pool_printf(pool, "%lld", (long long)l->weights),
                  pool_printf(pool, "%.2f %%", l->weights > 0 ? 100 * (double)l->kept / (double)l->weights : 0),
                  pool_printf(pool, "%d", (int)l->levels), l->coding, pool_printf(pool, "%lld", (long long)l->bytes),
                  pool_printf(pool, "%.2f", compression_bits(l)));
    }
    fputc('\n', to);
    table_print(&t, to);
}

void compression_print(const struct compression *c, struct pool *pool, FILE *to)
{
    const struct compression_bytes *b = &c->bytes;

    print_histograms(c, to);
    print_layers(c, pool, to);
    print_fitting(to,
                  "\nbytes: weights %lld, tables of codes %lld, codebooks %lld, biases %lld, multipliers %lld: %lld\n",
                  (long long)b->weights, (long long)b->tables, (long long)b->codebooks, (long long)b->biases,
                  (long long)b->multipliers, (long long)compression_all_bytes(b));
}
