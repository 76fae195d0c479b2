/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_s8 with vectors of 16 products. What a filter sees of the input is put side by side first, once for all
 * filters of a group. Tiles of up to three output columns and two filters share what they load, in assembly that has
 * all registers; what eight filters make of three columns is requantized together. */
#include "../shared/hot.h"

#include "conv_2d_s8_mve.h"

#include "../shared/mve.h"
#include "../shared/rows.h"

/* Columns that are put side by side at a time, if each is `len` bytes: filters' scales are loaded once for all, and
 * twelve are a percent faster than ten, whose memory is less. */
static int32_t block_of(uint32_t len) { return len > 170 ? 3 : len > 85 ? 6 : len > 64 ? 10 : 12; }

enum { VECTOR = 16 }; /* bytes: so many may be written behind the last column */

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_conv_2d_s8 *p = params;
    uint32_t len = mote_bytes(p->kernel_h, p->kernel_w, p->filter_c);

    (void)bytes;
    if (p->kernel_h == 1 && p->kernel_w == 1)
        return 0;
    len = len > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)len, block_of(len), 1);
    return len > INT32_MAX ? UINT32_MAX : len + VECTOR;
}

#if MOTE_MVE
/* ---- what filters see ---- */
/* Columns whose kernel rows lie side by side in the image. */
struct run {
    const int8_t *const *rows; /* r0 */
    int32_t kernel_h;          /* r1 */
    int32_t at, step;          /* r2, r3: the first column in a row, and from one to the next */
    int32_t n;                 /* r4: bytes of a kernel row */
    int32_t back;              /* r5: from the end of its last vector back to its end */
    int8_t *seen;              /* r6 */
    int32_t columns;           /* r8 */
};

_Static_assert(sizeof(struct run) == 8 * 4, "the assembly loads it into eight registers");

#define RUN(name, row)                                                                                                 \
    static void name(const struct run *run)                                                                            \
    {                                                                                                                  \
        register const struct run *t __asm__("r12") = run;                                                             \
                                                                                                                       \
        __asm__ volatile("ldm r12, {r0, r1, r2, r3, r4, r5, r6, r8}\n"                                                 \
                         "1: mov r9, r0\n" row "subs r8, r8, #1\n"                                                     \
                         "add r2, r2, r3\n"                                                                            \
                         "bne 1b"                                                                                      \
                         : "+r"(t)                                                                                     \
                         :                                                                                             \
                         : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "lr", "q0", "cc",       \
                           "memory");                                                                                  \
    }

RUN(collect_inside, "mov r10, r1\n"
                    "2: ldr r11, [r9], #4\n"
                    "dlstp.8 lr, r4\n"
                    "add r11, r11, r2\n"
                    "3: vldrb.8 q0, [r11], #16\n"
                    "vstrb.8 q0, [r6], #16\n"
                    "letp lr, 3b\n"
                    "subs r10, r10, #1\n"
                    "add r6, r6, r5\n"
                    "bne 2b\n")

/* Of n <= 16 bytes, where the image has sixteen. A kernel row is written as sixteen, whose end the next one covers; so
 * below. */
RUN(collect_short_inside, "dls lr, r1\n"
                          "2: ldr r11, [r9], #4\n"
                          "add r11, r11, r2\n"
                          "vldrb.8 q0, [r11]\n"
                          "vstrb.8 q0, [r6]\n"
                          "add r6, r6, r4\n"
                          "le lr, 2b\n")

/* Kernel rows of n <= 16 bytes, of which those from `from` to `to` are in the image. */
static MOTE_CHANGES_PREDICATE void collect_short(const int8_t *const rows[], int32_t kernel_h, int32_t at, int32_t n,
                                                 uint32_t from, uint32_t to, int8_t zero, int8_t *seen)
{
    int8x16_t v, others = vdupq_n_s8(zero);
    uint32_t inside = vctp8q(to) & ~(uint32_t)vctp8q(from);
    const int8_t *a;

    __asm__ volatile("vmsr p0, %[inside]\n"
                     "dls lr, %[kernel_h]\n"
                     "1: ldr %[a], [%[rows]], #4\n"
                     "add %[a], %[a], %[at]\n"
                     "vpst\n"
                     "vldrbt.8 %q[v], [%[a]]\n"
                     "vpsel %q[v], %q[v], %q[others]\n"
                     "vstrb.8 %q[v], [%[seen]]\n"
                     "add %[seen], %[seen], %[n]\n"
                     "le lr, 1b"
                     : [rows] "+r"(rows), [seen] "+r"(seen), [a] "=&r"(a), [v] "=&w"(v)
                     : [kernel_h] "r"(kernel_h), [n] "r"(n), [at] "r"(at), [others] "w"(others), [inside] "r"(inside)
                     : "lr", "cc", "memory");
}

