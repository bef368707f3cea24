"""Golden values of LoRA's initial values that are made of the base weight, by peft.

    python initial_values.py ../../peft-lora/src/test/resources/golden/initial_values.json

Needs peft 0.21 and torch. Singular vectors are known up to signs, so the files hold what does not depend on them: the product s*B*A and
the base that is left; for EVA the projection on the rows of A. peft quantizes with bitsandbytes on a GPU for LoftQ; here NF4 as published (Dettmers et al. 2023, appendix E) takes
its place, in blocks of 64 with scalers in fp32, on the CPU.
"""

import json
import sys
import types

import torch
from peft import EvaConfig, LoraConfig, get_eva_state_dict, get_peft_model
from peft.utils import loftq_utils

OUT, IN, RANK, ALPHA = 24, 40, 4, 6

LEVELS = torch.tensor([
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
])


def weight():
    """A matrix whose singular values are 0.7 times the one before."""
    generator = torch.Generator().manual_seed(7)
    u, _ = torch.linalg.qr(torch.randn(OUT, OUT, generator=generator, dtype=torch.float64))
    v, _ = torch.linalg.qr(torch.randn(IN, OUT, generator=generator, dtype=torch.float64))
    return (u @ torch.diag(0.7 ** torch.arange(OUT, dtype=torch.float64)) @ v.T).float()


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj = torch.nn.Linear(IN, OUT, bias=False)
        self.q_proj.weight.data = weight()

    def forward(self, x):
        return self.q_proj(x)


def values(**options):
    torch.manual_seed(0)
    model = get_peft_model(Model(), LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=["q_proj"], **options))
    layer = model.base_model.model.q_proj
    a, b = layer.lora_A["default"].weight.data, layer.lora_B["default"].weight.data
    product = layer.scaling["default"] * b.double() @ a.double()
    return {"product": product.flatten().tolist(), "base": layer.base_layer.weight.data.double().flatten().tolist()}


def nf4(matrix):
    blocks = matrix.reshape(-1, 64)
    scalers = blocks.abs().amax(1, keepdim=True)
    codes = (blocks / scalers).unsqueeze(-1).sub(LEVELS).abs().argmin(-1)
    return (LEVELS[codes] * scalers).reshape(matrix.shape)


def loftq(iterations):
    """peft's loftq_init, with the quantizer above and everything on the CPU."""
    quantized = []
    stub = types.ModuleType("bitsandbytes")

    class Params4bit:
        def __init__(self, data, **_):
            self.data, self.quant_state = data, None

        def to(self, _):
            return self

    stub.nn = types.SimpleNamespace(Params4bit=Params4bit)
    stub.functional = types.SimpleNamespace(dequantize_4bit=lambda data, _: nf4(data))
    sys.modules["bitsandbytes"] = stub
    loftq_utils.bnb = stub
    loftq_utils.is_bnb_available = loftq_utils.is_bnb_4bit_available = lambda: True
    moved = torch.Tensor.to
    torch.Tensor.to = lambda self, *a, **k: moved(
        self, *["cpu" if each == "cuda" else each for each in a],
        **{key: "cpu" if value == "cuda" else value for key, value in k.items()})
    try:
        base, a, b = loftq_utils.loftq_init(weight(), 4, RANK, iterations)
    finally:
        torch.Tensor.to = moved
        del sys.modules["bitsandbytes"]
    return {"product": (b.double() @ a.double()).flatten().tolist(), "base": base.double().flatten().tolist()}


def inputs():
    """Micro-batches of which each has 0.7 times less variance in a direction than in the one before, around a mean."""
    generator = torch.Generator().manual_seed(11)
    directions, _ = torch.linalg.qr(torch.randn(IN, IN, generator=generator))
    scales = 0.7 ** torch.arange(IN)
    return [torch.randn(30, IN, generator=generator) * scales @ directions.T + 0.5 * directions[:, 7] for _ in range(3)]


def eva(**options):
    """The directions after peft has stopped, which takes the micro-batches in turn."""
    config = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=["q_proj"], init_lora_weights="eva",
                        eva_config=EvaConfig(rho=1.0, **options))
    states = get_eva_state_dict(
        Model(), inputs(), config, forward_fn=lambda model, x: model(x), prepare_model_inputs_fn=None,
        prepare_layer_inputs_fn=None, show_progress_bar=False)
    a = states["q_proj"].double()
    return {"tau": options["tau"], "projection": (a.T @ a).flatten().tolist()}


golden = {
    "out": OUT, "in": IN, "rank": RANK, "alpha": ALPHA, "weight": weight().double().flatten().tolist(),
    "pissa": values(init_lora_weights="pissa"),
    "pissa_rslora": values(init_lora_weights="pissa", use_rslora=True),
    "pissa_niter_16": values(init_lora_weights="pissa_niter_16"),
    "olora": values(init_lora_weights="olora"),
    "loftq_1": loftq(1),
    "loftq_3": loftq(3),
    "inputs": [batch.double().flatten().tolist() for batch in inputs()],
    "eva": eva(tau=0.99),
    "eva_whitened": eva(tau=0.9, whiten=True),
}
with open(sys.argv[1], "w") as file:
    json.dump(golden, file)
    file.write("\n")
