"""Times torchtune's own recipe lora_finetune_single_device; prints one JSON line.

The batches are StepBenchmark's, or the records of a token file (--records), padded or packed. The release's loss projects
all rows to logits and widens them; like torchtune's later LinearCrossEntropyLoss, the loss here takes labelled rows only, in
chunks (--loss release for the release's own).
"""

import argparse
import gc
import importlib.util
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import common
import torch
import torchtune_parts as parts
from omegaconf import OmegaConf

# torchtune installs its recipes beside itself as files, not as a package.
sys.path.insert(0, os.path.join(os.path.dirname(importlib.util.find_spec("torchtune").origin), os.pardir, "recipes"))
from lora_finetune_single_device import LoRAFinetuneRecipeSingleDevice


class Recipe(parts.LabelledRowsLoss, LoRAFinetuneRecipeSingleDevice):
    """The recipe without its checkpoints, and with the loss over labelled rows where that is wanted."""

    linear_loss = True

    def save_checkpoint(self, *ignored, **more):
        pass

    def set_adapter(self, shape, dtype):
        """The initial adapter that all programs begin with."""
        weights = {}
        for module, (a, b) in common.initial_adapter(shape).items():
            name = parts.torchtune_name(module)
            weights[name + ".lora_a.weight"] = a.to(dtype)
            weights[name + ".lora_b.weight"] = b.to(dtype)
        missing = self._model.load_state_dict(weights, strict=False)
        if missing.unexpected_keys:
            raise SystemExit(f"the adapter does not fit: {missing.unexpected_keys[:3]}")

    def _loss_step(self, batch):
        if not self.linear_loss:
            return super()._loss_step(batch)
        return self.labelled_rows_loss(batch)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", help="a token file instead of the shape's batches")
    parser.add_argument("--count", type=int, default=256, help="records of it")
    parser.add_argument("--packed", type=int, default=0, help="tokens of a pack; 0 pads")
    parser.add_argument("--batch", type=int, default=common.BATCH)
    parser.add_argument("--optimizer", default="AdamW", choices=["AdamW", "AdamW8bit"])
    parser.add_argument("--accumulation", type=int, default=1)
    parser.add_argument("--loss", default="linear", choices=["linear", "release"])
    arguments = common.arguments(parser)
    clock = common.Clock("torchtune", arguments)
    parts.CLOCK = clock
    config = parts.config(arguments)
    if arguments.quant:
        parts.shrink_scaler_blocks()
    recipe = Recipe(cfg=OmegaConf.create(config))
    recipe.linear_loss = arguments.loss == "linear"
    recipe.setup(cfg=OmegaConf.create(config))
    if recipe.linear_loss:
        recipe.take_loss_over_labelled_rows()
    recipe.set_adapter(arguments.shape, common.DTYPES[arguments.dtype])
    gc.collect()
    clock.ready()
    if arguments.profile:
        from torch.profiler import profile

        with profile() as profiled:
            recipe.train()
        os.makedirs(os.path.dirname(os.path.abspath(arguments.profile)), exist_ok=True)
        with open(arguments.profile, "w") as file:
            file.write(profiled.key_averages().table(sort_by=f"self_{arguments.device}_time_total", row_limit=40))
    else:
        recipe.train()
    if arguments.records:
        # To the end of the data: packs that fill no step are computed too.
        total = round(time.perf_counter() - clock.stamps[0], 3)
        print(clock.line(0, total_s=total, **parts.COUNTS))
    else:
        print(clock.line(common.BATCH * common.shape(arguments.shape)["length"]))


if __name__ == "__main__":
    main()
