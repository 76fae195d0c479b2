/* SPDX-License-Identifier: Apache-2.0 */
/* A UART and a clock, the smallest that do: uart_<kind>.c and timer_<kind>.c are each one kind of peripheral, polled.
 * Where it is and how fast it counts is said by the board file's `serial` (docs/adding-a-board.md), as macros:
 *
 *   MOTE_UART_BASE   its first register
 *   MOTE_UART_HZ     of the clock that it divides
 *   MOTE_UART_TX_PIN, MOTE_UART_RX_PIN, where any pins will do
 *   MOTE_BAUD        bits a second; 8 data bits, no parity, one stop bit */
#ifndef MOTE_SERIAL_H
#define MOTE_SERIAL_H

#include <stdint.h>

#include "serial_config.h"

#define SERIAL_REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

void uart_open(void);
char uart_get(void); /* waits for it */
void uart_put(char c);

/* Ticks since timer_open(), at the board file's rate. */
void timer_open(void);
uint64_t timer_ticks(void);

#endif
