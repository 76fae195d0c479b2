/* SPDX-License-Identifier: Apache-2.0 */
/* The flat image, as docs/SPEC.md defines it: little-endian structs that lie in flash and are read in place.
 * Offsets are in bytes from the image's start unless said otherwise. */
#ifndef MOTE_OPS_IMAGE_H
#define MOTE_OPS_IMAGE_H

#include <stdint.h>

#define MOTE_IMAGE_MAGIC     0x45544f4du       /* "MOTE" */
#define MOTE_IMAGE_MAJOR     1                 /* another major is refused */
#define MOTE_IMAGE_MINOR     0                 /* a larger minor is read: what it adds may be ignored */
#define MOTE_IMAGE_ALIGN     16                /* of the image, of its size and of its sections */
#define MOTE_IMAGE_BLOCKS    1u                /* a bit of `required`: the schedule has blocks */
#define MOTE_IMAGE_FEATURES  MOTE_IMAGE_BLOCKS /* all that there are */
#define MOTE_IMAGE_RANK_MAX  8
#define MOTE_AXIS_NONE       255
#define MOTE_BLOCK_DEPTH_MAX 16 /* blocks within each other */
#define MOTE_IMAGE_CHECKED   8 /* constants that are checked, over all steps: at most so many times the image's bytes */
#define MOTE_IMAGE_STEP      20 /* and steps: at most one for so many bytes */

struct mote_image_header {
    uint32_t magic;
    uint16_t major, minor;
    uint32_t required;      /* features that a reader must have: others are refused */
    uint32_t bytes;         /* the whole image, a multiple of 16 */
    uint32_t checksum;      /* CRC-32 (IEEE 802.3) of bytes [20, bytes) */
    uint32_t model_version; /* the user's number */
    uint32_t arena_bytes;   /* RAM that the caller lends, a multiple of 16 */
    uint16_t n_sections;
    uint16_t core;    /* that it was planned for: device/mote/ops/cores_def.h; says nothing about what it needs */
    uint8_t hash[32]; /* SHA-256 of bytes [64, bytes) */
};

/* Ids, in the order in which the sections lie in the image. A reader skips ids that it does not know. */
enum {
    MOTE_SECTION_TENSORS = 1,    /* struct mote_image_tensor [count] */
    MOTE_SECTION_STEPS = 2,      /* struct mote_image_step [count] */
    MOTE_SECTION_ARGS = 3,       /* uint16_t [count]: tensor indices; equal lists are one */
    MOTE_SECTION_PARAMS = 4,     /* int32_t [count]: the kernels' parameter structs; equal ones are one */
    MOTE_SECTION_IO = 5,         /* struct mote_image_io [count]: inputs, then outputs */
    MOTE_SECTION_STRINGS = 6,    /* NUL-terminated UTF-8; the model's name is at 0 */
    MOTE_SECTION_PREPROCESS = 7, /* struct mote_image_preprocess, then float mean[n], inverse[n] */
    MOTE_SECTION_TASK = 8,       /* struct mote_image_task, then uint32_t names[n_classes]: offsets into STRINGS */
    MOTE_SECTION_DATA = 9,       /* constants */
    MOTE_SECTION_SCHEDULE = 10,  /* units of 8 bytes [count]: an inference, see struct mote_image_group */
    MOTE_SECTION_PROGRAMS = 11,  /* units of 8 bytes [count]: see struct mote_image_program */
    MOTE_SECTION_LISTEN = 12,    /* struct mote_listening (device/mote/listen.h) */
};

struct mote_image_section {
    uint32_t id;
    uint32_t offset; /* a multiple of 16 */
    uint32_t bytes;
    uint32_t count; /* elements */
};

enum {
    MOTE_REGION_IMAGE = 0, /* offset from the image's start; read only */
    MOTE_REGION_ARENA = 1, /* offset from the arena's start */
};

enum {
    MOTE_TENSOR_STATE = 1,  /* keeps its value between inferences; reset gives it `initial` or `fill` */
    MOTE_TENSOR_WEIGHT = 2, /* counts as weights in reports */
};

struct mote_image_tensor {
    uint8_t type; /* device/mote/ops/types_def.h */
    uint8_t region;
    uint8_t flags;
    uint8_t fill;     /* the byte that a state tensor starts with, */
    uint16_t form;    /* coding and packing: device/mote/packing.h */
    uint16_t initial; /* unless this is 1 + the index of a constant of as many bytes, with which it starts */
    uint32_t offset;  /* a multiple of the element's size, at least of 4 */
    uint32_t bytes;   /* that are stored */
    uint32_t decoded; /* bytes of its elements, dense and row-major */
};

struct mote_image_step {
    uint16_t kernel; /* device/mote/ops/kernels_def.h */
    uint16_t n_args;
    uint16_t args;   /* index of the first in ARGS */
    uint16_t params; /* index of the first in PARAMS */
};

/* A schedule is groups, one after the other, each with its entries behind it. A group runs its entries, in order,
 * `repeat` times; in round i an entry computes `rows` output rows of its step from base + first + i * hop on. */
struct mote_image_group {
    uint16_t entries, repeat;
    uint32_t base;
};

struct mote_image_entry {
    uint16_t step, rows, first, hop;
};