/* Tap by tap. */
static void collect_taps(const struct mote_conv_2d_s8 *p, const int8_t *const rows[], const int8_t *zeros, int32_t x,
                         int32_t group, int8_t *seen)
{
    int32_t n = p->filter_c;

    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = 0, at = x; j < p->kernel_w; j++, at += p->dilation_w, seen += n)
            mote_move(at < 0 || at >= p->in_w ? zeros : rows[k] + at * p->in_c + group, n, seen);
}

/* A column that the image has in part, if its kernel rows are side by side. */
static void collect_clipped(const struct mote_conv_2d_s8 *p, const int8_t *const rows[], int8_t zero, int32_t x,
                            int8_t *seen)
{
    int32_t c = p->in_c, n = p->kernel_w * c, from = 0, to = n;

    if (x < 0)
        from = -x < p->kernel_w ? -x * c : n;
    if (p->in_w - x < p->kernel_w)
        to = x < p->in_w ? (p->in_w - x) * c : 0;
    to = to > from ? to : from;
    collect_short(rows, p->kernel_h, from < to ? x * c : 0, n, (uint32_t)from, (uint32_t)to, zero, seen);
}

/* What the filters see of the input around columns of it from x on, from channel `group` on: so many times `len`
 * bytes. */
static void collect(const struct mote_conv_2d_s8 *p, const int8_t *const rows[], const int8_t *zeros, int32_t x,
                    int32_t columns, int32_t group, int32_t len, int8_t *seen)
{
    int32_t c = p->filter_c, n = p->kernel_w * c, stride = p->stride_w;
    bool dense = p->dilation_w == 1 && c == p->in_c, narrow = n <= VECTOR;
    int32_t inside = p->in_w - p->kernel_w, wide = narrow ? p->in_w - (VECTOR + c - 1) / c : -1; /* the last that are */

    while (columns > 0) {
        int32_t taken = 1;

        if (dense && x >= 0 && x <= inside) {
            int32_t n_inside = ((x <= wide ? wide : inside) - x) / stride + 1;
            int32_t step = (int32_t)((uint32_t)stride * (uint32_t)c);
            struct run run = {rows, p->kernel_h, x * c, step, n, -(-n & (VECTOR - 1)), seen, columns};

            taken = n_inside < columns ? n_inside : columns;
            run.columns = taken;
            if (x <= wide)
                collect_short_inside(&run);
            else
                collect_inside(&run);
        } else if (dense && narrow) {
            collect_clipped(p, rows, *zeros, x, seen);
        } else {
            collect_taps(p, rows, zeros, x, group, seen);
        }
        columns -= taken;
        x += taken * stride;
        seen += taken * len;
    }
}

/* Output columns side by side, of one row or of several: n of them, whose filters see inputs `step` bytes apart, from
 * `seen` on. */
struct columns {
    const int8_t *seen;
    int32_t n, step;
};

/* ---- tiles ---- */
enum { FILTERS = 8 };

