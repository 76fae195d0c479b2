/* SPDX-License-Identifier: Apache-2.0 */
#include "../posterior.h"
#include "../config.h"
#include "../memory.h"

static const struct mote_heard nothing = {.command = -1};

static uint32_t *sums_of(struct mote_posterior_state *s) { return (uint32_t *)(void *)(s + 1); }

static uint8_t *scores_of(const struct mote_posterior *how, struct mote_posterior_state *s)
{
    return (uint8_t *)(sums_of(s) + how->classes);
}

static void forget(const struct mote_posterior *how, struct mote_posterior_state *s)
{
    memset(sums_of(s), 0, (size_t)mote_posterior_bytes(how) - sizeof *s);
    s->row = s->filled = 0;
}

MOTE_WEAK void mote_posterior_reset(const struct mote_posterior *how, struct mote_posterior_state *s)
{
    mote_assert(how->classes >= 1 && how->classes <= MOTE_POSTERIOR_CLASSES_MAX);
    mote_assert(how->window >= 1 && how->window <= MOTE_POSTERIOR_WINDOW_MAX && how->minimum <= how->window);
    memset(s, 0, (size_t)mote_posterior_bytes(how));
}

/* The newest scores for the oldest. */
static void keep(const struct mote_posterior *how, struct mote_posterior_state *s, const uint8_t *scores)
{
    uint32_t *sums = sums_of(s);
    uint8_t *row;

    if (s->row >= how->window) /* of a strange image, whose memory others write */
        s->row = 0;
    row = scores_of(how, s) + (uint32_t)s->row * how->classes;
    for (int32_t c = 0; c < how->classes; c++) {
        sums[c] += (uint32_t)scores[c] - row[c];
        row[c] = scores[c];
    }
    s->row = (uint16_t)(s->row + 1U == how->window ? 0 : s->row + 1U);
    s->filled = (uint16_t)(s->filled < how->window ? s->filled + 1U : how->window);
    s->since += s->since < UINT32_MAX;
}

static void remember(struct mote_posterior_state *s, int32_t top)
{
    s->last = (uint16_t)(top + 1);
    s->since = 0;
}

static struct mote_heard by_average(const struct mote_posterior *how, struct mote_posterior_state *s)
{
    const uint32_t *sums = sums_of(s);
    uint32_t best = 0;
    int32_t top = 0;

    if (s->filled < how->minimum)
        return nothing;
    for (int32_t c = 0; c < how->classes; c++)
        if (sums[c] / s->filled > best) {
            best = sums[c] / s->filled;
            top = c;
        }
    if (best <= how->threshold)
        return nothing;
    /* What is no command leaves the way free at once. */
    if (top + 1 == s->last && mote_posterior_is_command(how, top) && s->since <= how->suppression)
        return nothing;
    remember(s, top);
    return mote_posterior_is_command(how, top) ? (struct mote_heard){top, (uint8_t)best} : nothing;
}

static int is_blind(const struct mote_posterior *how, const struct mote_posterior_state *s)
{
    return s->since <= how->suppression;
}

static struct mote_heard by_sum(const struct mote_posterior *how, struct mote_posterior_state *s)
{
    const uint32_t *sums = sums_of(s);
    uint32_t best = (uint32_t)how->threshold * how->window;
    int32_t top = -1;

    if (is_blind(how, s))
        return nothing;
    for (int32_t c = 0; c < how->classes; c++)
        if (mote_posterior_is_command(how, c) && sums[c] > best) {
            best = sums[c];
            top = c;
        }
    if (top < 0)
        return nothing;
    forget(how, s);
    remember(s, top);
    return (struct mote_heard){top, (uint8_t)(best / how->window)};
}

/* sums count the scores in a row that are above the threshold. */
static struct mote_heard by_hits(const struct mote_posterior *how, struct mote_posterior_state *s,
                                 const uint8_t *scores)
{
    uint32_t *sums = sums_of(s);
    struct mote_heard heard = nothing;

    for (int32_t c = 0; c < how->classes; c++) {
        sums[c] = scores[c] <= how->threshold ? 0 : sums[c] < how->window ? sums[c] + 1 : how->window;
        if (mote_posterior_is_command(how, c) && sums[c] == how->window &&
            (heard.command < 0 || scores[c] > heard.score))
            heard = (struct mote_heard){c, scores[c]};
    }
    s->since += s->since < UINT32_MAX;
    if (heard.command < 0 || (s->last != 0 && is_blind(how, s)))
        return nothing;
    remember(s, heard.command);
    sums[heard.command] = 0;
    return heard;
}

MOTE_WEAK struct mote_heard mote_posterior_hear(const struct mote_posterior *how, struct mote_posterior_state *s,
                                                const uint8_t *scores)
{
    if (how->kind == MOTE_POSTERIOR_HITS)
        return by_hits(how, s, scores);
    keep(how, s, scores);
    return how->kind == MOTE_POSTERIOR_SUM ? by_sum(how, s) : by_average(how, s);
}
