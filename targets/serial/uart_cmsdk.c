/* SPDX-License-Identifier: Apache-2.0 */
/* The APB UART of Arm's Cortex-M System Design Kit (its technical reference manual, 4.3), as the MPS boards have it. */
#include "serial.h"

#define DATA    SERIAL_REGISTER(MOTE_UART_BASE + 0x00)
#define STATE   SERIAL_REGISTER(MOTE_UART_BASE + 0x04)
#define CONTROL SERIAL_REGISTER(MOTE_UART_BASE + 0x08)
#define DIVIDER SERIAL_REGISTER(MOTE_UART_BASE + 0x10)

#define STATE_TX_FULL 1u
#define STATE_RX_FULL 2u
#define CONTROL_TX_RX 3u

void uart_open(void)
{
    DIVIDER = MOTE_UART_HZ / MOTE_BAUD; /* at least 16 */
    CONTROL = CONTROL_TX_RX;
}

char uart_get(void)
{
    while ((STATE & STATE_RX_FULL) == 0) {
    }
    return (char)DATA;
}

void uart_put(char c)
{
    while ((STATE & STATE_TX_FULL) != 0) {
    }
    DATA = (uint8_t)c;
}
