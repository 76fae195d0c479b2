/* SPDX-License-Identifier: Apache-2.0 */
/* Models that listen: samples in pieces of any size give the same scores and events, by the interpreter and by
 * generated C; what an image says of listening is checked. */
#include "tests/unit/c_program.h"

#include "host/emit/emit.h"
#include "host/jobs/listen.h"
#include "mote/ops/image.h"

#define SECOND  16000
#define SAMPLES (4 * SECOND)

/* Of a frame of 40 features, int8: sigmoid of what the upper channels have more than the lower ones. */
static const char frame[] = "tensor 0 \"in\" s8 [1,40] quant [0.10196078; -128]\n";
static const char dense[] = "tensor 3 \"sum\" s8 [1,1] quant [0.1; 0]\n"
                            "tensor 4 \"out\" s8 [1,1] quant [0.00390625; -128]\n"
                            "op 0 fully_connected in [0, 1, 2] out [3]\nop 1 logistic in [3] out [4]\n"
                            "inputs [0]\noutputs [4]\nend\n";
/* Of three frames, of which the newest comes in each call: a mean over time, then the same. */
static const char frames[] = "tensor 0 \"in\" s8 [1,3,1,40] quant [0.10196078; -128]\n";
static const char pooled[] =
    "tensor 3 \"sum\" s8 [1,1] quant [0.1; 0]\ntensor 4 \"out\" s8 [1,1] quant [0.00390625; -128]\n"
    "tensor 5 \"mean\" s8 [1,1,1,40] quant [0.10196078; -128]\n"
    "tensor 6 \"flat\" s8 [1,40] quant [0.10196078; -128]\n"
    "tensor 7 \"shape\" s32 [2] data [1, 40]\n"
    "op 0 average_pool_2d in [0] out [5] padding valid stride_h 1 stride_w 1 filter_h 3 filter_w 1\n"
    "op 1 reshape in [5, 7] out [6]\nop 2 fully_connected in [6, 1, 2] out [3]\nop 3 logistic in [3] out [4]\n"
    "inputs [0]\noutputs [4]\nend\n";
/* Floats of the energies that lfbe gives, two classes. */
static const char floats[] = "tensor 0 \"in\" f32 [1,4,1,40]\ntensor 1 \"w\" f32 [2,160] data [";
static const char soft[] = "tensor 2 \"sum\" f32 [1,2]\ntensor 3 \"out\" f32 [1,2]\n"
                           "tensor 4 \"flat\" f32 [1,160]\ntensor 5 \"shape\" s32 [2] data [1, 160]\n"
                           "op 0 reshape in [0, 5] out [4]\nop 1 fully_connected in [4, 1] out [2]\n"
                           "op 2 softmax in [2] out [3] beta 1\ninputs [0]\noutputs [3]\nend\n";

enum { FRAME, WINDOW, FLOATS, MODELS };
static const char *const names[] = {"frame", "window", "floats"};

static void put_weights(struct text *t)
{
    text_add(t, "tensor 1 \"weights\" s8 [1,40] quant [0.09807692; 0] data [");
    for (int i = 0; i < 40; i++)
        text_add(t, "%s%d", i > 0 ? ", " : "", i < 30 ? -10 : 40);
    text_add(t, "]\ntensor 2 \"bias\" s32 [1] quant [0.01; 0] data [-1000]\n");
}

static const char *write_model(struct fixture *f, int kind)
{
    const char *path = pool_printf(&f->pool, "%s/%s.graph", f->dir, names[kind]);
    struct text t = {.pool = &f->pool};

    text_add(&t, "mote-graph 1\nmodel %s\n%sgraph \"main\"\n", names[kind],
             kind == FLOATS ? "classes \"_low\" \"high\"\n" : "");
    text_add(&t, "%s", kind == FRAME ? frame : kind == WINDOW ? frames : floats);
    for (int i = 0; kind == FLOATS && i < 320; i++)
        text_add(&t, "%s%d", i > 0 ? ", " : "", (i % 40 > 25) == (i >= 160) ? 1 : -1);
    if (kind == FLOATS)
        text_add(&t, "]\n%s", soft);
    else
        put_weights(&t);
    if (kind != FLOATS)
        text_add(&t, "%s", kind == FRAME ? dense : pooled);
    want_ok(f, file_write(path, t.s, t.len, &f->at));
    return path;
}

