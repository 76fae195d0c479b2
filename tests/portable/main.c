/* SPDX-License-Identifier: Apache-2.0 */
/* compile_images OUT MODEL…: each model becomes images for several targets, OUT/<model>.<target>.mote, and what it
 * computes for one input OUT/<model>.out. It is linked with the compiler's library alone, and is built wherever that is
 * to give the same bytes (compare.sh). No call but those of C: WASI has few others. */
#include <math.h>

#include "host/run/elements.h"
#include "host/run/runner.h"
#include "host/pipeline/pipeline.h"

struct work {
    struct pool pool;
    const char *out, *model; /* a folder, a file */
    struct bytes file;
    struct report_text error;
    struct frame at;
};

static enum mote_status read_model(struct work *w)
{
    FILE *f = fopen(w->model, "rb");
    long size = -1;
    bool all;

    if (f && fseek(f, 0, SEEK_END) == 0)
        size = ftell(f);
    if (size < 0)
        return fail(&w->at, MOTE_ERR_FILE, "cannot be read");
    rewind(f);
    w->file = (struct bytes){pool_alloc(&w->pool, (size_t)size + 1), (size_t)size};
    all = fread(w->file.data, 1, w->file.size, f) == w->file.size;
    fclose(f);
    return all ? MOTE_OK : fail(&w->at, MOTE_ERR_FILE, "cannot be read");
}

static enum mote_status write_file(struct work *w, const char *what, const void *data, size_t size)
{
    const char *slash = strrchr(w->model, '/');
    FILE *f = fopen(pool_printf(&w->pool, "%s/%s.%s", w->out, slash ? slash + 1 : w->model, what), "wb");
    bool all = f && fwrite(data, 1, size, f) == size;

    if (f)
        all = fclose(f) == 0 && all;
    return all ? MOTE_OK : fail(&w->at, MOTE_ERR_FILE, "cannot be written to %s", w->out);
}

static enum mote_status compile(struct work *w, const char *target, enum optimize optimize, struct pipeline *p)
{
    struct target t;
    struct pipeline_options options = {.target = &t, .optimize = optimize};

    if (!target_named(target, &t))
        return fail(&w->at, MOTE_ERR_USAGE, "there is no core %s", target);
    TRY(pipeline_read(&w->pool, w->model, w->file, p, &w->at));
    TRY(pipeline_compile(p, &options, &w->at));
    return write_file(w, pool_printf(&w->pool, "%s.mote", target), p->image.data, p->image.size);
}

/* Bytes that are numbers of any type, none of them far from 0. */
static void fill(uint8_t *input, size_t size)
{
    for (size_t i = 0; i < size; i++)
        input[i] = i % 4 == 3 ? 0x3e : (uint8_t)(i * 29);
}

/* Machines differ in the sign of a NaN, and in what else its bits say. */
static void level_nans(const struct mote_model *m)
{
    struct mote_io io;

    for (int32_t i = 0; mote_model_output(m, i, &io) == MOTE_OK; i++)
        for (uint32_t k = 0; io.type == TYPE_F32 && k < io_elements(&io); k++)
            if (isnan(((float *)io.data)[k]))
                ((float *)io.data)[k] = NAN;
}

static enum mote_status run(struct work *w, struct bytes image)
{
    struct runner r;
    uint8_t *input, *output;

    TRY(runner_open(&w->pool, image, &r, &w->at));
    input = pool_alloc(&w->pool, runner_input_bytes(&r));
    output = pool_alloc(&w->pool, runner_output_bytes(&r));
    fill(input, runner_input_bytes(&r));
    mote_model_reset(&r.model);
    model_set_inputs(&r.model, input);
    mote_model_run(&r.model);
    level_nans(&r.model);
    model_get_outputs(&r.model, output);
    return write_file(w, "out", output, runner_output_bytes(&r));
}

static enum mote_status work(struct work *w)
{
    struct pipeline p;

    TRY(read_model(w));
    TRY(compile(w, "cortex-m4f", OPTIMIZE_BALANCED, &p));
    TRY(compile(w, "cortex-m55", OPTIMIZE_SPEED, &p));
    TRY(compile(w, "portable", OPTIMIZE_RAM, &p));
    return run(w, p.image);
}

int main(int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        struct work w = {.out = argv[1], .model = argv[i], .at = {.name = argv[i], .index = -1}};
        enum mote_status status;

        w.at.sink = &w.error;
        status = work(&w);
        if (status != MOTE_OK)
            fprintf(stderr, "%s\n", w.error.text);
        pool_free(&w.pool);
        if (status != MOTE_OK)
            return 1;
    }
    return 0;
}
