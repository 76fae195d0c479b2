/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of detection_postprocess may rely on: detection_postprocess.h. */
#include "detection_postprocess.h"

static bool need_detection_postprocess(const struct mote_detection_postprocess *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->boxes, p->coords, 4);
    bytes[1] = mote_bytes(p->boxes, p->width, 4);
    bytes[2] = (uint32_t)p->boxes * 16;
    bytes[3] = (uint32_t)p->boxes * 20;
    bytes[4] = (uint32_t)p->most * 16;
    bytes[5] = (uint32_t)p->most * 4;
    bytes[6] = (uint32_t)p->most * 4;
    bytes[7] = 4;
    bytes[8] = 1;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX && (p->width == p->classes || p->width - 1 == p->classes);
}

MOTE_KERNEL(detection_postprocess, MOTE_DETECTION_POSTPROCESS_PARAMS, MOTE_DETECTION_POSTPROCESS_ARGS);
