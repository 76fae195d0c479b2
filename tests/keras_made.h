/* SPDX-License-Identifier: Apache-2.0 */
/* Keras files that tests write: HDF5 in memory by its library, zips by libarchive. */
#ifndef MOTE_TESTS_KERAS_MADE_H
#define MOTE_TESTS_KERAS_MADE_H

#include <archive.h>
#include <archive_entry.h>
#include <hdf5.h>
#include <stdlib.h>

#include "host/base/base.h"

/* ---- HDF5 ---- */
static inline hid_t made_begin(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), file;

    H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* else it prints whatever it looks for and does not find */
    H5Pset_fapl_core(access, 4096, false);
    file = H5Fcreate("made in memory", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    return file;
}

static inline struct bytes made_end(struct pool *pool, hid_t file)
{
    struct bytes out;

    H5Fflush(file, H5F_SCOPE_GLOBAL);
    out.size = (size_t)H5Fget_file_image(file, NULL, 0);
    out.data = pool_alloc(pool, out.size);
    H5Fget_file_image(file, out.data, out.size);
    H5Fclose(file);
    return out;
}

/* The groups of a path that are not there yet are made. */
static inline hid_t made_group(hid_t file, const char *path)
{
    hid_t links = H5Pcreate(H5P_LINK_CREATE), group;

    H5Pset_create_intermediate_group(links, 1);
    if (strcmp(path, "/") == 0 || H5Lexists(file, path, H5P_DEFAULT) > 0)
        group = H5Gopen2(file, path, H5P_DEFAULT);
    else
        group = H5Gcreate2(file, path, links, H5P_DEFAULT, H5P_DEFAULT);
    H5Pclose(links);
    return group;
}

/* Strings as h5py writes them: one of any length, or a list of one length. */
static inline void made_text(hid_t file, const char *path, const char *name, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR), group = made_group(file, path), attr;

    H5Tset_size(type, H5T_VARIABLE);
    attr = H5Acreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attr, type, &text);
    H5Aclose(attr);
    H5Gclose(group);
    H5Sclose(space);
    H5Tclose(type);
}

#define MADE_TEXT 64 /* bytes of a string of a list */
static inline void made_texts(hid_t file, const char *path, const char *name, int n, const char *const *texts)
{
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, &(hsize_t){(hsize_t)n}, NULL), attr;
    hid_t group = made_group(file, path);
    char *all = calloc((size_t)n + 1, MADE_TEXT);

    for (int i = 0; i < n; i++)
        snprintf(all + i * MADE_TEXT, MADE_TEXT, "%s", texts[i]);
    H5Tset_size(type, MADE_TEXT);
    attr = H5Acreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attr, type, all);
    free(all);
    H5Aclose(attr);
    H5Gclose(group);
    H5Sclose(space);
    H5Tclose(type);
}

static inline void made_set(hid_t file, const char *path, int rank, const int64_t *dims, const float *values)
{
    hid_t links = H5Pcreate(H5P_LINK_CREATE), space, set;
    hsize_t sizes[H5S_MAX_RANK];

    for (int d = 0; d < rank; d++)
        sizes[d] = (hsize_t)dims[d];
    space = H5Screate_simple(rank, sizes, NULL);
    H5Pset_create_intermediate_group(links, 1);
    set = H5Dcreate2(file, path, H5T_IEEE_F32LE, space, links, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(links);
}

/* ---- zip ---- */
static inline struct bytes made_zip(struct pool *pool, int n, const char *const *names, const struct bytes *members)
{
    struct archive *a = archive_write_new();
    size_t room = 65536, used = 0;
    struct bytes out;

    for (int i = 0; i < n; i++)
        room += members[i].size + 1024;
    out.data = pool_alloc(pool, room);
    archive_write_set_format_zip(a);
    archive_write_zip_set_compression_store(a);
    archive_write_open_memory(a, out.data, room, &used);
    for (int i = 0; i < n; i++) {
        struct archive_entry *entry = archive_entry_new();

        archive_entry_set_pathname(entry, names[i]);
        archive_entry_set_size(entry, (int64_t)members[i].size);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_write_header(a, entry);
        archive_write_data(a, members[i].data, members[i].size);
        archive_entry_free(entry);
    }
    archive_write_close(a);
    archive_write_free(a);
    out.size = used;
    return out;
}

static inline struct bytes made_bytes(const char *s) { return (struct bytes){(uint8_t *)(uintptr_t)s, strlen(s)}; }

#endif
