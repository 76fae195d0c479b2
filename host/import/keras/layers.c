/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/keras/keras.h"

static const struct keras_class classes[] = {
#define KERAS(name, function, vars) {#name, vars, keras_##function},
#include "host/import/keras/layers.def"
};

const struct keras_class *keras_class_find(const char *name)
{
    for (size_t i = 0; i < COUNT(classes); i++)
        if (strcmp(classes[i].name, name) == 0)
            return &classes[i];
    return NULL;
}

const char *keras_class_nearest(const char *name)
{
    struct nearest n = {.word = name};

    for (size_t i = 0; i < COUNT(classes); i++)
        nearest_try(&n, classes[i].name);
    return n.found;
}
