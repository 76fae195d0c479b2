/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever the bytes, the parsers of data sets neither crash nor read beside them, and say why when they
 * fail. The first byte chooses the parser: IDX, table, .npy, picture. */
#include "host/data/npy.h"
#include "host/data/source.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* Reads every byte, so that a sanitizer sees one that is not there. */
static void read_all(const uint8_t *p, size_t n)
{
    volatile uint8_t last;

    for (size_t i = 0; i < n; i++)
        last = p[i];
    (void)last;
}

static enum mote_status idx(struct bytes file, const struct frame *at)
{
    struct idx x;

    TRY(idx_parse(file, &x, at));
    read_all(x.data, x.elements * (size_t)type_bits(x.type) / 8);
    return MOTE_OK;
}

static enum mote_status table(struct pool *pool, struct bytes file, const struct frame *at)
{
    struct table t;
    double value;

    TRY(table_parse(pool, file, DATA_HEADER_AUTO, 0, &t, at));
    require(t.n > 0 && t.columns > 0);
    for (size_t i = 0; i < (size_t)t.n * (size_t)t.columns; i++)
        (void)table_number(t.cells[i], &value);
    return MOTE_OK;
}

static enum mote_status npy(struct pool *pool, struct bytes file, const struct frame *at)
{
    struct npy x;

    TRY(npy_parse(pool, file, &x, at));
    read_all(x.data.data, x.data.size);
    return MOTE_OK;
}

static enum mote_status picture(struct pool *pool, struct bytes file, const struct frame *at)
{
    struct picture p;
    char why[200] = "";
    enum mote_status status = picture_decode(pool, file, &p, why);

    if (status != MOTE_OK) {
        require(why[0] != '\0');
        return fail(at, status, "%s", why);
    }
    picture_channels(pool, &p, 1, false);
    if ((int64_t)p.height * p.width <= 65536)
        picture_resize(pool, &p, 7, 9);
    read_all(p.data, (size_t)p.height * (size_t)p.width);
    return MOTE_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pool pool = {0};
    struct report_text report = {.status = MOTE_OK};
    struct frame root = {.name = "fuzz", .index = -1, .sink = &report};
    struct bytes file;
    enum mote_status status;

    if (size == 0)
        return 0;
    file = (struct bytes){pool_alloc(&pool, size), size - 1}; /* a NUL follows the data */
    memcpy(file.data, data + 1, size - 1);
    switch (data[0] % 4) {
    case 0:
        status = idx(file, &root);
        break;
    case 1:
        status = table(&pool, file, &root);
        break;
    case 2:
        status = npy(&pool, file, &root);
        break;
    default:
        status = picture(&pool, file, &root);
    }
    require(status == report.status && (status == MOTE_OK || (report.text[0] != '\0' && !strchr(report.text, '\n'))));
    pool_free(&pool);
    return 0;
}