/* Blocks of up to eight filters, and the columns that they meet. The assembly has the offsets. */
struct tiles {
    int32_t rewind;          /*   0: from the end of a filter's last vector back to the filter's end */
    const int8_t *x0;        /*   4: a tile's columns */
    const int32_t *last;     /*   8: the last pair's of `bias` */
    const int8_t *x1;        /*  12 */
    int32_t next;            /*  16: bytes from a filter to the next one of its tile */
    const int8_t *x2;        /*  20 */
    int32_t len;             /*  24: of a filter */
    const int8_t *x;         /*  28: the next column */
    int32_t step;            /*  32: to the one after it */
    const int8_t *w;         /*  36: the next filters, less `rewind` */
    int8_t *out;             /*  40: of the next column */
    int32_t out_step;        /*  44 */
    int32_t left;            /*  48: columns */
    int32_t zero, filters;   /*  52, 56: filters of a block */
    const int32_t *mult;     /*  60: of the next block */
    const int8_t *shift;     /*  64 */
    uint32_t r7;             /*  68: saved, as compilers do not let assembly have it */
    const int32_t *biases;   /*  72: of the next block */
    const int8_t *seen;      /*  76: the first column */
    int32_t n;               /*  80: columns */
    int8_t *outs;            /*  84: of the next block */
    int32_t blocks;          /*  88 */
    int32_t bias[FILTERS];   /*  92 */
    int32_t sum[3][FILTERS]; /* 124 */
};

#define BLOCK                                                                                                          \
    "ldrd r0, r1, [r12, #72]\n"                                                                                        \
    "ldrd r2, r3, [r12, #80]\n"                                                                                        \
    "vldrw.32 q0, [r0], #16\n"                                                                                         \
    "vldrw.32 q1, [r0], #16\n"                                                                                         \
    "str r0, [r12, #72]\n"                                                                                             \
    "str r1, [r12, #28]\n"                                                                                             \
    "str r2, [r12, #48]\n"                                                                                             \
    "str r3, [r12, #40]\n"                                                                                             \
    "add r3, r3, #8\n"                                                                                                 \
    "str r3, [r12, #84]\n"                                                                                             \
    "vstrw.32 q0, [r12, #92]\n"                                                                                        \
    "vstrw.32 q1, [r12, #108]\n"                                                                                       \
    "ldrd r0, r1, [r12, #60]\n"                                                                                        \
    "vld20.32 {q4, q5}, [r0]\n"                                                                                        \
    "vldrb.s16 q7, [r1], #8\n"                                                                                         \
    "vld21.32 {q4, q5}, [r0]!\n"                                                                                       \
    "strd r0, r1, [r12, #60]\n"                                                                                        \
    "vmovlb.s16 q6, q7\n"                                                                                              \
    "vmovlt.s16 q7, q7\n"
#define NEXT_BLOCK                                                                                                     \
    "ldr r0, [r12, #88]\n"                                                                                             \
    "str r9, [r12, #36]\n"                                                                                             \
    "subs r0, r0, #1\n"                                                                                                \
    "str r0, [r12, #88]\n"

/* Three columns, or, if there are fewer, on to label 6 with their number less 3 in r4. */
#define COLUMNS                                                                                                        \
    "ldrd r1, r2, [r12, #28]\n"                                                                                        \
    "ldr r9, [r12, #36]\n"                                                                                             \
    "ldr r4, [r12, #48]\n"                                                                                             \
    "add r11, r12, #84\n"                                                                                              \
    "add r3, r1, r2\n"                                                                                                 \
    "add r5, r3, r2\n"                                                                                                 \
    "str r1, [r12, #4]\n"                                                                                              \
    "str r3, [r12, #12]\n"                                                                                             \
    "str r5, [r12, #20]\n"                                                                                             \
    "subs r4, r4, #3\n"                                                                                                \
    "blt 6f\n"                                                                                                         \
    "add r5, r5, r2\n"                                                                                                 \
    "str r5, [r12, #28]\n"                                                                                             \
    "str r4, [r12, #48]\n"
#define NO_MORE_COLUMNS                                                                                                \
    "mov r5, #0\n"                                                                                                     \
    "str r5, [r12, #48]\n"

/* A pair of filters in r7 and r9, columns in r1, r3 and r5: sums in r0 and r2, r4 and r6, r8 and r10. r11 is where the
 * pair's biases are, and, from 32 bytes on, each column's sums. */
#define PAIR                                                                                                           \
    "ldm r12, {r0, r1, r2, r3, r4, r5, lr}\n"                                                                          \
    "add r7, r9, r0\n"                                                                                                 \
    "add r9, r7, r4\n"                                                                                                 \
    "ldrd r4, r6, [r11, #8]!\n"                                                                                        \
    "cmp r11, r2\n"                                                                                                    \
    "mov r0, r4\n"                                                                                                     \
    "mov r2, r6\n"
