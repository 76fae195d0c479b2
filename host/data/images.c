/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures by class, in a folder or an archive: the folder that a picture lies in is its class, and the nearest one
 * above that is called as splits usually are, in any case, is its split. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

#include "host/data/source.h"

#define DEPTH_MAX 16

struct found {
    struct reading *r;
    const char *folder;
    bool sounds;                /* are looked for, else pictures */
    struct archive_member *all; /* the names, relative to the folder; bytes only in an archive */
    size_t n, others;           /* others: files that could be samples of another kind, below the folder's own */
    const char *other;          /* the first of them by its name */
};

/* ---- folders ---- */
static bool is_foreign_picture(const char *name)
{
    static const char *const endings[] = {".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".heic"};

    for (size_t i = 0; i < COUNT(endings); i++)
        if (has_ending(name, endings[i]))
            return true;
    return false;
}

bool is_sound_name(const char *name)
{
    static const char *const endings[] = {".wav", ".flac", ".ogg", ".aiff", ".aif", ".au", ".mp3", ".opus"};

    for (size_t i = 0; i < COUNT(endings); i++)
        if (has_ending(name, endings[i]))
            return true;
    return false;
}

static void see_other(struct found *f, const char *name)
{
    const char *slash = strrchr(name, '/');

    if (slash == NULL || !(is_sound_name(name) || is_picture_name(name) || is_recording_name(slash + 1)))
        return;
    f->others++;
    if (f->other == NULL || strcmp(name, f->other) < 0)
        f->other = pool_strdup(f->r->pool, name);
}

/* Samples of two kinds, not a list or two beside those of one. */
static void note_others(const struct found *f)
{
    const char *kind = f->sounds ? "sounds" : "pictures";

    if (2 * f->others >= f->n && f->others > 0)
        note(f->r,
             "%zu files are no %s and are left out (%s): a network learns of one kind, and samples of another want a "
             "folder of their own",
             f->others, kind, printable(f->r->pool, f->other));
}

static enum mote_status walk(struct found *f, const char *below, int depth);

static enum mote_status visit(struct found *f, const char *name, int depth)
{
    struct pool *pool = f->r->pool;
    struct frame here = frame_of(f->r->at, name);
    struct stat st;

    if (stat(pool_printf(&f->r->scratch, "%s/%s", f->folder, name), &st) != 0)
        return fail(&here, MOTE_ERR_FILE, "cannot read it: %s", strerror(errno));
    if (S_ISDIR(st.st_mode))
        return depth < DEPTH_MAX ? walk(f, name, depth + 1)
                                 : fail(&here, MOTE_ERR_FILE, "more than %d folders, one in the other", DEPTH_MAX);
    if (!f->sounds && is_foreign_picture(name))
        return fail(&here, MOTE_ERR_VALUE,
                    "only PNG and JPEG are read here; convert it (`magick mogrify -format jpg *%s` of "
                    "ImageMagick makes JPEGs of all)",
                    strrchr(name, '.'));
    if (!(f->sounds ? is_sound_name(name) : is_picture_name(name))) {
        see_other(f, name);
        return MOTE_OK;
    }
    f->all = pool_grow(&f->r->scratch, f->all, f->n, sizeof *f->all);
    f->all[f->n++] = (struct archive_member){.name = pool_strdup(pool, name)};
    return MOTE_OK;
}

/* Hidden files and folders do not count. */
static enum mote_status walk(struct found *f, const char *below, int depth)
{
    struct pool *scratch = &f->r->scratch;
    const char *path = pool_printf(scratch, "%s%s%s", f->folder, below[0] != '\0' ? "/" : "", below);
    DIR *dir = opendir(path);
    enum mote_status status = MOTE_OK;
    struct dirent *entry;

    if (dir == NULL)
        return file_fail(f->r->at, "read", path, errno);
    while (status == MOTE_OK && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            status = visit(f, pool_printf(scratch, "%s%s%s", below, below[0] != '\0' ? "/" : "", entry->d_name), depth);
    closedir(dir);
    return status;
}

/* ---- what names say ---- */
static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct archive_member *)a)->name, ((const struct archive_member *)b)->name);
}

/* The n-th folder from the end of "a/b/file": 1 is b. NULL if there is none. */
static const char *folder_from_end(struct pool *pool, const char *name, int n)
{
    const char *end = strrchr(name, '/');

    for (; end != NULL && n > 1; n--) {
        const char *slash = memrchr(name, '/', (size_t)(end - name));

        end = slash;
    }
    if (end == NULL || end == name)
        return NULL;

    const char *slash = memrchr(name, '/', (size_t)(end - name));
    const char *start = slash != NULL ? slash + 1 : name;

    return pool_printf(pool, "%.*s", (int)(end - start), start);
}

uint8_t split_of_word(const char *word)
{
    static const struct {
        const char *word;
        uint8_t split;
    } words[] = {{"train", SPLIT_TRAIN},      {"training", SPLIT_TRAIN}, {"validation", SPLIT_VALIDATION},
                 {"valid", SPLIT_VALIDATION}, {"val", SPLIT_VALIDATION}, {"dev", SPLIT_VALIDATION},
                 {"test", SPLIT_TEST},        {"testing", SPLIT_TEST}};

    for (size_t i = 0; i < COUNT(words); i++)
        if (strcasecmp(word, words[i].word) == 0)
            return words[i].split;
    return SPLIT_NONE;
}

/* What the nearest folder above the class says. */
static uint8_t split_of_name(struct pool *pool, const char *name)
{
    const char *folder;

    for (int n = 2; (folder = folder_from_end(pool, name, n)) != NULL; n++)
        if (split_of_word(folder) != SPLIT_NONE)
            return split_of_word(folder);
    return SPLIT_NONE;
}

