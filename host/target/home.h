/* SPDX-License-Identifier: Apache-2.0 */
/* Where the files that Mote needs at run time are: the sources of the device, the targets and the counting plugin. */
#ifndef MOTE_HOME_H
#define MOTE_HOME_H

#include "host/base/base.h"

/* The folder that holds device/ and targets/: $MOTE_HOME, else found from where the program lies, or the library that
 * this is in: the source tree above a build folder, or ../share/mote of an installation. */
MUST_CHECK enum mote_status mote_home(struct pool *pool, const char **home, const struct frame *at);
/* libmote_count.so: $MOTE_PLUGIN, else beside the program (library) or one folder up (build tree), or in
 * ../lib/mote. */
MUST_CHECK enum mote_status mote_plugin(struct pool *pool, const char **plugin, const struct frame *at);

#endif
