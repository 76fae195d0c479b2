/* SPDX-License-Identifier: Apache-2.0 */
#include "../posterior.h"
#include "../config.h"

static const struct mote_heard nothing = {.command = -1};

static void forget(struct mote_posterior_state *s)
{
    for (int32_t i = 0; i < (int32_t)s->how->window * s->how->classes; i++)
        s->scores[i] = 0;
    for (int32_t c = 0; c < s->how->classes; c++)
        s->sums[c] = 0;
    s->row = s->filled = 0;
}

void mote_posterior_reset(struct mote_posterior_state *s, const struct mote_posterior *how, uint8_t *scores)
{
    mote_assert(how->classes >= 1 && how->classes <= MOTE_POSTERIOR_CLASSES_MAX);
    mote_assert(how->window >= 1 && how->window <= MOTE_POSTERIOR_WINDOW_MAX && how->minimum <= how->window);
    s->how = how;
    s->scores = scores;
    s->last = -1;
    s->since = 0;
    forget(s);
}

/* The newest scores for the oldest. */
static void keep(struct mote_posterior_state *s, const uint8_t *scores)
{
    const struct mote_posterior *how = s->how;
    uint8_t *row = s->scores + (int32_t)s->row * how->classes;

    for (int32_t c = 0; c < how->classes; c++) {
        s->sums[c] += (uint32_t)scores[c] - row[c];
        row[c] = scores[c];
    }
    s->row = (uint16_t)(s->row + 1U == how->window ? 0 : s->row + 1U);
    s->filled = (uint16_t)(s->filled < how->window ? s->filled + 1U : s->filled);
    s->since += s->since < UINT32_MAX;
}

static struct mote_heard by_average(struct mote_posterior_state *s)
{
    const struct mote_posterior *how = s->how;
    uint32_t best = 0;
    int32_t top = 0;

    if (s->filled < how->minimum)
        return nothing;
    for (int32_t c = 0; c < how->classes; c++)
        if (s->sums[c] / s->filled > best) {
            best = s->sums[c] / s->filled;
            top = c;
        }
    if (best <= how->threshold)
        return nothing;
    /* What is no command leaves the way free at once. */
    if (top == s->last && mote_posterior_is_command(how, top) && s->since <= how->suppression)
        return nothing;
    s->last = top;
    s->since = 0;
    return mote_posterior_is_command(how, top) ? (struct mote_heard){top, (uint8_t)best} : nothing;
}

static int is_blind(const struct mote_posterior_state *s) { return s->since <= s->how->suppression; }

static struct mote_heard by_sum(struct mote_posterior_state *s)
{
    const struct mote_posterior *how = s->how;
    uint32_t best = (uint32_t)how->threshold * how->window;
    int32_t top = -1;

    if (is_blind(s))
        return nothing;
    for (int32_t c = 0; c < how->classes; c++)
        if (mote_posterior_is_command(how, c) && s->sums[c] > best) {
            best = s->sums[c];
            top = c;
        }
    if (top < 0)
        return nothing;
    forget(s);
    s->last = top;
    s->since = 0;
    return (struct mote_heard){top, (uint8_t)(best / how->window)};
}

/* sums count the scores in a row that are above the threshold. */
static struct mote_heard by_hits(struct mote_posterior_state *s, const uint8_t *scores)
{
    const struct mote_posterior *how = s->how;
    struct mote_heard heard = nothing;

    for (int32_t c = 0; c < how->classes; c++) {
        s->sums[c] = scores[c] <= how->threshold ? 0 : s->sums[c] < how->window ? s->sums[c] + 1 : s->sums[c];
        if (mote_posterior_is_command(how, c) && s->sums[c] == how->window &&
            (heard.command < 0 || scores[c] > heard.score))
            heard = (struct mote_heard){c, scores[c]};
    }
    s->since += s->since < UINT32_MAX;
    if (heard.command < 0 || (s->last >= 0 && is_blind(s)))
        return nothing;
    s->last = heard.command;
    s->since = 0;
    s->sums[heard.command] = 0;
    return heard;
}

struct mote_heard mote_posterior_hear(struct mote_posterior_state *s, const uint8_t *scores)
{
    if (s->how->kind == MOTE_POSTERIOR_HITS)
        return by_hits(s, scores);
    keep(s, scores);
    return s->how->kind == MOTE_POSTERIOR_SUM ? by_sum(s) : by_average(s);
}
