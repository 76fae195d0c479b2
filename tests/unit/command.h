/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of the program from outside: build/mote runs in a folder of its own, which must be as it was afterwards. */
#ifndef TESTS_COMMAND_H
#define TESTS_COMMAND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/base/base.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define GRAPH        MOTE_SOURCE_DIR "/models/strokes.graph"
#define DATA         MOTE_SOURCE_DIR "/models/strokes"
#define ARG_MAX_HERE 24

extern struct pool pool; /* of the whole program */

/* ---- the folder ---- */
/* A path in it: "in/NAME" is for inputs, "out/NAME" for what mote writes, and tmp is its TMPDIR. */
const char *here(const char *name);
struct bytes slurp(const char *path);
const char *text_of(const char *path);
int entries(const char *path);
void put_bytes(const char *name, const void *data, size_t size);
void put_text(const char *name, const char *text);
void put_npy(const char *name, const char *type, const char *shape, const void *data, size_t size);

/* Of the group: the folder with some models and data, and none. */
int setup_all(void **state);
/* And COLUMNS unset: what commands say for people is within 80. */
int setup_narrow(void **state);
int teardown_all(void **state);
int before_each(void **state); /* nothing in out and tmp */
#define TEST(name) cmocka_unit_test_setup(name, before_each)

/* ---- running ---- */
struct result {
    int status;
    const char *command, *out, *err;
};
/* In a child, after fork(): mote with these arguments, and PATH if it is not NULL. */
void become(char **argv, const char *env_path);
/* "@name" stands for a file of the folder. */
struct result run_list(const char *env_path, const char *const *args);
struct result run_ok(const char *const *args); /* status 0, and nothing on stderr */
#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define RUN(...)  run_list(NULL, ARGS(__VA_ARGS__))
#define OK(...)   run_ok(ARGS(__VA_ARGS__))

void want_status(const struct result *r, int status);
/* All lines within 80 columns, and no colors. A command to be pasted stays in one line, and so does a path. Of errors
 * a line each. All that is run without --json is looked at where it is run. */
void want_narrow(const struct result *r);
/* A failure is one line on stderr, nothing on stdout and no file. */
void want_failure(const struct result *r, int status, const char *part);
void want_nothing_left(const char *command);

/* Command lines that fail. */
struct bad {
    int status;
    const char *part;
    const char *args[12];
};
void want_bad(const struct bad *bad, size_t n);

/* ---- what it says ---- */
json_t *json_of(const struct result *r);
json_int_t integer(const json_t *json, const char *key);
double real(const json_t *json, const char *key);
int count_lines(const char *text);
/* `mote eval --json` of so many samples; how many are right. */
json_int_t want_eval(const struct result *r, size_t samples);

/* ---- what not everybody has ---- */
bool have(const char *program);
bool have_board(void);                /* the emulated Cortex-M; else says that the test is skipped */
const char *shared(const char *name); /* a file of the shared folder; where there is none it skips the test */

#endif