#define PAIR_1 "strd r0, r2, [r11, #32]\n"
#define PAIR_2 "strd r4, r6, [r11, #64]\n"
#define PAIR_3 "strd r8, r10, [r11, #96]\n"
#define ADD_PAIR_1                                                                                                     \
    "vldrb.8 q0, [r7], #16\n"                                                                                          \
    "vldrb.8 q2, [r1], #16\n"                                                                                          \
    "vmladava.s8 r0, q2, q0\n"                                                                                         \
    "vldrb.8 q1, [r9], #16\n"                                                                                          \
    "vmladava.s8 r2, q2, q1\n"
#define ADD_PAIR_2                                                                                                     \
    "vldrb.8 q3, [r3], #16\n"                                                                                          \
    "vmladava.s8 r4, q3, q0\n"                                                                                         \
    "vmladava.s8 r6, q3, q1\n"
#define ADD_PAIR_3                                                                                                     \
    "vldrb.8 q2, [r5], #16\n"                                                                                          \
    "vmladava.s8 r8, q2, q0\n"                                                                                         \
    "vmladava.s8 r10, q2, q1\n"

/* Four filters in r3, r5, r7 and r9, a column in r1: sums in r0, r2, r4 and r6. */
#define FOUR                                                                                                           \
    "ldm r12, {r0, r1, r2, r3, r4, r5, lr}\n"                                                                          \
    "add r3, r9, r0\n"                                                                                                 \
    "add r5, r3, r4\n"                                                                                                 \
    "add r7, r5, r4\n"                                                                                                 \
    "add r9, r7, r4\n"                                                                                                 \
    "ldrd r0, r8, [r11, #8]!\n"                                                                                        \
    "ldrd r4, r6, [r11, #8]!\n"                                                                                        \
    "cmp r11, r2\n"                                                                                                    \
    "mov r2, r8\n"
#define ADD_FOUR                                                                                                       \
    "vldrb.8 q0, [r1], #16\n"                                                                                          \
    "vldrb.8 q1, [r3], #16\n"                                                                                          \
    "vmladava.s8 r0, q0, q1\n"                                                                                         \
    "vldrb.8 q2, [r5], #16\n"                                                                                          \
    "vmladava.s8 r2, q0, q2\n"                                                                                         \
    "vldrb.8 q1, [r7], #16\n"                                                                                          \
    "vmladava.s8 r4, q0, q1\n"                                                                                         \
    "vldrb.8 q2, [r9], #16\n"                                                                                          \
    "vmladava.s8 r6, q0, q2\n"
#define FOUR_1 "strd r0, r2, [r11, #24]\nstrd r4, r6, [r11, #32]\n"

/* The sums of r3 columns. */
#define REQUANTIZE                                                                                                     \
    "dls lr, r3\n"                                                                                                     \
    "ldrd r1, r2, [r12, #40]\n"                                                                                        \
    "ldrd r5, r6, [r12, #52]\n"                                                                                        \
    "vctp.16 r6\n"                                                                                                     \
    "mov r0, #1\n"                                                                                                     \
    "add r4, r12, #124\n"                                                                                              \
    "5: vld20.32 {q0, q1}, [r4]\n"                                                                                     \
    "vld21.32 {q0, q1}, [r4]!\n"                                                                                       \
    "vqrdmulh.s32 q0, q0, q4\n"                                                                                        \
    "vqrdmulh.s32 q1, q1, q5\n"                                                                                        \
    "vqdmlah.s32 q0, q0, r0\n"                                                                                         \
    "vqdmlah.s32 q1, q1, r0\n"                                                                                         \
    "vrshl.s32 q0, q0, q6\n"                                                                                           \
    "vrshl.s32 q1, q1, q7\n"                                                                                           \
    "vqmovnb.s32 q0, q0\n"                                                                                             \
    "vqmovnt.s32 q0, q1\n"                                                                                             \
    "vqadd.s16 q0, q0, r5\n"                                                                                           \
    "vqmovnb.s16 q0, q0\n"                                                                                             \
    "vpst\n"                                                                                                           \
    "vstrbt.16 q0, [r1]\n"                                                                                             \
    "add r1, r1, r2\n"                                                                                                 \
    "le lr, 5b\n"                                                                                                      \
    "str r1, [r12, #40]\n"                                                                                             \
    "ldr r4, [r12, #48]\n"                                                                                             \
    "cmp r4, #0\n"

