/* SPDX-License-Identifier: Apache-2.0 */
/* A program of Linux without its C library: the kernel has loaded all, and what goes wrong ends the program. It runs on
 * the harness's own stack, which is painted and whose end is known. */
#include "harness.h"

__asm__(".section .vectors, \"ax\"\n\t"
        ".global reset_handler\n"
        "reset_handler:\n\t"
        "adrp x0, stack_top\n\t"
        "add x0, x0, :lo12:stack_top\n\t"
        "mov sp, x0\n\t"
        "b harness_main");
