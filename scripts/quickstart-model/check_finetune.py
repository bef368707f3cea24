"""Fine-tunes the quick start's model on its data with PyTorch and peft, to see what the quick start can be expected to show.

    python check_finetune.py --model ../../configs/src/main/resources/quickstart/model \
        --data ../../configs/src/main/resources/quickstart/data

Prints the validation loss (output tokens only, the prompt masked) before and after, the seconds, greedy completions before
and after, and how many validation answers are right word for word. Exits with 1 when the loss fell by less than 30 %.
"""

import argparse
import json
import math
import random
import sys
import time
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

INTRO = "Below is an instruction that describes a task"
WITH_INPUT = (
    INTRO + ", paired with an input that provides further context. Write a response that appropriately completes the request."
    "\n\n### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n"
)
WITHOUT_INPUT = (
    INTRO + ". Write a response that appropriately completes the request.\n\n### Instruction:\n{instruction}\n\n### Response:\n"
)
LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
BOS, EOS, PAD, IGNORE = 0, 1, 2, -100


def prompt_of(record):
    return (WITH_INPUT if record["input"] else WITHOUT_INPUT).format(**record)


def encode(tokenizer, record):
    prompt = [BOS, *tokenizer.encode(prompt_of(record), add_special_tokens=False).ids]
    answer = [*tokenizer.encode(record["output"], add_special_tokens=False).ids, EOS]
    return prompt + answer, [IGNORE] * len(prompt) + answer


def batch_loss(model, batch, reduction="mean"):
    width = max(len(ids) for ids, _ in batch)
    ids = torch.tensor([i + [PAD] * (width - len(i)) for i, _ in batch])
    labels = torch.tensor([t + [IGNORE] * (width - len(t)) for _, t in batch])
    mask = torch.tensor([[1] * len(i) + [0] * (width - len(i)) for i, _ in batch])
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1].float().flatten(0, 1)
    targets = labels[:, 1:].flatten()
    keep = targets != IGNORE
    return torch.nn.functional.cross_entropy(logits[keep], targets[keep], reduction=reduction), int(keep.sum())


@torch.no_grad()
def validation_loss(model, rows):
    model.eval()
    total = [batch_loss(model, rows[i : i + 16], "sum") for i in range(0, len(rows), 16)]
    model.train()
    return sum(t.item() for t, _ in total) / sum(n for _, n in total)


@torch.no_grad()
def complete(model, tokenizer, record, limit=40):
    """The greedy completion and whether the model stopped by itself."""
    model.eval()
    ids = [BOS, *tokenizer.encode(prompt_of(record), add_special_tokens=False).ids]
    out = []
    while len(out) < limit:
        best = int(model(input_ids=torch.tensor([ids + out])).logits[0, -1].argmax())
        if best == EOS:
            break
        out.append(best)
    model.train()
    return tokenizer.decode(out), len(out) < limit


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="../../configs/src/main/resources/quickstart/model")
    parser.add_argument("--data", default="../../configs/src/main/resources/quickstart/data")
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--alpha", type=float, default=32)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--warmup", type=int, default=10)
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--samples", type=int, nargs="*", default=None, help="validation records to show (default: 8 of them)")
    parser.add_argument("--all", action="store_true", help="show every validation answer after the fine-tuning")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    tokenizer = Tokenizer.from_file(str(Path(args.model) / "tokenizer.json"))
    train, valid = (json.loads((Path(args.data) / f"{n}.json").read_text("utf-8")) for n in ("train", "validation"))
    train_rows, valid_rows = ([encode(tokenizer, r) for r in part] for part in (train, valid))
    lengths = [len(ids) for ids, _ in train_rows]
    answers = [sum(t != IGNORE for t in labels) for _, labels in train_rows]
    print(f"{len(train)} + {len(valid)} records; tokens per record {sum(lengths) / len(lengths):.0f}, at most {max(lengths)};")
    print(f"answer tokens per record {sum(answers) / len(answers):.1f}")

    model = AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32)
    config = LoraConfig(r=args.rank, lora_alpha=args.alpha, target_modules=LINEAR, lora_dropout=0.0, task_type="CAUSAL_LM")
    model = get_peft_model(model, config)
    trainable = [p for p in model.parameters() if p.requires_grad]
    print(f"{sum(p.numel() for p in trainable)} trainable parameters")
    shown = args.samples if args.samples is not None else list(range(8))
    before = [complete(model, tokenizer, valid[i]) for i in shown]
    loss_before = validation_loss(model, valid_rows)

    optimizer = torch.optim.AdamW(trainable, lr=args.lr, weight_decay=args.weight_decay)
    steps = args.epochs * math.ceil(len(train_rows) / args.batch)
    rng, started, step = random.Random(args.seed), time.time(), 0
    for _ in range(args.epochs):
        order = list(range(len(train_rows)))
        rng.shuffle(order)
        for at in range(0, len(order), args.batch):
            scale = min(1.0, (step + 1) / args.warmup) if step < args.warmup else 0.5 * (
                1 + math.cos(math.pi * (step - args.warmup) / max(1, steps - args.warmup))
            )  # fmt: skip
            optimizer.param_groups[0]["lr"] = args.lr * scale
            loss, _ = batch_loss(model, [train_rows[i] for i in order[at : at + args.batch]])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trainable, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step += 1
            if step % 20 == 0 or step == 1:
                print(f"step {step}/{steps} loss {loss.item():.3f} seconds {time.time() - started:.1f}", flush=True)
    seconds = time.time() - started

    loss_after = validation_loss(model, valid_rows)
    fall = 100 * (1 - loss_after / loss_before)
    print(f"validation loss {loss_before:.3f} -> {loss_after:.3f} ({fall:.0f} % lower), {steps} steps in {seconds:.1f} s")
    for i, (text, stopped) in zip(shown, before):
        record = valid[i]
        later, later_stopped = complete(model, tokenizer, record)
        print(f"--- validation record {i}: {record['instruction']}  {record['input']}")
        print(f"before: {text!r}{'' if stopped else ' (never stops)'}")
        print(f"after:  {later!r}{'' if later_stopped else ' (never stops)'}   wanted: {record['output']!r}")
    right = {}
    for record in valid:
        said, _ = complete(model, tokenizer, record)
        task = record["output"].split(" ")[0] if record["input"] else record["output"].split(" of ")[0][-14:]
        task = {"Could": "polite"}.get(task, task.split(" ")[-1])
        hits, count = right.get(task, (0, 0))
        right[task] = (hits + (said == record["output"]), count + 1)
        if args.all:
            print(f"{'ok ' if said == record['output'] else '-- '} {record['instruction']} {record['input']} | {said}")
    print("right word for word:", ", ".join(f"{task} {a}/{b}" for task, (a, b) in sorted(right.items())))
    sys.exit(0 if fall >= 30 else 1)


if __name__ == "__main__":
    main()
