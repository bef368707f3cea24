"""Ids of nasty texts and of rendered conversations by tokenizers of published models, as hashes.

    python tokenizer_ids.py DIR PUBLISHED FILE

DIR and PUBLISHED (published.json) are what published_templates.py wrote; family_tokenizers.py adds further tokenizers to DIR.
Writes FILE (ids.json): "texts", and a line for each tokenizer:
"sha256" of its tokenizer.json; "ids", for each text [hash, count] of the ids that tokenizers gives without special tokens, or
sentencepiece where there is a tokenizer.model alone (null for a text with a run of blanks longer than any piece: SentencePiece
merges blanks of one score from the left, Hugging Face's merges have an order of their own); and where there is a chat template for it, its own or a like one, "template" (its name in PUBLISHED), "tokens" (the special tokens it was given)
and "chat": [number of the conversation in PUBLISHED, hash, count, hash, count], without and with add_generation_prompt, by
apply_chat_template. A hash is the first 16 hex digits of the sha256 of the ids, joined by blanks. "auto" has the numbers of texts to
which AutoTokenizer gives other ids than the tokenizer.json that it loads, or null where it needs code of the model's own.
Needs transformers 5, tokenizers, sentencepiece and jinja2 3.1.6.
"""

import hashlib
import json
import pathlib
import sys

from published_templates import PIECES, SPECIAL, Clock, rows, token
from sentencepiece import SentencePieceProcessor
from tokenizers import Tokenizer
from transformers import AutoTokenizer, PreTrainedTokenizerFast
from transformers.utils import chat_template_utils, logging

