/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/import.h"

const struct importer importers[] = {
    {"a .tflite", false, tflite_matches, tflite_import_partly},
#ifdef MOTE_PROTOBUF                                    /* where its library is (CMakeLists.txt) */
    {"a CNTK model", false, cntk_matches, cntk_import}, /* before others whose first field is a version, too */
    {"a frozen TensorFlow graph", true, tensorflow_matches, tensorflow_import},
    {"an .onnx", false, onnx_matches, onnx_import},
    {"a Darknet .cfg", false, darknet_matches, darknet_import},
#endif
#ifdef MOTE_KERAS
    {"an .h5, .keras, or Keras's .json", false, keras_matches, keras_import},
#endif
#ifdef MOTE_JSON
    {"an .ell", false, ell_matches, ell_import},
#endif
    {"a graph file", false, graph_file_matches, graph_file_read},
};
const int importers_count = COUNT(importers);
