"""The best rate of a shape's projections in the peers' PyTorch; prints one JSON line."""

import argparse
import json
import time

import torch

import common

TRIES = 8


def fastest(a, b):
    """Seconds of the fastest of a few products."""
    best = float("inf")
    for _ in range(TRIES):
        start = time.perf_counter()
        torch.matmul(a, b)
        best = min(best, time.perf_counter() - start)
    return best


def main():
    arguments = common.arguments(argparse.ArgumentParser(description=__doc__))
    shape = common.shape(arguments.shape)
    dtype = common.DTYPES[arguments.dtype]
    tokens = common.BATCH * shape["length"]
    best = 0.0
    for inner, outer in (
        (shape["hidden"], shape["hidden"]),
        (shape["hidden"], shape["ffn"]),
        (shape["ffn"], shape["hidden"]),
    ):
        rows = torch.randn(tokens, inner).to(dtype)
        for weight in (torch.randn(outer, inner).to(dtype).t(), torch.randn(inner, outer).to(dtype)):
            best = max(best, 2 * tokens * inner * outer / fastest(rows, weight) / 1e9)
    print(json.dumps(dict(peer="ceiling", shape=arguments.shape, dtype=arguments.dtype, ceiling_gflops=round(best, 1))))


if __name__ == "__main__":
    main()
