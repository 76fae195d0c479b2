/* SPDX-License-Identifier: Apache-2.0 */
/* What a file is by its first bytes, for messages where something else is wanted. */
#include "host/base/base.h"

#include <strings.h>

enum wanted { OF_NONE, OF_MODEL, OF_DATA };

static const struct known {
    size_t at; /* where the bytes are */
    const char *begin;
    size_t n;
    enum wanted is;
    const char *what;
} known[] = {
#define BYTES(s) s, sizeof(s) - 1
    {0, BYTES("version https://git-lfs"), OF_NONE,
     "a pointer of Git LFS, not the file itself; fetch that with `git lfs pull`"},
    {0, BYTES("\x80\x02"), OF_NONE,
     "a pickle of Python, which is a program; export the model, as by torch.onnx.export()"},
    {0, BYTES("\x80\x03"), OF_NONE,
     "a pickle of Python, which is a program; export the model, as by torch.onnx.export()"},
    {0, BYTES("\x80\x04"), OF_NONE,
     "a pickle of Python, which is a program; export the model, as by torch.onnx.export()"},
    {0, BYTES("\x80\x05"), OF_NONE,
     "a pickle of Python, which is a program; export the model, as by torch.onnx.export()"},
    {0, BYTES("<!DOCTYPE html"), OF_NONE, "a web page; what was to be fetched is something else"},
    {0, BYTES("<!doctype html"), OF_NONE, "a web page; what was to be fetched is something else"},
    {0, BYTES("<html"), OF_NONE, "a web page; what was to be fetched is something else"},
    {4, BYTES("TFL3"), OF_MODEL, "a TensorFlow Lite model"},
    {0, BYTES("\x89HDF\r\n\x1a\n"), OF_MODEL, "an HDF5 file, as Keras writes models"},
    {0, BYTES("MOTE"), OF_MODEL, "an image of Mote's"},
    {0, BYTES("mote-graph"), OF_MODEL, "a graph file of Mote's"},
    {0, BYTES("\x93NUMPY"), OF_DATA, "an array of NumPy's"},
    {0, BYTES("\x89PNG"), OF_DATA, "a picture (PNG)"},
    {0, BYTES("\xff\xd8\xff"), OF_DATA, "a picture (JPEG)"},
    {0, BYTES("BM"), OF_NONE, "a picture (BMP); only PNG and JPEG are read: convert it"},
    {0, BYTES("GIF8"), OF_NONE, "a picture (GIF); only PNG and JPEG are read: convert it"},
    {8, BYTES("WEBP"), OF_NONE, "a picture (WebP); only PNG and JPEG are read: convert it"},
    {0, BYTES("II*\0"), OF_NONE, "a picture (TIFF); only PNG and JPEG are read: convert it"},
    {8, BYTES("WAVE"), OF_DATA, "a sound (WAV)"},
    {0, BYTES("fLaC"), OF_DATA, "a sound (FLAC)"},
    {0, BYTES("%PDF"), OF_NONE, "a PDF document"},
    {0, BYTES("PAR1"), OF_NONE, "a Parquet table; save it as .csv, as by pandas' to_csv()"},
    {0, BYTES("Rar!"), OF_NONE, "a RAR archive; tar and zip are read: pack it anew"},
    {0, BYTES("7z\xbc\xaf"), OF_NONE, "a 7z archive; tar and zip are read: pack it anew"},
    {0, BYTES("MATLAB 5"), OF_NONE, "a file of MATLAB's; save the arrays as .npy or .csv, as by scipy.io.loadmat()"},
    {0, BYTES("SQLite format 3"), OF_NONE, "an SQLite database; save the table as .csv"},
    {0,
     BYTES("\x7f"
           "ELF"),
     OF_NONE, "a program (ELF)"},
    {0, BYTES("#include"), OF_NONE, "C source; an array in it is turned into a file by `xxd -r`, or exported anew"},
    {0, BYTES("unsigned char"), OF_NONE, "C source, as `xxd -i` writes it; give the file that it was made of"},
    {0, BYTES("const unsigned char"), OF_NONE, "C source, as `xxd -i` writes it; give the file that it was made of"},
    {0, BYTES("alignas("), OF_NONE, "C source, an array; give the file that it was made of"},
    {0, BYTES("import "), OF_NONE, "a program in Python; give the file that it saves"},
#undef BYTES
};

static const char *advice_of(const struct known *k, bool model)
{
    if (k->is == OF_MODEL && !model)
        return ", where data are wanted: a folder, a table, arrays or a YAML file with `data:`";
    return k->is == OF_DATA && model ? ", where a model is wanted" : "";
}

const char *known_format(struct pool *pool, struct bytes file, bool model)
{
    for (size_t i = 0; i < COUNT(known); i++)
        if (file.size >= known[i].at + known[i].n && memcmp(file.data + known[i].at, known[i].begin, known[i].n) == 0)
            return pool_printf(pool, "%s%s", known[i].what, advice_of(&known[i], model));
    if (file.size >= 4 && memcmp(file.data, "PK\3\4", 4) == 0 && model)
        return "a zip archive: PyTorch's .pt is one, too; export the model, as by torch.onnx.export()";
    return file.size == 0 ? "empty" : NULL;
}
