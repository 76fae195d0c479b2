/* SPDX-License-Identifier: Apache-2.0 */
/* From reset to harness_main, and from any trap to harness_fault, in machine mode. */
#include "harness.h"

extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[];
extern uint8_t flash_origin[], flash_size[]; /* their addresses are the values */

/* One region of the memory protection: no writing, locked so that it binds machine mode too. */
#define PMP_READ_EXECUTE 0x05u
#define PMP_POWER_OF_TWO 0x18u
#define PMP_LOCKED       0x80u

#define WRITE_CSR(name, value) __asm__ volatile("csrw " name ", %0" ::"r"(value) : "memory")

_Noreturn void reset_handler(void);
_Noreturn void start(void);
void fault_handler(void);
_Noreturn void fault_report(uint32_t pc, uint32_t cause, uint32_t value, const uint32_t *sp);

/* The first instruction of the flash, where the machine starts. */
__attribute__((naked, used, section(".vectors"))) void reset_handler(void)
{
    __asm__ volatile(".option push\n\t"
                     ".option norelax\n\t"
                     "la gp, __global_pointer$\n\t"
                     ".option pop\n\t"
                     "la sp, stack_top\n\t"
                     "j start");
}

/* The stack is lowest in RAM: below it, what overflows it must meet memory that it cannot write. */
static void protect_flash(void)
{
    WRITE_CSR("pmpaddr0", ((uintptr_t)flash_origin >> 2) | (((uintptr_t)flash_size >> 3) - 1));
    WRITE_CSR("pmpcfg0", PMP_LOCKED | PMP_POWER_OF_TWO | PMP_READ_EXECUTE);
}

_Noreturn void start(void)
{
    const uint32_t *load = data_load;

    WRITE_CSR("mtvec", (uintptr_t)fault_handler);
    protect_flash();
    for (uint32_t *p = data_start; p < data_end;)
        *p++ = *load++;
    for (uint32_t *p = bss_start; p < bss_end;)
        *p++ = 0;
    harness_main();
}

/* The stack may be what is broken: start again from its top. */
__attribute__((naked, aligned(4))) void fault_handler(void)
{
    __asm__ volatile("csrr a0, mepc\n\t"
                     "csrr a1, mcause\n\t"
                     "csrr a2, mtval\n\t"
                     "mv a3, sp\n\t"
                     "la sp, stack_top\n\t"
                     "j fault_report");
}

_Noreturn void fault_report(uint32_t pc, uint32_t cause, uint32_t value, const uint32_t *sp)
{
    harness_fault(sp < stack_bottom ? "stack overflow" : "trap", pc, cause, value);
}
