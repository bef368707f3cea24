"""Writes whole fixtures of a model family, with transformers and peft as the reference.

    python scripts/golden/families.py smollm3 FOLDER      (or granite, olmo2, gemma3_part)

FOLDER gets a small random model (config.json, config_transformers5.json, model.safetensors), golden.safetensors with one
sequence and its logits for the conformance test, and expected.json with lora/ for LoraGoldenTest: logits, loss, every gradient,
twenty steps of AdamW and the merged model, in fp32, with fp32's distance from fp64 beside each. gemma3_part is the text part of a
model for text and images; its weights have the names of published checkpoints.
"""
import copy
import json
import sys
from pathlib import Path

import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, Gemma3Config, GraniteConfig, Olmo2Config, SmolLM3Config

SIZES = dict(vocab_size=64, hidden_size=24, intermediate_size=32, num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=512, initializer_range=0.3, bos_token_id=1, eos_token_id=2, pad_token_id=0)
ROPE = dict(rope_type="default", rope_theta=10000.0)
KINDS = {
    # Layers 1 and 3 have no rotary embedding.
    "smollm3": SmolLM3Config(**SIZES, num_hidden_layers=4, rope_parameters=ROPE, no_rope_layer_interval=2,
                             use_sliding_window=True, sliding_window=9, tie_word_embeddings=True),
    "granite": GraniteConfig(**SIZES, num_hidden_layers=2, rope_parameters=ROPE, tie_word_embeddings=True,
                             embedding_multiplier=3.0, attention_multiplier=0.3, residual_multiplier=0.22,
                             logits_scaling=1.7),
    "olmo2": Olmo2Config(**SIZES, num_hidden_layers=2, rope_parameters=ROPE, tie_word_embeddings=False),
    "gemma3_part": Gemma3Config(
        text_config=dict(
            **SIZES, num_hidden_layers=4, head_dim=8, query_pre_attn_scalar=10, sliding_window=9,
            layer_types=["sliding_attention", "full_attention"] * 2,
            rope_parameters={"full_attention": dict(rope_type="linear", factor=8.0, rope_theta=1000000.0),
                             "sliding_attention": ROPE}),
        vision_config=dict(hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, image_size=28,
                           patch_size=14),
        mm_tokens_per_image=1, image_token_index=63, boi_token_index=61, eoi_token_index=62),
}
PUBLISHED = (("model.language_model.", "language_model.model."), ("model.vision_tower.", "vision_tower."),
             ("model.multi_modal_projector.", "multi_modal_projector."))
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
STEPS = 20
OPTIMIZER = dict(lr=1e-3, betas=[0.9, 0.99], eps=1e-8, weight_decay=0.01)
POSITIONS = [[0, 0], [0, 11], [0, 23], [1, 7], [1, 22]]


def published(tensors):
    renamed = {}
    for name, tensor in tensors.items():
        for new, old in PUBLISHED:
            name = old + name[len(new):] if name.startswith(new) else name
        renamed[name] = tensor
    return renamed


def digits(value):
    return json.loads(json.dumps(value), parse_float=lambda text: float(f"{float(text):.9g}"))


def batch(generator):
    ids = torch.randint(3, SIZES["vocab_size"], (2, 24), generator=generator)
    labels = ids.clone()
    labels[0, :9] = -100
    labels[1, :5] = -100
    labels[1, 17:19] = -100
    return ids, labels


def loss_of(model, ids, labels):
    logits = model(ids).logits
    flat = logits[:, :-1].reshape(-1, logits.shape[-1])
    return torch.nn.functional.cross_entropy(flat, labels[:, 1:].reshape(-1), ignore_index=-100), logits


def at_positions(logits):
    return torch.stack([logits[s, p] for s, p in POSITIONS])


def gradients(model):
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.requires_grad}


def plain(name):
    return name.replace(".default", "")


def norm_of(grads):
    return torch.sqrt(sum((g.double() ** 2).sum() for g in grads.values())).item()


def curve(model, batches, order):
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, **{**OPTIMIZER, "betas": tuple(OPTIMIZER["betas"])})
    losses, norms = [], []
    for index in order:
        optimizer.zero_grad()
        loss, _ = loss_of(model, *batches[index])
        loss.backward()
        losses.append(loss.item())
        norms.append(norm_of(gradients(model)))
        optimizer.step()
    return losses, norms


