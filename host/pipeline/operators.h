/* SPDX-License-Identifier: Apache-2.0 */
/* Users' operators (device/mote/operator.h) from a shared library. It runs in this process: load none that you would
 * not run. */
#ifndef MOTE_PIPELINE_OPERATORS_H
#define MOTE_PIPELINE_OPERATORS_H

#include "host/base/base.h"

/* All operators of the library at `path` are there from now on, for all models. It stays loaded. */
MUST_CHECK enum mote_status operators_load(const char *path, const struct frame *at);

#endif
