/* SPDX-License-Identifier: Apache-2.0 */
/* Generated C of the shared folder's models, each in a program of its own, and some in one together. */
#include "tests/unit/c_program.h"

/* ---- models of the shared folder ---- */
static void add_golden(struct fixture *f, struct c_program *prog, const char *models, const struct golden_model *model)
{
    const char *folder = pool_printf(&f->pool, "%s/golden/%s", models, model->name);
    const char *kinds[] = {"output", model->state ? "seq_output" : NULL};
    struct pipeline p;
    struct bytes in, want;

    want_ok(f, pipeline_load(&f->pool, pool_printf(&f->pool, "%s/%s", models, model->path), &p, &f->at));
    if (strrchr(model->name, '/') != NULL) /* one of many that are called model.tflite */
        p.model.name = strrchr(model->name, '/') + 1;
    c_program_add(f, prog, &p);
    assert_int_equal(p.plan.graph->n_outputs, 1);
    for (size_t kind = 0; kind < COUNT(kinds) && kinds[kind] != NULL; kind++)
        for (int k = 0; k < GOLDEN_VECTORS; k++) {
            if (!golden_has(&f->pool, folder, kinds[kind], k) || !golden_file(&f->pool, folder, "input", k, 0, &in)) {
                if (kind == 0)
                    continue;
                break; /* a run in a row ends where an input is missing */
            }
            assert_true(golden_file(&f->pool, folder, kinds[kind], k, 0, &want));
            c_program_infer(prog, kind == 0 || k == 0, k % 2 == 1);
            for (int32_t i = 0; i < p.plan.graph->n_inputs; i++) {
                assert_true(golden_file(&f->pool, folder, "input", k, i, &in));
                text_bytes(&prog->in, in.data, in.size);
            }
            c_program_expect(f, prog, pool_printf(&f->pool, "%s, generated C, %s%d", model->name, kinds[kind], k),
                             p.plan.graph->tensors[p.plan.graph->outputs[0]].type, model->tolerance, want);
        }
}

static void models_are_exact(const struct golden_model *models, int n)
{
    const char *folders[GOLDEN_NINE], *commands[GOLDEN_NINE], *folder;
    struct c_program progs[GOLDEN_NINE];
    struct fixture f;
    int bad = 0;

    assert_in_range(n, 1, GOLDEN_NINE);
    work_begin(&f);
    folder = shared_path(&f.pool, "models");
    if (folder == NULL) {
        work_end(&f);
        skip();
    }
    for (int i = 0; i < n; i++) {
        progs[i] = c_program_new(&f);
        add_golden(&f, &progs[i], folder, &models[i]);
        c_program_write(&f, &progs[i]);
        folders[i] = progs[i].dir;
        commands[i] = GCC " -O1 *.c mote/kernels/*/*.c test/main.c -o program";
    }
    shell(&f, n, folders, commands);
    for (int i = 0; i < n; i++) {
        bad += c_program_compare(&f, &progs[i]);
        print_message("%s, generated C: %zu outputs compared\n", models[i].name, progs[i].n_outputs);
    }
    assert_int_equal(bad, 0);
    work_end(&f);
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
    struct c_program prog;
    struct fixture f;
    const char *folder;

    work_begin(&f);
    folder = shared_path(&f.pool, "models");
    if (folder == NULL) {
        work_end(&f);
        skip();
    }
    prog = c_program_new(&f);
    for (int i = 0; i < n; i++)
        add_golden(&f, &prog, folder, models[i]);
    c_program_write(&f, &prog);
    shell(&f, 1, &prog.dir, (const char *[]){GCC " -O1 *.c mote/kernels/*/*.c test/main.c -o program"});
    assert_int_equal(c_program_compare(&f, &prog), 0);
    print_message("%d models in one program, %zu outputs equal\n", prog.n_models, prog.n_outputs);
    work_end(&f);
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
        cmocka_unit_test(the_nine_are_exact),
        cmocka_unit_test(float_models_are_near),
        cmocka_unit_test(two_real_models_in_one_program),
        cmocka_unit_test(int16_models_in_one_program),
        cmocka_unit_test(keyword_models_in_one_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
