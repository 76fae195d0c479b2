/* SPDX-License-Identifier: Apache-2.0 */
#include "host/emulate/firmware.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/emulate/linked.h"
#include "host/emulate/process.h"
#include "host/target/home.h"

#define COMPILE_SECONDS 120
#define DEPTH_MAX       8     /* folders inside each other */
#define RAM_PLENTY      16384 /* bytes beside arena and stack: more than any model's variables */
#define RAM_GAPS        32    /* bytes that alignment may cost */
#define STACK_LEAST     128

/* No heap, no start-up files, no unwinding: what the device code asks for. Every function and object gets a section of
 * its own, so that the linker drops what is not called. */
static const char *const common_flags[] = {
    "-std=c11",
    "-ffreestanding",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-unwind-tables",
    "-fno-asynchronous-unwind-tables",
    NULL,
};
static const char *const harness_flags[] = {"-Os", NULL};
static const char *const model_flags[] = {"-Os", NULL};
static const char *const kernel_flags[] = {"-O2", NULL};

static const char *const *const side_flags[] = {
    [FIRMWARE_HARNESS] = harness_flags,
    [FIRMWARE_MODEL] = model_flags,
    [FIRMWARE_KERNELS] = kernel_flags,
};

/* ---- lists of arguments ---- */
struct words {
    struct pool *pool;
    const char **word;
    int32_t n;
};

static void add_word(struct words *w, const char *word)
{
    w->word = pool_grow(w->pool, w->word, (size_t)w->n, sizeof *w->word);
    w->word[w->n++] = word;
}

static void add_words(struct words *w, const char *const *words)
{
    for (; *words; words++)
        add_word(w, *words);
}

static void add_list(struct words *w, const char *const *words, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        add_word(w, words[i]);
}

/* ---- the folder ---- */
enum mote_status firmware_begin(struct pool *pool, const struct board *board, struct firmware *fw,
                                const struct frame *at)
{
    *fw = (struct firmware){.pool = pool, .board = board, .emulated = board->emulated, .run_error = ""};
    if (!board->emulated)
        return fail(at, MOTE_ERR_USAGE, "no emulator stands for the board %s", board->name);
    fw->ram_bytes = board_first_memory(board->emulated, BOARD_RAM)->size;
    TRY(mote_home(pool, &fw->home, at));
    return folder_temporary(pool, "mote", &fw->folder, at); /* absolute: tools run in it */
}

void firmware_end(struct firmware *fw) { folder_remove(fw->folder); }

const char *firmware_path(const struct firmware *fw, const char *name)
{
    return pool_printf(fw->pool, "%s/%s", fw->folder, name);
}

/* Not file_write: nothing of this folder needs to survive a power failure. */
enum mote_status firmware_put(struct firmware *fw, const char *name, const void *data, size_t size,
                              const struct frame *at)
{
    const char *path = firmware_path(fw, name);
    FILE *file = fopen(path, "wb");
    bool ok = file && (size == 0 || fwrite(data, 1, size, file) == size);

    if (!file || fclose(file) != 0 || !ok)
        return fail(at, MOTE_ERR_ENVIRONMENT, "%s cannot be written: %s", path, strerror(errno));
    return MOTE_OK;
}

