/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities as people write them: "200ms", "0.5%", "220mAh@3V", "40mJ@1/h". Numbers are from 1e-12 to 1e12;
 * nothing may follow. False: it is none; `out` is as it was. */
#ifndef MOTE_QUANTITY_H
#define MOTE_QUANTITY_H

#include <stdbool.h>

bool quantity_seconds(const char *text, double *out);   /* us, ms, s, min, h, d */
bool quantity_share(const char *text, double *out);     /* "0.5%", "0.005": at most 1 */
bool quantity_milliamps(const char *text, double *out); /* nA, uA, mA, A */
bool quantity_battery(const char *text, double *milliamp_hours, double *volts);
/* How often: "1/h", "12/d"; or how long from one to the next: "5min". */
bool quantity_rate(const char *text, double *per_second);
/* An energy, so often: "40mJ@1/h", "2J@5min". */
bool quantity_messages(const char *text, double *millijoules, double *per_second);

#endif
