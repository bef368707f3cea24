"""Makes this folder's questions, adapter and expected.json: python make_reference.py QUICKSTART

QUICKSTART is configs/src/main/resources/quickstart. Needs lm_eval 0.4.13, peft, torch and transformers on a CPU. Run in this folder.
The reference is lm_eval's model `hf` in fp32 on the merged checkpoint.
"""
import json
import random
import sys
import tempfile
from pathlib import Path

import torch
from lm_eval import simple_evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

QUICKSTART = Path(sys.argv[1])
TASKS = ["agreement_choice", "agreement_shots", "agreement_gap", "agreement_last", "agreement_text", "agreement_answer"]


def questions():
    draw = random.Random(29)
    records = json.loads((QUICKSTART / "data/train.json").read_text())
    outputs = [r["output"] for r in records]
    made = []
    for record in draw.sample(records, 203):
        texts = [record["output"]] + draw.sample([o for o in outputs if o != record["output"]], draw.choice([1, 2, 3]))
        draw.shuffle(texts)
        labels = list("ABCD")[: len(texts)]
        made.append({"question": record["instruction"], "context": record["input"],
                     "choices": {"text": texts, "label": labels}, "answer": labels[texts.index(record["output"])]})
    write("examples.jsonl", made[:3])
    write("questions.jsonl", made[3:])
    texts = [" ".join(draw.sample(outputs, n)) for n in (1, 2, 5, 20, 150)]
    write("texts.jsonl", [{"text": text} for text in texts])


def write(name, records):
    Path(name).write_text("".join(json.dumps(record) + "\n" for record in records))


def merged(folder):
    torch.manual_seed(29)
    base = AutoModelForCausalLM.from_pretrained(QUICKSTART / "model", dtype=torch.float32)
    model = get_peft_model(base, LoraConfig(r=2, lora_alpha=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.copy_(torch.randn_like(parameter) * (0.2 if "lora_B" in name else 0.1))
    model.peft_config["default"].base_model_name_or_path = "quickstart"
    model.save_pretrained("adapter")
    Path("adapter/README.md").unlink(missing_ok=True)
    model.merge_and_unload().save_pretrained(folder)
    AutoTokenizer.from_pretrained(QUICKSTART / "model").save_pretrained(folder)


def evaluated(folder, begins):
    model = HFLM(pretrained=str(folder), dtype="float32", device="cpu", batch_size=16, add_bos_token=begins)
    found = simple_evaluate(model=model, tasks=TASKS, task_manager=TaskManager(include_path="."), log_samples=True,
                            bootstrap_iters=0)
    made = {}
    for task in TASKS:
        responses = {}
        for sample in found["samples"][task]:
            own = sample["resps"]
            responses[sample["doc_id"]] = [r[0] if isinstance(r, list) else r for r in own]
        results = {k: v for k, v in found["results"][task].items() if isinstance(v, float)}
        made[task] = {"results": results, "responses": [responses[i] for i in sorted(responses)]}
    return made


questions()
with tempfile.TemporaryDirectory() as folder:
    merged(folder)
    expected = {"plain": evaluated(folder, False), "beginning": evaluated(folder, True)}
Path("expected.json").write_text(json.dumps(expected, indent=0) + "\n")
