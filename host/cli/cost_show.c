/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/cost_show.h"

#include "host/cli/io.h"
#include "host/energy/presets.h"
#include "host/energy/quantity.h"
#include "host/report/columns.h"

#define ROW_NOTE 39 /* where the notes of rows begin */

/* ---- options ---- */
static enum mote_status refuse(struct cli *cli, const char *option, const char *example)
{
    return usage_error(cli, "%s wants something like %s, not \"%s\"", option, example, cli_value(cli, option));
}

/* "220mAh@3V, or cr2032, 2xaa": with `after` behind each name. */
static const char *example_of(struct pool *pool, const char *own, enum preset_kind kind, const char *after)
{
    struct text t = {.pool = pool};
    const char *between = ", or ";

    text_add(&t, "%s", own);
    for (const struct preset *p = presets; p->name != NULL; p++)
        if (p->kind == kind) {
            text_add(&t, "%s%s%s", between, p->name, after);
            between = ", ";
        }
    return t.s;
}

static enum mote_status read_battery(struct cli *cli, const char *s, struct usage *u)
{
    const struct preset *p = preset_find(PRESET_BATTERY, s, (int)strlen(s));

    if (p != NULL) {
        u->battery_mah = p->value;
        u->battery_volts = p->volts;
        u->battery_source = p->source;
    } else if (!quantity_battery(s, &u->battery_mah, &u->battery_volts)) {
        return refuse(cli, "--battery", example_of(&cli->pool, "220mAh@3V", PRESET_BATTERY, ""));
    }
    return MOTE_OK;
}

static enum mote_status read_sensor(struct cli *cli, const char *s, struct usage *u)
{
    const struct preset *p = preset_find(PRESET_SENSOR, s, (int)strlen(s));

    if (p != NULL) {
        u->sensor_ma = p->value;
        u->sensor_source = p->source;
    } else if (!quantity_milliamps(s, &u->sensor_ma)) {
        return refuse(cli, "--sensor", example_of(&cli->pool, "600uA", PRESET_SENSOR, ""));
    }
    return MOTE_OK;
}

static enum mote_status read_radio(struct cli *cli, const char *s, struct usage *u)
{
    const int n = (int)strcspn(s, "@");
    const struct preset *p = preset_find(PRESET_RADIO, s, n);

    if (p != NULL && s[n] == '@' && quantity_rate(s + n + 1, &u->radio_per_s)) {
        u->radio_mj = p->value;
        u->radio_source = p->source;
    } else if (!quantity_messages(s, &u->radio_mj, &u->radio_per_s)) {
        return refuse(cli, "--radio", example_of(&cli->pool, "40mJ@1/h", PRESET_RADIO, "@1/s"));
    }
    return MOTE_OK;
}

enum mote_status cost_read_usage(struct cli *cli, struct usage *u)
{
    static const char *const states[] = {"default", "sleep", "idle", NULL};
    const char *every = cli_value(cli, "--every"), *duty = cli_value(cli, "--duty"),
               *battery = cli_value(cli, "--battery"), *sensor = cli_value(cli, "--sensor"),
               *radio = cli_value(cli, "--radio"), *rest;

    *u = (struct usage){.rest = NULL};
    TRY(cli_word(cli, "--rest", states, &rest));
    u->rest = rest == states[0] ? NULL : rest;
    if (every != NULL && !quantity_seconds(every, &u->every_s))
        return refuse(cli, "--every", "1s, 200ms or 5min");
    if (duty != NULL && !quantity_share(duty, &u->duty))
        return refuse(cli, "--duty", "0.5%");
    if (battery != NULL)
        TRY(read_battery(cli, battery, u));
    if (sensor != NULL)
        TRY(read_sensor(cli, sensor, u));
    if (radio != NULL)
        TRY(read_radio(cli, radio, u));
    if (every != NULL && duty != NULL)
        return usage_error(cli, "--every and --duty say the same: give one of them");
    if ((battery != NULL || sensor != NULL || radio != NULL || u->rest != NULL) && every == NULL && duty == NULL)
        return usage_error(cli, "--battery, --sensor, --radio and --rest need --every or --duty");
    return MOTE_OK;
}

