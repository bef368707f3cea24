"""Ids of a text by tokenizers and tiktoken, for LargeTextTest.

    python tokenizer.py DIR TEXT

DIR has a Llama 3 tokenizer.json. Written there: tokenizer.model (the same vocabulary in tiktoken's format), text.txt and ids.json.
Fails if the two peers disagree. Needs tokenizers and tiktoken.
"""

import base64
import json
import pathlib
import sys

import tiktoken
from tokenizers import Tokenizer

folder, source = map(pathlib.Path, sys.argv[1:])
text = source.read_bytes().decode("utf-8")
description = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))

visible = [*range(33, 127), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
byte_of = {chr(b): b for b in visible}
byte_of.update({chr(256 + i): b for i, b in enumerate(b for b in range(256) if b not in visible)})

special = {token["id"] for token in description["added_tokens"]}
ranks = {
    bytes(byte_of[c] for c in token): rank
    for token, rank in description["model"]["vocab"].items()
    if rank not in special
}
lines = (f"{base64.b64encode(token).decode()} {rank}\n" for token, rank in sorted(ranks.items(), key=lambda item: item[1]))
(folder / "tokenizer.model").write_text("".join(lines))

pattern = description["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"]
encoding = tiktoken.Encoding(name="llama3", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
by_tiktoken = encoding.encode(text, disallowed_special=())
by_tokenizers = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text, add_special_tokens=False).ids
assert by_tiktoken == by_tokenizers, "the peers disagree"
(folder / "text.txt").write_bytes(text.encode("utf-8"))
(folder / "ids.json").write_text(json.dumps(by_tokenizers))
print(len(by_tokenizers), "tokens of", len(text.encode("utf-8")), "bytes")
