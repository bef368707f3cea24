"""The rate of this machine's matrix products in the peers' PyTorch; prints one JSON line."""

import argparse
import json
import time

import torch

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dtype", default="fp32", choices=sorted(DTYPES))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--seconds", type=float, default=3.0)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    n = arguments.size
    a = torch.randn(n, n).to(DTYPES[arguments.dtype])
    b = torch.randn(n, n).to(DTYPES[arguments.dtype])
    out = torch.empty(n, n, dtype=DTYPES[arguments.dtype])
    best = float("inf")
    begin = time.perf_counter()
    while best == float("inf") or time.perf_counter() - begin < arguments.seconds:
        start = time.perf_counter()
        torch.matmul(a, b.t(), out=out)
        best = min(best, time.perf_counter() - start)
    print(json.dumps(dict(peer="ceiling", dtype=arguments.dtype, size=n, gflops=round(2 * n**3 / best / 1e9, 1))))


if __name__ == "__main__":
    main()
