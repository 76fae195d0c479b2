/* SPDX-License-Identifier: Apache-2.0 */
/* Mote as a library: a recipe is trained, quantized, compiled and run, in one process.
 *
 *     cc library.c $(pkg-config --cflags --libs mote) -o library
 *     ./library strokes.yaml strokes sample.bin
 *
 * The folder `strokes` gets the trained network, and strokes.mote beside it the image for a device. */
#include <mote_api.h>
#include <mote_train.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A line that is written over, and the answer: go on. */
static int show(void *user, const char *what, int64_t done, int64_t total)
{
    (void)user;
    fprintf(stderr, "\r%-12s %3d %%%s", what, (int)(total > 0 ? 100 * done / total : 100), done == total ? "\n" : "");
    return 0;
}

static void check(const struct mote_context *context, int status)
{
    if (status == MOTE_DONE)
        return;
    fprintf(stderr, "library: %s\n", mote_context_error(context));
    exit(1);
}

static struct mote_graph *train(struct mote_context *context, const char *recipe, const char *folder)
{
    const struct mote_train_options options =
        MOTE_OPTIONS(struct mote_train_options, .recipe = recipe, .folder = folder);
    struct mote_training result;
    struct mote_graph *graph;

    check(context, mote_train(context, &options, &result, &graph));
    printf("trained: %.1f %% of %lld samples right\n", 100 * result.score.accuracy, (long long)result.score.samples);
    return graph;
}

static struct mote_graph *quantize(struct mote_context *context, const struct mote_graph *real, const char *recipe)
{
    const struct mote_quantize_options options = MOTE_OPTIONS(struct mote_quantize_options, .data = recipe);
    struct mote_quantization result;
    struct mote_graph *graph;

    check(context, mote_quantize(context, real, &options, &result, &graph));
    printf("int8: %.1f %% right, %lld bytes\n", 100 * result.after.accuracy, (long long)result.image_bytes);
    return graph;
}

/* The image goes to a device as it is. */
static struct mote_compiled *compile(struct mote_context *context, const struct mote_graph *graph, const char *path)
{
    const struct mote_compile_options options = MOTE_OPTIONS(struct mote_compile_options, .target = "cortex-m4f");
    struct mote_compiled *compiled;
    size_t bytes;
    FILE *file;

    check(context, mote_compile(context, graph, &options, &compiled));
    bytes = mote_compiled_image_bytes(compiled);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(mote_compiled_image(compiled), 1, bytes, file) != bytes || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
    printf("%s: %zu bytes, arena %lld\n", path, bytes, (long long)mote_compiled_cost(compiled).arena_bytes);
    return compiled;
}

static void run(struct mote_context *context, const struct mote_compiled *compiled, const char *path)
{
    struct mote_session *session;
    struct mote_tensor in, out;
    const int8_t *scores;
    size_t read;
    FILE *file = fopen(path, "rb");
    int8_t sample[1024];
    int best = 0;

    read = file != NULL ? fread(sample, 1, sizeof sample, file) : 0;
    if (file != NULL)
        fclose(file);
    check(context,
          mote_session_open(context, mote_compiled_image(compiled), mote_compiled_image_bytes(compiled), &session));
    check(context, mote_session_input(session, 0, &in));
    check(context, mote_session_output(session, 0, &out));
    check(context, mote_session_set_raw(context, session, 0, sample, read));
    check(context, mote_session_run(context, session));
    scores = out.data;
    for (int i = 1; i < (int)out.bytes; i++)
        if (scores[i] > scores[best])
            best = i;
    printf("%s: class %d, with %.2f\n", path, best, (double)out.scale * (scores[best] - out.zero));
    mote_session_free(session);
}

int main(int argc, char **argv)
{
    const struct mote_callbacks callbacks = MOTE_OPTIONS(struct mote_callbacks, .progress = show);
    struct mote_context *context = mote_context_new(&callbacks);
    struct mote_graph *real, *int8;
    struct mote_compiled *compiled;
    char path[1024];

    if (argc != 4 || context == NULL) {
        fputs("usage: library RECIPE FOLDER SAMPLE\n", stderr);
        return 2;
    }
    snprintf(path, sizeof path, "%s.mote", argv[2]);
    real = train(context, argv[1], argv[2]);
    int8 = quantize(context, real, argv[1]);
    compiled = compile(context, int8, path);
    run(context, compiled, argv[3]);
    mote_compiled_free(compiled);
    mote_graph_free(int8);
    mote_graph_free(real);
    mote_context_free(context);
    return 0;
}
