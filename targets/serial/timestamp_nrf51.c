/* SPDX-License-Identifier: Apache-2.0 */
/* A pin of Nordic's nRF51 (its reference manual, chapter 14). */
#include "serial.h"

#define OUT_SET   SERIAL_REGISTER(0x50000508)
#define OUT_CLEAR SERIAL_REGISTER(0x5000050c)
#define DIR_SET   SERIAL_REGISTER(0x50000518)

void timestamp_open(void)
{
    timestamp_put(true);
    DIR_SET = 1u << MOTE_TIMESTAMP_PIN;
}

void timestamp_put(bool high)
{
    if (high)
        OUT_SET = 1u << MOTE_TIMESTAMP_PIN;
    else
        OUT_CLEAR = 1u << MOTE_TIMESTAMP_PIN;
}
