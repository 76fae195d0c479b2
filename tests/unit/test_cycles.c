/* SPDX-License-Identifier: Apache-2.0 */
/* What the counter takes instructions for, and what they cost a core (tools/count): encodings of every row of the
 * decoder's tables, sequences timed by hand. test_emulate.c has the same on emulated boards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>

#include "tools/count/classes.h"
#include "tools/count/timing.h"

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define R(n)         (1u << (n))
#define SP           R(13)
#define LR           R(14)

/* "b512" or "e9c3 1202", as disassemblers write the halves of Thumb. */
static struct instruction decode(const char *hex)
{
    unsigned half[2] = {0};
    int n = sscanf(hex, "%x %x", &half[0], &half[1]);
    uint8_t bytes[4] = {(uint8_t)half[0], (uint8_t)(half[0] >> 8), (uint8_t)half[1], (uint8_t)(half[1] >> 8)};

    return decoder_of("cortex-m4f")(bytes, (size_t)n * 2);
}

struct want {
    const char *hex, *text;
    enum kind kind;
    unsigned words, reads, writes, address;
};

static const struct want wants[] = {
    {"18d1", "adds r1, r2, r3", KIND_OTHER, 0, R(2) | R(3), R(1), 0},
    {"1ad1", "subs r1, r2, r3", KIND_OTHER, 0, R(2) | R(3), R(1), 0},
    {"1ed1", "subs r1, r2, #3", KIND_SHORT, 0, R(2), R(1), 0},
    {"00d1", "lsls r1, r2, #3", KIND_SHIFT, 0, R(2), R(1), 0},
    {"2701", "movs r7, #1", KIND_SHORT, 0, 0, R(7), 0},
    {"2f01", "cmp r7, #1", KIND_OTHER, 0, R(7), 0, 0},
    {"3f09", "subs r7, #9", KIND_SHORT, 0, R(7), R(7), 0},
    {"4351", "muls r1, r2", KIND_MUL, 0, R(1) | R(2), R(1), 0},
    {"4091", "lsls r1, r2", KIND_SHIFT, 0, R(1) | R(2), R(1), 0},
    {"4111", "asrs r1, r2", KIND_SHIFT, 0, R(1) | R(2), R(1), 0},
    {"41d1", "rors r1, r2", KIND_SHIFT, 0, R(1) | R(2), R(1), 0},
    {"4211", "tst r1, r2", KIND_OTHER, 0, R(1) | R(2), 0, 0},
    {"4291", "cmp r1, r2", KIND_OTHER, 0, R(1) | R(2), 0, 0},
    {"4011", "ands r1, r2", KIND_OTHER, 0, R(1) | R(2), R(1), 0},
    {"4499", "add r9, r3", KIND_OTHER, 0, R(9) | R(3), R(9), 0},
    {"449f", "add pc, r3", KIND_BRANCH_REGISTER, 0, R(15) | R(3), 0, 0},
    {"4599", "cmp r9, r3", KIND_OTHER, 0, R(9) | R(3), 0, 0},
    {"46f7", "mov pc, lr", KIND_BRANCH_REGISTER, 0, LR, 0, 0},
    {"4699", "mov r9, r3", KIND_SHORT, 0, R(3), R(9), 0},
    {"4770", "bx lr", KIND_BRANCH_REGISTER, 0, LR, 0, 0},
    {"4798", "blx r3", KIND_CALL_REGISTER, 0, R(3), 0, 0},
    {"4b02", "ldr r3, [pc, #8]", KIND_LOAD, 1, 0, R(3), 0},
    {"56d1", "ldrsb r1, [r2, r3]", KIND_LOAD_NARROW, 1, R(2) | R(3), R(1), R(2) | R(3)},
    {"54d1", "strb r1, [r2, r3]", KIND_STORE_INDEXED, 1, R(1) | R(2) | R(3), 0, R(2) | R(3)},
    {"58d1", "ldr r1, [r2, r3]", KIND_LOAD, 1, R(2) | R(3), R(1), R(2) | R(3)},
    {"5ad1", "ldrh r1, [r2, r3]", KIND_LOAD_NARROW, 1, R(2) | R(3), R(1), R(2) | R(3)},
    {"6051", "str r1, [r2, #4]", KIND_STORE, 1, R(1) | R(2), 0, R(2)},
    {"6851", "ldr r1, [r2, #4]", KIND_LOAD, 1, R(2), R(1), R(2)},
    {"7111", "strb r1, [r2, #4]", KIND_STORE, 1, R(1) | R(2), 0, R(2)},
    {"7911", "ldrb r1, [r2, #4]", KIND_LOAD_NARROW, 1, R(2), R(1), R(2)},
    {"8091", "strh r1, [r2, #4]", KIND_STORE, 1, R(1) | R(2), 0, R(2)},
    {"8891", "ldrh r1, [r2, #4]", KIND_LOAD_NARROW, 1, R(2), R(1), R(2)},
    {"9101", "str r1, [sp, #4]", KIND_STORE, 1, R(1) | SP, 0, SP},
    {"9901", "ldr r1, [sp, #4]", KIND_LOAD, 1, SP, R(1), SP},
    {"a101", "adr r1, .+8", KIND_OTHER, 0, 0, R(1), 0},
    {"a901", "add r1, sp, #4", KIND_OTHER, 0, SP, R(1), 0},
    {"b082", "sub sp, #8", KIND_OTHER, 0, SP, SP, 0},
    {"b111", "cbz r1", KIND_BRANCH_IF, 0, R(1), 0, 0},
    {"bb11", "cbnz r1", KIND_BRANCH_IF, 0, R(1), 0, 0},
    {"b211", "sxth r1, r2", KIND_EXTEND, 0, R(2), R(1), 0},
    {"b512", "push {r1, r4, lr}", KIND_STORE_MULTI, 3, R(1) | R(4) | LR | SP, SP, SP},
    {"bd12", "pop {r1, r4, pc}", KIND_LOAD_MULTI, 3, SP, R(1) | R(4) | R(15) | SP, SP},
    {"b662", "cpsie i", KIND_OTHER, 0, 0, 0, 0},
    {"ba11", "rev r1, r2", KIND_SIMD, 0, R(2), R(1), 0},
    {"bf00", "nop", KIND_OTHER, 0, 0, 0, 0},
    {"bf08", "it eq", KIND_IT, 0, 0, 0, 0},
    {"c10c", "stmia r1!, {r2, r3}", KIND_STORE_MULTI, 2, R(1) | R(2) | R(3), R(1), R(1)},
    {"c90c", "ldmia r1!, {r2, r3}", KIND_LOAD_MULTI, 2, R(1), R(1) | R(2) | R(3), R(1)},
    {"d102", "bne", KIND_BRANCH_IF, 0, 0, 0, 0},
    {"df00", "svc 0", KIND_OTHER, 0, 0, 0, 0},
    {"e002", "b", KIND_BRANCH, 0, 0, 0, 0},
    {"e9c3 1202", "strd r1, r2, [r3, #8]", KIND_STORE_MULTI, 2, R(1) | R(2) | R(3), 0, R(3)},
    {"e8e3 1202", "strd r1, r2, [r3], #8", KIND_STORE_MULTI, 2, R(1) | R(2) | R(3), R(3), R(3)},
    {"e9d3 1202", "ldrd r1, r2, [r3, #8]", KIND_LOAD_MULTI, 2, R(3), R(1) | R(2), R(3)},
    {"e8f3 1202", "ldrd r1, r2, [r3], #8", KIND_LOAD_MULTI, 2, R(3), R(1) | R(2) | R(3), R(3)},
    {"e852 1f00", "ldrex r1, [r2]", KIND_LOAD, 1, R(2), R(1), R(2)},
    {"e8d2 1f4f", "ldrexb r1, [r2]", KIND_LOAD, 1, R(2), R(1), R(2)},
    {"e843 2100", "strex r1, r2, [r3]", KIND_STORE, 1, R(2) | R(3), R(1), R(3)},
    {"e8d1 f002", "tbb [r1, r2]", KIND_TABLE, 1, R(1) | R(2), 0, R(1) | R(2)},
    {"e97f e97f", "sg", KIND_OTHER, 0, 0, 0, 0},
    {"e8b1 01f0", "ldmia.w r1!, {r4-r8}", KIND_LOAD_MULTI, 5, R(1), 0x1f0 | R(1), R(1)},
    {"e891 01f0", "ldmia.w r1, {r4-r8}", KIND_LOAD_MULTI, 5, R(1), 0x1f0, R(1)},
    {"e901 01f0", "stmdb r1, {r4-r8}", KIND_STORE_MULTI, 5, R(1) | 0x1f0, 0, R(1)},
    {"e8a1 01f0", "stmia.w r1!, {r4-r8}", KIND_STORE_MULTI, 5, R(1) | 0x1f0, R(1), R(1)},
    {"e8bd 8ff0", "pop {r4-r11, pc}", KIND_LOAD_MULTI, 9, SP, 0x8ff0 | SP, SP},
    {"e92d 4ff0", "push {r4-r11, lr}", KIND_STORE_MULTI, 9, 0x4ff0 | SP, SP, SP},
    {"eb02 0103", "add.w r1, r2, r3", KIND_OTHER, 0, R(2) | R(3), R(1), 0},
    {"eb02 0183", "add.w r1, r2, r3, lsl #2", KIND_SHIFT, 0, R(2) | R(3), R(1), 0},
    {"ea4f 090a", "mov.w r9, r10", KIND_SHORT, 0, R(10), R(9), 0},
    {"f000 f8c6", "bl", KIND_CALL, 0, 0, 0, 0},
    {"f000 bfce", "b.w", KIND_BRANCH, 0, 0, 0, 0},
    {"f040 87ce", "bne.w", KIND_BRANCH_IF, 0, 0, 0, 0},
    {"f381 8810", "msr primask, r1", KIND_SYSTEM, 0, R(1), 0, 0},
    {"f3ef 8110", "mrs r1, primask", KIND_SYSTEM, 0, 0, R(1), 0},
    {"f3bf 8f4f", "dsb sy", KIND_BARRIER, 0, 0, 0, 0},
    {"f3af 8000", "nop.w", KIND_OTHER, 0, 0, 0, 0},
    {"f502 7196", "add.w r1, r2, #300", KIND_OTHER, 0, R(2), R(1), 0},
    {"f240 41d2", "movw r1, #1234", KIND_OTHER, 0, 0, R(1), 0},
    {"f2c0 41d2", "movt r1, #1234", KIND_OTHER, 0, R(1), R(1), 0},
    {"f362 01c6", "bfi r1, r2, #3, #4", KIND_SHIFT, 0, R(1) | R(2), R(1), 0},
    {"f3c2 01c3", "ubfx r1, r2, #3, #4", KIND_SIMD, 0, R(2), R(1), 0},
    {"f302 0107", "ssat r1, #8, r2", KIND_SIMD, 0, R(2), R(1), 0},
    {"f8d2 1190", "ldr.w r1, [r2, #400]", KIND_LOAD, 1, R(2), R(1), R(2)},
    {"f852 1b04", "ldr.w r1, [r2], #4", KIND_LOAD, 1, R(2), R(1) | R(2), R(2)},
    {"f852 1023", "ldr.w r1, [r2, r3, lsl #2]", KIND_LOAD, 1, R(2) | R(3), R(1), R(2) | R(3)},
    {"f852 f003", "ldr.w pc, [r2, r3]", KIND_LOAD, 1, R(2) | R(3), R(15), R(2) | R(3)},
    {"f912 1b01", "ldrsb.w r1, [r2], #1", KIND_LOAD_NARROW, 1, R(2), R(1) | R(2), R(2)},
    {"f9b2 1190", "ldrsh.w r1, [r2, #400]", KIND_LOAD_NARROW, 1, R(2), R(1), R(2)},
    {"f912 1003", "ldrsb.w r1, [r2, r3]", KIND_LOAD_NARROW, 1, R(2) | R(3), R(1), R(2) | R(3)},
    {"f842 1023", "str.w r1, [r2, r3, lsl #2]", KIND_STORE_INDEXED, 1, R(1) | R(2) | R(3), 0, R(2) | R(3)},
    {"f802 1b01", "strb.w r1, [r2], #1", KIND_STORE, 1, R(1) | R(2), R(2), R(2)},
    {"f8c2 1190", "str.w r1, [r2, #400]", KIND_STORE, 1, R(1) | R(2), 0, R(2)},
    {"f892 f190", "pld [r2, #400]", KIND_OTHER, 0, R(2), 0, R(2)},
    {"fa02 f103", "lsl.w r1, r2, r3", KIND_SHIFT, 0, R(2) | R(3), R(1), 0},
    {"fa2f f182", "sxtb16 r1, r2", KIND_SIMD, 0, R(2), R(1), 0},
    {"fa02 f183", "sxtah r1, r2, r3", KIND_SIMD, 0, R(2) | R(3), R(1), 0},
    {"fa5f f982", "uxtb.w r9, r2", KIND_EXTEND, 0, R(2), R(9), 0},
    {"fa83 f182", "qadd r1, r2, r3", KIND_SIMD, 0, R(2) | R(3), R(1), 0},
    {"fb02 f103", "mul r1, r2, r3", KIND_MUL, 0, R(2) | R(3), R(1), 0},
    {"fb02 4103", "mla r1, r2, r3, r4", KIND_MAC, 0, R(2) | R(3) | R(4), R(1), 0},
    {"fb22 4103", "smlad r1, r2, r3, r4", KIND_MAC, 0, R(2) | R(3) | R(4), R(1), 0},
    {"fb22 f103", "smuad r1, r2, r3", KIND_MUL, 0, R(2) | R(3), R(1), 0},
    {"fb52 4113", "smmlar r1, r2, r3, r4", KIND_MAC, 0, R(2) | R(3) | R(4), R(1), 0},
    {"fb72 4103", "usada8 r1, r2, r3, r4", KIND_SIMD, 0, R(2) | R(3) | R(4), R(1), 0},
    {"fb83 1204", "smull r1, r2, r3, r4", KIND_MUL_LONG, 0, R(3) | R(4), R(1) | R(2), 0},
    {"fbe3 1204", "umlal r1, r2, r3, r4", KIND_MAC_LONG, 0, 0x1e, R(1) | R(2), 0},
    {"fbc3 12c4", "smlald r1, r2, r3, r4", KIND_MAC_LONG, 0, 0x1e, R(1) | R(2), 0},
    {"fb92 f1f3", "sdiv r1, r2, r3", KIND_DIVIDE, 0, R(2) | R(3), R(1), 0},
    {"fbb2 f1f3", "udiv r1, r2, r3", KIND_DIVIDE, 0, R(2) | R(3), R(1), 0},
    {"ed91 0a01", "vldr s0, [r1, #4]", KIND_LOAD_FLOAT, 1, R(1), 0, R(1)},
    {"ed91 0b01", "vldr d0, [r1, #4]", KIND_LOAD_FLOAT, 2, R(1), 0, R(1)},
    {"ed81 0a00", "vstr s0, [r1]", KIND_STORE_FLOAT, 1, R(1), 0, R(1)},
    {"ecb1 0a04", "vldmia r1!, {s0-s3}", KIND_LOAD_MULTI, 4, R(1), R(1), R(1)},
    {"ec91 0a04", "vldmia r1, {s0-s3}", KIND_LOAD_MULTI, 4, R(1), 0, R(1)},
    {"ed2d 8b04", "vpush {d8-d9}", KIND_STORE_MULTI, 4, SP, SP, SP},
    {"ec81 0a04", "vstmia r1, {s0-s3}", KIND_STORE_MULTI, 4, R(1), 0, R(1)},
    {"ee30 0a81", "vadd.f32 s0, s1, s2", KIND_FLOAT, 0, 0, 0, 0},
    {"ee20 0a81", "vmul.f32 s0, s1, s2", KIND_FLOAT_MUL, 0, 0, 0, 0},
    {"eea0 0a81", "vfma.f32 s0, s1, s2", KIND_FLOAT_MAC, 0, 0, 0, 0},
    {"ee00 0a81", "vmla.f32 s0, s1, s2", KIND_FLOAT_MAC, 0, 0, 0, 0},
    {"ee80 0a81", "vdiv.f32 s0, s1, s2", KIND_FLOAT_DIVIDE, 0, 0, 0, 0},
    {"eeb1 0ae0", "vsqrt.f32 s0, s1", KIND_FLOAT_DIVIDE, 0, 0, 0, 0},
    {"ee10 1a10", "vmov r1, s0", KIND_FLOAT, 0, 0, R(1), 0},
    {"ec52 1b10", "vmov r1, r2, d0", KIND_FLOAT_MOVE2, 0, 0, R(1) | R(2), 0},
    {"ec42 1b10", "vmov d0, r1, r2", KIND_FLOAT_MOVE2, 0, R(1) | R(2), 0, 0},
    {"f041 e001", "dls lr, r1", KIND_OTHER, 0, R(1), 0, 0},
    {"f00f c803", "le lr", KIND_LOOP_END, 0, 0, 0, 0},
    {"f01f c803", "letp lr", KIND_LOOP_END, 0, 0, 0, 0},
    {"f001 c801", "wlstp.8 lr, r1", KIND_BRANCH_IF, 0, R(1), 0, 0},
    {"ea52 8103", "csel r1, r2, r3, eq", KIND_OTHER, 0, R(2) | R(3), R(1), 0},
    {"ed91 1e00", "vldrb.8 q0, [r1]", KIND_LOAD_VECTOR, 4, R(1), 0, R(1)},
    {"ed91 0e80", "vldrb.s16 q0, [r1]", KIND_LOAD_VECTOR, 4, R(1), 0, R(1)},
    {"ecb1 1f04", "vldrw.32 q0, [r1], #16", KIND_LOAD_VECTOR, 4, R(1), R(1), R(1)},
    {"fc91 0f45", "vldrw.u32 q0, [r1, q2, uxtw #2]", KIND_LOAD_VECTOR, 4, R(1), 0, R(1)},
    {"fcb1 1f61", "vld43.32 {q0-q3}, [r1]!", KIND_LOAD_VECTOR, 4, R(1), R(1), R(1)},
    {"ed81 1f00", "vstrw.32 q0, [r1]", KIND_STORE_VECTOR, 4, R(1), 0, R(1)},
    {"eca1 0e88", "vstrb.16 q0, [r1], #8", KIND_STORE_VECTOR, 4, R(1), R(1), R(1)},
    {"ec02 0f01", "vmov q0[2], q0[0], r1, r2", KIND_VECTOR, 0, R(1) | R(2), 0, 0},
    {"ec12 0f01", "vmov r1, r2, q0[2], q0[0]", KIND_VECTOR_FLOAT, 0, 0, R(1) | R(2), 0},
    {"ee20 1b10", "vmov.32 q0[1], r1", KIND_FLOAT, 0, R(1), 0, 0},
    {"eee0 1b10", "vdup.8 q0, r1", KIND_VECTOR, 0, R(1), 0, 0},
    {"ef02 0844", "vadd.i8 q0, q1, q2", KIND_VECTOR, 0, 0, 0, 0},
    {"ee23 0f42", "vadd.i32 q0, q1, r2", KIND_VECTOR, 0, R(2), 0, 0},
    {"ef02 0644", "vmax.s8 q0, q1, q2", KIND_VECTOR, 0, 0, 0, 0},
    {"ef24 0542", "vrshl.s32 q0, q1, q2", KIND_VECTOR, 0, 0, 0, 0},
    {"ee3b 1e61", "vrshl.s32 q0, r1", KIND_VECTOR, 0, 0, 0, 0},
    {"efbd 0052", "vshr.s32 q0, q1, #3", KIND_VECTOR, 0, 0, 0, 0},
    {"ee37 0e03", "vqmovnb.s32 q0, q1", KIND_VECTOR, 0, 0, 0, 0},
    {"eea8 0f42", "vmovlb.s8 q0, q1", KIND_VECTOR, 0, 0, 0, 0},
    {"eef1 2f00", "vaddv.s8 r2, q0", KIND_VECTOR_FLOAT, 0, R(2), R(2), 0},
    {"ee99 2f20", "vaddlva.s32 r2, r3, q0", KIND_VECTOR_FLOAT, 0, R(2) | R(3), R(2) | R(3), 0},
    {"eee2 1f00", "vmaxv.s8 r1, q0", KIND_VECTOR, 0, R(1), R(1), 0},
    {"ee80 1f03", "vabav.s8 r1, q0, q1", KIND_VECTOR, 0, R(1), R(1), 0},
    {"fe21 1f03", "vcmp.s32 gt, q0, q1", KIND_VECTOR_FLOAT, 0, 0, 0, 0},
    {"fe71 0f4d", "vpst", KIND_OTHER, 0, 0, 0, 0},
    {"fe33 0f05", "vpsel q0, q1, q2", KIND_VECTOR, 0, 0, 0, 0},
    {"ef02 0954", "vmul.i8 q0, q1, q2", KIND_VECTOR_MUL, 0, 0, 0, 0},
    {"ee23 1e62", "vmul.i32 q0, q1, r2", KIND_VECTOR_MUL, 0, R(2), 0, 0},
    {"ee23 0e42", "vmla.s32 q0, q1, r2", KIND_VECTOR_MUL, 0, R(2), 0, 0},
    {"ee23 1e05", "vrmulh.s32 q0, q1, q2", KIND_VECTOR_MUL, 0, 0, 0, 0},
    {"ff22 0b44", "vqrdmulh.s32 q0, q1, q2", KIND_VECTOR_MUL, 0, 0, 0, 0},
    {"fe23 0e62", "vqrdmulh.s32 q0, q1, r2", KIND_VECTOR_MUL, 0, R(2), 0, 0},
    {"ee03 0e04", "vmullb.s8 q0, q1, q2", KIND_VECTOR_MUL, 0, 0, 0, 0},
    {"fe32 1f62", "vqdmullt.s32 q0, q1, r2", KIND_VECTOR_MUL, 0, R(2), 0, 0},
    {"eef0 2f22", "vmladava.s8 r2, q0, q1", KIND_VECTOR_MUL, 0, R(2), R(2), 0},
    {"eef1 2e22", "vmladava.s32 r2, q0, q1", KIND_VECTOR_MUL, 0, R(2), R(2), 0},
    {"ee90 2e22", "vmlaldava.s16 r2, r3, q0, q1", KIND_VECTOR_MUL, 0, R(2) | R(3), R(2) | R(3), 0},
    {"ef02 0d44", "vadd.f32 q0, q1, q2", KIND_VECTOR_FLOAT, 0, 0, 0, 0},
    {"ff02 0d54", "vmul.f32 q0, q1, q2", KIND_VECTOR_MUL, 0, 0, 0, 0},
    {"ef02 0c54", "vfma.f32 q0, q1, q2", KIND_VECTOR_MUL, 0, 0, 0, 0},
    {"ee33 0e42", "vfma.f32 q0, q1, r2", KIND_VECTOR_MUL, 0, R(2), 0, 0},
    {"ffbb 0642", "vcvt.f32.s32 q0, q1", KIND_VECTOR_FLOAT, 0, 0, 0, 0},
    {"ffb9 03c2", "vneg.s32 q0, q1", KIND_VECTOR, 0, 0, 0, 0},
};

