"""What eager PyTorch saves for the backward of one LoRA decoder layer, in bytes per token, beside a formula for it.

    python scripts/memory/eager_layer.py

torchtune's own modules on the CPU; saved tensors are seen by torch.autograd.graph.saved_tensors_hooks. A storage counts once; weights
and adapters do not count. Sequence of 512 tokens, batch 1, no dropout, scaled_dot_product_attention's flash kernel.
"""

import importlib
import sys

import torch

# torchtune 0.6.1 looks for NF4 where torchao had it before 0.17; nothing of it is used here.
for name in ("quantization.quantize_.workflows.nf4.nf4_tensor", "dtypes.nf4tensor"):
    try:
        sys.modules.setdefault("torchao.dtypes.nf4tensor", importlib.import_module("torchao." + name))
    except ImportError:
        continue

import torchtune
from torchtune.models.llama3_1 import lora_llama3_1

TOKENS = 512
SHAPES = {
    # name: width, heads, key/value heads, intermediate
    "SmolLM2-135M": (576, 9, 3, 1536),
    "Llama-3.2-1B": (2048, 32, 8, 8192),
    "Llama-3.1-8B": (4096, 32, 8, 14336),
}
TARGETS = {
    "q v": (["q_proj", "v_proj"], False),
    "q v o mlp": (["q_proj", "v_proj", "output_proj"], True),
}


def layer(shape, attention, mlp, rank, dtype):
    width, heads, kv_heads, intermediate = shape
    torch.set_default_dtype(dtype)
    model = lora_llama3_1(
        lora_attn_modules=attention,
        apply_lora_to_mlp=mlp,
        apply_lora_to_output=False,
        vocab_size=64,
        num_layers=1,
        num_heads=heads,
        num_kv_heads=kv_heads,
        embed_dim=width,
        max_seq_len=TOKENS,
        intermediate_dim=intermediate,
        lora_rank=rank,
        lora_alpha=2 * rank,
    )
    torch.set_default_dtype(torch.float32)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_("lora" in name)
    return model.layers[0]


def measured(block, width, dtype):
    own = {p.untyped_storage().data_ptr() for p in list(block.parameters()) + list(block.buffers())}
    x = torch.randn(1, TOKENS, width, dtype=dtype, requires_grad=True)
    storages, kinds = {}, {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            if storage.data_ptr() not in storages:
                kinds.setdefault((tuple(tensor.shape), str(tensor.dtype)), 0)
                kinds[(tuple(tensor.shape), str(tensor.dtype))] += 1
            # The tensor is kept: a freed storage's address would be used again.
            storages[storage.data_ptr()] = (storage.nbytes(), tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        y = block(x)
    total = sum(size for size, _ in storages.values())
    return total / TOKENS, kinds, y


def formula(shape, mlp, adapters, rank, dtype):
    """As EagerLayer computes it."""
    width, heads, _, intermediate = shape
    bytes_ = dtype.itemsize
    norms = 2 * (4 * width + 4)
    # q, k and v with the latter two repeated to all heads, the output, and the logarithms of the sums.
    attention = 4 * width * bytes_ + 4 * heads
    feed_forward = 3 * intermediate * bytes_
    lora = (2 * width + intermediate if mlp else width) * bytes_ + adapters * rank * bytes_
    return norms + attention + feed_forward + lora


def main():
    print(f"torch {torch.__version__}, torchtune {torchtune.__version__}, {TOKENS} tokens, bytes per layer and token")
    for name, shape in SHAPES.items():
        for target, (attention, mlp) in TARGETS.items():
            for dtype in (torch.bfloat16, torch.float32):
                total, kinds, _ = measured(layer(shape, attention, mlp, 8, dtype), shape[0], dtype)
                expected = formula(shape, mlp, len(attention) + (3 if mlp else 0), 8, dtype)
                print(f"{name}, LoRA on {target}, {dtype}: {total:.0f}, by the formula {expected}")
                for kind, count in sorted(kinds.items(), key=lambda item: str(item)):
                    print("   ", count, "x", kind[0], kind[1])


if __name__ == "__main__":
    main()
