"""Writes the golden values of GGUF's encodings.

    python gguf_blocks.py LIBGGML_BASE OUT

LIBGGML_BASE is libggml-base.so of a build of llama.cpp, whose ggml_quantize_chunk encodes; the package gguf decodes.
OUT gets a file for each encoding: 2048 fp32 values, their encoded bytes, and the decoded fp32 values.
"""

import ctypes
import pathlib
import sys

import gguf
import numpy as np

TYPES = ["F16", "BF16", "Q8_0", "Q5_0", "Q4_0", "Q4_1", "Q4_K", "Q6_K"]
COUNT = 2048


def values():
    """Blocks of weights, of weights with outliers, of zeros, of one sign, of tiny ones, and of ties."""
    random = np.random.default_rng(7)
    blocks = random.normal(0, 0.05, (COUNT // 256, 256)).astype(np.float32)
    blocks[1, ::37] *= 20
    blocks[2] = 0
    blocks[3] = np.abs(blocks[3])
    blocks[4] *= np.float32(1e-6)
    blocks[5] = np.round(blocks[5] * 40) / 8
    blocks[6, :128] = 0.25
    blocks[7] = -np.abs(blocks[7]) - 1
    return blocks.reshape(-1)


def main():
    ggml = ctypes.CDLL(sys.argv[1])
    ggml.ggml_quantize_chunk.restype = ctypes.c_size_t
    ggml.ggml_quantize_chunk.argtypes = [
        ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p]
    out = pathlib.Path(sys.argv[2])
    source = values()
    for name in TYPES:
        kind = gguf.GGMLQuantizationType[name]
        block, size = gguf.GGML_QUANT_SIZES[kind]
        encoded = np.zeros(COUNT // block * size, np.uint8)
        written = ggml.ggml_quantize_chunk(
            int(kind), source.ctypes.data, encoded.ctypes.data, 0, 1, COUNT, None)
        assert written == encoded.nbytes, (name, written)
        decoded = gguf.quants.dequantize(encoded, kind).astype(np.float32)
        (out / f"{name}.bin").write_bytes(source.tobytes() + encoded.tobytes() + decoded.tobytes())


if __name__ == "__main__":
    main()
