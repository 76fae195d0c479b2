/* SPDX-License-Identifier: Apache-2.0 */
/* What HDF5's library reads: for a process apart, which it may bring down. */
#ifndef MOTE_KERAS_HDF5_LIBRARY_H
#define MOTE_KERAS_HDF5_LIBRARY_H

#include "host/import/keras/hdf5.h"

/* hdf5_read(), but in no order. */
MUST_CHECK enum mote_status hdf5_library_read(struct pool *pool, size_t limit, struct bytes file, const char *skip,
                                              struct hdf5 *out, const struct frame *at);

#endif
