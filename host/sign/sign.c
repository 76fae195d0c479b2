/* SPDX-License-Identifier: Apache-2.0 */
#include "host/sign/sign.h"

#include "mote/mote.h"
#include "mote/ops/image.h"

#define KEY_BYTES 32 /* of either key */

/* ---- keys: PEM, whose DER is a fixed prefix and the key (RFC 8410) ---- */
struct key_form {
    const char *what, *label, *made; /* how one is made */
    uint8_t prefix[16];
    size_t prefix_bytes;
};

static const struct key_form private_form = {
    "private",
    "PRIVATE KEY",
    "openssl genpkey -algorithm ed25519 -out key.pem",
    {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20},
    16,
};

static const struct key_form public_form = {
    "public",
    "PUBLIC KEY",
    "openssl pkey -in key.pem -pubout -out public.pem",
    {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00},
    12,
};

/* The lines of base64 between BEGIN and END; false if they are not there. */
static bool find_body(struct pool *pool, struct bytes file, const struct key_form *form, struct bytes *body)
{
    const char *begin = pool_printf(pool, "-----BEGIN %s-----", form->label);
    const char *end = pool_printf(pool, "-----END %s-----", form->label);
    uint8_t *from = memmem(file.data, file.size, begin, strlen(begin)), *to;

    if (from == NULL)
        return false;
    from += strlen(begin);
    to = memmem(from, file.size - (size_t)(from - file.data), end, strlen(end));
    *body = (struct bytes){from, to != NULL ? (size_t)(to - from) : 0};
    return to != NULL;
}

static bool decode(struct pool *pool, struct bytes file, const struct key_form *form, uint8_t key[KEY_BYTES])
{
    uint8_t der[16 + KEY_BYTES];
    size_t size = 0;
    struct bytes body;
    bool good = find_body(pool, file, form, &body) &&
                sodium_base642bin(der, sizeof der, (const char *)body.data, body.size, " \t\r\n", &size, NULL,
                                  sodium_base64_VARIANT_ORIGINAL) == 0 &&
                size == form->prefix_bytes + KEY_BYTES && memcmp(der, form->prefix, form->prefix_bytes) == 0;

    assert(form->prefix_bytes <= sizeof form->prefix);
    if (good)
        memcpy(key, der + form->prefix_bytes, KEY_BYTES);
    sodium_memzero(der, sizeof der);
    return good;
}

static enum mote_status key_read(const char *path, const struct key_form *form, uint8_t key[KEY_BYTES],
                                 const struct frame *at)
{
    struct pool pool = {0};
    struct bytes file;
    enum mote_status status = file_read(&pool, path, &file, at);

    if (status == MOTE_OK) {
        if (!decode(&pool, file, form, key))
            status = fail(at, MOTE_ERR_VALUE, "is no %s key of Ed25519 in PEM, unencrypted, such as `%s` makes",
                          form->what, form->made);
        sodium_memzero(file.data, file.size);
    }
    pool_free(&pool);
    return status;
}

enum mote_status private_key_read(const char *path, struct private_key *out, const struct frame *at)
{
    return key_read(path, &private_form, out->seed, at);
}

enum mote_status public_key_read(const char *path, struct public_key *out, const struct frame *at)
{
    return key_read(path, &public_form, out->bytes, at);
}

/* ---- images ---- */
static void key_id_of(const uint8_t key[KEY_BYTES], uint8_t id[MOTE_KEY_ID_BYTES])
{
    uint8_t hash[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(hash, key, KEY_BYTES);
    memcpy(id, hash, MOTE_KEY_ID_BYTES);
}

struct bytes image_sign(struct pool *pool, struct bytes image, const struct private_key *key)
{
    struct mote_image_trailer trailer = {
        .magic = MOTE_TRAILER_MAGIC, .algorithm = MOTE_ALGORITHM_ED25519, .bytes = crypto_sign_BYTES};
    size_t bytes = ((const struct mote_image_header *)(const void *)image.data)->bytes, head = bytes + sizeof trailer;
    struct bytes out = {pool_alloc(pool, head + crypto_sign_BYTES), head + crypto_sign_BYTES};
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES], secret_key[crypto_sign_SECRETKEYBYTES];

    assert(bytes <= image.size); /* it has been opened */
    crypto_sign_seed_keypair(public_key, secret_key, key->seed);
    key_id_of(public_key, trailer.key_id);
    memcpy(out.data, image.data, bytes);
    memcpy(out.data + bytes, &trailer, sizeof trailer);
    crypto_sign_detached(out.data + head, NULL, out.data, head, secret_key);
    sodium_memzero(secret_key, sizeof secret_key);
    return out;
}

enum mote_status image_verify(struct bytes image, const struct public_key *key, const struct frame *at)
{
    uint8_t id[MOTE_KEY_ID_BYTES];
    struct mote_signature s;
    int32_t status = mote_image_signature(image.data, image.size, &s);

    if (status == MOTE_ERR_SIGNATURE)
        return fail(at, MOTE_ERR_SIGNATURE, "the image is not signed");
    if (status != MOTE_OK)
        return fail(at, (enum mote_status)status, "the signature behind the image: %s", status_text(status));
    key_id_of(key->bytes, id);
    if (memcmp(id, s.key_id, sizeof id) != 0)
        return fail(at, MOTE_ERR_SIGNATURE, "the image is signed with another key");
    if (crypto_sign_verify_detached(s.signature, image.data, s.signed_bytes, key->bytes) != 0)
        return fail(at, MOTE_ERR_SIGNATURE, "the signature is not that of these bytes: the image was changed");
    return MOTE_OK;
}
