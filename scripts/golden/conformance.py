"""Writes the golden files of the model families' conformance tests, with transformers as the reference.

    python scripts/golden/conformance.py llama FOLDER
    python scripts/golden/conformance.py qwen2 FOLDER

FOLDER gets config.json and model.safetensors of a small random model, and golden.safetensors with the input_ids of one
sequence and its logits in fp32.
"""
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

SIZES = dict(vocab_size=48, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=64, initializer_range=0.4, attn_implementation="eager")
KINDS = {
    "llama": (LlamaConfig(**SIZES, tie_word_embeddings=False), LlamaForCausalLM),
    "qwen2": (Qwen2Config(**SIZES, tie_word_embeddings=True, rope_theta=1000000.0), Qwen2ForCausalLM),
}


def main(kind, folder):
    torch.manual_seed(17)
    config, model_class = KINDS[kind]
    model = model_class(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.uniform_(-0.5, 0.5)
            elif "norm" in name:
                parameter.uniform_(0.5, 1.5)
        tokens = torch.randint(0, config.vocab_size, (1, 20))
        logits = model(tokens).logits[0]
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    save_file({"input_ids": tokens[0].contiguous(), "logits": logits.float().contiguous()}, folder / "golden.safetensors")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