/* ---- JSON ---- */
static void set_exact(json_t *json, const char *key, double value) { json_object_set_new(json, key, json_real(value)); }

static void set_interval(json_t *json, const char *key, struct interval x)
{
    char name[64];

    set_exact(json, key, x.value);
    snprintf(name, sizeof name, "%s_low", key);
    set_exact(json, name, x.low);
    snprintf(name, sizeof name, "%s_high", key);
    set_exact(json, name, x.high);
}

static void set_null(json_t *json, const char *key) { json_object_set_new(json, key, json_null()); }

static void classes_json(json_t *json, const struct firmware_counts *c)
{
    json_object_set_new(json, "loads", json_integer((json_int_t)c->loads));
    json_object_set_new(json, "stores", json_integer((json_int_t)c->stores));
    json_object_set_new(json, "multiplies", json_integer((json_int_t)c->multiplies));
    json_object_set_new(json, "branches", json_integer((json_int_t)c->branches));
    json_object_set_new(json, "other", json_integer((json_int_t)cost_other_instructions(c)));
}

void cost_part_json(json_t *json, const struct cost *c, const struct cost_part *part)
{
    const bool known = part == &c->all ? c->cycles_from != CYCLES_UNKNOWN : c->lines_known,
               exact = c->from == COST_COUNTED && (part == &c->all || c->by_step);

    if (exact)
        json_object_set_new(json, "instructions", json_integer((json_int_t)part->work.instructions));
    else if (known)
        set_interval(json, "instructions", part->instructions);
    else
        set_null(json, "instructions");
    if (exact && c->classes)
        classes_json(json, &part->counts);
    if (part->work.cycles > 0)
        set_exact(json, "documented_cycles", part->work.cycles);
    set_exact(json, "wait_cycles", cycles_waiting(c->board, &part->work));
    if (known) {
        set_interval(json, "cycles", part->cycles);
        set_interval(json, "milliseconds", part->milliseconds);
    } else {
        set_null(json, "cycles");
        set_null(json, "milliseconds");
    }
    if (c->budget.active != NULL && known)
        set_interval(json, "energy_uj", part->microjoules);
    else
        set_null(json, "energy_uj");
}

static json_t *power_json(const struct board_power *p)
{
    json_t *json;

    if (p == NULL)
        return json_null();
    json = json_pack("{s:o, s:s, s:s, s:f, s:o}", "state", json_text(p->state), "kind", board_power_kind_text(p->kind),
                     "supply", p->supply == SUPPLY_SMPS ? "smps" : "ldo", "volts", p->volts, "source",
                     json_text(p->source));
    if (p->milliamps > 0)
        set_exact(json, "milliamps", p->milliamps);
    if (p->most > 0)
        set_exact(json, "milliamps_most", p->most);
    if (p->microcoulombs > 0)
        set_exact(json, "microcoulombs", p->microcoulombs);
    if (p->microseconds > 0)
        set_exact(json, "microseconds", p->microseconds);
    return json;
}

static void average_json(json_t *json, const struct budget *b)
{
    set_interval(json, "period_s", b->period_s);
    set_interval(json, "duty", b->duty);
    if (b->active == NULL) {
        set_null(json, "average_ua");
        set_null(json, "battery_days");
        return;
    }
    set_interval(json, "active_ua", b->active_ua);
    set_interval(json, "wakeup_ua", b->wakeup_ua);
    set_exact(json, "sensor_ua", b->sensor_ua.value);
    set_exact(json, "radio_ua", b->radio_ua.value);
    if (b->rest != NULL)
        set_interval(json, "rest_ua", b->rest_ua);
    if (b->unknown_rest)
        set_null(json, "average_ua");
    else
        set_interval(json, "average_ua", b->average_ua);
    if (b->battery_days.value > 0)
        set_interval(json, "battery_days", b->battery_days);
    else
        set_null(json, "battery_days");
}