#define VECTORS(code) "dlstp.8 lr, lr\n10: " code "letp lr, 10b\n"
#define TILES_3                                                                                                        \
    "3: " PAIR "mov r8, r4\nmov r10, r6\n" VECTORS(ADD_PAIR_1 ADD_PAIR_2 ADD_PAIR_3) PAIR_1 PAIR_2 PAIR_3              \
        "bne 3b\nmov r3, #3\n"
#define TILES_2 "7: " PAIR VECTORS(ADD_PAIR_1 ADD_PAIR_2) PAIR_1 PAIR_2 "bne 7b\nmov r3, #2\nb 4b\n"
#define TILES_1 "8: " FOUR VECTORS(ADD_FOUR) FOUR_1 "bne 8b\nmov r3, #1\nb 4b\n"

static MOTE_CHANGES_PREDICATE void put_tiles(struct tiles *tiles)
{
    register struct tiles *t __asm__("r12") = tiles;

    __asm__ volatile("str r7, [r12, #68]\n"
                     "1: " BLOCK "2: " COLUMNS TILES_3 "4: " REQUANTIZE "bne 2b\n" NEXT_BLOCK "bne 1b\n"
                     "b 9f\n"
                     "6: " NO_MORE_COLUMNS "cmp r4, #-1\n"
                     "bne 8f\n" TILES_2 TILES_1 "9: ldr r7, [r12, #68]\n"
                     : "+r"(t)
                     :
                     : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "lr", "q0", "q1", "q2", "q3",
                       "q4", "q5", "q6", "q7", "cc", "memory");
}

_Static_assert(sizeof(struct tiles) == 220 && offsetof(struct tiles, x) == 28 && offsetof(struct tiles, w) == 36 &&
                   offsetof(struct tiles, out) == 40 && offsetof(struct tiles, left) == 48 &&
                   offsetof(struct tiles, zero) == 52 && offsetof(struct tiles, mult) == 60 &&
                   offsetof(struct tiles, biases) == 72 && offsetof(struct tiles, n) == 80 &&
                   offsetof(struct tiles, blocks) == 88 && offsetof(struct tiles, bias) == 92 &&
                   offsetof(struct tiles, sum) == 124,
               "the offsets in the assembly");

/* Four filters of n <= 16 bytes stay in registers, and all columns meet them. The assembly has the offsets. */
struct fours {
    const int8_t *w;     /*  0: the next four */
    int32_t len;         /*  4 */
    const int32_t *bias; /*  8 */
    const int32_t *mult; /* 12 */
    const int8_t *shift; /* 16 */
    int8_t *out;         /* 20 */
    const int8_t *x;     /* 24: the first column */
    int32_t step;        /* 28 */
    int32_t out_step;    /* 32 */
    int32_t n;           /* 36: columns */
    int32_t zero;        /* 40 */
    int32_t left;        /* 44: fours of filters */
    uint32_t r7;         /* 48: saved, as compilers do not let assembly have it */
};

