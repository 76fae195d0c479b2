/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever the bytes of a recipe, its network is built and verified, or one line says why not. What is built
 * is written and reads back. Memory that runs out ends the attempt. */
#include <setjmp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/train/recipe.h"

#define MEMORY_MAX ((size_t)256 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static jmp_buf out_of_memory;

static void jump(void) { longjmp(out_of_memory, 1); }

static void require(bool condition)
{
    if (!condition)
        abort();
}

static enum mote_status build(struct pool *pool, const char *path, const struct frame *at)
{
    static const char *const columns[] = {"x", "y"};
    const struct dataset data = {
        .n_classes = 3, .rank = 3, .dims = {8, 6, 2}, .elements = 96, .type = TYPE_U8, .columns = columns};
    struct text file = {.pool = pool};
    struct model model, again = {.pool = pool};
    struct recipe recipe;

    TRY(recipe_read(pool, path, &recipe, at));
    TRY(network_build(pool, &recipe, &data, &model, at));
    model_write(&model, &file);
    require(model_parse(&again, (struct bytes){(uint8_t *)file.s, file.len}, at) == MOTE_OK);
    return MOTE_OK;
}

static void attempt(struct pool *pool, const char *path)
{
    struct report_text report = {0};
    struct frame root = {.name = "fuzz.yaml", .index = -1, .sink = &report};
    enum mote_status status = build(pool, path, &root);

    require(status == MOTE_OK || (report.status == status && report.text[0] && !strchr(report.text, '\n')));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pool pool = {.limit = MEMORY_MAX};
    int file = memfd_create("recipe", MFD_CLOEXEC);
    char path[64];

    oom_handler = jump;
    require(file >= 0 && write(file, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (setjmp(out_of_memory) == 0)
        attempt(&pool, path);
    pool_free(&pool);
    close(file);
    return 0;
}
