/* SPDX-License-Identifier: Apache-2.0 */
/* From reset to harness_main. An AVR has no faults: its runner ends it when the stack leaves the RAM. The vectors are
 * those of an ATmega328P: timer 1's overflow is the only interrupt that anything here turns on, and only where there is
 * a function for it. */
#include "harness.h"

extern uint8_t data_load[], data_start[], data_end[], bss_start[], bss_end[];

_Noreturn void reset_handler(void);
_Noreturn void set_up(void);
_Noreturn void start(void);

/* Address 0. */
__attribute__((naked, used, section(".vectors"))) void reset_handler(void)
{
    __asm__ volatile(".weak __vector_13\n\t"
                     ".rept 13\n\tjmp set_up\n\t.endr\n\t"
                     "jmp __vector_13\n\t"
                     ".rept 12\n\tjmp set_up\n\t.endr");
    __builtin_unreachable();
}

/* The compiler wants r1 to be zero. */
__attribute__((naked, used)) void set_up(void)
{
    __asm__ volatile("clr r1\n\t"
                     "out 0x3f, r1\n\t"
                     "ldi r28, lo8(stack_top - 1)\n\t"
                     "ldi r29, hi8(stack_top - 1)\n\t"
                     "out 0x3e, r29\n\t"
                     "out 0x3d, r28\n\t"
                     "jmp start");
    __builtin_unreachable();
}

_Noreturn void start(void)
{
    const __flash uint8_t *load = (const __flash uint8_t *)(uintptr_t)data_load;

    for (uint8_t *p = data_start; p < data_end;)
        *p++ = *load++;
    for (uint8_t *p = bss_start; p < bss_end;)
        *p++ = 0;
    harness_main();
}
