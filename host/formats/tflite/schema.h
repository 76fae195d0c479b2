/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of TFLite's schema, version 3: the positions of the fields in its tables, and its enums.
 * Positions and values are the format's and only ever grow. */
#ifndef MOTE_TFLITE_SCHEMA_H
#define MOTE_TFLITE_SCHEMA_H

#define TFL_IDENTIFIER "TFL3" /* at byte 4 of a file */
#define TFL_VERSION    3

enum tfl_builtin {
#define BUILTIN(code, NAME) BUILTIN_##NAME = code,
#include "host/formats/tflite/builtins.def"
    BUILTIN_LIMIT
};

/* The tables in the union of operators' options, in its order. */
enum tfl_options {
    TFL_NoOptions,
    TFL_Conv2DOptions,
    TFL_DepthwiseConv2DOptions,
    TFL_ConcatEmbeddingsOptions,
    TFL_LSHProjectionOptions,
    TFL_Pool2DOptions,
    TFL_SVDFOptions,
    TFL_RNNOptions,
    TFL_FullyConnectedOptions,
    TFL_SoftmaxOptions,
    TFL_ConcatenationOptions,
    TFL_AddOptions,
    TFL_L2NormOptions,
    TFL_LocalResponseNormalizationOptions,
    TFL_LSTMOptions,
    TFL_ResizeBilinearOptions,
    TFL_CallOptions,
    TFL_ReshapeOptions,
    TFL_SkipGramOptions,
    TFL_SpaceToDepthOptions,
    TFL_EmbeddingLookupSparseOptions,
    TFL_MulOptions,
    TFL_PadOptions,
    TFL_GatherOptions,
    TFL_BatchToSpaceNDOptions,
    TFL_SpaceToBatchNDOptions,
    TFL_TransposeOptions,
    TFL_ReducerOptions,
    TFL_SubOptions,
    TFL_DivOptions,
    TFL_SqueezeOptions,
    TFL_SequenceRNNOptions,
    TFL_StridedSliceOptions,
    TFL_ExpOptions,
    TFL_TopKV2Options,
    TFL_SplitOptions,
    TFL_LogSoftmaxOptions,
    TFL_CastOptions,
    TFL_DequantizeOptions,
    TFL_MaximumMinimumOptions,
    TFL_ArgMaxOptions,
    TFL_LessOptions,
    TFL_NegOptions,
    TFL_PadV2Options,
    TFL_GreaterOptions,
    TFL_GreaterEqualOptions,
    TFL_LessEqualOptions,
    TFL_SelectOptions,
    TFL_SliceOptions,
    TFL_TransposeConvOptions,
    TFL_SparseToDenseOptions,
    TFL_TileOptions,
    TFL_ExpandDimsOptions,
    TFL_EqualOptions,
    TFL_NotEqualOptions,
    TFL_ShapeOptions,
    TFL_PowOptions,
    TFL_ArgMinOptions,
    TFL_FakeQuantOptions,
    TFL_PackOptions,
    TFL_LogicalOrOptions,
    TFL_OneHotOptions,
    TFL_LogicalAndOptions,
    TFL_LogicalNotOptions,
    TFL_UnpackOptions,
    TFL_FloorDivOptions,
    TFL_SquareOptions,
    TFL_ZerosLikeOptions,
    TFL_FillOptions,
    TFL_BidirectionalSequenceLSTMOptions,
    TFL_BidirectionalSequenceRNNOptions,
    TFL_UnidirectionalSequenceLSTMOptions,
    TFL_FloorModOptions,
    TFL_RangeOptions,
    TFL_ResizeNearestNeighborOptions,
    TFL_LeakyReluOptions,
    TFL_SquaredDifferenceOptions,
    TFL_MirrorPadOptions,
    TFL_AbsOptions,
    TFL_SplitVOptions,
    TFL_UniqueOptions,
    TFL_ReverseV2Options,
    TFL_AddNOptions,
    TFL_GatherNdOptions,
    TFL_CosOptions,
    TFL_WhereOptions,
    TFL_RankOptions,
    TFL_ReverseSequenceOptions,
    TFL_MatrixDiagOptions,
    TFL_QuantizeOptions,
    TFL_MatrixSetDiagOptions,
    TFL_HardSwishOptions,
    TFL_IfOptions,
    TFL_WhileOptions,
    TFL_DepthToSpaceOptions,
    TFL_NonMaxSuppressionV4Options,
    TFL_NonMaxSuppressionV5Options,
    TFL_ScatterNdOptions,
    TFL_SelectV2Options,
    TFL_DensifyOptions,
    TFL_SegmentSumOptions,
    TFL_BatchMatMulOptions,
    TFL_CumsumOptions,
    TFL_CallOnceOptions,
    TFL_BroadcastToOptions,
    TFL_Rfft2dOptions,
    TFL_Conv3DOptions,
    TFL_HashtableOptions,
    TFL_HashtableFindOptions,
    TFL_HashtableImportOptions,
    TFL_HashtableSizeOptions,
    TFL_VarHandleOptions,
    TFL_ReadVariableOptions,
    TFL_AssignVariableOptions,
    TFL_RandomOptions,
    TFL_BucketizeOptions,
    TFL_GeluOptions,
    TFL_DynamicUpdateSliceOptions,
    TFL_UnsortedSegmentProdOptions,
    TFL_UnsortedSegmentMaxOptions,
    TFL_UnsortedSegmentMinOptions,
    TFL_UnsortedSegmentSumOptions,
    TFL_ATan2Options,
    TFL_SignOptions,
    TFL_BitcastOptions,
    TFL_BitwiseXorOptions,
    TFL_RightShiftOptions,
};