static void instructions_are_what_they_are(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(wants); k++) {
        const struct want *w = &wants[k];
        struct instruction i = decode(w->hex);

        if (i.kind != w->kind || i.words != w->words || i.reads != w->reads || i.writes != w->writes ||
            i.address != w->address || i.bytes != (strlen(w->hex) == 4 ? 2 : 4))
            fail_msg("%s: kind %d, %d words, reads %x, writes %x, address %x", w->text, (int)i.kind, i.words, i.reads,
                     i.writes, i.address);
        assert_int_equal(i.conditional, w->kind == KIND_BRANCH_IF || w->kind == KIND_LOOP_END);
    }
}

/* Kinds and words of other instruction sets, whose registers nobody asks for. */
static void other_instruction_sets_are_told(void **state)
{
    static const struct {
        const char *core;
        uint8_t bytes[4];
        size_t size;
        enum kind kind;
        unsigned words;
    } cases[] = {
        {.core = "rv32imc",
         .bytes = {0x03, 0x25, 0x45, 0x00},
         .size = 4,
         .kind = KIND_LOAD,
         .words = 1}, /* lw a0, 4(a0) */
        {.core = "rv32imc",
         .bytes = {0x23, 0x22, 0xa5, 0x00},
         .size = 4,
         .kind = KIND_STORE,
         .words = 1},                                                                              /* sw a0, 4(a0) */
        {.core = "rv32imc", .bytes = {0x33, 0x05, 0xb5, 0x02}, .size = 4, .kind = KIND_MUL},       /* mul a0, a0, a1 */
        {.core = "rv32imc", .bytes = {0x33, 0x15, 0xb5, 0x02}, .size = 4, .kind = KIND_MUL},       /* mulh a0, a0, a1 */
        {.core = "rv32imc", .bytes = {0x33, 0x45, 0xb5, 0x02}, .size = 4, .kind = KIND_DIVIDE},    /* div a0, a0, a1 */
        {.core = "rv32imc", .bytes = {0x33, 0x05, 0xb5, 0x00}, .size = 4, .kind = KIND_OTHER},     /* add a0, a0, a1 */
        {.core = "rv32imc", .bytes = {0xe3, 0x1e, 0xb5, 0xfe}, .size = 4, .kind = KIND_BRANCH_IF}, /* bne a0, a1 */
        {.core = "rv32imc", .bytes = {0xef, 0x00, 0x80, 0x00}, .size = 4, .kind = KIND_CALL},      /* jal ra */
        {.core = "rv32imc", .bytes = {0x6f, 0x00, 0x80, 0x00}, .size = 4, .kind = KIND_BRANCH},    /* j */
        {.core = "rv32imc", .bytes = {0x67, 0x80, 0x00, 0x00}, .size = 4, .kind = KIND_BRANCH_REGISTER}, /* ret */
        {.core = "rv32imc", .bytes = {0xe7, 0x00, 0x05, 0x00}, .size = 4, .kind = KIND_CALL_REGISTER},   /* jalr a0 */
        {.core = "rv32imc", .bytes = {0x48, 0x41}, .size = 2, .kind = KIND_LOAD, .words = 1},  /* c.lw a0, 4(a0) */
        {.core = "rv32imc", .bytes = {0x48, 0xc1}, .size = 2, .kind = KIND_STORE, .words = 1}, /* c.sw a0, 4(a0) */
        {.core = "rv32imc", .bytes = {0x22, 0x45}, .size = 2, .kind = KIND_LOAD, .words = 1},  /* c.lwsp a0, 8 */
        {.core = "rv32imc", .bytes = {0x2a, 0xc4}, .size = 2, .kind = KIND_STORE, .words = 1}, /* c.swsp a0, 8 */
        {.core = "rv32imc", .bytes = {0x01, 0xc1}, .size = 2, .kind = KIND_BRANCH_IF},         /* c.beqz a0 */
        {.core = "rv32imc", .bytes = {0x01, 0xa0}, .size = 2, .kind = KIND_BRANCH},            /* c.j */
        {.core = "rv32imc", .bytes = {0x82, 0x80}, .size = 2, .kind = KIND_BRANCH_REGISTER},   /* c.jr ra */
        {.core = "rv32imc", .bytes = {0x02, 0x95}, .size = 2, .kind = KIND_CALL_REGISTER},     /* c.jalr a0 */
        {.core = "rv32imc", .bytes = {0x02, 0x90}, .size = 2, .kind = KIND_OTHER},             /* c.ebreak */
        {.core = "rv32imc", .bytes = {0x2e, 0x85}, .size = 2, .kind = KIND_OTHER},             /* c.mv a0, a1 */
        {.core = "avr5", .bytes = {0x8c, 0x91}, .size = 2, .kind = KIND_LOAD, .words = 1},     /* ld r24, X */
        {.core = "avr5", .bytes = {0x8f, 0x91}, .size = 2, .kind = KIND_LOAD, .words = 1},     /* pop r24 */
        {.core = "avr5", .bytes = {0x85, 0x91}, .size = 2, .kind = KIND_LOAD, .words = 1},     /* lpm r24, Z+ */
        {.core = "avr5", .bytes = {0x89, 0x81}, .size = 2, .kind = KIND_LOAD, .words = 1},     /* ldd r24, Y+1 */
        {.core = "avr5", .bytes = {0x8f, 0x93}, .size = 2, .kind = KIND_STORE, .words = 1},    /* push r24 */
        {.core = "avr5", .bytes = {0x89, 0x83}, .size = 2, .kind = KIND_STORE, .words = 1},    /* std Y+1, r24 */
        {.core = "avr5", .bytes = {0x98, 0x9f}, .size = 2, .kind = KIND_MUL},                  /* mul r25, r24 */
        {.core = "avr5", .bytes = {0x98, 0x03}, .size = 2, .kind = KIND_MUL},                  /* fmulsu r17, r16 */
        {.core = "avr5", .bytes = {0xf1, 0xf7}, .size = 2, .kind = KIND_BRANCH_IF},            /* brne */
        {.core = "avr5", .bytes = {0x89, 0x13}, .size = 2, .kind = KIND_BRANCH_IF},            /* cpse r24, r25 */
        {.core = "avr5", .bytes = {0x80, 0xff}, .size = 2, .kind = KIND_BRANCH_IF},            /* sbrs r24, 0 */
        {.core = "avr5", .bytes = {0xfe, 0xcf}, .size = 2, .kind = KIND_BRANCH},               /* rjmp */
        {.core = "avr5", .bytes = {0x0e, 0x94}, .size = 2, .kind = KIND_CALL},                 /* call */
        {.core = "avr5", .bytes = {0x08, 0x95}, .size = 2, .kind = KIND_BRANCH_REGISTER},      /* ret */
        {.core = "avr5", .bytes = {0x09, 0x95}, .size = 2, .kind = KIND_CALL_REGISTER},        /* icall */
        {.core = "avr5", .bytes = {0x89, 0x0f}, .size = 2, .kind = KIND_OTHER},                /* add r24, r25 */
        {.core = "avr5", .bytes = {0xcc, 0x01}, .size = 2, .kind = KIND_OTHER},                /* movw r24, r24 */
    };

    (void)state;
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct instruction i = decoder_of(cases[k].core)(cases[k].bytes, cases[k].size);

        if (i.kind != cases[k].kind || i.words != cases[k].words)
            fail_msg("%s, case %zu: kind %d, %d words", cases[k].core, k, (int)i.kind, i.words);
    }
}

