/* SPDX-License-Identifier: Apache-2.0 */
/* host/base: pools and their limits, guards, messages, text from strangers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* ours is in base.h */

#include "host/base/base.h"
#include "host/base/guard.h"
#include "host/base/sha256.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- pools ---- */
static jmp_buf out_of_memory;
static void on_oom(void) { longjmp(out_of_memory, 1); }

static void test_pool_pieces(void **state)
{
    struct pool pool = {0};
    uint8_t *pieces[200];

    (void)state;
    for (size_t i = 0; i < COUNT(pieces); i++) {
        size_t bytes = i * i * 7;

        pieces[i] = pool_alloc(&pool, bytes);
        assert_int_equal((uintptr_t)pieces[i] % 64, 0);
        for (size_t k = 0; k < bytes; k++)
            assert_int_equal(pieces[i][k], 0);
        memset(pieces[i], (int)i, bytes);
    }
    for (size_t i = 0; i < COUNT(pieces); i++)
        for (size_t k = 0; k < i * i * 7; k++)
            assert_int_equal(pieces[i][k], (uint8_t)i); /* no two overlap */
    assert_string_equal(pool_printf(&pool, "%s-%d", "kws", 7), "kws-7");
    assert_string_equal(pool_strdup(&pool, "down"), "down");
    assert_memory_equal(pool_copy(&pool, "abcd", 4), "abcd", 4);
    pool_free(&pool);
    assert_null(pool.blocks);
    assert_int_equal(pool.used, 0);
}

