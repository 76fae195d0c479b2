/* SPDX-License-Identifier: Apache-2.0 */
/* From reset to harness_main, and from any fault to harness_fault. */
#include "harness.h"

extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[];

#define CPACR (*(volatile uint32_t *)0xe000ed88u) /* coprocessor access */
#define CFSR  (*(volatile uint32_t *)0xe000ed28u) /* configurable fault status; reads 0 on Armv6-M */
#define HFSR  (*(volatile uint32_t *)0xe000ed2cu) /* hard fault status; reads 0 on Armv6-M */

#define FRAME_WORDS 8 /* that the core pushes on a fault: r0-r3, r12, lr, pc, xpsr */
#define FRAME_PC    6

_Noreturn void reset_handler(void);
void fault_handler(void);
void systick_handler(void) __attribute__((weak, alias("fault_handler")));
_Noreturn void fault_report(const uint32_t *frame);

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_top,                   /* initial stack pointer */
    (const void *)reset_handler, /* reset */
    (const void *)fault_handler, /* NMI */
    (const void *)fault_handler, /* hard fault, to which the other faults escalate */
    (const void *)fault_handler, /* memory management */
    (const void *)fault_handler, /* bus */
    (const void *)fault_handler, /* usage */
    (const void *)fault_handler, /* secure */
    NULL,
    NULL,
    NULL,
    (const void *)fault_handler, /* SVCall */
    (const void *)fault_handler, /* debug monitor */
    NULL,
    (const void *)fault_handler, /* PendSV */
    (const void *)systick_handler,
};

_Noreturn void reset_handler(void)
{
    const uint32_t *load = data_load;

#ifdef __ARM_FP
    CPACR |= 0xfu << 20; /* the floating-point unit, full access */
    __asm__ volatile("dsb\n\tisb" ::: "memory");
#endif
    for (uint32_t *p = data_start; p < data_end;)
        *p++ = *load++;
    for (uint32_t *p = bss_start; p < bss_end;)
        *p++ = 0;
    harness_main();
}

/* The stack may be what is broken: keep its pointer as the argument and start again from its top. */
__attribute__((naked)) void fault_handler(void)
{
    __asm__ volatile("mov r0, sp\n\t"
                     "ldr r1, =stack_top\n\t"
                     "mov sp, r1\n\t"
                     "bl fault_report\n\t"
                     ".ltorg");
}

_Noreturn void fault_report(const uint32_t *frame)
{
    if (frame < stack_bottom || frame + FRAME_WORDS > stack_top)
        harness_fault("stack overflow", 0, CFSR, HFSR);
    harness_fault("hard fault", frame[FRAME_PC], CFSR, HFSR);
}