static void it_says_how_many_it_covers(void **state)
{
    (void)state;
    assert_int_equal(decode("bf08").covers, 1); /* it eq */
    assert_int_equal(decode("bf0c").covers, 2); /* ite eq */
    assert_int_equal(decode("bf02").covers, 3); /* ittt eq */
    assert_int_equal(decode("bf1f").covers, 4); /* itttt ne */
    assert_int_equal(decode("bf00").covers, 0); /* nop */
}

static void loads_of_the_program_counter_branch(void **state)
{
    static const struct {
        const char *hex;
        bool branches;
    } cases[] = {{"bd12", true}, {"bc12", false},     {"e8bd 8ff0", true}, {"e8bd 4ff0", false}, {"f852 f003", true},
                 {"4770", true}, {"e8d1 f002", true}, {"d102", true},      {"eb02 0f03", false}, {"b512", false}};

    (void)state;
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct instruction i = decode(cases[k].hex);

        assert_int_equal(may_branch(&i), cases[k].branches);
    }
}

static unsigned cycles(const char *core, const char *const *code)
{
    struct timing_state state = {0};
    unsigned sum = 0;

    for (; *code; code++) {
        struct instruction i = decode(*code);

        sum += timing_add(timing_of(core), &state, &i);
    }
    return sum;
}

