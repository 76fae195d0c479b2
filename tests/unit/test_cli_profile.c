/* SPDX-License-Identifier: Apache-2.0 */
/* mote profile's instructions, cycles and energy from outside. */
#include "tests/unit/command.h"

#include "host/energy/presets.h"
#include "host/energy/quantity.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define POWER                                                                                                          \
    "power:\n"                                                                                                         \
    "  - {state: active, kind: networks, milliamps: 10, volts: 3, source: s}\n"                                        \
    "  - {state: active, kind: networks, milliamps: 1, volts: 3, clock_hz: 5000000, source: s}\n"                      \
    "  - {state: sleep, milliamps: 0.002, volts: 3, source: s}\n"

static const char *put_board(const char *file, const char *power, const char *more)
{
    put_text(file,
             pool_printf(&pool,
                         "name: b\ntitle: t\ncore: cortex-m4f\nclock_hz: 100000000\nmemory:\n"
                         "  - {name: flash, kind: flash, origin: 0, size: 0x100000, wait_states: 5, line_bytes: 8}\n"
                         "  - {name: ram, kind: ram, origin: 0x20000000, size: 0x40000}\n"
                         "toolchain:\n  compiler: arm-none-eabi-gcc\n  packages: p\n  support: cortex-m\n"
                         "  flags: [-mcpu=cortex-m4, -mthumb, -mfloat-abi=hard, -mfpu=fpv4-sp-d16]\n%s%s",
                         power, more));
    return here(file);
}

static double number(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);

    if (!json_is_number(value))
        fail_msg("no number %s", key);
    return json_number_value(value);
}

static bool null(const json_t *json, const char *key) { return json_is_null(json_object_get(json, key)); }

static bool near(double a, double b) { return fabs(a - b) <= 1e-6 * fabs(b) + 1e-9; }

static void want_interval(const json_t *json, const char *key)
{
    const double value = number(json, key), low = number(json, pool_printf(&pool, "%s_low", key)),
                 high = number(json, pool_printf(&pool, "%s_high", key));

    if (!(low > 0 && low < value && value < high))
        fail_msg("%s: %g, from %g to %g", key, value, low, high);
}

/* What operators take is what all takes, but for the calls between them. */
static void want_sum(json_t *json, const char *key)
{
    json_t *op;
    double sum = 0;
    size_t i;

    json_array_foreach(json_object_get(json, "operators"), i, op) sum += number(op, key);
    if (fabs(sum - number(json, key)) > 0.05 * number(json, key))
        fail_msg("%s: %g in operators, %g in all", key, sum, number(json, key));
}

static void counted_energy_adds_up(void **state)
{
    static const char *const keys[] = {"instructions", "loads",  "stores",       "multiplies",
                                       "branches",     "cycles", "milliseconds", "energy_uj"};
    const char *b = put_board("in/b.yaml", POWER, "emulator: mps2-an386\n");
    struct result r;
    json_t *json, *emulated;

    (void)state;
    if (!have_board())
        return;
    r = OK("profile", GRAPH, "--target", b, "--via", "c", "--json", "--every", "100ms", "--battery", "240mAh@3V",
           "--sensor", "10uA", "--radio", "3.6mJ@1/h");
    json = json_of(&r);
    assert_string_equal(json_string_value(json_object_get(json, "instructions_from")), "counted");
    assert_string_equal(json_string_value(json_object_get(json, "cycles_from")), "timing");
    for (size_t i = 0; i < COUNT(keys); i++)
        want_sum(json, keys[i]);
    want_interval(json, "cycles");
    want_interval(json, "milliseconds");
    want_interval(json, "energy_uj");
    want_interval(json, "average_ua");
    want_interval(json, "battery_days");
    assert_true(number(json, "wait_cycles") > 0);
    assert_true(near(number(json, "milliseconds"), number(json, "cycles") / 1e5));
    assert_true(near(number(json, "energy_uj"), number(json, "milliseconds") * 30));
    assert_true(near(number(json, "average_ua"), number(json, "active_ua") + number(json, "rest_ua") + 10 + 1.0 / 3));
    assert_true(near(number(json, "active_ua"), number(json, "energy_uj") / 0.1 / 3));
    assert_true(near(number(json, "battery_days"), 240e3 / 24 / number(json, "average_ua")));
    assert_true(near(number(json, "best_clock_hz"), 100e6)); /* at 5 MHz a cycle takes twice as much */
    r = OK("emulate", GRAPH, "--target", b, "--via", "c", "--input", "@in/zeros.bin", "--json");
    emulated = json_of(&r);
    assert_true(near(number(json, "instructions"), number(emulated, "instructions")));
    assert_true(near(number(json, "documented_cycles"), number(emulated, "cycles")));
    json_decref(emulated);
    json_decref(json);
}

