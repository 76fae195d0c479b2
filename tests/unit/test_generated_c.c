/* SPDX-License-Identifier: Apache-2.0 */
/* Generated C, compiled and run: exact, strict about warnings, needing nothing but itself, deterministic, and made so
 * that several models link into one program. Models: every fifth case of tests/vectors in one program. */
#include <glob.h>

#include "tests/golden/vec.h"
#include "tests/unit/c_program.h"

#define VEC_STEP 5

/* ---- models of tests/vectors ---- */
static struct bytes vec_tensor(struct fixture *f, const struct vec_file *file, const struct vec_case *c,
                               const char *kind, int run, int i, const struct tensor *t)
{
    const struct vec_line *line = vec_find(c, kind, run, i);
    struct bytes b = {.size = (size_t)tensor_bytes(t)};

    assert_non_null(line);
    b.data = pool_alloc(&f->pool, b.size);
    want_ok(f, vec_bytes(file, line, t->type, tensor_elements(t), b.data));
    return b;
}

static void expect_runs(struct fixture *f, struct c_program *prog, const struct vec_file *file,
                        const struct vec_case *c, const struct graph *g, const char *kind)
{
    bool in_a_row = strcmp(kind, "seq_want") == 0;

    for (int run = 0; run < c->runs && vec_find(c, kind, run, 0) != NULL; run++) {
        c_program_infer(prog, !in_a_row || run == 0, run % 2 == 1);
        for (int32_t i = 0; i < g->n_inputs; i++) {
            struct bytes in = vec_tensor(f, file, c, "input", run, i, &g->tensors[g->inputs[i]]);

            text_bytes(&prog->in, in.data, in.size);
        }
        for (int32_t j = 0; j < g->n_outputs; j++) {
            const struct tensor *t = &g->tensors[g->outputs[j]];

            c_program_expect(f, prog, pool_printf(&f->pool, "%s, generated C, %s %d %d", c->name, kind, run, j),
                             t->type, c->tolerance, vec_tensor(f, file, c, kind, run, j, t));
        }
    }
}

/* Every step-th case of a file from its first. */
static void add_file_cases(struct fixture *f, struct c_program *prog, const char *path, int step, int limit)
{
    struct vec_file file;
    struct vec_case c;
    bool more = true;
    int n = 0;

    want_ok(f, vec_open(&f->pool, path, &f->report, &file));
    for (int i = 0; n < limit; i++) {
        want_ok(f, vec_next(&file, &c, &more));
        if (!more)
            break;
        if (i % step != 0 || c.refused != NULL)
            continue;

        struct pipeline p = pipeline_of(&f->pool, c.name);

        want_ok(f, model_parse(&p.model, c.graph, &f->at));
        c_program_add(f, prog, &p);
        expect_runs(f, prog, &file, &c, p.plan.graph, "want");
        expect_runs(f, prog, &file, &c, p.plan.graph, "seq_want");
        n++;
    }
    assert_true(n > 0);
}

static void add_cases(struct fixture *f, struct c_program *prog, const char *operator_name, int step, int limit)
{
    const char **paths;
    size_t n = vec_files(&f->pool, operator_name, &paths);

    assert_true(n > 0);
    for (size_t i = 0; i < n; i++)
        add_file_cases(f, prog, paths[i], step, limit);
}

static void every_operator_compiles_and_is_exact(void **state)
{
    struct fixture f;
    struct c_program prog;

    (void)state;
    work_begin(&f);
    prog = c_program_new(&f);
#define OP(id, NAME, name, ...) add_cases(&f, &prog, #name, VEC_STEP, 1000);
#define OP_HOST(...)
#include "host/graph/ops.def"
    assert_true(prog.n_models < 65536);
    c_program_write(&f, &prog);
    shell(&f, 1, &prog.dir,
          (const char *[]){GCC " -O1 -fsanitize=address,undefined -fno-sanitize-recover=all *.c mote/kernels/*/*.c "
                               "test/main.c -o program"});
    assert_int_equal(c_program_compare(&f, &prog), 0);
    print_message("%d models in one program, %zu outputs equal\n", prog.n_models, prog.n_outputs);
    work_end(&f);
}