#define TFL_TYPE_INT32 2 /* an element type's number */

/* Fields, in their tables' order. */
enum tfl_model {
    TFL_MODEL_VERSION,
    TFL_MODEL_OPERATOR_CODES,
    TFL_MODEL_SUBGRAPHS,
    TFL_MODEL_DESCRIPTION,
    TFL_MODEL_BUFFERS,
    TFL_MODEL_METADATA_BUFFER,
    TFL_MODEL_METADATA,
    TFL_MODEL_SIGNATURE_DEFS,
    TFL_MODEL_EXTERNAL_BUFFER_GROUPS,
    TFL_MODEL_EXTERNAL_BUFFERS
};
enum tfl_operatorcode {
    TFL_CODE_DEPRECATED_BUILTIN_CODE,
    TFL_CODE_CUSTOM_CODE,
    TFL_CODE_VERSION,
    TFL_CODE_BUILTIN_CODE
};
enum tfl_subgraph {
    TFL_SUBGRAPH_TENSORS,
    TFL_SUBGRAPH_INPUTS,
    TFL_SUBGRAPH_OUTPUTS,
    TFL_SUBGRAPH_OPERATORS,
    TFL_SUBGRAPH_NAME,
    TFL_SUBGRAPH_DEBUG_METADATA_INDEX
};
enum tfl_operator {
    TFL_OPERATOR_OPCODE_INDEX,
    TFL_OPERATOR_INPUTS,
    TFL_OPERATOR_OUTPUTS,
    TFL_OPERATOR_BUILTIN_OPTIONS_TYPE,
    TFL_OPERATOR_BUILTIN_OPTIONS,
    TFL_OPERATOR_CUSTOM_OPTIONS,
    TFL_OPERATOR_CUSTOM_OPTIONS_FORMAT,
    TFL_OPERATOR_MUTATING_VARIABLE_INPUTS,
    TFL_OPERATOR_INTERMEDIATES,
    TFL_OPERATOR_LARGE_CUSTOM_OPTIONS_OFFSET,
    TFL_OPERATOR_LARGE_CUSTOM_OPTIONS_SIZE,
    TFL_OPERATOR_BUILTIN_OPTIONS_2_TYPE,
    TFL_OPERATOR_BUILTIN_OPTIONS_2,
    TFL_OPERATOR_DEBUG_METADATA_INDEX
};
enum tfl_tensor {
    TFL_TENSOR_SHAPE,
    TFL_TENSOR_TYPE,
    TFL_TENSOR_BUFFER,
    TFL_TENSOR_NAME,
    TFL_TENSOR_QUANTIZATION,
    TFL_TENSOR_IS_VARIABLE,
    TFL_TENSOR_SPARSITY,
    TFL_TENSOR_SHAPE_SIGNATURE,
    TFL_TENSOR_HAS_RANK,
    TFL_TENSOR_VARIANT_TENSORS,
    TFL_TENSOR_EXTERNAL_BUFFER
};
enum tfl_sparsityparameters { TFL_SPARSITY_TRAVERSAL_ORDER, TFL_SPARSITY_BLOCK_MAP, TFL_SPARSITY_DIM_METADATA };
enum tfl_dimensionmetadata {
    TFL_DIMENSION_FORMAT,
    TFL_DIMENSION_DENSE_SIZE,
    TFL_DIMENSION_SEGMENTS_TYPE,
    TFL_DIMENSION_SEGMENTS,
    TFL_DIMENSION_INDICES_TYPE,
    TFL_DIMENSION_INDICES
};
enum tfl_quantizationparameters {
    TFL_QUANT_MIN,
    TFL_QUANT_MAX,
    TFL_QUANT_SCALE,
    TFL_QUANT_ZERO_POINT,
    TFL_QUANT_DETAILS_TYPE,
    TFL_QUANT_DETAILS,
    TFL_QUANT_QUANTIZED_DIMENSION
};
enum tfl_tensormap { TFL_MAP_NAME, TFL_MAP_TENSOR_INDEX };
enum tfl_signaturedef {
    TFL_SIGNATURE_INPUTS,
    TFL_SIGNATURE_OUTPUTS,
    TFL_SIGNATURE_KEY,
    TFL_SIGNATURE_DEPRECATED_TAG,
    TFL_SIGNATURE_SUBGRAPH_INDEX
};
enum tfl_varhandleoptions { TFL_VARIABLE_CONTAINER, TFL_VARIABLE_NAME };
enum tfl_buffer { TFL_BUFFER_DATA, TFL_BUFFER_OFFSET, TFL_BUFFER_SIZE };

#endif
