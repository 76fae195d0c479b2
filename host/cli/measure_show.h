/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands share that measure on boards: options, and how sizes are shown. */
#ifndef MOTE_MEASURE_SHOW_H
#define MOTE_MEASURE_SHOW_H

#include "host/cli/cli.h"
#include "host/deploy/measure.h"

/* Beside OPERATORS_OPTION, which SHAPE_OPTION has. */
#define MEASURE_OPTIONS                                                                                                \
    {"--target", "BOARD", "the board; `mote targets` lists them"}, {"--via", "WAY", "image (the default) or c"},       \
    {                                                                                                                  \
        "--operator-source", "FILE", "a C file of operators of your own, for the firmware; several: several"           \
    }

/* Opens a model that is compiled for --target, to be measured --via. */
MUST_CHECK enum mote_status measure_read_options(struct cli *cli, const struct pipeline *p, struct measure *out,
                                                 const struct frame *file);
json_t *footprint_json(const struct footprint *f);

#endif
