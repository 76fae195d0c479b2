/* SPDX-License-Identifier: Apache-2.0 */
#include "host/plan/cost.h"

#define CALL          150 /* instructions around a kernel's own */
#define ROW           40
#define PER_OPERATION 6 /* of portable versions; others have fewer */
#define FASTER        3

double step_cost(const struct step *s, int32_t rows)
{
    double row = kernels[s->kernel]->cost(s->params) * PER_OPERATION;

    assert(rows > 0 && s->version != NULL);
    if (s->version->code->instructions != NULL)
        return CALL + s->version->code->instructions(s->params, rows);
    return CALL + rows * (ROW + (s->version->features != 0 ? row / FASTER : row));
}

double call_cost(const struct plan *plan, int32_t step, int32_t rows) { return step_cost(&plan->steps[step], rows); }