/* r0, r2, r4 and r6 are sums, r1 and r3 input, r5 and r8 output, r7 1, r9 the zero point, r10 biases, r11 columns. */
static MOTE_CHANGES_PREDICATE void put_fours(struct fours *fours)
{
    register struct fours *t __asm__("r12") = fours;

    __asm__ volatile("str r7, [r12, #48]\n"
                     "ldrd r1, r0, [r12]\n"
                     "mov r7, #1\n"
                     "vctp.8 r0\n"
                     "1: ldm r12, {r1, r2, r3, r4, r5, r6}\n"
                     "mov r10, r3\n"
                     "add r8, r1, r2\n"
                     "add r9, r8, r2\n"
                     "add r11, r9, r2\n"
                     "vpstttt\n"
                     "vldrbt.8 q0, [r1]\n"
                     "vldrbt.8 q1, [r8]\n"
                     "vldrbt.8 q2, [r9]\n"
                     "vldrbt.8 q3, [r11]\n"
                     "add r1, r11, r2\n"
                     "add r3, r3, #16\n"
                     "vldrw.32 q6, [r4], #16\n"
                     "vldrb.s32 q7, [r5], #4\n"
                     "mov r0, r6\n"
                     "add r6, r6, #4\n"
                     "stm r12, {r1, r2, r3, r4, r5, r6}\n"
                     "mov r5, r0\n"
                     "ldrd r1, r3, [r12, #24]\n"
                     "ldrd r8, r11, [r12, #32]\n"
                     "ldr r9, [r12, #40]\n"
                     "dls lr, r11\n"
                     "2: vpst\n"
                     "vldrbt.8 q5, [r1]\n"
                     "ldm r10, {r0, r2, r4, r6}\n"
                     "add r1, r1, r3\n"
                     "vmladava.s8 r0, q5, q0\n"
                     "vmladava.s8 r2, q5, q1\n"
                     "vmladava.s8 r4, q5, q2\n"
                     "vmladava.s8 r6, q5, q3\n"
                     "vmov q5[2], q5[0], r0, r4\n"
                     "vmov q5[3], q5[1], r2, r6\n"
                     "vqrdmulh.s32 q5, q5, q6\n"
                     "vqdmlah.s32 q5, q5, r7\n"
                     "vrshl.s32 q5, q5, q7\n"
                     "vadd.i32 q5, q5, r9\n"
                     "vqmovnb.s32 q5, q5\n"
                     "vqmovnb.s16 q5, q5\n"
                     "vstrb.32 q5, [r5]\n"
                     "add r5, r5, r8\n"
                     "le lr, 2b\n"
                     "ldr r0, [r12, #44]\n"
                     "subs r0, r0, #1\n"
                     "str r0, [r12, #44]\n"
                     "bne 1b\n"
                     "ldr r7, [r12, #48]\n"
                     : "+r"(t)
                     :
                     : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "lr", "q0", "q1", "q2", "q3",
                       "q5", "q6", "q7", "cc", "memory");
}

_Static_assert(sizeof(struct fours) == 52 && offsetof(struct fours, x) == 24 &&
                   offsetof(struct fours, out_step) == 32 && offsetof(struct fours, zero) == 40 &&
                   offsetof(struct fours, left) == 44,
               "the offsets in the assembly");

/* What all calls of put_group() of a call have. */
struct layer {
    const struct mote_conv_2d_s8 *p;
    const int8_t *weights, *zeros, *shift;
    const int32_t *bias, *mult;
    bool right;      /* all shifts are to the right */
    int32_t len;     /* of a filter */
    int32_t filters; /* of a group */
    struct tiles tiles;
};

/* ---- sums one after the other, for shifts to the left ---- */
static void put_slowly(const struct layer *l, const struct columns *columns, int32_t o, int32_t n, int8_t *out)
{
    const struct mote_conv_2d_s8 *p = l->p;
    const struct mote_clamp c = {p->out_zero, p->lo, p->hi, p->per_channel};
    int32_t len = p->kernel_h * p->kernel_w * p->filter_c, q = c.per_channel ? o : 0;
    mve_pred16_t lanes = vctp32q((uint32_t)n);
    const struct mote_scale s = mote_scale_of_some(l->bias + o, l->mult + q, l->shift + q, c.per_channel, lanes);
    const int8_t *x = columns->seen, *w = l->weights + o * len;

    for (int32_t left = columns->n; left > 0; left--, x += columns->step, out += p->out_c)
        vstrbq_p_s32(out + o, mote_requant_four(mote_dot_four(x, w, len, n - 1, len), &s, &c), lanes);
}

/* ---- filters ---- */
static void look_at_filters(struct layer *l)
{
    const struct mote_conv_2d_s8 *p = l->p;
    struct tiles *t = &l->tiles;

    l->right = mote_all_right(l->shift, p->per_channel ? p->out_c : 1);
    l->len = p->kernel_h * p->kernel_w * p->filter_c;
    l->filters = p->out_c / (p->in_c / p->filter_c);
    t->len = l->len;
    t->rewind = -(-l->len & (VECTOR - 1));
    t->out_step = p->out_c;
    t->zero = p->out_zero;
}

/* A block of filters that are not eight with a multiplier each. */
struct scales {
    int32_t bias[FILTERS], mult[FILTERS];
    int8_t shift[FILTERS];
};