#define CYCLES(core, want, ...) assert_int_equal(cycles(core, (const char *const[]){__VA_ARGS__, NULL}), want)

static void manuals_tables_are_kept(void **state)
{
    (void)state;
    CYCLES("cortex-m0", 2, "6851");             /* ldr */
    CYCLES("cortex-m0", 4, "6851", "6892");     /* ldr, ldr: nothing overlaps */
    CYCLES("cortex-m0plus", 4, "6851", "6051"); /* ldr, str */
    CYCLES("cortex-m0", 4, "b512");             /* push of three */
    CYCLES("cortex-m4f", 3, "6851", "6891");    /* ldr, ldr r1, [r2, #8] */
    CYCLES("cortex-m4f", 4, "6851", "680b");    /* ldr r1; ldr r3, [r1] */
    CYCLES("cortex-m4f", 3, "6851", "54d1");    /* ldr, strb with a register offset */
    CYCLES("cortex-m4f", 2, "54d1");
    CYCLES("cortex-m4f", 4, "54d1", "6851");      /* nothing overlaps with a store before it */
    CYCLES("cortex-m4f", 5, "e9d3 1202", "6851"); /* ldrd, ldr: nor with two words */
    CYCLES("cortex-m4f", 4, "1ed1", "6809");      /* subs r1; ldr r1, [r1] */
    CYCLES("cortex-m4f", 1, "4351", "bf08");      /* muls; it: folded */
    CYCLES("cortex-m4f", 2, "fb02 f103", "bf08"); /* mul.w; it */
    CYCLES("cortex-m4f", 3, "fb02 4103", "fb83 1204", "fbe3 1204");
    CYCLES("cortex-m3", 12, "fb02 4103", "fb83 1204", "fbe3 1204");
    CYCLES("crude", 3, "6851", "680b");
    CYCLES("crude", 6, "fb92 f1f3");
}

