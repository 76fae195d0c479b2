/* SPDX-License-Identifier: Apache-2.0 */
/* Generated C sets its inputs from raw samples as the interpreter does, and its macros say what the model is. */
#include "tests/unit/c_program.h"

/* ---- inputs from raw samples ---- */
/* Shapes of [rows, channels] and more; the last is cut by rows. */
static const struct form {
    const char *preprocess, *numbers, *shape;
    int32_t elements;
    bool rows;
} forms[] = {
    {"values", "mean [3.7] std [0.3]", "[1,3,2]", 6, true},
    {"audio", "mean [3.7, -11.1] std [0.3, 1.7]", "[1,3,2]", 6, true},
    {"values", "mean [1, -2, 3, 4, 5, 0.1] std [0.5, 4, 1, 2, 3, 9]", "[1,6]", 6, true},
    {"image rgb", "mean [0] std [255]", "[1,2,2,3]", 12, true},
    {"image bgr", "mean [7] std [25]", "[1,2,2,3]", 12, true},
    {"image bgr", "mean [30, 20, 10] std [1, 2, 10]", "[2,3]", 6, true},
    {"image bgr", "mean [30, 20, 10] std [1, 2, 10]", "[12]", 12, false},
};

/* A model whose output is its input. */
static struct pipeline reshape_of(struct fixture *f, const char *name, const struct form *form, const char *raw,
                                  const char *type)
{
    const char *quant = strcmp(type, "f32") == 0 ? "" : " quant [0.25; 3]";
    struct pipeline p = pipeline_of(&f->pool, name);
    struct text t = {.pool = &f->pool};

    text_add(&t, "mote-graph 1\nmodel %s\n", name);
    if (raw != NULL)
        text_add(&t, "preprocess %s %s %s\n", form->preprocess, raw, form->numbers);
    text_add(&t,
             "graph\ntensor 0 \"x\" %s %s%s\ntensor 1 \"y\" %s %s%s\nop 0 reshape in [0] out [1]\n"
             "inputs [0]\noutputs [1]\nend\n",
             type, form->shape, quant, type, form->shape, quant);
    want_ok(f, model_parse(&p.model, (struct bytes){(uint8_t *)t.s, t.len}, &f->at));
    return p;
}

/* What a sensor may give, and more. */
static void put_raw(struct text *to, const char *type, int32_t n)
{
    static const float reals[] = {-3.25f, 0, 0.1f, 1e6f, 4.5f, -1e30f, 77, 1, 2, 3, 1e-40f, -0.0f};
    static const int32_t whole[] = {0, 1, -128, 127, 255, 37, 5, -1, 300, -32768, 32767, 9};

    for (int32_t i = 0; i < n; i++)
        if (strcmp(type, "f32") == 0)
            text_bytes(to, &reals[i], sizeof reals[i]);
        else
            text_bytes(to, &whole[i], strcmp(type, "s16") == 0 ? 2 : 1);
}

/* A call that reads the raw sample, sets the input at once and by rows, and writes what came of it. */
static void put_call(struct text *t, const char *name, const struct form *form)
{
    text_add(t, "    memset(arena, 0x55, sizeof arena);\n    fread(raw, 1, %s_RAW_BYTES, stdin);\n", name);
    text_add(t, "    %s_set_input(arena, raw);\n    fwrite(%s_input_0(arena), 1, %s_INPUT_0_BYTES, stdout);\n", name,
             name, name);
    if (!form->rows)
        return;
    text_add(t,
             "    memset(arena, 0x55, sizeof arena);\n    for (uint32_t row = %s_ROWS + 1; row-- > 0;)\n"
             "        %s_set_input_row(arena, row, (const void *)((char *)raw + row * %s_ROW_BYTES));\n"
             "    fwrite(%s_input_0(arena), 1, %s_INPUT_0_BYTES, stdout);\n",
             name, name, name, name, name);
}

static void add_raw_model(struct fixture *f, struct c_program *prog, struct text *calls, const struct form *form,
                          const char *raw, const char *type)
{
    const char *name = pool_printf(&f->pool, "M%d", prog->n_models); /* as its macros are spelled */
    const char *what = pool_printf(&f->pool, "%s %s to %s %s", form->preprocess, raw, type, form->shape);
    struct pipeline p = reshape_of(f, name, form, raw, type);
    struct runner r;
    struct mote_io io;
    size_t from = prog->in.len;

    c_program_add(f, prog, &p);
    put_call(calls, name, form);
    put_raw(&prog->in, raw != NULL ? raw : "f32", form->elements);
    want_ok(f, runner_open(&f->pool, p.image, &r, &f->at));
    assert_int_equal(mote_model_input(&r.model, 0, &io), MOTE_OK);
    assert_int_equal(mote_model_set_input(&r.model, 0, pool_copy(&f->pool, prog->in.s + from, prog->in.len - from)),
                     MOTE_OK);
    for (int i = 0; i < 1 + form->rows; i++)
        c_program_expect(f, prog, what, TYPE_U8, false,
                         (struct bytes){pool_copy(&f->pool, io.data, io.bytes), io.bytes});
}

static void add_raw_models(struct fixture *f, struct c_program *prog, struct text *calls)
{
    static const char *const types[] = {"s8", "u8", "s16", "f32"};

    for (size_t t = 0; t < COUNT(types); t++) {
        add_raw_model(f, prog, calls, &forms[0], NULL, types[t]);
        for (size_t r = 0; r < COUNT(types); r++)
            for (size_t i = 0; i < COUNT(forms); i++)
                add_raw_model(f, prog, calls, &forms[i], types[r], types[t]);
    }
}

