/* SPDX-License-Identifier: Apache-2.0 */
/* Places the buffers of instances of memory planning: bench_offsets FILE..., prints a row for each. A file's lines are
 * id,lower,upper,size after one of headings, `upper` exclusive. Effort is counted in placements of a buffer, not in
 * seconds, so that a row is the same on every machine. */
#include <libgen.h>
#include <stdlib.h>

#include "host/plan/offsets.h"

/* Reads the lines behind the headings; returns their number, or -1 - the number of a line that is none. */
static int32_t read_buffers(struct pool *pool, char *text, struct buffer **out)
{
    struct buffer *b = NULL;
    int32_t n = 0;
    char *rest = strchr(text, '\n');

    while (rest != NULL && rest[1] != '\0') {
        int length = 0;
        long long size;

        b = pool_grow(pool, b, (size_t)n, sizeof *b);
        if (sscanf(rest, "\n%*d,%d,%d,%lld%n", &b[n].lower, &b[n].upper, &size, &length) != 3 ||
            b[n].lower >= b[n].upper || size <= 0)
            return -1 - (n + 2);
        b[n++].size = size;
        rest = strchr(rest + length, '\n');
    }
    *out = b;
    return n;
}

static enum mote_status bench(const char *path)
{
    struct report_text sink = {0};
    struct frame at = {.name = path, .index = -1, .sink = &sink};
    struct pool pool = {0};
    struct bytes file;
    struct buffer *buffers = NULL;
    enum mote_status status = file_read(&pool, path, &file, &at);

    if (status == MOTE_OK) {
        char *text = pool_printf(&pool, "%.*s", (int)file.size, (const char *)file.data);
        int32_t n = read_buffers(&pool, text, &buffers);
        struct offsets_result r = {0};

        if (n < 0)
            status = fail(&at, MOTE_ERR_FORMAT, "line %d is not id,lower,upper,size with lower < upper", (int)(-1 - n));
        else
            r = offsets_solve(&pool, buffers, n, 1, 0);
        if (status == MOTE_OK)
            printf("%s,%d,%lld,%lld,%lld,%lld\n", basename(pool_strdup(&pool, path)), (int)n, (long long)r.total,
                   (long long)r.bound, (long long)(r.total - r.bound), (long long)r.tried);
    }
    if (status != MOTE_OK)
        fprintf(stderr, "bench_offsets: %s\n", sink.text);
    pool_free(&pool);
    return status;
}

int main(int argc, char **argv)
{
    printf("instance,buffers,total,bound,gap,placements\n");
    for (int i = 1; i < argc; i++)
        if (bench(argv[i]) != MOTE_OK)
            return EXIT_FAILURE;
    return EXIT_SUCCESS;
}
