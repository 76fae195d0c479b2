/* SPDX-License-Identifier: Apache-2.0 */
/* How many plans a quantization makes: each costs a search for the schedule and for all places. The linker puts the
 * counter in plan_make()'s place (CMakeLists.txt). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/api/mote_api.h"
#include "host/api/mote_train.h"
#include "host/base/base.h"
#include "host/plan/plan.h"

#define DATA MOTE_SOURCE_DIR "/examples/library/strokes.yaml" /* a recipe, too */

static int plans;

enum mote_status __real_plan_make(struct pool *pool, const struct model *m, const struct target *target,
                                  const struct plan_options *options, struct plan *out, const struct frame *at);
enum mote_status __wrap_plan_make(struct pool *pool, const struct model *m, const struct target *target,
                                  const struct plan_options *options, struct plan *out, const struct frame *at);

enum mote_status __wrap_plan_make(struct pool *pool, const struct model *m, const struct target *target,
                                  const struct plan_options *options, struct plan *out, const struct frame *at)
{
    plans++;
    return __real_plan_make(pool, m, target, options, out, at);
}

static void a_quantization_makes_three_plans(void **state)
{
    struct mote_context *context = mote_context_new(NULL);
    struct pool pool = {0};
    struct report_text sink = {.status = MOTE_OK};
    const struct frame at = {.index = -1, .sink = &sink};
    const struct mote_quantize_options options = MOTE_OPTIONS(struct mote_quantize_options, .data = DATA, .threads = 1);
    struct mote_train_options training =
        MOTE_OPTIONS(struct mote_train_options, .recipe = DATA, .epochs = 1, .threads = 1);
    struct mote_graph *real, *int8;
    const char *folder;

    (void)state;
    assert_int_equal(folder_temporary(&pool, "test_plans", &folder, &at), MOTE_OK);
    training.folder = pool_printf(&pool, "%s/t", folder);
    assert_int_equal(mote_train(context, &training, NULL, &real), MOTE_DONE);
    plans = 0;
    assert_int_equal(mote_quantize(context, real, &options, NULL, &int8), MOTE_DONE);
    /* The float model with all values kept: calibration, errors and the judge of before run it. The int8 model
     * likewise, for its errors; and as it goes to the device. */
    assert_int_equal(plans, 3);
    mote_graph_free(real);
    mote_graph_free(int8);
    mote_context_free(context);
    folder_remove(folder);
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_quantization_makes_three_plans)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
