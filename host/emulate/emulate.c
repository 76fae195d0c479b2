/* SPDX-License-Identifier: Apache-2.0 */
#include "host/emulate/emulate.h"

#include "host/emulate/process.h"
#include "mote/ops/image.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define STACK_BYTES           65536 /* generous, less where RAM is short: what is used is measured */
#define SECONDS               120
#define SECONDS_PER_INFERENCE 30
#define INTERVALS_BEFORE      2 /* checksum, set-up; then one for each inference: targets/harness/main.c */

/* ---- building ---- */
/* Flags for the harness's files; the adapter gets the model's on top. */
struct flags {
    struct pool *pool;
    const char *flag[28];
    int32_t n;
};

static void add_flag(struct flags *f, const char *flag)
{
    assert(f->n + 1 < (int32_t)COUNT(f->flag)); /* the last one stays NULL */
    f->flag[f->n++] = flag;
}

static void add_include(struct flags *f, const char *folder) { add_flag(f, pool_printf(f->pool, "-I%s", folder)); }

static struct flags make_harness_flags(const struct firmware *fw, const struct emulate_job *job)
{
    struct pool *pool = fw->pool;
    const struct board_machine *m = fw->emulated->machine;
    struct flags f = {.pool = pool};

    add_include(&f, pool_printf(pool, "%s/targets/harness", fw->home));
    add_include(&f, pool_printf(pool, "%s/targets/%s", fw->home, fw->board->toolchain.support));
    add_flag(&f, pool_printf(pool, "-DMOTE_ARENA_BYTES=%lld", (long long)job->arena_bytes));
    add_flag(&f, pool_printf(pool, "-DMOTE_INFERENCES=%d", (int)job->n));
    add_flag(&f, pool_printf(pool, "-DMOTE_RAW_ROWS=%d", (int)job->raw_rows));
    add_flag(&f, pool_printf(pool, "-DMOTE_RAW_ROW_BYTES=%lld", (long long)job->raw_row_bytes));
    add_flag(&f, pool_printf(pool, "-DMOTE_FEED_ROWS=%d", (int)job->feed_rows));
    add_flag(&f, pool_printf(pool, "-DMOTE_FEED_ROW_BYTES=%lld", (long long)job->feed_row_bytes));
    add_flag(&f, pool_printf(pool, "-DMOTE_RESET_EACH=%d", job->reset_each));
    add_flag(&f, pool_printf(pool, "-DMOTE_LISTEN=%d", (int)job->listen));
    add_flag(&f, pool_printf(pool, "-DMOTE_SAMPLES=%lld", (long long)job->samples));
    add_flag(&f, pool_printf(pool, "-DMOTE_STEPS=%d", job->per_step));
    add_flag(&f, pool_printf(pool, "-DMOTE_MARK_START=%s", firmware_marker(pool, m->start_marker)));
    add_flag(&f, pool_printf(pool, "-DMOTE_MARK_STOP=%s", firmware_marker(pool, m->stop_marker)));
    return f;
}

/* Where an arena of a memory behind the first lies: in the emulated machine's, if it is that very board, else at the
 * end of its first one. */
static enum mote_status place_arena(struct firmware *fw, int32_t k, int64_t bytes, uint64_t *address,
                                    const struct frame *at)
{
    const struct board_memory *ram = board_first_memory(fw->emulated, BOARD_RAM),
                              *own = board_memory_number(fw->board, BOARD_RAM, (unsigned)k + 1);

    if (fw->emulated == fw->board && own != NULL && (uint64_t)bytes <= own->size) {
        *address = own->origin;
        return MOTE_OK;
    }
    if ((uint64_t)bytes >= fw->ram_bytes)
        return fail(at, MOTE_ERR_FIT, "the emulated machine %s has no room for arena %d of %lld bytes",
                    fw->emulated->name, (int)k + 1, (long long)bytes);
    assert(bytes >= 0 && k >= 0);
    fw->ram_bytes = (fw->ram_bytes - (uint64_t)bytes) & ~(uint64_t)15;
    *address = ram->origin + fw->ram_bytes;
    return MOTE_OK;
}

