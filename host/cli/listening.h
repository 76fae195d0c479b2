/* SPDX-License-Identifier: Apache-2.0 */
/* What commands share that take models which listen. */
#ifndef MOTE_CLI_LISTENING_H
#define MOTE_CLI_LISTENING_H

#include "host/cli/cli.h"
#include "host/jobs/listening.h"

MUST_CHECK enum mote_status cli_read_listening(struct cli *cli, struct listen_options *out);
/* One of these options is given. */
bool cli_says_listening(const struct cli *cli);

#define LISTENING_OPTIONS                                                                                              \
    {"--preset", "P", "the front end, where the model does not say it: micro"},                                        \
        {"--window", "MS", "milliseconds of a frame"}, {"--step", "MS", "milliseconds from frame to frame"},           \
        {"--every", "N", "frames from one inference of a window to the next, at least; default: 1"},                   \
        {"--posterior", "KIND", "average, sum or hits"}, {"--threshold", "P", "0 to 1: what is above it is heard"},    \
        {"--over", "N", "of so many inferences"}, {"--minimum", "N", "average: nothing before so many inferences"},    \
        {"--suppress", "MS", "how long nothing (average: not the same) is heard again"},                               \
        {"--gate", "DB", "listens where sound is so much above the background; 0: always"},                            \
    {                                                                                                                  \
        "--classes", "A,B,…", "their names, where the model has none"                                                  \
    }

#endif
