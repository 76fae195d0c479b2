/* SPDX-License-Identifier: Apache-2.0 */
/* TIMER0 of Nordic's nRF51 (its reference manual, chapter 18) at 1 MHz from the crystal: 32 bits, which begin anew
 * after 71 minutes. A lap that is longer is not told right. The core has no SysTick. */
#include "serial.h"

#define CLOCK_START   SERIAL_REGISTER(0x40000000)
#define CLOCK_STARTED SERIAL_REGISTER(0x40000100)
#define START         SERIAL_REGISTER(0x40008000)
#define CAPTURE       SERIAL_REGISTER(0x40008040)
#define BITS          SERIAL_REGISTER(0x40008508)
#define PRESCALER     SERIAL_REGISTER(0x40008510)
#define CAPTURED      SERIAL_REGISTER(0x40008540)

#define BITS_32 3u

static uint32_t last;
static uint64_t ticks;

void timer_open(void)
{
    CLOCK_START = 1;
    while (CLOCK_STARTED == 0) {
    }
    BITS = BITS_32;
    PRESCALER = 4; /* 16 MHz / 2^4 */
    START = 1;
}

uint64_t timer_ticks(void)
{
    CAPTURE = 1;
    ticks += CAPTURED - last;
    last = CAPTURED;
    return ticks;
}