CHATS = 16
RUN = " " * 17
# Templates for tokenizers that come without one.
LIKE = {
    "llama2": "plain-llama-2-chat",
    "gemma": "plain-gemma-it",
    "gemma2": "axolotl-gemma",
    "gptoss": "trl-gptoss",
    "yi": "plain-chatml",
    "deepseek_v4": "trl-deepseekv3",
    "gpt2": "plain-zephyr",
    "gpt4o": "axolotl-phi_4",
    "phi3": "trl-phi3",
    "phi4": "gguf-phi4-14b",
    "phi4_mini": "gguf-phi4-mini-3.8b",
    "smollm3": "js-HuggingFaceTB-SmolLM3-3B",
    "granite": "gguf-granite3.3-2b",
    "olmo2": "gguf-olmo2-7b",
}
# Those that come with the names of their own special tokens.
FAMILIES = {"phi3", "phi4", "phi4_mini", "smollm3", "granite", "olmo2"}
PLAIN = {"bos_token": "<s>", "eos_token": "</s>"}
TEXTS = [
    "Hello world",
    "",
    " ",
    "  ",
    "   ",
    " " * 17,
    "a" + " " * 40 + "b",
    " leading",
    "  two leading",
    "trailing ",
    "trailing  ",
    "\n",
    "\n\n",
    "\n\n\n\n\n",
    "\r\n",
    "a\r\nb\r\n\r\nc\r",
    "\t",
    "\t\t\tx\t y\t\n\t z",
    " \n ",
    "a \n b\n  c\n\n   d\n",
    "x\n \n \t \n y",
    "\u00a0a\u00a0b\u00a0 \u00a0",
    "a\u2003b\u3000c\u2028d\u2029e\u0085f\x0bg\x0ch",
    "caf\u00e9 na\u00efve \u00c5ngstr\u00f6m",
    "cafe\u0301 nai\u0308ve A\u030angstro\u0308m",
    "\u212b \u2126 \u1e9b\u0323 \ufb01n \u00bd \u00b2\u00b3",
    "\uff28\uff45\uff4c\uff4c\uff4f\u3000\uff11\uff12\uff13\uff01",
    "\uff76\uff9e\uff77\uff9e \u30ac\u30ae \u304b\u3099",
    "\ud55c\uad6d\uc5b4 \u1112\u1161\u11ab\u1100\u116e\u11a8",
    "\u4f60\u597d\uff0c\u4e16\u754c\uff01\u8fd9\u662f\u4e00\u4e2a\u6d4b\u8bd5\u3002",
    "\u65e5\u672c\u8a9e\u306e\u6587\u7ae0\u3067\u3059\u3002\u6771\u4eac\u3001\u30ab\u30bf\u30ab\u30ca",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645 \u0661\u0662\u0663 \u0644\u0627\u064e\u064f",
    "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd \u05e2\u05d5\u05dc\u05dd",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01 \u0e51\u0e52\u0e53",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e \u0967\u0968\u0969 \u0915\u094d\u0937",
    "\u1019\u103c\u1014\u103a\u1019\u102c \u17a2\u1780\u17d2\u179f\u179a \u10e5\u10d0\u10e0\u10d7\u10e3\u10da\u10d8 \u0531\u0575\u0562",
    "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440! \u0419 \u0438\u0306 \u0401\u043b\u043a\u0430",
    "\u0393\u03b5\u03b9\u03ac \u03c3\u03bf\u03c5 \u039a\u03cc\u03c3\u03bc\u03b5 \u03a3\u03c3\u03c2",
    "\U0001f600\U0001f602 \U0001f44d\U0001f3fd \u2764\ufe0f \U0001f1e8\U0001f1ed\U0001f1eb\U0001f1f7",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg",
    "\ufeffstart",
    "\u200e\u200f\u202aabc\u202c\u2066x\u2069",
    "\x00\x01\x02a\x07\x08\x1b[31mred\x1b[0m\x7f\x80\x9f",
    "\ufffd \ue000 \U000f1234 \U0010fffd",
    "z" * 300,
    "ab" * 400,
    "Donaudampfschifffahrtsgesellschaftskapitaen" * 5,
    "\u00e9" * 60 + "\U0001f600" * 20,
    "0 1 12 123 1234 12345 123456 1234567 12345678901234567890",
    "3.14159 1,000,000.00 1e-10 0x1F -42 +7 10% $5.99 \u20ac3 \u0664\u0662",
    "2024-07-26T12:34:56Z 192.168.0.1 12:30pm 1st 2nd H2O A4 x86_64",
    "I'm you're he'll we've they'd it's don't I'M YOU'RE O'Neill rock'n'roll 'tis l'eau d'\u00c9t\u00e9 s'\u017f",
    "def f(x):\n    if x > 0:\n        return x ** 2  # square\n\treturn {'a': [1, 2]}\n\n\nprint(f(3))\n",
    "public static void main(String[] args) {\n\tSystem.out.println(\"Hi\\n\");\n}",
    "<html><body class=\"a\">&amp; <!-- c --></body></html>\n```java\nint x=1;\n```",
    "{\"a\": [1, 2.5, null, true], \"b\": {\"c\": \"\\u00e9\"}}",
    "https://example.com/a/b?c=d&e=%20f#g user@example.org C:\\Users\\x ../y/*.txt",
    "!!!??? ... --- === ### *** ((())) [[]] {{}} <<>> \"\"'' ``` ~~~ @@ && || // \\\\ ;; ::",
    "Wow!!!\n\nReally?!\n...yes--no\u2014maybe\u2026 \u201cquoted\u201d \u2018single\u2019 \u00abg\u00bb",
    "camelCaseWord PascalCase SCREAMING_SNAKE kebab-case mixedUPPERlower XMLHttpRequest iOS",
    "ALL CAPS TEXT And Title Case and lOwEr",
    "\u0120Hello\u010a\u0120world \u0100\u0143 \u00c4\u0142",
    "\u2581Hello\u2581\u2581world \u2581 _\u2581_",
    "<0x0A> <0x41> <0xE2><0x96><0x81>",
    "<| <|x <|im_ <|im_star |> <|endof text|> < |im_end|> <|>",
    "</ </s <s </x> <unk <pad <bo <end_of <start_of_ [INST [/INST [TOOL <<SYS <tool_ </think <thin",
    "\uff5c<\uff5cbegin \u2581of\u2581 <\uff5cAssistant <\uff5cend\u2581of sentence\uff5c>",
    "English \u4e2d\u6587 \u0440\u0443\u0441\u0441\u043a\u0438\u0439 \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u0939\u093f\u0928\u094d\u0926\u0940 \ud55c\uad6d 123abc\u4f60\u597d456",
    "\u0430bc\u0435 \u03bf\u043eo \u2160\u2161\u2162 \u2460\u2461 \u32a4 \u33a1 \u2122 \u00aa\u00ba",
    "Z\u0351\u0363a\u0334\u0321l\u0337\u0322g\u0338\u0323o\u0335\u0330",
    "\u0301\u0301 \u0301a \u20e3 1\u20e3 \ufe0f",
    "\U0001d573\U0001d58a\U0001d591\U0001d591\U0001d594 \U00020000\U0002a6d6 \U00010348 \U00013000",
    "a b  c   d    e     f      g       h        i",
    "word\n\n\nword\n \n\n  word \n\n\n\n    word\n\t\n",
    "The quick brown fox jumps over the lazy dog. " * 20,
    "  \u00a0 \t \u3000 mixed \u2009 blanks \u202f \u205f end \u1680",
    "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis SolidGoldMagikarp",
    "\u2192\u21d2\u2200x\u2208\u211d\u2203y: x\u00b2+y\u00b2\u22641 \u222b\u2211\u221a\u221e \u2554\u2550\u2557\u2591\u2592\u2593\u2588",
]