/* Between groups may be units that begin a block of groups, or end it: of IF and UNLESS blocks the next `units` units
 * are run if the bool `tensor` is not 0, or if it is; those of a LOOP are, and its last, AGAIN, goes back to what is
 * behind LOOP, `units` units. That is the last of an IF's, too, which stands in the loop: where it does not run, the
 * loop has ended. */
enum mote_block_kind {
    MOTE_BLOCK_IF = 0,
    MOTE_BLOCK_UNLESS = 1,
    MOTE_BLOCK_LOOP = 2,
    MOTE_BLOCK_AGAIN = 3,
};

struct mote_image_block {
    uint16_t units;
    uint16_t mark; /* 0, which no group's `repeat` is */
    uint16_t tensor;
    uint16_t kind;
};

/* Other schedules than the inference, one after the other, each behind its name. */
struct mote_image_program {
    uint32_t name;  /* offset into STRINGS */
    uint32_t units; /* of its groups and entries */
};

/* `axis` is the dimension of which a program other than the inference takes slices (or gives them, of an output), `hop`
 * of them a call. */
struct mote_image_io {
    uint16_t tensor;
    uint8_t output; /* 0 an input, 1 an output */
    uint8_t rank;
    uint8_t axis; /* below rank, or MOTE_AXIS_NONE: only whole tensors */
    uint8_t reserved[3];
    uint32_t hop;  /* 1 … dims[axis]; 0 without an axis */
    uint32_t name; /* offset into STRINGS */
    float scale;   /* 0 if not quantized */
    int32_t zero;
    uint32_t dims[MOTE_IMAGE_RANK_MAX]; /* 1 beyond rank */
};

/* What a raw sample is. For tools: a device computes the same of all. */
enum mote_kind {
    MOTE_KIND_NONE = 0, /* of a model that does not say, which has no section */
    MOTE_KIND_VALUES = 1,
    MOTE_KIND_IMAGE = 2,
    MOTE_KIND_AUDIO = 3,
};

/* The channels that the model wants. Raw pictures are RGB: of BGR, red and blue change. */
enum mote_channel_order {
    MOTE_CHANNELS_NONE = 0, /* not those of a picture, or nobody said */
    MOTE_CHANNELS_RGB = 1,
    MOTE_CHANNELS_BGR = 2,
    MOTE_CHANNELS_GRAY = 3,
};

struct mote_image_preprocess {
    uint8_t type;     /* of a raw number: s8, u8, s16, f32 */
    uint8_t kind;     /* enum mote_kind */
    uint8_t channels; /* enum mote_channel_order */
    uint8_t reserved;
    uint32_t n; /* of mean, and of inverse, 1 / std: nothing is divided on the device */
};

/* What the first output means. */
enum mote_task {
    MOTE_TASK_NONE = 0, /* nobody said */
    MOTE_TASK_CLASSIFICATION = 1,
    MOTE_TASK_REGRESSION = 2,
    MOTE_TASK_ANOMALY = 3,
};

struct mote_image_task {
    uint32_t task;      /* enum mote_task */
    float threshold;    /* MOTE_TASK_ANOMALY: the largest score that is normal; infinite: nobody chose one */
    int32_t normal;     /* MOTE_TASK_ANOMALY: the class that is normal, -1 if that is not known */
    uint32_t n_classes; /* that have names */
};

#define MOTE_TRAILER_MAGIC 0x4749534du /* "MSIG" */
#define MOTE_KEY_ID_BYTES  20
#define MOTE_ED25519_BYTES 64 /* of a signature */

enum { MOTE_ALGORITHM_ED25519 = 1 }; /* RFC 8032, without prehashing */

/* Optional, behind the image at its offset `bytes`, which it neither moves nor changes; the signature follows. Signed
 * is all that lies before the signature: the whole image, header and all, and this. */
struct mote_image_trailer {
    uint32_t magic;
    uint32_t algorithm;                /* which also says what the signature's bytes are; unknown ones are refused */
    uint32_t bytes;                    /* of the signature */
    uint8_t key_id[MOTE_KEY_ID_BYTES]; /* Ed25519: the first bytes of the SHA-256 of the 32 bytes of the public key */
};

_Static_assert(sizeof(struct mote_image_header) == 64, "the layout is format");
_Static_assert(sizeof(struct mote_image_section) == 16, "the layout is format");
_Static_assert(sizeof(struct mote_image_tensor) == 20, "the layout is format");
_Static_assert(sizeof(struct mote_image_step) == 8, "the layout is format");
_Static_assert(sizeof(struct mote_image_io) == 56, "the layout is format");
_Static_assert(sizeof(struct mote_image_program) == 8, "the layout is format");
_Static_assert(sizeof(struct mote_image_group) == 8, "the layout is format");
_Static_assert(sizeof(struct mote_image_block) == 8, "the layout is format");
_Static_assert(sizeof(struct mote_image_entry) == 8, "the layout is format");
_Static_assert(sizeof(struct mote_image_preprocess) == 8, "the layout is format");
_Static_assert(sizeof(struct mote_image_task) == 16, "the layout is format");
_Static_assert(sizeof(struct mote_image_trailer) == 32, "the layout is format");

#endif
