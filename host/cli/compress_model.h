/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_COMPRESS_MODEL_H
#define MOTE_COMPRESS_MODEL_H

#include "host/cli/cli.h"

/* mote compress of what is no recipe. */
MUST_CHECK enum mote_status compress_model(struct cli *cli);
bool is_recipe_name(const char *name);

#endif