/* Rows are fed one by one: nobody counts steps. */
static void an_image_that_is_fed(void **state)
{
    struct result r;
    json_t *json, *op;

    (void)state;
    if (!have_board())
        return;
    OK("compile", GRAPH, "-o", "@out/fed.mote", "--feed", "rows", "--target", "mps2-an386");
    r = OK("profile", "@out/fed.mote", "--target", "mps2-an386", "--json");
    json = json_of(&r);
    op = json_array_get(json_object_get(json, "operators"), 0);
    assert_string_equal(json_string_value(json_object_get(json, "instructions_from")), "counted");
    want_interval(json, "cycles");
    assert_true(number(json, "instructions") > 10000 && null(op, "instructions") && null(op, "cycles"));
    json_decref(json);
    OK("profile", "@out/fed.mote", "--target", "mps2-an386");
}

/* Without an emulator, and without figures. */
static void what_can_be_given_is_given(void **state)
{
    const char *bare = put_board("in/bare.yaml", "", ""),
               *b = put_board("in/rest.yaml", "power:\n  - {state: active, milliamps: 10, volts: 3, source: s}\n", "");
    struct result r;
    json_t *json;

    (void)state;
    if (!have_board())
        return;
    r = OK("profile", GRAPH, "--target", bare, "--json", "--duty", "1%", "--battery", "240mAh@3V");
    json = json_of(&r);
    assert_string_equal(json_string_value(json_object_get(json, "instructions_from")), "kernels");
    want_interval(json, "instructions");
    want_interval(json, "cycles");
    want_sum(json, "cycles");
    assert_true(null(json, "energy_uj") && null(json, "average_ua") && null(json, "battery_days"));
    json_decref(json);
    r = OK("profile", GRAPH, "--target", b, "--json", "--estimate", "--duty", "1%", "--battery", "240mAh@3V");
    json = json_of(&r);
    want_interval(json, "energy_uj");
    assert_true(null(json, "average_ua") && null(json, "battery_days"));
    assert_true(null(json_object_get(json, "power"), "rest"));
    json_decref(json);
    assert_non_null(strstr(OK("profile", GRAPH, "--target", b, "--every", "1s").out, "nobody says"));
}

/* A core that nothing is known of: from the kernels' work, and wide. An image is counted or unknown. */
static void a_core_without_timing(void **state)
{
    const char *x = put_board("in/x.yaml", POWER, "timing: xtensa-lx6\n");
    struct result r = OK("profile", GRAPH, "--target", x, "--json");
    json_t *json = json_of(&r);

    (void)state;
    assert_string_equal(json_string_value(json_object_get(json, "cycles_from")), "instructions");
    want_interval(json, "instructions");
    want_interval(json, "cycles");
    assert_true(number(json, "cycles_high") > 2 * number(json, "cycles_low"));
    want_sum(json, "cycles");
    json_decref(json);
    r = OK("profile", "@in/strokes.mote", "--target", x, "--json", "--every", "1s");
    json = json_of(&r);
    assert_true(null(json, "instructions") && null(json, "cycles") && null(json, "energy_uj"));
    json_decref(json);
    OK("profile", "@in/strokes.mote", "--target", x);
}