/* Whatever the model decides. */
static void blocks_are_exact(void **state)
{
    struct fixture f;
    struct c_program prog;

    (void)state;
    work_begin(&f);
    prog = c_program_new(&f);
    add_file_cases(&f, &prog, MOTE_SOURCE_DIR "/tests/vectors/add.control.vec", 1, 1000);
    add_file_cases(&f, &prog, MOTE_SOURCE_DIR "/tests/vectors/select_v2.control.vec", 1, 1000);
    c_program_write(&f, &prog);
    shell(&f, 1, &prog.dir,
          (const char *[]){GCC " -O1 -fsanitize=address,undefined -fno-sanitize-recover=all *.c mote/kernels/*/*.c "
                               "test/main.c -o program"});
    assert_int_equal(c_program_compare(&f, &prog), 0);
    work_end(&f);
}

/* Nothing but the three functions that freestanding C may call by itself; and it has no code that checks parameters. */
static void needs_no_library(void **state)
{
    struct fixture f;
    struct c_program prog;

    (void)state;
    work_begin(&f);
    prog = c_program_new(&f);
#define OP(id, NAME, name, ...) add_cases(&f, &prog, #name, 1, 1);
#define OP_HOST(...)
#include "host/graph/ops.def"
    shell(&f, 1, &prog.dir,
          (const char *[]){GCC " -Os -ffreestanding -fno-pie -c *.c mote/kernels/*/*.c && ld -r *.o -o all.o && "
                               "nm -u all.o >undefined && ! grep -vwE 'memcpy|memmove|memset' undefined && "
                               "! nm all.o | grep -E ' (need|trust|ranges|mote_kernel)_'"});
    work_end(&f);
}

static void works_from_cxx_and_with_clang(void **state)
{
    static const char *const commands[] = {
        GCC " -O1 -c *.c mote/kernels/*/*.c && g++ -std=c++17 " WARNINGS
            " -I. -x c++ test/main.c -x none *.o -o program",
        "clang -std=c11 " WARNINGS " -O1 -I. *.c mote/kernels/*/*.c test/main.c -o program",
    };
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < COUNT(commands); i++) {
        struct c_program prog;

        work_begin(&f);
        prog = c_program_new(&f);
#define OP(id, NAME, name, ...) add_cases(&f, &prog, #name, 1, 1);
#define OP_HOST(...)
#include "host/graph/ops.def"
        c_program_write(&f, &prog);
        shell(&f, 1, &prog.dir, &commands[i]);
        assert_int_equal(c_program_compare(&f, &prog), 0);
        work_end(&f);
    }
}

/* ---- program memory ---- */
static bool uses_new_kernel(const struct plan *plan, bool seen[KERNEL_LIMIT])
{
    bool is = false;

    for (int32_t i = 0; i < plan->n_steps; i++) {
        is |= !seen[plan->steps[i].kernel];
        seen[plan->steps[i].kernel] = true;
    }
    return is;
}

/* The cases of a file that bring a kernel which none before them had. */
static void add_new_kernels(struct fixture *f, struct c_program *prog, const char *path, enum coding coding,
                            bool seen[KERNEL_LIMIT])
{
    struct vec_file file;
    struct vec_case c;
    bool more = true;

    want_ok(f, vec_open(&f->pool, path, &f->report, &file));
    for (;;) {
        struct pipeline p = pipeline_of(&f->pool, path);

        want_ok(f, vec_next(&file, &c, &more));
        if (!more)
            break;
        if (c.refused != NULL)
            continue;
        want_ok(f, model_parse(&p.model, c.graph, &f->at));
        want_ok(f, pipeline_compile(&p, &(struct pipeline_options){.coding = coding}, &f->at));
        if (uses_new_kernel(&p.plan, seen))
            c_program_add(f, prog, &p);
    }
}

