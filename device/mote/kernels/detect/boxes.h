/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes, and how much two of them overlap: what kernels that choose boxes share. */
#ifndef MOTE_BOXES_H
#define MOTE_BOXES_H

struct box {
    float ymin, xmin, ymax, xmax;
};

static float greater(float a, float b) { return a < b ? b : a; }
static float lesser(float a, float b) { return b < a ? b : a; }
static float area(const struct box *b) { return (b->ymax - b->ymin) * (b->xmax - b->xmin); }

/* The intersection's share of the union. */
static float overlap(const struct box *a, const struct box *b)
{
    float area_a = area(a), area_b = area(b), height, width, both;

    if (area_a <= 0.0f || area_b <= 0.0f)
        return 0.0f;
    height = greater(lesser(a->ymax, b->ymax) - greater(a->ymin, b->ymin), 0.0f);
    width = greater(lesser(a->xmax, b->xmax) - greater(a->xmin, b->xmin), 0.0f);
    both = height * width;
    return both / (area_a + area_b - both);
}

#endif
