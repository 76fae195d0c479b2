/* SPDX-License-Identifier: Apache-2.0 */
/* Versions in plain C for cores with registers for a dozen sums and what they are made of. MOTE_REGISTERS says whether
 * the compiler's core has them: 32-bit RISC-V, for which they are, and larger machines, where they are tested. */
#ifndef MOTE_REGISTERS_H
#define MOTE_REGISTERS_H

#if defined(__riscv) || defined(__x86_64__) || defined(__aarch64__)
#define MOTE_REGISTERS          1
#define MOTE_IF_REGISTERS(code) code
#else
#define MOTE_REGISTERS          0
#define MOTE_IF_REGISTERS(code) NULL
#endif

#endif
