/* SPDX-License-Identifier: Apache-2.0 */
/* The interpreter: runs a flat image (docs/SPEC.md) that lies in flash, in an arena that you own.
 *
 *     static _Alignas(16) uint8_t arena[ARENA_BYTES];          // mote_image_arena_bytes(), or `mote profile`
 *     struct mote_model model;
 *     struct mote_io in, out;
 *
 *     int32_t status = mote_model_open(&model, &mote_kernels, image, image_bytes, arena, sizeof arena);
 *     status = mote_model_set_input(&model, 0, sample);         // raw, as the data of training had it; or
 *     mote_model_input(&model, 0, &in);                         // an input tensor that is ready:
 *     memcpy(in.data, tensor, in.bytes);
 *     status = mote_model_run(&model);
 *     mote_model_output(&model, 0, &out);
 *
 * Who owns what: the table of kernels and the image (both read only, must stay; the image 16-byte aligned), the arena
 * (16-byte aligned) and struct mote_model are the caller's. Nothing is allocated, nothing is global: any number of
 * models may be open, each with its own struct and arena; one model must not be run from two threads at once.
 * Inputs do not survive an inference: their bytes in the arena are used again. Outputs stay until the next run or
 * reset. State (recurrent networks) lives in the arena too: do not touch it between inferences.
 * The image is not trusted: mote_model_open() checks every byte that is used later. After MOTE_OK no content of the
 * image or of the inputs can make the code read or write outside image and arena.
 *
 * Functions return 0 or a negative status (device/mote/ops/status_def.h; `mote explain` prints what it means). */
#ifndef MOTE_H
#define MOTE_H

#include <stddef.h>
#include <stdint.h>

#include "config.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mote_image_tensor;
struct mote_image_step;
struct mote_image_entry;
struct mote_image_io;
struct mote_channels;
struct mote_kernels;

/* The kernels that are linked (device/mote/runtime/registry.h); a program may have several tables. */
extern const struct mote_kernels mote_kernels;

/* An input or an output. */
struct mote_io {
    void *data; /* in the arena, aligned to 4 at least */
    uint32_t bytes;
    const char *name;
    uint8_t type; /* device/mote/ops/types_def.h: 1 is int8, 11 is float32 */
    uint8_t rank;
    const uint32_t *dims; /* [rank], outermost first */
    float scale;          /* real = scale * (value - zero); 0 if not quantized */
    int32_t zero;
};

/* What went wrong, and where. Fields that mean nothing for a status are -1. */
struct mote_error {
    int32_t status;
    int32_t step;   /* index of the step */
    int32_t tensor; /* index of the tensor in the image */
    int32_t detail; /* e.g. the parameter's index, or the section's id */
};

struct mote_model;

/* Called after each call of a kernel, which computes some rows of a step: read a cycle counter, feed a watchdog. */
typedef void mote_hook(void *user, const struct mote_model *model, int32_t step, int32_t kernel);

/* Read only for you, but for hook and user. */
struct mote_model {
    uint8_t *regions[2]; /* where tensors are: the image, which nobody writes, and the arena */
    const struct mote_kernels *kernels;
    const struct mote_image_tensor *tensors;
    const struct mote_image_step *steps;
    const uint16_t *args;
    const int32_t *params;
    const struct mote_image_entry *schedule;
    const struct mote_image_io *io;
    const char *strings;
    uint32_t n_tensors, n_steps, n_args, n_params, n_schedule, n_strings;
    uint32_t n_io, n_inputs;     /* io[0 … n_inputs) are inputs, the rest outputs */
    uint32_t group, next, round; /* in `schedule`, the program's units: mote_model_step() runs entry `next` */
#if MOTE_BLOCKS
    uint32_t trips; /* of all loops of this inference */
#endif
    mote_hook *hook;
    void *user;
    struct mote_error error; /* of the last call that failed */
};

/* RAM that the image asks for, in bytes; 0 if the bytes are no image of a version that this runtime reads. Checks the
 * header only, not the checksum. */
