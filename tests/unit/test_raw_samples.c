/* SPDX-License-Identifier: Apache-2.0 */
/* The same raw sample, the same answer, byte for byte: on the host, on the emulated board by the interpreter and by
 * generated C, and by generated C on the host. A table, a picture, a series and an autoencoder, all made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <png.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/emulate/process.h"
#include "host/graph/graph.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define MOTE    MOTE_BINARY_DIR "/mote"
#define SAMPLES 3

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    const char *dir; /* a temporary folder */
};

static void want_ok(struct fixture *f, enum mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", f->report.text);
}

static const char *in(struct fixture *f, const char *name) { return pool_printf(&f->pool, "%s/%s", f->dir, name); }

static void put(struct fixture *f, const char *name, const void *data, size_t size)
{
    want_ok(f, file_write(in(f, name), data, size, &f->at));
}

static struct bytes slurp(struct fixture *f, const char *name)
{
    struct bytes file;

    want_ok(f, file_read(&f->pool, in(f, name), &file, &f->at));
    return file;
}

/* A command of a shell, in the folder. */
static void shell(struct fixture *f, const char *command)
{
    struct process p = {.argv = (const char *const[]){"sh", "-c", command, NULL},
                        .folder = f->dir,
                        .log = in(f, "log"),
                        .packages = "gcc",
                        .seconds = 300};

    want_ok(f, process_run(&p, 1, &f->at));
    if (p.exit_code != 0)
        fail_msg("%s: %s", command, process_log(&f->pool, &p));
}

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    *state = f;
    f->at = (struct frame){.index = -1, .sink = &f->report};
    f->dir = pool_strdup(&f->pool, "/tmp/mote_raw_samples_XXXXXX");
    return mkdtemp((char *)(uintptr_t)f->dir) == NULL;
}

static int end(void **state)
{
    struct fixture *f = *state;

    shell(f, pool_printf(&f->pool, "rm -rf %s", f->dir));
    pool_free(&f->pool);
    free(f);
    return 0;
}

/* ---- the ways ---- */
static bool have(struct fixture *f, const char *program)
{
    struct process p = {.argv =
                            (const char *const[]){"sh", "-c", pool_printf(&f->pool, "command -v %s", program), NULL},
                        .folder = f->dir,
                        .log = in(f, "log"),
                        .seconds = 10};

    want_ok(f, process_run(&p, 1, &f->at));
    if (p.exit_code != 0)
        print_message("SKIP: no %s: tools/setup.sh check installs it\n", program);
    return p.exit_code == 0;
}

static void want_same(struct fixture *f, const char *file, struct bytes want)
{
    struct bytes got = slurp(f, file);

    assert_int_equal(got.size, want.size);
    assert_memory_equal(got.data, want.data, want.size);
}

static void try_board(struct fixture *f, const char *board, const char *via, const char *input, struct bytes want)
{
    shell(f, pool_printf(&f->pool, MOTE " emulate m.graph --target %s --via %s --input %s --output board.bin", board,
                         via, input));
    want_same(f, "board.bin", want);
}

/* Reads raw samples from stdin; sets each at once, or by rows from the last. */
static const char main_c[] = "#include <stdio.h>\n#include \"m.h\"\n\n"
                             "static _Alignas(16) uint8_t arena[M_ARENA_BYTES], raw[M_RAW_BYTES];\n\n"
                             "int main(int argc, char **argv)\n{\n    (void)argv;\n    m_reset(arena);\n"
                             "    while (fread(raw, 1, M_RAW_BYTES, stdin) == M_RAW_BYTES) {\n"
                             "        if (argc == 1)\n            m_set_input(arena, (const void *)raw);\n"
                             "        for (uint32_t row = M_ROWS; argc > 1 && row-- > 0;)\n"
                             "            m_set_input_row(arena, row, (const void *)(raw + row * M_ROW_BYTES));\n"
                             "        m_run(arena);\n"
                             "        fwrite(m_output_0(arena), 1, M_OUTPUT_0_BYTES, stdout);\n    }\n"
                             "    return fflush(stdout);\n}\n";

