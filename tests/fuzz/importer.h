/* SPDX-License-Identifier: Apache-2.0 */
/* The property of all importers: whatever the bytes, they neither crash nor leak, take at most the memory that import.h
 * promises, and say why when they fail; when they succeed, the model is verified and its constants can be read. */
#ifndef MOTE_FUZZ_IMPORTER_H
#define MOTE_FUZZ_IMPORTER_H

#include "host/import/import.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(bool condition)
{
    if (!condition)
        abort();
}

struct imported {
    struct pool pool; /* which aborts beyond its limit */
    struct report_text report;
    struct frame root;
    struct import_missing missing;
    struct model model;
};

/* Before one is called: of a file of so many bytes. `i` must not move after it. */
static inline void imported_begin(struct imported *i, const char *name, size_t size)
{
    *i = (struct imported){.pool.limit = IMPORT_MEMORY(size)};
    i->root = (struct frame){.name = name, .index = -1, .sink = &i->report};
}

/* Reads every byte, so that a sanitizer sees one that is not there. */
static inline unsigned read_constants(const struct model *m)
{
    unsigned sum = 0;

    for (int32_t g = 0; g < m->n_graphs; g++)
        for (int32_t i = 0; i < m->graphs[g].n_tensors; i++) {
            const struct tensor *t = &m->graphs[g].tensors[i];

            for (int64_t b = 0; t->data && b < tensor_bytes(t); b++)
                sum += t->data[b];
        }
    return sum;
}

/* What it returned and left. */
static inline void imported_end(struct imported *i, enum mote_status status)
{
    volatile unsigned sum = 0;

    require(i->report.status == status);
    if (status != MOTE_OK) {
        require(i->report.text[0] && !strchr(i->report.text, '\n'));
    } else if (i->missing.what == NULL) {
        require(model_verify(&i->model, &i->root) == MOTE_OK);
        sum = read_constants(&i->model);
    }
    (void)sum;
    pool_free(&i->pool);
}

#endif
