/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of generated C: models and what is to come out of them become a program, which a compiler makes and which
 * is run. */
#ifndef TESTS_C_PROGRAM_H
#define TESTS_C_PROGRAM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>

#include "tests/golden/golden.h"
#include "tests/golden/road.h"

#include <cmocka.h>

#define WARNINGS "-Wall -Wextra -Wconversion -Werror"
#define GCC      "gcc -std=c11 " WARNINGS " -I."

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    const char *dir; /* a temporary folder */
    int n_dirs;
};
void want_ok(struct fixture *f, enum mote_status status);
void work_begin(struct fixture *f);
void work_end(struct fixture *f);
/* Runs shell commands, each in its folder, side by side. */
void shell(struct fixture *f, int n, const char *const *folders, const char *const *commands);

/* ---- a program: models, a main() that serves them, what goes in and what is to come out ---- */
struct output {
    const char *what;
    enum mote_type type;
    size_t bytes;
    bool tolerance;
};

struct c_program {
    const char *dir;
    int n_models;
    struct text includes, arenas, table; /* of main.c */
    struct text in, want;
    struct output *outputs;
    size_t n_outputs;
};

struct c_program c_program_new(struct fixture *f);
/* Compiles the model, writes its C into the program's folder; the program's n_models - 1 is its number. */
void c_program_add(struct fixture *f, struct c_program *prog, struct pipeline *p);
void c_program_add_planned(struct fixture *f, struct c_program *prog, struct pipeline *p); /* it is compiled already */
void c_program_write(struct fixture *f, const struct c_program *prog);
/* Runs it; how many outputs are not what was expected. */
int c_program_compare(struct fixture *f, const struct c_program *prog);
void c_program_infer(struct c_program *prog, bool reset, bool steps);
void c_program_expect(struct fixture *f, struct c_program *prog, const char *what, enum mote_type type, bool tolerance,
                      struct bytes want);
/* The model of models/<name>.graph. */
struct pipeline model_of(struct fixture *f, const char *name);

static inline struct bytes graph_of(const char *text)
{
    return (struct bytes){(uint8_t *)(uintptr_t)text, strlen(text)};
}

#endif