static void try_c(struct fixture *f, const void *raw, size_t size, struct bytes want)
{
    put(f, "main.c", main_c, sizeof main_c - 1);
    put(f, "raw.bin", raw, size);
    shell(f, MOTE " compile m.graph --emit c -o c && gcc -std=c11 -Wall -Wextra -Wconversion -Werror -O1 "
                  "-fsanitize=address,undefined -fno-sanitize-recover=all -Ic c/*.c c/mote/kernels/*/*.c main.c "
                  "-o program && ./program <raw.bin >once.bin && ./program rows <raw.bin >rows.bin");
    want_same(f, "once.bin", want);
    want_same(f, "rows.bin", want);
}

static bool has_several_values(struct bytes b)
{
    for (size_t i = 1; i < b.size; i++)
        if (b.data[i] != b.data[0])
            return true;
    return false;
}

/* m.graph and the file `input` are there; `raw` is what the file holds. */
static void want_one_answer(struct fixture *f, const char *input, const void *raw, size_t size)
{
    struct bytes want;

    shell(f, pool_printf(&f->pool, MOTE " run m.graph --input %s --output host.bin", input));
    want = slurp(f, "host.bin");
    assert_true(has_several_values(want)); /* else all would agree on nothing */
    try_c(f, raw, size, want);
    if (!have(f, "arm-none-eabi-gcc") || !have(f, "qemu-system-arm"))
        return;
    try_board(f, "mps2-an386", "image", input, want);
    try_board(f, "mps2-an386", "c", input, want);
}

/* ---- models ---- */
static void put_weights(struct text *t, const char *name, int tensor, const char *shape, int n)
{
    text_add(t, "tensor %d \"%s\" s8 %s quant [0.02; 0] data [", tensor, name, shape);
    for (int i = 0; i < n; i++)
        text_add(t, "%s%d", i > 0 ? ", " : "", i * 37 % 201 - 100);
    text_add(t, "]\n");
}

/* A network of one operator; `head` is all that stands before its graph. */
static void put_model(struct fixture *f, const char *head, const char *input, const char *weights, int n_weights,
                      const char *output, const char *op)
{
    struct text t = {.pool = &f->pool};

    text_add(&t, "mote-graph 1\nmodel m\n%sgraph\ntensor 0 \"x\" s8 %s quant [0.03; -5]\n", head, input);
    put_weights(&t, "w", 1, weights, n_weights);
    text_add(&t, "tensor 2 \"y\" s8 %s quant [0.06; 3]\nop 0 %s in [0, 1] out [2]%s\ninputs [0]\noutputs [2]\nend\n",
             output, op, strcmp(op, "conv_2d") == 0 ? " padding valid" : "");
    put(f, "m.graph", t.s, t.len);
}

/* ---- cases ---- */
static void a_table(void **state)
{
    static const float rows[SAMPLES][4] = {
        {5.1f, 3.5f, 1.4f, 0.2f}, {6.4f, 3.2f, 4.5f, 1.5f}, {-1e30f, 0, 7.25f, 1e9f}};
    struct fixture *f = *state;
    struct text t = {.pool = &f->pool};

    put_model(f,
              "classes \"a\" \"b\"\npreprocess values f32 mean [5.84, 3.06, 3.76, 1.2] std [0.83, 0.44, 1.77, 0.76]\n",
              "[1,4]", "[2,4]", 8, "[1,2]", "fully_connected");
    for (int i = 0; i < SAMPLES; i++)
        text_add(&t, "%.9g,%.9g,%.9g,%.9g,%c\n", (double)rows[i][0], (double)rows[i][1], (double)rows[i][2],
                 (double)rows[i][3], 'a' + i % 2);
    put(f, "t.csv", t.s, t.len);
    want_one_answer(f, "t.csv", rows, sizeof rows);
    shell(f, MOTE " eval m.graph --data t.csv --predictions host.csv");
    if (have(f, "arm-none-eabi-gcc") && have(f, "qemu-system-arm"))
        for (int i = 0; i < 2; i++) {
            shell(f, pool_printf(&f->pool,
                                 MOTE " eval m.graph --data t.csv --target mps2-an386 --via %s --predictions b.csv",
                                 i == 0 ? "image" : "c"));
            want_same(f, "b.csv", slurp(f, "host.csv"));
        }
    if (have(f, "avr-gcc") && access(MOTE_BINARY_DIR "/mote_count_avr", X_OK) == 0)
        try_board(f, "arduino-uno", "c", "t.csv", slurp(f, "host.bin"));
}

