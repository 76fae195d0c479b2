/* SPDX-License-Identifier: Apache-2.0 */
/* Pools: memory that one phase asks for in pieces and gives back at once. Pieces are cut from blocks of calloc(), which
 * leaves the zeroing of large ones to the operating system. */
#include "host/base/pool.h"

#include <stdlib.h>

#define POOL_ALIGN ((size_t)64)
#define BLOCK_SIZE ((size_t)64 << 10)

struct pool_block {
    struct pool_block *next;
    struct pool_block *watched, **link; /* in the list of who watches it; link NULL: in none */
    size_t size, used;                  /* of data, which starts at the first multiple of POOL_ALIGN after this head */
};

void (*oom_handler)(void) = abort;
long pool_fail_at;

_Thread_local struct pool_watch *pool_watch;

_Noreturn void memory_ran_out(void)
{
    if (pool_watch)
        pool_watch->failed(pool_watch);
    oom_handler();
    abort(); /* a handler that returns would leave the caller with NULL */
}

static uint8_t *block_data(struct pool_block *b)
{
    uint8_t *end = (uint8_t *)(b + 1);

    return end + (POOL_ALIGN - (uintptr_t)end % POOL_ALIGN) % POOL_ALIGN;
}

static void unlink_block(struct pool_block *b)
{
    if (!b->link)
        return;
    assert(*b->link == b);
    *b->link = b->watched;
    if (b->watched)
        b->watched->link = b->link;
    b->link = NULL;
    b->watched = NULL;
}

void pool_block_watch(struct pool_block *b, struct pool_watch *watch)
{
    unlink_block(b);
    if (!watch)
        return;
    b->watched = watch->blocks;
    b->link = &watch->blocks;
    if (b->watched)
        b->watched->link = &b->watched;
    watch->blocks = b;
}

void pool_block_free(struct pool_block *b)
{
    if (b->link && pool_watch)
        pool_watch->used -= b->size < pool_watch->used ? b->size : pool_watch->used;
    unlink_block(b);
    free(b);
}

static bool is_too_much(const struct pool_watch *w, size_t size)
{
    return w && w->limit > 0 && (size > w->limit || w->used > w->limit - size);
}

/* A full-size block becomes the current one; a large piece gets a block of its own behind the current one. */
static struct pool_block *block_add(struct pool *pool, size_t bytes)
{
    size_t size = bytes < BLOCK_SIZE / 4 ? BLOCK_SIZE : bytes;
    struct pool_block *b = is_too_much(pool_watch, size) ? NULL : calloc(1, sizeof *b + POOL_ALIGN + size);

    if (!b)
        memory_ran_out();
    b->size = size;
    if (pool_watch) {
        pool_watch->used += size;
        pool_block_watch(b, pool_watch);
    }
    if (pool->blocks && bytes >= BLOCK_SIZE / 4) {
        b->next = pool->blocks->next;
        pool->blocks->next = b;
    } else {
        b->next = pool->blocks;
        pool->blocks = b;
    }
    return b;
}

static void *alloc_aligned(struct pool *pool, size_t bytes, size_t align)
{
    size_t limit = pool->limit ? pool->limit : POOL_LIMIT;
    struct pool_block *b = pool->blocks;
    size_t start = b ? align_up(b->used, align) : 0;

    assert(align > 0 && (align & (align - 1)) == 0 && align <= POOL_ALIGN);
    if (bytes == 0)
        bytes = 1; /* so that no two pieces have one address */
    if (pool_fail_at > 0 && --pool_fail_at == 0)
        memory_ran_out();
    if (bytes > limit || pool->used > limit - bytes)
        memory_ran_out();
    if (!b || start > b->size || bytes > b->size - start) {
        b = block_add(pool, bytes);
        start = 0;
    }
    b->used = start + bytes;
    pool->used += bytes;
    assert(b->used <= b->size);
    return block_data(b) + start;
}

void *pool_alloc(struct pool *pool, size_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        memory_ran_out();
    return alloc_aligned(pool, align_up(bytes, POOL_ALIGN), POOL_ALIGN);
}

void *pool_array(struct pool *pool, size_t n, size_t size)
{
    if (size > 0 && n > SIZE_MAX / size)
        memory_ran_out();
    return pool_alloc(pool, n * size);
}

char *pool_vprintf(struct pool *pool, const char *fmt, va_list args)
{
    va_list again;
    int len;
    char *s;

    assert(fmt); /* or gcc -fsanitize=undefined warns */
    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    assert(len >= 0);
    s = alloc_aligned(pool, (size_t)len + 1, 1);
    vsnprintf(s, (size_t)len + 1, fmt, args);
    return s;
}

char *pool_printf(struct pool *pool, const char *fmt, ...)
{
    va_list args;
    char *s;

    va_start(args, fmt);
    s = pool_vprintf(pool, fmt, args);
    va_end(args);
    return s;
}

char *pool_strdup(struct pool *pool, const char *s)
{
    size_t bytes = strlen(s) + 1;

    return memcpy(alloc_aligned(pool, bytes, 1), s, bytes);
}

void *pool_copy(struct pool *pool, const void *data, size_t bytes)
{
    void *copy = pool_alloc(pool, bytes);

    assert(data != NULL || bytes == 0);
    if (bytes > 0)
        memcpy(copy, data, bytes);
    return copy;
}

void *pool_grow(struct pool *pool, void *array, size_t n, size_t size)
{
    void *more;

    assert(size > 0 && (array != NULL || n == 0));
    if (n > 0 && (n < 8 || (n & (n - 1)) != 0))
        return array; /* the capacity is the next power of two */
    more = pool_array(pool, n < 8 ? 8 : n * 2, size);
    if (n > 0)
        memcpy(more, array, n * size);
    return more;
}

void pool_free(struct pool *pool)
{
    for (struct pool_block *b = pool->blocks, *next; b; b = next) {
        next = b->next;
        pool_block_free(b);
    }
    pool->blocks = NULL;
    pool->used = 0;
}
