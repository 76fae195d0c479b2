/* SPDX-License-Identifier: Apache-2.0 */
/* mote compile */
#include "host/report/columns.h"
#include "host/cli/io.h"
#include "host/cli/listening.h"
#include "host/deploy/product.h"
#include "host/jobs/manifest.h"
#include "host/run/image_view.h"

static const char *const forms[] = {[PRODUCT_IMAGE] = "image",   [PRODUCT_C] = "c",     [PRODUCT_GRAPH] = "graph",
                                    [PRODUCT_TFLITE] = "tflite", [PRODUCT_ELL] = "ell", NULL};

static json_t *known(bool is, int64_t value) { return is ? json_integer((json_int_t)value) : json_null(); }

/* ", of which 14080 in dtcm, 28800 in sram", of an arena that is cut. */
static const char *parts_text(struct pool *pool, const struct plan *plan)
{
    struct text t = {.pool = pool};

    text_add(&t, "%s", "");
    for (int32_t k = 0; k < plan->n_memories; k++)
        text_add(&t, "%s%lld in %s", k == 0 ? ", of which " : ", ", (long long)plan->memories[k].bytes,
                 printable(pool, plan->memories[k].ram->name));
    return t.s;
}

/* An image says its arena and its weights; the bound and the MACs are the plan's. */
static const char *result_text(struct cli *cli, const struct product *product, const char *out)
{
    const struct pipeline *p = product->p;
    const struct mote_model *m = &product->runner.model;
    const struct plan *plan = &p->plan;
    long long arena = image_header(m)->arena_bytes;

    if (cli->json)
        return cli_json_text(cli,
                             json_pack("{s:o, s:s, s:I, s:I, s:o, s:I, s:o}", "output", json_text(out), "emit",
                                       forms[product->form], "image_bytes", (json_int_t)p->image.size, "arena_bytes",
                                       (json_int_t)arena, "arena_bound_bytes", known(p->has_graph, plan->arena_bound),
                                       "weight_bytes", (json_int_t)image_weight_bytes(m), "macs",
                                       known(p->has_graph, p->macs_executed)));
    if (!p->has_graph)
        return pool_printf(&cli->pool, "%s: %zu bytes, arena %lld bytes; the image as it was, which knows no MACs\n",
                           printable(&cli->pool, out), p->image.size, arena);
    return pool_printf(
        &cli->pool, "%s: %zu bytes as an image, arena %lld bytes%s (lower bound %lld, gap %lld), %lld MACs\n",
        printable(&cli->pool, out), p->image.size, (long long)plan->arena_bytes, parts_text(&cli->pool, plan),
        (long long)plan->arena_bound, (long long)(plan->arena_bytes - plan->arena_bound), (long long)p->macs_executed);
}

/* A model that knows how its scores become commands, or is told, listens. */
static enum mote_status load(struct cli *cli, enum product_form form, struct pipeline *p, struct frame *file)
{
    const char *path = cli->positional[0];
    const bool told = cli_flag(cli, "--listen") || cli_says_listening(cli);
    struct listen_options options;

    *file = (struct frame){.name = path, .index = -1, .sink = &cli->error};
    if (!told && !is_manifest(path)) {
        TRY(cli_load(cli, p, file));
        if (!p->has_graph || !model_listens(&p->model) || (form != PRODUCT_IMAGE && form != PRODUCT_C))
            return MOTE_OK;
    }
    TRY(cli_read_listening(cli, &options));
    return listening_load(&cli->pool, path, &options, p, &cli->root);
}

static enum mote_status run_compile(struct cli *cli)
{
    const char *emit, *out = cli_value(cli, "-o"), *result;
    enum product_form form = PRODUCT_IMAGE;
    struct product product;
    struct pipeline p;
    struct frame file;

    TRY(cli_word(cli, "--emit", forms, &emit));
    while (emit != forms[form])
        form++;
    if (out == NULL)
        return usage_error(cli, "-o is missing");
    TRY(load(cli, form, &p, &file));
    if (cli_value(cli, "--name") != NULL)
        TRY(model_rename(&p, cli_value(cli, "--name"), &file));
    TRY(cli_compile_loaded(cli, &p, &file));
    TRY(product_make(&cli->pool, &p, form, &product, &file));
    result = result_text(cli, &product, out);
    TRY(product_write(&product, out, &file));
    if (cli->json)
        fputs(result, stdout);
    else
        print_fitting(stdout, "%s", result);
    return MOTE_OK;
}

const struct command command_compile = {
    .name = "compile",
    .arguments =
        "M -o OUT [--emit image|c|graph|tflite|ell] [--name NAME] [--target TARGET] [--optimize GOAL] [--ram N] "
        "[--flash N] "
        "[--time MS] [--feed rows] "
        "[--stream] [--shape X=1,16000] [--boundary int8] [--layout channels-last]",
    .summary = "turns a model into a flat image or into C",
    .details =
        "--emit image (the default) writes one flat file for the interpreter. --emit c writes a folder: <model>.c,\n"
        "<model>.h and mote/ with the sources that they need. --emit graph writes the graph after the passes,\n"
        "--emit tflite the same for TensorFlow Lite, --emit ell for the Embedded Learning Library.\n"
        "Files of another model that has the same name are not overwritten: --name gives this one another. A .mote is\n"
        "checked and copied; C and graph come from a .tflite or graph file only. With --target, a model that does not\n"
        "fit the board is refused, and so is an image for one that takes generated C only. A core's name\n"
        "(cortex-m4f), or `portable`, is a target that asks for nothing to fit. Kernels come in the version for the\n"
        "target's instruction sets, without --target in portable C; an image says so, and runs on every host.\n"
        "Of a board with several memories, generated C takes several arenas if the first has no room for one.\n"
        "With --ram, --flash or --time the plan is one of those that `mote profile` lists: within the limits the best "
        "for\n"
        "--optimize, or else for time, RAM, flash, whichever has no limit. Flash is code and constants of what is "
        "emitted\n"
        "(an image with its interpreter); it and time are estimates (docs/CYCLES.md).\n"
        "With --feed rows the input's rows come one by one (docs/STREAMING.md): only those that are needed stay in "
        "RAM.\n"
        "With --stream rows are time: each call brings new ones and gives the output of the window that ends with "
        "them.\n"
        "With --listen samples of sound go in and commands come out (docs/WAKE_WORDS.md): a front end goes before the\n"
        "model, and C has <model>_listen(), as the interpreter has mote_ear_listen(). So it is, without being asked, "
        "with\n"
        "models that know how their scores become commands, manifests of microWakeWord, and the options that say "
        "it.\n\n"
        "JSON keys: output, emit, image_bytes, arena_bytes, weight_bytes; arena_bound_bytes and macs (null for a "
        ".mote,\n"
        "which does not know them).",
    .example = "mote compile kws.tflite --emit c -o firmware/kws --target nano-33-ble-sense",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){{"-o", "OUT", "the file, or for --emit c the folder"},
                                       {"--emit", "KIND", "image, c, graph, tflite or ell"},
                                       {"--name", "NAME", "what the model is called in image and C"},
                                       {"--target", "TARGET",
                                        "the board that it must fit (`mote targets` lists them), or a core"},
                                       OPTIMIZE_OPTION,
                                       FEED_OPTION,
                                       BOUNDARY_OPTION,
                                       SHAPE_OPTION,
                                       {"--listen", NULL, "samples in, commands out"},
                                       LISTENING_OPTIONS,
                                       PASS_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_compile,
};
