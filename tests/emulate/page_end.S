/* SPDX-License-Identifier: Apache-2.0 */
/* Counts: 507, 3. A marker and an instruction of 16 bits are the last but one of a page of 1 KiB. */
        .syntax unified
        .thumb
        .section .text.harness_main, "ax"
        .balign 1024
        .global harness_main
        .type harness_main, %function
        .thumb_func
harness_main:
        orr.w   r8, r8, r8
        .rept   507
        nop
        .endr
        orr.w   r9, r9, r9              /* at 0x3fa */
        nop                             /* at 0x3fe: QEMU looks at it before it ends the block */

        .rept   506
        nop
        .endr
        orr.w   r8, r8, r8              /* at 0x7f4 */
        nop                             /* 1 */
        nop                             /* 2, at 0x7fa */
        movs    r0, #0                  /* 3, at 0x7fc */
        orr.w   r9, r9, r9              /* from one page to the next */

        bl      host_exit
        .size harness_main, . - harness_main

        .global harness_fault
        .type harness_fault, %function
        .thumb_func
harness_fault:
        movs    r0, #9
        bl      host_exit
        .size harness_fault, . - harness_fault
