/* SPDX-License-Identifier: Apache-2.0 */
/* Files on the host and the emulator's end, through Arm semihosting's operations: RISC-V has the same ones, and so has
 * Mote's runner of simavr. Arguments are words as wide as a pointer. port.h knows how a core calls. */
#include "harness.h"
#include "port.h"

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_EXIT_EXTENDED = 0x20,
};
enum { MODE_READ_BINARY = 1, MODE_WRITE_BINARY = 5 };
#define ADP_STOPPED_APPLICATION_EXIT UINT32_C(0x20026)

int32_t host_open(const char *name, bool write)
{
    uintptr_t length = 0;

    while (name[length] != '\0')
        length++;
    return port_semihost(SYS_OPEN,
                         (const uintptr_t[]){(uintptr_t)name, write ? MODE_WRITE_BINARY : MODE_READ_BINARY, length});
}

/* SYS_READ and SYS_WRITE answer how many bytes they did not move. */
bool host_read(int32_t file, void *data, uint32_t bytes)
{
    return port_semihost(SYS_READ, (const uintptr_t[]){(uintptr_t)file, (uintptr_t)data, (uintptr_t)bytes}) == 0;
}

bool host_write(int32_t file, const void *data, uint32_t bytes)
{
    return port_semihost(SYS_WRITE, (const uintptr_t[]){(uintptr_t)file, (uintptr_t)data, (uintptr_t)bytes}) == 0;
}

void host_close(int32_t file) { port_semihost(SYS_CLOSE, (const uintptr_t[]){(uintptr_t)file}); }

_Noreturn void host_exit(int32_t code)
{
    for (;;)
        port_semihost(SYS_EXIT_EXTENDED, (const uintptr_t[]){(uintptr_t)ADP_STOPPED_APPLICATION_EXIT, (uintptr_t)code});
}