static void two_plans_beside_each_other(void **state)
{
    const char *b = put_board("in/b.yaml", POWER, "");
    struct result r = OK("profile", GRAPH, GRAPH, "--compare", "--target", b, "--optimize", "speed", "--optimize",
                         "ram", "--json", "--estimate");
    json_t *json = json_of(&r), *models = json_object_get(json, "models");

    (void)state;
    assert_int_equal(json_array_size(models), 2);
    assert_true(number(json_object_get(json_array_get(models, 0), "ram"), "arena_bytes") >
                number(json_object_get(json_array_get(models, 1), "ram"), "arena_bytes"));
    json_decref(json);
    r = OK("profile", GRAPH, "@in/big.graph", "--compare", "--target", b, "--estimate");
    assert_non_null(strstr(r.out, "energy, uJ"));
}

static void want_on_page(const char *page, const char *what)
{
    if (strstr(page, what) == NULL)
        fail_msg("not on the page: %s", what);
}

/* The report's sections about the board, of one model, with the figures that JSON has. */
static void a_page_shows_it(void **state)
{
    const char *b = put_board("in/b.yaml", POWER, "emulator: mps2-an386\n"), *page;
    struct result r;
    json_t *json;

    (void)state;
    if (!have_board())
        return;
    r = OK("profile", GRAPH, "--target", b, "--via", "c", "--json", "--every", "100ms", "--battery", "240mAh@3V",
           "--sensor", "10uA", "--html", "@out/page.html");
    json = json_of(&r);
    page = text_of(here("out/page.html"));
    want_on_page(page, "<h1>strokes.graph</h1>");
    want_on_page(page, "<h2>Arena</h2>");
    want_on_page(page, "<h2>Operators</h2>");
    want_on_page(page, "Days of 240 mAh at 3 V");
    want_on_page(page, ">36000</text>"); /* times an hour, marked in the curve */
    want_on_page(page, "</span>multiplications");
    want_on_page(page, pool_printf(&pool, "<td class=\"any\">%.4g ms (%.4g to %.4g)</td>", number(json, "milliseconds"),
                                   number(json, "milliseconds_low"), number(json, "milliseconds_high")));
    want_on_page(page, pool_printf(&pool, "<td class=\"any\">%.4g days (", number(json, "battery_days")));
    want_on_page(page, pool_printf(&pool, "title=\"%.0f loads\"",
                                   number(json_array_get(json_object_get(json, "operators"), 0), "loads")));
    want_on_page(page, "<td class=\"any\">networks: s</td>");
    assert_null(strstr(page, "<h2>Models</h2>"));
    json_decref(json);
    OK("profile", GRAPH, "--target", b, "--estimate", "--every", "20ms", "--html", "@out/page.html");
    want_on_page(text_of(here("out/page.html")), ">180000</text>");
    OK("profile", GRAPH, "--target", b, "--estimate", "--every", "90000s", "--html", "@out/page.html");
    assert_null(strstr(text_of(here("out/page.html")), ">0.04</text>")); /* left of once an hour */
    OK("profile", GRAPH, "--target", b, "--estimate", "--html", "@out/page.html");
    page = text_of(here("out/page.html"));
    want_on_page(page, "as the kernels&#39; versions say");
    assert_null(strstr(page, "loads"));
}