static void pairs_and_latencies_are_kept(void **state)
{
    (void)state;
    CYCLES("cortex-m7", 1, "6851", "6893");           /* two loads are a pair */
    CYCLES("cortex-m7", 2, "6851", "6893", "3501");   /* and a third instruction is none */
    CYCLES("cortex-m7", 1, "6851", "3501");           /* ldr r1; adds r5, #1 */
    CYCLES("cortex-m7", 2, "6851", "3101");           /* ldr r1; adds r1, #1 */
    CYCLES("cortex-m7", 3, "7911", "3101");           /* a byte comes a cycle later */
    CYCLES("cortex-m7", 3, "1ed1", "680b");           /* subs r1; ldr r3, [r1]: addresses are needed early */
    CYCLES("cortex-m7", 2, "fb02 f103", "fb02 4503"); /* one unit multiplies */
    CYCLES("cortex-m7", 3, "fb02 f103", "3101");      /* mul r1; adds r1, #1 */
    CYCLES("cortex-m7", 2, "fb02 4103", "fb02 1103"); /* mla r1; mla r1, r2, r3, r1: forwarded */
    CYCLES("cortex-m7", 1, "fa2f f182", "6893");      /* sxtb16 and a load, */
    CYCLES("cortex-m7", 2, "6893", "fa2f f182");      /* but not the other way around */
    CYCLES("cortex-m7", 2, "e9d3 1202", "3501");      /* two words are one cycle, alone */
    CYCLES("cortex-m7", 5, "e8bd 8ff0");              /* nine words */
    CYCLES("cortex-m33", 1, "6851", "3501");          /* 16 bits with a short addition */
    CYCLES("cortex-m33", 2, "6851", "6893");
    CYCLES("cortex-m33", 2, "f8d2 1190", "3501"); /* 32 bits have no pair */
    CYCLES("cortex-m33", 3, "6851", "3101");
    CYCLES("cortex-m33", 2, "e9d3 1202");
    CYCLES("cortex-m33", 2, "fb02 4103", "fb02 1103");
    CYCLES("cortex-m55", 3, "fb02 4103", "fb02 1103"); /* nothing is forwarded */
    CYCLES("cortex-m55", 1, "e9d3 1202");
    CYCLES("cortex-m55", 2, "ed91 1e00", "eef0 2f22"); /* vldrb, vmladava: beats overlap */
    CYCLES("cortex-m55", 3, "ed91 1e00", "ed91 1f00"); /* vldrb, vldrw: one pipeline */
    CYCLES("cortex-m55", 4, "ed91 1e00", "ef02 0844", "ef02 0954", "ed81 1f00");
    CYCLES("cortex-m55", 1, "ed91 1e00", "f00f c803"); /* le */
}

