/* SPDX-License-Identifier: Apache-2.0 */
/* The counts of thumb.S on AArch64: 0; 3002 twice; 502. */
        .section .text.harness_main, "ax"
        .global harness_main
        .type harness_main, @function
harness_main:
        START
        STOP

        mov     w19, 2
1:      START
        mov     w0, 1000                /* 1 */
        nop                             /* 2 */
2:      nop                             /* 3 each */
        subs    w0, w0, 1
        b.ne    2b
        STOP
        subs    w19, w19, 1
        b.ne    1b

        START
        mov     w0, 100                 /* 1 */
        mov     w1, 0                   /* 2 */
3:      bl      leaf                    /* 5 each, with leaf's 2 */
        sub     w0, w0, 1
        cbnz    w0, 3b
        STOP

        mov     w0, 0
        b       host_exit
        .size harness_main, . - harness_main

        .type leaf, @function
leaf:   add     w1, w1, 1
        ret
        .size leaf, . - leaf

        .section .text.harness_fault, "ax"
        .global harness_fault
        .type harness_fault, @function
harness_fault:
        mov     w0, 9
        b       host_exit
        .size harness_fault, . - harness_fault