static void put_some(struct tiles *t, const struct layer *l, int32_t o, int32_t n)
{
    int32_t each = l->p->per_channel;
    struct scales own;

    for (int32_t i = 0; i < FILTERS; i++) {
        int32_t at = o + (i < n ? i : 0);

        own.bias[i] = l->bias[at];
        own.mult[i] = l->mult[at * each];
        own.shift[i] = l->shift[at * each];
    }
    t->biases = own.bias;
    t->mult = own.mult;
    t->shift = own.shift;
    t->blocks = 1;
    put_tiles(t);
}

/* Filters of few bytes, so many fours of them from o on; returns how many there were. */
static int32_t put_short(const struct layer *l, const struct columns *columns, int32_t o, int32_t fours, int8_t *out)
{
    struct fours t = {.w = l->weights + o * l->len,
                      .len = l->len,
                      .bias = l->bias + o,
                      .mult = l->mult + o,
                      .shift = l->shift + o,
                      .out = out + o,
                      .x = columns->seen,
                      .step = columns->step,
                      .out_step = l->p->out_c,
                      .n = columns->n,
                      .zero = l->p->out_zero,
                      .left = fours};

    if (fours > 0)
        put_fours(&t);
    return 4 * fours;
}

/* Filters from o on: eight at a time, then four, two, one, which is a pair with itself. A single column takes four. */
static void put_filters(struct layer *l, const struct columns *columns, int32_t o, int32_t left, int8_t *out)
{
    struct tiles *t = &l->tiles;
    int32_t each = l->p->per_channel, blocks = each ? left / FILTERS : 0, n;

    if (each && l->len <= VECTOR && columns->n > 3) {
        n = put_short(l, columns, o, left / 4, out);
        o += n;
        left -= n;
        blocks = 0;
    }
    t->seen = columns->seen;
    t->step = columns->step;
    t->n = columns->n;
    t->next = l->len;
    if (blocks > 0) {
        t->w = l->weights + o * l->len - t->rewind;
        t->outs = out + o;
        t->filters = FILTERS;
        t->last = t->bias + FILTERS - 2;
        t->biases = l->bias + o;
        t->mult = l->mult + o;
        t->shift = l->shift + o;
        t->blocks = blocks;
        put_tiles(t);
        o += blocks * FILTERS;
        left -= blocks * FILTERS;
    }
    for (; left > 0; o += n, left -= n) {
        n = left >= FILTERS ? FILTERS : left >= 4 ? 4 : left >= 2 ? 2 : 1;
        t->n = n < 4 && columns->n % 3 == 1 ? columns->n - 1 : columns->n;
        t->w = l->weights + o * l->len - t->rewind;
        t->outs = out + o;
        t->filters = n;
        t->next = n > 1 ? l->len : 0;
        t->last = t->bias + (n - 1) / 2 * 2;
        if (t->n > 0)
            put_some(t, l, o, n);
        if (t->n < columns->n) {
            const struct columns single = {columns->seen + t->n * columns->step, 1, 0};

            put_slowly(l, &single, o, n, out + t->n * l->p->out_c);
        }
    }
}

/* The filters of a group. */
static void put_group(struct layer *l, const struct columns *columns, int32_t group, int8_t *out)
{
    int32_t n = l->filters, o = group * n;

    if (columns->n == 0)
        return;
    if (l->right)
        put_filters(l, columns, o, n, out);
    for (int32_t at = 0; at < n && !l->right; at += 4)
        put_slowly(l, columns, o + at, n - at < 4 ? n - at : 4, out);
}

/* A row of filters of 1 x 1, which read the input where it is: left of the picture, on it, right of it. */
static void put_plain_row(struct layer *l, const int8_t *row, int32_t group, int8_t *out)
{
    const struct mote_conv_2d_s8 *p = l->p;
    int32_t from = (p->pad_left + p->stride_w - 1) / p->stride_w, to = (p->in_w - 1 + p->pad_left) / p->stride_w + 1;

    from = from < p->out_w ? from : p->out_w;
    to = to < from ? from : to < p->out_w ? to : p->out_w;
    put_group(l, &(const struct columns){l->zeros, from, 0}, group, out);
    if (from < to) {
        const int8_t *seen = row + (from * p->stride_w - p->pad_left) * p->in_c + group * p->filter_c;
        int32_t step = to - from > 1 ? p->stride_w * p->in_c : 0; /* which is in the row */

        put_group(l, &(const struct columns){seen, to - from, step}, group, out + from * p->out_c);
    }
    put_group(l, &(const struct columns){l->zeros, p->out_w - to, 0}, group, out + to * p->out_c);
}

