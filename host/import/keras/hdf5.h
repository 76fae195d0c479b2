/* SPDX-License-Identifier: Apache-2.0 */
/* What an HDF5 file holds, as a list: texts (attributes) and tensors (data sets). Nothing of the library is seen by who
 * reads the list, and it runs in a process apart. */
#ifndef MOTE_KERAS_HDF5_H
#define MOTE_KERAS_HDF5_H

#include "host/graph/graph.h"

struct hdf5_texts {
    const char *path, *name; /* of the group, "" is the root, "/a/b" one below it; of the attribute */
    int32_t n;
    const char **texts; /* [n] */
};

struct hdf5_tensor {
    const char *path;
    struct tensor t; /* f32, of any numbers in the file */
};

struct hdf5 {
    int32_t n_texts, n_tensors;
    struct hdf5_texts *texts;
    struct hdf5_tensor *tensors; /* by their paths, ascending */
};

bool hdf5_matches(struct bytes file);
/* All attributes of strings and all data sets of numbers, but what is below a group called `skip`. At most `limit`
 * bytes of the pool in all. Links to other names or files, data in other files, and filters other than HDF5's own
 * deflate, shuffle and checksum are refused. */
MUST_CHECK enum mote_status hdf5_read(struct pool *pool, size_t limit, struct bytes file, const char *skip,
                                      struct hdf5 *out, const struct frame *at);
/* The list of what that process hands back, whatever that is; it points to `records`. */
MUST_CHECK enum mote_status hdf5_unpack(struct pool *pool, size_t limit, struct bytes records, struct hdf5 *out,
                                        const struct frame *at);

/* Keras 2.15 on Windows writes groups that are called "layers\dense\cell": they become groups within groups. */
void hdf5_take_backslashes(struct pool *pool, struct hdf5 *h);

const struct hdf5_texts *hdf5_texts_of(const struct hdf5 *h, const char *path, const char *name); /* NULL: none */
const struct hdf5_tensor *hdf5_tensor_of(const struct hdf5 *h, const char *path);

#endif