/* In the pool: its plan knows where its model is. */
static struct pipeline *load_gated(struct fixture *f, int kind, int32_t every, const struct gate_wish *gate)
{
    const struct listen_options options = {.preset = kind == FLOATS ? "lfbe" : "micro",
                                           .every = every,
                                           .kind = kind == WINDOW ? MOTE_POSTERIOR_HITS : LISTEN_UNSAID,
                                           .threshold = kind == FLOATS ? 0.5 : 0.75,
                                           .window = 4,
                                           .minimum = LISTEN_UNSAID,
                                           .suppression = LISTEN_UNSAID,
                                           .suppression_ms = 300,
                                           .gate = *gate};
    struct pipeline *p = pool_alloc(&f->pool, sizeof *p);

    want_ok(f, listening_load(&f->pool, write_model(f, kind), &options, p, &f->at));
    want_ok(f, pipeline_compile(p, &(struct pipeline_options){.passes = NULL}, &f->at));
    return p;
}

static struct pipeline *load(struct fixture *f, int kind, int32_t every)
{
    return load_gated(f, kind, every, &(struct gate_wish){.said = false});
}

/* A hum, with a loud high tone in the second half of each second. */
static int16_t *make_samples(struct fixture *f)
{
    int16_t *samples = pool_array(&f->pool, SAMPLES, sizeof *samples);
    uint32_t noise = 1;

    for (int i = 0; i < SAMPLES; i++) {
        noise = noise * 1664525U + 1013904223U;
        samples[i] = (int16_t)((i / 40 % 2 ? 300 : -300) + (int)(noise >> 24));
        if (i % SECOND > SECOND / 2)
            samples[i] = (int16_t)(samples[i] + (i % 3 == 0 ? 9000 : -4500));
    }
    return samples;
}

/* ---- pieces ---- */
static const uint32_t pieces[] = {1, 7, 160, 480, 4096, SAMPLES};

/* Events, and scores after each of them, as bytes: command, time, score. */
static struct bytes hear(struct fixture *f, struct listener *l, const int16_t *samples, uint32_t piece)
{
    struct text out = {.pool = &f->pool};
    struct mote_event event;

    mote_model_reset(&l->runner.model);
    for (uint32_t at = 0; at < SAMPLES;) {
        uint32_t n = piece - at % piece;

        at += mote_ear_listen(&l->ear, samples + at, n < SAMPLES - at ? n : SAMPLES - at, &event);
        if (event.command >= 0)
            text_add(&out, "%d %u %d\n", event.command, event.time, event.score);
    }
    return (struct bytes){(uint8_t *)out.s, out.len};
}

static void pieces_of_any_size_are_heard_alike(void **state)
{
    struct fixture f;
    int16_t *samples;

    (void)state;
    work_begin(&f);
    samples = make_samples(&f);
    for (int kind = 0; kind < MODELS; kind++) {
        struct pipeline *p = load(&f, kind, 0);
        struct listener l;
        struct bytes want;

        want_ok(&f, listener_open(&f.pool, p, &l, &f.at));
        want = hear(&f, &l, samples, 320);
        assert_true(want.size > 10);
        for (size_t i = 0; i < COUNT(pieces); i++) {
            struct bytes got = hear(&f, &l, samples, pieces[i]);

            assert_int_equal(got.size, want.size);
            assert_memory_equal(got.data, want.data, want.size);
        }
    }
    work_end(&f);
}

/* As with scores all together, and a posterior after them. */
static void a_sound_is_heard_as_its_scores_say(void **state)
{
    struct fixture f;
    struct sound sound = {.rate = SECOND, .from = SECOND, .channels = 1, .n = SAMPLES};

    (void)state;
    work_begin(&f);
    sound.samples = make_samples(&f);
    for (int kind = 0; kind < MODELS; kind++) {
        struct pipeline *p = load(&f, kind, 0);
        struct text again = {.pool = &f.pool};
        struct listened x;
        struct listener l;
        struct bytes want;

        want_ok(&f, listener_open(&f.pool, p, &l, &f.at));
        want_ok(&f, listener_hear(&f.pool, &l, &sound, 0, &x, NULL, &f.at));
        for (int32_t i = 0; i < x.n_events; i++)
            text_add(&again, "%d %.0f %d\n", x.events[i].command, x.events[i].time * SECOND, x.events[i].score);
        want = hear(&f, &l, sound.samples, SAMPLES);
        assert_int_equal(again.len, want.size);
        assert_memory_equal(again.s, want.data, want.size);
    }
    work_end(&f);
}

