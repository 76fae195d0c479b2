/* SPDX-License-Identifier: Apache-2.0 */
/* Each kind of bad input of tests/data/bad_input.tsv is refused in one line, which says what is wrong and where. */
#include "tests/unit/command.h"

#include <ftw.h>

#define ARGS_MAX 12
#define KINDS    60 /* at least */

/* \n, \t, \r, \xNN become what they stand for. */
static size_t unescape(char *s)
{
    char *to = s, *start = s, digits[3] = {0};

    for (; *s != '\0'; s++) {
        if (*s != '\\')
            *to++ = *s;
        else if (*++s == 'x') {
            memcpy(digits, s + 1, 2);
            *to++ = (char)strtol(digits, NULL, 16);
            s += 2;
        } else
            *to++ = (char)(*s == 'n' ? '\n' : *s == 't' ? '\t' : *s == 'r' ? '\r' : *s);
    }
    return (size_t)(to - start);
}

static void put_file(char *file)
{
    char *content = strchr(file, '=');
    size_t size;

    assert_non_null(content);
    *content++ = '\0';
    for (char *slash = file; (slash = strchr(slash, '/')) != NULL; slash++)
        mkdir(here(pool_printf(&pool, "in/bad/%.*s", (int)(slash - file), file)), 0777);
    size = unescape(content);
    put_bytes(pool_printf(&pool, "in/bad/%s", file), content, size);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

/* Column 0 is the command, 1 what it says, the others are files. */
static void check(char *line)
{
    char *command = strtok(line, "\t"), *part = strtok(NULL, "\t"), *file;
    const char *error;
    const char *args[ARGS_MAX + 1] = {NULL};
    struct result r;
    int n = 0;

    assert_non_null(part);
    nftw(here("in/bad"), remove_one, 8, FTW_DEPTH | FTW_PHYS);
    assert_int_equal(mkdir(here("in/bad"), 0777), 0);
    while ((file = strtok(NULL, "\t")) != NULL)
        put_file(file);
    for (char *word = strtok(command, " "); word != NULL; word = strtok(NULL, " "))
        args[n++] = word;
    assert_int_equal(chdir(here("in/bad")), 0);
    r = run_list(NULL, args);
    assert_int_equal(chdir("/"), 0);
    error = strstr(r.err, "mote: "); /* after what was decided without being asked */
    if (error == NULL)
        error = "";
    if (r.status < 1 || r.status > 3 || strstr(error, part) == NULL)
        fail_msg("%s: status %d\n%sdoes not say \"%s\"", r.command, r.status, r.err, part);
    if (strchr(error, '\n') != error + strlen(error) - 1)
        fail_msg("%s: more than a line:\n%s", r.command, r.err);
}

static void bad_input_is_named(void **state)
{
    char *next, *text = pool_strdup(&pool, text_of(MOTE_SOURCE_DIR "/tests/data/bad_input.tsv"));
    int kinds = 0;

    (void)state;
    for (char *line = text; line != NULL; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (*line == '#' || *line == '\0')
            continue;
        check(line);
        kinds++;
    }
    assert_true(kinds >= KINDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bad_input_is_named),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
