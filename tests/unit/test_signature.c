/* SPDX-License-Identifier: Apache-2.0 */
/* The trailer (docs/SPEC.md): what it signs, what it leaves as it was, and which ones are refused. The keys and
 * signatures are libsodium's. */
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "mote/ops/image.h"
#include "tests/golden/road.h"

#include <cmocka.h> /* after base.h: it has a macro named fail */

#define TRAILER (sizeof(struct mote_image_trailer) + crypto_sign_BYTES)

static const char graph[] = "mote-graph 1\nmodel signed version 7\nclasses \"a\" \"b\"\ngraph \"main\"\n"
                            "tensor 0 \"in\" s8 [1,3] quant [0.05; -3]\n"
                            "tensor 1 \"w\" s8 [2,3] quant [0.01; 0] data [1, -2, 3, -4, 5, -6]\n"
                            "tensor 2 \"b\" s32 [2] quant [0.0005; 0] data [9, -9]\n"
                            "tensor 3 \"out\" s8 [1,2] quant [0.05; -3]\n"
                            "op 0 fully_connected in [0, 1, 2] out [3]\n"
                            "inputs [0]\noutputs [3]\nend\n";

/* A signed image that ends where the memory does, and the image as it was. */
struct fixture {
    struct pool pool;
    struct bytes plain, image;
    struct mote_image_header *h;
    struct mote_image_trailer *trailer;
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES], secret_key[crypto_sign_SECRETKEYBYTES];
};

static _Alignas(16) uint8_t arena[4096];

/* As the specification says it, not as the runtime does. */
static void sign(struct fixture *f)
{
    uint8_t hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(hash, f->public_key, sizeof f->public_key);
    *f->trailer = (struct mote_image_trailer){.magic = MOTE_TRAILER_MAGIC, .algorithm = 1, .bytes = crypto_sign_BYTES};
    memcpy(f->trailer->key_id, hash, sizeof f->trailer->key_id);
    crypto_sign_detached(f->image.data + f->plain.size + 32, NULL, f->image.data, f->plain.size + 32, f->secret_key);
}

static int set_up(void **state)
{
    static const uint8_t seed[crypto_sign_SEEDBYTES] = {1, 2, 3};
    struct fixture *f = calloc(1, sizeof *f);
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.index = -1, .sink = &report};
    struct pipeline_options options = {0};
    struct pipeline p = pipeline_of(&f->pool, "signed");

    assert_true(sodium_init() >= 0);
    crypto_sign_seed_keypair(f->public_key, f->secret_key, seed);
    assert_int_equal(model_parse(&p.model, (struct bytes){(uint8_t *)(uintptr_t)graph, sizeof graph - 1}, &at),
                     MOTE_OK);
    assert_int_equal(pipeline_compile(&p, &options, &at), MOTE_OK);
    f->plain = p.image;
    f->image = (struct bytes){aligned_alloc(16, p.image.size + TRAILER), p.image.size + TRAILER};
    memcpy(f->image.data, p.image.data, p.image.size);
    f->h = (void *)f->image.data;
    f->trailer = (void *)(f->image.data + p.image.size);
    sign(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    free(f->image.data);
    pool_free(&f->pool);
    free(f);
    return 0;
}

static bool verifies(const struct fixture *f)
{
    struct mote_signature s;

    if (mote_image_signature(f->image.data, f->image.size, &s) != MOTE_OK)
        return false;
    assert_int_equal(s.bytes, crypto_sign_BYTES);
    return crypto_sign_verify_detached(s.signature, f->image.data, s.signed_bytes, f->public_key) == 0;
}

static int32_t form(const struct fixture *f, size_t bytes)
{
    struct mote_signature s;

    return mote_image_signature(f->image.data, bytes, &s);
}

static void a_trailer_says_what_is_signed(void **state)
{
    struct fixture *f = *state;
    struct mote_signature s;

    assert_int_equal(mote_image_signature(f->image.data, f->image.size, &s), MOTE_OK);
    assert_int_equal(s.algorithm, MOTE_ALGORITHM_ED25519);
    assert_int_equal(s.signed_bytes, f->plain.size + 32);
    assert_ptr_equal(s.signature, f->image.data + f->plain.size + 32);
    assert_ptr_equal(s.key_id, f->trailer->key_id);
    assert_true(verifies(f));
}

/* The image opens with a trailer as without, and is the same bytes: the trailer is behind them. */
static void a_trailer_moves_nothing(void **state)
{
    struct fixture *f = *state;
    struct mote_model m;

    assert_memory_equal(f->image.data, f->plain.data, f->plain.size);
    assert_int_equal(f->h->bytes, f->plain.size);
    assert_int_equal(f->h->model_version, 7);
    assert_int_equal(mote_model_open(&m, &mote_kernels, f->image.data, f->image.size, arena, sizeof arena), MOTE_OK);
    assert_int_equal(mote_model_open(&m, &mote_kernels, f->image.data, f->plain.size, arena, sizeof arena), MOTE_OK);
    memset(f->trailer, 0xff, TRAILER);
    assert_int_equal(mote_model_open(&m, &mote_kernels, f->image.data, f->image.size, arena, sizeof arena), MOTE_OK);
}

