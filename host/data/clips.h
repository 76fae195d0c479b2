/* SPDX-License-Identifier: Apache-2.0 */
/* Clips of sound as samples: all of one length, heard by one front end. The sounds stay, so that each epoch of training
 * may hear them otherwise. */
#ifndef MOTE_DATA_CLIPS_H
#define MOTE_DATA_CLIPS_H

#include "host/data/sound.h"
#include "host/data/source.h"
#include "host/hear/hear.h"

/* What is drawn anew for each clip in each epoch. */
struct clip_augment {
    int32_t shift;           /* samples each way; what comes in is silence */
    int32_t lead;            /* samples, of whole steps, that the ear hears before the clip: background, or silence */
    float gain;              /* decibels each way */
    float snr_low, snr_high; /* decibels of the clip above the background */
    float share;             /* of the clips that get background */
    int32_t n_backgrounds;
    struct sound *backgrounds;
    int32_t mask_frames, mask_channels; /* the longest stripe of either that becomes the mean, real 0 */
};

/* Of which sounds, and parts of them, clips are. The reading has their files, labels and splits. */
struct clip_list {
    int32_t n, step; /* step: ms from one clip of a sound to the next; 0: the loudest alone */
    const struct clip_part {
        double start, end; /* seconds */
        int32_t line;      /* of the table that says so */
    } * parts;             /* [n]; NULL: all of them */
};
MUST_CHECK enum mote_status clips_find(struct reading *r, struct clip_list *out);

struct clips {
    struct hearing ear;
    int32_t n;
    int64_t samples; /* of a clip */
    int16_t *audio;  /* [n][samples] */
    int32_t frames;
    bool augmented;
    struct clip_augment augment;
    int16_t *heard;    /* [augment.lead + samples] */
    uint8_t *features; /* [frames of these][channels] */
};

#endif
