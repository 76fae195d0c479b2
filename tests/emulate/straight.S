/* SPDX-License-Identifier: Apache-2.0 */
/* Counts: 0, 1, 5, 6 (an IT block: the instruction that is skipped counts too). */
        .syntax unified
        .thumb
        .section .text.harness_main, "ax"
        .global harness_main
        .type harness_main, %function
        .thumb_func
harness_main:
        orr.w   r8, r8, r8
        orr.w   r9, r9, r9

        orr.w   r8, r8, r8
        nop                             /* 1 */
        orr.w   r9, r9, r9

        orr.w   r8, r8, r8
        movs    r0, #1                  /* 1, 16 bits */
        movw    r1, #1234               /* 2, 32 bits */
        add     r0, r1                  /* 3 */
        udiv    r0, r1, r0              /* 4 */
        vmov    s0, r0                  /* 5: the floating-point unit is on */
        orr.w   r9, r9, r9

        orr.w   r8, r8, r8
        movs    r0, #0                  /* 1 */
        cmp     r0, #1                  /* 2 */
        ite     eq                      /* 3 */
        moveq   r1, #7                  /* 4: skipped */
        movne   r1, #9                  /* 5 */
        nop                             /* 6 */
        orr.w   r9, r9, r9

        movs    r0, #0
        bl      host_exit
        .size harness_main, . - harness_main

        .global harness_fault
        .type harness_fault, %function
        .thumb_func
harness_fault:
        movs    r0, #9
        bl      host_exit
        .size harness_fault, . - harness_fault