/* Each byte of the image, so each field of its header, and each byte of the trailer; with a checksum that is right,
 * too: whoever can change a field can change that. */
static void each_byte_is_signed(void **state)
{
    struct fixture *f = *state;
    uint32_t checksum = f->h->checksum;

    for (size_t i = 0; i < f->image.size; i++) {
        f->image.data[i] ^= 1;
        assert_false(verifies(f));
        if (f->h->bytes == f->plain.size && i >= 20 && i < f->plain.size) {
            f->h->checksum = mote_crc32(f->image.data + 20, f->plain.size - 20);
            assert_false(verifies(f));
            f->h->checksum = checksum;
        }
        f->image.data[i] ^= 1;
        assert_true(i % 16 != 0 || verifies(f));
    }
}

/* An older image, larger numbers, other memory: fields by name, all that a runtime would open. */
static void fields_of_the_header_are_signed(void **state)
{
    struct fixture *f = *state;
    struct mote_image_header good = *f->h;
    struct mote_image_header changed[] = {good, good, good, good};
    struct mote_model m;

    changed[0].model_version = 8;
    changed[1].arena_bytes += MOTE_IMAGE_ALIGN;
    changed[2].hash[31] ^= 0x80;
    changed[3].minor++;
    for (size_t i = 0; i < COUNT(changed); i++) {
        *f->h = changed[i];
        f->h->checksum = mote_crc32(f->image.data + 20, f->plain.size - 20);
        assert_int_equal(mote_model_open(&m, &mote_kernels, f->image.data, f->image.size, arena, sizeof arena),
                         MOTE_OK);
        assert_int_equal(form(f, f->image.size), MOTE_OK);
        assert_false(verifies(f));
    }
    *f->h = good;
    assert_true(verifies(f));
}

static void without_a_trailer_there_is_no_signature(void **state)
{
    struct fixture *f = *state;

    for (size_t behind = 0; behind < sizeof f->trailer->magic; behind++)
        assert_int_equal(form(f, f->plain.size + behind), MOTE_ERR_SIGNATURE);
    f->trailer->magic ^= 1;
    assert_int_equal(form(f, f->image.size), MOTE_ERR_SIGNATURE);
    memset(f->trailer, 0xff, TRAILER); /* flash that nobody has written */
    assert_int_equal(form(f, f->image.size), MOTE_ERR_SIGNATURE);
}

static void trailers_that_are_cut_off_are_refused(void **state)
{
    struct fixture *f = *state;

    for (size_t behind = sizeof f->trailer->magic; behind < TRAILER; behind++)
        assert_int_equal(form(f, f->plain.size + behind), MOTE_ERR_BOUNDS);
    for (uint32_t more = 1; more != 0; more *= 2) {
        f->trailer->bytes = crypto_sign_BYTES | more;
        assert_int_equal(form(f, f->image.size), more == crypto_sign_BYTES ? MOTE_OK : MOTE_ERR_BOUNDS);
    }
    f->trailer->bytes = UINT32_MAX;
    assert_int_equal(form(f, f->image.size), MOTE_ERR_BOUNDS);
}

static void signatures_have_a_known_algorithm_and_its_size(void **state)
{
    static const uint32_t unknown[] = {0, 2, 1 << 16 | 1, UINT32_MAX};
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(unknown); i++) {
        f->trailer->algorithm = unknown[i];
        assert_int_equal(form(f, f->image.size), MOTE_ERR_VERSION);
    }
    f->trailer->algorithm = MOTE_ALGORITHM_ED25519;
    for (uint32_t bytes = 0; bytes < crypto_sign_BYTES; bytes++) {
        f->trailer->bytes = bytes;
        assert_int_equal(form(f, f->image.size), MOTE_ERR_FORMAT);
    }
}

static void the_header_says_where_the_trailer_is(void **state)
{
    struct fixture *f = *state;
    struct mote_image_header good = *f->h;

    f->h->magic ^= 1;
    assert_int_equal(form(f, f->image.size), MOTE_ERR_MAGIC);
    *f->h = good;
    f->h->major++;
    assert_int_equal(form(f, f->image.size), MOTE_ERR_VERSION);
    *f->h = good;
    f->h->bytes = (uint32_t)f->image.size;
    assert_int_equal(form(f, f->image.size), MOTE_ERR_SIGNATURE);
    f->h->bytes += 16;
    assert_int_equal(form(f, f->image.size), MOTE_ERR_BOUNDS);
    f->h->bytes = 8;
    assert_int_equal(form(f, f->image.size), MOTE_ERR_BOUNDS);
    assert_int_equal(form(f, sizeof good - 1), MOTE_ERR_MAGIC);
    *f->h = good;
    memmove(f->image.data + 1, f->image.data, f->image.size - 1);
    assert_int_equal(mote_image_signature(f->image.data + 1, f->image.size - 1, &(struct mote_signature){0}),
                     MOTE_ERR_ALIGN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_trailer_says_what_is_signed),
        TEST(a_trailer_moves_nothing),
        TEST(each_byte_is_signed),
        TEST(fields_of_the_header_are_signed),
        TEST(without_a_trailer_there_is_no_signature),
        TEST(trailers_that_are_cut_off_are_refused),
        TEST(signatures_have_a_known_algorithm_and_its_size),
        TEST(the_header_says_where_the_trailer_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
