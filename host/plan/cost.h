/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_COST_H
#define MOTE_COST_H

#include "host/plan/plan.h"

/* Instructions of a call of so many rows of a step, about: for comparing schedules. Its version is chosen. */
double step_cost(const struct step *s, int32_t rows);
double call_cost(const struct plan *plan, int32_t step, int32_t rows);

#endif
