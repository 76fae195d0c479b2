/* SPDX-License-Identifier: Apache-2.0 */
/* What the device's code asserts (MOTE_ASSERT in device/mote/config.h), in the sanitized build. */
#include <stdio.h>
#include <stdlib.h>

#include "mote/config.h"

void mote_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
    abort();
}
