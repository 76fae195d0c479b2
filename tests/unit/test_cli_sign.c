/* SPDX-License-Identifier: Apache-2.0 */
/* mote sign from outside, and signed images as inputs. */
#define _XOPEN_SOURCE 700
#include "tests/unit/command.h"

#define PEM(label, text) "-----BEGIN " label "-----\n" text "\n-----END " label "-----\n"
#define PRIVATE_KEY      "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC"
#define PUBLIC_KEY       "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="
#define KEY_ID           "e744c0791320c3285460eddb523f14c88d857ada"
#define OTHER_KEY        "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

static void put_signed(void)
{
    put_text("in/key.pem", PEM("PRIVATE KEY", PRIVATE_KEY));
    put_text("in/public.pem", "A key for updates.\n" PEM("PUBLIC KEY", PUBLIC_KEY));
    put_text("in/other.pem", PEM("PUBLIC KEY", OTHER_KEY));
    OK("sign", "@in/strokes.mote", "--key", "@in/key.pem", "-o", "@in/signed.mote");
}

static void a_signed_image_is_the_image_and_its_trailer(void **state)
{
    struct bytes plain = slurp(here("in/strokes.mote")), image;
    struct result r;
    json_t *json, *signature;

    (void)state;
    put_signed();
    image = slurp(here("in/signed.mote"));
    assert_int_equal(image.size, plain.size + 96);
    assert_memory_equal(image.data, plain.data, plain.size);
    r = OK("inspect", "@in/signed.mote", "--public-key", "@in/public.pem", "--json");
    json = json_of(&r);
    signature = json_object_get(json, "signature");
    assert_string_equal(json_string_value(json_object_get(signature, "algorithm")), "ed25519");
    assert_string_equal(json_string_value(json_object_get(signature, "key_id")), KEY_ID);
    assert_int_equal(integer(signature, "signed_bytes"), plain.size + 32);
    assert_int_equal(integer(json, "image_bytes"), plain.size);
    json_decref(json);
    assert_non_null(strstr(OK("inspect", "@in/signed.mote").out, "signature ed25519"));
    assert_null(strstr(OK("inspect", "@in/strokes.mote").out, "signature"));
    r = OK("inspect", "@in/strokes.mote", "--json");
    json = json_of(&r);
    assert_true(json_is_null(json_object_get(json, "signature")));
    json_decref(json);
}

/* Signed again it has one trailer; a copy keeps it; and it runs as before. */
static void a_signed_image_is_an_image(void **state)
{
    static const char *const made[][8] = {
        {"sign", "@in/signed.mote", "--key", "@in/key.pem", "-o", "@out/x.mote"},
        {"compile", "@in/signed.mote", "-o", "@out/x.mote"},
    };
    struct bytes image, plain_out, out;

    (void)state;
    put_signed();
    image = slurp(here("in/signed.mote"));
    for (size_t i = 0; i < COUNT(made); i++) {
        run_ok(made[i]);
        out = slurp(here("out/x.mote"));
        assert_int_equal(out.size, image.size);
        assert_memory_equal(out.data, image.data, out.size);
    }
    OK("run", "@in/strokes.mote", "--input", "@in/zeros.bin", "--raw", "--output", "@out/plain");
    OK("run", "@in/signed.mote", "--input", "@in/zeros.bin", "--raw", "--output", "@out/signed");
    plain_out = slurp(here("out/plain"));
    out = slurp(here("out/signed"));
    assert_int_equal(out.size, plain_out.size);
    assert_memory_equal(out.data, plain_out.data, out.size);
}

static void wrong_signatures(void **state)
{
    static const struct bad bad[] = {
        {1, "signed with another key", {"inspect", "@in/signed.mote", "--public-key", "@in/other.pem"}},
        {1, "not signed [ERR_SIGNATURE]", {"inspect", "@in/strokes.mote", "--public-key", "@in/public.pem"}},
        {1, "the image was changed", {"inspect", "@in/changed.mote", "--public-key", "@in/public.pem"}},
        {1, "signature behind the image", {"inspect", "@in/cut.mote"}},
        {1, "signature behind the image", {"run", "@in/cut.mote", "--input", "@in/zeros.bin"}},
        {1, "signature behind the image", {"compile", "@in/cut.mote", "-o", "@out/x"}},
        {1, "is no public key", {"inspect", "@in/signed.mote", "--public-key", "@in/key.pem"}},
        {1, "cannot read", {"inspect", "@in/signed.mote", "--public-key", "@in/nokey.pem"}},
        {2, "--public-key wants a .mote", {"inspect", GRAPH, "--public-key", "@in/public.pem"}},
        {2, "images are signed", {"sign", GRAPH, "--key", "@in/key.pem", "-o", "@out/x"}},
        {2, "--key is missing", {"sign", "@in/strokes.mote", "-o", "@out/x"}},
        {2, "-o is missing", {"sign", "@in/strokes.mote", "--key", "@in/key.pem"}},
        {1, "is no private key", {"sign", "@in/strokes.mote", "--key", "@in/public.pem", "-o", "@out/x"}},
        {1, "is no private key", {"sign", "@in/strokes.mote", "--key", "@in/words.txt", "-o", "@out/x"}},
        {1, "is no private key", {"sign", "@in/strokes.mote", "--key", "@in/half.pem", "-o", "@out/x"}},
        {1, "is no private key", {"sign", "@in/strokes.mote", "--key", "@in/long.pem", "-o", "@out/x"}},
        {1, "is no private key", {"sign", "@in/strokes.mote", "--key", "@in/curve.pem", "-o", "@out/x"}},
        {1, "is no private key", {"sign", "@in/strokes.mote", "--key", "@in/encrypted.pem", "-o", "@out/x"}},
    };
    struct bytes image;

    (void)state;
    put_signed();
    put_text("in/half.pem", "-----BEGIN PRIVATE KEY-----\n" PRIVATE_KEY "\n");
    put_text("in/long.pem", PEM("PRIVATE KEY", PRIVATE_KEY "AAAA"));
    put_text("in/curve.pem", PEM("PRIVATE KEY", "MC4CAQAwBQYDK2VuBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC"));
    put_text("in/encrypted.pem", PEM("ENCRYPTED PRIVATE KEY", PRIVATE_KEY));
    image = slurp(here("in/signed.mote"));
    put_bytes("in/cut.mote", image.data, image.size - 1);
    image.data[image.size - 1] ^= 1;
    put_bytes("in/changed.mote", image.data, image.size);
    want_bad(bad, COUNT(bad));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_signed_image_is_the_image_and_its_trailer),
        TEST(a_signed_image_is_an_image),
        TEST(wrong_signatures),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
