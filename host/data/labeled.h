/* SPDX-License-Identifier: Apache-2.0 */
/* Labeled data: files of input tensors, each with the number of the class that is right.
 *
 * A specification is a folder or a YAML file. The folder has y_labels.csv with a line a sample,
 *
 *     tst_000000_Stop_7.bin,12,7        file, number of classes, label
 *
 * and the files, each the raw bytes of one inference's inputs. The YAML file names such a folder, and perhaps classes:
 *
 *     data:
 *       kind: tensors                   what the files hold
 *       path: ../kws01                  relative to the YAML file
 *       classes: [down, go, left]       may be absent */
#ifndef MOTE_LABELED_H
#define MOTE_LABELED_H

#include "host/base/base.h"

#define LABELED_CLASSES_MAX 65536

struct labeled_sample {
    const char *file; /* in the folder */
    int32_t label, line;
};

struct labeled {
    const char *folder;
    int32_t n, n_classes; /* both at least 1 */
    struct labeled_sample *samples;
    const char *const *classes; /* [n_classes] names, or NULL */
};

MUST_CHECK enum mote_status labeled_open(struct pool *pool, const char *specification, struct labeled *out,
                                         const struct frame *at);
/* The place of sample i, for messages: its line of y_labels.csv. */
struct frame labeled_frame(const struct labeled *data, int32_t i, const struct frame *up);
/* Reads sample i, which must have exactly `bytes` bytes. */
MUST_CHECK enum mote_status labeled_read(const struct labeled *data, int32_t i, size_t bytes, uint8_t *out,
                                         const struct frame *at);

#endif
