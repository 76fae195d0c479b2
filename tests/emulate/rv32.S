/* SPDX-License-Identifier: Apache-2.0 */
/* The counts of thumb.S on RV32IMC: 0; 3002 twice; 502. Instructions of 16 and of 32 bits. */
        .section .text.harness_main, "ax"
        .global harness_main
        .type harness_main, @function
harness_main:
        START
        STOP

        li      s0, 2
1:      START
        li      a0, 1000                /* 1: 32 bits */
        c.nop                           /* 2 */
2:      c.nop                           /* 3 each */
        c.addi  a0, -1
        c.bnez  a0, 2b
        STOP
        addi    s0, s0, -1
        bnez    s0, 1b

        START
        li      a0, 100                 /* 1 */
        li      a1, 0                   /* 2 */
3:      jal     leaf                    /* 5 each, with leaf's 2 */
        addi    a0, a0, -1
        bnez    a0, 3b
        STOP

        li      a0, 0
        j       host_exit
        .size harness_main, . - harness_main

        .type leaf, @function
leaf:   addi    a1, a1, 1
        ret
        .size leaf, . - leaf

        .section .text.harness_fault, "ax"
        .global harness_fault
        .type harness_fault, @function
harness_fault:
        li      a0, 9
        j       host_exit
        .size harness_fault, . - harness_fault
