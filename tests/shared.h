/* SPDX-License-Identifier: Apache-2.0 */
/* The shared folder: real models, their golden vectors, real data. Not everybody has it, so a test that wants it asks
 * shared_path, and where that is NULL frees what it holds and skips:
 *
 *     if (path == NULL) {
 *         pool_free(&pool);
 *         skip();
 *     }
 */
#ifndef MOTE_TESTS_SHARED_H
#define MOTE_TESTS_SHARED_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/base/base.h"

/* Where the folder's parts are from, the first that fits; whoever wants to run the tests without the folder puts them
 * below one of the same layout. */
static const struct shared_source {
    const char *part, *from;
} shared_sources[] = {
    {.part = "models/mlperf_tiny/", .from = "the reference models of github.com/mlcommons/tiny"},
    {.part = "models/tflite_micro/", .from = "examples of github.com/tensorflow/tflite-micro"},
    {.part = "models/seanet/", .from = "test models of github.com/tensorflow/tflite-micro"},
    {.part = "models/tinyengine/", .from = "github.com/mit-han-lab/tinyengine"},
    {.part = "models/microwakeword/", .from = "github.com/esphome/micro-wake-word-models"},
    {.part = "models",
     .from = "models of github.com/mlcommons/tiny, tensorflow/tflite-micro and others, golden vectors"},
    {.part = "data/mnist", .from = "MNIST's four idx.gz files"},
    {.part = "data/cifar10", .from = "CIFAR-10 as JPEG files, in a folder a class"},
    {.part = "data/kws01", .from = "MLPerf Tiny's inputs for keyword spotting, github.com/eembc/energyrunner"},
    {.part = "data/vww",
     .from = "MLPerf Tiny's pictures with and without persons, github.com/mlcommons/tiny_results_v1.3"},
    {.part = "data/tabular/", .from = "tables of the UCI repository"},
    {.part = "data/minimalloc", .from = "github.com/google/minimalloc"},
    {.part = "cases", .from = "inputs that failed once, which the developers' folder alone has"},
    {.part = "", .from = "the developers' folder has it"},
};

/* The path of a file or folder in $MOTE_SHARED, else in ../shared beside the sources; or NULL after the one line that
 * tools/check.sh repeats at its end. */
static inline const char *shared_path(struct pool *pool, const char *name)
{
    const char *env = getenv("MOTE_SHARED");
    const char *folder = env != NULL && env[0] != '\0' ? env : MOTE_SOURCE_DIR "/../shared";
    const char *path = pool_printf(pool, "%s/%s", folder, name);
    const struct shared_source *s = shared_sources;

    if (access(path, R_OK) == 0)
        return path;
    while (strncmp(name, s->part, strlen(s->part)) != 0)
        s++;
    printf("SKIP: no %s (%s); MOTE_SHARED names another folder that has models/, data/ and cases/\n", path, s->from);
    return NULL;
}

#endif
