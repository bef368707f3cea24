"""Writes a golden model's weights as PyTorch saves them: as transformers' pytorch_model.bin and in Meta's layout.

    python torch_files.py MODEL_FOLDER OUTPUT_FOLDER

Needs torch and safetensors. The Java tests compare what they read with MODEL_FOLDER/model.safetensors.
"""

import json
import os
import pathlib
import sys

import torch
from safetensors.torch import load_file

source, target = map(pathlib.Path, sys.argv[1:])
target.mkdir(parents=True, exist_ok=True)
config = json.loads((source / "config.json").read_text())
weights = load_file(source / "model.safetensors")

names = list(weights)
half = len(names) // 2
torch.save({name: weights[name] for name in names[:half]}, target / "pytorch_model-00001-of-00002.bin")
state = {name: torch.nn.Parameter(weights[name], requires_grad=False) for name in names[half:]}
torch.save(state, target / "pytorch_model-00002-of-00002.bin")
index = {"metadata": {}, "weight_map": {name: f"pytorch_model-0000{1 + (i >= half)}-of-00002.bin" for i, name in enumerate(names)}}
(target / "pytorch_model.bin.index.json").write_text(json.dumps(index, indent=1))

heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]


def to_pairs(weight, count):
    """Half-split rows to neighbours: the inverse of transformers' permute."""
    rows, columns = weight.shape
    return weight.view(count, 2, rows // count // 2, columns).transpose(1, 2).reshape(rows, columns).contiguous()


renamed = {
    "self_attn.q_proj": "attention.wq",
    "self_attn.k_proj": "attention.wk",
    "self_attn.v_proj": "attention.wv",
    "self_attn.o_proj": "attention.wo",
    "input_layernorm": "attention_norm",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "feed_forward.w1",
    "mlp.down_proj": "feed_forward.w2",
    "mlp.up_proj": "feed_forward.w3",
}
meta = {"rope.freqs": torch.zeros(4)}
for name, weight in weights.items():
    if ".q_proj." in name:
        weight = to_pairs(weight, heads)
    if ".k_proj." in name:
        weight = to_pairs(weight, kv_heads)
    name = name.removeprefix("model.")
    for ours, theirs in renamed.items():
        name = name.replace(ours, theirs)
    name = name.replace("embed_tokens", "tok_embeddings").replace("lm_head", "output")
    meta[name] = weight
original = target / "original"
original.mkdir(exist_ok=True)
torch.save(meta, original / "consolidated.00.pth")
(original / "params.json").write_text(json.dumps({"n_heads": heads, "n_kv_heads": kv_heads}))


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/tune4j-was-here",)


torch.save({"weight": torch.zeros(2), "evil": Evil()}, target / "evil.bin")
