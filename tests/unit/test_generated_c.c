/* SPDX-License-Identifier: Apache-2.0 */
/* Generated C, compiled and run: exact, strict about warnings, needing nothing but itself, deterministic, and made so
 * that several models link into one program. Models: every fifth case of tests/vectors in one program; the nine of the
 * shared folder each in a program of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>

#include <glob.h>
#include <unistd.h>

#include "host/emulate/process.h"
#include "tests/golden/golden.h"
#include "tests/golden/road.h"
#include "tests/golden/vec.h"

#include <cmocka.h>

#define WARNINGS "-Wall -Wextra -Wconversion -Werror"
#define GCC      "gcc -std=c11 " WARNINGS " -I."
#define VEC_STEP 5

/* ---- what a test needs ---- */
struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    const char *dir; /* a temporary folder */
    int n_dirs;
};

static void want_ok(struct fixture *f, enum mote_status status)
{
    if (status != MOTE_OK)
        print_error("%s\n", f->report.text);
    assert_int_equal(status, MOTE_OK);
}

static void begin(struct fixture *f)
{
    *f = (struct fixture){.at = {.index = -1}};
    f->at.sink = &f->report;
    f->dir = pool_strdup(&f->pool, "/tmp/mote_generated_c_XXXXXX");
    assert_non_null(mkdtemp((char *)(uintptr_t)f->dir));
}

/* Runs shell commands, each in its folder, side by side. */
static void shell(struct fixture *f, int n, const char *const *folders, const char *const *commands)
{
    struct process *p = pool_array(&f->pool, (size_t)n, sizeof *p);

    for (int i = 0; i < n; i++) {
        const char **argv = pool_array(&f->pool, 4, sizeof *argv);

        argv[0] = "sh";
        argv[1] = "-c";
        argv[2] = commands[i];
        p[i] = (struct process){.argv = argv,
                                .folder = folders[i],
                                .log = pool_printf(&f->pool, "%s/log%d", f->dir, i),
                                .packages = "gcc g++ clang binutils diffutils",
                                .seconds = 300};
    }
    want_ok(f, process_run(p, n, &f->at));
    for (int i = 0; i < n; i++)
        if (p[i].exit_code != 0)
            print_error("%s: %s\n", commands[i], process_log(&f->pool, &p[i]));
    for (int i = 0; i < n; i++)
        assert_int_equal(p[i].exit_code, 0);
}

static void end(struct fixture *f)
{
    shell(f, 1, (const char *[]){"/"}, (const char *[]){pool_printf(&f->pool, "rm -rf %s", f->dir)});
    pool_free(&f->pool);
}

/* ---- a program: models, a main() that serves them, what goes in and what is to come out ---- */
struct output {
    const char *what;
    enum mote_type type;
    size_t bytes;
    bool tolerance;
};

struct program {
    const char *dir;
    int n_models;
    struct text includes, arenas, table; /* of main.c */
    struct text in, want;
    struct output *outputs;
    size_t n_outputs;
};

/* Reads inferences from stdin: the model's number in two bytes, 1 for a reset, 1 for step by step, the inputs. */
static const char main_c[] =
    "int main(void)\n{\n"
    "    unsigned char head[4];\n\n"
    "    while (fread(head, 1, 4, stdin) == 4) {\n"
    "        const struct entry *m = &models[head[0] + 256 * head[1]];\n\n"
    "        if (head[2])\n            m->reset(m->arena);\n"
    "        for (int32_t i = 0; i < m->inputs; i++)\n"
    "            if (fread(m->input(m->arena, i), 1, m->input_bytes(i), stdin) != m->input_bytes(i))\n"
    "                return 1;\n"
    "        if (head[3])\n"
    "            for (int32_t i = 0; i < m->steps; i++)\n                m->step(m->arena, i);\n"
    "        else\n            m->run(m->arena);\n"
    "        for (int32_t i = 0; i < m->outputs; i++)\n"
    "            fwrite(m->output(m->arena, i), 1, m->output_bytes(i), stdout);\n"
    "    }\n"
    "    return models[0].input(models[0].arena, -1) != NULL || models[0].input_bytes(-1) != 0 ||\n"
    "           models[0].output(models[0].arena, models[0].outputs) != NULL || fflush(stdout) != 0;\n}\n";

