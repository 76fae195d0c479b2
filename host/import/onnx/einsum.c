/* SPDX-License-Identifier: Apache-2.0 */
/* Einsum of one or two operands: dimensions that only one operand has and the output has not are summed, the others are
 * put in order, and a product of matrices does the rest. */
#include "host/import/onnx/ops.h"

#define TERMS 3
enum { A, B, OUT };

/* A letter a dimension; an ellipsis is letters that are digits. */
struct term {
    char letters[RANK_MAX + 1];
    int n;
};

static bool has(const struct term *t, char letter)
{
    return letter && memchr(t->letters, letter, (size_t)t->n) != NULL;
}

static int index_of(const struct term *t, char letter)
{
    assert(has(t, letter));
    return (int)((const char *)memchr(t->letters, letter, (size_t)t->n) - t->letters);
}

static void put(struct build *r, struct term *t, char letter)
{
    if (t->n == RANK_MAX)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a term of more than %d dimensions", RANK_MAX);
    else
        t->letters[t->n++] = letter;
}

/* `hidden`: dimensions of the ellipsis. */
static const char *read_term(struct build *r, const char *at, int hidden, struct term *t)
{
    for (*t = (struct term){.n = 0}; *at && *at != ',' && strncmp(at, "->", 2) != 0 && r->status == MOTE_OK; at++) {
        if (*at == '.') {
            at += strncmp(at, "...", 3) == 0 ? 2 : 0;
            for (int i = 0; i < hidden; i++)
                put(r, t, (char)('0' + i));
        } else if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z')) {
            put(r, t, *at);
        } else if (*at != ' ') {
            build_fail(r, MOTE_ERR_FORMAT, "'%c' in the equation", *at >= ' ' && *at < 127 ? *at : '?');
        }
    }
    return at;
}

static int letters_of(const char *at)
{
    int n = 0;

    for (; *at && *at != ',' && strncmp(at, "->", 2) != 0; at++)
        n += *at != ' ' && *at != '.';
    return n;
}

/* Without one: the letters that are there once, in order. */
static void implicit_output(struct build *r, const struct term *terms, int n, struct term *out)
{
    *out = (struct term){.n = 0};
    for (int c = '0'; c <= 'z'; c++) {
        int times = 0;

        for (int k = 0; k < n; k++)
            for (int i = 0; i < terms[k].n; i++)
                times += terms[k].letters[i] == c;
        if (times == 1 || (times > 0 && c <= '9'))
            put(r, out, (char)c);
    }
}

static void read_equation(struct build *r, struct term terms[TERMS])
{
    const char *at = node_string(r, "equation", "");

    if (onnx_of(r)->n_in < 1 || onnx_of(r)->n_in > 2)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%d operands", onnx_of(r)->n_in);
    for (int k = 0; k < onnx_of(r)->n_in && r->status == MOTE_OK; k++) {
        int hidden = tensor_at(r, node_in(r, k))->rank - letters_of(at);

        at = read_term(r, at, hidden < 0 ? 0 : hidden, &terms[k]);
        if (r->status == MOTE_OK && terms[k].n != tensor_at(r, onnx_of(r)->in[k])->rank)
            build_fail(r, MOTE_ERR_SHAPE, "%d letters for %d dimensions", terms[k].n,
                       tensor_at(r, onnx_of(r)->in[k])->rank);
        if (r->status == MOTE_OK && tensor_elements(tensor_at(r, onnx_of(r)->in[k])) == 0)
            build_fail(r, MOTE_ERR_SHAPE, "operand %d is empty", k);
        at += *at == ',';
    }
    if (r->status != MOTE_OK)
        return;
    if (strncmp(at, "->", 2) == 0)
        read_term(r, at + 2,
                  has(&terms[0], '0')
                      ? tensor_at(r, onnx_of(r)->in[0])->rank - letters_of(node_string(r, "equation", ""))
                      : 0,
                  &terms[OUT]);
    else
        implicit_output(r, terms, onnx_of(r)->n_in, &terms[OUT]);
}

/* ---- one operand ---- */
/* Two dimensions of one letter: the elements where both are equal. */
static int32_t diagonal(struct build *r, int32_t x, struct term *t, int first, int second)
{
    const struct tensor from = *tensor_at(r, x);
    int64_t dims[RANK_MAX], n = from.dims[first] > 0 ? tensor_elements(&from) / from.dims[first] : 0;
    int32_t *places = add_indices(r, n);
    int rank = 0;

    assert(first < second && second < t->n);
    if (r->status == MOTE_OK && from.dims[first] != from.dims[second])
        build_fail(r, MOTE_ERR_SHAPE, "one letter for %lld and %lld", (long long)from.dims[first],
                   (long long)from.dims[second]);
    for (int d = 0; d < from.rank; d++)
        if (d != second)
            dims[rank++] = from.dims[d];
    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++) {
        int64_t rest = i, index[RANK_MAX] = {0}, place = 0;

        for (int d = rank - 1; d >= 0; rest /= dims[d--])
            index[d < second ? d : d + 1] = rest % dims[d];
        index[second] = index[first];
        for (int d = 0; d < from.rank; d++)
            place = place * from.dims[d] + index[d];
        places[i] = (int32_t)place;
    }
    memmove(&t->letters[second], &t->letters[second + 1], (size_t)(t->n - 1 - second));
    t->n--;
    return gather_flat(r, x, rank, dims, places);
}

