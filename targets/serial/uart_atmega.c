/* SPDX-License-Identifier: Apache-2.0 */
/* USART0 of Microchip's ATmega328P and its kin (its data sheet, chapter 19), at twice its usual speed: 115200 baud is
 * 2 % too fast of 16 MHz then, otherwise 3.5 % too slow. */
#include "serial.h"

#define REGISTER(n)  (*(volatile uint8_t *)(uintptr_t)(MOTE_UART_BASE + (n)))
#define STATUS       REGISTER(0)
#define CONTROL      REGISTER(1)
#define FORMAT       REGISTER(2)
#define DIVIDER_LOW  REGISTER(4)
#define DIVIDER_HIGH REGISTER(5)
#define DATA         REGISTER(6)

#define STATUS_RX     0x80u
#define STATUS_TX     0x20u
#define STATUS_DOUBLE 0x02u
#define CONTROL_ON    0x18u /* sender and receiver */
#define FORMAT_8N1    0x06u
#define DIVIDER       ((MOTE_UART_HZ + 4 * MOTE_BAUD) / (8 * MOTE_BAUD) - 1)

void uart_open(void)
{
    DIVIDER_HIGH = (uint8_t)(DIVIDER >> 8);
    DIVIDER_LOW = (uint8_t)DIVIDER;
    STATUS = STATUS_DOUBLE;
    FORMAT = FORMAT_8N1;
    CONTROL = CONTROL_ON;
}

char uart_get(void)
{
    while ((STATUS & STATUS_RX) == 0) {
    }
    return (char)DATA;
}

void uart_put(char c)
{
    while ((STATUS & STATUS_TX) == 0) {
    }
    DATA = (uint8_t)c;
}
