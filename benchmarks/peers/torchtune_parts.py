"""Components that torchtune's recipe is configured with: data that are tokens already, and a logger that keeps the time."""

import os
from functools import partial

import common
import torch
import torch.nn.functional as F

CHUNK_ROWS = 256
CLOCK = None
COUNTS = {"tokens_computed": 0, "tokens_trained": 0}

MODULES = {
    "self_attn.q_proj": "attn.q_proj",
    "self_attn.v_proj": "attn.v_proj",
    "self_attn.o_proj": "attn.output_proj",
    "mlp.gate_proj": "mlp.w1",
    "mlp.up_proj": "mlp.w3",
    "mlp.down_proj": "mlp.w2",
}


def torchtune_name(module):
    """`model.layers.3.self_attn.o_proj` as torchtune calls it. No rows are permuted: A and B=0 do not care about rotary pairs."""
    _, _, layer, kind = module.split(".", 3)
    return f"layers.{layer}.{MODULES[kind]}"


class LabelledRowsLoss:
    """For a recipe: the loss projects labelled rows only, in chunks, like torchtune's later LinearCrossEntropyLoss."""

    def take_loss_over_labelled_rows(self):
        model = self._model
        model.num_output_chunks = 0
        model.unembed = lambda hidden: model.norm(hidden)

    def labelled_rows_loss(self, batch):
        labels = batch.pop("labels")
        with self.activations_handling_ctx:
            hidden = self._model(**batch)
        labels = torch.hstack((labels[..., 1:], self.ignore_labels_cache[: labels.shape[0]])).reshape(-1)
        rows = (labels != common.IGNORED).nonzero().squeeze(1)
        hidden = hidden.reshape(-1, hidden.size(-1)).index_select(0, rows)
        labels = labels.index_select(0, rows)
        loss = hidden.new_zeros((), dtype=torch.float32)
        for some, wanted in zip(hidden.split(CHUNK_ROWS), labels.split(CHUNK_ROWS)):
            loss = loss + F.cross_entropy(self._model.output(some).float(), wanted, reduction="sum")
        return loss / max(1, labels.numel())


class Tokenizer:
    """The recipe asks a tokenizer for nothing else."""

    pad_id = 0


class Samples(torch.utils.data.Dataset):
    """The shape's samples, or a token file's records, padded or as packs."""

    def __init__(self, tokenizer, *, shape, count, file=None, **ignored):
        if file is None:
            pairs = [common.example(shape, i) for i in range(count)]
            self.samples = [(tokens.tolist(), labels.tolist()) for tokens, labels in pairs]
        else:
            self.samples = common.records(file, count)

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        tokens, labels = self.samples[index]
        return {"tokens": list(tokens), "labels": list(labels)}


def packs(tokenizer, *, shape, count, file, pack, packed):
    """The records in torchtune's own packs."""
    from torchtune.datasets import PackedDataset

    made = PackedDataset(Samples(tokenizer, shape=shape, count=count, file=file), max_seq_len=pack, padding_idx=0)
    COUNTS["tokens_computed"] = len(made) * pack
    return made


def padded(batch, padding_idx=0, ignore_idx=common.IGNORED):
    """torchtune's padding, counted."""
    from torchtune.data import padded_collate_sft

    made = padded_collate_sft(batch, padding_idx=padding_idx, ignore_idx=ignore_idx)
    COUNTS["tokens_computed"] += made["tokens"].numel()
    COUNTS["tokens_trained"] += int((made["labels"] != ignore_idx).sum())
    return made


class Logger:
    """A metric logger that tells the clock about each optimizer step."""

    def __init__(self, **ignored):
        pass

    def log_config(self, config):
        pass

    def log(self, *ignored, **more):
        pass

    def log_dict(self, payload, step):
        CLOCK.step(payload["loss"])

    def close(self):
        pass


def shrink_scaler_blocks():
    """NF4 with scaler blocks that divide shape S's weights too: 27 * 64 scalers for k and v."""
    import torchtune.modules.low_precision.nf4_linear as linear
    import torchtune.modules.peft.lora as lora
    from torchao.dtypes.nf4tensor import to_nf4

    smaller = partial(to_nf4, scaler_block_size=64)
    linear.to_nf4 = smaller
    lora.to_nf4 = smaller