def digest(ids):
    return [hashlib.sha256(" ".join(map(str, ids)).encode("ascii")).hexdigest()[:16], len(ids)]


def auto(folder, expected):
    """The numbers of texts with other ids by AutoTokenizer."""
    try:
        loaded = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except (ValueError, OSError):
        return None
    return [number for number, text in enumerate(TEXTS) if loaded.encode(text, add_special_tokens=False) != expected[number]]


def special(folder):
    config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    return {key: token(config[key]) for key in SPECIAL if config.get(key) is not None}


def chat(file, tokenizer, template, tokens, conversations):
    plain = PreTrainedTokenizerFast(tokenizer_file=str(file))
    made = []
    for number, known in enumerate(conversations):
        if "tools" in known or "documents" in known:
            continue
        row = [number]
        try:
            for asks in (False, True):
                asked = {"chat_template": template, "add_generation_prompt": asks, **tokens, **known.get("variables", {})}
                ids = plain.apply_chat_template(known["messages"], tokenize=True, return_dict=False, **asked)
                text = plain.apply_chat_template(known["messages"], tokenize=False, **asked)
                if ids != tokenizer.encode(text, add_special_tokens=False).ids:
                    raise SystemExit(f"{file}: conversation {number}: transformers and tokenizers differ")
                row += digest(ids)
        except Exception:
            continue
        made.append(row)
        if len(made) == CHATS:
            break
    return made


def of_pieces(folder):
    """Lines for SentencePiece's files, by its own library."""
    for name in sorted(PIECES):
        place = folder / name / "tokenizer.model"
        tokenizer = SentencePieceProcessor(model_file=str(place))
        ids = [None if RUN in text else digest(tokenizer.encode(text)) for text in TEXTS]
        yield {"name": name, "sha256": hashlib.sha256(place.read_bytes()).hexdigest(), "ids": ids, "auto": None}


def main(folder, published, file):
    logging.set_verbosity_error()
    chat_template_utils.datetime = Clock
    known = json.loads(published.read_text(encoding="utf-8"))
    templates = {template["name"]: template for template in known["templates"]}
    made = []
    for place in sorted(folder.glob("*/tokenizer.json")):
        name = place.parent.name
        tokenizer = Tokenizer.from_file(str(place))
        ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS]
        row = {"name": name, "sha256": hashlib.sha256(place.read_bytes()).hexdigest(), "ids": [digest(each) for each in ids]}
        row["auto"] = auto(place.parent, ids)
        template = name if name in templates else LIKE.get(name)
        if template:
            tokens = templates[name]["tokens"] if name in templates else special(place.parent) if name in FAMILIES else PLAIN
            text = (folder / f"{template}.jinja").read_bytes().decode("utf-8")
            row |= {"template": template, "tokens": tokens, "chat": chat(place, tokenizer, text, tokens, known["conversations"])}
        made.append(row)
        print(name, "auto", row["auto"], "template", template, len(row.get("chat", [])))
    made += of_pieces(folder)
    text = f'{{"texts": [\n{rows(TEXTS)}\n],\n"tokenizers": [\n{rows(made)}\n]}}\n'
    json.loads(text)
    file.write_bytes(text.encode("utf-8"))
    print(len(made), "tokenizers,", len(TEXTS), "texts,", sum(len(row.get("chat", [])) for row in made), "conversations,", end=" ")
    print(len(text.encode("utf-8")), "bytes")


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))
