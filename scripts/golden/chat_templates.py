"""Conversations rendered by transformers' apply_chat_template, for ChatTemplateGoldenTest.

    python chat_templates.py RESOURCES FOLDER

RESOURCES is the test's resource folder: OWN/*.jinja are templates of this project, whose renderings are written in full. FOLDER has
templates of published models as NAME.jinja; they belong to others, so of them only hashes are written: of the template, and of what
it makes of each conversation. Writes RESOURCES/expected.json. Needs transformers.
"""

import hashlib
import json
import pathlib
import sys

import jinja2
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

DATE = "26 Jul 2024"
SAID = "says: "

weather = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Gets the weather.\nIn a <city> & 'around'.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": 'Naïve café "quoted" \\ slash / \x1f\x7f'},
                "days": {"type": "integer", "default": 3, "minimum": -1},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            },
            "required": ["city"],
        },
    },
}
odd = {
    "type": "function",
    "function": {
        "name": "odd",
        "description": "",
        "parameters": {
            "type": "object",
            "properties": {},
            "examples": [0.5, 1e-07, 1e16, 1e15, 123456789012345678, -0.0, 3.0, True, False, None, [], {}, [[]], "\u2028\b\f\t"],
        },
    },
    "strict": True,
}


def system(text):
    return {"role": "system", "content": text}


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


def call(arguments, text="", name="get_weather"):
    function = {"name": name, "arguments": arguments}
    return {"role": "assistant", "content": text, "tool_calls": [{"id": "abcdefghi", "type": "function", "function": function}]}


def answer(text):
    return {"role": "tool", "content": text, "tool_call_id": "abcdefghi", "name": "get_weather"}


conversations = [
    ([user("Hi")], []),
    ([user("Hi"), assistant("Hello!")], []),
    ([system("Be brief."), user("Hi"), assistant("Hello!")], []),
    ([user("a"), assistant("b"), user("c"), assistant("d")], []),
    ([system("s"), user("a"), assistant("b"), user("c")], []),
    ([user("  leading and trailing  ")], []),
    ([user("\n\nnewlines\r\n\n"), assistant("\n x \n")], []),
    ([user("\ttabs\t\u00a0\u2003\u200b"), assistant(" \u3000")], []),
    ([user("")], []),
    ([user("ünï 北京 😀 e\u0301"), assistant("naïve")], []),
    ([system("  sys \n"), user(" u\n"), assistant(" a ")], []),
    ([user("{{ not a template }} {% x %}"), assistant("{# c #}")], []),
    ([user("quotes \" ' \\ back \\n"), assistant("<tag> & amp")], []),
    ([user("weather?")], [weather]),
    ([system("s"), user("weather?")], [weather, odd]),
    ([user("weather?"), call({"city": "Paris"}), answer("22")], [weather]),
    (
        [
            user("weather?"),
            call({"city": "Zürich", "days": 2, "exact": True, "near": None, "at": [47.4, 8.5]}),
            answer('{"t": 22}'),
            assistant("It is 22."),
            user("thanks"),
        ],
        [weather],
    ),
    ([system("s"), user("a"), assistant("<think>hm</think>b"), user("c"), assistant("<s>d</s>[/INST]")], []),
    ([user("x" * 300), assistant("y" * 300)], []),
    ([system("a"), user("b"), assistant("c"), user("d"), assistant("e"), user("f"), assistant("g")], []),
    # What templates refuse.
    ([assistant("a"), user("b")], []),
    ([user("a"), user("b")], []),
    ([{"role": "critic", "content": "c"}], []),
    ([user("a"), call({"city": "Paris"}, None), answer("22"), answer("23"), assistant("both")], [weather]),
]

tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), bos_token="<s>", eos_token="</s>")


def rendered(template, number, asks):
    """The text; what raise_exception was told, after SAID; or None where it fails in another way."""
    messages, tools = conversations[number]
    try:
        return tokenizer.apply_chat_template(
            messages,
            tools=tools or None,
            chat_template=template,
            add_generation_prompt=asks,
            tokenize=False,
            date_string=DATE,
        )
    except jinja2.exceptions.UndefinedError:
        return None
    except jinja2.exceptions.TemplateRuntimeError:
        return None
    except jinja2.exceptions.TemplateError as refused:
        return SAID + str(refused)
    except TypeError:
        return None


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def cases(template):
    return [rendered(template, number, asks) for number in range(len(conversations)) for asks in (False, True)]


def read(folder):
    return {path.stem: path.read_bytes().decode("utf-8") for path in sorted(folder.glob("*.jinja"))}


resources, folder = map(pathlib.Path, sys.argv[1:])
own = {name: cases(text) for name, text in read(resources / "own").items()}
others = {
    name: {"template": sha256(text), "renderings": [None if made is None else sha256(made) for made in cases(text)]}
    for name, text in read(folder).items()
}
known = [{"messages": messages, "tools": tools} for messages, tools in conversations]
result = {"conversations": known, "own": own, "others": others}
(resources / "expected.json").write_text(json.dumps(result, ensure_ascii=True, indent=1) + "\n", encoding="utf-8")
print(len(own), "own templates,", len(others), "others,", len(conversations), "conversations")
