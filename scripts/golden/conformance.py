"""Writes the golden files of a model family's conformance test, with transformers as the reference.

    python scripts/golden/conformance.py llama FOLDER
    python scripts/golden/conformance.py qwen2 FOLDER tie_word_embeddings=True rope_theta=1000000.0
    python scripts/golden/conformance.py path/to/config.json FOLDER

The first argument is a model_type that transformers' AutoConfig knows, or a config.json (or its folder), e.g. with
sizes made small by hand. KEY=VALUE sets a key of the config; values are Python's. Keys of SIZES that the architecture
has are set first where a model_type is named. Code from a folder (auto_map) is run with --trust-remote-code only.

FOLDER gets config.json and model.safetensors of a small random model, and golden.safetensors with the input_ids of one
sequence of --length tokens and its logits in fp32. Let the length exceed every window of the model.
"""
import argparse
import ast
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

SIZES = dict(vocab_size=48, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, head_dim=4, max_position_embeddings=64, sliding_window=5, initializer_range=0.4,
             pad_token_id=None, bos_token_id=1, eos_token_id=2)


def value(text):
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text


def configuration(kind, changes, trusted):
    if Path(kind).exists():
        return AutoConfig.from_pretrained(kind, trust_remote_code=trusted, **changes)
    defaults = AutoConfig.for_model(kind).to_dict()
    # A window that is off in the architecture stays off.
    sizes = {key: size for key, size in SIZES.items()
             if key in defaults and not (key == "sliding_window" and defaults[key] is None)}
    if defaults.get("head_dim") is None:
        sizes.pop("head_dim", None)
    # Lists with an entry per layer are made anew for the smaller number of layers.
    return AutoConfig.for_model(kind, **{**sizes, **changes})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", help="a model_type, a config.json or its folder")
    parser.add_argument("folder", type=Path)
    parser.add_argument("changes", nargs="*", metavar="KEY=VALUE")
    parser.add_argument("--length", type=int, default=20, help="tokens of the sequence (20)")
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--trust-remote-code", action="store_true")
    arguments = parser.parse_args()
    changes = {}
    for change in arguments.changes:
        key, separator, text = change.partition("=")
        if not separator:
            parser.error(f"'{change}' is not KEY=VALUE")
        changes[key] = value(text)
    torch.manual_seed(arguments.seed)
    config = configuration(arguments.kind, changes, arguments.trust_remote_code)
    config._attn_implementation = "eager"
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32,
                                             trust_remote_code=arguments.trust_remote_code).eval()
    text_config = config.get_text_config()
    if arguments.length > getattr(text_config, "max_position_embeddings", arguments.length):
        parser.error(f"--length {arguments.length} is more than the model's positions")
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.uniform_(-0.5, 0.5)
            elif "norm" in name:
                parameter.uniform_(0.5, 1.5)
        tokens = torch.randint(0, text_config.vocab_size, (1, arguments.length))
        logits = model(tokens).logits[0]
    arguments.folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(arguments.folder)
    (arguments.folder / "generation_config.json").unlink(missing_ok=True)
    save_file({"input_ids": tokens[0].contiguous(), "logits": logits.float().contiguous()},
              arguments.folder / "golden.safetensors")


if __name__ == "__main__":
    main()
