/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_COMPRESS_MODEL_H
#define MOTE_COMPRESS_MODEL_H

#include "host/cli/cli.h"
#include "host/jobs/goal.h"

/* --optimize and --target. */
MUST_CHECK enum mote_status compress_read_goal(struct cli *cli, struct goal *out);
/* mote compress of what is no recipe. */
MUST_CHECK enum mote_status compress_model(struct cli *cli);
bool is_recipe_name(const char *name);

#endif
