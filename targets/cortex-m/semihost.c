/* SPDX-License-Identifier: Apache-2.0 */
/* Files on the host and the emulator's end, through Arm semihosting (BKPT 0xAB): operation in r0, its argument or the
 * address of its arguments in r1, the answer in r0. */
#include "harness.h"

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_EXIT_EXTENDED = 0x20,
};
enum { MODE_READ_BINARY = 1, MODE_WRITE_BINARY = 5 };
#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

static int32_t semihost(uint32_t operation, const void *arguments)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = arguments;

    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return (int32_t)r0;
}

int32_t host_open(const char *name, bool write)
{
    uint32_t length = 0;

    while (name[length] != '\0')
        length++;
    return semihost(SYS_OPEN,
                    (const uintptr_t[]){(uintptr_t)name, write ? MODE_WRITE_BINARY : MODE_READ_BINARY, length});
}

/* SYS_READ and SYS_WRITE answer how many bytes they did not move. */
bool host_read(int32_t file, void *data, uint32_t bytes)
{
    return semihost(SYS_READ, (const uintptr_t[]){(uintptr_t)file, (uintptr_t)data, bytes}) == 0;
}

bool host_write(int32_t file, const void *data, uint32_t bytes)
{
    return semihost(SYS_WRITE, (const uintptr_t[]){(uintptr_t)file, (uintptr_t)data, bytes}) == 0;
}

void host_close(int32_t file) { semihost(SYS_CLOSE, (const uintptr_t[]){(uintptr_t)file}); }

_Noreturn void host_exit(int32_t code)
{
    for (;;)
        semihost(SYS_EXIT_EXTENDED, (const uintptr_t[]){ADP_STOPPED_APPLICATION_EXIT, (uintptr_t)code});
}
