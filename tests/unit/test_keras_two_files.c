/* SPDX-License-Identifier: Apache-2.0 */
/* Keras's network in one file and its weights in another beside it: each name under which people have them, and what
 * is said where they are not there or are no weights. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#ifdef MOTE_KERAS
#include "host/import/import.h"
#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"
#include "tests/keras_made.h"

static const char network[] = " {\"backend\": \"tensorflow\", \"class_name\": \"Sequential\", \"config\": "
                              "[{\"class_name\": \"Dense\", \"config\": "
                              "{\"name\": \"d\", \"units\": 1, \"activation\": \"relu\", \"use_bias\": true, "
                              "\"batch_input_shape\": [null, 2]}}]}";

/* y = 2 a - b + 1, as Keras 2 lists it, or in groups of Keras 3. */
static struct bytes weights_of(struct pool *p, bool listed)
{
    hid_t file = made_begin();

    made_set(file, listed ? "/d/d/kernel:0" : "/layers/dense/vars/0", 2, (const int64_t[]){2, 1}, (float[]){2, -1});
    made_set(file, listed ? "/d/d/bias:0" : "/layers/dense/vars/1", 1, (const int64_t[]){1}, (float[]){1});
    if (listed) {
        made_texts(file, "/", "layer_names", 1, (const char *const[]){"d"});
        made_texts(file, "/d", "weight_names", 2, (const char *const[]){"d/kernel:0", "d/bias:0"});
    }
    return made_end(p, file);
}

static void put_file(const char *path, const void *data, size_t size)
{
    struct report_text report = {.status = MOTE_OK};

    assert_int_equal(file_write(path, data, size, &(struct frame){.index = -1, .sink = &report}), MOTE_OK);
}

/* The model of `json` says `text`, or where it is NULL computes. */
static void reads(const char *json, const char *content, const char *text)
{
    struct report_text report = {.status = MOTE_OK};
    const struct frame at = {.index = -1, .sink = &report};
    struct pool p = {0};
    struct pipeline pipeline;
    struct runner r;
    float y;

    if (pipeline_read(&p, json, made_bytes(content), &pipeline, &at) == MOTE_OK &&
        pipeline_compile(&pipeline, &(struct pipeline_options){.passes = NULL}, &at) == MOTE_OK)
        assert_int_equal(runner_open(&p, pipeline.image, &r, &at), MOTE_OK);
    if (text ? !strstr(report.text, text) : report.status != MOTE_OK)
        print_error("%s: %s\n", json, report.text);
    if (text) {
        assert_non_null(strstr(report.text, text));
    } else {
        assert_int_equal(report.status, MOTE_OK);
        runner_run(&r, (const uint8_t *)(const float[]){3, 4}, (uint8_t *)&y);
        assert_float_equal(y, 3, 1e-6);
    }
    pool_free(&p);
}

static void weights_are_beside_it(void **state)
{
    static const struct {
        const char *json, *weights;
        bool listed;
    } names[] = {
        {"net.json", "net.weights.h5", false},
        {"net.json", "net_weights.h5", true},
        {"net.json", "net-weights.h5", true},
        {"net.json", "net.h5", true},
        {"net.json", "net.hdf5", true},
        {"model.json", "weights.h5", true},
        {"my_model_2.json", "my_weights_2.h5", true},
    };
    char folder[] = "/tmp/mote_keras_XXXXXX";
    struct pool p = {0};

    (void)state;
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < COUNT(names); i++) {
        const struct bytes weights = weights_of(&p, names[i].listed);
        const char *path = pool_printf(&p, "%s/%s", folder, names[i].weights);

        put_file(path, weights.data, weights.size);
        reads(pool_printf(&p, "%s/%s", folder, names[i].json), network, NULL);
        assert_int_equal(unlink(path), 0);
    }
    reads(pool_printf(&p, "%s/net.json", folder), network, "a network of Keras without its weights");
    reads(pool_printf(&p, "%s/model.json", folder), "{\"modelTopology\": {}}", "a model of TensorFlow.js");
    put_file(pool_printf(&p, "%s/net.h5", folder), "no", 2);
    reads(pool_printf(&p, "%s/net.json", folder), network, "net.h5, are no HDF5 file");
    put_file(pool_printf(&p, "%s/net.h5", folder), weights_of(&p, true).data, weights_of(&p, true).size / 2);
    reads(pool_printf(&p, "%s/net.json", folder), network, "net.h5: ");
    put_file(pool_printf(&p, "%s/net.h5", folder), weights_of(&p, true).data, weights_of(&p, true).size);
    reads(pool_printf(&p, "%s/net.json", folder), "{\"class_name\": \n\"config\": ", "its .json, line 2");
    unlink(pool_printf(&p, "%s/net.h5", folder));
    assert_int_equal(rmdir(folder), 0);
    pool_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(weights_are_beside_it)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int main(void)
{
    puts("test_keras_two_files: this build has no HDF5 (libhdf5-dev): skipped");
    return 0;
}
#endif
