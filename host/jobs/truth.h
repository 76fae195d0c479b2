/* SPDX-License-Identifier: Apache-2.0 */
/* What is said in a stream, and when: JSON files as MLPerf Tiny's streaming wake word has them,
 *
 *     [{"wav_file": "stream.wav", "sample_rate": 16000, "length_sec": 10.0,
 *       "detection_windows": [[1.0, 1.65], [4.0, 4.76]], "words": ["yes", "no"]}]
 *
 * "words", one a window, is Mote's own and may be absent: any command is meant then. */
#ifndef MOTE_JOBS_TRUTH_H
#define MOTE_JOBS_TRUTH_H

#include "host/metrics/detections.h"

struct truth {
    int32_t n;
    struct said *said;  /* [n] in order; commands are -1 until truth_name() */
    const char **words; /* [n]; NULL: it does not say */
};

/* The part of the file that is about `sound`, by the name's last part, or the only one. Times must be in order within
 * `seconds`. */
MUST_CHECK enum mote_status truth_read(struct pool *pool, const char *path, const char *sound, double seconds,
                                       struct truth *out, const struct frame *at);
/* Words become numbers of these names; a word that is not there is an error. */
MUST_CHECK enum mote_status truth_name(struct truth *t, const char *const *names, int32_t n, const struct frame *at);
const char *truth_text(struct pool *pool, const char *sound, int32_t rate, double seconds, const struct truth *t);

#endif
