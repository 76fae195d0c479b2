/* SPDX-License-Identifier: Apache-2.0 */
/* What a board's inferences take: cycles, time, energy, and how long a battery lasts. Pure functions of a board file's
 * figures; how wide intervals are comes from how far published results are off (published.h) and from the kind of each
 * figure. docs/ENERGY.md has the model. */
#ifndef MOTE_BUDGET_H
#define MOTE_BUDGET_H

#include "host/boards/board.h"
#include "host/energy/interval.h"

/* Of an inference, or of a part of one; 0: not known. */
struct work {
    double instructions, cycles; /* cycles: by the core's documented timing, without wait states */
    double flash_bytes;          /* of weights that are read from flash */
};

enum cycles_from { CYCLES_UNKNOWN, CYCLES_FROM_TIMING, CYCLES_FROM_INSTRUCTIONS };

/* What they can be estimated from. */
enum cycles_from cycles_source(const struct work *work);
/* Of the board at its clock_hz, its flash's wait states with it. */
struct interval cycles_estimate(const struct board *board, const struct work *work);
/* That the flash makes the core wait. */
double cycles_waiting(const struct board *board, const struct work *work);

/* What the device does beside computing. 0: nothing of it, or not asked. */
struct usage {
    double every_s;   /* from the start of an inference to the next one's, */
    double duty;      /* or the share of the time that inferences take */
    const char *rest; /* the state between them; NULL: sleep, where the board has a figure, else idle */
    double battery_mah, battery_volts;
    double sensor_ma;                                          /* all the time */
    double radio_mj, radio_per_s;                              /* energy of a message, and how often */
    const char *battery_source, *sensor_source, *radio_source; /* of presets; NULL: the user's own figures */
};

/* Average currents are those of the supply: the battery's voltage, if there is one, else that of the active figure. */
struct budget {
    const struct board_power *active, *rest, *wakeup; /* NULL: no figure */
    double clock_hz, volts;
    struct interval milliseconds, inference_uj, wakeup_uj; /* of one inference; uj: 0 without a figure */
    bool repeats;                                          /* every_s or duty was given: what follows is known, but */
    bool too_slow;                                         /* inferences surely take longer than they may, or */
    bool unknown_rest;                                     /* nobody says what it draws in between: without that */
    struct interval period_s, duty;
    struct interval active_ua, wakeup_ua, rest_ua, sensor_ua, radio_ua, average_ua;
    struct interval battery_days; /* 0 without a battery, or if the average is unknown */
};

/* The figure of a state at a clock: the one at just that, else the first, 0 for any; NULL if there is none. */
const struct board_power *board_power_at(const struct board *board, const char *state, double clock_hz);
/* What it is likely to draw there while it runs networks, sleeps, …; in milliamperes at `volts`. */
struct interval power_milliamps(const struct board_power *p, double volts);

/* `cycles` are those of one inference; `active` one of the board's, or NULL. */
struct budget budget_make(const struct board *board, const struct board_power *active, struct interval cycles,
                          const struct usage *usage);
/* Of the board's active figures, which are for several clocks and voltages, that one with which the device draws least
 * power and is in time; of those alike the first. With a battery the voltage is the battery's. NULL if there are not
 * two. */
const struct board_power *budget_best(const struct board *board, struct interval cycles, const struct usage *usage);

#endif
