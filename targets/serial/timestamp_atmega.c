/* SPDX-License-Identifier: Apache-2.0 */
/* A pin of port B of Microchip's ATmega328P. */
#include "serial.h"

#define DIRECTION (*(volatile uint8_t *)0x24)
#define OUT       (*(volatile uint8_t *)0x25)
#define PIN       ((uint8_t)(1u << MOTE_TIMESTAMP_PIN))

void timestamp_open(void)
{
    timestamp_put(true);
    DIRECTION = (uint8_t)(DIRECTION | PIN);
}

void timestamp_put(bool high) { OUT = (uint8_t)(high ? OUT | PIN : OUT & ~PIN); }
