/* SPDX-License-Identifier: Apache-2.0 */
/* A model that listens. Apart from the rest of the runtime, so that others do not link it; so mote_model_open() does
 * not look at the LISTEN section, and it is checked here, where it is used. */
#include <stdbool.h>

#include "../listener.h"
#include "../ops/types.h"
#include "schedule.h"
#include "sections.h"

#define SILENCE_MAX (1UL << 20) /* samples: what a strange image may make the first call compute */

_Static_assert(sizeof(struct mote_listening) == 68 && sizeof(struct mote_listener) == 24 &&
                   sizeof(struct mote_gate) == 12 && sizeof(struct mote_gate_state) == 8,
               "the layout is format");

/* What there is of the section, NULL: nothing. *gate gets what lies behind it, NULL: none. */
static const struct mote_listening *find(const struct mote_model *m, const struct mote_gate **gate)
{
    const struct mote_image_section *s = section_find(m, MOTE_SECTION_LISTEN);
    const struct mote_listening *how;

    if (s == NULL || s->bytes < sizeof *how)
        return NULL;
    how = (const void *)(m->regions[MOTE_REGION_IMAGE] + s->offset);
    *gate = s->bytes < sizeof *how + sizeof **gate ? NULL : (const void *)(how + 1);
    return how;
}

static bool is_posterior(const struct mote_posterior *p)
{
    return p->kind <= MOTE_POSTERIOR_HITS && p->classes >= 1 && p->classes <= MOTE_POSTERIOR_CLASSES_MAX &&
           p->window >= 1 && p->window <= MOTE_POSTERIOR_WINDOW_MAX && p->minimum >= 1 && p->minimum <= p->window;
}

static bool is_gate(const struct mote_gate *gate)
{
    return gate == NULL || (gate->hold >= 1 && gate->ratio >= 256 && gate->shift <= 31);
}

/* What the listener keeps has room in bytes; the samples that the gate holds back are counted alone first. */
static bool has_room(const struct mote_listening *how, const struct mote_gate *gate, uint32_t bytes)
{
    if (gate != NULL && (uint64_t)gate->before * (how->wanted - how->kept) * sizeof(int16_t) > bytes)
        return false;
    return bytes >= mote_listener_bytes(how, gate);
}

static uint32_t bytes_of(uint32_t type)
{
    return type == TYPE_S8 || type == TYPE_U8 ? 1 : type == TYPE_S16 ? 2 : type == TYPE_F32 ? 4 : 0;
}

/* Inputs and outputs as `how` says they are. */
static int32_t check_io(const struct mote_listening *how, const struct mote_io *in, const struct mote_io *out)
{
    if (in->type != TYPE_S16 || out->type != how->type || bytes_of(how->type) == 0)
        return MOTE_ERR_TYPE;
    if (how->wanted < 1 || in->bytes / sizeof(int16_t) != how->wanted || how->kept >= how->wanted ||
        out->bytes != how->posterior.classes * bytes_of(how->type))
        return MOTE_ERR_SHAPE;
    return MOTE_OK;
}

int32_t mote_ear_open(struct mote_ear *ear, struct mote_model *m)
{
    const struct mote_gate *gate = NULL;
    const struct mote_listening *how = find(m, &gate);
    const struct mote_image_tensor *t;
    struct mote_io in, out;
    int32_t status;

    if (how == NULL || m->n_inputs != 1 || m->n_io < 2 ||
        (m->io->axis != MOTE_AXIS_NONE && (m->n_schedule == 0 || !schedule_streams(m))))
        return MOTE_ERR_USAGE;
    if (!is_posterior(&how->posterior) || !is_gate(gate) || how->silence > SILENCE_MAX)
        return MOTE_ERR_VALUE;
    (void)mote_model_input(m, 0, &in);
    (void)mote_model_output(m, 0, &out);
    status = check_io(how, &in, &out);
    if (status != MOTE_OK)
        return status;
    if (how->state >= m->n_tensors)
        return MOTE_ERR_BOUNDS;
    t = &m->tensors[how->state];
    if (t->region != MOTE_REGION_ARENA || !has_room(how, gate, t->bytes))
        return MOTE_ERR_BOUNDS;
    *ear = (struct mote_ear){.model = m,
                             .how = how,
                             .gate = gate,
                             .listener = (void *)(m->regions[MOTE_REGION_ARENA] + t->offset),
                             .input = in.data,
                             .output = out.data};
    return MOTE_OK;
}

/* True: there are outputs. */
static bool infer(struct mote_model *m)
{
    if (m->io->axis != MOTE_AXIS_NONE)
        return mote_model_feed(m, NULL) == 0;
    return mote_model_run(m) == MOTE_OK;
}

/* Of how many inferences n samples are enough. An image whose operators write what the listener keeps may make more of
 * them, without end. */
static uint32_t most(const struct mote_listening *how, uint32_t n)
{
    const uint32_t advance = how->wanted - how->kept;

    return how->silence / advance + n / advance + 2;
}

/* An inference of the samples that are there; true: there are scores. */
static bool hear(struct mote_ear *ear, struct mote_event *event)
{
    const struct mote_listening *how = ear->how;
    struct mote_listener *l = ear->listener;
    bool heard;

    if (ear->gate != NULL && !mote_listener_passes(how, ear->gate, l, ear->input)) {
        mote_listener_rest(how, l, ear->input, event);
        return true;
    }
    mote_listener_keep(how, l, ear->input);
    heard = infer(ear->model);
    mote_listener_hear(how, l, ear->input, heard ? ear->output : NULL, event);
    return heard;
}

/* Up to the next inference, of which *left are left: below that it is over. */
static uint32_t next(struct mote_ear *ear, const int16_t *samples, uint32_t n, struct mote_event *event, int32_t *heard,
                     uint32_t *left)
{
    const struct mote_listening *how = ear->how;
    struct mote_listener *l = ear->listener;
    uint32_t taken = 0;

    event->command = -1;
    for (*heard = 0; !*heard;) {
        taken += mote_listener_take(how, l, ear->input, samples + taken, n - taken);
        if (!mote_listener_is_full(how, l))
            break;
        if ((*left)-- == 0) {
            event->command = MOTE_ERR_VALUE;
            return n;
        }
        *heard = hear(ear, event);
    }
    return taken;
}

uint32_t mote_ear_next(struct mote_ear *ear, const int16_t *samples, uint32_t n, struct mote_event *event,
                       int32_t *heard)
{
    uint32_t left = most(ear->how, n);

    return next(ear, samples, n, event, heard, &left);
}

uint32_t mote_ear_listen(struct mote_ear *ear, const int16_t *samples, uint32_t n, struct mote_event *event)
{
    uint32_t taken = 0, left = most(ear->how, n);
    int32_t heard;

    do
        taken += next(ear, samples + taken, n - taken, event, &heard, &left);
    while (heard && event->command == -1);
    return taken;
}
