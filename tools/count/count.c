/* SPDX-License-Identifier: Apache-2.0 */
/* A QEMU plugin that counts executed guest instructions between two marker instructions, to the instruction.
 *
 *   -plugin libmote_count.so,out=FILE,start=HEX,stop=HEX[,functions=FILE]
 *
 * start and stop are the markers' bytes in memory order (orr.w r8,r8,r8 is 48ea0808): instructions that no compiler
 * emits. Each interval from start to stop appends its count to `out` as one line, when it stops; the markers are not
 * counted. Intervals nest: an outer one counts the inner one's instructions, but no marker. An instruction that an IT
 * block skips counts as executed: the core fetches it and spends its cycle. `functions` receives, at the end, lines
 * "count name": the instructions inside intervals by the firmware's function symbols ("?" is code without one).
 *
 * QEMU translates guest code in blocks; every instruction gets an inline addition to a counter, a marker gets a call
 * instead, so that counts do not depend on how blocks were cut. One guest core: the counters are not atomic. */
#define _POSIX_C_SOURCE 200809L
#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin_api.h"

#define MARKER_MAX 8  /* bytes of the longest marker */
#define DEPTH_MAX  16 /* intervals inside each other */

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_API_VERSION;

struct marker {
    uint8_t bytes[MARKER_MAX];
    size_t size;
};

/* A function's instructions; QEMU's code holds the address of `count`, so a node never moves. */
struct function {
    struct function *next;
    char *name;
    uint64_t count, base, sum; /* ever; when the outermost interval began; inside closed intervals */
};

static struct marker start_marker, stop_marker;
static uint64_t executed;
static uint64_t base[DEPTH_MAX];
static int depth;
static FILE *out;
static const char *functions_path;
static struct function *functions;

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
    if (depth == DEPTH_MAX) {
        fprintf(out, "error: more than %d intervals inside each other\n", DEPTH_MAX);
        return;
    }
    if (depth == 0)
        for (struct function *f = functions; f; f = f->next)
            f->base = f->count;
    base[depth++] = executed;
}

static void stop(unsigned int core, void *data)
{
    (void)core;
    (void)data;
    if (depth == 0) {
        fprintf(out, "error: stop without start\n");
        return;
    }
    fprintf(out, "%" PRIu64 "\n", executed - base[--depth]);
    fflush(out); /* what was counted survives a firmware that never ends */
    if (depth == 0)
        for (struct function *f = functions; f; f = f->next)
            f->sum += f->count - f->base;
}

/* Functions that are translated while an interval is open start with count 0, so their base 0 is right. */
static struct function *function_of(const struct qemu_plugin_insn *insn)
{
    const char *symbol = qemu_plugin_insn_symbol(insn), *name = symbol && symbol[0] ? symbol : "?";
    struct function *f = functions;

    while (f && strcmp(f->name, name) != 0)
        f = f->next;
    if (f)
        return f;
    f = calloc(1, sizeof *f);
    if (f && !(f->name = strdup(name))) {
        free(f);
        f = NULL;
    }
    if (!f) {
        complain("out of memory");
        exit(1);
    }
    f->next = functions;
    return functions = f;
}

static bool is_marker(const struct qemu_plugin_insn *insn, const struct marker *m)
{
    return qemu_plugin_insn_size(insn) == m->size && memcmp(qemu_plugin_insn_data(insn), m->bytes, m->size) == 0;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    size_t n = qemu_plugin_tb_n_insns(block);

    (void)id;
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(block, i);

        if (is_marker(insn, &start_marker)) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, start, QEMU_PLUGIN_CB_NO_REGS, NULL);
        } else if (is_marker(insn, &stop_marker)) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, stop, QEMU_PLUGIN_CB_NO_REGS, NULL);
        } else {
            qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &executed, 1);
            if (functions_path)
                qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &function_of(insn)->count,
                                                           1);
        }
    }
}

static void finish(qemu_plugin_id_t id, void *data)
{
    FILE *file = functions_path ? fopen(functions_path, "w") : NULL;

    (void)id;
    (void)data;
    if (depth > 0)
        fprintf(out, "error: start without stop\n");
    if (fclose(out) != 0)
        complain("the counts could not be written");
    if (!functions_path)
        return;
    if (!file) {
        complain("the file of functions could not be written");
        return;
    }
    for (const struct function *f = functions; f; f = f->next)
        if (f->sum > 0)
            fprintf(file, "%" PRIu64 " %s\n", f->sum, f->name);
    if (fclose(file) != 0)
        complain("the file of functions could not be written");
}

static bool parse_marker(struct marker *m, const char *hex)
{
    size_t digits = strlen(hex);

    if (digits == 0 || digits % 2 != 0 || digits > 2 * MARKER_MAX)
        return false;
    for (size_t i = 0; i < digits; i += 2) {
        char byte[3] = {hex[i], hex[i + 1], '\0'};

        if (!isxdigit((unsigned char)byte[0]) || !isxdigit((unsigned char)byte[1]))
            return false;
        m->bytes[m->size++] = (uint8_t)strtoul(byte, NULL, 16);
    }
    return true;
}

static bool parse_argument(char *argument)
{
    char *value = strchr(argument, '=');

    if (!value)
        return false;
    *value++ = '\0';
    if (strcmp(argument, "out") == 0)
        return !out && (out = fopen(value, "a"));
    if (strcmp(argument, "functions") == 0)
        return (functions_path = strdup(value)) != NULL;
    if (strcmp(argument, "start") == 0)
        return start_marker.size == 0 && parse_marker(&start_marker, value);
    if (strcmp(argument, "stop") == 0)
        return stop_marker.size == 0 && parse_marker(&stop_marker, value);
    return false;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
    if (info->system_emulation && info->system.smp_vcpus != 1) {
        complain("one guest core only");
        return 1;
    }
    for (int i = 0; i < argc; i++)
        if (!parse_argument(argv[i])) {
            complain("bad argument, or its file cannot be opened:");
            complain(argv[i]);
            return 1;
        }
    if (!out || start_marker.size == 0 || stop_marker.size == 0) {
        complain("out=, start= and stop= are needed");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    qemu_plugin_register_atexit_cb(id, finish, NULL);
    return 0;
}
