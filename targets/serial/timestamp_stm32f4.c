/* SPDX-License-Identifier: Apache-2.0 */
#include "stm32f4.h"

void timestamp_open(void)
{
    timestamp_put(true);
    gpio_mode(MOTE_TIMESTAMP_PIN, GPIO_OUTPUT);
}

void timestamp_put(bool high) { GPIO_SET(MOTE_TIMESTAMP_PIN) = 1u << MOTE_TIMESTAMP_PIN % 16u << (high ? 0 : 16); }