/* Filters of 1 x 1 that see the pixels one after the other, as they lie, whatever the rows are. */
static bool is_pointwise(const struct mote_conv_2d_s8 *p)
{
    return p->kernel_h == 1 && p->kernel_w == 1 && p->stride_h == 1 && p->stride_w == 1 && p->pad_top == 0 &&
           p->pad_left == 0 && p->out_w == p->in_w && p->out_h == p->in_h && p->in_ring >= p->batch * p->in_h &&
           p->out_ring >= p->batch * p->out_h;
}

/* What columns see is put side by side, a block of columns at a time, of several rows where the output's lie one behind
 * the other. */
static void put_collected(struct layer *l, const int8_t *in, int32_t group, int8_t *out, int8_t *scratch, int32_t first,
                          int32_t count)
{
    const struct mote_conv_2d_s8 *p = l->p;
    int32_t len = l->len, block = block_of((uint32_t)len);
    struct columns c = {scratch, 0, len};
    const int8_t *rows[MOTE_KERNEL_ROWS_MAX];
    int8_t *start = out;

    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;
        int8_t *to = out + mote_ring(r, p->out_ring) * p->out_w * p->out_c;

        mote_rows_s8(rows, p->kernel_h, in, l->zeros, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c,
                     p->in_ring);
        for (int32_t ox = 0, n; ox < p->out_w; ox += n, to += n * p->out_c, c.n += n) {
            if (c.n == block || to != start + c.n * p->out_c) {
                put_group(l, &c, group, start);
                c.n = 0;
            }
            if (c.n == 0)
                start = to;
            n = p->out_w - ox < block - c.n ? p->out_w - ox : block - c.n;
            collect(p, rows, l->zeros, ox * p->stride_w - p->pad_left, n, group * p->filter_c, len,
                    scratch + c.n * len);
        }
    }
    put_group(l, &c, group, start);
}

MOTE_WEAK void mote_conv_2d_s8_mve(const struct mote_conv_2d_s8 *p, const int8_t *in, const int8_t *weights,
                                   const int32_t *bias, const int32_t *mult, const int8_t *shift, const int8_t *zeros,
                                   int8_t *out, void *scratch, int32_t first, int32_t count)
{
    int32_t row = p->in_w * p->in_c, out_row = p->out_w * p->out_c;
    struct layer l;

    l.p = p;
    l.weights = weights;
    l.zeros = zeros;
    l.shift = shift;
    l.bias = bias;
    l.mult = mult;
    look_at_filters(&l);
    for (int32_t g = 0; g < p->in_c / p->filter_c; g++)
        if (is_pointwise(p)) {
            put_group(&l, &(const struct columns){in + first * row + g * p->filter_c, count * p->out_w, p->in_c}, g,
                      out + first * out_row);
        } else if (p->kernel_h > 1 || p->kernel_w > 1) {
            put_collected(&l, in, g, out, scratch, first, count);
        } else {
            for (int32_t r = first; r < first + count; r++) {
                const int8_t *at;

                mote_rows_s8(&at, 1, in, zeros, r / p->out_h, r % p->out_h * p->stride_h - p->pad_top, 1, p->in_h, row,
                             p->in_ring);
                put_plain_row(&l, at, g, out + mote_ring(r, p->out_ring) * out_row);
            }
        }
    for (int32_t r = first; l.right && (p->lo > INT8_MIN || p->hi < INT8_MAX) && r < first + count; r++)
        mote_clamp_bytes(out + mote_ring(r, p->out_ring) * out_row, out_row, p->lo, p->hi);
}

static void run_conv_2d_s8_mve(const struct mote_call *c)
{
    mote_conv_2d_s8_mve(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                        c->args[7], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(conv_2d_s8, mve, .run = MOTE_IF_MVE(run_conv_2d_s8_mve), .fit = fit, MOTE_SCRATCH);
