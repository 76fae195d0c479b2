/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of batteries, microphones and radios that have a source (presets.def), by name. */
#ifndef MOTE_PRESETS_H
#define MOTE_PRESETS_H

#include <stdbool.h>

enum preset_kind { PRESET_BATTERY, PRESET_SENSOR, PRESET_RADIO };

struct preset {
    enum preset_kind kind;
    const char *name, *source;
    double value; /* mAh, mA, mJ a message */
    double volts; /* of a battery */
};

extern const struct preset presets[]; /* ends with a NULL name */

/* The kind's preset whose name is the first n letters of `name`; NULL: there is none. */
const struct preset *preset_find(enum preset_kind kind, const char *name, int n);

#endif