static const char *from_text(const struct cost *c)
{
    static const char *const names[] = {
        [COST_UNKNOWN] = "unknown", [COST_COUNTED] = "counted", [COST_ESTIMATED] = "kernels"};

    return names[c->from];
}

static const char *cycles_text(const struct cost *c)
{
    static const char *const names[] = {
        [CYCLES_UNKNOWN] = "unknown", [CYCLES_FROM_TIMING] = "timing", [CYCLES_FROM_INSTRUCTIONS] = "instructions"};

    return names[c->cycles_from];
}

static void sources_json(json_t *json, const struct usage *u)
{
    if (u->battery_source != NULL)
        json_object_set_new(json, "battery_source", json_string(u->battery_source));
    if (u->sensor_source != NULL)
        json_object_set_new(json, "sensor_source", json_string(u->sensor_source));
    if (u->radio_source != NULL)
        json_object_set_new(json, "radio_source", json_string(u->radio_source));
}

static void best_json(json_t *json, const struct budget *best)
{
    json_object_set_new(json, "best_clock_hz", json_integer((json_int_t)best->clock_hz));
    set_exact(json, "best_volts", best->volts);
    set_interval(json, "best_energy_uj", best->inference_uj);
}

void cost_json(json_t *json, const struct cost *c)
{
    const struct budget *b = &c->budget;

    json_object_set_new(json, "instructions_from", json_string(from_text(c)));
    json_object_set_new(json, "cycles_from", json_string(cycles_text(c)));
    json_object_set_new(json, "clock_hz", json_integer((json_int_t)b->clock_hz));
    cost_part_json(json, c, &c->all);
    json_object_set_new(json, "power",
                        json_pack("{s:o, s:o, s:o}", "active", power_json(b->active), "rest", power_json(b->rest),
                                  "wakeup", power_json(b->wakeup)));
    if (b->volts > 0)
        set_exact(json, "volts", b->volts);
    if (b->repeats)
        average_json(json, b);
    sources_json(json, &c->usage);
    if (c->best.active != NULL)
        best_json(json, &c->best);
}

/* ---- text ---- */
struct figure {
    char text[32];
};

/* Counts to the digit, what is smaller to four of them. */
static struct figure figure(double x)
{
    struct figure f;

    snprintf(f.text, sizeof f.text, x < 1000 ? "%.4g" : "%.0f", x);
    return f;
}

void cost_row(const char *what, const char *value, const char *note)
{
    printf("  %-22s %12s", what, value);
    if (note[0] != '\0') {
        fputs("  ", stdout);
        print_wrapped(stdout, note, ROW_NOTE, ROW_NOTE, columns_of(stdout));
    }
    putchar('\n');
}

static void line(const char *what, struct interval x, const char *unit)
{
    char note[160];

    snprintf(note, sizeof note, "%s%s", unit, unit[0] != '\0' && x.high > x.low ? ", " : "");
    if (x.high > x.low)
        snprintf(note + strlen(note), sizeof note - strlen(note), "from %s to %s", figure(x.low).text,
                 figure(x.high).text);
    cost_row(what, figure(x.value).text, note);
}

static void paragraph(const char *text)
{
    print_wrapped(stdout, text, 0, 0, columns_of(stdout));
    putchar('\n');
}

static const char *operator_name(struct pool *pool, const struct profile_line *line)
{
    return printable(pool, line->what[0] != '\0' ? line->what : line->kernels);
}

static void print_operators(struct pool *pool, const struct profile *r, const struct cost *c)
{
    static const struct column columns[] = {{"#", true, 0},      {"operator", false, 12}, {"instructions", true, 0},
                                            {"cycles", true, 0}, {"ms", true, 0},         {"uJ", true, 0}};
    struct table t = {.pool = pool, .columns = columns, .n_columns = COUNT(columns)};

    for (int32_t i = 0; i < r->n_lines; i++) {
        const struct cost_part *part = &c->lines[i];

        TABLE_ROW(&t, pool_printf(pool, "%d", (int)i), operator_name(pool, &r->lines[i]),
                  pool_printf(pool, "%.0f", part->work.instructions), pool_printf(pool, "%.0f", part->cycles.value),
                  pool_printf(pool, "%.3f", part->milliseconds.value),
                  c->budget.active != NULL ? pool_printf(pool, "%.4g", part->microjoules.value) : "-");
    }
    table_print(&t, stdout);
}

