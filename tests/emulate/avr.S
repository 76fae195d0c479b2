/* SPDX-License-Identifier: Apache-2.0 */
/* The counts of thumb.S on an AVR: 0; 3002 twice; 502. Then a skip: 3, as what is skipped is not executed. */
        .section .text.harness_main, "ax"
        .global harness_main
        .type harness_main, @function
harness_main:
        START
        STOP

        ldi     r16, 2
1:      START
        ldi     r24, lo8(1000)          /* 1 */
        ldi     r25, hi8(1000)          /* 2 */
2:      nop                             /* 3 each */
        sbiw    r24, 1
        brne    2b
        STOP
        dec     r16
        brne    1b

        START
        ldi     r17, 100                /* 1 */
        ldi     r18, 0                  /* 2 */
3:      call    leaf                    /* 5 each, with leaf's 2 */
        dec     r17
        brne    3b
        STOP

        START
        ldi     r17, 1                  /* 1 */
        sbrc    r17, 1                  /* 2 */
        nop                             /* skipped: bit 1 is clear */
        nop                             /* 3 */
        STOP

        ldi     r22, 0
        ldi     r23, 0
        ldi     r24, 0
        ldi     r25, 0
        jmp     host_exit
        .size harness_main, . - harness_main

        .type leaf, @function
leaf:   inc     r18
        ret
        .size leaf, . - leaf
