"""Tokens per second of transformers' generate, greedy, on a random model of a shape or a checkpoint:
python decode_peer.py SHAPE|FOLDER DTYPE [BATCH] [PROMPT] [NEW]. One JSON line, as DecodeBenchmark prints it."""
import json, os, sys, time
import torch
from transformers import AutoConfig, AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

SHAPES = {
    "S": dict(hidden_size=576, num_hidden_layers=30, num_attention_heads=9, num_key_value_heads=3,
              intermediate_size=1536, vocab_size=49152, rope_theta=100000.0),
    "M": dict(hidden_size=2048, num_hidden_layers=4, num_attention_heads=32, num_key_value_heads=8,
              intermediate_size=8192, vocab_size=128256, rope_theta=500000.0),
}


def timed(model, ids, count):
    start = time.perf_counter()
    with torch.inference_mode():
        model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=count, min_new_tokens=count,
                       do_sample=False, pad_token_id=0)
    return time.perf_counter() - start


def main():
    name, dtype = sys.argv[1], {"bf16": torch.bfloat16, "fp32": torch.float32}[sys.argv[2]]
    batch, prompt, count = [int(v) for v in (sys.argv[3:] + ["1", "1024", "64"][len(sys.argv) - 3:])]
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    torch.manual_seed(0)
    if name in SHAPES:
        config = LlamaConfig(tie_word_embeddings=True, max_position_embeddings=8192, **SHAPES[name])
        torch.set_default_dtype(dtype)
        model = LlamaForCausalLM(config)
    else:
        model = AutoModelForCausalLM.from_pretrained(name, dtype=dtype)
    model.eval()
    ids = torch.randint(0, model.config.vocab_size, (batch, prompt))
    timed(model, ids[:, :16], 8)
    first = timed(model, ids, 1)
    whole = timed(model, ids, count)
    print(json.dumps({"program": "transformers", "shape": name, "dtype": sys.argv[2], "batch": batch, "prompt": prompt,
                      "prompt_tokens_per_second": round(batch * prompt / first, 1),
                      "tokens_per_second": round(batch * (count - 1) / (whole - first), 2)}))


main()
