/* SPDX-License-Identifier: Apache-2.0 */
/* A QEMU plugin that counts executed guest instructions between two marker instructions, to the instruction.
 *
 *   -plugin libmote_count.so,ARGUMENTS       counter.h has them, and says what is counted
 *
 * An instruction that an IT block skips counts as executed: the core fetches it and spends its cycle. QEMU translates
 * guest code in blocks; every instruction gets an inline addition to a counter, a marker gets a call instead, so that
 * counts do not depend on how blocks were cut. */
#include "blocks.h"
#include "counter.h"
#include "qemu_plugin_api.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_API_VERSION;

static void complain(const char *text)
{
    qemu_plugin_outs("mote_count: ");
    qemu_plugin_outs(text);
    qemu_plugin_outs("\n");
}

static void start(unsigned int core, void *data)
{
    (void)core;
    (void)data;
    counter_start();
}

static void stop(unsigned int core, void *data)
{
    (void)core;
    (void)data;
    counter_stop();
}

static void count(struct qemu_plugin_insn *insn)
{
    const char *symbol = qemu_plugin_insn_symbol(insn);
    uint64_t *function = counter_function(symbol && symbol[0] ? symbol : "?");

    qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &counter_counts[COUNTED_INSTRUCTIONS],
                                               1);
    if (function)
        qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, function, 1);
}

static enum counter_marker marker(const struct qemu_plugin_insn *insn)
{
    return counter_marker_at(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn));
}

static bool is_marker(const struct qemu_plugin_insn *insn) { return marker(insn) != COUNTER_NONE; }

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    size_t n = qemu_plugin_tb_n_insns(block);

    (void)id;
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);

        switch (marker(insn)) {
        case COUNTER_START:
            qemu_plugin_register_vcpu_insn_exec_cb(insn, start, QEMU_PLUGIN_CB_NO_REGS, NULL);
            break;
        case COUNTER_STOP:
            qemu_plugin_register_vcpu_insn_exec_cb(insn, stop, QEMU_PLUGIN_CB_NO_REGS, NULL);
            break;
        case COUNTER_NONE:
            count(insn);
        }
    }
    if (counter_core())
        blocks_translate(block, is_marker);
}

static void finish(qemu_plugin_id_t id, void *data)
{
    const char *trouble = counter_finish();

    (void)id;
    (void)data;
    if (trouble)
        complain(trouble);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
    if (info->system_emulation && info->system.smp_vcpus != 1) {
        complain("one guest core only");
        return 1;
    }
    for (int i = 0; i < argc; i++)
        if (!counter_argument(argv[i])) {
            complain("bad argument, or its file cannot be opened:");
            complain(argv[i]);
            return 1;
        }
    if (!counter_ready()) {
        complain("out=, start= and stop= are needed");
        return 1;
    }
    if (counter_core())
        blocks_begin();
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    qemu_plugin_register_atexit_cb(id, finish, NULL);
    return 0;
}