uint32_t mote_image_arena_bytes(const void *image, size_t image_bytes);

/* CRC-32 (IEEE 802.3, as in zip and Ethernet). */
uint32_t mote_crc32(const void *data, size_t bytes);

/* Checks the image and binds it to the kernels and the arena; resets the state. On failure model->error says where.
 * What follows the image in its image_bytes, a signature or anything, is not looked at. */
int32_t mote_model_open(struct mote_model *model, const struct mote_kernels *kernels, const void *image,
                        size_t image_bytes, void *arena, size_t arena_bytes);

/* State tensors to real zero; the program begins anew. */
void mote_model_reset(struct mote_model *model);

/* One inference, from its beginning; of a model that streams, and of one that keeps rows in rings (docs/STREAMING.md),
 * the next round, after which the outputs are new. On an open model fails only where it computes itself when its loops
 * end (MOTE_BLOCKS of config.h): MOTE_ERR_LOOP if that takes more than MOTE_TRIPS trips; the outputs are worthless
 * then, and the next inference begins anew. */
int32_t mote_model_run(struct mote_model *model);

/* One call of a kernel: some rows of a step. Returns 1 if more are to come, 0 if that was the last: the outputs are
 * there, and the next call begins a new inference; or MOTE_ERR_LOOP, as mote_model_run(). */
int32_t mote_model_step(struct mote_model *model);

/* Of a model that was compiled with --feed rows: the next row of its input, which mote_model_input() describes; NULL:
 * it is in the input already. Computes what can be computed of it. Returns 1 if more rows are to come, 0 if that was
 * the last: the outputs are there until the next row. MOTE_ERR_USAGE if the model takes its input as a whole.
 * With --stream: the next rows of time; 0 if the outputs are those of the window that ends with them, 1 while there is
 * no whole window yet. */
int32_t mote_model_feed(struct mote_model *model, const void *row);

/* An image may have programs beside the inference, whose name is "infer". From now on run and step are those of the
 * one of this name, from its beginning. MOTE_ERR_USAGE if there is none; it is checked here: what mote_model_open()
 * says of a schedule, and then the program stays the one that it was. */
int32_t mote_model_select(struct mote_model *model, const char *program);

int32_t mote_model_inputs(const struct mote_model *model);
int32_t mote_model_outputs(const struct mote_model *model);

/* Fills *io; MOTE_ERR_USAGE (-12) if there is no input (output) i. */
int32_t mote_model_input(const struct mote_model *model, int32_t i, struct mote_io *io);
int32_t mote_model_output(const struct mote_model *model, int32_t i, struct mote_io *io);
const char *mote_model_name(const struct mote_model *model);

/* ---- signature ---- */
/* An image that came from elsewhere may be signed (docs/SPEC.md, "Trailer"). Mote has no cryptography; yours verifies,
 * before the image is opened and where it lies, so that nobody can change it in between:
 *
 *     if (mote_image_signature(slot, slot_bytes, &s) != 0 ||
 *         !ed25519_verify(s.signature, slot, s.signed_bytes, public_key))
 *         refuse;
 *
 * The signature covers model_version, too: take no image whose number is smaller than that of the one you have. */
struct mote_signature {
    uint32_t algorithm;       /* 1: Ed25519 (RFC 8032), 64 bytes of signature */
    const uint8_t *key_id;    /* [20]: which key, if you have several; who trusts a key is yours to decide */
    size_t signed_bytes;      /* signed are so many bytes from the image's first: the image and the trailer's head */
    const uint8_t *signature; /* behind them */
    uint32_t bytes;           /* of the signature */
};

/* Fills *out from the trailer behind the image; image_bytes may be those of the whole slot. Checks the form, not the
 * signature: MOTE_ERR_SIGNATURE if there is no trailer, MOTE_ERR_BOUNDS if it is cut off, MOTE_ERR_VERSION if the
 * algorithm is unknown, MOTE_ERR_FORMAT if the signature has not the algorithm's size; or what mote_model_open() says
 * of the header. */
