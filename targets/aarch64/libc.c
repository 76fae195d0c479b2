/* SPDX-License-Identifier: Apache-2.0 */
/* What compilers call for copies, and what tests call: the static C library's choose code for the CPU before main()
 * runs, and there is no such start here. */
#include <stddef.h>
#include <stdint.h>

#pragma GCC optimize("no-tree-loop-distribute-patterns")

struct sixteen {
    uint64_t low, high;
} __attribute__((packed, may_alias));

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);

/* Sixteen bytes at a time. */
static void *copy_up(void *to, const void *from, size_t n)
{
    char *t = to;
    const char *f = from;

    for (; n >= sizeof(struct sixteen); n -= sizeof(struct sixteen)) {
        *(struct sixteen *)(void *)t = *(const struct sixteen *)(const void *)f;
        t += sizeof(struct sixteen);
        f += sizeof(struct sixteen);
    }
    while (n-- > 0)
        *t++ = *f++;
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n) { return copy_up(to, from, n); }

void *memmove(void *to, const void *from, size_t n)
{
    char *t = to;
    const char *f = from;

    if ((uintptr_t)to - (uintptr_t)from >= n)
        return copy_up(to, from, n);
    while (n-- > 0)
        t[n] = f[n];
    return to;
}

void *memset(void *to, int value, size_t n)
{
    const uint64_t word = UINT64_C(0x0101010101010101) * (uint8_t)value;
    char *t = to;

    for (; n >= sizeof(struct sixteen); n -= sizeof(struct sixteen), t += sizeof(struct sixteen))
        *(struct sixteen *)(void *)t = (struct sixteen){word, word};
    while (n-- > 0)
        *t++ = (char)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;

    for (size_t i = 0; i < n; i++)
        if (x[i] != y[i])
            return x[i] - y[i];
    return 0;
}

size_t strlen(const char *s)
{
    size_t n = 0;

    while (s[n] != '\0')
        n++;
    return n;
}

int strncmp(const char *a, const char *b, size_t n)
{
    while (n > 0 && *a == *b && *a != '\0') {
        a++;
        b++;
        n--;
    }
    return n > 0 ? (unsigned char)*a - (unsigned char)*b : 0;
}

int strcmp(const char *a, const char *b) { return strncmp(a, b, SIZE_MAX); }