def optimizer(name):
    """torch's, or torchao's with states of 8 bits: bitsandbytes, which torchtune's configs name, has none for the CPU."""
    common_keys = dict(weight_decay=0.01, lr=common.LEARNING_RATE)
    if name == "AdamW8bit":
        return dict(_component_="torchao.optim.AdamW8bit", **common_keys)
    return dict(_component_="torch.optim.AdamW", fused=True, **common_keys)


MODEL_TYPES = {
    "llama3_1": "LLAMA3",
    "llama3_2": "LLAMA3_2",
    "qwen2": "QWEN2",
    "gemma2": "GEMMA2",
    "phi3": "PHI3_MINI",
}


def own_arguments(family, s):
    """What one family's builder takes besides."""
    if family.startswith("llama3"):
        return dict(scale_factor=s["factor"])
    if family == "qwen2":
        return dict(tie_word_embeddings=True)
    return dict(head_dim=s["head"], query_pre_attn_scalar=256) if family == "gemma2" else {}


def config(arguments):
    """The recipe's config."""
    s = common.shape(arguments.shape)
    checkpoint = common.checkpoint(arguments.shape)
    output = os.path.join(common.HOME, "out", "torchtune")
    dataset = dict(_component_="torchtune_parts.Samples", shape=arguments.shape)
    if arguments.records:
        dataset.update(file=arguments.records, count=arguments.count)
        if arguments.packed:
            dataset.update(_component_="torchtune_parts.packs", pack=arguments.packed, packed=True)
            records = common.records(arguments.records, arguments.count)
            COUNTS["tokens_trained"] = sum(sum(label != common.IGNORED for label in labels) for _, labels in records)
    else:
        dataset.update(count=arguments.batch * (arguments.warm + arguments.steps))
    family = common.FAMILIES.get(arguments.shape) or ("llama3_2" if arguments.shape in common.TIED else "llama3_1")
    return dict(
        output_dir=output,
        model=dict(
            _component_=f"torchtune.models.{family}._component_builders.lora_{family}",
            lora_attn_modules=["q_proj", "v_proj", "output_proj"],
            apply_lora_to_mlp=True,
            vocab_size=s["vocab"],
            num_layers=s["layers"],
            num_heads=s["heads"],
            num_kv_heads=s["kv"],
            embed_dim=s["hidden"],
            max_seq_len=max(2048, s["length"]),
            intermediate_dim=s["ffn"],
            norm_eps=common.EPSILON,
            rope_base=s["base"],
            **own_arguments(family, s),
            lora_rank=common.RANK,
            lora_alpha=common.ALPHA,
            lora_dropout=0.0,
            quantize_base=arguments.quant,
        ),
        tokenizer=dict(_component_="torchtune_parts.Tokenizer"),
        checkpointer=dict(
            _component_="torchtune.training.FullModelHFCheckpointer",
            checkpoint_dir=checkpoint,
            checkpoint_files=["model.safetensors"],
            recipe_checkpoint=None,
            output_dir=output,
            model_type=MODEL_TYPES[family],
        ),
        resume_from_checkpoint=False,
        save_adapter_weights_only=True,
        dataset=dataset,
        collate_fn="torchtune_parts.padded",
        seed=0,
        shuffle=False,
        batch_size=arguments.batch,
        optimizer=optimizer(arguments.optimizer),
        lr_scheduler=dict(
            _component_="torchtune.training.lr_schedulers.get_cosine_schedule_with_warmup", num_warmup_steps=2
        ),
        loss=dict(_component_="torchtune.modules.loss.CEWithChunkedOutputLoss"),
        epochs=1,
        max_steps_per_epoch=None,
        gradient_accumulation_steps=arguments.accumulation,
        clip_grad_norm=None,
        compile=False,
        metric_logger=dict(_component_="torchtune_parts.Logger"),
        log_every_n_steps=1,
        log_peak_memory_stats=False,
        device=arguments.device,
        dtype=arguments.dtype,
        enable_activation_checkpointing=arguments.ckpt,
        enable_activation_offloading=False,
    )
