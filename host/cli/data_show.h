/* SPDX-License-Identifier: Apache-2.0 */
/* What a data set holds, as text and as JSON. */
#ifndef MOTE_DATA_SHOW_H
#define MOTE_DATA_SHOW_H

#include "host/cli/cli.h"
#include "host/data/dataset.h"
#include "host/data/suspects.h"
#include "host/report/columns.h"

struct data_view {
    struct cli *cli;
    struct dataset data;
    struct frame at;
    int32_t channels, *counts;         /* [n_classes][SPLIT_COUNT] */
    const char **names;                /* [n_classes], printable */
    struct dataset_range all, *ranges; /* [channels] */
    struct dataset_range target;       /* of a number to predict */
    struct suspects suspects;
    struct table classes;  /* and their counts, as text */
    const char *suspected; /* lines */
    char shape[96];
};

/* Of cli and data, the rest. */
void data_look(struct data_view *v);
void data_print(const struct data_view *v);
json_t *data_json(const struct data_view *v);

#endif