/* Four frames a call, where the window's rows let them. */
static void inferences_may_be_seldom(void **state)
{
    struct pipeline *often, *seldom;
    struct fixture f;

    (void)state;
    work_begin(&f);
    often = load(&f, FLOATS, 0);
    seldom = load(&f, FLOATS, 2);
    assert_int_equal(often->plan.listening.wanted, 512);
    assert_true(seldom->plan.listening.wanted >= 1024);
    work_end(&f);
}

/* ---- generated C ---- */
static const char main_c[] =
    "#include <stdio.h>\n#include <stdlib.h>\n#include \"%s.h\"\n\nstatic _Alignas(16) uint8_t arena[%s_ARENA_BYTES];\n"
    "static int16_t samples[64000];\n\nint main(int argc, char **argv)\n{\n"
    "    uint32_t piece = argc > 1 ? (uint32_t)atoi(argv[1]) : 1, all;\n    struct mote_event event;\n\n"
    "    all = (uint32_t)fread(samples, 2, 64000, stdin);\n    %s_reset(arena);\n"
    "    for (uint32_t at = 0; at < all;) {\n        uint32_t n = piece - at %% piece;\n\n"
    "        at += %s_listen(arena, samples + at, n < all - at ? n : all - at, &event);\n"
    "        if (event.command >= 0)\n            printf(\"%%d %%u %%d\\n\", (int)event.command, (unsigned)event.time, "
    "event.score);\n    }\n    return all != 64000;\n}\n";

static void listen_with_c(struct fixture *f, int kind, const struct gate_wish *gate, const int16_t *samples)
{
    static const char *const NAMES[] = {"FRAME", "WINDOW", "FLOATS"};
    struct pipeline *p = load_gated(f, kind, 0, gate);
    const char *dir = pool_printf(&f->pool, "%s/%s%s", f->dir, names[kind], gate->said ? "_gated" : ""), *text;
    struct listener l;
    struct bytes want, got;

    want_ok(f, listener_open(&f->pool, p, &l, &f->at));
    want = hear(f, &l, samples, 160);
    want_ok(f, emit_c(&p->plan, MOTE_SOURCE_DIR, dir, &f->at));
    text = pool_printf(&f->pool, main_c, names[kind], NAMES[kind], names[kind], names[kind]);
    want_ok(f, file_write(pool_printf(&f->pool, "%s/main.c", dir), text, strlen(text), &f->at));
    want_ok(f, file_write(pool_printf(&f->pool, "%s/in", dir), samples, SAMPLES * sizeof *samples, &f->at));
    shell(f, 1, &dir,
          (const char *[]){GCC " -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -o program "
                               "$(find . -name '*.c')"});
    text = pool_printf(&f->pool, "echo '#include \"%s.h\"' | g++ -Wall -Wextra -Werror -fsyntax-only -x c++ -I. -",
                       names[kind]);
    shell(f, 1, &dir, &text); /* sketches are C++ */
    for (size_t i = 0; i < COUNT(pieces); i++) {
        shell(f, 1, &dir, (const char *[]){pool_printf(&f->pool, "./program %u <in >out", pieces[i])});
        want_ok(f, file_read(&f->pool, pool_printf(&f->pool, "%s/out", dir), &got, &f->at));
        assert_int_equal(got.size, want.size);
        assert_memory_equal(got.data, want.data, want.size);
    }
}

static void generated_c_hears_the_same(void **state)
{
    struct fixture f;
    int16_t *samples;

    (void)state;
    work_begin(&f);
    samples = make_samples(&f);
    for (int kind = 0; kind < MODELS; kind++)
        listen_with_c(&f, kind, &(struct gate_wish){.said = false}, samples);
    work_end(&f);
}

/* ---- a gate ---- */
static const struct gate_wish narrow = {.said = true, .above = 6, .least = 50, .hold_ms = 200, .before_ms = 60};