static enum mote_status add_more_arenas(struct firmware *fw, const struct emulate_job *job, struct flags *f,
                                        const struct frame *at)
{
    struct text addresses = {.pool = fw->pool}, bytes = {.pool = fw->pool};

    for (int32_t k = 0; k < job->n_more; k++) {
        uint64_t address = 0;

        TRY(place_arena(fw, k, job->more_bytes[k], &address, at));
        text_add(&addresses, "%s(void *)%#" PRIx64, k > 0 ? "," : "", address);
        text_add(&bytes, "%s%lld", k > 0 ? "," : "", (long long)job->more_bytes[k]);
    }
    if (job->n_more > 0) {
        add_flag(f, pool_printf(fw->pool, "-DMOTE_MORE_ARENAS=%s", addresses.s));
        add_flag(f, pool_printf(fw->pool, "-DMOTE_MORE_BYTES=%s", bytes.s));
    }
    return MOTE_OK;
}

static void add_harness(struct firmware *fw, const char *file, const struct flags *flags)
{
    firmware_add(fw, FIRMWARE_HARNESS, pool_printf(fw->pool, "%s/targets/harness/%s", fw->home, file), flags->flag);
}

/* The sources of the kernels that a list has: of all others the linker would drop every function. */
static void add_kernels(struct firmware *fw, const char *list, const struct flags *flags)
{
    char family[32], name[64], version[32];

    for (; (list = strstr(list, "KERNEL(")); list++) {
        const char *path;

        if (sscanf(list, "KERNEL(%*d, %31[a-z_], %63[a-z0-9_], %31[a-z0-9_]", family, name, version) != 3)
            continue;
        path = pool_printf(fw->pool, "%s/device/mote/kernels/%s/%s", fw->home, family, name);
        firmware_add(fw, FIRMWARE_KERNELS, pool_printf(fw->pool, "%s_check.c", path), flags->flag);
        path = strcmp(version, "portable") == 0 ? path : pool_printf(fw->pool, "%s_%s", path, version);
        firmware_add(fw, FIRMWARE_KERNELS, pool_printf(fw->pool, "%s.c", path), flags->flag);
    }
}

static struct flags model_flags(struct pool *pool, const struct emulate_job *job)
{
    struct flags f = {.pool = pool};

    if (job->small) {
        add_flag(&f, "-Os");
        add_flag(&f, "-DMOTE_HOT=0");
    }
    return f;
}

/* What the interpreter is to know besides kernels. Damaged images are for the device to refuse. */
static bool has_blocks(const struct emulate_job *job)
{
    struct mote_image_header h = {0};

    if (job->image.size >= sizeof h)
        memcpy(&h, job->image.data, sizeof h);
    return (h.required & MOTE_IMAGE_BLOCKS) != 0;
}

static enum mote_status add_image(struct firmware *fw, const struct emulate_job *job, struct flags adapter,
                                  const struct frame *at)
{
    struct pool *pool = fw->pool;
    struct flags model = model_flags(pool, job);

    if (has_blocks(job)) {
        add_flag(&adapter, "-DMOTE_BLOCKS=1");
        add_flag(&model, "-DMOTE_BLOCKS=1");
    }
    TRY(firmware_put(fw, "image.mote", job->image.data, job->image.size, at));
    add_include(&adapter, pool_printf(pool, "%s/device", fw->home));
    if (job->kernel_list) {
        TRY(firmware_put(fw, "emulate_kernels.def", job->kernel_list, strlen(job->kernel_list), at));
        add_include(&model, fw->folder);
        add_flag(&model, "-DMOTE_KERNELS=\"emulate_kernels.def\"");
    }
    add_harness(fw, "image.S", &adapter);
    add_harness(fw, "adapter_image.c", &adapter);
    if (!job->kernel_list)
        return firmware_add_folder(fw, FIRMWARE_MODEL, pool_printf(pool, "%s/device", fw->home), true, model.flag, at);
    add_kernels(fw, job->kernel_list, &model);
    return firmware_add_folder(fw, FIRMWARE_MODEL, pool_printf(pool, "%s/device/mote/runtime", fw->home), false,
                               model.flag, at);
}