/* The model wants BGR. */
static void a_picture(void **state)
{
    png_image image = {.version = PNG_IMAGE_VERSION, .width = 8, .height = 8, .format = PNG_FORMAT_RGB};
    struct fixture *f = *state;
    uint8_t pixels[8 * 8 * 3];

    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * i * 31 + 7 * i);
    assert_true(png_image_write_to_file(&image, in(f, "p.png"), 0, pixels, 0, NULL));
    put_model(f, "preprocess image bgr u8 mean [104, 117, 123.7] std [57, 57.1, 58.4]\n", "[1,8,8,3]", "[3,4,4,3]", 144,
              "[1,5,5,3]", "conv_2d");
    want_one_answer(f, "p.png", pixels, sizeof pixels);
}

static void put_npy(struct fixture *f, const char *name, const char *head, const void *data, size_t size)
{
    struct text t = {.pool = &f->pool};

    text_bytes(&t, "\x93NUMPY\1", 8);
    text_bytes(&t, (uint8_t[]){(uint8_t)strlen(head), 0}, 2);
    text_add(&t, "%s", head);
    text_bytes(&t, data, size);
    put(f, name, t.s, t.len);
}

static void a_series(void **state)
{
    struct fixture *f = *state;
    int16_t steps[SAMPLES * 16 * 3];

    for (size_t i = 0; i < COUNT(steps); i++)
        steps[i] = (int16_t)(i * 3001 % 65536 - 32768);
    put_npy(f, "s.npy", "{'descr': '<i2', 'fortran_order': False, 'shape': (3, 16, 3), }\n", steps, sizeof steps);
    put_model(f, "preprocess audio s16 mean [-12.5, 980, 3.1] std [9000, 12000.5, 17000]\n", "[1,16,3]", "[2,48]", 96,
              "[1,2]", "fully_connected");
    want_one_answer(f, "s.npy", steps, sizeof steps);
}

/* One mean and std of all numbers; the answer is the input again, as the model sees it. */
static void an_autoencoder(void **state)
{
    struct fixture *f = *state;
    struct text t = {.pool = &f->pool}, table = {.pool = &f->pool};
    float samples[SAMPLES * 20];

    text_add(&t, "mote-graph 1\nmodel m\npreprocess values f32 mean [0.5] std [1.7]\ntask anomaly\ngraph\n"
                 "tensor 0 \"x\" s8 [1,20] quant [0.03; -5]\n");
    put_weights(&t, "encoder", 1, "[4,20]", 80);
    text_add(&t, "tensor 2 \"code\" s8 [1,4] quant [0.04; 0]\n");
    put_weights(&t, "decoder", 3, "[20,4]", 80);
    text_add(&t, "tensor 4 \"y\" s8 [1,20] quant [0.03; -5]\nop 0 fully_connected in [0, 1] out [2]\n"
                 "op 1 fully_connected in [2, 3] out [4]\ninputs [0]\noutputs [4]\nend\n");
    put(f, "m.graph", t.s, t.len);
    for (size_t i = 0; i < COUNT(samples); i++) {
        samples[i] = (float)(i * 7 % 41) / 9 - 2;
        text_add(&table, "%.9g%s", (double)samples[i], i % 20 == 19 ? "\n" : ",");
    }
    put(f, "x.csv", table.s, table.len);
    want_one_answer(f, "x.csv", samples, sizeof samples);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(a_table), TEST(a_picture), TEST(a_series), TEST(an_autoencoder)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
