"""Times torchtune's own recipe lora_dpo_single_device on pairs with a prompt of half their length; prints one JSON line."""

import argparse
import gc
import importlib.util
import os
import sys
import warnings

warnings.filterwarnings("ignore")

import common
import torch
import torchtune_parts as parts
from omegaconf import OmegaConf

# torchtune installs its recipes beside itself as files, not as a package.
sys.path.insert(0, os.path.join(os.path.dirname(importlib.util.find_spec("torchtune").origin), os.pardir, "recipes"))
from lora_dpo_single_device import LoRADPORecipeSingleDevice


class Recipe(LoRADPORecipeSingleDevice):
    """The recipe without its checkpoints."""

    def save_checkpoint(self, *ignored, **more):
        pass


class Pairs(torch.utils.data.Dataset):
    """A prompt of half the shape's length, and two answers of the other half."""

    def __init__(self, tokenizer, *, shape, count, **ignored):
        self.samples = []
        for i in range(count):
            chosen, labels = common.example(shape, 2 * i)
            other, _ = common.example(shape, 2 * i + 1)
            half = len(chosen) // 2
            rejected = torch.cat([chosen[:half], other[half:]])
            masked = [common.IGNORED] * half
            self.samples.append(
                dict(
                    chosen_input_ids=chosen.tolist(),
                    chosen_labels=labels.tolist(),
                    rejected_input_ids=rejected.tolist(),
                    rejected_labels=masked + rejected[half:].tolist(),
                )
            )

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        return self.samples[index]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=common.BATCH, help="pairs of a step")
    arguments = common.arguments(parser)
    for name, value in dict(records=None, packed=0, optimizer="AdamW", accumulation=1).items():
        setattr(arguments, name, value)
    clock = common.Clock("torchtune", arguments)
    parts.CLOCK = clock
    config = parts.config(arguments)
    config.update(
        dataset=dict(
            _component_="torchtune_dpo_step.Pairs",
            shape=arguments.shape,
            count=arguments.batch * (arguments.warm + arguments.steps),
        ),
        loss=dict(_component_="torchtune.rlhf.loss.DPOLoss", beta=0.1),
    )
    recipe = Recipe(cfg=OmegaConf.create(config))
    recipe.setup(cfg=OmegaConf.create(config))
    gc.collect()
    clock.ready()
    recipe.train()
    print(clock.line(2 * arguments.batch * common.shape(arguments.shape)["length"]))


if __name__ == "__main__":
    main()
