/* SPDX-License-Identifier: Apache-2.0 */
/* The harness on a board: checks CHECK_CASES cases of each kernel from seed CHECK_SEED on, or of CHECK_KERNEL alone,
 * then runs the cases that are timed between markers. kernels.txt gets a line a kernel:
 *
 *   ok NAME HASH
 *   bad NAME VERSION SEED ARGUMENT AT GOT WANT what was wrong */
#include "harness.h"
#include "port.h"
#include "tests/kernels/memory.h"
#include "tests/kernels/suite.h"

#define MARK(bytes) __asm__ volatile(".byte " bytes ::: "memory")

static int32_t file;

static void put(const char *text)
{
    host_write(file, text, (uint32_t)strlen(text));
    host_write(file, " ", 1);
}

static void put_number(uint64_t value)
{
    char digits[24], *d = digits + sizeof digits;

    *--d = '\0';
    do
        *--d = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    put(d);
}

static _Noreturn void end(int32_t code)
{
    host_close(file);
    host_exit(code);
}

_Noreturn void harness_fault(const char *what, uint32_t pc, uint32_t detail_a, uint32_t detail_b)
{
    put("fault at");
    put_number(pc);
    put(what);
    put_number(detail_a);
    put_number(detail_b);
    end(1);
}

static bool is_wanted(const struct known_kernel *known)
{
#ifdef CHECK_KERNEL
    return strcmp(known->kernel->name, CHECK_KERNEL) == 0;
#else
    return known != NULL;
#endif
}

static void check(struct suite *s, const struct known_kernel *known)
{
    struct suite_result r = suite_check(s, known);

    put(r.fault.what == NULL ? "ok" : "bad");
    put(known->kernel->name);
    if (r.fault.what == NULL)
        put_number(r.hash);
    else {
        put(r.version);
        put_number(r.seed);
        put(r.fault.argument);
        put_number(r.fault.at);
        put_number((uint64_t)r.fault.got);
        put_number((uint64_t)r.fault.want);
        host_write(file, r.fault.what, (uint32_t)strlen(r.fault.what));
    }
    host_write(file, "\n", 1);
}

/* An interval for each version of each case. */
static void time(struct suite *s, const struct known_kernel *known)
{
    uint64_t seed = s->seed;
    struct kernel_case c;

    for (int32_t i = 0; suite_bench_case(s, known, i, &seed, &c); i++)
        for (int32_t v = 0; v < known->n; v++) {
            if (!check_prepare(&s->check, &c, known->versions[v].version))
                continue;
            MARK(MOTE_MARK_START);
            check_run(&s->check, &c, known->versions[v].version);
            MARK(MOTE_MARK_STOP);
        }
}

_Noreturn void harness_main(void)
{
    struct suite s = suite_for_board();

    s.seed = CHECK_SEED;
    s.cases = CHECK_CASES;
    s.layers = CHECK_LAYERS;
    s.check.memory = harness_arena;
    s.check.size = suite_memory_bytes(&s);
    file = host_open("kernels.txt", true);
    if (file < 0)
        host_exit(2);
    for (int32_t i = 0; i < known_kernels_count; i++) {
        struct known_kernel known = known_kernel(i, CHECK_FEATURES, true);

        if (is_wanted(&known)) {
            check(&s, &known);
            time(&s, &known);
        }
    }
    end(0);
}
