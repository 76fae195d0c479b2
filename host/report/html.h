/* SPDX-License-Identifier: Apache-2.0 */
/* A report as one HTML file that needs nothing else: no network, no script, no other file. It reads in light and dark
 * and can be printed. Same report, same bytes. */
#ifndef MOTE_HTML_H
#define MOTE_HTML_H

#include "host/report/compression.h"
#include "host/report/history.h"
#include "host/report/layers.h"
#include "host/report/life.h"
#include "host/metrics/detections.h"
#include "host/metrics/metrics.h"

struct fact {
    const char *label, *value; /* "Accuracy, int8", "91.20 %"; value NULL: a heading of the facts that follow */
};

/* What is NULL or 0 has no section. Text may be any bytes. */
struct html_report {
    const char *title;          /* never NULL: "Keyword spotting" */
    const char *recipe;         /* its name or path */
    const struct fact *results; /* [n_results]: float, int8, board */
    size_t n_results;
    const struct fact *costs; /* [n_costs]: RAM, flash, time of training */
    size_t n_costs;
    const struct history *history;
    int32_t best_epoch; /* the one that was kept, marked in the curves; 0: none */
    const struct confusion *confusion;
    const struct roc *roc;
    const struct det *det;
    int32_t det_kept; /* of its false accepts, those of the threshold that was kept, or -1 */
    const struct compression *compression;
    const struct layer_row *layers; /* [n_layers] */
    size_t n_layers;
    struct life life;
};

void html_report_text(const struct html_report *r, struct text *out);
/* The same, written whole or not at all. */
MUST_CHECK enum mote_status html_report_write(const struct html_report *r, const char *path, const struct frame *at);

#endif
