/* SPDX-License-Identifier: Apache-2.0 */
/* Mote as a library, on boards: which boards a model fits, and what it takes and computes on one of them.
 *
 *     cc boards.c $(pkg-config --cflags --libs mote) -o boards
 *     ./boards strokes.graph tensor.bin mps2-an386
 *
 * The last part wants the board's compiler and emulator. */
#include <mote_api.h>
#include <mote_boards.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(const struct mote_context *context, int status)
{
    if (status == MOTE_DONE)
        return;
    fprintf(stderr, "boards: %s\n", mote_context_error(context));
    exit(1);
}

static struct mote_compiled *compile(struct mote_context *context, const struct mote_graph *graph, const char *board,
                                     int via_c)
{
    const struct mote_compile_options options = MOTE_OPTIONS(struct mote_compile_options, .target = board);
    const struct mote_board_options way = MOTE_OPTIONS(struct mote_board_options, .via_c = via_c);
    struct mote_compiled *compiled;

    check(context, mote_board_compile(context, graph, &options, &way, &compiled));
    return compiled;
}

/* A line a board that takes generated C. */
static void list(struct mote_context *context, const struct mote_graph *graph)
{
    struct mote_boards *boards;

    check(context, mote_boards_list(context, &boards));
    for (int32_t i = 0; i < mote_boards_count(boards); i++) {
        struct mote_footprint f;
        struct mote_compiled *compiled;
        struct mote_board board;

        check(context, mote_boards_get(boards, i, &board));
        if (!board.takes_c)
            continue;
        compiled = compile(context, graph, board.name, 1);
        check(context, mote_board_fit(context, compiled, &f));
        printf("%-24s %-14s arena %lld of %lld bytes: %s\n", board.name, board.core, (long long)f.arena,
               (long long)f.ram_available, f.fits ? "fits" : "does not fit");
        mote_compiled_free(compiled);
    }
    mote_boards_free(boards);
}

/* The input's own bytes. */
static size_t read_tensor(const char *path, void *to, size_t room)
{
    FILE *file = fopen(path, "rb");
    size_t n = file != NULL ? fread(to, 1, room, file) : 0;

    if (file != NULL)
        fclose(file);
    return n;
}

/* What this machine computes, the board has to compute, too. */
static struct mote_session *run_here(struct mote_context *context, const struct mote_compiled *compiled,
                                     const void *input, size_t bytes, struct mote_tensor *out)
{
    struct mote_session *session;
    struct mote_tensor in;

    check(context,
          mote_session_open(context, mote_compiled_image(compiled), mote_compiled_image_bytes(compiled), &session));
    check(context, mote_session_input(session, 0, &in));
    memcpy(in.data, input, bytes < in.bytes ? bytes : in.bytes);
    check(context, mote_session_run(context, session));
    check(context, mote_session_output(session, 0, out));
    return session;
}

static void emulate(struct mote_context *context, const struct mote_graph *graph, const char *board, const char *path)
{
    struct mote_compiled *compiled = compile(context, graph, board, 0);
    struct mote_emulate_options options = MOTE_OPTIONS(struct mote_emulate_options, .inferences = 1);
    struct mote_emulation *emulation;
    struct mote_session *session;
    struct mote_footprint f;
    struct mote_counts counts;
    struct mote_tensor out;
    int8_t input[1024];

    options.inputs = input;
    options.input_bytes = read_tensor(path, input, sizeof input);
    check(context, mote_emulate(context, compiled, &options, &emulation));
    check(context, mote_emulation_counts(emulation, 0, &counts));
    session = run_here(context, compiled, input, options.input_bytes, &out);
    f = mote_emulation_footprint(emulation);
    printf("%s: %lld instructions, %.2f ms, %lld bytes of code, %lld of stack: %s\n", board,
           (long long)counts.instructions, counts.milliseconds, (long long)f.code, (long long)f.stack,
           memcmp(mote_emulation_outputs(emulation), out.data, out.bytes) == 0 ? "the same outputs as here"
                                                                               : "OTHER OUTPUTS");
    mote_emulation_free(emulation);
    mote_session_free(session);
    mote_compiled_free(compiled);
}

int main(int argc, char **argv)
{
    struct mote_context *context = mote_context_new(NULL);
    struct mote_graph *graph;

    if ((argc != 3 && argc != 4) || context == NULL) {
        fputs("usage: boards GRAPH TENSOR [BOARD]\n", stderr);
        return 2;
    }
    check(context, mote_graph_load(context, argv[1], &graph));
    list(context, graph);
    if (argc == 4)
        emulate(context, graph, argv[3], argv[2]);
    mote_graph_free(graph);
    mote_context_free(context);
    return 0;
}
