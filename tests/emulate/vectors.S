/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors and a low-overhead loop, with the cycles of a Cortex-M55. */
        .syntax unified
        .thumb
        .section .text.harness_main, "ax"
        .global harness_main
        .type harness_main, %function
        .thumb_func
harness_main:
        sub     sp, #32
        mov     r0, sp

        START
        movs    r1, #10                 /* 1 */
        dls     lr, r1                  /* 1 */
1:      vldrb.8 q0, [r0]                /* 10 */
        vmladava.s8 r2, q0, q0          /* 10: on another pipeline */
        le      lr, 1b                  /* 0 */
        STOP

        START
        ldrd    r2, r3, [r0]            /* 1 */
        vdup.8  q0, r2                  /* 1 */
        vadd.i8 q0, q0, q0              /* 2: on the same pipeline */
        vstrb.8 q0, [r0]                /* 1 */
        STOP

        movs    r0, #0
        bl      host_exit
        .size harness_main, . - harness_main

        .section .text.harness_fault, "ax"
        .global harness_fault
        .type harness_fault, %function
        .thumb_func
harness_fault:
        movs    r0, #9
        bl      host_exit
        .size harness_fault, . - harness_fault
