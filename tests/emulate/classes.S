/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions of every class on Armv7-M, interval by interval with the cycles of a Cortex-M4: what test_emulate.c
 * wants of this, and of a Cortex-M3, is counted by hand from the tables of docs/CYCLES.md. r0 is the address of eight
 * words, of which the first is r0 itself. */
        .syntax unified
        .thumb
        .section .text.harness_main, "ax"
        .global harness_main
        .type harness_main, %function
        .thumb_func
harness_main:
        sub     sp, #32
        mov     r0, sp
        str     r0, [r0]

        START                           /* loads behind each other */
        nop                             /* 1 */
        ldr     r1, [r0]                /* 2 */
        ldr     r2, [r0, #4]            /* 1 */
        ldrb    r3, [r0, #8]            /* 1 */
        str     r3, [r0, #12]           /* 1 */
        STOP

        START                           /* an address that is not ready */
        nop                             /* 1 */
        add     r1, r0, #4              /* 1 */
        ldr     r2, [r1]                /* 3: r1 was computed */
        ldr     r3, [r0]                /* 1 */
        ldr     r4, [r3]                /* 2: r3 was loaded */
        STOP

        START                           /* several words */
        nop                             /* 1 */
        push    {r4-r6, lr}             /* 5 */
        ldrd    r4, r5, [r0, #8]        /* 3 */
        strd    r4, r5, [r0, #16]       /* 3 */
        ldmia   r0, {r1-r3}             /* 4 */
        stmia   r0, {r1-r3}             /* 4 */
        ldmia   sp!, {r4-r6, lr}        /* 5 */
        STOP

        START
        mul     r1, r2, r3              /* 1 */
        mla     r1, r2, r3, r4          /* 1 */
        smull   r1, r2, r3, r4          /* 1 */
        umlal   r1, r2, r3, r4          /* 1 */
#ifdef __ARM_FEATURE_DSP
        smlad   r1, r2, r3, r4          /* 1 */
#else
        mls     r1, r2, r3, r4
#endif
        sdiv    r1, r2, r3              /* 7 */
        STOP

        START                           /* branches that are taken cost 2 more, to what was loaded 3 */
        movs    r1, #10                 /* 1 */
1:      subs    r1, #1                  /* 10 */
        bne     1b                      /* 28 */
        b       2f                      /* 3 */
        nop
2:      bl      leaf                    /* 3, with push 2 and pop 5 */
        cbz     r1, 3f                  /* 3 */
        nop
3:      STOP

        START                           /* what is skipped costs 1 and moves nothing */
        movs    r1, #0                  /* 1 */
        cmp     r1, #0                  /* 1 */
        ite     eq                      /* 0: folded */
        ldreq   r2, [r0]                /* 2 */
        ldrne   r3, [r0, #4]            /* 1 */
        nop                             /* 1 */
        itttt   ne                      /* 0 */
        ldrne   r2, [r0]                /* 1 */
        ldmiane r0, {r2, r3}            /* 1 */
        strne   r2, [r0, r1]            /* 1 */
        bxne    lr                      /* 1 */
        STOP

        START
        movs    r1, #0                  /* 1 */
        nop                             /* 1 */
        tbb     [pc, r1]                /* 6 */
4:      .byte   (5f - 4b) / 2
        .byte   0
5:      STOP

        bl      page

#ifdef __ARM_FP
        START
        vldr    s0, [r0]                /* 2 */
        vadd.f32 s1, s0, s0             /* 1 */
        vmul.f32 s1, s0, s0             /* 1 */
        vfma.f32 s1, s0, s0             /* 3 */
        vdiv.f32 s1, s0, s0             /* 14 */
        vstr    s1, [r0]                /* 2 */
        STOP
#endif
        movs    r0, #0
        bl      host_exit
        .size harness_main, . - harness_main

        .section .text.leaf, "ax"
        .type leaf, %function
        .thumb_func
leaf:   push    {lr}
        pop     {pc}
        .size leaf, . - leaf

        .section .text.page, "ax"       /* an IT block over the end of a page, where QEMU ends a block */
        .p2align 12
        .space  4096 - 10
        .type page, %function
        .thumb_func
page:   START
        cmp.w   r1, r1                  /* 1 */
        itt     ne                      /* 1: nothing of 16 bits before it */
        ldrne   r2, [r0]                /* 1 */
        ldrne   r3, [r0, #4]            /* 1 */
        STOP
        bx      lr
        .size page, . - page

        .section .text.harness_fault, "ax"
        .global harness_fault
        .type harness_fault, %function
        .thumb_func
harness_fault:
        movs    r0, #9
        bl      host_exit
        .size harness_fault, . - harness_fault