static int32_t without_twins(struct build *r, int32_t x, struct term *t)
{
    for (int i = 0; i < t->n; i++)
        for (int k = t->n - 1; k > i; k--)
            if (t->letters[i] == t->letters[k] && r->status == MOTE_OK)
                x = diagonal(r, x, t, i, k);
    return x;
}

/* Sums what neither the output nor the other operand has. */
static int32_t without_lonely(struct build *r, int32_t x, struct term *t, const struct term *other,
                              const struct term *out)
{
    int64_t axes[RANK_MAX];
    struct term kept = {.n = 0};
    int n = 0;

    for (int i = 0; i < t->n; i++) {
        if (has(out, t->letters[i]) || (other && has(other, t->letters[i])))
            kept.letters[kept.n++] = t->letters[i];
        else
            axes[n++] = i;
    }
    *t = kept;
    return n > 0 ? reduce(r, OP_SUM, x, n, axes, false) : x;
}

static int32_t in_order(struct build *r, int32_t x, const struct term *from, const struct term *to)
{
    int perm[RANK_MAX];

    if (to->n != from->n)
        build_fail(r, MOTE_ERR_FORMAT, "the output has a letter twice, or one that no operand has");
    for (int i = 0; i < to->n && r->status == MOTE_OK; i++) {
        if (has(from, to->letters[i]))
            perm[i] = index_of(from, to->letters[i]);
        else
            build_fail(r, MOTE_ERR_FORMAT, "the output has a letter that no operand has");
    }
    return transpose(r, x, perm);
}

/* ---- two operands ---- */
struct groups {
    struct term batch, left, right, summed;
};

static void add_all(struct term *to, const struct term *from)
{
    assert(to->n + from->n <= RANK_MAX);
    memcpy(to->letters + to->n, from->letters, (size_t)from->n);
    to->n += from->n;
}

static struct groups find_groups(const struct term *a, const struct term *b, const struct term *out)
{
    struct groups g = {.batch = {.n = 0}};

    for (int i = 0; i < a->n; i++) {
        char c = a->letters[i];
        struct term *to = !has(b, c) ? &g.left : has(out, c) ? &g.batch : &g.summed;

        to->letters[to->n++] = c;
    }
    for (int i = 0; i < b->n; i++)
        if (!has(a, b->letters[i]))
            g.right.letters[g.right.n++] = b->letters[i];
    return g;
}

static int64_t size_of(struct build *r, int32_t x, const struct term *t, const struct term *letters)
{
    int64_t n = 1;

    for (int i = 0; i < letters->n; i++)
        n *= tensor_at(r, x)->dims[index_of(t, letters->letters[i])];
    return n;
}

/* [batch][outer][inner] */
static int32_t as_matrices(struct build *r, int32_t x, const struct term *t, const struct term *batch,
                           const struct term *outer, const struct term *inner)
{
    int64_t dims[3] = {size_of(r, x, t, batch), size_of(r, x, t, outer), size_of(r, x, t, inner)};
    struct term order = *batch;

    add_all(&order, outer);
    add_all(&order, inner);
    return reshape(r, in_order(r, x, t, &order), 3, dims);
}

static int32_t product_of(struct build *r, int32_t a, int32_t b, const struct term terms[TERMS])
{
    struct groups g = find_groups(&terms[A], &terms[B], &terms[OUT]);
    int64_t dims[RANK_MAX];
    struct term made = g.batch;
    int32_t y;

    if (g.batch.n + g.left.n + g.right.n > RANK_MAX) {
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a product of more than %d dimensions", RANK_MAX);
        return TENSOR_ABSENT;
    }
    add_all(&made, &g.left);
    add_all(&made, &g.right);
    for (int i = 0; i < made.n; i++) {
        const bool left = has(&terms[A], made.letters[i]);

        dims[i] = tensor_at(r, left ? a : b)->dims[index_of(&terms[left ? A : B], made.letters[i])];
    }
    y = emit_binary(r, OP_BATCH_MATMUL, as_matrices(r, a, &terms[A], &g.batch, &g.left, &g.summed),
                    as_matrices(r, b, &terms[B], &g.batch, &g.summed, &g.right));
    return in_order(r, reshape(r, y, made.n, dims), &made, &terms[OUT]);
}

void onnx_einsum(struct build *r)
{
    struct term terms[TERMS] = {{.n = 0}};
    int32_t x[2] = {TENSOR_ABSENT, TENSOR_ABSENT};

    read_equation(r, terms);
    for (int k = 0; k < onnx_of(r)->n_in && r->status == MOTE_OK; k++)
        x[k] = without_twins(r, onnx_of(r)->in[k], &terms[k]);
    for (int k = 0; k < onnx_of(r)->n_in && r->status == MOTE_OK; k++)
        x[k] = without_lonely(r, x[k], &terms[k], onnx_of(r)->n_in > 1 ? &terms[!k] : NULL, &terms[OUT]);
    if (r->status != MOTE_OK)
        return;
    node_out(r, 0,
             onnx_of(r)->n_in == 1 ? in_order(r, x[0], &terms[A], &terms[OUT]) : product_of(r, x[0], x[1], terms));
}
