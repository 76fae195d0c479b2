/* SPDX-License-Identifier: Apache-2.0 */
#include "host/energy/presets.h"

#include <stddef.h>
#include <string.h>

const struct preset presets[] = {
#define BATTERY(NAME, MILLIAMP_HOURS, VOLTS, SOURCE) {PRESET_BATTERY, NAME, SOURCE, MILLIAMP_HOURS, VOLTS},
#define SENSOR(NAME, MILLIAMPS, SOURCE)              {PRESET_SENSOR, NAME, SOURCE, MILLIAMPS, 0},
#define RADIO(NAME, MILLIJOULES, SOURCE)             {PRESET_RADIO, NAME, SOURCE, MILLIJOULES, 0},
#include "host/energy/presets.def"
    {PRESET_BATTERY, NULL, NULL, 0, 0},
};

const struct preset *preset_find(enum preset_kind kind, const char *name, int n)
{
    for (const struct preset *p = presets; p->name != NULL; p++)
        if (p->kind == kind && strlen(p->name) == (size_t)n && strncmp(p->name, name, (size_t)n) == 0)
            return p;
    return NULL;
}
