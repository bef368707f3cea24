"""Pre-trains the quick start's base model from scratch and writes it in Hugging Face format (bf16 safetensors).

    OMP_NUM_THREADS=1 python pretrain.py --corpus build/corpus.txt --model build/model --steps 7000

The run is seeded, and stops after --steps optimizer steps (the cosine schedule counts steps, not seconds). A checkpoint is
written every --save-every steps to MODEL/checkpoint.pt; --resume continues from it. The model folder must hold the tokenizer
already (train_tokenizer.py).
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

BLOCK = 256


def make_config(vocab):
    return LlamaConfig(
        vocab_size=vocab,
        hidden_size=192,
        intermediate_size=512,
        num_hidden_layers=6,
        num_attention_heads=6,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=512,
        rms_norm_eps=1e-5,
        rope_theta=10000.0,
        tie_word_embeddings=True,
        attention_bias=False,
        mlp_bias=False,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=2,
    )


def blocks(pages, tokenizer, bos, eos):
    """All pages one after another, each between its two marks, cut into rows of BLOCK tokens."""
    ids = []
    for encoding in tokenizer.encode_batch(pages, add_special_tokens=False):
        ids += [bos, *encoding.ids, eos]
    count = len(ids) // BLOCK
    return torch.tensor(ids[: count * BLOCK]).view(count, BLOCK)


def optimizers(model, lr_matrix, lr_rest):
    """Muon for the matrices inside the layers, AdamW for the embedding and the norms."""
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
    rest = [p for n, p in model.named_parameters() if p.ndim != 2 or "embed" in n]
    return [
        torch.optim.Muon(matrices, lr=lr_matrix, weight_decay=0.05, momentum=0.95, adjust_lr_fn="original"),
        torch.optim.AdamW(rest, lr=lr_rest, betas=(0.9, 0.95), weight_decay=0.0),
    ]


def loss_of(model, rows, bf16):
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        logits = model(input_ids=rows).logits
    return torch.nn.functional.cross_entropy(logits[:, :-1].float().flatten(0, 1), rows[:, 1:].flatten())


@torch.no_grad()
def validate(model, rows, bf16):
    model.eval()
    losses = [loss_of(model, part, bf16).item() * len(part) for part in rows.split(16)]
    model.train()
    return sum(losses) / len(rows)


def save(model, folder, record):
    """The four files of a Hugging Face model folder that a reader of bf16 checkpoints needs."""
    state = {k: v.detach().to(torch.bfloat16).contiguous() for k, v in model.state_dict().items() if k != "lm_head.weight"}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)
    c = model.config
    keys = (
        "vocab_size hidden_size intermediate_size num_hidden_layers num_attention_heads num_key_value_heads head_dim "
        "max_position_embeddings rms_norm_eps hidden_act tie_word_embeddings attention_bias mlp_bias attention_dropout "
        "initializer_range bos_token_id eos_token_id pad_token_id"
    ).split()
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "bfloat16", "use_cache": True}
    config.update({k: getattr(c, k) for k in keys})
    config.update({"rope_theta": 10000.0, "rope_scaling": None})
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    generation = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 2, "do_sample": False}
    GenerationConfig(**generation)  # refuses a misspelt key
    (folder / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n", encoding="utf-8")
    (folder / "training.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", default="build/corpus.txt")
    parser.add_argument("--model", default="build/model")
    parser.add_argument("--steps", type=int, default=7000)
    parser.add_argument("--batch", type=int, default=8, help="rows of 256 tokens in a step")
    parser.add_argument("--lr-matrix", type=float, default=0.02)
    parser.add_argument("--lr-rest", type=float, default=0.01)
    parser.add_argument("--warmup", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--fp32", action="store_true", help="no bf16 autocast")
    parser.add_argument("--save-every", type=int, default=500)
    parser.add_argument("--resume", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    folder, bf16 = Path(args.model), not args.fp32

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    pages = Path(args.corpus).read_text(encoding="utf-8").strip().split("\n\n")
    random.Random(args.seed).shuffle(pages)
    held_out = len(pages) // 100
    valid = blocks(pages[:held_out], tokenizer, 0, 1)
    train = blocks(pages[held_out:], tokenizer, 0, 1)
    model = LlamaForCausalLM(make_config(tokenizer.get_vocab_size()))
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{parameters} parameters; {train.numel()} training tokens, {valid.numel()} validation tokens", flush=True)

    opts = optimizers(model, args.lr_matrix, args.lr_rest)
    base = [[g["lr"] for g in o.param_groups] for o in opts]
    first, seconds, smooth = 0, 0.0, None
    checkpoint = folder / "checkpoint.pt"
    if args.resume and checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        for o, s in zip(opts, saved["optimizers"]):
            o.load_state_dict(s)
        first, seconds, smooth = saved["step"], saved["seconds"], saved["smooth"]

    def finish(step):
        valid_loss = validate(model, valid, bf16)
        record = {
            "steps": step, "planned_steps": args.steps, "tokens": step * args.batch * BLOCK, "seed": args.seed,
            "train_loss": round(smooth, 4), "valid_loss": round(valid_loss, 4), "seconds": round(seconds),
            "threads": args.threads, "parameters": parameters, "torch": torch.__version__,
        }  # fmt: skip
        save(model, folder, record)
        print(json.dumps(record), flush=True)

    rows_per_epoch = len(train) // args.batch * args.batch
    model.train()
    for step in range(first, args.steps):
        started = time.time()
        epoch, at = divmod(step * args.batch, rows_per_epoch)
        order = torch.randperm(len(train), generator=torch.Generator().manual_seed(args.seed * 1000 + epoch))
        scale = min(1.0, (step + 1) / args.warmup)
        scale *= 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / args.steps))
        for o, lrs in zip(opts, base):
            for g, lr in zip(o.param_groups, lrs):
                g["lr"] = lr * scale
        loss = loss_of(model, train[order[at : at + args.batch]], bf16)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for o in opts:
            o.step()
            o.zero_grad(set_to_none=True)
        smooth = loss.item() if smooth is None else 0.98 * smooth + 0.02 * loss.item()
        seconds += time.time() - started
        done = step + 1
        if done % 50 == 0 or done == 1:
            speed = (done - first) * args.batch * BLOCK / max(seconds, 1e-9)
            print(f"step {done}/{args.steps} loss {smooth:.4f} seconds {seconds:.0f} tokens/s {speed:.0f}", flush=True)
        if done % args.save_every == 0 and done < args.steps:
            state = {"model": model.state_dict(), "optimizers": [o.state_dict() for o in opts]}
            torch.save({**state, "step": done, "seconds": seconds, "smooth": smooth}, checkpoint)
            finish(done)
    finish(args.steps)


if __name__ == "__main__":
    main()