int32_t mote_image_signature(const void *image, size_t image_bytes, struct mote_signature *out);

/* ---- raw samples ---- */
/* How raw numbers become an input: real = (raw[k] - mean[c]) * (1 / std[c]) with c = k % n, each operation rounded to
 * float32; then the input's type, as mote/input.h says. */
struct mote_preprocess {
    uint8_t kind;     /* enum mote_kind of mote/ops/image.h; 0: the model does not say */
    uint8_t channels; /* enum mote_channel_order; of BGR raw pictures are RGB all the same, red and blue change here */
    uint8_t type;     /* of a raw number: 1 int8, 2 uint8, 3 int16, 11 float32 */
    uint32_t n;       /* of mean and inverse; 0: raw numbers are the reals */
    const float *mean, *inverse; /* real = (raw - mean) * inverse */
};

/* What the model says of input i; of inputs after the first, and without a PREPROCESS section, raw numbers are reals in
 * float32. The section is checked here: MOTE_ERR_BOUNDS, _TYPE, _VERSION, _VALUE or _SHAPE if it is damaged;
 * MOTE_ERR_USAGE if there is no input i. */
int32_t mote_model_preprocess(const struct mote_model *model, int32_t i, struct mote_preprocess *out);

/* Fills input i from a raw sample: as many numbers of the raw type as the input has elements, aligned as that type.
 * What mote_model_preprocess() returns; MOTE_ERR_TYPE if the input is none of int8, uint8, int16, float32,
 * MOTE_ERR_QUANT if it is of integers and not quantized. */
int32_t mote_model_set_input(const struct mote_model *model, int32_t i, const void *raw);

/* The same, one row at a time, in any order, all rows before an inference. Rows are slices of the first dimension that
 * is not 1: the time steps of a series [1, steps, axes], the lines of a picture, the numbers of a table's line.
 * MOTE_ERR_USAGE if there is no such row, MOTE_ERR_SHAPE if it would cut a pixel whose red and blue change. */
int32_t mote_model_set_input_row(const struct mote_model *model, int32_t i, uint32_t row, const void *raw);
uint32_t mote_io_rows(const struct mote_io *io); /* of a raw sample */

/* What both call, for inputs elsewhere: raw[0 … count) become the elements first … first + count of io->data. All of
 * p and io must be as the functions above check it; where red and blue change, first and count are multiples of 3. */
void mote_set_input(const struct mote_preprocess *p, const struct mote_io *io, uint32_t first, const void *raw,
                    uint32_t count);

/* The same numbers without an input: its type, scale and zero point are left 0. */
struct mote_channels mote_preprocess_channels(const struct mote_preprocess *p);

/* ---- anomaly detection ---- */
/* After an inference: how badly output 0 repeats the raw sample that input 0 was set from (mote/score.h). MOTE_ERR_TYPE
 * if input or output is none of int8, uint8, int16, float32, MOTE_ERR_SHAPE if their numbers of elements differ; else
 * what mote_model_preprocess() returns. */
int32_t mote_model_score(const struct mote_model *model, const void *raw, float *score);
/* What it calls, for samples and outputs elsewhere. */
float mote_score(const struct mote_channels *p, const void *raw, const struct mote_io *out);

/* ---- what outputs mean ---- */
/* The name of class k, element k of output 0 of a classifier; NULL if the model does not say. */
const char *mote_model_class(const struct mote_model *model, uint32_t k);
/* What scores above it is an anomaly; infinite if the model does not say. */
float mote_model_threshold(const struct mote_model *model);

/* ---- reals ---- */

/* real -> int8, rounded half away from zero and saturated; NaN gives the zero point. io->scale must not be 0. */
int8_t mote_quantize_s8(const struct mote_io *io, float real);
/* Element i of an int8, uint8, bool, int16, int32 or float32 tensor as a real number; of one that is not quantized the
 * value itself. 0 for other types. */
float mote_dequantize(const struct mote_io *io, uint32_t i);

#ifdef __cplusplus
}
#endif

#endif
