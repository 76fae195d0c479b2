/* SPDX-License-Identifier: Apache-2.0 */
/* Timer 1 of Microchip's ATmega328P and its kin (its data sheet, chapter 15): 16 bits that count an eighth of the
 * core's clock, and an interrupt for what is above them. */
#include "serial.h"

#define MASK         (*(volatile uint8_t *)0x6f)
#define MASK_OVER    0x01u
#define CONTROL_A    (*(volatile uint8_t *)0x80)
#define CONTROL_B    (*(volatile uint8_t *)0x81)
#define CONTROL_BY_8 0x02u
#define CURRENT      (*(volatile uint16_t *)0x84) /* the low byte first, which keeps the high one */

static volatile uint32_t periods;

void __vector_13(void) __attribute__((signal, used)); /* of targets/avr/startup.c's vectors */
void __vector_13(void) { periods = periods + 1; }

void timer_open(void)
{
    CONTROL_A = 0;
    CURRENT = 0;
    MASK = MASK_OVER;
    CONTROL_B = CONTROL_BY_8;
    __asm__ volatile("sei" ::: "memory");
}

uint64_t timer_ticks(void)
{
    uint32_t before;
    uint16_t current;

    do {
        before = periods;
        current = CURRENT;
    } while (before != periods); /* it began anew in between */
    return (uint64_t)before << 16 | current;
}
