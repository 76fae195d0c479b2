/* SPDX-License-Identifier: Apache-2.0 */
/* Element types: all that TFLite and ONNX have. The numbers are format (image and graph file).
 *
 *   number NAME  name   bits  C type of one element where C has one */
TYPE(1,  S8,    s8,     8,  int8_t)
TYPE(2,  U8,    u8,     8,  uint8_t)
TYPE(3,  S16,   s16,    16, int16_t)
TYPE(4,  U16,   u16,    16, uint16_t)
TYPE(5,  S32,   s32,    32, int32_t)
TYPE(6,  U32,   u32,    32, uint32_t)
TYPE(7,  S64,   s64,    64, int64_t)
TYPE(8,  U64,   u64,    64, uint64_t)
TYPE(9,  F16,   f16,    16, uint16_t)
TYPE(10, BF16,  bf16,   16, uint16_t)
TYPE(11, F32,   f32,    32, float)
TYPE(12, F64,   f64,    64, double)
TYPE(13, BOOL,  bool,   8,  uint8_t)
TYPE(14, S4,    s4,     4,  uint8_t)
TYPE(15, U4,    u4,     4,  uint8_t)
TYPE(16, S2,    s2,     2,  uint8_t)
TYPE(17, C64,   c64,    64, uint64_t)
TYPE(18, C128,  c128,   128, uint64_t)
TYPE(19, STRING,string, 0,  uint8_t)
TYPE(20, RESOURCE, resource, 0, uint8_t)
TYPE(21, VARIANT, variant, 0, uint8_t)
TYPE(22, F8E4M3, f8e4m3, 8, uint8_t)
TYPE(23, F8E5M2, f8e5m2, 8, uint8_t)
#undef TYPE