static const char *upper(struct pool *pool, const char *s)
{
    char *copy = pool_strdup(pool, s);

    for (char *p = copy; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    return copy;
}

/* No folder is searched for what the generated one includes: it must need nothing else. */
static enum mote_status add_c(struct firmware *fw, const struct emulate_job *job, struct flags adapter,
                              const struct frame *at)
{
    struct pool *pool = fw->pool;
    struct flags model = model_flags(pool, job);
    char *real = realpath(job->c_dir, NULL);
    const char *folder = pool_strdup(pool, real ? real : job->c_dir);

    free(real);
    add_include(&adapter, folder);
    add_flag(&adapter, pool_printf(pool, "-DMOTE_Model=%s", job->name));
    add_flag(&adapter, pool_printf(pool, "-DMOTE_Model_upper=%s", upper(pool, job->name)));
    add_flag(&adapter, pool_printf(pool, "-DMOTE_Model_header=\"%s.h\"", job->name));
    add_harness(fw, "adapter_c.c", &adapter);
    return firmware_add_folder(fw, FIRMWARE_MODEL, folder, true, model.flag, at);
}

/* Who asks the model for inferences: whoever is at the other end of a UART. */
static enum mote_status add_serial(struct firmware *fw, const struct emulate_job *job, const struct flags *harness,
                                   const struct frame *at)
{
    const struct board_serial *s = fw->emulated->serial;
    struct flags f = *harness;

    TRY(firmware_put(fw, "serial_config.h", job->serial, strlen(job->serial), at));
    add_include(&f, fw->folder);
    add_include(&f, pool_printf(fw->pool, "%s/targets/serial", fw->home));
    add_include(&f, pool_printf(fw->pool, "%s/device", fw->home));
    add_harness(fw, "serial_main.c", &f);
    add_harness(fw, "protocol.c", &f);
    add_harness(fw, pool_printf(fw->pool, "../serial/uart_%s.c", s->uart), &f);
    add_harness(fw, pool_printf(fw->pool, "../serial/timer_%s.c", s->timer), &f);
    if (s->timestamp != NULL)
        add_harness(fw, pool_printf(fw->pool, "../serial/timestamp_%s.c", s->timestamp), &f);
    return MOTE_OK;
}

static enum mote_status add_files(struct firmware *fw, const struct emulate_job *job, const struct flags *harness,
                                  const struct frame *at)
{
    if (job->serial != NULL)
        return add_serial(fw, job, harness, at);
    add_harness(fw, "main.c", harness);
    add_harness(fw, "semihosting.c", harness);
    return MOTE_OK;
}

/* The compiler runs in the firmware's folder. */
static enum mote_status add_own(struct firmware *fw, const struct emulate_job *job, const struct frame *at)
{
    struct flags model = model_flags(fw->pool, job);

    add_include(&model, pool_printf(fw->pool, "%s/device", fw->home));
    for (const char *const *source = job->own; source != NULL && *source != NULL; source++) {
        char *real = realpath(*source, NULL);

        if (real == NULL)
            return fail(at, MOTE_ERR_USAGE, "%s cannot be read: %s", *source, strerror(errno));
        firmware_add(fw, FIRMWARE_MODEL, pool_strdup(fw->pool, real), model.flag);
        free(real);
    }
    return MOTE_OK;
}

static enum mote_status build(struct firmware *fw, const struct emulate_job *job, const struct frame *at)
{
    struct flags harness = make_harness_flags(fw, job);

    TRY(add_more_arenas(fw, job, &harness, at));
    TRY(add_files(fw, job, &harness, at));
    TRY(firmware_add_support(fw, harness.flag, at));
    TRY(job->via_c ? add_c(fw, job, harness, at) : add_image(fw, job, harness, at));
    TRY(add_own(fw, job, at));
    return firmware_build(fw, job->arena_bytes, STACK_BYTES, at);
}

/* ---- the harness's result ---- */

/* What follows "key " at the start of a line, up to its end; "" if there is none. */
static const char *verdict_word(struct pool *pool, const char *text, const char *key)
{
    size_t n = strlen(key);

    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (strncmp(line, key, n) == 0 && line[n] == ' ')
            return pool_printf(pool, "%.*s", (int)strcspn(line + n + 1, "\n"), line + n + 1);
    return "";
}

static int64_t verdict_number(struct pool *pool, const char *text, const char *key)
{
    return strtoll(verdict_word(pool, text, key), NULL, 10);
}

static enum mote_status judge_fault(struct firmware *fw, const char *text, const char *stage, const struct frame *at)
{
    struct pool *pool = fw->pool;
    uint32_t pc = (uint32_t)verdict_number(pool, text, "pc");
    const char *function = firmware_function_at(fw, pc), *place = "";

    if (fw->stack_bytes < STACK_BYTES && strcmp(verdict_word(pool, text, "fault"), "stack overflow") == 0)
        return fail(
            at, MOTE_ERR_FIT,
            "the emulated machine %s has too little RAM: the %lld bytes of stack that it leaves overflowed while %s",
            fw->emulated->name, (long long)fw->stack_bytes, stage);
    if (pc != 0)
        place = pool_printf(pool, " at pc 0x%08" PRIx32 " in %s", pc, function ? function : "unknown code");
    return fail(at, MOTE_ERR_ENVIRONMENT,
                "the firmware faulted while %s: %s%s (fault registers 0x%08" PRIx32 " 0x%08" PRIx32 ")", stage,
                verdict_word(pool, text, "fault"), place, (uint32_t)verdict_number(pool, text, "detail_a"),
                (uint32_t)verdict_number(pool, text, "detail_b"));
}

/* " (step 3, tensor 7)", "" if the device named no place. */
static const char *verdict_place(struct pool *pool, const char *text)
{
    static const char *const keys[] = {"step", "tensor", "detail"};
    struct text t = {.pool = pool};

    for (size_t i = 0; i < COUNT(keys); i++) {
        const char *number = verdict_word(pool, text, keys[i]);

        if (number[0])
            text_add(&t, "%s%s %s", t.len > 0 ? ", " : " (", keys[i], number);
    }
    if (t.len == 0)
        return "";
    text_add(&t, ")");
    return t.s;
}

static enum mote_status judge(struct firmware *fw, const char **text, const struct frame *at)
{
    struct bytes file;
    const char *stage;
    int64_t status;

    if (access(firmware_path(fw, "result.txt"), F_OK) != 0)
        return fail(at, MOTE_ERR_ENVIRONMENT, "the firmware ended with status %d and wrote no result: %.400s",
                    (int)fw->exit_code, fw->run_error);
    TRY(file_read(fw->pool, firmware_path(fw, "result.txt"), &file, at));
    *text = pool_printf(fw->pool, "%.*s", (int)file.size, (const char *)file.data);
    stage = verdict_word(fw->pool, *text, "stage");
    status = verdict_number(fw->pool, *text, "status");
    if (verdict_word(fw->pool, *text, "fault")[0])
        return judge_fault(fw, *text, stage, at);
    if (status < 0 && status >= INT8_MIN)
        return fail(at, (enum mote_status)status, "the device says while %s: %s%s", stage, status_text((int)status),
                    verdict_place(fw->pool, *text));
    if (status != 0 || fw->exit_code != 0)
        return fail(at, MOTE_ERR_ENVIRONMENT, "the firmware failed while %s (is the disk full, the input too short?)",
                    stage);
    return MOTE_OK;
}

static void add_counts(struct firmware_counts *to, const struct firmware_counts *from)
{
#define COUNTED(NAME, name) to->name += from->name;
#include "host/emulate/counts.def"
}

/* The intervals of each inference become one. */
static void join_rows(struct firmware *fw, const struct emulate_job *job)
{
    int64_t *each = fw->counts + INTERVALS_BEFORE;
    struct firmware_counts *by_class = fw->by_class ? fw->by_class + INTERVALS_BEFORE : NULL;

    for (int32_t i = 0; i < job->n; i++)
        for (int32_t row = 0; row < job->feed_rows; row++) {
            const int32_t from = i * job->feed_rows + row;

            assert(from >= i && INTERVALS_BEFORE + from < fw->n_counts);
            each[i] = row == 0 ? each[from] : each[i] + each[from];
            if (by_class && row == 0)
                by_class[i] = by_class[from];
            else if (by_class)
                add_counts(&by_class[i], &by_class[from]);
        }
}

/* The intervals of the steps come before the one of their inference, the last. */
static void take_steps(const struct firmware *fw, const struct emulate_job *job, struct emulate_result *result)
{
    result->n_steps = fw->n_counts - INTERVALS_BEFORE - job->n;
    assert(result->n_steps >= 0);
    result->steps = fw->by_class ? fw->by_class + INTERVALS_BEFORE + job->n - 1 : NULL;
}

static enum mote_status take_counts(struct firmware *fw, const struct emulate_job *job, struct emulate_result *result,
                                    const struct frame *at)
{
    const int64_t intervals = INTERVALS_BEFORE + (int64_t)job->n * (job->feed_rows > 0 ? job->feed_rows : 1);

    if (job->per_step ? fw->n_counts < intervals : fw->n_counts != intervals)
        return fail(at, MOTE_ERR_ENVIRONMENT, "the plugin counted %d intervals, not %lld", (int)fw->n_counts,
                    (long long)intervals);
    if (!job->per_step)
        join_rows(fw, job);
    result->checksum_instructions = job->via_c ? 0 : fw->counts[0];
    result->setup_instructions = fw->counts[1];
    result->instructions = fw->counts + INTERVALS_BEFORE;
    result->counts = fw->by_class ? fw->by_class + INTERVALS_BEFORE : NULL;
    if (job->per_step)
        take_steps(fw, job, result);
    result->functions = fw->functions;
    result->n_functions = fw->n_functions;
    return MOTE_OK;
}

static enum mote_status take_sizes(struct firmware *fw, struct emulate_result *result, const struct frame *at)
{
    struct firmware_sizes sizes;

    TRY(firmware_sizes(fw, &sizes, at));
    result->code_bytes = sizes.code;
    result->constant_bytes = sizes.constants;
    result->weight_bytes = sizes.weights;
    result->image_bytes = sizes.image;
    result->data_bss_bytes = sizes.data_bss;
    result->harness_code_bytes = sizes.harness_code;
    result->harness_ram_bytes = sizes.harness_ram;
    return MOTE_OK;
}

/* ---- how far it is ---- */
struct watch {
    struct firmware *fw;
    const struct emulate_job *job;
    const char *output; /* the firmware's file */
};

static int32_t compiled(const struct firmware *fw)
{
    int32_t n = 0;

    for (int32_t i = 0; i < fw->n_compile; i++)
        n += fw->compile[i].ended;
    return n;
}

static bool watch_building(void *user)
{
    const struct watch *w = user;

    return progress_step(w->job->progress, "building", compiled(w->fw), w->fw->n_compile + 1);
}

/* The outputs that the firmware has written say it. */
static bool watch_running(void *user)
{
    const struct watch *w = user;
    struct stat st;

    return stat(w->output, &st) != 0 ||
           progress_step(w->job->progress, "inferences", (int64_t)st.st_size / w->job->output_bytes, w->job->n);
}

static enum mote_status build_watched(struct firmware *fw, const struct emulate_job *job, const struct frame *at)
{
    struct watch w = {.fw = fw, .job = job};

    fw->waiting = job->progress != NULL ? watch_building : NULL;
    fw->user = &w;
    TRY(build(fw, job, at));
    fw->waiting = NULL;
    return progress_step(job->progress, "building", 1, 1) ? MOTE_OK : fail_cancelled(at, "building");
}

static enum mote_status run_watched(struct firmware *fw, const struct emulate_job *job, const struct frame *at)
{
    int64_t seconds = job->seconds > 0 ? job->seconds : SECONDS + (int64_t)SECONDS_PER_INFERENCE * job->n;
    struct watch w = {fw, job, firmware_path(fw, "output.bin")};

    fw->waiting = job->progress != NULL && job->output_bytes > 0 ? watch_running : NULL;
    fw->user = &w;
    fw->classes = job->per_class;
    if (!progress_step(job->progress, "inferences", 0, job->n))
        return fail_cancelled(at, "inferences");
    TRY(firmware_run(fw, seconds < INT32_MAX ? (int32_t)seconds : INT32_MAX, job->per_function, at));
    fw->waiting = NULL;
    progress_step(job->progress, "inferences", job->n, job->n);
    return MOTE_OK;
}

static enum mote_status build_and_run(struct firmware *fw, const struct emulate_job *job, struct emulate_result *result,
                                      const struct frame *at)
{
    const char *text = "";

    TRY(firmware_put(fw, "input.bin", job->input.data, job->input.size, at));
    TRY(build_watched(fw, job, at));
    TRY(run_watched(fw, job, at));
    TRY(judge(fw, &text, at));
    TRY(take_counts(fw, job, result, at));
    TRY(take_sizes(fw, result, at));
    result->stack_bytes = verdict_number(fw->pool, text, "stack_bytes");
    return file_read(fw->pool, firmware_path(fw, "output.bin"), &result->output, at);
}

static enum mote_status build_only(struct firmware *fw, const struct emulate_job *job, struct emulate_result *result,
                                   const struct frame *at)
{
    TRY(build_watched(fw, job, at));
    return take_sizes(fw, result, at);
}

static enum mote_status with_firmware(struct pool *pool, const struct emulate_job *job, struct emulate_result *result,
                                      enum mote_status (*work)(struct firmware *, const struct emulate_job *,
                                                               struct emulate_result *, const struct frame *),
                                      const struct frame *at)
{
    struct frame here = {at, "board", job->board->name, -1, NULL};
    struct firmware *fw = pool_alloc(pool, sizeof *fw);
    enum mote_status status;

    *result = (struct emulate_result){.at_work = fw};
    if (job->n < 0 || job->n > INT32_MAX - INTERVALS_BEFORE || job->arena_bytes < 0)
        return fail(&here, MOTE_ERR_USAGE, "the number of inferences and the arena cannot be negative");
    assert(!job->per_step || (job->n >= 1 && job->feed_rows == 0));
    TRY(board_check_way(job->board, job->via_c ? BOARD_C : BOARD_IMAGE, "--via", &here));
    TRY(firmware_begin(pool, job->board, fw, &here));
    status = work(fw, job, result, &here);
    emulate_end(result);
    return status;
}

/* ---- behind a UART ---- */
static enum mote_status serve(struct emulate_server *server, const struct emulate_job *job, const struct frame *at)
{
    TRY(build_watched(server->at_work, job, at));
    TRY(firmware_serve(server->at_work, &server->machine, at));
    server->port = server->machine.port;
    return MOTE_OK;
}

enum mote_status emulate_serve(struct pool *pool, const struct emulate_job *job, struct emulate_server *server,
                               const struct frame *at)
{
    struct frame here = {at, "board", job->board->name, -1, NULL};
    enum mote_status status;

    assert(job->serial != NULL);
    *server = (struct emulate_server){.at_work = pool_alloc(pool, sizeof *server->at_work)};
    TRY(board_check_way(job->board, job->via_c ? BOARD_C : BOARD_IMAGE, "--via", &here));
    if (job->board->emulated == NULL || job->board->emulated->serial == NULL)
        return fail(&here, MOTE_ERR_USAGE, "no emulator with a UART stands for it: its board file has no `serial`");
    TRY(firmware_begin(pool, job->board, server->at_work, &here));
    status = serve(server, job, &here);
    if (status != MOTE_OK)
        firmware_end(server->at_work);
    return status;
}

enum mote_status emulate_serve_end(struct emulate_server *server, const struct frame *at)
{
    struct firmware *fw = server->at_work;
    enum mote_status status = firmware_serve_end(fw, &server->machine, at);

    server->counts = fw->counts;
    server->n_counts = fw->n_counts;
    firmware_end(fw);
    return status;
}

void emulate_end(struct emulate_result *result)
{
    if (result->at_work != NULL)
        firmware_end(result->at_work);
    result->at_work = NULL;
}

enum mote_status emulate_run(struct pool *pool, const struct emulate_job *job, struct emulate_result *result,
                             const struct frame *at)
{
    return with_firmware(pool, job, result, build_and_run, at);
}

enum mote_status emulate_build(struct pool *pool, const struct emulate_job *job, struct emulate_result *result,
                               const struct frame *at)
{
    return with_firmware(pool, job, result, build_only, at);
}
