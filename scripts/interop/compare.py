"""Compares the logits that Tune4J wrote with those of transformers and peft on the same files."""

import argparse
import json
import sys

import torch
from transformers import AutoModelForCausalLM

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--logits", required=True, help="the JSON file that Tune4J wrote: prompts, token ids, logits of the last token")
parser.add_argument("--model", required=True, help="base model, or the merged checkpoint")
parser.add_argument("--adapter", help="adapter folder; omit for a merged checkpoint")
parser.add_argument("--dtype", choices=["fp32", "bf16"], default="fp32", help="what Python computes in")
parser.add_argument("--adapter-dtype", choices=["fp32", "bf16"], default="fp32", help="what peft keeps the adapter in")
parser.add_argument("--tolerance", type=float, required=True, help="largest difference allowed, relative to the largest logit")
arguments = parser.parse_args()

dtype = torch.float32 if arguments.dtype == "fp32" else torch.bfloat16
model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=dtype, attn_implementation="eager")
if arguments.adapter:
    from peft import PeftModel

    model = PeftModel.from_pretrained(model, arguments.adapter, autocast_adapter_dtype=arguments.adapter_dtype == "fp32")
    if arguments.adapter_dtype == "bf16":
        model = model.to(dtype)
model.eval()

worst = 0.0
with open(arguments.logits) as file:
    ours = json.load(file)
for sample in ours["samples"]:
    with torch.no_grad():
        theirs = model(input_ids=torch.tensor([sample["tokens"]])).logits[0].float()
    mine = torch.tensor(sample["logits"], dtype=torch.float32)
    theirs = theirs[sample["rows"]]
    difference = ((mine - theirs).abs().max() / theirs.abs().max()).item()
    mean = ((mine - theirs).abs().mean() / theirs.abs().max()).item()
    same = (mine.argmax(-1) == theirs.argmax(-1)).float().mean().item()
    print(f"{sample['name']}: relative difference largest {difference:.3g}, mean {mean:.3g}, same most likely token {same:.0%}")
    worst = max(worst, difference)
print(f"worst {worst:.3g}, allowed {arguments.tolerance:g}")
sys.exit(0 if worst <= arguments.tolerance else 1)