static struct program program_new(struct fixture *f)
{
    struct pool *pool = &f->pool;

    return (struct program){.dir = pool_printf(pool, "%s/p%d", f->dir, f->n_dirs++),
                            .includes = {.pool = pool},
                            .arenas = {.pool = pool},
                            .table = {.pool = pool},
                            .in = {.pool = pool},
                            .want = {.pool = pool}};
}

/* Compiles the model, writes its C into the program's folder; the program's n_models - 1 is its number. */
static void program_add(struct fixture *f, struct program *prog, struct pipeline *p)
{
    struct pipeline_options options = {0};
    const char *name = p->model.name;
    char *upper = pool_strdup(&f->pool, name);

    for (char *c = upper; *c != '\0'; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    want_ok(f, pipeline_compile(p, &options, &f->at));
    want_ok(f, emit_c(&p->plan, MOTE_SOURCE_DIR, prog->dir, &f->at));
    text_add(&prog->includes, "#include \"%s.h\"\n", name);
    text_add(&prog->arenas, "ARENA arena%d[%s_ARENA_BYTES];\n", prog->n_models, upper);
    text_add(&prog->table,
             "    {%s_INPUTS, %s_OUTPUTS, %s_STEPS, arena%d, %s_reset, %s_run, %s_step, %s_input, %s_input_bytes,\n"
             "     %s_output, %s_output_bytes},\n",
             upper, upper, upper, prog->n_models++, name, name, name, name, name, name, name);
}

static void program_write(struct fixture *f, const struct program *prog)
{
    struct text t = {.pool = &f->pool};
    const char *path = pool_printf(&f->pool, "%s/in", prog->dir);

    text_add(&t,
             "#include <stdint.h>\n#include <stdio.h>\n\n%s%s\n"
             "#ifdef __cplusplus\n#define ARENA alignas(16) static uint8_t\n#else\n#define ARENA static _Alignas(16) "
             "uint8_t\n#endif\n\n%s\n"
             "static const struct entry {\n    int32_t inputs, outputs, steps;\n    void *arena;\n"
             "    void (*reset)(void *arena);\n    void (*run)(void *arena);\n"
             "    void (*step)(void *arena, int32_t step);\n"
             "    void *(*input)(void *arena, int32_t i);\n    uint32_t (*input_bytes)(int32_t i);\n"
             "    const void *(*output)(const void *arena, int32_t i);\n    uint32_t (*output_bytes)(int32_t i);\n"
             "} models[] = {\n%s};\n\n%s",
             prog->includes.s, prog->includes.s /* twice: they are guarded */, prog->arenas.s, prog->table.s, main_c);
    shell(f, 1, &prog->dir, (const char *[]){"mkdir -p test"});
    want_ok(f, file_write(pool_printf(&f->pool, "%s/test/main.c", prog->dir), t.s, t.len, &f->at));
    want_ok(f, file_write(path, prog->in.s, prog->in.len, &f->at));
}

/* Runs the built program and compares what it writes. Returns how many outputs differ. */
static int program_compare(struct fixture *f, const struct program *prog)
{
    struct bytes out;
    const uint8_t *got, *want = (const uint8_t *)prog->want.s;
    int bad = 0;

    shell(f, 1, &prog->dir, (const char *[]){"./program <in >out"});
    want_ok(f, file_read(&f->pool, pool_printf(&f->pool, "%s/out", prog->dir), &out, &f->at));
    assert_int_equal(out.size, prog->want.len);
    got = out.data;
    for (size_t i = 0; i < prog->n_outputs; i++) {
        const struct output *o = &prog->outputs[i];

        bad += !(o->tolerance ? floats_near(o->what, got, want, o->bytes)
                              : bytes_equal(o->what, o->type, got, want, o->bytes));
        got += prog->outputs[i].bytes;
        want += prog->outputs[i].bytes;
    }
    return bad;
}

static void program_infer(struct program *prog, bool reset, bool steps)
{
    int model = prog->n_models - 1;

    text_bytes(&prog->in, (uint8_t[]){(uint8_t)model, (uint8_t)(model >> 8), reset, steps}, 4);
}

static void program_expect(struct fixture *f, struct program *prog, const char *what, enum mote_type type,
                           bool tolerance, struct bytes want)
{
    prog->outputs = pool_grow(&f->pool, prog->outputs, prog->n_outputs, sizeof *prog->outputs);
    prog->outputs[prog->n_outputs++] =
        (struct output){.what = what, .type = type, .bytes = want.size, .tolerance = tolerance && type == TYPE_F32};
    text_bytes(&prog->want, want.data, want.size);
}

/* The model of models/<name>.graph. */
static struct pipeline model_of(struct fixture *f, const char *name)
{
    const char *path = pool_printf(&f->pool, MOTE_SOURCE_DIR "/models/%s.graph", name);
    struct pipeline p = pipeline_of(&f->pool, name);
    struct bytes file;

    want_ok(f, file_read(&f->pool, path, &file, &f->at));
    want_ok(f, model_parse(&p.model, file, &f->at));
    return p;
}

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

static void expect_runs(struct fixture *f, struct program *prog, const struct vec_file *file, const struct vec_case *c,
                        const struct graph *g, const char *kind)
{
    bool in_a_row = strcmp(kind, "seq_want") == 0;

    for (int run = 0; run < c->runs && vec_find(c, kind, run, 0) != NULL; run++) {
        program_infer(prog, !in_a_row || run == 0, run % 2 == 1);
        for (int32_t i = 0; i < g->n_inputs; i++) {
            struct bytes in = vec_tensor(f, file, c, "input", run, i, &g->tensors[g->inputs[i]]);

            text_bytes(&prog->in, in.data, in.size);
        }
        for (int32_t j = 0; j < g->n_outputs; j++) {
            const struct tensor *t = &g->tensors[g->outputs[j]];

            program_expect(f, prog, pool_printf(&f->pool, "%s, generated C, %s %d %d", c->name, kind, run, j), t->type,
                           c->tolerance, vec_tensor(f, file, c, kind, run, j, t));
        }
    }
}

/* Every step-th case of a file from its first. */
static void add_file_cases(struct fixture *f, struct program *prog, const char *path, int step, int limit)
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
        program_add(f, prog, &p);
        expect_runs(f, prog, &file, &c, p.plan.graph, "want");
        expect_runs(f, prog, &file, &c, p.plan.graph, "seq_want");
        n++;
    }
    assert_true(n > 0);
}

