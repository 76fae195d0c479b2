/* SPDX-License-Identifier: Apache-2.0 */
/* What an instruction is: its kind, the words that it moves, the core registers that it reads and writes. Tables of
 * masks decode Thumb (with DSP, floating point and MVE), RV32IMC and AVR; only what counting and timing ask is told. */
#ifndef MOTE_CLASSES_H
#define MOTE_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kinds differ where some core's timing does. */
enum kind {
    KIND_OTHER,  /* data processing, and whatever is not below */
    KIND_SHORT,  /* adding, subtracting, moving an immediate: what newer cores pair, if it has 16 bits; */
    KIND_EXTEND, /* so is extending a byte or half */
    KIND_SHIFT,  /* a shift, or an operand that is shifted */
    KIND_SIMD,   /* parallel halves and bytes, reversing, bit fields */
    KIND_SYSTEM, /* to and from special registers */
    KIND_BARRIER,
    KIND_IT,
    KIND_LOAD,
    KIND_LOAD_NARROW, /* bytes and halves */
    KIND_LOAD_MULTI,  /* several registers */
    KIND_LOAD_FLOAT,
    KIND_LOAD_VECTOR,
    KIND_STORE,
    KIND_STORE_INDEXED, /* the address has a register offset */
    KIND_STORE_MULTI,
    KIND_STORE_FLOAT,
    KIND_STORE_VECTOR,
    KIND_MUL,
    KIND_MAC, /* into 32 bits, one or two products */
    KIND_MUL_LONG,
    KIND_MAC_LONG,
    KIND_DIVIDE,
    KIND_BRANCH, /* the target is in the instruction */
    KIND_BRANCH_IF,
    KIND_BRANCH_REGISTER,
    KIND_CALL,
    KIND_CALL_REGISTER,
    KIND_TABLE,
    KIND_LOOP_END, /* LE, LETP */
    KIND_FLOAT,
    KIND_FLOAT_MUL,
    KIND_FLOAT_MAC,
    KIND_FLOAT_DIVIDE,
    KIND_FLOAT_MOVE2, /* two registers */
    KIND_VECTOR,      /* integers */
    KIND_VECTOR_MUL,
    KIND_VECTOR_FLOAT,
    KINDS,
};

#define PC 15

struct instruction {
    enum kind kind;
    uint8_t bytes;
    uint8_t words;                   /* moved by a load or a store */
    uint8_t covers;                  /* IT: how many instructions it makes conditional */
    uint16_t reads, writes, address; /* core registers as bits; what an address is made of is in reads, too */
    bool conditional;                /* it has a condition of its own, or its IT block's (the caller's business) */
};

enum class { CLASS_OTHER, CLASS_LOAD, CLASS_STORE, CLASS_MULTIPLY, CLASS_DIVIDE, CLASS_BRANCH };

typedef struct instruction decode_fn(const void *bytes, size_t size);

/* Of a core as device/mote/ops/cores_def.h names it; NULL if there is no table. */
decode_fn *decoder_of(const char *core);
enum class class_of(enum kind kind);
/* A branch, or a load that writes the program counter. */
bool may_branch(const struct instruction *i);

#endif
