"""Ids of a megabyte of multilingual text by tokenizers, tiktoken and torchtune, for LargeTextTest.

    python tokenizer.py RESOURCES NAME=TOKENIZER_JSON ...

RESOURCES is the test's folder with parts.json, from which the text is drawn as MultilingualText.java draws it. Written there:
expected.json, with counts and hashes alone, since tokenizers belong to others. A Llama 3 vocabulary is also given to tiktoken and
torchtune, and written beside its file as tokenizer.model. Fails if the peers disagree. Needs tokenizers, tiktoken and torchtune.
"""

import base64
import hashlib
import json
import pathlib
import struct
import sys
import time
from unittest.mock import MagicMock

from tokenizers import Tokenizer

BYTES = 1_000_000
SLICE = 50_000
WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


class Text:
    """Keep in step with MultilingualText.java."""

    def __init__(self, parts):
        self.parts = parts
        self.state = 20_240_726
        self.text = []

    def draw(self, bound):
        self.state = (self.state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
        return (self.state >> 33) % bound

    def one_of(self, kind):
        return self.parts[kind][self.draw(len(self.parts[kind]))]

    def among(self, bounds):
        self.text.append(chr(bounds[0] + self.draw(bounds[1] - bounds[0] + 1)))

    def word(self):
        kind = self.draw(10)
        if kind < 6:
            script = self.one_of("scripts")
            for _ in range(1 + self.draw(9)):
                self.among(script)
                if self.draw(12) == 0:
                    self.among(self.one_of("marks"))
        elif kind == 6:
            signs = self.one_of("signs")
            for _ in range(1 + self.draw(3)):
                self.among(signs)
        elif kind == 7:
            self.text.append(self.one_of("pieces"))
        elif kind == 8:
            piece = self.one_of("spaces")
            self.text.append(piece * (1 + self.draw(6)))
        else:
            any_character = self.draw(0x110000)
            self.text.append("?" if 0xD800 <= any_character < 0xE000 else chr(any_character))
        self.text.append(self.one_of("spaces"))

    def make(self):
        size = 0
        while size < BYTES:
            start = len(self.text)
            self.word()
            size += len("".join(self.text[start:]).encode("utf-8"))
        return "".join(self.text)


def hashed(ids):
    return hashlib.sha256(struct.pack(f"<{len(ids)}i", *ids)).hexdigest()


def slices(text):
    return [text[i : i + SLICE] for i in range(0, len(text), SLICE)]


def plain(path):
    """The tokenizer with its special tokens left out, so that a text that spells one is text."""
    description = json.loads(path.read_text(encoding="utf-8"))
    special = [token for token in description["added_tokens"] if token["special"]]
    description["added_tokens"] = [token for token in description["added_tokens"] if not token["special"]]
    description["post_processor"] = None
    for token in special:
        description["model"]["vocab"].pop(token["content"], None)
    return description, Tokenizer.from_str(json.dumps(description))


def write_tiktoken(path, description):
    visible = [*range(33, 127), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    byte_of = {chr(b): b for b in visible}
    byte_of.update({chr(256 + i): b for i, b in enumerate(b for b in range(256) if b not in visible)})
    ranks = {bytes(byte_of[c] for c in token): rank for token, rank in description["model"]["vocab"].items()}
    ordered = sorted(ranks.items(), key=lambda item: item[1])
    path.write_text("".join(f"{base64.b64encode(token).decode()} {rank}\n" for token, rank in ordered))
    return ranks


def main(resources, *named):
    text = Text(json.loads((resources / "parts.json").read_text(encoding="utf-8"))).make()
    expected = {"text": hashlib.sha256(text.encode("utf-8")).hexdigest(), "slice": SLICE, "tokenizers": {}}
    for argument in named:
        name, path = argument.split("=", 1)
        path = pathlib.Path(path)
        description, tokenizer = plain(path)
        start = time.perf_counter()
        whole = tokenizer.encode(text, add_special_tokens=False).ids
        seconds = time.perf_counter() - start
        cut = [i for part in slices(text) for i in tokenizer.encode(part, add_special_tokens=False).ids]
        print(f"{name}: {len(whole)} tokens of {len(text.encode('utf-8'))} bytes, {len(whole) / seconds:.0f} tokens/s")
        if len(description["model"]["vocab"]) == 128_000:
            compare(path, description, text, whole, cut)
        expected["tokenizers"][name] = {"count": len(whole), "ids": hashed(whole), "ids_of_slices": hashed(cut)}
    (resources / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def compare(path, description, text, whole, cut):
    import tiktoken

    # Gone from later releases of torchao; torchtune imports it for models.
    sys.modules.setdefault("torchao.dtypes.nf4tensor", MagicMock())
    from torchtune.models.llama3 import llama3_tokenizer

    model = path.with_name("tokenizer.model")
    ranks = write_tiktoken(model, description)
    encoding = tiktoken.Encoding(name="llama3", pat_str=WORDS, mergeable_ranks=ranks, special_tokens={})
    assert encoding.encode(text, disallowed_special=()) == whole, "tiktoken and tokenizers disagree"
    torchtune = llama3_tokenizer(str(model))
    # torchtune cuts longer texts at 400,000 characters, wherever that is.
    theirs = [i for part in slices(text) for i in torchtune.encode(part, add_bos=False, add_eos=False)]
    assert theirs == cut, "torchtune and tokenizers disagree"


main(pathlib.Path(sys.argv[1]), *sys.argv[2:])
