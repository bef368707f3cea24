"""Times torchtune's own recipe full_finetune_single_device on StepBenchmark's batches; prints one JSON line.

As in torchtune_step.py, the loss takes labelled rows only, in chunks.
"""

import argparse
import gc
import importlib.util
import os
import sys
import warnings

warnings.filterwarnings("ignore")

import common
import torchtune_parts as parts
from omegaconf import OmegaConf

sys.path.insert(0, os.path.join(os.path.dirname(importlib.util.find_spec("torchtune").origin), os.pardir, "recipes"))
from full_finetune_single_device import FullFinetuneRecipeSingleDevice

LORA_KEYS = (
    "lora_attn_modules",
    "apply_lora_to_mlp",
    "lora_rank",
    "lora_alpha",
    "lora_dropout",
    "quantize_base",
)


class Recipe(parts.LabelledRowsLoss, FullFinetuneRecipeSingleDevice):
    """The recipe without its checkpoints, and with the loss over labelled rows."""

    def save_checkpoint(self, *ignored, **more):
        pass

    def _loss_step(self, batch):
        return self.labelled_rows_loss(batch)


def config(arguments):
    made = parts.config(arguments)
    model = made["model"]
    for key in LORA_KEYS:
        model.pop(key)
    # torchtune.models.X._component_builders.lora_X
    model["_component_"] = model["_component_"].replace(".lora_", ".")
    made.pop("save_adapter_weights_only")
    made["optimizer_in_bwd"] = arguments.in_backward
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=common.BATCH)
    parser.add_argument("--optimizer", default="AdamW", choices=["AdamW", "AdamW8bit"])
    parser.add_argument("--in-backward", action="store_true", help="optimizer_in_bwd")
    parser.set_defaults(records=None, packed=0, accumulation=1)
    arguments = common.arguments(parser)
    clock = common.Clock("torchtune", arguments)
    parts.CLOCK = clock
    made = config(arguments)
    recipe = Recipe(cfg=OmegaConf.create(made))
    recipe.setup(cfg=OmegaConf.create(made))
    recipe.take_loss_over_labelled_rows()
    gc.collect()
    clock.ready()
    recipe.train()
    print(clock.line(common.BATCH * common.shape(arguments.shape)["length"]))


if __name__ == "__main__":
    main()