/* The same of graphs of several operators. */
static void add_regressions(struct fixture *f, struct c_program *prog, bool seen[KERNEL_LIMIT])
{
    glob_t files;

    assert_int_equal(glob(MOTE_SOURCE_DIR "/tests/regression/*/*.graph", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct pipeline p;

        want_ok(f, pipeline_load(&f->pool, files.gl_pathv[i], &p, &f->at));
        want_ok(f, pipeline_compile(&p, &(struct pipeline_options){0}, &f->at));
        if (uses_new_kernel(&p.plan, seen))
            c_program_add(f, prog, &p);
    }
    globfree(&files);
}

static void skip_without_avr_gcc(void)
{
    if (system("avr-gcc --version >/dev/null 2>&1") == 0)
        return;
    print_message("SKIP: no avr-gcc: tools/setup.sh check installs it\n");
    skip();
}

/* An AVR's constants are in an address space of their own: every kernel reads them there, or it does not compile. As a
 * sketch, since Arduino's builder takes only files that end so, in folders of which the compiler knows nothing. */
static void every_kernel_compiles_in_an_avr_sketch(void **state)
{
    bool seen[KERNEL_LIMIT] = {
        [KERNEL_NONE] = true,
        [KERNEL_unpack_channels] = true, /* makes what an AVR's kernels read from flash */
        [KERNEL_own] = true,             /* calls what a user writes: test_own_operator and an example do */
    };
    struct fixture f;
    struct c_program prog;
    const char **paths;
    int missing = 0;
    size_t n;

    (void)state;
    skip_without_avr_gcc();
    work_begin(&f);
    prog = c_program_new(&f);
    n = vec_files(&f.pool, "*", &paths);
    for (size_t i = 0; i < n; i++)
        add_new_kernels(&f, &prog, paths[i], CODING_DENSE, seen);
    n = vec_files(&f.pool, "fully_connected", &paths);
    for (size_t i = 0; i < n; i++)
        for (enum coding coding = CODING_HUFFMAN; coding <= CODING_SPARSE; coding++)
            add_new_kernels(&f, &prog, paths[i], coding, seen);
    n = vec_files(&f.pool, "conv_2d", &paths);
    for (size_t i = 0; i < n; i++)
        for (enum coding coding = CODING_HUFFMAN; coding <= CODING_SPARSE; coding++)
            add_new_kernels(&f, &prog, paths[i], coding, seen);
    n = vec_files(&f.pool, "unidirectional_sequence_lstm", &paths);
    for (size_t i = 0; i < n; i++)
        add_new_kernels(&f, &prog, paths[i], CODING_HUFFMAN, seen);
    add_regressions(&f, &prog, seen);
    for (int id = 0; id < KERNEL_LIMIT; id++)
        if (kernels[id] != NULL && !seen[id]) {
            print_error("no case of tests/vectors or tests/regression has kernel %s\n", kernels[id]->name);
            missing++;
        }
    assert_int_equal(missing, 0);
    want_ok(&f, file_write(pool_printf(&f.pool, "%s/sketch.cpp", prog.dir), prog.includes.s, prog.includes.len, &f.at));
    shell(&f, 1, &prog.dir,
          (const char *[]){
              "mkdir ../sketch && find . -name '*.[ch]' -o -name '*.cpp' | xargs cp --parents -t ../sketch && "
              "cd ../sketch && flags='-mmcu=atmega328p -Os -Wall -Wextra -Werror -c' && "
              "avr-gcc -std=gnu11 $flags $(find . -name '*.c') && avr-g++ -std=gnu++11 $flags sketch.cpp"});
    print_message("%d models\n", prog.n_models);
    work_end(&f);
}

/* What comes after generated C in one translation unit is compiled as its author wants it. */
static void strictness_ends_with_the_file(void **state)
{
    static const char after[] = "#include \"ink.c\"\n\nconst char *f(const __flash char *p);\n"
                                "const char *f(const __flash char *p) { return p; }\n";
    struct pipeline p;
    struct c_program prog;
    struct fixture f;

    (void)state;
    skip_without_avr_gcc();
    work_begin(&f);
    prog = c_program_new(&f);
    p = model_of(&f, "ink");
    c_program_add(&f, &prog, &p);
    want_ok(&f, file_write(pool_printf(&f.pool, "%s/after.c", prog.dir), after, sizeof after - 1, &f.at));
    shell(&f, 1, &prog.dir,
          (const char *[]){"flags='-mmcu=atmega328p -std=gnu11 -Waddr-space-convert -c after.c' && avr-gcc $flags && "
                           "! avr-gcc -Werror $flags"});
    work_end(&f);
}

/* ---- models that no converter would write ---- */
static const char *const odd_models[] = {
    /* names that would end a comment, or seem to begin one */
    "mote-graph 1\nmodel names\ngraph\n"
    "tensor 0 \"x */ #error x /*\" s8 [1,3] quant [0.1; 0]\n"
    "tensor 1 \"w */ #error w /*/\" s8 [2,3] quant [0.3; 0] data [10, 20, 33, 5, 5, 5]\n"
    "tensor 2 \"y /*/*/ \xe2\x80\xae\xe2\x81\xa6 \\\\\" s8 [1,2] quant [1; 0]\n"
    "op 0 fully_connected in [0, 1] out [2]\ninputs [0]\noutputs [2]\nend\n",
    /* constants of wide elements */
    "mote-graph 1\nmodel wide\ngraph\ntensor 0 s64 [2]\ntensor 1 c128 [1]\ntensor 2 f64 [1]\n"
    "tensor 3 s32 [1,2] data [1, 1]\ntensor 4 s64 [4]\ntensor 5 c128 [3]\ntensor 6 f64 [3]\n"
    "tensor 7 c128 [2] data [0x0123456789abcdef0011223344556677, 0x8899aabbccddeeff0000000000000001]\n"
    "tensor 8 s64 [2] data [-9223372036854775808, 7]\n"
    "op 0 pad in [0, 3] out [4]\nop 1 pad in [1, 3] out [5]\nop 2 pad in [2, 3] out [6]\n"
    "inputs [0, 1, 2]\noutputs [4, 5, 6, 7, 8]\nend\n",
    /* no step; an input that is an output, twice */
    "mote-graph 1\nmodel nothing\ngraph\ntensor 0 s8 [3]\ninputs [0]\noutputs [0, 0]\nend\n",
    /* an output that is a constant, and as a constant equal to a row of zero points that grows */
    "mote-graph 1\nmodel zeros\ngraph\ntensor 0 s8 [1,2,2,1] quant [1; 0]\n"
    "tensor 1 s8 [1,1,1,1] quant [1; 0] data [3]\ntensor 2 s8 [1,1,2,1] quant [1; 0] data [0, 0]\n"
    "tensor 3 s8 [1,2,2,1] quant [1; 0]\ntensor 4 s8 [1,2,2,1] quant [1; 0]\ntensor 5 s8 [1,1,8,1] quant [1; 0]\n"
    "tensor 6 s8 [1,1,8,1] quant [1; 0]\nop 0 conv_2d in [0, 1] out [3] padding valid\n"
    "op 1 add in [3, 2] out [4]\nop 2 conv_2d in [5, 1] out [6] padding valid\n"
    "inputs [0, 5]\noutputs [4, 6, 2]\nend\n",
};

/* What the image gives for some bytes is what generated C is to give. */
static void expect_as_image(struct fixture *f, struct c_program *prog, const struct pipeline *p)
{
    struct runner r;
    struct mote_io io;

    want_ok(f, runner_open(&f->pool, p->image, &r, &f->at));
    c_program_infer(prog, true, false);
    for (int32_t i = 0; mote_model_input(&r.model, i, &io) == MOTE_OK; i++) {
        for (uint32_t b = 0; b < io.bytes; b++)
            ((uint8_t *)io.data)[b] = (uint8_t)(37 * b + 11);
        text_bytes(&prog->in, io.data, io.bytes);
    }
    mote_model_run(&r.model);
    for (int32_t i = 0; mote_model_output(&r.model, i, &io) == MOTE_OK; i++)
        c_program_expect(f, prog, p->model.name, TYPE_U8, false,
                         (struct bytes){pool_copy(&f->pool, io.data, io.bytes), io.bytes});
}

static void odd_models_compile_and_are_exact(void **state)
{
    struct fixture f;
    struct c_program prog;

    (void)state;
    work_begin(&f);
    prog = c_program_new(&f);
    for (size_t i = 0; i < COUNT(odd_models); i++) {
        struct pipeline p = pipeline_of(&f.pool, "odd");

        want_ok(&f, model_parse(&p.model, graph_of(odd_models[i]), &f.at));
        c_program_add(&f, &prog, &p);
        expect_as_image(&f, &prog, &p);
    }
    c_program_write(&f, &prog);
    shell(&f, 1, &prog.dir,
          (const char *[]){GCC " -O1 -fsanitize=address,undefined -fno-sanitize-recover=all *.c mote/kernels/*/*.c "
                               "test/main.c -o program"});
    assert_int_equal(c_program_compare(&f, &prog), 0);
    work_end(&f);
}

/* Each folder brings the sources that it needs, so both have some of them; the interpreter brings all. */
static void two_folders_link_into_one_program(void **state)
{
    static const char *const names[] = {"ink", "strokes"};
    static const char *const commands[] = {
        "gcc -std=c11 " WARNINGS " -O1 -fsanitize=address,undefined -fno-sanitize-recover=all",
        "gcc -std=c11 " WARNINGS " -O2 -flto",
        "clang -std=c11 " WARNINGS " -O2",
        "gcc -std=c11 " WARNINGS " " MOTE_SOURCE_DIR "/device/mote/runtime/*.c " MOTE_SOURCE_DIR
        "/device/mote/kernels/*/*.c",
    };
    struct c_program prog;
    struct fixture f;

    (void)state;
    work_begin(&f);
    prog = c_program_new(&f);
    for (size_t i = 0; i < COUNT(names); i++) {
        struct pipeline p = model_of(&f, names[i]);

        prog.dir = pool_printf(&f.pool, "%s/%s", f.dir, names[i]);
        c_program_add(&f, &prog, &p);
        expect_as_image(&f, &prog, &p);
    }
    prog.dir = f.dir;
    c_program_write(&f, &prog);
    shell(&f, 1, &f.dir,
          (const char *[]){"cmp ink/mote/kernels/dense/fully_connected_s8.c "
                           "strokes/mote/kernels/dense/fully_connected_s8.c"});
    for (size_t i = 0; i < COUNT(commands); i++) {
        const char *build = pool_printf(&f.pool, "%s -Iink -Istrokes $(find . -name '*.c') -o program", commands[i]);

        shell(&f, 1, &f.dir, &build);
        assert_int_equal(c_program_compare(&f, &prog), 0);
    }
    work_end(&f);
}

/* A model without steps wants no kernel: the list that is written for it is empty. */
static void runtime_compiles_without_kernels(void **state)
{
    struct pipeline_options options = {0};
    struct text list;
    struct pipeline p;
    struct fixture f;

    (void)state;
    work_begin(&f);
    p = pipeline_of(&f.pool, "nothing");
    want_ok(&f, model_parse(&p.model, graph_of(odd_models[2]), &f.at));
    want_ok(&f, pipeline_compile(&p, &options, &f.at));
    assert_int_equal(p.plan.n_steps, 0);
    list = (struct text){.pool = &f.pool};
    emit_kernel_list(&p.plan, &list);
    want_ok(&f, file_write(pool_printf(&f.pool, "%s/none.def", f.dir), list.s, list.len, &f.at));
    shell(&f, 1, &f.dir,
          (const char *[]){
              pool_printf(&f.pool,
                          "for cc in gcc clang; do $cc -std=c11 " WARNINGS
                          " -DMOTE_KERNELS='\"none.def\"' -DMOTE_KERNELS_NAME=none -I. -c "
                          "%s/device/mote/runtime/registry.c || exit 1; nm registry.o | grep -w none || exit 1; done",
                          MOTE_SOURCE_DIR)});
    work_end(&f);
}

/* ---- what is written ---- */
static void is_deterministic_and_shares_sources(void **state)
{
    static const char *const operators[] = {"conv_2d", "conv_2d", "fully_connected"};
    struct fixture f;
    struct c_program progs[3];

    (void)state;
    work_begin(&f);
    for (size_t i = 0; i < COUNT(operators); i++) {
        progs[i] = c_program_new(&f);
        add_cases(&f, &progs[i], operators[i], 1, 1);
    }
    shell(&f, 1, &f.dir, (const char *[]){"test -s p0/mote/kernels/conv/conv_2d_s8.c && diff -r p0 p1"});
    shell(&f, 1, &f.dir,
          (const char *[]){"cd p0/mote && n=0 && for s in $(find . -type f); do if [ -e ../../p2/mote/$s ]; then "
                           "cmp $s ../../p2/mote/$s || exit 1; n=$((n + 1)); fi; done && test $n -ge 3"});
    shell(&f, 1, &f.dir,
          (const char *[]){pool_printf(&f.pool,
                                       "cd p0 && for s in $(find mote -type f); do cmp $s %s/device/$s || exit 1; done",
                                       MOTE_SOURCE_DIR)});
    work_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operator_compiles_and_is_exact),
        cmocka_unit_test(blocks_are_exact),
        cmocka_unit_test(needs_no_library),
        cmocka_unit_test(every_kernel_compiles_in_an_avr_sketch),
        cmocka_unit_test(strictness_ends_with_the_file),
        cmocka_unit_test(works_from_cxx_and_with_clang),
        cmocka_unit_test(odd_models_compile_and_are_exact),
        cmocka_unit_test(two_folders_link_into_one_program),
        cmocka_unit_test(runtime_compiles_without_kernels),
        cmocka_unit_test(is_deterministic_and_shares_sources),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
