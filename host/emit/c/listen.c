/* SPDX-License-Identifier: Apache-2.0 */
/* Generated C of a model that listens: <model>_listen() takes samples in pieces of any size (mote/listener.h). */
#include "host/emit/c/c.h"

void c_listen_header(struct text *t, const struct plan *plan, const char *NAME)
{
    if (plan->listener == VALUE_NONE)
        return;
    text_add(t,
             "\n/* Takes samples (int16, %u a second) up to an event, or all of them, and returns how many: call it "
             "again with\n * the others. event->command is the class that was heard, -1: nothing. Pieces may have any "
             "size. */\n#define %s_RATE %u\n"
             "uint32_t %s_listen(%s, const int16_t *samples, uint32_t n, struct mote_event *event);\n",
             plan->listening.rate, NAME, plan->listening.rate, plan->model->name, c_arena(plan, false));
}

static void put_posterior(struct text *t, const struct mote_posterior *p)
{
    const int32_t bytes = (p->classes + 7) / 8;

    text_add(t,
             "    .posterior = {.kind = %d, .threshold = %d, .classes = %d, .window = %d, .minimum = %d,\n"
             "                  .suppression = %d, .commands = {",
             p->kind, p->threshold, p->classes, p->window, p->minimum, p->suppression);
    for (int32_t i = 0; i < bytes; i++)
        text_add(t, "%s%d", i > 0 ? ", " : "", p->commands[i]);
    text_add(t, "}}\n};\n");
}

static void put_how(struct text *t, const struct plan *plan)
{
    const struct mote_listening *how = &plan->listening;

    text_add(
        t,
        "\nstatic const struct mote_listening %s_listening = {\n    .rate = %u, .wanted = %u, .kept = %u, .silence "
        "= %u, .multiplier = %u, .zero = %d, .type = %d,\n",
        plan->model->name, how->rate, how->wanted, how->kept, how->silence, how->multiplier, how->zero, how->type);
    put_posterior(t, &how->posterior);
}

static void put_gate(struct text *t, const struct plan *plan)
{
    const struct mote_gate *g = &plan->gate;

    text_add(t,
             "\nstatic const struct mote_gate %s_gate = {.least = %u, .ratio = %d, .hold = %d, .before = %d, .shift = "
             "%d};\n",
             plan->model->name, g->least, g->ratio, g->hold, g->before, g->shift);
}

static void put_pass(struct text *t, const char *name)
{
    text_add(t,
             "        if (!mote_listener_passes(how, &%s_gate, l, input)) {\n"
             "            mote_listener_rest(how, l, input, event);\n            continue;\n        }\n",
             name);
}

void c_listen_source(struct text *t, const struct plan *plan)
{
    const char *name = plan->model->name;

    if (plan->listener == VALUE_NONE)
        return;
    put_how(t, plan);
    if (plan->gated)
        put_gate(t, plan);
    text_add(t,
             "\nuint32_t %s_listen(%s, const int16_t *samples, uint32_t n, struct mote_event *event)\n{\n"
             "    const struct mote_listening *how = &%s_listening;\n"
             "    struct mote_listener *l = (struct mote_listener *)(void *)(%s);\n"
             "    int16_t *input = %s_input_0(arena);\n    uint32_t taken = 0;\n\n    event->command = -1;\n"
             "    while (event->command < 0) {\n"
             "        const void *output = %s_output_0(arena);\n\n"
             "        taken += mote_listener_take(how, l, input, samples + taken, n - taken);\n"
             "        if (!mote_listener_is_full(how, l))\n            break;\n",
             name, c_arena(plan, false), name, c_at(plan, plan->values[plan->listener].offset, false), name, name);
    if (plan->gated)
        put_pass(t, name);
    text_add(t, "        mote_listener_keep(how, l, input);\n");
    if (plan->feed.rows > 0)
        text_add(
            t,
            "        if (%s_feed(arena, NULL) > 0) /* the first window is not whole */\n            output = NULL;\n",
            name);
    else
        text_add(t, "        %s_run(arena);\n", name);
    text_add(t, "        mote_listener_hear(how, l, input, output, event);\n    }\n    return taken;\n}\n");
}
