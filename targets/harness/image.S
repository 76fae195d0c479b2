/* SPDX-License-Identifier: Apache-2.0 */
/* The image's bytes, as they lie in flash. */
        .section .image, "a"
        .balign 16
        .global harness_image, harness_image_end
harness_image:
        .incbin "image.mote"
harness_image_end:
