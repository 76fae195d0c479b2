/* SPDX-License-Identifier: Apache-2.0 */
/* Cycles, energy and battery life on the terminal and in JSON. */
#ifndef MOTE_COST_SHOW_H
#define MOTE_COST_SHOW_H

#include "host/cli/cli.h"
#include "host/deploy/cost.h"

#define COST_OPTIONS                                                                                                   \
    {"--every", "TIME", "from an inference to the next one: 1s, 200ms, 5min"},                                         \
        {"--duty", "SHARE", "or the share of the time that inferences take: 0.5%"},                                    \
        {"--rest", "STATE", "what the board does in between: sleep or idle; the default is sleep, where it is known"}, \
        {"--battery", "CHARGE@V", "for how long it lasts: 220mAh@3V, or cr2032, 2xaa, 2xaaa"},                         \
        {"--sensor", "CURRENT", "drawn all the time: 600uA, or a microphone: ics-43434, sph0645, mp34dt05 …"},         \
        {"--radio", "ENERGY@RATE", "a message, and how often: 40mJ@1/h, or ble-advert@1/s"},                           \
    {                                                                                                                  \
        "--estimate", NULL, "do not run the model: estimate instructions from the kernels"                             \
    }

#define COST_DETAILS                                                                                                   \
    "With an emulator for the board the model runs once there, on zeros: instructions are counted by operator and\n"   \
    "class (load, store, multiply, branch, other; one that is of two classes counts in both). Cycles are those of\n"   \
    "the core's documented timing times what boards took of it, with the flash's wait states; energy is from the\n"    \
    "board's power figures, each with its source. Estimates are intervals that 90 of 100 boards should be in\n"        \
    "(docs/ENERGY.md has the model and how far it is off). Where a figure has no source, what needs it is missing.\n"

MUST_CHECK enum mote_status cost_read_usage(struct cli *cli, struct usage *usage);
/* Sets the keys of a part of the model, or of all of it. */
void cost_part_json(json_t *json, const struct cost *c, const struct cost_part *part);
void cost_json(json_t *json, const struct cost *c);
/* A line of a figure, as all of them look: what follows the value is wrapped below itself. */
void cost_row(const char *what, const char *value, const char *note);
void cost_print(struct pool *pool, const struct profile *profile, const struct cost *c);
/* Two of them beside each other. */
void cost_print_both(const char *const names[2], const struct profile profiles[2], const struct cost costs[2]);

#endif
