/* SPDX-License-Identifier: Apache-2.0 */
#include "host/energy/quantity.h"

#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    double is;
};

static const struct unit times[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"min", 60},
                                    {"h", 3600},  {"d", 86400}, {NULL, 0}};
static const struct unit currents[] = {{"nA", 1e-6}, {"uA", 1e-3}, {"mA", 1}, {"A", 1e3}, {NULL, 0}};
static const struct unit charges[] = {{"mAh", 1}, {"Ah", 1e3}, {NULL, 0}};
static const struct unit voltages[] = {{"mV", 1e-3}, {"V", 1}, {NULL, 0}};
static const struct unit energies[] = {{"uJ", 1e-3}, {"mJ", 1}, {"J", 1e3}, {NULL, 0}};

/* What is computed from them stays finite and above 0. */
#define LEAST 1e-12
#define MOST  1e12

static bool read_number(const char **s, double *out)
{
    char *end;
    const double value = strtod(*s, &end);

    if (end == *s || !(value >= LEAST && value <= MOST))
        return false;
    *s = end;
    *out = value;
    return true;
}

/* The longest name that stands there. */
static bool read_unit(const char **s, const struct unit *units, double *out)
{
    size_t longest = 0;

    for (const struct unit *u = units; u->name != NULL; u++)
        if (strncmp(*s, u->name, strlen(u->name)) == 0 && strlen(u->name) > longest) {
            longest = strlen(u->name);
            *out = u->is;
        }
    *s += longest;
    return longest > 0;
}

static bool read(const char **s, const struct unit *units, double *out)
{
    double number, unit;

    if (!read_number(s, &number) || !read_unit(s, units, &unit))
        return false;
    *out = number * unit;
    return true;
}

static bool whole(const char *text, const struct unit *units, double *out)
{
    double value;

    if (!read(&text, units, &value) || *text != '\0')
        return false;
    *out = value;
    return true;
}

bool quantity_seconds(const char *text, double *out) { return whole(text, times, out); }

bool quantity_milliamps(const char *text, double *out) { return whole(text, currents, out); }

bool quantity_share(const char *text, double *out)
{
    double value;

    if (!read_number(&text, &value))
        return false;
    if (*text == '%') {
        value /= 100;
        text++;
    }
    if (*text != '\0' || value > 1)
        return false;
    *out = value;
    return true;
}

bool quantity_battery(const char *text, double *milliamp_hours, double *volts)
{
    double charge, voltage;

    if (!read(&text, charges, &charge) || *text++ != '@' || !whole(text, voltages, &voltage))
        return false;
    *milliamp_hours = charge;
    *volts = voltage;
    return true;
}

bool quantity_rate(const char *s, double *per_second)
{
    double number, unit, rate;

    if (!read_number(&s, &number))
        return false;
    if (*s == '/') {
        s++;
        if (!read_unit(&s, times, &unit))
            return false;
        rate = number / unit;
    } else {
        if (!read_unit(&s, times, &unit))
            return false;
        rate = 1 / (number * unit);
    }
    if (*s != '\0')
        return false;
    *per_second = rate;
    return true;
}

bool quantity_messages(const char *text, double *millijoules, double *per_second)
{
    double energy, rate;

    if (!read(&text, energies, &energy) || *text++ != '@' || !quantity_rate(text, &rate))
        return false;
    *millijoules = energy;
    *per_second = rate;
    return true;
}
