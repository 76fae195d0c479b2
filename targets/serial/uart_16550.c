/* SPDX-License-Identifier: Apache-2.0 */
/* A 16550, with its registers a byte apart, as QEMU's RISC-V machine has it. */
#include "serial.h"

#define REGISTER(n) (*(volatile uint8_t *)(uintptr_t)(MOTE_UART_BASE + (n)))
#define DATA        REGISTER(0) /* and, with LINE_DIVIDER, the divider's low byte; its high one is next */
#define FIFO        REGISTER(2)
#define LINE        REGISTER(3)
#define STATUS      REGISTER(5)

#define LINE_8N1      0x03u
#define LINE_DIVIDER  0x80u
#define FIFO_ON       0x07u /* and emptied */
#define STATUS_DATA   0x01u
#define STATUS_TX_OUT 0x20u

void uart_open(void)
{
    const uint32_t divider = MOTE_UART_HZ / (16u * MOTE_BAUD);

    LINE = LINE_DIVIDER;
    REGISTER(0) = (uint8_t)divider;
    REGISTER(1) = (uint8_t)(divider >> 8);
    LINE = LINE_8N1;
    FIFO = FIFO_ON;
}

char uart_get(void)
{
    while ((STATUS & STATUS_DATA) == 0) {
    }
    return (char)DATA;
}

void uart_put(char c)
{
    while ((STATUS & STATUS_TX_OUT) == 0) {
    }
    DATA = (uint8_t)c;
}