/* Half a second of silence, then of a tone, twice; before and after them and between them two seconds of silence. */
static int16_t *make_calls(struct fixture *f)
{
    int16_t *samples = pool_array(&f->pool, SAMPLES, sizeof *samples);

    for (int i = 0; i < SAMPLES; i++)
        if (i % (2 * SECOND) >= 3 * SECOND / 2)
            samples[i] = (int16_t)(i % 3 == 0 ? 9000 : -4500);
    return samples;
}

static struct listened hear_gated(struct fixture *f, int kind, const struct gate_wish *gate, int16_t *samples)
{
    struct sound sound = {.rate = SECOND, .from = SECOND, .channels = 1, .n = SAMPLES, .samples = samples};
    struct pipeline *p = load_gated(f, kind, 0, gate);
    struct listened x;
    struct listener l;

    want_ok(f, listener_open(&f->pool, p, &l, &f->at));
    assert_int_equal(l.ear.gate != NULL, gate->above > 0);
    want_ok(f, listener_hear(&f->pool, &l, &sound, 1, &x, NULL, &f->at));
    return x;
}

/* Of silence that is cut short nothing is missed: the same events, as much later as samples are held back. The front
 * end of FLOATS keeps nothing from frame to frame. */
static void a_gate_hears_what_is_loud(void **state)
{
    struct listened open, gated;
    struct fixture f;
    int16_t *samples;

    (void)state;
    work_begin(&f);
    samples = make_calls(&f);
    open = hear_gated(&f, FLOATS, &(struct gate_wish){.said = true}, samples);
    gated = hear_gated(&f, FLOATS, &narrow, samples);
    assert_int_equal(open.n_closed, 0);
    assert_in_range(gated.n_closed, gated.n / 2, gated.n * 9 / 10);
    assert_true(open.n_events >= 2);
    assert_int_equal(gated.n_events, open.n_events);
    for (int32_t i = 0; i < gated.n_events; i++) {
        assert_int_equal(gated.events[i].score, open.events[i].score);
        assert_float_equal(gated.events[i].time - open.events[i].time, 0.064, 1e-5); /* two steps of 32 ms */
    }
    work_end(&f);
}

/* What goes on is background after a while, as loud as it is. */
static void what_goes_on_is_background(void **state)
{
    const struct mote_gate gate = {.least = 100, .ratio = 1024, .hold = 3, .before = 0, .shift = 2};
    struct mote_gate_state s = {.background = 0};
    int open = 0;

    (void)state;
    for (int i = 0; i < 10; i++)
        mote_gate_hear(&gate, &s, 200);
    assert_false(mote_gate_is_open(&gate, &s));
    mote_gate_hear(&gate, &s, 900);
    assert_true(mote_gate_is_open(&gate, &s));
    for (; mote_gate_is_open(&gate, &s); open++)
        mote_gate_hear(&gate, &s, 900);
    assert_in_range(open, 20, 60);
    for (int i = 0; i < 20; i++)
        mote_gate_hear(&gate, &s, 10); /* and is forgotten sooner */
    assert_in_range(s.background, 10, 14);
    mote_gate_hear(&gate, &s, 90); /* below the least */
    assert_false(mote_gate_is_open(&gate, &s));
}

static void powers_are_exact(void **state)
{
    static int16_t samples[MOTE_GATE_STEP_MAX];
    const struct mote_gate gate = {.shift = 0}, wide = {.shift = 13};

    (void)state;
    for (int i = 0; i < 100; i++)
        samples[i] = (int16_t)(i % 2 ? 1010 : 990);
    assert_int_equal(mote_gate_power(&gate, samples, 100), 100 * 100); /* whatever their mean */
    for (uint32_t i = 0; i < MOTE_GATE_STEP_MAX; i++)
        samples[i] = i % 2 ? INT16_MIN : INT16_MAX;
    assert_int_equal(mote_gate_power(&wide, samples, 1), 0);
    assert_int_equal(mote_gate_power(&gate, samples, MOTE_GATE_STEP_MAX), UINT32_MAX);
    assert_int_equal(mote_gate_power(&wide, samples, 2), (32767U * 32767 + 32768U * 32768) >> 13);
}

