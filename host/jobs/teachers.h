/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_JOBS_TEACHERS_H
#define MOTE_JOBS_TEACHERS_H

#include "host/jobs/train.h"

/* The networks that a stage is taught by, if it is, in the training of `t`, whose own network is made: the dense one,
 * or those that the recipe names. They are checked, and errors name their files. */
MUST_CHECK enum mote_status teachers_open(struct train *t);

#endif
