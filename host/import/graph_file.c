/* SPDX-License-Identifier: Apache-2.0 */
/* Mote's own text form, which host/graph reads: as one of the formats, wrong lines are what is missing. */
#include "host/base/faults.h"
#include "host/import/import.h"

bool graph_file_matches(struct bytes file)
{
    static const char magic[] = "mote-graph ";

    return file.size >= sizeof magic - 1 && memcmp(file.data, magic, sizeof magic - 1) == 0;
}

enum mote_status graph_file_read(struct pool *pool, const char *name, struct bytes file,
                                 const struct import_options *options, struct model *out,
                                 struct import_missing *missing, const struct frame *at)
{
    struct report_text failed = {.status = MOTE_OK};
    struct frame root = {.index = -1, .sink = &failed};
    struct faults faults;

    (void)name; /* the file says it */
    *missing = (struct import_missing){.what = NULL};
    *out = (struct model){.pool = pool};
    TRY(model_parse_partly(out, file, &faults, at));
    if (faults_fail(&faults, &root) != MOTE_OK)
        *missing = (struct import_missing){failed.status, pool_printf(pool, "%.*s", (int)failed.end, failed.text)};
    if (missing->what)
        return MOTE_OK;
    TRY(import_set_shapes(out, options, at));
    return import_bytes(out, (int64_t)file.size, at);
}
