"""Times steps of Hugging Face PEFT in a plain PyTorch loop on StepBenchmark's batches; prints one JSON line."""

import argparse
import gc
import warnings

warnings.filterwarnings("ignore")

import common
import torch
from peft import LoraConfig, get_peft_model, set_peft_model_state_dict
from transformers import AutoModelForCausalLM


# Phi's checkpoint has one weight for q, k and v, and one for gate and up; peft adapts these.
FUSED = ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"]


def main():
    arguments = common.arguments(argparse.ArgumentParser(description=__doc__))
    clock = common.Clock("peft", arguments)
    family = common.FAMILIES.get(arguments.shape)
    # As transformers trains Gemma 2: its other attention has no cap.
    attention = "eager" if family == "gemma2" else "sdpa"
    model = AutoModelForCausalLM.from_pretrained(
        common.checkpoint(arguments.shape), dtype=common.DTYPES[arguments.dtype], attn_implementation=attention
    ).to(arguments.device)
    adapter = LoraConfig(
        r=common.RANK,
        lora_alpha=common.ALPHA,
        lora_dropout=0.0,
        target_modules=FUSED if family == "phi3" else common.TARGETS,
        task_type="CAUSAL_LM",
    )
    model = get_peft_model(model, adapter)
    initial = {}
    for module, (a, b) in common.initial_adapter(arguments.shape).items():
        initial[f"base_model.model.{module}.lora_A.weight"] = a
        initial[f"base_model.model.{module}.lora_B.weight"] = b
    if family != "phi3":
        set_peft_model_state_dict(model, initial)
    model.config.use_cache = False
    if arguments.ckpt:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        model.enable_input_require_grads()
    model.train()
    total = arguments.warm + arguments.steps
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=common.LEARNING_RATE, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, common_schedule(total))
    gc.collect()
    clock.ready()

    def step(index):
        samples = [common.example(arguments.shape, index * common.BATCH + i) for i in range(common.BATCH)]
        ids = torch.stack([tokens for tokens, _ in samples]).to(arguments.device)
        labels = torch.stack([labels for _, labels in samples]).to(arguments.device)
        loss = model(input_ids=ids, labels=labels).loss
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        clock.step(loss.item())

    for index in range(total):
        step(index)
    print(clock.line(common.BATCH * common.shape(arguments.shape)["length"]))


def common_schedule(total):
    """Two steps of warm-up, then half a cosine: as torchtune's recipe and StepBenchmark have it."""
    import math

    def factor(step):
        if step < 2:
            return step / 2
        progress = (step - 2) / max(1, total - 2)
        return max(0.0, 0.5 * (1.0 + math.cos(math.pi * progress)))

    return factor


if __name__ == "__main__":
    main()