static void test_pool_grow(void **state)
{
    struct pool pool = {0};
    int *v = NULL;

    (void)state;
    for (size_t n = 0; n < 1000; n++) {
        v = pool_grow(&pool, v, n, sizeof *v);
        v[n] = (int)n;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(v[i], i);
    pool_free(&pool);
}

static bool runs_out(void (*work)(struct pool *), struct pool *pool)
{
    void (*before)(void) = oom_handler;
    volatile bool out = true;

    oom_handler = on_oom;
    if (setjmp(out_of_memory) == 0) {
        work(pool);
        out = false;
    }
    oom_handler = before;
    pool_fail_at = 0;
    pool_free(pool);
    return out;
}

static void work_1000(struct pool *pool)
{
    for (int i = 0; i < 10; i++)
        pool_alloc(pool, 64);
    pool_alloc(pool, 360);
}
static void work_overflow(struct pool *pool) { pool_array(pool, SIZE_MAX / 2, 3); }
static void work_huge(struct pool *pool) { pool_alloc(pool, SIZE_MAX - 10); }
static void work_strings(struct pool *pool)
{
    for (int i = 0; i < 10; i++)
        pool_strdup(pool, "0123456789");
}

static void test_pool_limit(void **state)
{
    (void)state;
    assert_false(runs_out(work_1000, &(struct pool){.limit = 1024}));
    assert_true(runs_out(work_1000, &(struct pool){.limit = 1023}));
    assert_false(runs_out(work_strings, &(struct pool){.limit = 110}));
    assert_true(runs_out(work_strings, &(struct pool){.limit = 109}));
    assert_true(runs_out(work_overflow, &(struct pool){0}));
    assert_true(runs_out(work_huge, &(struct pool){0}));
}

/* A limit that the product of its numbers would pass is the largest, whatever a size_t holds. */
static void test_pool_limits(void **state)
{
    (void)state;
    assert_true(POOL_LIMIT >= (size_t)1 << 30);
    assert_true(pool_limit_for(10, 256, 7) == 2567);
    assert_true(pool_limit_for(POOL_LIMIT / 256 + 1, 256, 7) == POOL_LIMIT);
    assert_true(pool_limit_for(SIZE_MAX, 2, 0) == POOL_LIMIT);
}

static void test_pool_fail_at(void **state)
{
    (void)state;
    pool_fail_at = 11;
    assert_true(runs_out(work_1000, &(struct pool){0}));
    pool_fail_at = 12;
    assert_false(runs_out(work_1000, &(struct pool){0}));
}

/* ---- guards ---- */
struct hungry {
    struct pool pool, freed;
    int pieces, cleaned;
    enum mote_status inner; /* what a guard within says */
};

static enum mote_status eat(void *context)
{
    struct hungry *h = context;

    pool_alloc(&h->freed, 1 << 20);
    pool_free(&h->freed);
    for (int i = 0; i < h->pieces; i++)
        pool_alloc(&h->pool, 1 << 20);
    return MOTE_OK;
}

static void clean(void *context) { ((struct hungry *)context)->cleaned++; }

static enum mote_status eat_twice(void *context)
{
    struct hungry *h = context, within = {.pieces = 8};
    const struct guarded g = {.work = eat, .clean = clean, .context = &within};
    const struct frame quiet = {.index = -1};

    h->inner = guarded_run(&g, &quiet);
    h->pieces += within.cleaned; /* it is the inner one's */
    return eat(h);
}

/* Memory that runs out ends the work and is given back (AddressSanitizer would say what is not); what was freed does
 * not count; and after the work pools are as they were. */
static void test_guard(void **state)
{
    struct report_text sink = {.status = MOTE_OK};
    const struct frame at = {.name = "m", .index = -1, .sink = &sink};
    struct hungry h = {.pieces = 3};
    const struct guarded g = {.work = eat, .clean = clean, .context = &h, .limit = 4 << 20};

    (void)state;
    assert_int_equal(guarded_run(&g, &at), MOTE_OK);
    assert_false(is_guarded());
    pool_free(&h.pool);
    h.pieces = 5;
    assert_int_equal(guarded_run(&g, &at), MOTE_ERR_MEMORY);
    assert_string_equal(sink.text, "m: out of memory [ERR_MEMORY]");
    assert_int_equal(h.cleaned, 1);
    assert_false(is_guarded());
}

static void test_guards_nest(void **state)
{
    struct report_text sink = {.status = MOTE_OK};
    const struct frame at = {.name = "m", .index = -1, .sink = &sink};
    struct hungry h = {.pieces = 2};
    const struct guarded g = {.work = eat_twice, .clean = clean, .context = &h, .limit = 4 << 20};

    (void)state;
    assert_int_equal(guarded_run(&g, &at), MOTE_OK);
    assert_int_equal(h.inner, MOTE_ERR_MEMORY);
    assert_int_equal(h.cleaned, 0);
    pool_free(&h.pool);
}

/* ---- SHA-256 ---- */
/* Against libsodium's, of every length around a block's end, and added in two pieces. */
static void test_sha256(void **state)
{
    uint8_t data[4 * SHA256_BLOCK], want[crypto_hash_sha256_BYTES], is[SHA256_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 37 + 11);
    for (size_t n = 0; n <= sizeof data; n++) {
        struct sha256 s;

        crypto_hash_sha256(want, data, n);
        sha256_begin(&s);
        sha256_add(&s, data, n / 3);
        sha256_add(&s, data + n / 3, n - n / 3);
        sha256_end(&s, is);
        assert_memory_equal(is, want, sizeof want);
    }
}

/* ---- text ---- */
static void test_text(void **state)
{
    struct pool pool = {0};
    struct text t = {&pool, NULL, 0};
    static const uint8_t raw[] = {1, 0, 2};

    (void)state;
    for (int i = 0; i < 3000; i++)
        text_add(&t, "%d,", i % 10);
    text_bytes(&t, raw, sizeof raw);
    assert_int_equal(t.len, 6003);
    for (int i = 0; i < 3000; i++)
        assert_int_equal(t.s[2 * i], '0' + i % 10);
    assert_memory_equal(t.s + 6000, raw, sizeof raw);
    assert_int_equal(t.s[6003], '\0');
    pool_free(&pool);
}

/* ---- messages ---- */
static void test_fail(void **state)
{
    struct report_text sink = {0};
    struct frame root = {NULL, NULL, "kws.tflite", -1, &sink};
    struct frame op = {&root, "op", "FULLY_CONNECTED", 2, NULL};
    struct frame tensor = {&op, "tensor", "", 7, NULL};

    (void)state;
    assert_int_equal(fail(&op, MOTE_ERR_SHAPE, "input has %d elements, weights want %d", 490, 640), MOTE_ERR_SHAPE);
    assert_string_equal(sink.text,
                        "kws.tflite: op 2 FULLY_CONNECTED: input has 490 elements, weights want 640 [ERR_SHAPE]");
    assert_int_equal(fail(&tensor, MOTE_ERR_TYPE, "later"), MOTE_ERR_SHAPE); /* the first one stays */
    assert_int_equal(sink.status, MOTE_ERR_SHAPE);

    sink = (struct report_text){0};
    fail(&tensor, MOTE_ERR_TYPE, "f32");
    assert_string_equal(sink.text, "kws.tflite: op 2 FULLY_CONNECTED: tensor 7: f32 [ERR_TYPE]");

    assert_int_equal(fail(NULL, MOTE_ERR_FILE, "nowhere to say it"), MOTE_ERR_FILE);
    root.sink = NULL;
    assert_int_equal(fail(&op, MOTE_ERR_FILE, "nowhere to say it"), MOTE_ERR_FILE);
}

static void test_fail_hostile_names(void **state)
{
    struct report_text sink = {0};
    struct frame root = {NULL, NULL, "m.tflite", -1, &sink};
    struct frame tensor = {&root, "tensor", "a\nb\033[31m", 0, NULL};
    char name[5000];

    (void)state;
    fail(&tensor, MOTE_ERR_VALUE, "bad");
    assert_string_equal(sink.text, "m.tflite: tensor 0 a\\x0ab\\x1b[31m: bad [ERR_VALUE]");

    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    sink = (struct report_text){0};
    tensor.name = name;
    fail(&tensor, MOTE_ERR_VALUE, "%s", name);
    assert_true(strlen(sink.text) < sizeof sink.text);
    assert_non_null(strstr(sink.text, "xxx...: xxx"));
    assert_string_equal(sink.text + strlen(sink.text) - 16, "x... [ERR_VALUE]");
}

/* ---- text from strangers ---- */
static void test_printable(void **state)
{
    static const struct {
        const char *s, *want;
    } cases[] = {
        {"plain \\ \"text\"", NULL},
        {"z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80 \xe2\x80\x94", NULL}, /* U+00FC, U+20AC, U+1F600, U+2014 */
        {"\xc2\xa0", NULL},
        {"", NULL},
        {"a\nb\x7f\x1b[2J", "a\\x0ab\\x7f\\x1b[2J"},
        {"\xc2\x9b\x33\x31m", "\\xc2\\x9b31m"}, /* U+009B */
        {"\xc2\x80\xc2\x9f", "\\xc2\\x80\\xc2\\x9f"},
        {"\x9b", "\\x9b"},
        {"\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8e\xd8\x9c", "\\xe2\\x80\\xae\\xe2\\x81\\xa6\\xe2\\x80\\x8e\\xd8\\x9c"},
        {"\xe2\x80\xa8", "\\xe2\\x80\\xa8"},                     /* the end of a line */
        {"\xc0\x80 \xed\xa0\x80", "\\xc0\\x80 \\xed\\xa0\\x80"}, /* overlong, a surrogate */
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
        {"cut \xe2\x82", "cut \\xe2\\x82"},
    };
    struct pool pool = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *got = printable(&pool, cases[i].s);

        if (cases[i].want == NULL)
            assert_ptr_equal(got, cases[i].s);
        else
            assert_string_equal(got, cases[i].want);
    }
    pool_free(&pool);
}