static void print_classes(struct pool *pool, const struct profile *r, const struct cost *c)
{
    static const struct column columns[] = {{"#", true, 0},      {"operator", false, 12}, {"loads", true, 0},
                                            {"stores", true, 0}, {"multiplies", true, 0}, {"branches", true, 0},
                                            {"other", true, 0}};
    struct table t = {.pool = pool, .columns = columns, .n_columns = COUNT(columns)};

    for (int32_t i = 0; i < r->n_lines; i++) {
        const struct firmware_counts *n = &c->lines[i].counts;
        const int64_t counts[] = {n->loads, n->stores, n->multiplies, n->branches, cost_other_instructions(n)};
        const char *cells[COUNT(columns)] = {pool_printf(pool, "%d", (int)i), operator_name(pool, &r->lines[i])};

        for (size_t k = 0; k < COUNT(counts); k++)
            cells[2 + k] = pool_printf(pool, "%lld", (long long)counts[k]);
        table_row(&t, cells);
    }
    putchar('\n');
    table_print(&t, stdout);
}

static void print_counts(struct pool *pool, const struct cost *c)
{
    static const char *const from[] = {[COST_UNKNOWN] = "",
                                       [COST_COUNTED] = "counted on the emulated core",
                                       [COST_ESTIMATED] = "as the kernels' versions say"};
    const struct firmware_counts *n = &c->all.counts;

    paragraph(pool_printf(pool, "%s%s%s%s", c->calls > 1 ? "a call of the stream, on average" : "an inference",
                          c->why[0] ? " (not run: " : "", c->why[0] ? printable(pool, c->why) : "",
                          c->why[0] ? ")" : ""));
    if (c->all.work.instructions > 0)
        line("instructions", c->all.instructions, from[c->from]);
    if (c->from == COST_COUNTED && c->classes)
        cost_row("", "",
                 pool_printf(pool, "%lld loads, %lld stores, %lld multiplications, %lld branches, %lld other",
                             (long long)n->loads, (long long)n->stores, (long long)n->multiplies,
                             (long long)n->branches, (long long)cost_other_instructions(n)));
    if (c->all.work.cycles > 0)
        line("documented cycles", interval_exact(c->all.work.cycles), "of the core's timing, without wait states");
    if (cycles_waiting(c->board, &c->all.work) > 0)
        line("wait states", interval_exact(cycles_waiting(c->board, &c->all.work)), "cycles, for weights in flash");
}

static void print_cycles(const struct cost *c)
{
    static const char *const from[] = {[CYCLES_FROM_TIMING] = "on a board",
                                       [CYCLES_FROM_INSTRUCTIONS] =
                                           "from instructions: no timing of the core is documented",
                                       [CYCLES_UNKNOWN] = ""};

    if (c->cycles_from == CYCLES_UNKNOWN) {
        puts("  instructions and cycles are not known: an image is not estimated, but counted");
        return;
    }
    line("cycles", c->all.cycles, from[c->cycles_from]);
    line("milliseconds", c->all.milliseconds, "");
    if (c->budget.active != NULL)
        line("energy, uJ", c->all.microjoules, "");
}

static void print_source(struct pool *pool, const char *state, const struct board_power *p)
{
    if (p == NULL)
        cost_row(state, "-", "nobody says: no source for this board");
    else
        cost_row(state, "", pool_printf(pool, "%s: %s", board_power_kind_text(p->kind), printable(pool, p->source)));
}

/* Where a preset is from. */
static void from(const char *source)
{
    if (source != NULL)
        cost_row("", "", source);
}

