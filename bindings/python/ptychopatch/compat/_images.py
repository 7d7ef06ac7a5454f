# SPDX-License-Identifier: Apache-2.0
"""What images of other programs become."""


def accepted(image):
    """The image in a type that the library has."""
    if image.dtype in ("uint8", "uint16", "int16", "float32", "float64"):
        return image
    return image.astype("float32" if image.dtype in ("int8", "float16", "bool") else "float64")
