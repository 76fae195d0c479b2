/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/c_program.h"

#include <unistd.h>

#include "host/emulate/process.h"

void want_ok(struct fixture *f, enum mote_status status)
{
    if (status != MOTE_OK)
        print_error("%s\n", f->report.text);
    assert_int_equal(status, MOTE_OK);
}

void work_begin(struct fixture *f)
{
    *f = (struct fixture){.at = {.index = -1}};
    f->at.sink = &f->report;
    f->dir = pool_strdup(&f->pool, "/tmp/mote_generated_c_XXXXXX");
    assert_non_null(mkdtemp((char *)(uintptr_t)f->dir));
}

void shell(struct fixture *f, int n, const char *const *folders, const char *const *commands)
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

void work_end(struct fixture *f)
{
    shell(f, 1, (const char *[]){"/"}, (const char *[]){pool_printf(&f->pool, "rm -rf %s", f->dir)});
    pool_free(&f->pool);
}

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

struct c_program c_program_new(struct fixture *f)
{
    struct pool *pool = &f->pool;

    return (struct c_program){.dir = pool_printf(pool, "%s/p%d", f->dir, f->n_dirs++),
                              .includes = {.pool = pool},
                              .arenas = {.pool = pool},
                              .table = {.pool = pool},
                              .in = {.pool = pool},
                              .want = {.pool = pool}};
}

/* Of a model that decides itself which steps run, an inference is the only step. */
static void add_calls(struct c_program *prog, const char *name, bool decides)
{
    text_add(&prog->arenas, "static void %s_do(void *arena) { %s%s_run(arena); }\n", name, decides ? "(void)" : "",
             name);
    text_add(&prog->arenas, "static void %s_do_step(void *arena, int32_t i) { (void)i, %s_%s(arena%s); }\n", name, name,
             decides ? "do" : "step", decides ? "" : ", i");
}

void c_program_add_planned(struct fixture *f, struct c_program *prog, struct pipeline *p)
{
    const char *name = p->model.name;
    const bool decides = plan_has_blocks(&p->plan);
    char *upper = pool_strdup(&f->pool, name);

    for (char *c = upper; *c != '\0'; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    want_ok(f, emit_c(&p->plan, MOTE_SOURCE_DIR, prog->dir, &f->at));
    text_add(&prog->includes, "#include \"%s.h\"\n", name);
    text_add(&prog->arenas, "ARENA arena%d[%s_ARENA_BYTES];\n", prog->n_models, upper);
    add_calls(prog, name, decides);
    text_add(&prog->table,
             "    {%s_INPUTS, %s_OUTPUTS, %s%s, arena%d, %s_reset, %s_do, %s_do_step, %s_input, %s_input_bytes,\n"
             "     %s_output, %s_output_bytes},\n",
             upper, upper, decides ? "1" : upper, decides ? "" : "_STEPS", prog->n_models++, name, name, name, name,
             name, name, name);
}

void c_program_add(struct fixture *f, struct c_program *prog, struct pipeline *p)
{
    want_ok(f, pipeline_compile(p, &(struct pipeline_options){0}, &f->at));
    c_program_add_planned(f, prog, p);
}

void c_program_write(struct fixture *f, const struct c_program *prog)
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

int c_program_compare(struct fixture *f, const struct c_program *prog)
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

void c_program_infer(struct c_program *prog, bool reset, bool steps)
{
    int model = prog->n_models - 1;

    text_bytes(&prog->in, (uint8_t[]){(uint8_t)model, (uint8_t)(model >> 8), reset, steps}, 4);
}

void c_program_expect(struct fixture *f, struct c_program *prog, const char *what, enum mote_type type, bool tolerance,
                      struct bytes want)
{
    prog->outputs = pool_grow(&f->pool, prog->outputs, prog->n_outputs, sizeof *prog->outputs);
    prog->outputs[prog->n_outputs++] =
        (struct output){.what = what, .type = type, .bytes = want.size, .tolerance = tolerance && type == TYPE_F32};
    text_bytes(&prog->want, want.data, want.size);
}

struct pipeline model_of(struct fixture *f, const char *name)
{
    const char *path = pool_printf(&f->pool, MOTE_SOURCE_DIR "/models/%s.graph", name);
    struct pipeline p = pipeline_of(&f->pool, name);
    struct bytes file;

    want_ok(f, file_read(&f->pool, path, &file, &f->at));
    want_ok(f, model_parse(&p.model, file, &f->at));
    return p;
}
