/* SPDX-License-Identifier: Apache-2.0 */
/* Counts by class and cycles for the plugin: what a block's instructions add is summed when it is translated, and added
 * when it is executed, in one step for each run of instructions between markers. What is known only then is found then:
 * whether a branch is taken (the next block starts elsewhere than behind it), and whether a load or store in an IT
 * block moves its words (QEMU tells of each access). */
#ifndef MOTE_BLOCKS_H
#define MOTE_BLOCKS_H

#include "qemu_plugin_api.h"

/* Once, when all arguments have come. */
void blocks_begin(void);
/* A block in translation. `is_marker` says which of its instructions are not counted. */
void blocks_translate(struct qemu_plugin_tb *block, bool (*is_marker)(const struct qemu_plugin_insn *insn));

#endif
