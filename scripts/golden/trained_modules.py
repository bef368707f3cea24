"""Golden values of weights that peft trains beside LoRA: modules_to_save and trainable_token_indices.

    python trained_modules.py ../../recipes/src/test/resources/golden/llama2_style ../../recipes/src/test/resources/peft

Needs peft 0.21, transformers and torch. For each case it writes an adapter as it begins and after some steps of gradient descent on the
fixture's batch, with the losses before each step.
"""

import json
import os
import sys

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

STEPS, RATE = 4, 0.3
CASES = {
    "modules": {"modules_to_save": ["embed_tokens", "norm"]},
    "tokens": {"trainable_token_indices": [7, 500, 30, 41]},
}


def main(fixture, target):
    with open(os.path.join(fixture, "expected.json")) as file:
        expected = json.load(file)
    ids, labels = torch.tensor(expected["input_ids"]), torch.tensor(expected["labels"])
    ids[0, 3], ids[1, 5], ids[1, 6] = 7, 7, 41
    for name, options in CASES.items():
        torch.manual_seed(3)
        base = AutoModelForCausalLM.from_pretrained(fixture, dtype=torch.float32)
        config = LoraConfig(r=4, lora_alpha=6, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM", **options)
        model = get_peft_model(base, config)
        for parameter_name, parameter in model.named_parameters():
            if "lora_B" in parameter_name:
                torch.nn.init.normal_(parameter, std=0.1)
        model.save_pretrained(os.path.join(target, name, "initial"))
        losses = []
        for _ in range(STEPS):
            loss = model(input_ids=ids, labels=labels).loss
            losses.append(loss.item())
            model.zero_grad()
            loss.backward()
            with torch.no_grad():
                for parameter in model.parameters():
                    if parameter.grad is not None and parameter.requires_grad:
                        parameter -= RATE * parameter.grad
        model.save_pretrained(os.path.join(target, name, "final"))
        for folder in ("initial", "final"):
            os.remove(os.path.join(target, name, folder, "README.md"))
        with open(os.path.join(target, name, "expected.json"), "w") as file:
            json.dump({"rate": RATE, "loss": losses, "input_ids": ids.tolist(), "labels": labels.tolist()}, file)
            file.write("\n")


main(*sys.argv[1:])
