"""What the peers' scripts share: shapes, the batches that StepBenchmark runs too, memory, and the line they print."""

import json
import os
import random
import statistics
import time

import torch

HOME = os.environ.get("PEER_HOME", os.path.join(os.path.expanduser("~"), ".cache", "tune4j-peers"))

# hidden, layers, heads, key-value heads, feed-forward, vocabulary, rotary base, its llama3 factor, tokens of a sample
SHAPES = {
    "T": (64, 2, 4, 2, 128, 512, 500000, 32, 64),
    "Q": (256, 2, 8, 4, 512, 512, 500000, 32, 64),
    "S": (576, 30, 9, 3, 1536, 49152, 100000, 1, 512),
    "C": (576, 4, 9, 3, 1536, 49152, 100000, 1, 8192),
    "M": (2048, 4, 32, 8, 8192, 128256, 500000, 32, 512),
    "L": (4096, 32, 32, 8, 14336, 128256, 500000, 8, 2048),
    "QWEN2_5": (896, 24, 14, 2, 4864, 151936, 1000000, 1, 512),
    "QWEN3": (1024, 28, 16, 8, 3072, 151936, 1000000, 1, 512),
    "GEMMA2": (2304, 4, 8, 4, 9216, 256000, 10000, 1, 512),
    "PHI3": (3072, 4, 32, 32, 8192, 32064, 10000, 1, 512),
}
# Shapes of other families than Llama, as transformers names them.
FAMILIES = {"QWEN2_5": "qwen2", "QWEN3": "qwen3", "GEMMA2": "gemma2", "PHI3": "phi3"}
# Elements of a head, where they are not hidden / heads.
HEADS = {"QWEN3": 128, "GEMMA2": 256}
# Their output projection is the embedding.
TIED = {"T", "Q", "S", "C", "M", "QWEN2_5", "QWEN3", "GEMMA2"}
FIELDS = ("hidden", "layers", "heads", "kv", "ffn", "vocab", "base", "factor", "length")
EPSILON = 1e-5
BATCH = 2
RANK = 8
ALPHA = 16
LEARNING_RATE = 3e-4
TARGETS = ["q_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
IGNORED = -100
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


def shape(name):
    s = dict(zip(FIELDS, SHAPES[name]))
    s["head"] = HEADS.get(name, s["hidden"] // s["heads"])
    return s


def example(name, index):
    """Tokens and labels of sample `index`: random tokens, the first half masked. Not shifted."""
    s = shape(name)
    generator = torch.Generator().manual_seed(1234 + index)
    tokens = torch.randint(0, s["vocab"], (s["length"],), generator=generator)
    labels = tokens.clone()
    labels[: s["length"] // 2] = IGNORED
    return tokens, labels


def records(path, count=None):
    """Records of a token file (JSON lines of `tokens` and `prompt`, the number of masked ones in front)."""
    result = []
    with open(path) as lines:
        for line in lines:
            record = json.loads(line)
            tokens = record["tokens"]
            result.append((tokens, [IGNORED] * record["prompt"] + tokens[record["prompt"] :]))
            if count is not None and len(result) == count:
                break
    return result


def checkpoint(name):
    """The folder of the shape's random weights, written when it is missing."""
    folder = os.path.join(HOME, "checkpoints", name)
    if os.path.exists(os.path.join(folder, "model.safetensors")):
        return folder
    from transformers import AutoConfig, AutoModelForCausalLM

    s = shape(name)
    rope = {"rope_type": "default", "rope_theta": float(s["base"])}
    if s["factor"] > 1:
        rope = {
            "rope_type": "llama3",
            "factor": float(s["factor"]),
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192,
            "rope_theta": float(s["base"]),
        }
    family = FAMILIES.get(name, "llama")
    config = AutoConfig.for_model(
        family,
        head_dim=s["head"],
        hidden_size=s["hidden"],
        num_hidden_layers=s["layers"],
        num_attention_heads=s["heads"],
        num_key_value_heads=s["kv"],
        intermediate_size=s["ffn"],
        vocab_size=s["vocab"],
        rms_norm_eps=EPSILON,
        tie_word_embeddings=name in TIED,
        max_position_embeddings=131072 if s["factor"] > 1 else 8192,
        rope_parameters=rope,
        bos_token_id=0,
        eos_token_id=0,
        **({"pad_token_id": 0, "sliding_window": 2047} if family == "phi3" else {}),
    )
    torch.manual_seed(0)
    # Drawing the weights of 8B takes a CPU minutes.
    with torch.device("cuda" if name == "L" and torch.cuda.is_available() else "cpu"):
        model = AutoModelForCausalLM.from_config(config).to(torch.bfloat16 if name in ("M", "L") else torch.float32)
    model.save_pretrained(folder, max_shard_size="100GB")
    # StepBenchmark and older readers look for the rotary base where Llama's first configs had it.
    path = os.path.join(folder, "config.json")
    with open(path) as file:
        written = json.load(file)
    written["rope_theta"] = float(s["base"])
    written["rope_scaling"] = rope if s["factor"] > 1 else None
    with open(path, "w") as file:
        json.dump(written, file, indent=2)
    return folder


def initial_adapter(name, seed=0):
    """Initial A matrices by Hugging Face names, the same for every program: uniform as Kaiming's with a = sqrt(5)."""
    s = shape(name)
    queries = s["heads"] * s["head"]
    sizes = {
        "self_attn.q_proj": (s["hidden"], queries),
        "self_attn.v_proj": (s["hidden"], s["kv"] * s["head"]),
        "self_attn.o_proj": (queries, s["hidden"]),
        "mlp.gate_proj": (s["hidden"], s["ffn"]),
        "mlp.up_proj": (s["hidden"], s["ffn"]),
        "mlp.down_proj": (s["ffn"], s["hidden"]),
    }
    generator = torch.Generator().manual_seed(seed)
    result = {}
    for layer in range(s["layers"]):
        for module, (inputs, outputs) in sizes.items():
            bound = 1 / inputs**0.5
            a = (torch.rand(RANK, inputs, generator=generator) * 2 - 1) * bound
            result[f"model.layers.{layer}.{module}"] = (a, torch.zeros(outputs, RANK))
    return result


def adapter_folder(name):
    """The initial adapter as a folder in PEFT's format, written when it is missing. Phi has other projections there: none."""
    folder = os.path.join(HOME, "adapters", name)
    if FAMILIES.get(name) == "phi3":
        return None
    file = os.path.join(folder, "adapter_model.safetensors")
    if not os.path.exists(file):
        from safetensors.torch import save_file

        os.makedirs(folder, exist_ok=True)
        tensors = {}
        for module, (a, b) in initial_adapter(name).items():
            tensors[f"base_model.model.{module}.lora_A.weight"] = a
            tensors[f"base_model.model.{module}.lora_B.weight"] = b
        save_file(tensors, file, metadata={"format": "pt"})
        with open(os.path.join(folder, "adapter_config.json"), "w") as config:
            json.dump(
                {
                    "peft_type": "LORA",
                    "task_type": "CAUSAL_LM",
                    "base_model_name_or_path": checkpoint(name),
                    "r": RANK,
                    "lora_alpha": ALPHA,
                    "lora_dropout": 0.0,
                    "bias": "none",
                    "target_modules": TARGETS,
                },
                config,
                indent=2,
            )
    return folder


def prepared(name):
    """Says that the shape's files are there."""
    os.makedirs(os.path.join(HOME, "prepared"), exist_ok=True)
    open(os.path.join(HOME, "prepared", name), "w").close()


def status(key):
    """A memory figure of this process in MiB, `VmRSS` or `VmHWM`."""
    with open("/proc/self/status") as lines:
        for line in lines:
            if line.startswith(key + ":"):
                return int(line.split()[1]) // 1024
    return -1


def reset_peak():
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


class Clock:
    """Times of steps, their losses, and the line printed at the end."""

    def __init__(self, peer, arguments):
        self.start = time.perf_counter()
        self.facts = {
            "peer": peer,
            "shape": arguments.shape,
            "dtype": arguments.dtype,
            "ckpt": arguments.ckpt,
            "quant": arguments.quant,
            "threads": torch.get_num_threads(),
        }
        self.device = arguments.device
        if self.device != "cpu":
            self.facts["device"] = torch.cuda.get_device_name()
        self.warm = arguments.warm
        self.stamps = []
        self.losses = []

    def ready(self):
        """Set-up is over."""
        self.facts["setup_s"] = round(time.perf_counter() - self.start, 1)
        self.facts["rss_setup_peak_mb"] = status("VmHWM")
        self.facts["rss_after_setup_mb"] = status("VmRSS")
        reset_peak()
        if self.device != "cpu":
            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()
        self.stamps.append(time.perf_counter())

    def step(self, loss):
        self.stamps.append(time.perf_counter())
        self.losses.append(float(loss))

    def line(self, tokens, **more):
        times = [b - a for a, b in zip(self.stamps, self.stamps[1:])]
        measured = sorted(times[self.warm :])
        median = statistics.median(measured)
        self.facts.update(
            step_med=round(median, 4),
            step_min=round(measured[0], 4),
            step_max=round(measured[-1], 4),
            n=len(measured),
            total_s=round(sum(times), 3),
            tok_s=round(tokens / median, 1),
            rss_train_peak_mb=status("VmHWM"),
            losses=[round(loss, 5) for loss in self.losses],
        )
        if self.device != "cpu":
            self.facts["device_peak_mb"] = torch.cuda.max_memory_allocated() >> 20
        self.facts.update(more)
        return json.dumps(self.facts)


def arguments(parser):
    parser.add_argument("--shape", default="S", choices=sorted(SHAPES))
    parser.add_argument("--dtype", default="fp32", choices=sorted(DTYPES))
    parser.add_argument("--ckpt", action="store_true", help="activation checkpointing of every layer")
    parser.add_argument("--quant", action="store_true", help="the frozen weights in NF4")
    parser.add_argument("--steps", type=int, default=7)
    parser.add_argument("--warm", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--profile", help="a file for PyTorch's table of operations")
    parsed = parser.parse_args()
    torch.set_num_threads(parsed.threads)
    random.seed(0)
    return parsed
