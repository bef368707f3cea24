"""Conversations rendered by transformers with the chat templates of real models, for ChatTemplateGoldenTest.

    python chat_templates.py FOLDER OUT.json

FOLDER has files NAME.jinja, or NAME.json (a tokenizer_config.json with a chat_template). Needs transformers.
"""

import json
import pathlib
import sys

from transformers.utils.chat_template_utils import _compile_jinja_template

folder, out = map(pathlib.Path, sys.argv[1:])
templates = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.jinja"))}
for path in sorted(folder.glob("*.json")):
    templates[path.stem] = json.loads(path.read_text(encoding="utf-8"))["chat_template"]

tool = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Gets the weather.\nIn a <city>.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": 'Naïve café "quoted"'},
                "days": {"type": "integer", "default": 3},
            },
            "required": ["city"],
        },
    },
}


def system(text):
    return {"role": "system", "content": text}


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


def call(arguments):
    function = {"name": "get_weather", "arguments": arguments}
    return {"role": "assistant", "content": "", "tool_calls": [{"id": "abcdefghi", "type": "function", "function": function}]}


def answer(text):
    return {"role": "tool", "content": text, "tool_call_id": "abcdefghi", "name": "get_weather"}


conversations = [
    ([user("Hi")], []),
    ([user("Hi"), assistant("Hello!")], []),
    ([system("Be brief."), user("Hi"), assistant("Hello!")], []),
    ([user("a"), assistant("b"), user("c"), assistant("d")], []),
    ([system("s"), user("a"), assistant("b"), user("c")], []),
    ([user("  leading and trailing  ")], []),
    ([user("\n\nnewlines\n\n"), assistant("\n x \n")], []),
    ([user("\ttabs\t"), assistant(" ")], []),
    ([user("")], []),
    ([user("ünï 北京 😀"), assistant("naïve")], []),
    ([system("  sys \n"), user(" u\n"), assistant(" a ")], []),
    ([user("{{ not a template }} {% x %}"), assistant("{# c #}")], []),
    ([user("quotes \" ' \\ back"), assistant("<tag> & amp")], []),
    ([user("weather?")], [tool]),
    ([system("s"), user("weather?")], [tool]),
    ([user("weather?"), call({"city": "Paris"}), answer("22")], [tool]),
    ([user("weather?"), call({"city": "Zürich", "days": 2}), answer('{"t": 22}'), assistant("It is 22."), user("thanks")], [tool]),
    ([system("s"), user("a"), assistant("<think>hm</think>b"), user("c")], []),
    ([user("x" * 300), assistant("y" * 300)], []),
    ([system("a"), user("b"), assistant("c"), user("d"), assistant("e"), user("f"), assistant("g")], []),
]

cases = []
for name, text in templates.items():
    template = _compile_jinja_template(text)
    for number, (messages, tools) in enumerate(conversations):
        for asks in (False, True):
            values = {"messages": messages, "tools": tools or None, "documents": None, "add_generation_prompt": asks}
            try:
                rendered = template.render(**values, bos_token="<s>", eos_token="</s>", date_string="26 Jul 2024")
            except Exception as refused:  # A template refuses a conversation in whatever way it likes.
                rendered = None
            cases.append({"template": name, "conversation": number, "add_generation_prompt": asks, "rendered": rendered})

known = [{"messages": messages, "tools": tools} for messages, tools in conversations]
result = {"templates": templates, "conversations": known, "cases": cases}
out.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
print(len(templates), "templates,", len(cases), "cases")
