/* SPDX-License-Identifier: Apache-2.0 */
/* SysTick of a Cortex-M, on the core's clock: 24 bits that count down, and an interrupt for what is above them. */
#include "serial.h"

#define CONTROL SERIAL_REGISTER(0xe000e010)
#define RELOAD  SERIAL_REGISTER(0xe000e014)
#define CURRENT SERIAL_REGISTER(0xe000e018)

#define CONTROL_ON 7u /* counts, interrupts, the core's clock */
#define PERIOD     0x1000000u

static volatile uint32_t periods;

void systick_handler(void); /* of targets/cortex-m/startup.c's vectors */
void systick_handler(void) { periods = periods + 1; }

void timer_open(void)
{
    RELOAD = PERIOD - 1;
    CURRENT = 0;
    CONTROL = CONTROL_ON;
}

uint64_t timer_ticks(void)
{
    uint32_t before, current;

    do {
        before = periods;
        current = CURRENT;
    } while (before != periods); /* it began anew in between */
    return (uint64_t)before * PERIOD + (PERIOD - 1 - current);
}