static void options_are_refused(void **state)
{
    static const struct {
        const char *message, *arguments[6];
    } cases[] = {
        {"--every wants something like 1s", {"--every", "1"}},
        {"--every wants", {"--every", "-1s"}},
        {"--every wants", {"--every", "infs"}},
        {"--duty wants something like 0.5%", {"--duty", "101%"}},
        {"--battery wants something like 220mAh@3V", {"--every", "1s", "--battery", "220mAh"}},
        {"--battery wants something like 220mAh@3V", {"--every", "1s", "--battery", "1mAh@1e-308mV"}},
        {"220mAh@3V, or cr2032, 2xaa, 2xaaa, not", {"--every", "1s", "--battery", "cr9999"}},
        {"40mJ@1/h, or ble-advert@1/s, not", {"--every", "1s", "--radio", "ble-advert"}},
        {"--sensor wants something like 600uA", {"--every", "1s", "--sensor", "600uW"}},
        {"--radio wants something like 40mJ@1/h", {"--every", "1s", "--radio", "40mJ"}},
        {"--every and --duty say the same", {"--every", "1s", "--duty", "1%"}},
        {"need --every or --duty", {"--battery", "220mAh@3V"}},
        {"--rest wants", {"--every", "1s", "--rest", "dreaming"}},
        {"--compare wants two models", {"--compare"}},
        {"a page about one model", {GRAPH, "--compare", "--html", "x.html"}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *const *a = cases[i].arguments;
        struct result r = RUN("profile", GRAPH, "--target", "mps2-an386", a[0], a[1], a[2], a[3]);

        want_failure(&r, 2, cases[i].message);
    }
}

static void quantities(void **state)
{
    double a = 0, b = 0;

    (void)state;
    assert_true(quantity_seconds("5min", &a) && near(a, 300) && quantity_seconds("1.5ms", &a) && near(a, 0.0015));
    assert_true(quantity_share("0.5%", &a) && near(a, 0.005) && quantity_share("1", &a) && near(a, 1));
    assert_true(quantity_milliamps("600uA", &a) && near(a, 0.6) && quantity_milliamps("12nA", &a) && near(a, 12e-6));
    assert_true(quantity_battery("2.6Ah@3.7V", &a, &b) && near(a, 2600) && near(b, 3.7));
    assert_true(quantity_messages("40mJ@1/h", &a, &b) && near(a, 40) && near(b, 1.0 / 3600));
    assert_true(quantity_messages("2J@5min", &a, &b) && near(a, 2000) && near(b, 1.0 / 300));
    assert_false(quantity_seconds("", &a) || quantity_seconds("1 s", &a) || quantity_seconds("0s", &a));
    assert_false(quantity_share("0", &a) || quantity_share("2", &a) || quantity_share("nan%", &a));
    assert_true(quantity_battery("1e-12mAh@1e-12mV", &a, &b) && quantity_seconds("1e12s", &a));
    assert_false(quantity_battery("1e-13mAh@1V", &a, &b) || quantity_seconds("1e13s", &a) ||
                 quantity_milliamps("1e308A", &a));
    assert_false(quantity_battery("1mAh@", &a, &b) || quantity_messages("1mJ@1/x", &a, &b));
}

/* A name is its figure, and says where it is from. */
static void presets_have_sources(void **state)
{
    const char *const own[] = {"225mAh@3V", "0.49mA", "31.9uJ@2/s"}, *const names[] = {"cr2032", "ics-43434",
                                                                                       "ble-advert@2/s"};
    double days[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *const *a = i == 0 ? own : names;
        const struct result r = OK("profile", GRAPH, "--target", "stm32-nucleo-u385rg-q", "--estimate", "--every", "1s",
                                   "--battery", a[0], "--sensor", a[1], "--radio", a[2], "--json");
        json_t *json = json_of(&r);

        days[i] = real(json, "battery_days");
        assert_true((json_object_get(json, "battery_source") != NULL) == (i == 1));
        assert_true((json_object_get(json, "sensor_source") != NULL) == (i == 1));
        assert_true((json_object_get(json, "radio_source") != NULL) == (i == 1));
        json_decref(json);
    }
    assert_true(near(days[0], days[1]));
    for (const struct preset *p = presets; p->name != NULL; p++) {
        assert_true(p->value > 0 && strlen(p->source) > 20);
        assert_ptr_equal(preset_find(p->kind, p->name, (int)strlen(p->name)), p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(counted_energy_adds_up),      TEST(an_image_that_is_fed),
        TEST(what_can_be_given_is_given),  TEST(a_core_without_timing),
        TEST(two_plans_beside_each_other), TEST(a_page_shows_it),
        TEST(options_are_refused),         TEST(quantities),
        TEST(presets_have_sources),
    };

    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
