/* SPDX-License-Identifier: Apache-2.0 */
/* Generated C whose input comes row by row: <model>_feed() goes through the schedule up to where the next row is
 * needed, and keeps its place in the arena. */
#include "host/emit/c/c.h"

void c_feed_header(struct text *t, const struct plan *plan, const char *NAME)
{
    text_add(
        t,
        "\n/* The rows of one inference. */\n#define %s_FEED_ROWS %d\n\n"
        "/* The next row, which has the form of input 0 and %s_INPUT_0_BYTES bytes; NULL: it is in input 0 already. "
        "1: more are\n * to come, 0: that was the last, the outputs are there until the next row. */\n"
        "int32_t %s_feed(%s, const void *row);\n",
        NAME, plan->feed.rows, NAME, plan->model->name, c_arena(plan, false));
}

static void put_groups(struct text *t, const struct plan *plan)
{
    const struct plan_schedule *s = &plan->schedule;

    text_add(t,
             "\n/* {first of the entries, how many, how often they run one after the other} */\n"
             "static const MOTE_FLASH %s %s_groups[][3] = {\n",
             s->n_entries > UINT16_MAX ? "int32_t" : "uint16_t", plan->model->name);
    for (int32_t i = 0; i < s->n_groups; i++)
        text_add(t, "    {%d, %d, %d},\n", s->groups[i].first, s->groups[i].n, s->groups[i].repeat);
    text_add(t, "};\n");
}

void c_feed_source(struct text *t, const struct plan *plan, const char *NAME)
{
    const char *name = plan->model->name, *type = plan->schedule.n_entries > UINT16_MAX ? "int32_t" : "uint16_t";

    assert(plan->place != VALUE_NONE && plan->feed.rows > 0);
    put_groups(t, plan);
    text_add(t,
             "\nint32_t %s_feed(%s, const void *row)\n{\n"
             "    uint16_t *at = (uint16_t *)(void *)(%s); /* group, entry and round that are next "
             "*/\n    int32_t taken = 0;\n\n    while (at[0] < %d) {\n"
             "        const MOTE_FLASH %s *group = %s_groups[at[0]];\n        int32_t entry = group[0] + at[1];\n\n"
             "        if (%s_entries[entry][0] == 0) { /* the layer that reads the input */\n"
             "            if (taken)\n                return 1;\n            if (row != NULL)\n"
             "                memcpy(%s_input_0(arena), row, %s_INPUT_0_BYTES);\n            taken = 1;\n        }\n",
             name, c_arena(plan, false), c_at(plan, plan->values[plan->place].offset, false), plan->schedule.n_groups,
             type, name, name, name, NAME);
    text_add(t,
             "        %s_entry(arena, entry, at[2]);\n        if (++at[1] < group[1])\n            continue;\n"
             "        at[1] = 0;\n        if (++at[2] < group[2])\n            continue;\n        at[2] = 0;\n"
             "        at[0]++;\n    }\n    at[0] = 0;\n    return 0;\n}\n",
             name);
}

/* ---- rounds ---- */
static void put_run_of_rounds(struct text *t, const struct plan *plan, const char *NAME)
{
    const char *name = plan->model->name;

    text_add(t,
             "\nvoid %s_run(%s)\n{\n    for (int32_t step = 0; step < %s_STEPS; step++)\n"
             "        %s_step(arena, step);\n}\n",
             name, c_arena(plan, false), NAME, name);
}

static void put_feed_of_rounds(struct text *t, const struct plan *plan, const char *NAME)
{
    const char *name = plan->model->name;

    text_add(t,
             "\nint32_t %s_feed(%s, const void *row)\n{\n    int32_t before = *%s_round(arena) < %d; /* the "
             "first window */\n\n    if (row != NULL)\n"
             "        memcpy(%s_input_0(arena), row, %s_INPUT_0_BYTES);\n"
             "    for (int32_t step = 0; step < %s_STEPS; step++)\n        %s_step(arena, step);\n"
             "    return before;\n}\n",
             name, c_arena(plan, false), name, plan->rounds.warm_up, name, NAME, NAME, name);
}

/* Of layers that have to wait for rows which are those of a window. */
static void put_begins(struct text *t, const struct plan *plan)
{
    if (plan->rounds.begin == NULL)
        return;
    text_add(t, "\n/* The round in which each entry runs first. */\nstatic const MOTE_FLASH uint16_t %s_begins[] = {",
             plan->model->name);
    for (int32_t i = 0; i < plan->rounds.n; i++)
        text_add(t, "%s%d", i == 0 ? "" : i % 16 == 0 ? ",\n    " : ", ", (int)plan->rounds.begin[i]);
    text_add(t, "};\n");
}

void c_rounds_source(struct text *t, const struct plan *plan, const char *NAME)
{
    const char *name = plan->model->name;

    const char *begins = plan->rounds.begin == NULL
                             ? "    "
                             : pool_printf(plan->pool, "    if (*round >= %s_begins[step])\n        ", name);

    assert(plan->place != VALUE_NONE && plan->rounds.n > 0);
    text_add(t,
             "\n/* The round that is next: rings of rows go on with each. */\n"
             "static uint16_t *%s_round(%s)\n{\n    return (uint16_t *)(void *)(%s);\n}\n",
             name, c_arena(plan, false), c_at(plan, plan->values[plan->place].offset, false));
    put_begins(t, plan);
    text_add(t,
             "\n%svoid %s_step(%s, int32_t step)\n{\n    uint16_t *round = %s_round(arena);\n\n"
             "%s%s_entry(arena, step, *round);\n    if (step == %s_STEPS - 1 && ++*round == %d)\n"
             "        *round = %d;\n}\n",
             plan->feed.rows > 0 ? "static " : "", name, c_arena(plan, false), name, begins, name, NAME,
             plan->rounds.warm_up + plan->rounds.period, plan->rounds.warm_up);
    if (plan->feed.rows > 0)
        put_feed_of_rounds(t, plan, NAME);
    else
        put_run_of_rounds(t, plan, NAME);
}
