"""Golden values of optimizers: what PyTorch's, torchao's and peft's do to small parameters over some steps.

    python optimizers.py ../../recipes/src/test/resources/golden/optimizers.json

Needs torch, torchao and numpy. Parameters and gradients are formulas that the test computes again (see value and gradient), so the
file holds results alone. Lion is written out here from its paper (Chen et al. 2023, algorithm 2), in fp64.
"""

import json
import os
import sys

os.environ["TORCHDYNAMO_DISABLE"] = "1"  # torchao compiles its update; as written it computes the same

import numpy as np
import torch
from torchao.optim import AdamW8bit
from torchao.optim.quant_utils import create_dynamic_map

RATES = [1.0, 0.5, 0.25, 0.75]  # factors on the learning rate, in turn


def value(i):
    return np.float32(np.sin(0.37 * i + 0.2))


def gradient(i, step):
    """Of three magnitudes, and now and then zero."""
    size = 10.0 ** -(i % 3)
    return np.float32(0.0 if (i + step) % 11 == 0 else size * np.sin(0.7 * i + 1.3 * step))


def run(make, shapes, steps, dtype=torch.float32):
    parameters, offset = [], 0
    for shape in shapes:
        count = int(np.prod(shape))
        values = np.array([value(offset + i) for i in range(count)])
        parameters.append((offset, torch.nn.Parameter(torch.tensor(values, dtype=dtype).reshape(shape))))
        offset += count
    optimizer = make([p for _, p in parameters])
    base = [float(group["lr"]) for group in optimizer.param_groups]
    for step in range(1, steps + 1):
        for start, p in parameters:
            grads = np.array([gradient(start + i, step) for i in range(p.numel())])
            p.grad = torch.tensor(grads, dtype=dtype).reshape(p.shape)
        for group, rate in zip(optimizer.param_groups, base):
            scaled = rate * RATES[step % len(RATES)]
            if isinstance(group["lr"], torch.Tensor):
                group["lr"].fill_(scaled)
            else:
                group["lr"] = scaled
        optimizer.step()
    return [p.detach().double().reshape(-1).numpy() for _, p in parameters]


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                b1, b2 = group["betas"]
                c = b1 * m + (1 - b1) * p.grad
                p -= group["lr"] * (c.sign() + group["weight_decay"] * p)
                self.state[p]["m"] = b2 * m + (1 - b2) * p.grad


SMALL = [(3, 4), (5,)]
LARGE = [(64, 80), (20,)]  # 5120 elements are quantized, 20 are not


def case(yaml, values, steps, shapes, every=1):
    return {
        "optimizer": yaml,
        "steps": steps,
        "shapes": [list(s) for s in shapes],
        "every": every,
        "values": [[float(v) for v in vs[::every]] for vs in values],
    }


def main(target):
    cases = []

    def add(yaml, make, steps=100, shapes=SMALL, every=1, dtype=torch.float32):
        cases.append(case(yaml, run(make, shapes, steps, dtype), steps, shapes, every))

    add(
        "{_component_: torch.optim.AdamW, lr: 0.01, betas: [0.9, 0.99], eps: 1e-6, weight_decay: 0.1}",
        lambda ps: torch.optim.AdamW(ps, lr=0.01, betas=(0.9, 0.99), eps=1e-6, weight_decay=0.1),
    )
    add("{_component_: torch.optim.AdamW, lr: 3e-4}", lambda ps: torch.optim.AdamW(ps, lr=3e-4))
    add("{_component_: torch.optim.SGD, lr: 0.05}", lambda ps: torch.optim.SGD(ps, lr=0.05))
    add(
        "{_component_: torch.optim.SGD, lr: 0.01, momentum: 0.9, dampening: 0.2, weight_decay: 0.05}",
        lambda ps: torch.optim.SGD(ps, lr=0.01, momentum=0.9, dampening=0.2, weight_decay=0.05),
    )
    add(
        "{_component_: torch.optim.SGD, lr: 0.01, momentum: 0.9, nesterov: True, weight_decay: 0.05}",
        lambda ps: torch.optim.SGD(ps, lr=0.01, momentum=0.9, nesterov=True, weight_decay=0.05),
    )
    add("{_component_: torch.optim.Adafactor, lr: 0.02}", lambda ps: torch.optim.Adafactor(ps, lr=0.02))
    add(
        "{_component_: torch.optim.Adafactor, lr: 0.3, beta2_decay: -0.5, eps: [1e-4, 0.01], d: 1.5, weight_decay: 0.1}",
        lambda ps: torch.optim.Adafactor(
            ps, lr=0.3, beta2_decay=-0.5, eps=(1e-4, 0.01), d=1.5, weight_decay=0.1
        ),
    )
    add(
        "{_component_: Lion, lr: 1e-3, betas: [0.9, 0.99], weight_decay: 0.1}",
        lambda ps: Lion(ps, lr=1e-3, betas=(0.9, 0.99), weight_decay=0.1),
        dtype=torch.float64,
    )
    add(
        "{_component_: torchao.optim.AdamW8bit, lr: 0.01, weight_decay: 0.1}",
        lambda ps: AdamW8bit(ps, lr=0.01, weight_decay=0.1),
        steps=20,
        shapes=LARGE,
        every=37,
    )
    maps = {
        "signed": [float(np.float32(v)) for v in create_dynamic_map(True)],
        "unsigned": [float(np.float32(v)) for v in create_dynamic_map(False)],
    }
    with open(target, "w") as f:
        f.write('{"made_with": "torch %s, torchao",\n"rates": %s,\n"maps": %s,\n"cases": [\n' % (torch.__version__, RATES, json.dumps(maps)))
        f.write(",\n".join(json.dumps(c) for c in cases))
        f.write("\n]}\n")


main(sys.argv[1])
