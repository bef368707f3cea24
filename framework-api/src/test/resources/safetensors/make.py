"""Writes mixed, no-tensors and unreadable-dtypes with the reference implementation (safetensors 0.8.0, torch 2.13).

The *-lora and *-dora files are adapters that peft 0.21 wrote.
"""
import torch
from safetensors.torch import save_file

mixed = {
    "rank0": torch.tensor(3.5, dtype=torch.float64), "empty": torch.zeros(0, 3),
    "z.bool": torch.tensor([True, False, True]), "a.uint8": torch.arange(5, dtype=torch.uint8),
    "int32": torch.arange(-3, 3, dtype=torch.int32).reshape(2, 3), "int64": torch.tensor([2**62, -1]),
    "half": torch.tensor([1.5, -2.0], dtype=torch.float16),
    "bf16": torch.tensor([[1.0], [float("inf")]], dtype=torch.bfloat16), "f32": torch.tensor([1e-30, -7.25]),
    'quo"te\\back\nline\tta\x01b\x7f/slash': torch.ones(1), "é": torch.ones(2), "\uffee": torch.ones(3),
    "\U0001f600": torch.ones(4), "layers.10.w": torch.ones(1, 1), "layers.9.w": torch.ones(1, 1),
    "Layers": torch.ones(1),
}
save_file(mixed, "mixed.safetensors", metadata={"note": 'é "quoted"\n'})
save_file({}, "no-tensors.safetensors")
names = ["int8", "int16", "uint16", "uint32", "uint64", "float8_e4m3fn", "float8_e5m2", "complex64",
         "float8_e8m0fnu", "float8_e4m3fnuz", "float8_e5m2fnuz"]
other = {"t_" + name: torch.zeros(2, dtype=getattr(torch, name)) for name in names}
save_file(other | {"f32": torch.ones(1)}, "unreadable-dtypes.safetensors")