/* The interpreter's bytes, of every raw type into every type of input, at once and by rows. */
static void raw_samples_are_set_as_the_interpreter_does(void **state)
{
    struct fixture f;
    struct c_program prog;
    struct text calls, t;

    (void)state;
    work_begin(&f);
    prog = c_program_new(&f);
    calls = t = (struct text){.pool = &f.pool};
    add_raw_models(&f, &prog, &calls);
    c_program_write(&f, &prog);
    text_add(&t,
             "#include <stdio.h>\n#include <string.h>\n\n%s\nint main(void)\n{\n"
             "    static _Alignas(16) unsigned char arena[1024];\n    static _Alignas(16) char place[1024];\n"
             "    void *raw = place;\n\n%s    return fflush(stdout);\n}\n",
             prog.includes.s, calls.s);
    want_ok(&f, file_write(pool_printf(&f.pool, "%s/test/main.c", prog.dir), t.s, t.len, &f.at));
    shell(&f, 1, &prog.dir,
          (const char *[]){GCC " -Wno-unused-result -O1 -fsanitize=address,undefined -fno-sanitize-recover=all *.c "
                               "test/main.c -o program && clang -std=c11 " WARNINGS " -I. -Os -c M1.c"});
    assert_int_equal(c_program_compare(&f, &prog), 0);
    print_message("%d models, %zu inputs equal\n", prog.n_models, prog.n_outputs);
    work_end(&f);
}

static const char macros_c[] =
    "#include <string.h>\n\n#include \"m.h\"\n\nstatic const int shape[] = M_INPUT_0_SHAPE;\n"
    "static const float mean[M_CHANNELS] = M_MEAN, std[M_CHANNELS] = M_STD;\n"
    "static const char names[M_CLASSES][8] = M_CLASS_NAMES;\n\nint main(void)\n{\n    int bad = 0;\n\n"
    "    bad |= sizeof shape != 4 * sizeof(int) || shape[0] != 1 || shape[1] != 2 || shape[3] != 3;\n"
    "    bad |= M_INPUT_0_BYTES != 12 || M_INPUT_0_SCALE != 0.25f || M_INPUT_0_ZERO_POINT != 3 || M_ROWS != 2;\n"
    "    bad |= M_OUTPUT_0_BYTES != 12 || M_RAW_BYTES != 24 || M_ROW_BYTES != 12 || M_CHANNELS != 3;\n"
    "    bad |= mean[0] != 0.1f || mean[2] != -3 || std[1] != 255 || M_CLASSES != 10;\n"
    "    for (int i = 0; i < M_CLASSES; i++)\n        bad |= strcmp(names[i], m_classes[i]) != 0;\n"
    "    return bad || strcmp(names[9], \"9\\\"?/\") != 0;\n}\n";

static void macros_say_what_the_model_is(void **state)
{
    static const char graph[] = "mote-graph 1\nmodel m\nclasses \"0\" \"1\" \"2\" \"3\" \"4\" \"5\" \"6\" \"7\" \"8\" "
                                "\"9\\\"?/\"\npreprocess audio s16 mean [0.1, 2, -3] std [1, 255, 3]\ngraph\n"
                                "tensor 0 \"x\" s8 [1,2,2,3] quant [0.25; 3]\n"
                                "tensor 1 \"y\" s8 [1,2,2,3] quant [0.25; 3]\n"
                                "op 0 reshape in [0] out [1]\ninputs [0]\noutputs [1]\nend\n";
    struct pipeline_options options = {0};
    struct pipeline p;
    struct fixture f;

    (void)state;
    work_begin(&f);
    p = pipeline_of(&f.pool, "m");
    want_ok(&f, model_parse(&p.model, graph_of(graph), &f.at));
    want_ok(&f, pipeline_compile(&p, &options, &f.at));
    want_ok(&f, emit_c(&p.plan, MOTE_SOURCE_DIR, f.dir, &f.at));
    want_ok(&f, file_write(pool_printf(&f.pool, "%s/main.c", f.dir), macros_c, sizeof macros_c - 1, &f.at));
    shell(&f, 1, &f.dir, (const char *[]){GCC " m.c main.c -o program && ./program"});
    work_end(&f);
}

/* A picture needs neither an FPU nor a library that stands in for one. */
static void pictures_are_set_without_float(void **state)
{
    struct pipeline_options options = {0};
    struct pipeline p;
    struct fixture f;

    (void)state;
    work_begin(&f);
    p = reshape_of(&f, "picture", &forms[4], "u8", "s8");
    want_ok(&f, pipeline_compile(&p, &options, &f.at));
    want_ok(&f, emit_c(&p.plan, MOTE_SOURCE_DIR, f.dir, &f.at));
    shell(&f, 1, &f.dir,
          (const char *[]){"cc=arm-none-eabi-gcc; command -v $cc >/dev/null || exit 0; "
                           "$cc -mcpu=cortex-m0 -mthumb -std=c11 " WARNINGS " -Os -ffreestanding -I. "
                           "-c picture.c -o x.o && nm -u x.o >undefined && ! grep -v _uidiv undefined"});
    work_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_samples_are_set_as_the_interpreter_does),
        cmocka_unit_test(macros_say_what_the_model_is),
        cmocka_unit_test(pictures_are_set_without_float),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
