/* SPDX-License-Identifier: Apache-2.0 */
/* mote sign */
#include "host/sign/sign.h"

#include "host/cli/cli.h"
#include "host/cli/io.h"
#include "host/run/runner.h"

static enum mote_status sign(struct cli *cli, const char *path, struct bytes image, struct bytes *out)
{
    struct frame at = {.name = path, .index = -1, .sink = &cli->error};
    struct private_key key;

    TRY(private_key_read(path, &key, &at));
    *out = image_sign(&cli->pool, image, &key);
    sodium_memzero(&key, sizeof key);
    return MOTE_OK;
}

static const char *result_text(struct cli *cli, const char *out, struct bytes image)
{
    struct mote_signature s = {0};
    char key[2 * MOTE_KEY_ID_BYTES + 1] = "";

    if (mote_image_signature(image.data, image.size, &s) == MOTE_OK)
        sodium_bin2hex(key, sizeof key, s.key_id, MOTE_KEY_ID_BYTES);
    if (cli->json)
        return cli_json_text(cli, json_pack("{s:o, s:I, s:I, s:s}", "output", json_text(out), "bytes",
                                            (json_int_t)image.size, "signed_bytes", (json_int_t)s.signed_bytes,
                                            "key_id", key));
    return pool_printf(&cli->pool, "%s: %zu bytes, signed with key %s\n", printable(&cli->pool, out), image.size, key);
}

static enum mote_status run_sign(struct cli *cli)
{
    const char *key = cli_value(cli, "--key"), *out = cli_value(cli, "-o"), *result;
    struct frame file, to = {.name = out, .index = -1, .sink = &cli->error};
    struct bytes image;
    struct runner runner;
    struct pipeline p;

    if (key == NULL || out == NULL)
        return usage_error(cli, "%s is missing", key == NULL ? "--key" : "-o");
    TRY(cli_load(cli, &p, &file));
    if (p.has_graph)
        return fail(&file, MOTE_ERR_USAGE, "images are signed; `mote compile` makes one of it");
    TRY(runner_open(&cli->pool, p.image, &runner, &file)); /* a damaged image is not signed */
    TRY(sign(cli, key, p.image, &image));
    result = result_text(cli, out, image);
    TRY(file_write(out, image.data, image.size, &to));
    fputs(result, stdout);
    return MOTE_OK;
}

const struct command command_sign = {
    .name = "sign",
    .arguments = "IMAGE --key KEY -o OUT",
    .summary = "signs an image, for devices that take updates",
    .details =
        "Writes the image with a signature of Ed25519 behind it; one that it had is replaced. Nothing of the image\n"
        "changes, and whoever does not verify runs it as before. KEY is a private key in PEM, unencrypted, as\n"
        "`openssl genpkey -algorithm ed25519 -out key.pem` makes it. `mote inspect OUT --public-key PUBLIC` verifies\n"
        "with what `openssl pkey -in key.pem -pubout -out public.pem` writes; a device asks mote_image_signature()\n"
        "what to verify (docs/SPEC.md, \"Trailer\").\n\n"
        "JSON keys: output, bytes (of the file), signed_bytes, key_id.",
    .example = "mote sign kws.mote --key key.pem -o kws-signed.mote",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){{"--key", "KEY", "the file of the private key"},
                                       {"-o", "OUT", "the file"},
                                       OPERATORS_OPTION,
                                       {NULL, NULL, NULL}},
    .run = run_sign,
};
