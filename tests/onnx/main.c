/* SPDX-License-Identifier: Apache-2.0 */
/* onnx_suite [TEST…]: runs ONNX's tests, all of them or those whose names contain one of the words, and prints a row
 * each. Without words the rows are compared with tests/onnx/outcomes.tsv, and with MOTE_UPDATE=1 they are written
 * there. MOTE_ONNX_DATA names another folder than that of Debian's libonnx-testdata. */
#include <dirent.h>
#include <stdlib.h>

#include "tests/onnx/suite.h"

#define BATCH 48 /* tests of one run of the C compiler */

static const char *const suites[] = {"node", "pytorch-converted", "pytorch-operator", "simple"};
static const char outcomes[] = MOTE_SOURCE_DIR "/tests/onnx/outcomes.tsv";
static const char *const words[] = {[PASSED] = "passed", [WRONG] = "wrong", [REFUSED] = "refused"};

struct counts {
    int n, passed, bound, in_c;
};

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* The folder's tests in order. */
static size_t list_tests(struct pool *pool, const char *folder, const char ***names)
{
    DIR *dir = opendir(folder);
    size_t n = 0;

    *names = NULL;
    for (struct dirent *e; dir && (e = readdir(dir)) != NULL;)
        if (strncmp(e->d_name, "test_", 5) == 0) {
            *names = pool_grow(pool, *names, n, sizeof **names);
            (*names)[n++] = pool_strdup(pool, e->d_name);
        }
    if (dir)
        closedir(dir);
    if (n > 0)
        qsort(*names, n, sizeof **names, by_name);
    return n;
}

static bool is_wanted(const char *name, char **wanted)
{
    for (int i = 0; wanted[i]; i++)
        if (strstr(name, wanted[i]))
            return true;
    return wanted[0] == NULL;
}

static void add_row(struct text *rows, struct counts *counts, const struct test *t)
{
    counts->n++;
    counts->passed += t->outcome == PASSED;
    counts->bound += t->outcome == PASSED && t->bound[0] != '\0';
    counts->in_c += t->same_in_c;
    text_add(rows, "%s\t%s\t%s\t%s\t%s\n", t->name, words[t->outcome], t->same_in_c ? "same" : "-",
             t->bound[0] ? t->bound : "-", t->note[0] ? t->note : "-");
}

static void run_batch(struct text *rows, struct counts *counts, const char *folder, struct test *tests, size_t n)
{
    for (size_t i = 0; i < n; i++)
        test_run(&tests[i], pool_printf(rows->pool, "%s/%s", folder, tests[i].name));
    tests_run_c(tests, n);
    for (size_t i = 0; i < n; i++) {
        add_row(rows, counts, &tests[i]);
        pool_free(&tests[i].pool);
    }
}

static struct counts run_suite(struct text *rows, const char *data, const char *suite, char **wanted)
{
    struct pool *pool = rows->pool;
    struct test *tests = pool_array(pool, BATCH, sizeof *tests);
    struct counts counts = {0};
    const char **names;
    size_t all = list_tests(pool, pool_printf(pool, "%s/%s", data, suite), &names), n = 0;

    for (size_t i = 0; i < all; i++) {
        const char *name = pool_printf(pool, "%s/%s", suite, names[i]);

        if (is_wanted(name, wanted))
            tests[n++] = (struct test){.name = name};
        if (n == BATCH || i == all - 1) {
            run_batch(rows, &counts, data, tests, n);
            n = 0;
        }
    }
    return counts;
}

/* Prints lines that differ from the file's; the number of them. */
static int compare(struct text *rows)
{
    struct report_text failed = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &failed};
    struct bytes file;
    int differ = 0;
    char *is, *was, *rest_is = rows->s, *rest_was;

    if (file_read(rows->pool, outcomes, &file, &at) != MOTE_OK) {
        fprintf(stderr, "%s\n", failed.text);
        return 1;
    }
    rest_was = pool_printf(rows->pool, "%.*s", (int)file.size, (const char *)file.data);
    do {
        is = strtok_r(rest_is, "\n", &rest_is);
        was = strtok_r(rest_was, "\n", &rest_was);
        if (!is || !was || strcmp(is, was) != 0) {
            if (is || was)
                printf("was: %s\nis:  %s\n", was ? was : "nothing", is ? is : "nothing");
            differ += is || was;
        }
    } while (is && was);
    return differ;
}

static int finish(struct text *rows)
{
    struct report_text failed = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &failed};
    const char *update = getenv("MOTE_UPDATE");

    if (update && update[0]) {
        if (file_write(outcomes, rows->s, rows->len, &at) != MOTE_OK)
            fprintf(stderr, "%s\n", failed.text);
        return failed.status != MOTE_OK;
    }
    return compare(rows) != 0;
}

int main(int argc, char **argv)
{
    struct pool pool = {0};
    struct text rows = {.pool = &pool};
    const char *data = getenv("MOTE_ONNX_DATA");
    const char **names;
    int status = 0;

    data = data ? data : "/usr/share/libonnx-testdata/data";
    if (list_tests(&pool, pool_printf(&pool, "%s/node", data), &names) == 0) {
        printf("SKIP: no %s (Debian's package libonnx-testdata has it; MOTE_ONNX_DATA names another folder)\n", data);
        pool_free(&pool);
        return 0;
    }
    text_add(&rows, "test\toutcome\tgenerated C\tinputs that are constants\treason\n");
    for (size_t i = 0; i < COUNT(suites); i++) {
        struct counts c = run_suite(&rows, data, suites[i], argv + 1);

        fprintf(stderr, "%s: %d of %d pass, %d of them with inputs as constants; %d via generated C\n", suites[i],
                c.passed, c.n, c.bound, c.in_c);
    }
    if (argc > 1)
        fputs(rows.s, stdout);
    else
        status = finish(&rows);
    pool_free(&pool);
    return status;
}