static void add_cases(struct fixture *f, struct program *prog, const char *operator_name, int step, int limit)
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
    struct program prog;

    (void)state;
    begin(&f);
    prog = program_new(&f);
#define OP(id, NAME, name, ...) add_cases(&f, &prog, #name, VEC_STEP, 1000);
#define OP_HOST(...)
#include "host/graph/ops.def"
    assert_true(prog.n_models < 65536);
    program_write(&f, &prog);
    shell(&f, 1, &prog.dir,
          (const char *[]){GCC " -O1 -fsanitize=address,undefined -fno-sanitize-recover=all *.c mote/kernels/*/*.c "
                               "test/main.c -o program"});
    assert_int_equal(program_compare(&f, &prog), 0);
    print_message("%d models in one program, %zu outputs equal\n", prog.n_models, prog.n_outputs);
    end(&f);
}

/* Nothing but the three functions that freestanding C may call by itself; and it has no code that checks parameters. */
static void needs_no_library(void **state)
{
    struct fixture f;
    struct program prog;

    (void)state;
    begin(&f);
    prog = program_new(&f);
#define OP(id, NAME, name, ...) add_cases(&f, &prog, #name, 1, 1);
#define OP_HOST(...)
#include "host/graph/ops.def"
    shell(&f, 1, &prog.dir,
          (const char *[]){GCC " -Os -ffreestanding -fno-pie -c *.c mote/kernels/*/*.c && ld -r *.o -o all.o && "
                               "nm -u all.o >undefined && ! grep -vwE 'memcpy|memmove|memset' undefined && "
                               "! nm all.o | grep -E ' (need|trust|ranges|mote_kernel)_'"});
    end(&f);
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
        struct program prog;

        begin(&f);
        prog = program_new(&f);
#define OP(id, NAME, name, ...) add_cases(&f, &prog, #name, 1, 1);
#define OP_HOST(...)
#include "host/graph/ops.def"
        program_write(&f, &prog);
        shell(&f, 1, &prog.dir, &commands[i]);
        assert_int_equal(program_compare(&f, &prog), 0);
        end(&f);
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
static void add_new_kernels(struct fixture *f, struct program *prog, const char *path, enum coding coding,
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
            program_add(f, prog, &p);
    }
}

