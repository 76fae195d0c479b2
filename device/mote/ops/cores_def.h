/* SPDX-License-Identifier: Apache-2.0 */
/* Cores, and the instruction sets (features_def.h) that each of a name has; what only some have, whoever knows the chip
 * adds. Ids are image format: never reuse one. A core that is not here runs what `portable` runs.
 *
 *   id  NAME        name          features */
CORE(0,  PORTABLE,   "portable",   0)
CORE(1,  CORTEX_M0,  "cortex-m0",  MOTE_HAS_ARMV6M)                /* and M0+ */
CORE(2,  CORTEX_M3,  "cortex-m3",  0)
CORE(3,  CORTEX_M4F, "cortex-m4f", MOTE_HAS_DSP | MOTE_HAS_FPU)
CORE(4,  CORTEX_M7,  "cortex-m7",  MOTE_HAS_DSP | MOTE_HAS_FPU)
CORE(5,  CORTEX_M33, "cortex-m33", MOTE_HAS_DSP | MOTE_HAS_FPU)    /* with both extensions, as compilers assume */
CORE(6,  CORTEX_M55, "cortex-m55", MOTE_HAS_DSP | MOTE_HAS_MVE | MOTE_HAS_FPU) /* with its vectors */
CORE(20, RV32IMC,    "rv32imc",    MOTE_HAS_RV32M)
CORE(30, AVR5,       "avr5",       0)
CORE(40, AARCH64,    "aarch64",    MOTE_HAS_NEON)
CORE(41, AARCH64_DOTPROD, "aarch64-dotprod", MOTE_HAS_NEON | MOTE_HAS_DOTPROD) /* from Armv8.2-A on, where there are */
CORE(50, X86_64,     "x86-64",     0)
#undef CORE
