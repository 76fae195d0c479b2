/* SPDX-License-Identifier: Apache-2.0 */
/* Instruction sets that a version of a kernel may want beyond its family's base. Bits are never used again for another.
 *
 *      bit  NAME         name */
FEATURE(0,   DSP,         dsp)         /* Armv7E-M and Armv8-M: products of halfwords, two at once */
FEATURE(1,   MVE,         mve)         /* Armv8.1-M: vectors ("Helium"), integers */
FEATURE(2,   RVV,         rvv)         /* RISC-V V 1.0 */
FEATURE(3,   NEON,        neon)        /* Armv8-A Advanced SIMD */
FEATURE(4,   DOTPROD,     dotprod)     /* Armv8.2-A: SDOT, UDOT */
FEATURE(5,   AVX2,        avx2)
FEATURE(6,   AVX512_VNNI, avx512_vnni)
FEATURE(7,   RV32M,       rv32m)       /* RISC-V of 32 bits with products: plain C for its registers */
FEATURE(8,   ARMV6M,      armv6m)      /* Armv6-M: eight registers for most, no products of 64 bits */
FEATURE(9,   FPU,         fpu)         /* Armv7E-M and Armv8-M: floats in single precision, 32 registers */
#undef FEATURE