/* The same of graphs of several operators. */
static void add_regressions(struct fixture *f, struct program *prog, bool seen[KERNEL_LIMIT])
{
    glob_t files;

    assert_int_equal(glob(MOTE_SOURCE_DIR "/tests/regression/*/*.graph", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct pipeline p;

        want_ok(f, pipeline_load(&f->pool, files.gl_pathv[i], &p, &f->at));
        want_ok(f, pipeline_compile(&p, &(struct pipeline_options){0}, &f->at));
        if (uses_new_kernel(&p.plan, seen))
            program_add(f, prog, &p);
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
    bool seen[KERNEL_LIMIT] = {[KERNEL_NONE] = true};
    struct fixture f;
    struct program prog;
    const char **paths;
    size_t n;

    (void)state;
    skip_without_avr_gcc();
    begin(&f);
    prog = program_new(&f);
    n = vec_files(&f.pool, "*", &paths);
    for (size_t i = 0; i < n; i++)
        add_new_kernels(&f, &prog, paths[i], CODING_DENSE, seen);
    n = vec_files(&f.pool, "fully_connected", &paths);
    for (size_t i = 0; i < n; i++)
        add_new_kernels(&f, &prog, paths[i], CODING_HUFFMAN, seen);
    add_regressions(&f, &prog, seen);
    for (int id = 0; id < KERNEL_LIMIT; id++)
        if (kernels[id] != NULL && !seen[id])
            fail_msg("no case of tests/vectors or tests/regression has kernel %s", kernels[id]->name);
    want_ok(&f, file_write(pool_printf(&f.pool, "%s/sketch.cpp", prog.dir), prog.includes.s, prog.includes.len, &f.at));
    shell(&f, 1, &prog.dir,
          (const char *[]){
              "mkdir ../sketch && find . -name '*.[ch]' -o -name '*.cpp' | xargs cp --parents -t ../sketch && "
              "cd ../sketch && flags='-mmcu=atmega328p -Os -Wall -Wextra -Werror -c' && "
              "avr-gcc -std=gnu11 $flags $(find . -name '*.c') && avr-g++ -std=gnu++11 $flags sketch.cpp"});
    print_message("%d models\n", prog.n_models);
    end(&f);
}

/* What comes after generated C in one translation unit is compiled as its author wants it. */
static void strictness_ends_with_the_file(void **state)
{
    static const char after[] = "#include \"ink.c\"\n\nconst char *f(const __flash char *p);\n"
                                "const char *f(const __flash char *p) { return p; }\n";
    struct pipeline p;
    struct program prog;
    struct fixture f;

    (void)state;
    skip_without_avr_gcc();
    begin(&f);
    prog = program_new(&f);
    p = model_of(&f, "ink");
    program_add(&f, &prog, &p);
    want_ok(&f, file_write(pool_printf(&f.pool, "%s/after.c", prog.dir), after, sizeof after - 1, &f.at));
    shell(&f, 1, &prog.dir,
          (const char *[]){"flags='-mmcu=atmega328p -std=gnu11 -Waddr-space-convert -c after.c' && avr-gcc $flags && "
                           "! avr-gcc -Werror $flags"});
    end(&f);
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

static struct bytes graph_of(const char *text) { return (struct bytes){(uint8_t *)(uintptr_t)text, strlen(text)}; }

/* What the image gives for some bytes is what generated C is to give. */
static void expect_as_image(struct fixture *f, struct program *prog, const struct pipeline *p)
{
    struct runner r;
    struct mote_io io;

    want_ok(f, runner_open(&f->pool, p->image, &r, &f->at));
    program_infer(prog, true, false);
    for (int32_t i = 0; mote_model_input(&r.model, i, &io) == MOTE_OK; i++) {
        for (uint32_t b = 0; b < io.bytes; b++)
            ((uint8_t *)io.data)[b] = (uint8_t)(37 * b + 11);
        text_bytes(&prog->in, io.data, io.bytes);
    }
    mote_model_run(&r.model);
    for (int32_t i = 0; mote_model_output(&r.model, i, &io) == MOTE_OK; i++)
        program_expect(f, prog, p->model.name, TYPE_U8, false,
                       (struct bytes){pool_copy(&f->pool, io.data, io.bytes), io.bytes});
}

static void odd_models_compile_and_are_exact(void **state)
{
    struct fixture f;
    struct program prog;

    (void)state;
    begin(&f);
    prog = program_new(&f);
    for (size_t i = 0; i < COUNT(odd_models); i++) {
        struct pipeline p = pipeline_of(&f.pool, "odd");

        want_ok(&f, model_parse(&p.model, graph_of(odd_models[i]), &f.at));
        program_add(&f, &prog, &p);
        expect_as_image(&f, &prog, &p);
    }
    program_write(&f, &prog);
    shell(&f, 1, &prog.dir,
          (const char *[]){GCC " -O1 -fsanitize=address,undefined -fno-sanitize-recover=all *.c mote/kernels/*/*.c "
                               "test/main.c -o program"});
    assert_int_equal(program_compare(&f, &prog), 0);
    end(&f);
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
    struct program prog;
    struct fixture f;

    (void)state;
    begin(&f);
    prog = program_new(&f);
    for (size_t i = 0; i < COUNT(names); i++) {
        struct pipeline p = model_of(&f, names[i]);

        prog.dir = pool_printf(&f.pool, "%s/%s", f.dir, names[i]);
        program_add(&f, &prog, &p);
        expect_as_image(&f, &prog, &p);
    }
    prog.dir = f.dir;
    program_write(&f, &prog);
    shell(&f, 1, &f.dir,
          (const char *[]){"cmp ink/mote/kernels/dense/fully_connected_s8.c "
                           "strokes/mote/kernels/dense/fully_connected_s8.c"});
    for (size_t i = 0; i < COUNT(commands); i++) {
        const char *build = pool_printf(&f.pool, "%s -Iink -Istrokes $(find . -name '*.c') -o program", commands[i]);

        shell(&f, 1, &f.dir, &build);
        assert_int_equal(program_compare(&f, &prog), 0);
    }
    end(&f);
}

/* A model without steps wants no kernel: the list that is written for it is empty. */
static void runtime_compiles_without_kernels(void **state)
{
    struct pipeline_options options = {0};
    struct text list;
    struct pipeline p;
    struct fixture f;

    (void)state;
    begin(&f);
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
    end(&f);
}

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

static void add_raw_model(struct fixture *f, struct program *prog, struct text *calls, const struct form *form,
                          const char *raw, const char *type)
{
    const char *name = pool_printf(&f->pool, "M%d", prog->n_models); /* as its macros are spelled */
    const char *what = pool_printf(&f->pool, "%s %s to %s %s", form->preprocess, raw, type, form->shape);
    struct pipeline p = reshape_of(f, name, form, raw, type);
    struct runner r;
    struct mote_io io;
    size_t from = prog->in.len;

    program_add(f, prog, &p);
    put_call(calls, name, form);
    put_raw(&prog->in, raw != NULL ? raw : "f32", form->elements);
    want_ok(f, runner_open(&f->pool, p.image, &r, &f->at));
    assert_int_equal(mote_model_input(&r.model, 0, &io), MOTE_OK);
    assert_int_equal(mote_model_set_input(&r.model, 0, pool_copy(&f->pool, prog->in.s + from, prog->in.len - from)),
                     MOTE_OK);
    for (int i = 0; i < 1 + form->rows; i++)
        program_expect(f, prog, what, TYPE_U8, false, (struct bytes){pool_copy(&f->pool, io.data, io.bytes), io.bytes});
}

static void add_raw_models(struct fixture *f, struct program *prog, struct text *calls)
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
    struct program prog;
    struct text calls, t;

    (void)state;
    begin(&f);
    prog = program_new(&f);
    calls = t = (struct text){.pool = &f.pool};
    add_raw_models(&f, &prog, &calls);
    program_write(&f, &prog);
    text_add(&t,
             "#include <stdio.h>\n#include <string.h>\n\n%s\nint main(void)\n{\n"
             "    static _Alignas(16) unsigned char arena[1024];\n    static _Alignas(16) char place[1024];\n"
             "    void *raw = place;\n\n%s    return fflush(stdout);\n}\n",
             prog.includes.s, calls.s);
    want_ok(&f, file_write(pool_printf(&f.pool, "%s/test/main.c", prog.dir), t.s, t.len, &f.at));
    shell(&f, 1, &prog.dir,
          (const char *[]){GCC " -Wno-unused-result -O1 -fsanitize=address,undefined -fno-sanitize-recover=all *.c "
                               "test/main.c -o program && clang -std=c11 " WARNINGS " -I. -Os -c M1.c"});
    assert_int_equal(program_compare(&f, &prog), 0);
    print_message("%d models, %zu inputs equal\n", prog.n_models, prog.n_outputs);
    end(&f);
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
    begin(&f);
    p = pipeline_of(&f.pool, "m");
    want_ok(&f, model_parse(&p.model, graph_of(graph), &f.at));
    want_ok(&f, pipeline_compile(&p, &options, &f.at));
    want_ok(&f, emit_c(&p.plan, MOTE_SOURCE_DIR, f.dir, &f.at));
    want_ok(&f, file_write(pool_printf(&f.pool, "%s/main.c", f.dir), macros_c, sizeof macros_c - 1, &f.at));
    shell(&f, 1, &f.dir, (const char *[]){GCC " m.c main.c -o program && ./program"});
    end(&f);
}

/* A picture needs neither an FPU nor a library that stands in for one. */
static void pictures_are_set_without_float(void **state)
{
    struct pipeline_options options = {0};
    struct pipeline p;
    struct fixture f;

    (void)state;
    begin(&f);
    p = reshape_of(&f, "picture", &forms[4], "u8", "s8");
    want_ok(&f, pipeline_compile(&p, &options, &f.at));
    want_ok(&f, emit_c(&p.plan, MOTE_SOURCE_DIR, f.dir, &f.at));
    shell(&f, 1, &f.dir,
          (const char *[]){"cc=arm-none-eabi-gcc; command -v $cc >/dev/null || exit 0; "
                           "$cc -mcpu=cortex-m0 -mthumb -std=c11 " WARNINGS " -Os -ffreestanding -I. "
                           "-c picture.c -o x.o && nm -u x.o >undefined && ! grep -v _uidiv undefined"});
    end(&f);
}

/* ---- what is written ---- */
static void is_deterministic_and_shares_sources(void **state)
{
    static const char *const operators[] = {"conv_2d", "conv_2d", "fully_connected"};
    struct fixture f;
    struct program progs[3];

    (void)state;
    begin(&f);
    for (size_t i = 0; i < COUNT(operators); i++) {
        progs[i] = program_new(&f);
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
    end(&f);
}

/* ---- models of the shared folder ---- */
static void add_golden(struct fixture *f, struct program *prog, const char *models, const struct golden_model *model)
{
    const char *folder = pool_printf(&f->pool, "%s/golden/%s", models, model->name);
    const char *kinds[] = {"output", model->state ? "seq_output" : NULL};
    struct pipeline p;
    struct bytes in, want;

    want_ok(f, pipeline_load(&f->pool, pool_printf(&f->pool, "%s/%s", models, model->path), &p, &f->at));
    if (strrchr(model->name, '/') != NULL) /* one of many that are called model.tflite */
        p.model.name = strrchr(model->name, '/') + 1;
    program_add(f, prog, &p);
    assert_int_equal(p.plan.graph->n_outputs, 1);
    for (size_t kind = 0; kind < COUNT(kinds) && kinds[kind] != NULL; kind++)
        for (int k = 0; k < GOLDEN_VECTORS; k++) {
            if (!golden_has(&f->pool, folder, kinds[kind], k) || !golden_file(&f->pool, folder, "input", k, 0, &in)) {
                if (kind == 0)
                    continue;
                break; /* a run in a row ends where an input is missing */
            }
            assert_true(golden_file(&f->pool, folder, kinds[kind], k, 0, &want));
            program_infer(prog, kind == 0 || k == 0, k % 2 == 1);
            for (int32_t i = 0; i < p.plan.graph->n_inputs; i++) {
                assert_true(golden_file(&f->pool, folder, "input", k, i, &in));
                text_bytes(&prog->in, in.data, in.size);
            }
            program_expect(f, prog, pool_printf(&f->pool, "%s, generated C, %s%d", model->name, kinds[kind], k),
                           p.plan.graph->tensors[p.plan.graph->outputs[0]].type, model->tolerance, want);
        }
}

static void models_are_exact(const struct golden_model *models, int n)
{
    const char *folders[GOLDEN_NINE], *commands[GOLDEN_NINE], *folder;
    struct program progs[GOLDEN_NINE];
    struct fixture f;
    int bad = 0;

    assert_in_range(n, 1, GOLDEN_NINE);
    begin(&f);
    folder = shared_path(&f.pool, "models");
    if (folder == NULL) {
        end(&f);
        skip();
    }
    for (int i = 0; i < n; i++) {
        progs[i] = program_new(&f);
        add_golden(&f, &progs[i], folder, &models[i]);
        program_write(&f, &progs[i]);
        folders[i] = progs[i].dir;
        commands[i] = GCC " -O1 *.c mote/kernels/*/*.c test/main.c -o program";
    }
    shell(&f, n, folders, commands);
    for (int i = 0; i < n; i++) {
        bad += program_compare(&f, &progs[i]);
        print_message("%s, generated C: %zu outputs compared\n", models[i].name, progs[i].n_outputs);
    }
    assert_int_equal(bad, 0);
    end(&f);
}

static void the_nine_are_exact(void **state)
{
    (void)state;
    models_are_exact(golden_models, GOLDEN_NINE);
}

static void float_models_are_near(void **state)
{
    (void)state;
    models_are_exact(golden_models + GOLDEN_FLOAT_FIRST, GOLDEN_FLOATS);
}

/* Several models in one folder. */
static void models_in_one_program(const struct golden_model *const *models, int n)
{
    struct program prog;
    struct fixture f;
    const char *folder;

    begin(&f);
    folder = shared_path(&f.pool, "models");
    if (folder == NULL) {
        end(&f);
        skip();
    }
    prog = program_new(&f);
    for (int i = 0; i < n; i++)
        add_golden(&f, &prog, folder, models[i]);
    program_write(&f, &prog);
    shell(&f, 1, &prog.dir, (const char *[]){GCC " -O1 *.c mote/kernels/*/*.c test/main.c -o program"});
    assert_int_equal(program_compare(&f, &prog), 0);
    print_message("%d models in one program, %zu outputs equal\n", prog.n_models, prog.n_outputs);
    end(&f);
}

/* kws and mnist_lstm. */
static void two_real_models_in_one_program(void **state)
{
    (void)state;
    models_in_one_program((const struct golden_model *const[]){&golden_models[0], &golden_models[GOLDEN_NINE - 1]}, 2);
}

static void int16_models_in_one_program(void **state)
{
    const struct golden_model *models[COUNT(golden_seanet)];

    (void)state;
    for (size_t i = 0; i < COUNT(golden_seanet); i++)
        models[i] = &golden_seanet[i];
    models_in_one_program(models, COUNT(golden_seanet));
}

static void keyword_models_in_one_program(void **state)
{
    (void)state;
    models_in_one_program((const struct golden_model *const[]){&golden_keywords[0], &golden_keywords[1]}, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operator_compiles_and_is_exact),
        cmocka_unit_test(needs_no_library),
        cmocka_unit_test(every_kernel_compiles_in_an_avr_sketch),
        cmocka_unit_test(strictness_ends_with_the_file),
        cmocka_unit_test(works_from_cxx_and_with_clang),
        cmocka_unit_test(odd_models_compile_and_are_exact),
        cmocka_unit_test(two_folders_link_into_one_program),
        cmocka_unit_test(runtime_compiles_without_kernels),
        cmocka_unit_test(raw_samples_are_set_as_the_interpreter_does),
        cmocka_unit_test(macros_say_what_the_model_is),
        cmocka_unit_test(pictures_are_set_without_float),
        cmocka_unit_test(is_deterministic_and_shares_sources),
        cmocka_unit_test(the_nine_are_exact),
        cmocka_unit_test(float_models_are_near),
        cmocka_unit_test(two_real_models_in_one_program),
        cmocka_unit_test(int16_models_in_one_program),
        cmocka_unit_test(keyword_models_in_one_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