static void test_shell(void **state)
{
    struct pool pool = {0};

    (void)state;
    assert_string_equal(shell_quoted(&pool, "a/b-c_1.yaml"), "a/b-c_1.yaml");
    assert_string_equal(shell_quoted(&pool, "--data"), "--data");
    assert_string_equal(shell_path(&pool, "-x"), "./-x");
    assert_string_equal(shell_quoted(&pool, ""), "''");
    assert_string_equal(shell_quoted(&pool, "my model<1>"), "'my model<1>'");
    assert_string_equal(shell_quoted(&pool, "it's $HOME"), "'it'\\''s $HOME'");
    assert_string_equal(shell_quoted(&pool, "~x"), "'~x'");
    assert_string_equal(shell_quoted(&pool, "a\nb'\\\xc2\x9b"), "$'a\\x0ab\\'\\\\\\xc2\\x9b'");
    pool_free(&pool);
}

/* The shell reads back what was quoted. */
static void test_shell_reads_it_back(void **state)
{
    static const char *const words[] = {"my model<1>", "it's $HOME `x` \"q\" \\", "*?[a]", "a;b&c|d#e!f",
                                        ("a\nb'\\\xc2\x9b"
                                         "f\x9b")};
    struct pool pool = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        FILE *f = popen(
            pool_printf(&pool, "exec bash -c \"$(cat <<'E'\nprintf %%s %s\nE\n)\"", shell_quoted(&pool, words[i])),
            "r");
        char got[100] = {0};

        assert_non_null(f);
        assert_true(fread(got, 1, sizeof got - 1, f) > 0);
        assert_int_equal(pclose(f), 0);
        assert_string_equal(got, words[i]);
    }
    pool_free(&pool);
}

static void test_file_names(void **state)
{
    char name[FILE_NAME_SIZE + 1];

    (void)state;
    assert_true(is_file_name("my net-1.2"));
    assert_false(is_file_name(""));
    assert_false(is_file_name("../evil"));
    assert_false(is_file_name(".."));
    assert_false(is_file_name(".hidden"));
    assert_false(is_file_name("-rf"));
    assert_false(is_file_name("a\nb"));
    assert_false(is_file_name("a\xff"));
    memset(name, 'x', sizeof name);
    name[FILE_NAME_SIZE] = '\0';
    assert_false(is_file_name(name));
    assert_true(is_file_name(name + 1));
}

static void test_status(void **state)
{
    (void)state;
    assert_string_equal(status_name(MOTE_OK), "OK");
    assert_string_equal(status_name(-6), "ERR_SHAPE");
    assert_string_equal(status_text(-6), "shapes do not fit together");
    assert_string_equal(status_advice(-6), "`mote inspect` shows the model's shapes");
    assert_string_equal(status_name(-19), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pool_pieces),
        cmocka_unit_test(test_pool_grow),
        cmocka_unit_test(test_pool_limit),
        cmocka_unit_test(test_pool_limits),
        cmocka_unit_test(test_pool_fail_at),
        cmocka_unit_test(test_guard),
        cmocka_unit_test(test_guards_nest),
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_fail),
        cmocka_unit_test(test_fail_hostile_names),
        cmocka_unit_test(test_printable),
        cmocka_unit_test(test_shell),
        cmocka_unit_test(test_shell_reads_it_back),
        cmocka_unit_test(test_file_names),
        cmocka_unit_test(test_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
