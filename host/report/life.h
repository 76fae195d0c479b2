/* SPDX-License-Identifier: Apache-2.0 */
/* A model's life, for reports: the data, what was made of them, and what it takes on a board. Sections of a page
 * (html_life.c, html_device.c) and tables for a terminal (life_print.c). Text may be any bytes. */
#ifndef MOTE_LIFE_H
#define MOTE_LIFE_H

#include <stdio.h>

#include "host/metrics/metrics.h"
#include "host/report/figures.h"

/* ---- data ---- */
#define LIFE_SPLITS 3 /* training, validation, test */

struct life_class {
    const char *name;
    int64_t samples[LIFE_SPLITS];
};

struct life_data {
    const char *source;               /* the specification */
    const struct life_class *classes; /* [n_classes]; none: no classes */
    size_t n_classes;
    struct life_class all;
    const struct figure *examples; /* [n_examples] */
    size_t n_examples;
    const struct figure *worst; /* [n_worst] of the test: what the main model is most wrong about */
    size_t n_worst;
};

/* ---- models ---- */
struct life_model {
    const char *path, *name;       /* name: below the folder that the report is about */
    const char *form;              /* "integers", "float", "image" */
    int64_t weights, arena, flash; /* bytes; arena, flash -1: not known */
    double score;                  /* on the test; NAN: not known */
    const char *score_text;
    double instructions;       /* 0: not known */
    const char *time, *energy; /* with their units; NULL: not known */
    bool best;                 /* no other has at most its weights and is at least as good: life_find_best() */
    const struct confusion *confusion, *board_confusion; /* on the test; NULL: there is none */
    const char *board_score;                             /* on samples of the test, on the board; NULL: not run there */
    int64_t board_n, board_all;                          /* of so many samples outputs are equal to this machine's */
};

struct life_models {
    const char *score;  /* what `score` is: "accuracy"; NULL: there is none */
    bool share, larger; /* 0.25 reads 25 %; the larger the better */
    struct life_model *rows;
    size_t n;
    size_t main; /* the one that the rest of the report is about */
};

void life_find_best(struct life_models *m);

#define LIFE_COMPARED 6
/* The main model, then others that are best and have confusions of as many classes; how many. 0: it has none itself. */
size_t life_compared(const struct life_models *m, size_t which[LIFE_COMPARED]);

/* ---- the board ---- */
enum life_memory { LIFE_TENSOR, LIFE_SCRATCH, LIFE_STATE };

/* Bytes offset … offset + bytes - 1 of the arena hold it in the calls first … last. */
struct life_block {
    const char *name;
    enum life_memory kind;
    int64_t offset, bytes;
    int32_t first, last;
};

struct life_arena {
    const struct life_block *blocks; /* [n] */
    size_t n;
    int32_t calls; /* -1 and `calls` are before and after all */
    int64_t bytes, bound;
    int32_t fullest; /* the first call in which most bytes are alive */
};

#define LIFE_CLASSES 5 /* of instructions: loads, stores, multiplications, branches, other */
struct life_operator {
    const char *name, *output;
    int64_t macs;                                           /* -1: not known */
    int64_t weights, tables;                                /* bytes */
    double instructions, cycles, milliseconds, microjoules; /* 0: not known */
    int64_t classes[LIFE_CLASSES];                          /* all 0: not known */
};

struct life_part {
    const char *name;
    int64_t bytes;
};

#define LIFE_PARTS 4
/* What a memory of the board holds. */
struct life_fit {
    const char *memory;
    struct life_part parts[LIFE_PARTS]; /* those without a name are not there */
    int64_t available;
};

struct life_fact {
    const char *name, *value;
};

#define LIFE_FACTS 24
struct life_board {
    const char *title, *via;
    struct life_arena arena;
    const struct life_operator *operators; /* [n_operators] */
    size_t n_operators;
    struct life_fit fits[2]; /* RAM, flash */
    int64_t code, constants; /* flash besides weights and tables of operators; code -1: not known */
    struct life_fact facts[LIFE_FACTS];
    size_t n_facts;
    const char *battery;                                  /* "220 mAh at 3 V"; NULL: no curve */
    const double *per_hour, *days, *days_low, *days_high; /* [n_battery] */
    size_t n_battery;
    double rate; /* of them, that which was asked for; 0: none was, or it lies beside the curve */
};

int64_t life_fit_used(const struct life_fit *f);

/* Any may be NULL. */
struct life {
    const struct life_data *data;
    const struct life_models *models;
    const struct life_board *board;
};

void life_data_html(const struct life_data *d, struct text *out);
void life_models_html(const struct life_models *m, struct text *out);
void life_classes_html(const struct life_models *m, struct text *out); /* recalls, a column a model */
void life_board_html(const struct life_board *b, struct text *out);
/* All of it as tables. */
void life_print(const struct life *l, struct pool *pool, FILE *to);

#endif
