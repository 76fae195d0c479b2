/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of images (docs/SPEC.md, "Trailer"), with Ed25519 of libsodium. Keys are files as OpenSSL writes them:
 * `openssl genpkey -algorithm ed25519`, and `openssl pkey -pubout` for the public one. */
#ifndef MOTE_SIGN_H
#define MOTE_SIGN_H

#include <sodium.h>

#include "host/base/base.h"

struct private_key {
    uint8_t seed[crypto_sign_SEEDBYTES];
};

struct public_key {
    uint8_t bytes[crypto_sign_PUBLICKEYBYTES];
};

MUST_CHECK enum mote_status private_key_read(const char *path, struct private_key *out, const struct frame *at);
MUST_CHECK enum mote_status public_key_read(const char *path, struct public_key *out, const struct frame *at);

/* The image, which mote_model_open() must have accepted, with a trailer; one that it had is replaced. */
struct bytes image_sign(struct pool *pool, struct bytes image, const struct private_key *key);

/* ERR_SIGNATURE unless the image has a signature, and it is the key's. */
MUST_CHECK enum mote_status image_verify(struct bytes image, const struct public_key *key, const struct frame *at);

#endif
