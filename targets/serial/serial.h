/* SPDX-License-Identifier: Apache-2.0 */
/* A UART and a clock, the smallest that do: uart_<kind>.c and timer_<kind>.c are each one kind of peripheral, polled;
 * and a pin, timestamp_<kind>.c, for who measures what the board draws.
 * Where it is and how fast it counts is said by the board file's `serial` (docs/adding-a-board.md), as macros:
 *
 *   MOTE_UART_BASE   its first register
 *   MOTE_UART_HZ     of the clock that it divides
 *   MOTE_UART_TX_PIN, MOTE_UART_RX_PIN, where any pins will do
 *   MOTE_BAUD        bits a second; 8 data bits, no parity, one stop bit
 *   MOTE_TIMESTAMP_PIN   the pin, if there is one */
#ifndef MOTE_SERIAL_H
#define MOTE_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "serial_config.h"

#define SERIAL_REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

void uart_open(void);
char uart_get(void); /* waits for it */
void uart_put(char c);

/* Ticks since timer_open(), at the board file's rate. */
void timer_open(void);
uint64_t timer_ticks(void);

/* A pin that is an output, and high. */
void timestamp_open(void);
void timestamp_put(bool high);

#endif
