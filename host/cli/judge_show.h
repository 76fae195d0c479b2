/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands share that judge: options, and how metrics are shown. */
#ifndef MOTE_JUDGE_SHOW_H
#define MOTE_JUDGE_SHOW_H

#include "host/cli/cli.h"
#include "host/jobs/judge.h"

#define JUDGE_OPTIONS                                                                                                  \
    {"--task", "T", "classification, regression or anomaly; default: the model's"},                                    \
    {                                                                                                                  \
        "--normal", "CLASS", "anomalies: the class that is none; default: the model's"                                 \
    }
/* --task, --normal and --threshold; and how the command tells of progress and mistakes. */
MUST_CHECK enum mote_status judge_read_options(struct cli *cli, struct judge_options *out);

/* Adds every metric to an object, under its key and `suffix`; then what else there is to say. */
void judge_metrics_json(const struct judge *j, json_t *to, const char *suffix);
void judge_json(const struct judge *j, json_t *to);
/* A line, without its end; then the rest. */
void judge_print_line(const struct judge *j);
void judge_print_rest(const struct judge *j);

/* "split_known", "split_samples": {train, validation, test}, "split_differs". */
void split_json(const struct pipeline *p, const struct dataset *d, json_t *to);

#endif