static void branches_refill(void **state)
{
    static const struct {
        const char *core, *hex;
        unsigned in_all;
    } cases[] = {{"cortex-m0", "d102", 3},       {"cortex-m0", "f000 f8c6", 4},  {"cortex-m0", "4770", 3},
                 {"cortex-m0", "bd12", 7},       {"cortex-m0plus", "d102", 2},   {"cortex-m0plus", "f000 f8c6", 3},
                 {"cortex-m0plus", "4770", 2},   {"cortex-m0plus", "bd12", 6},   {"cortex-m4f", "d102", 3},
                 {"cortex-m4f", "bd12", 7},      {"cortex-m4f", "f852 f003", 5}, {"cortex-m4f", "e8d1 f002", 6},
                 {"cortex-m4f", "f000 f8c6", 3}, {"crude", "d102", 3},           {"cortex-m7", "d102", 2},
                 {"cortex-m7", "4770", 5},       {"cortex-m33", "d102", 3},      {"cortex-m55", "d102", 3},
                 {"cortex-m55", "f00f c803", 0}, {"cortex-m4f", "6851", 2}};

    (void)state;
    for (size_t k = 0; k < COUNT(cases); k++) {
        struct instruction i = decode(cases[k].hex);
        struct timing_state at_start = {0};
        const struct timing *t = timing_of(cases[k].core);

        assert_int_equal(timing_add(t, &at_start, &i) + timing_refill(t, &i), cases[k].in_all);
    }
}

static void cores_without_tables_say_so(void **state)
{
    (void)state;
    assert_null(decoder_of("aarch64"));
    assert_null(timing_of("rv32imc"));
    assert_non_null(decoder_of("cortex-m0plus"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instructions_are_what_they_are),
        cmocka_unit_test(other_instruction_sets_are_told),
        cmocka_unit_test(it_says_how_many_it_covers),
        cmocka_unit_test(loads_of_the_program_counter_branch),
        cmocka_unit_test(manuals_tables_are_kept),
        cmocka_unit_test(pairs_and_latencies_are_kept),
        cmocka_unit_test(branches_refill),
        cmocka_unit_test(cores_without_tables_say_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