/* ---- compiling ---- */
void firmware_add(struct firmware *fw, enum firmware_side side, const char *source, const char *const *flags)
{
    const struct board_toolchain *tools = &fw->board->toolchain;
    struct words argv = {fw->pool, NULL, 0};
    const char *slash = strrchr(source, '/'), *base = slash ? slash + 1 : source;
    const char *object =
        pool_printf(fw->pool, "%s_%03d_%s.o", side == FIRMWARE_HARNESS ? "harness" : "model", (int)fw->n_compile, base);
    size_t n = (size_t)fw->n_compile++;

    add_word(&argv, tools->compiler);
    add_words(&argv, common_flags);
    add_words(&argv, side_flags[side]);
    add_list(&argv, tools->flags, tools->flags_count); /* may say better */
    add_words(&argv, flags);
    add_words(&argv, (const char *const[]){"-c", source, "-o", object, NULL});
    add_word(&argv, NULL);
    fw->compile = pool_grow(fw->pool, fw->compile, n, sizeof *fw->compile);
    fw->objects = pool_grow(fw->pool, fw->objects, n, sizeof *fw->objects);
    fw->objects[n] = object;
    fw->compile[n] = (struct process){
        .argv = argv.word,
        .folder = fw->folder,
        .log = firmware_path(fw, pool_printf(fw->pool, "%s.log", object)),
        .packages = fw->board->toolchain.packages,
        .seconds = COMPILE_SECONDS,
    };
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* The names in a folder, sorted, so that links are the same everywhere. */
static enum mote_status list_folder(struct pool *pool, const char *folder, struct words *names, const struct frame *at)
{
    DIR *dir = opendir(folder);

    *names = (struct words){pool, NULL, 0};
    if (!dir)
        return fail(at, MOTE_ERR_ENVIRONMENT, "the folder %s cannot be read: %s", folder, strerror(errno));
    for (const struct dirent *entry; (entry = readdir(dir));)
        if (entry->d_name[0] != '.')
            add_word(names, pool_strdup(pool, entry->d_name));
    closedir(dir);
    if (names->n > 1)
        qsort(names->word, (size_t)names->n, sizeof *names->word, by_name);
    return MOTE_OK;
}

static enum mote_status add_folder(struct firmware *fw, enum firmware_side side, const char *folder, int depth,
                                   const char *const *flags, const struct frame *at)
{
    struct words names;

    TRY(list_folder(fw->pool, folder, &names, at));
    for (int32_t i = 0; i < names.n; i++) {
        const char *path = pool_printf(fw->pool, "%s/%s", folder, names.word[i]);
        bool kernels = side == FIRMWARE_MODEL && strcmp(names.word[i], "kernels") == 0;
        size_t n = strlen(path);
        struct stat st;

        if (stat(path, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode) && depth > 0)
            TRY(add_folder(fw, kernels ? FIRMWARE_KERNELS : side, path, depth - 1, flags, at));
        else if (S_ISREG(st.st_mode) && n > 2 && strcmp(path + n - 2, ".c") == 0)
            firmware_add(fw, side, path, flags);
    }
    return MOTE_OK;
}

enum mote_status firmware_add_folder(struct firmware *fw, enum firmware_side side, const char *folder, bool deep,
                                     const char *const *flags, const struct frame *at)
{
    return add_folder(fw, side, folder, deep ? DEPTH_MAX : 0, flags, at);
}

enum mote_status firmware_add_support(struct firmware *fw, const char *const *flags, const struct frame *at)
{
    const char *folder = pool_printf(fw->pool, "%s/targets/%s", fw->home, fw->board->toolchain.support);

    return firmware_add_folder(fw, FIRMWARE_HARNESS, folder, false, flags, at);
}

static enum mote_status check_tool(struct firmware *fw, const struct process *p, const char *what,
                                   const struct frame *at)
{
    const char *log = p->exit_code == 0 ? "" : process_log(fw->pool, p);

    if (p->exit_code == 0)
        return MOTE_OK;
    if (p->timed_out)
        return fail(at, MOTE_ERR_ENVIRONMENT, "%s: %s did not end within %d s", what, p->argv[0], (int)p->seconds);
    if (strstr(log, "overflowed by"))
        return fail(at, MOTE_ERR_FIT, "the firmware does not fit the emulated machine %s: %.400s", fw->emulated->name,
                    log);
    if (log[0] == '\0')
        return fail(at, MOTE_ERR_ENVIRONMENT, "%s: %s failed without a word: is the disk of %s full?", what, p->argv[0],
                    fw->folder);
    return fail(at, MOTE_ERR_ENVIRONMENT, "%s: %s failed: %.600s", what, p->argv[0], log);
}

static enum mote_status link_firmware(struct firmware *fw, int64_t arena_bytes, int64_t stack_bytes,
                                      const struct frame *at)
{
    const struct board_memory *flash = board_first_memory(fw->emulated, BOARD_FLASH);
    const struct board_memory *ram = board_first_memory(fw->emulated, BOARD_RAM);
    const struct board_toolchain *tools = &fw->board->toolchain;
    struct words argv = {fw->pool, NULL, 0};
    const struct {
        const char *name;
        uint64_t value;
    } symbols[] = {
        {"flash_origin", flash->origin}, {"flash_size", flash->size},           {"ram_origin", ram->origin},
        {"ram_size", fw->ram_bytes},     {"stack_size", (uint64_t)stack_bytes}, {"arena_size", (uint64_t)arena_bytes},
    };
    struct process p = {
        .folder = fw->folder,
        .log = firmware_path(fw, "link.log"),
        .packages = fw->board->toolchain.packages,
        .seconds = COMPILE_SECONDS,
        .waiting = fw->waiting,
        .user = fw->user,
    };

    add_word(&argv, tools->linker ? tools->linker : tools->compiler);
    if (tools->linker)
        add_list(&argv, tools->linker_flags, tools->linker_flags_count);
    else
        add_list(&argv, tools->flags, tools->flags_count);
    add_words(&argv, (const char *const[]){"-nostartfiles", "-Wl,--gc-sections", "-T", NULL});
    add_word(&argv, pool_printf(fw->pool, "%s/targets/%s/link.ld", fw->home, fw->board->toolchain.support));
    for (size_t i = 0; i < COUNT(symbols); i++)
        add_word(&argv, pool_printf(fw->pool, "-Wl,--defsym=%s=%#" PRIx64, symbols[i].name, symbols[i].value));
    for (int32_t i = 0; i < fw->n_compile; i++)
        add_word(&argv, fw->objects[i]);
    add_words(&argv, (const char *const[]){"-o", "firmware.elf", NULL});
    add_word(&argv, NULL);
    p.argv = argv.word;
    TRY(process_run(&p, 1, at));
    return check_tool(fw, &p, "linking", at);
}

/* How much RAM the stack may have: all that it wants, or what a first link without a stack leaves. */
static enum mote_status fit_stack(struct firmware *fw, int64_t arena_bytes, int64_t *stack_bytes,
                                  const struct frame *at)
{
    int64_t ram = (int64_t)fw->ram_bytes, left;
    struct firmware_sizes sizes;

    if (arena_bytes + *stack_bytes + RAM_PLENTY <= ram)
        return MOTE_OK;
    TRY(link_firmware(fw, arena_bytes, 0, at));
    TRY(firmware_sizes(fw, &sizes, at));
    left = (ram - arena_bytes - sizes.data_bss - sizes.harness_ram - RAM_GAPS) & ~(int64_t)15;
    if (left < STACK_LEAST)
        return fail(at, MOTE_ERR_FIT,
                    "the emulated machine %s has %lld bytes of RAM: after the arena of %lld no stack is left",
                    fw->emulated->name, (long long)ram, (long long)arena_bytes);
    *stack_bytes = left < *stack_bytes ? left : *stack_bytes;
    return MOTE_OK;
}

enum mote_status firmware_build(struct firmware *fw, int64_t arena_bytes, int64_t stack_bytes, const struct frame *at)
{
    if (arena_bytes < 0 || arena_bytes > INT32_MAX || stack_bytes < 0 || stack_bytes > INT32_MAX)
        return fail(at, MOTE_ERR_FIT, "an arena of %lld bytes and a stack of %lld fit no microcontroller",
                    (long long)arena_bytes, (long long)stack_bytes);
    for (int32_t i = 0; i < fw->n_compile; i++) {
        fw->compile[i].waiting = fw->waiting;
        fw->compile[i].user = fw->user;
    }
    TRY(process_run(fw->compile, fw->n_compile, at));
    for (int32_t i = 0; i < fw->n_compile; i++)
        TRY(check_tool(fw, &fw->compile[i], fw->objects[i], at));
    TRY(fit_stack(fw, arena_bytes, &stack_bytes, at));
    fw->stack_bytes = stack_bytes;
    return link_firmware(fw, arena_bytes, stack_bytes, at);
}

/* ---- running ---- */
/* A comma in a value of QEMU's options is written twice. */
static const char *double_commas(struct pool *pool, const char *s)
{
    struct text t = {.pool = pool};

    text_add(&t, "%s", "");
    for (; *s; s++)
        text_add(&t, *s == ',' ? "%c," : "%c", *s);
    return t.s;
}

static const char *replace(struct pool *pool, const char *s, const char *from, const char *to)
{
    const char *at = strstr(s, from);

    return at ? pool_printf(pool, "%.*s%s%s", (int)(at - s), s, to, at + strlen(from)) : s;
}

static enum mote_status machine_argv(struct firmware *fw, bool functions, const char *serial, struct words *argv,
                                     const struct frame *at)
{
    const struct board_machine *m = fw->emulated->machine;
    const char *file, *plugin, *tools;

    TRY(mote_plugin(fw->pool, &file, at));
    tools = pool_printf(fw->pool, "%.*s", (int)(strrchr(file, '/') - file), file);
    plugin = pool_printf(fw->pool, "%s,out=counts.txt,start=%s,stop=%s%s", double_commas(fw->pool, file),
                         m->start_marker, m->stop_marker, functions ? ",functions=functions.txt" : "");
    if (fw->classes && !strchr(fw->board->timing, ','))
        plugin = pool_printf(fw->pool, "%s,classes=%s", plugin, fw->board->timing);
    add_word(argv, replace(fw->pool, m->program, "{tools}", tools));
    for (unsigned i = 0; i < m->arguments_count; i++) {
        const char *word = replace(fw->pool, m->arguments[i], "{plugin}", plugin);

        add_word(argv, replace(fw->pool, replace(fw->pool, word, "{firmware}", "firmware.elf"), "{serial}", serial));
    }
    if (strcmp(serial, "none") != 0)
        add_list(argv, m->serial_arguments, m->serial_arguments_count);
    add_word(argv, NULL);
    return MOTE_OK;
}

/* A text file of the folder, ended by a NUL. */
static enum mote_status read_text(struct firmware *fw, const char *name, const char **text, const struct frame *at)
{
    struct bytes file;

    TRY(file_read(fw->pool, firmware_path(fw, name), &file, at));
    *text =
        pool_printf(fw->pool, "%.*s", (int)(file.size < INT32_MAX ? file.size : INT32_MAX), (const char *)file.data);
    return MOTE_OK;
}

/* The numbers behind the first of a line, which the counter writes where classes are counted. */
static void read_classes(struct firmware *fw, int64_t instructions, const char *s, char **after)
{
    struct firmware_counts c = {.instructions = instructions};
    int64_t *number[] = {
#define COUNTED(NAME, name) &c.name,
#include "host/emulate/counts.def"
    };

    for (size_t i = 1; i < COUNT(number) && *s == ' '; i++, s = *after)
        *number[i] = strtoll(s, after, 10);
    fw->by_class = pool_grow(fw->pool, fw->by_class, (size_t)fw->n_counts, sizeof *fw->by_class);
    fw->by_class[fw->n_counts] = c;
}

static enum mote_status read_counts(struct firmware *fw, const struct frame *at)
{
    const char *s;

    TRY(read_text(fw, "counts.txt", &s, at));
    while (*s) {
        char *after;
        int64_t count = strtoll(s, &after, 10);

        if (after != s && *after == ' ')
            read_classes(fw, count, after, &after);
        if (after == s || *after != '\n')
            return fail(at, MOTE_ERR_ENVIRONMENT, "the counting plugin says: %.*s", (int)strcspn(s, "\n"), s);
        fw->counts = pool_grow(fw->pool, fw->counts, (size_t)fw->n_counts, sizeof *fw->counts);
        fw->counts[fw->n_counts++] = count;
        s = after + 1;
    }
    return MOTE_OK;
}

static int by_instructions(const void *a, const void *b)
{
    const struct firmware_function *x = a, *y = b;

    if (x->instructions != y->instructions)
        return x->instructions < y->instructions ? 1 : -1;
    return strcmp(x->name, y->name);
}

static enum mote_status read_functions(struct firmware *fw, const struct frame *at)
{
    const char *s;

    TRY(read_text(fw, "functions.txt", &s, at));
    while (*s) {
        char *after;
        int64_t count = strtoll(s, &after, 10);
        int length = (int)strcspn(after, "\n");

        if (after == s || *after != ' ' || after[length] != '\n')
            return fail(at, MOTE_ERR_ENVIRONMENT, "the counting plugin's list of functions is damaged");
        fw->functions = pool_grow(fw->pool, fw->functions, (size_t)fw->n_functions, sizeof *fw->functions);
        fw->functions[fw->n_functions++] =
            (struct firmware_function){pool_printf(fw->pool, "%.*s", length - 1, after + 1), count};
        s = after + length + 1;
    }
    if (fw->n_functions > 1)
        qsort(fw->functions, (size_t)fw->n_functions, sizeof *fw->functions, by_instructions);
    return MOTE_OK;
}

enum mote_status firmware_run(struct firmware *fw, int32_t seconds, bool functions, const struct frame *at)
{
    struct words argv = {fw->pool, NULL, 0};
    struct process p = {
        .folder = fw->folder,
        .log = firmware_path(fw, "machine.log"),
        .packages = fw->emulated->machine->packages,
        .seconds = seconds,
        .waiting = fw->waiting,
        .user = fw->user,
    };

    TRY(machine_argv(fw, functions, "none", &argv, at));
    p.argv = argv.word;
    TRY(process_run(&p, 1, at));
    fw->run_error = process_log(fw->pool, &p);
    if (p.timed_out)
        return fail(at, MOTE_ERR_ENVIRONMENT, "the firmware did not end within %d s on %s", (int)seconds,
                    fw->emulated->name);
    if (p.signal != 0)
        return fail(at, MOTE_ERR_ENVIRONMENT, "%s died (signal %d, %s): %.400s", p.argv[0], (int)p.signal,
                    strsignal(p.signal), fw->run_error);
    fw->exit_code = p.exit_code;
    if (access(firmware_path(fw, "counts.txt"), F_OK) != 0)
        return fail(at, MOTE_ERR_ENVIRONMENT, "%s ended with status %d before the firmware began: %.400s", p.argv[0],
                    (int)p.exit_code, fw->run_error);
    if (p.exit_code != 0)
        return MOTE_OK; /* the firmware gave up between markers: its counts mean nothing */
    TRY(read_counts(fw, at));
    return functions ? read_functions(fw, at) : MOTE_OK;
}

/* ---- behind a UART ---- */
#define BOOT_SECONDS 10
#define BOOT_PAUSE   10000000L /* ns */

/* What QEMU says it has made, once it has: "char device redirected to /dev/pts/3 (label serial0)". */
static const char *port_in_log(struct firmware *fw, const char *log)
{
    static const char said[] = "char device redirected to ";
    char text[1024];
    FILE *file = fopen(log, "r");
    const char *found;

    if (file == NULL)
        return NULL;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    found = strstr(text, said);
    if (found == NULL || strchr(found, '\n') == NULL)
        return NULL;
    found += strlen(said);
    return pool_printf(fw->pool, "%.*s", (int)strcspn(found, " \n"), found);
}

enum mote_status firmware_serve(struct firmware *fw, struct firmware_server *server, const struct frame *at)
{
    struct words argv = {fw->pool, NULL, 0};

    *server = (struct firmware_server){.process = {.folder = fw->folder,
                                                   .log = firmware_path(fw, "machine.log"),
                                                   .packages = fw->emulated->machine->packages}};
    TRY(machine_argv(fw, false, "pty", &argv, at));
    server->process.argv = argv.word;
    TRY(process_begin(&server->process, &server->running, at));
    for (long waited = 0; waited < BOOT_SECONDS * 1000000000L && process_runs(&server->running); waited += BOOT_PAUSE) {
        server->port = port_in_log(fw, server->process.log);
        if (server->port != NULL)
            return MOTE_OK;
        nanosleep(&(struct timespec){.tv_nsec = BOOT_PAUSE}, NULL);
    }
    process_end(&server->running);
    return fail(at, MOTE_ERR_ENVIRONMENT, "%s made no pseudoterminal: %.400s", argv.word[0],
                process_log(fw->pool, &server->process));
}

enum mote_status firmware_serve_end(struct firmware *fw, struct firmware_server *server, const struct frame *at)
{
    if (!process_runs(&server->running))
        return fail(at, MOTE_ERR_ENVIRONMENT, "the emulated board ended by itself: %.400s",
                    process_log(fw->pool, &server->process));
    process_end(&server->running);
    return read_counts(fw, at);
}

/* ---- sizes ---- */
static enum mote_status open_linked(struct firmware *fw, struct linked *linked, const struct frame *at)
{
    struct frame here = {at, "firmware", "firmware.elf", -1, NULL};
    struct bytes file;

    TRY(file_read(fw->pool, firmware_path(fw, "firmware.elf"), &file, &here));
    return linked_open(linked, file, &here);
}

enum mote_status firmware_sizes(struct firmware *fw, struct firmware_sizes *sizes, const struct frame *at)
{
    const struct {
        const char *section;
        int64_t *size; /* NULL: known, but nobody's */
    } known[] = {
        {".harness", &sizes->harness_code},
        {".harness_bss", &sizes->harness_ram},
        {".harness_data", &sizes->harness_ram},
        {".text", &sizes->code},
        {".rodata", &sizes->constants},
        {".weights", &sizes->weights},
        {".image", &sizes->image},
        {".data", &sizes->data_bss},
        {".bss", &sizes->data_bss},
        {".arena", NULL},
        {".stack", NULL},
    };
    struct linked linked;
    const char *unknown = NULL;

    *sizes = (struct firmware_sizes){0};
    TRY(open_linked(fw, &linked, at));
    for (size_t i = 0; i < linked.n_sections; i++) {
        const struct linked_section s = linked_section(&linked, i);
        size_t k = 0;

        if (!s.allocated || s.bytes == 0)
            continue;
        while (k < COUNT(known) && strcmp(known[k].section, s.name) != 0)
            k++;
        if (k == COUNT(known))
            unknown = pool_strdup(fw->pool, s.name);
        else if (known[k].size)
            *known[k].size += (int64_t)s.bytes;
    }
    linked_close(&linked);
    if (unknown)
        return fail(at, MOTE_ERR_ENVIRONMENT,
                    "the firmware has a section %s that nobody counts: the linker script must place it", unknown);
    return MOTE_OK;
}

const char *firmware_function_at(struct firmware *fw, uint32_t address)
{
    struct linked linked;
    const char *name;

    if (open_linked(fw, &linked, NULL) != MOTE_OK)
        return NULL;
    name = linked_function_at(&linked, fw->pool, address);
    linked_close(&linked);
    return name;
}

const char *firmware_marker(struct pool *pool, const char *hex)
{
    struct text t = {.pool = pool};

    text_add(&t, "\"");
    for (size_t i = 0; hex[i] && hex[i + 1]; i += 2)
        text_add(&t, "%s0x%.2s", i > 0 ? "," : "", hex + i);
    text_add(&t, "\"");
    return t.s;
}
