/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/import.h"

const struct importer importers[] = {
    {"a .tflite", tflite_matches, tflite_import_partly},
#ifdef MOTE_PROTOBUF /* where its library is (CMakeLists.txt) */
    {"a frozen TensorFlow graph", tensorflow_matches, tensorflow_import},
    {"an .onnx", onnx_matches, onnx_import},
#endif
    {"a graph file", graph_file_matches, graph_file_read},
};
const int importers_count = COUNT(importers);