static void print_average(const struct cost *c)
{
    const struct budget *b = &c->budget;

    puts("over time");
    line("duty, %", interval_scaled(b->duty, 100), "");
    if (b->too_slow)
        puts("  inferences take longer than there is time from one to the next");
    if (b->active == NULL)
        return;
    line("inferences, uA", b->active_ua, "on average");
    if (b->wakeup != NULL)
        line("waking up, uA", b->wakeup_ua, "");
    if (b->rest != NULL)
        line(b->rest->state[0] == 'i' ? "idling, uA" : "sleeping, uA", b->rest_ua, "");
    if (b->sensor_ua.value > 0)
        line("sensor, uA", b->sensor_ua, c->usage.sensor_source == NULL ? "as given" : "");
    from(c->usage.sensor_source);
    if (b->radio_ua.value > 0)
        line("radio, uA", b->radio_ua, c->usage.radio_source == NULL ? "as given" : "");
    from(c->usage.radio_source);
    if (b->unknown_rest)
        puts("  what it draws in between, the average and the battery's life are not known");
    else
        line("average, uA", b->average_ua, "");
    if (b->battery_days.value > 0)
        line("battery, days", b->battery_days, "without self-discharge");
    if (b->battery_days.value > 0)
        from(c->usage.battery_source);
}

void cost_print(struct pool *pool, const struct profile *profile, const struct cost *c)
{
    const struct budget *b = &c->budget;

    putchar('\n');
    if (c->lines_known)
        print_operators(pool, profile, c);
    if (c->lines_known && c->classes && c->by_step)
        print_classes(pool, profile, c);
    putchar('\n');
    print_counts(pool, c);
    print_cycles(c);
    printf("power at %.4g MHz", b->clock_hz / 1e6);
    printf(b->active != NULL ? ", %.3g V\n" : "\n", b->volts);
    print_source(pool, "active", b->active);
    print_source(pool, b->rest != NULL ? printable(pool, b->rest->state) : "sleep or idle", b->rest);
    if (b->wakeup != NULL)
        print_source(pool, "wake-up", b->wakeup);
    if (b->repeats)
        print_average(c);
    if (c->best.active != NULL)
        paragraph(pool_printf(
            pool, "Least is drawn at %.4g MHz and %.3g V: %s uJ in %s ms, of %u figures of the board's file.",
            c->best.clock_hz / 1e6, c->best.volts, figure(c->best.inference_uj.value).text,
            figure(c->best.milliseconds.value).text, c->n_active));
}

/* ---- two of them ---- */
static void both(const char *what, double a, double b)
{
    printf("  %-22s %14s %14s", what, figure(a).text, figure(b).text);
    if (a > 0)
        printf(" %+9.1f %%", 100 * (b / a - 1));
    putchar('\n');
}

void cost_print_both(const char *const names[2], const struct profile p[2], const struct cost c[2])
{
    printf("  %-22s %14.14s %14.14s\n", "", names[0], names[1]);
    both("arena, bytes", (double)p[0].footprint.arena, (double)p[1].footprint.arena);
    both("flash, bytes", (double)footprint_flash(&p[0].footprint), (double)footprint_flash(&p[1].footprint));
    both("multiply-accumulates", (double)p[0].p->macs_executed, (double)p[1].p->macs_executed);
    both("instructions", c[0].all.instructions.value, c[1].all.instructions.value);
    both("cycles", c[0].all.cycles.value, c[1].all.cycles.value);
    both("milliseconds", c[0].all.milliseconds.value, c[1].all.milliseconds.value);
    if (c[0].budget.active != NULL)
        both("energy, uJ", c[0].all.microjoules.value, c[1].all.microjoules.value);
    if (c[0].budget.repeats && c[0].budget.active != NULL && !c[0].budget.unknown_rest)
        both("average, uA", c[0].budget.average_ua.value, c[1].budget.average_ua.value);
    if (c[0].budget.battery_days.value > 0)
        both("battery, days", c[0].budget.battery_days.value, c[1].budget.battery_days.value);
}