static void gates_are_the_same_everywhere(void **state)
{
    struct fixture f;
    int16_t *samples;

    (void)state;
    work_begin(&f);
    samples = make_calls(&f);
    for (int i = 0; i < SAMPLES; i++)
        samples[i] = (int16_t)(samples[i] + i * 7919 % 61 - 30);
    for (int kind = 0; kind < MODELS; kind++) {
        struct gate_wish gate = narrow;

        listen_with_c(&f, kind, &gate, samples);
        gate.before_ms = 0;
        assert_true(hear_gated(&f, kind, &gate, samples).n_closed > 0);
    }
    work_end(&f);
}

static void a_gate_is_open_for_a_window(void **state)
{
    const struct listen_options options = {.preset = "lfbe",
                                           .kind = LISTEN_UNSAID,
                                           .threshold = LISTEN_UNSAID,
                                           .window = LISTEN_UNSAID,
                                           .minimum = LISTEN_UNSAID,
                                           .suppression = LISTEN_UNSAID,
                                           .suppression_ms = LISTEN_UNSAID,
                                           .gate = {.said = true, .above = 6, .hold_ms = 100, .before_ms = 0}};
    struct pipeline p;
    struct fixture f;

    (void)state;
    work_begin(&f);
    assert_int_equal(listening_load(&f.pool, write_model(&f, FLOATS), &options, &p, &f.at), MOTE_ERR_VALUE);
    assert_non_null(strstr(f.report.text, "the network looks at 192 ms"));
    work_end(&f);
}

/* ---- damaged images ---- */
static struct mote_listening *section_of(struct bytes image)
{
    const struct mote_image_header *h = (const void *)image.data;
    const struct mote_image_section *s = (const void *)(h + 1);

    for (uint32_t i = 0; i < h->n_sections; i++)
        if (s[i].id == MOTE_SECTION_LISTEN)
            return (void *)(image.data + s[i].offset);
    return NULL;
}

static int32_t open_with(struct fixture *f, struct bytes image, size_t offset, size_t bytes, uint32_t value)
{
    struct bytes copy = {pool_alloc(&f->pool, image.size), image.size};
    struct mote_image_header *h = (void *)copy.data;
    struct mote_ear ear;
    struct runner r;

    memcpy(copy.data, image.data, image.size);
    memcpy((uint8_t *)section_of(copy) + offset, &value, bytes);
    h->checksum = mote_crc32(copy.data + 20, copy.size - 20);
    want_ok(f, runner_open(&f->pool, copy, &r, &f->at));
    return mote_ear_open(&ear, &r.model);
}

static void damaged_sections_are_refused(void **state)
{
#define AT(field) offsetof(struct mote_listening, field), sizeof(((struct mote_listening *)0)->field)
    static const struct {
        size_t offset, bytes;
        uint32_t value;
        int32_t status;
    } cases[] = {
        {AT(rate), 8000, MOTE_OK},
        {AT(wanted), 0, MOTE_ERR_SHAPE},
        {AT(wanted), 801, MOTE_ERR_SHAPE},
        {AT(kept), 1u << 20, MOTE_ERR_SHAPE},
        {AT(silence), UINT32_MAX, MOTE_ERR_VALUE},
        {AT(type), TYPE_F32, MOTE_ERR_TYPE},
        {AT(type), 200, MOTE_ERR_TYPE},
        {AT(posterior.kind), 3, MOTE_ERR_VALUE},
        {AT(posterior.classes), 0, MOTE_ERR_VALUE},
        {AT(posterior.classes), 2, MOTE_ERR_SHAPE},
        {AT(posterior.window), 0, MOTE_ERR_VALUE},
        {AT(posterior.window), 4000, MOTE_ERR_BOUNDS},
        {AT(posterior.minimum), 0, MOTE_ERR_VALUE},
        {AT(state), UINT16_MAX, MOTE_ERR_BOUNDS},
#define GATE(field)                                                                                                    \
    sizeof(struct mote_listening) + offsetof(struct mote_gate, field), sizeof(((struct mote_gate *)0)->field)
        {GATE(least), UINT32_MAX, MOTE_OK},
        {GATE(ratio), 255, MOTE_ERR_VALUE},
        {GATE(hold), 0, MOTE_ERR_VALUE},
        {GATE(hold), UINT16_MAX, MOTE_OK},
        {GATE(before), 255, MOTE_ERR_BOUNDS},
        {GATE(shift), 32, MOTE_ERR_VALUE},
    };
    struct fixture f;
    struct pipeline *p;

    (void)state;
    work_begin(&f);
    p = load_gated(&f, FRAME, 0, &narrow);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(open_with(&f, p->image, cases[i].offset, cases[i].bytes, cases[i].value), cases[i].status);
    work_end(&f);
}

