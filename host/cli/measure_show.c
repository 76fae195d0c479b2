/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/measure_show.h"

enum mote_status measure_read_options(struct cli *cli, const struct pipeline *p, struct measure *out,
                                      const struct frame *file)
{
    static const char *const ways[] = {"image", "c", NULL};
    const char *target = cli_value(cli, "--target"), *via;

    TRY(cli_word(cli, "--via", ways, &via));
    if (target == NULL)
        return usage_error(cli, "--target is missing; `mote targets` lists the boards");
    if (p->target.board == NULL)
        return fail(&cli->root, MOTE_ERR_USAGE, "there is no board %s: `mote targets` lists them", target);
    TRY(measure_open(&cli->pool, p, via == ways[1], out, file));
    out->progress = &cli_progress;
    if (cli_value(cli, "--operator-source") != NULL)
        out->job.own = cli_values(cli, "--operator-source");
    return MOTE_OK;
}

json_t *footprint_json(const struct footprint *f)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "code_bytes", (json_int_t)f->code, "constant_bytes",
                     (json_int_t)f->constants, "weight_bytes", (json_int_t)f->weights, "arena_bytes",
                     (json_int_t)f->arena, "data_bss_bytes", (json_int_t)f->data_bss, "stack_bytes",
                     (json_int_t)f->stack);
}