static enum mote_status check_given(const struct reading *r, const uint8_t *given, const struct archive_member *all,
                                    size_t n, bool *some)
{
    *some = given[0] != SPLIT_NONE;
    for (size_t i = 1; i < n; i++)
        if ((given[i] != SPLIT_NONE) != *some)
            return fail(r->at, MOTE_ERR_VALUE,
                        "%s lies in a folder train, validation or test with classes in it, %s does not; all must, or "
                        "none",
                        all[*some ? 0 : i].name, all[*some ? i : 0].name);
    return MOTE_OK;
}

/* "train/x.png" and "test/y.png" are two splits without classes, or splits within classes; of one class called "test"
 * among others nothing is said. */
static enum mote_status check_classes(const struct reading *r, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (split_of_word(words[i]) == SPLIT_NONE)
            return MOTE_OK;
    if (r->spec->classes_count > 0)
        return MOTE_OK;
    return fail(r->at, MOTE_ERR_VALUE,
                "all files lie in folders that are called as splits are (\"%s\"), so none has a class; "
                "split/class/file is wanted, or `classes` in a YAML file, which says that these are classes",
                words[0]);
}

static enum mote_status label_all(struct reading *r, const struct archive_member *all, size_t n)
{
    const char **words = pool_array(&r->scratch, n, sizeof *words), **names = pool_array(r->pool, n, sizeof *names);
    uint8_t *given = pool_array(r->pool, n, sizeof *given);
    int32_t *labels = pool_array(r->pool, n, sizeof *labels);
    struct vocabulary v;
    bool some;

    for (size_t i = 0; i < n; i++) {
        struct frame here = frame_of(r->at, all[i].name);

        names[i] = all[i].name;
        words[i] = folder_from_end(&r->scratch, all[i].name, 1);
        given[i] = split_of_name(&r->scratch, all[i].name);
        if (words[i] == NULL || strcmp(words[i], ".") == 0)
            return fail(&here, MOTE_ERR_VALUE, "lies in no class's folder; class/file is wanted");
    }
    TRY(check_given(r, given, all, n, &some));
    TRY(check_classes(r, words, n));
    TRY(vocabulary_make(r, words, n, &v, r->at));
    for (size_t i = 0; i < n; i++)
        labels[i] = vocabulary_find(&v, words[i]);
    r->out->labels = labels;
    r->source->files = names;
    r->source->given = some ? given : NULL;
    return MOTE_OK;
}

static enum mote_status fail_empty(const struct reading *r, const struct frame *at, bool folder)
{
    const char *other = r->other;

    if (folder)
        return fail(at, MOTE_ERR_VALUE,
                    "holds no PNG or JPEG in a class's folder; class/picture.png is wanted, or class/sound.wav, or "
                    "class/recording.csv");
    if (other == NULL)
        return fail(at, MOTE_ERR_VALUE, "holds no PNG or JPEG: it is an archive without files");
    return fail(at, MOTE_ERR_VALUE,
                "holds no PNG or JPEG, but %s: pictures alone are read from archives; unpack it, and give the folder",
                printable(r->pool, other));
}

enum mote_status read_images(struct reading *r)
{
    struct frame folder = path_frame(r);
    struct found f = {.r = r, .folder = r->path};
    struct picture_file *files;
    struct stat st;

    if (stat(r->path, &st) != 0)
        return file_fail(r->at, "read", r->path, errno);
    if (S_ISDIR(st.st_mode))
        TRY(walk(&f, "", 0));
    else
        TRY(archive_read_pictures(r, &f.all, &f.n));
    if (f.n == 0 || f.n > INT32_MAX)
        return fail_empty(r, &folder, S_ISDIR(st.st_mode));
    qsort(f.all, f.n, sizeof *f.all, by_name);
    note_others(&f);
    TRY(label_all(r, f.all, f.n));
    TRY(file_groups(r, r->source->files, f.n));
    files = pool_array(&r->scratch, f.n, sizeof *files);
    for (size_t i = 0; i < f.n; i++)
        files[i] = (struct picture_file){pool_printf(&r->scratch, "%s/%s", r->path, f.all[i].name), f.all[i].bytes};
    return pictures_read(r, files, (int32_t)f.n);
}

/* ---- sounds ---- */
/* As Speech Commands has them: what lies in _background_noise_ is of no class. */
static bool is_of_class(const char *name)
{
    return strncmp(name, "_background", 11) != 0 && strstr(name, "/_background") == NULL;
}

enum mote_status find_sounds(struct reading *r, const char *folder, const char *const **names, size_t *n)
{
    struct found f = {.r = r, .folder = folder, .sounds = true};
    const char **all;

    TRY(walk(&f, "", 0));
    if (f.n > 0)
        qsort(f.all, f.n, sizeof *f.all, by_name);
    all = pool_array(&r->scratch, f.n, sizeof *all);
    for (size_t i = 0; i < f.n; i++)
        all[i] = f.all[i].name;
    *names = all;
    *n = f.n;
    return MOTE_OK;
}

enum mote_status read_sound_names(struct reading *r)
{
    struct frame folder = path_frame(r);
    struct found f = {.r = r, .folder = r->path, .sounds = true};
    size_t n = 0;

    TRY(walk(&f, "", 0));
    for (size_t i = 0; i < f.n; i++)
        if (is_of_class(f.all[i].name))
            f.all[n++] = f.all[i];
    note_others(&f);
    if (n == 0 || n > INT32_MAX)
        return fail(&folder, MOTE_ERR_VALUE, "holds no sounds in a class's folder; class/sound.wav is wanted");
    qsort(f.all, n, sizeof *f.all, by_name);
    r->out->n = (int32_t)n;
    TRY(label_all(r, f.all, n));
    return sound_groups(r, r->source->files, n);
}