/* The image with what the listener keeps `ahead` bytes behind the beginning of the samples. */
static struct bytes overlapping(struct fixture *f, struct bytes image, uint32_t ahead)
{
    struct bytes copy = {pool_copy(&f->pool, image.data, image.size), image.size};
    struct mote_image_header *h = (void *)copy.data;
    const struct mote_image_section *s = (const void *)(h + 1);
    struct mote_image_tensor *tensors = NULL;
    const struct mote_image_io *io = NULL;

    for (uint32_t i = 0; i < h->n_sections; i++) {
        if (s[i].id == MOTE_SECTION_TENSORS)
            tensors = (void *)(copy.data + s[i].offset);
        if (s[i].id == MOTE_SECTION_IO)
            io = (const void *)(copy.data + s[i].offset);
    }
    assert_true(tensors != NULL && io != NULL);
    tensors[section_of(copy)->state].offset = tensors[io->tensor].offset + ahead;
    h->checksum = mote_crc32(copy.data + 20, copy.size - 20);
    return copy;
}

/* Inferences that take no samples come to an end, and are not kept beyond the room for them. */
static void others_write_listener(const struct gate_wish *gate)
{
    struct sound sound = {.rate = SECOND, .from = SECOND, .channels = 1, .n = SAMPLES};
    struct pipeline *p;
    struct fixture f;
    int failed = 0;

    work_begin(&f);
    sound.samples = make_samples(&f);
    p = load_gated(&f, FRAME, 0, gate);
    for (uint32_t ahead = 0; ahead < 256; ahead += 4) {
        struct pipeline damaged = {.image = overlapping(&f, p->image, ahead)};
        struct listened x;
        struct listener l;

        want_ok(&f, listener_open(&f.pool, &damaged, &l, &f.at));
        failed += listener_hear(&f.pool, &l, &sound, 0, &x, NULL, &f.at) == MOTE_ERR_VALUE;
    }
    assert_true(failed > 0);
    work_end(&f);
}

static void a_listener_that_others_write_is_survived(void **state)
{
    (void)state;
    others_write_listener(&(struct gate_wish){.said = false});
    others_write_listener(&(struct gate_wish){.said = true, .above = 6, .hold_ms = 200, .before_ms = 0});
}

/* The same of a device's calls: each returns, some with a status. */
static void a_call_of_a_strange_image_returns(void **state)
{
    int16_t *samples;
    struct pipeline *p;
    struct fixture f;
    int failed = 0;

    (void)state;
    work_begin(&f);
    samples = make_samples(&f);
    p = load(&f, FRAME, 0);
    for (uint32_t ahead = 0; ahead < 256; ahead += 4) {
        struct pipeline damaged = {.image = overlapping(&f, p->image, ahead)};
        struct listener l;

        want_ok(&f, listener_open(&f.pool, &damaged, &l, &f.at));
        mote_model_reset(&l.runner.model);
        for (uint32_t at = 0; at < SAMPLES;) {
            struct mote_event event;
            const uint32_t n = SAMPLES - at < 160 ? SAMPLES - at : 160;
            const uint32_t taken = mote_ear_listen(&l.ear, samples + at, n, &event);

            assert_true(taken <= n && (taken > 0 || event.command >= 0));
            failed += event.command == MOTE_ERR_VALUE;
            at += taken > 0 ? taken : n;
        }
    }
    assert_true(failed > 0);
    work_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_any_size_are_heard_alike),
        cmocka_unit_test(a_sound_is_heard_as_its_scores_say),
        cmocka_unit_test(inferences_may_be_seldom),
        cmocka_unit_test(generated_c_hears_the_same),
        cmocka_unit_test(a_gate_hears_what_is_loud),
        cmocka_unit_test(what_goes_on_is_background),
        cmocka_unit_test(powers_are_exact),
        cmocka_unit_test(gates_are_the_same_everywhere),
        cmocka_unit_test(a_gate_is_open_for_a_window),
        cmocka_unit_test(damaged_sections_are_refused),
        cmocka_unit_test(a_listener_that_others_write_is_survived),
        cmocka_unit_test(a_call_of_a_strange_image_returns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
