/* SPDX-License-Identifier: Apache-2.0 */
/* Samples as figures on a page: pictures as they are, all else as curves. */
#ifndef MOTE_FIGURES_H
#define MOTE_FIGURES_H

#include "host/base/base.h"

struct figure {
    const char *caption, *below; /* "cat", "taken for dog"; NULL: none */
    struct bytes png;            /* a picture; else size is 0, and there are */
    const float *values;         /* [rows][channels], one curve a channel; what is not finite leaves a gap */
    int32_t rows, channels;
};

#define FIGURE_CHANNELS 6 /* curves that are drawn */

/* Nothing for n = 0. */
void figures_html(const struct figure *figures, size_t n, struct text *out);

#endif