def main(kind, folder):
    torch.set_num_threads(1)
    torch.manual_seed(11)
    config = KINDS[kind]
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                # Gemma's norms multiply by 1 + w.
                parameter.uniform_(*((-0.3, 0.3) if kind == "gemma3_part" else (0.5, 1.5)))
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    (folder / "config.json").rename(folder / "config_transformers5.json")
    old = json.loads((folder / "config_transformers5.json").read_text())
    old["torch_dtype"] = old.pop("dtype")
    rotary = old.get("text_config", old)
    new = rotary.pop("rope_parameters")
    if kind == "gemma3_part":
        rotary["rope_theta"] = new["full_attention"].pop("rope_theta")
        rotary["rope_scaling"] = new["full_attention"]
        rotary["rope_local_base_freq"] = new["sliding_attention"]["rope_theta"]
        save_file(published(load_file(folder / "model.safetensors")), folder / "model.safetensors", {"format": "pt"})
    else:
        rotary["rope_theta"] = new["rope_theta"]
        rotary["rope_scaling"] = None
    (folder / "config.json").write_text(json.dumps(old, indent=1) + "\n")

    generator = torch.Generator().manual_seed(3)
    ids, labels = batch(generator)
    batches = [batch(generator) for _ in range(4)]
    order = [i % 4 for i in range(STEPS)]
    wide = copy.deepcopy(model).double()
    with torch.no_grad():
        loss, logits = loss_of(model, ids, labels)
        loss64, logits64 = loss_of(wide, ids, labels)
    save_file({"input_ids": ids[0].contiguous(), "logits": logits[0].contiguous()}, folder / "golden.safetensors")
    expected = {
        "made_by": {"transformers": transformers.__version__, "peft": peft.__version__, "torch": torch.__version__},
        "input_ids": ids.tolist(), "labels": labels.tolist(), "logit_positions": POSITIONS,
        "logits": at_positions(logits).tolist(), "loss": loss.item(), "loss_fp64": loss64.item(),
        "max_abs_logit_diff_fp32_vs_fp64": (logits - logits64).abs().max().item(),
        "batches": [{"input_ids": i.tolist(), "labels": l.tolist()} for i, l in batches],
        "batch_order": order, "optimizer": {"name": "AdamW", **OPTIMIZER},
    }

    lora = LoraConfig(r=2, lora_alpha=4, task_type="CAUSAL_LM", target_modules=(
        r"model\.language_model\..*\.(" + "|".join(PROJECTIONS) + ")" if kind == "gemma3_part" else PROJECTIONS))
    adapted = get_peft_model(model, lora).eval()
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.1)
    adapted.save_pretrained(folder / "lora")
    (folder / "lora/README.md").unlink(missing_ok=True)
    adapted64 = copy.deepcopy(adapted).double()
    merged = copy.deepcopy(adapted).merge_and_unload()
    loss, logits = loss_of(adapted, ids, labels)
    loss64, logits64 = loss_of(adapted64, ids, labels)
    loss.backward()
    loss64.backward()
    grads, grads64 = gradients(adapted), gradients(adapted64)
    save_file({plain(name): g.contiguous() for name, g in grads.items()}, folder / "lora/grads.safetensors")
    with torch.no_grad():
        merged_loss, merged_logits = loss_of(merged, ids, labels)
    losses, norms = curve(adapted, batches, order)
    losses64, _ = curve(adapted64, batches, order)
    save_file({plain(name): p.detach().contiguous() for name, p in adapted.named_parameters() if p.requires_grad},
              folder / "lora/adapter_after_20_steps.safetensors")
    expected["lora"] = {
        "adapter_dir": "lora", "scaling": 2.0, "loss": loss.item(), "loss_fp64": loss64.item(),
        "logits": at_positions(logits).tolist(), "global_grad_norm": norm_of(grads),
        "max_abs_logit_diff_fp32_vs_fp64": (logits - logits64).abs().max().item(),
        "max_rel_grad_norm_diff_fp32_vs_fp64": max(
            ((g - grads64[name]).norm() / grads64[name].norm()).item() for name, g in grads.items()),
        "curve": {
            "loss": losses, "global_grad_norm": norms, "loss_fp64": losses64,
            "max_rel_loss_diff_fp32_vs_fp64": max(abs(a / b - 1) for a, b in zip(losses, losses64))},
        "merged": {"loss": merged_loss.item(), "logits": at_positions(merged_logits).tolist()},
    }
    (folder / "expected.json").write_text(json.dumps(digits(expected)) + "\n")
    print(kind, loss.item(), losses[-1], expected["lora"]["curve"]["max_rel_loss_diff_fp32_vs_fp64"])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
