/* SPDX-License-Identifier: Apache-2.0 */
/* Compile-time choices of the device code. Define them on the compiler's command line, or name a file of your own with
 * -DMOTE_CONFIG='"my_config.h"'. Each line says what it costs on a Cortex-M4 at -Os. */
#ifndef MOTE_CONFIG_H
#define MOTE_CONFIG_H

#ifdef MOTE_CONFIG
#include MOTE_CONFIG
#endif

/* Internal checks of what mote_model_open() has proved: 0 or 1. For tests; about 20 % more code. */
#ifndef MOTE_ASSERT
#define MOTE_ASSERT 0
#endif

/* Names of kernels, parameters and arguments in the kernels' descriptors, for tools: 0 or 1. About 1 kB a kernel. */
#ifndef MOTE_DESCRIBE
#define MOTE_DESCRIBE 0
#endif

/* What qualifies constants in an address space of their own, and pointers to them: program memory on AVR, which GCC
 * reads with -std=gnu11. No cost elsewhere. */
#ifndef MOTE_FLASH
#ifdef __AVR__
#define MOTE_FLASH __flash
#else
#define MOTE_FLASH
#endif
#endif

/* What stands before the kernels' definitions, which several folders of generated C may bring into one program, or a
 * folder and a library: the linker takes one of the copies, which are the same if one version of Mote made them. No
 * cost: what runs for each element is static. Define it as nothing where the object format has no weak symbols. */
#ifndef MOTE_WEAK
#define MOTE_WEAK __attribute__((weak))
#endif

/* Whether kernels whose loops suffer most are compiled for speed at GCC's -Os: 0 or 1. A tenth more code, for up to
 * half the instructions. */
#ifndef MOTE_HOT
#define MOTE_HOT 1
#endif

/* Whether the interpreter runs images whose schedule has blocks (IF and WHILE where the model computes what runs): 0 or
 * 1. About 600 bytes; without, mote_model_open() refuses them with MOTE_ERR_VERSION. */
#ifndef MOTE_BLOCKS
#define MOTE_BLOCKS 0
#endif

/* How many trips all loops of an inference may take together, of images and of generated C, where the model computes
 * when they end: from 1 to 2147483647. One more, and the inference ends with MOTE_ERR_LOOP. No cost. */
#ifndef MOTE_TRIPS
#define MOTE_TRIPS 65536
#endif

#if MOTE_ASSERT
void mote_assert_failed(const char *condition, const char *file, int line); /* yours; must not return */
#define mote_assert(condition) ((condition) ? (void)0 : mote_assert_failed(#condition, __FILE__, __LINE__))
#else
#define mote_assert(condition) ((void)0)
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Mote's images are read in place and are little-endian: this core is not"
#endif

#endif
