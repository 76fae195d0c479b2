/* SPDX-License-Identifier: Apache-2.0 */
/* The UART of Nordic's nRF51 (its reference manual, chapter 29), on any two pins. */
#include "serial.h"

#define REGISTER(offset) SERIAL_REGISTER(MOTE_UART_BASE + (offset))
#define START_RX         REGISTER(0x000)
#define START_TX         REGISTER(0x008)
#define RX_READY         REGISTER(0x108)
#define TX_READY         REGISTER(0x11c)
#define ENABLE           REGISTER(0x500)
#define PIN_TX           REGISTER(0x50c)
#define PIN_RX           REGISTER(0x514)
#define RX               REGISTER(0x518)
#define TX               REGISTER(0x51c)
#define RATE             REGISTER(0x524)
#define GPIO_OUT_SET     SERIAL_REGISTER(0x50000508)
#define GPIO_DIR_SET     SERIAL_REGISTER(0x50000518)

#define ENABLED 4u
/* In steps of 16 MHz / 2^32, the lowest 12 bits 0, as the manual's table has them. */
#define RATE_OF(baud) ((uint32_t)((((uint64_t)(baud) << 32) / 16000000u + 0x800u) & 0xfffff000u))

void uart_open(void)
{
    GPIO_OUT_SET = 1u << MOTE_UART_TX_PIN; /* a quiet line is high */
    GPIO_DIR_SET = 1u << MOTE_UART_TX_PIN;
    PIN_TX = MOTE_UART_TX_PIN;
    PIN_RX = MOTE_UART_RX_PIN;
    RATE = RATE_OF(MOTE_BAUD);
    ENABLE = ENABLED;
    START_RX = 1;
    START_TX = 1;
}

char uart_get(void)
{
    while (RX_READY == 0) {
    }
    RX_READY = 0;
    return (char)RX;
}

void uart_put(char c)
{
    TX_READY = 0;
    TX = (uint8_t)c;
    while (TX_READY == 0) {
    }
}
