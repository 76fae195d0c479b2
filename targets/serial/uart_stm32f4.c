/* SPDX-License-Identifier: Apache-2.0 */
/* USART1 of ST's STM32F4 (its reference manual, RM0090), and the clocks of chip and UART: 168 MHz from the crystal of
 * MOTE_CRYSTAL_HZ, half of it for the UART. QEMU has neither clocks nor pins there: its core always has 168 MHz. */
#include "stm32f4.h"

#define RCC(offset)   SERIAL_REGISTER(0x40023800u + (offset))
#define CLOCKS        RCC(0x00)
#define CLOCKS_HSI_OK (1u << 1) /* the clock that it starts with: not there, so there are no clocks to set */
#define CLOCKS_HSE    (1u << 16)
#define CLOCKS_HSE_OK (1u << 17)
#define CLOCKS_PLL    (1u << 24)
#define CLOCKS_PLL_OK (1u << 25)
#define PLL           RCC(0x04)
#define PLL_FROM_HSE  (1u << 22)
#define CHOICE        RCC(0x08)
#define CHOICE_PLL    2u
#define CHOICE_IS_PLL (2u << 2)
#define APB1_BY_4     (5u << 10)
#define APB2_BY_2     (4u << 13)
#define APB2_CLOCKS   RCC(0x44)
#define APB2_USART1   (1u << 4)
#define FLASH_ACCESS  SERIAL_REGISTER(0x40023c00u)
#define FLASH_168_MHZ (5u | 7u << 8) /* wait states; prefetch and both caches */
#define OTHER_USART1  7u

#define REGISTER(offset) SERIAL_REGISTER(MOTE_UART_BASE + (offset))
#define STATUS           REGISTER(0x00)
#define STATUS_RX        (1u << 5)
#define STATUS_TX        (1u << 7)
#define DATA             REGISTER(0x04)
#define RATE             REGISTER(0x08)
#define CONTROL          REGISTER(0x0c)
#define CONTROL_ON       (1u << 13 | 1u << 3 | 1u << 2) /* with sender and receiver */

/* 1 MHz times 336, by 2; by 7 for USB, which nothing here uses. */
static void clocks_open(void)
{
    if ((CLOCKS & CLOCKS_HSI_OK) == 0)
        return;
    CLOCKS |= CLOCKS_HSE;
    while ((CLOCKS & CLOCKS_HSE_OK) == 0) {
    }
    FLASH_ACCESS = FLASH_168_MHZ;
    PLL = MOTE_CRYSTAL_HZ / 1000000u | 336u << 6 | PLL_FROM_HSE | 7u << 24;
    CLOCKS |= CLOCKS_PLL;
    while ((CLOCKS & CLOCKS_PLL_OK) == 0) {
    }
    CHOICE = APB1_BY_4 | APB2_BY_2 | CHOICE_PLL;
    while ((CHOICE & 3u << 2) != CHOICE_IS_PLL) {
    }
}

static void pin_open(uint32_t pin)
{
    gpio_mode(pin, GPIO_BY_OTHER);
    GPIO_OTHER(pin) |= OTHER_USART1 << pin % 8u * 4u;
}

void uart_open(void)
{
    clocks_open();
    APB2_CLOCKS |= APB2_USART1;
    pin_open(MOTE_UART_TX_PIN);
    pin_open(MOTE_UART_RX_PIN);
    GPIO_PULL(MOTE_UART_RX_PIN) |= 1u << MOTE_UART_RX_PIN % 16u * 2u; /* up: quiet, if nothing is there */
    RATE = (MOTE_UART_HZ + MOTE_BAUD / 2) / MOTE_BAUD;
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
