/* SPDX-License-Identifier: Apache-2.0 */
/* Pins of ST's STM32F4 (its reference manual, RM0090, chapter 8). Pin 16 * port + number: PA0 is 0, PB6 is 22. */
#ifndef MOTE_STM32F4_H
#define MOTE_STM32F4_H

#include "serial.h"

#define GPIO(pin, offset) SERIAL_REGISTER(0x40020000u + (pin) / 16u * 0x400u + (offset))
#define GPIO_MODE(pin)    GPIO(pin, 0x00)
#define GPIO_PULL(pin)    GPIO(pin, 0x0c)
#define GPIO_SET(pin)     GPIO(pin, 0x18) /* the lower half sets, the upper one clears */
#define GPIO_OTHER(pin)   GPIO(pin, 0x20 + ((pin) % 16u) / 8u * 4u)
#define GPIO_CLOCKS       SERIAL_REGISTER(0x40023830u)

#define GPIO_OUTPUT   1u
#define GPIO_BY_OTHER 2u /* what GPIO_OTHER says */

static inline void gpio_mode(uint32_t pin, uint32_t mode)
{
    const uint32_t at = pin % 16u * 2u;

    GPIO_CLOCKS |= 1u << pin / 16u;
    GPIO_MODE(pin) = (GPIO_MODE(pin) & ~(3u << at)) | mode << at;
}

#endif
