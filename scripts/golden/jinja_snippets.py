"""Small templates rendered by Jinja as transformers sets it up for chat templates, for the tests of our own Jinja.

    python jinja_snippets.py FILE

Writes FILE (snippets.json): {"now": ..., "snippets": [...]}, one snippet a line, in a stable order. Each has a group, a template, its
variables, and either what it renders to ("expected") or the name of the Python exception it ends with ("error"; "message" is what
raise_exception was told). strftime_now is always asked at NOW. Left out is what depends on addresses, hashes or chance.
Needs transformers 5 and jinja2 3.1.6.
"""

import copy
import json
import pathlib
import random
import re
import sys
import warnings
from datetime import datetime

import jinja2
from transformers.utils import chat_template_utils

NOW = datetime(2024, 7, 26, 12, 34, 56)
RANDOM = 450

snippets = []
seen = set()


class Clock(datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def add(group, template, variables=None):
    """Renders a template and keeps what came of it. Of the variables those that the template speaks of."""
    variables = {name: value for name, value in (variables or {}).items() if re.search(rf"\b{name}\b", template)}
    key = (template, json.dumps(variables))
    if key in seen:
        return
    seen.add(key)
    snippet = {"group": group, "template": template, "variables": variables}
    try:
        made = chat_template_utils._compile_jinja_template(template).render(**copy.deepcopy(variables))
        if re.search(r" at 0x[0-9a-f]+", made):
            return
        snippet["expected"] = made
    except Exception as failed:
        snippet["error"] = type(failed).__name__
        if type(failed) is jinja2.exceptions.TemplateError:
            snippet["message"] = str(failed)
    snippets.append(snippet)


def templates(group, texts, variables=None):
    for text in texts:
        add(group, text, variables)


def expressions(group, lines, variables=None):
    """Each line that is not blank is an expression."""
    for line in lines.strip("\n").split("\n"):
        if line.strip():
            add(group, "{{ " + line.strip() + " }}", variables)


def lines(group, text, variables=None):
    """Each line that is not blank is a template."""
    for line in text.strip("\n").split("\n"):
        if line.strip():
            add(group, line, variables)


FIVE = {"xs": [1, 2, 3, 4, 5]}
ROWS = {
    "rows": [
        {"name": "Ann", "age": 30, "city": "Bern", "ok": True, "tag": {"k": 2}},
        {"name": "bob", "age": 25, "city": "Oslo", "ok": False, "tag": {"k": 1}},
        {"name": "Cid", "age": 30, "city": "bern", "ok": True, "tag": {"k": 3}},
        {"name": "dee", "age": 25, "city": "Rome", "ok": None, "tag": {"k": 2}},
    ]
}
VALUES = {
    "s": "Hello World",
    "e": "",
    "i": 42,
    "f": 2.5,
    "t": True,
    "n": None,
    "xs": [3, 1, 2],
    "d": {"b": 2, "a": 1, "C": 3},
    "el": [],
    "ed": {},
    "words": ["banana", "Apple", "cherry"],
    "nested": [[1, 2], [3, [4, 5]]],
}


def whitespace():
    templates(
        "whitespace",
        [
            "",
            " ",
            "\n",
            "a",
            "a\n",
            "a\n\n",
            "a\n\n\n",
            "\na",
            "{{ 1 }}\n",
            "{{ 1 }}\n\n",
            "{% if true %}\na\n{% endif %}\n",
            "{% if true %}\na\n{% endif %}\n\n",
            "{% if true %}a{% endif %}\nb",
            "{% if true %} \na{% endif %}",
            "{% if true %}\n\na{% endif %}",
            "{% if true +%}\na{% endif %}",
            "{% if true -%}\n \t a{% endif %}",
            "  {% if true %}a{% endif %}",
            "\t{% if true %}a{% endif %}",
            " \t {% if true %}a{% endif %}",
            "x  {% if true %}a{% endif %}",
            "x\n  {% if true %}a\n  {% endif %}b",
            "x\n  {%+ if true %}a\n  {%+ endif %}b",
            "x\n  {%- if true %}a\n  {%- endif %}b",
            "x \n \n {%- if true -%} \n \n a {%- endif -%} \n b",
            "x\n  {{ 1 }}\n  y",
            "x\n  {{- 1 }}\n  y",
            "x\n  {{ 1 -}}\n  y",
            "x\n  {{- 1 -}}\n  y",
            "x\n  {{+ 1 }}\n  y",
            "{{ 1 +}}\n",
            "{{-1}}",
            "a {{-1}}",
            "a {{ -1}}",
            "a {{- -1 -}} b",
            "{{+1}}",
            "a{# c #}b",
            "a {# c #} b",
            "a\n{# c #}\nb",
            "a\n  {# c #}\nb",
            "a\n  {#- c -#}\n  b",
            "a\n  {#+ c #}\nb",
            "a\n  {# c +#}\nb",
            "a\n{# c -#}\nb",
            "{##}",
            "{#- -#}",
            "a{# {{ x }} {% y %} #}b",
            "a{# ' #}b",
            "{# a {# b #} c #}",
            "{# open",
            "a #} b",
            "{% raw %}{{ x }} {% y %} {# z #}{% endraw %}",
            "a\n{% raw %}\n b\n {% endraw %}\nc",
            "a\n {%- raw -%}\n b\n {%- endraw -%}\n c",
            "a\n  {% raw %}b{% endraw %}\n  c",
            "{% raw %}{% raw %}{% endraw %}",
            "{% raw %}{% endraw %}",
            "{%raw%}{{{%endraw%}",
            "{%- raw %} x {% endraw -%} y",
            "{% raw +%}\nx{% endraw +%}\ny",
            "{% raw %}open",
            "a\r\nb",
            "a\r\nb\r\n",
            "a\rb\r",
            "a\r\n\r\n",
            "{% if true %}\r\na\r\n{% endif %}\r\nb",
            "x\r\n  {% if true %}a{% endif %}\r\n",
            "{{ 'a\r\nb' }}",
            "{{ 'a\nb' }}",
            "{{ 1 }}\r\n",
            "a\u2028b\x0bc\x0cd\u0085e",
            "a\x0c{% if true %}b{% endif %}",
            "\u00a0{% if true %}a{% endif %}",
            "\u2003{%- if true %}a{% endif -%}\u2003b",
            "\u00a0{%- if true %}a{% endif -%}\u00a0b",
            "\u200b {%- if true %}a{% endif %}",
            "a\u2028  {% if true %}b{% endif %}",
            "a\x0b  {%- if true %}b{% endif %}",
            "{%if true%}a{%endif%}",
            "{%-if true-%} a {%-endif-%}",
            "{%   if    true   %}a{%\nendif\n%}",
            "{%\tif\ttrue\t%}a{% endif %}",
            "{{\n1\n+\n2\n}}",
            "{{1}}{{2}}",
            "{{ 1 }} {{ 2 }}",
            "{ { 1 } }",
            "{",
            "}",
            "}}",
            "%}",
            "{ % if %}",
            "a {b} {c",
            "{{ '}}' }}",
            "{{ '%}' }}",
            "{% if '%}' %}x{% endif %}",
            "{{ '{{' }}{{ \"{%\" }}{{ '{#' }}",
            "{% for x in [1,2,3] %}\n  {{ x }}\n{% endfor %}\n",
            "{% for x in [1,2,3] -%}\n  {{ x }}\n{%- endfor %}\n",
            "{%- for x in [1,2,3] %}\n  {{- x }}\n{% endfor -%}\n",
            "  {%- for x in [1,2,3] %}  {{ x }}  {%- endfor %}  ",
            "  a{% for x in [1,2] %}  b  {% endfor %}  c  ",
            "{% set x = 1 %}\n{% set y = 2 %}\n{{ x + y }}\n",
            "   {% set x = 1 %}   \n   {{ x }}",
            "   {% set x = 1 %}   {% set y = 1 %}\n   {{ x }}",
            "{%- set x = 1 -%}\n\n\n{%- set y = 2 -%}\n\n\n{{- x -}}\n\n\n{{- y -}}\n\n\n",
            "a\n{%- if false %}\nb\n{%- else %}\nc\n{%- endif %}\nd",
            "a\n{% if false %}\nb\n{% elif true %}\nc\n{% endif %}\nd",
            "a\n\n  {%- if true %}\n\n  b\n\n  {%- endif %}\n\nd",
            "a {%- if true %} b {% endif %} c",
            "<|x|>\n{%- if true %}{{ '\\n' }}{% endif %}\n{{- 'y' }}\n",
            "{% if true %}\n{% if true %}\n\n{% endif %}\n{% endif %}\n|",
            "{% macro m() %}\n  a\n{% endmacro %}\n[{{ m() }}]\n",
            "  {% macro m() -%}\n  a\n  {%- endmacro %}\n[{{ m() }}]\n",
            "{% set x %}\n a \n{% endset %}\n[{{ x }}]",
            "{% set x -%}\n a \n{%- endset %}\n[{{ x }}]",
            "{#\n multi\n line\n#}\na",
            "   {#\n multi\n line\n#}   \na",
            "{# a #}{# b #}\n{# c #}\nd",
            "{{ 1 }}{# c #}\n{{ 2 }}",
            "a  \n  b  \n",
            "a\n   {% if true %}   \n   b   {% endif %}   \n c",
            "a\n   x{% if true %}\n   b\n   y{% endif %}\n c",
            "#{# c #}#",
            "{#c#}#}",
            "{%- if true -%}{%- endif -%}",
            "a\n\n{%- if true -%}\n\n{%- endif -%}\n\nb",
            "\ufeffa",
            "-{{- 1 -}}-",
            "{{ 1 - 1 }}",
            "{{ 1 -1 }}",
            "{{ 2 -}} x",
            "{{ 2 - }} x",
        ],
    )


def loops():
    lines(
        "for",
        r"""
{% for x in xs %}{{ x }}{% endfor %}
{% for x in xs %}{{ x }}{% else %}none{% endfor %}
{% for x in [] %}{{ x }}{% else %}none{% endfor %}
{% for x in xs if x > 2 %}{{ x }}{% endfor %}
{% for x in xs if x > 9 %}{{ x }}{% else %}none{% endfor %}
{% for x in xs if x is odd %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% endfor %}
{% for x in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }} {% endfor %}
{% for x in xs %}{{ loop.first }}{{ loop.last }}{{ loop.length }} {% endfor %}
{% for x in xs %}{{ loop.cycle('a', 'b', 'c') }}{% endfor %}
{% for x in xs %}{{ loop.cycle(*['a', 'b']) }}{% endfor %}
{% for x in xs %}{{ loop.cycle() }}{% endfor %}
{% for x in xs %}{{ loop.depth }}{{ loop.depth0 }}{% endfor %}
{% for x in xs %}{{ loop.previtem }},{{ loop.nextitem }};{% endfor %}
{% for x in xs %}{{ loop.previtem is defined }},{{ loop.nextitem is defined }};{% endfor %}
{% for x in xs %}{{ loop.previtem + 1 }}{% endfor %}
{% for x in xs %}{% if not loop.first %}{{ loop.previtem + 1 }}{% endif %}{% endfor %}
{% for x in [1, 1, 2, 2, 1] %}{{ loop.changed(x) }} {% endfor %}
{% for x in [1, 1, 2, 2, 1] %}{% if loop.changed(x, 'a') %}{{ x }}{% endif %}{% endfor %}
{% for x in [none, none, 1] %}{{ loop.changed(x) }} {% endfor %}
{% for x in [1, 1] %}{{ loop.changed() }} {% endfor %}
{% for x in xs %}{{ loop['index'] }}{% endfor %}
{% for x in xs %}{{ loop.nope }}|{% endfor %}
{% for x in xs %}{{ loop.nope.nope }}|{% endfor %}
{% for x in xs %}{{ loop }}{% endfor %}
{% for x in xs %}{{ loop is defined }}{% endfor %}{{ loop is defined }}
{% for x in xs %}{% endfor %}{{ x is defined }}
{% for x in xs %}{% for y in 'ab' %}{{ x }}{{ y }}{{ loop.index }} {% endfor %}{{ loop.index }};{% endfor %}
{% for x in xs %}{% set outer = loop %}{% for y in 'ab' %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}
{% for x in xs %}{% for x in 'ab' %}{{ x }}{% endfor %}{{ x }}{% endfor %}
{% for a, b in [(1, 2), (3, 4)] %}{{ a }}-{{ b }} {% endfor %}
{% for (a, b) in [[1, 2], [3, 4]] %}{{ a }}-{{ b }} {% endfor %}
{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for a, b in ['xy', 'zw'] %}{{ a }}-{{ b }} {% endfor %}
{% for a, b in [(1, 2, 3)] %}{{ a }}{% endfor %}
{% for a, b in [(1,)] %}{{ a }}{% endfor %}
{% for a, b in [1] %}{{ a }}{% endfor %}
{% for a, in [(1,), (2,)] %}{{ a }}{% endfor %}
{% for k, v in {'b': 1, 'a': 2}.items() %}{{ k }}={{ v }};{% endfor %}
{% for k in {'b': 1, 'a': 2} %}{{ k }};{% endfor %}
{% for k in {'b': 1, 'a': 2}.keys() %}{{ k }};{% endfor %}
{% for v in {'b': 1, 'a': 2}.values() %}{{ v }};{% endfor %}
{% for k, v in {'b': 1, 'a': 2}|dictsort %}{{ k }}={{ v }};{% endfor %}
{% for k, v in {'b': 1, 'a': 2}|items %}{{ k }}={{ v }};{% endfor %}
{% for c in 'aé😀e\u0301' %}[{{ c }}]{% endfor %}
{% for x in 5 %}{{ x }}{% endfor %}
{% for x in none %}{{ x }}{% endfor %}
{% for x in true %}{{ x }}{% endfor %}
{% for x in missing %}{{ x }}{% else %}none{% endfor %}
{% for x in missing.more %}{{ x }}{% endfor %}
{% for x in range(3) %}{{ x }}{% endfor %}
{% for x in range(5, 0, -2) %}{{ x }}{% endfor %}
{% for x in xs[1:3] %}{{ x }}{% endfor %}
{% for x in xs[::-1] %}{{ x }}{% endfor %}
{% for x in xs|reverse %}{{ x }}{{ loop.length }}{{ loop.last }}{% endfor %}
{% for x in xs|map('string')|select %}{{ loop.length }}{% endfor %}
{% for x in 1, 2, 3 %}{{ x }}{% endfor %}
{% for x in (1, 2, 3) %}{{ x }}{% endfor %}
{% for x in xs if loop.index > 1 %}{{ x }}{% endfor %}
{% for x in xs if x %}{% endfor %}
{% for x in xs if x > 1 if x < 4 %}{{ x }}{% endfor %}
{% for x in (xs if true else []) %}{{ x }}{% endfor %}
{% for x in xs if true else [] %}{{ x }}{% endfor %}
{% for x in xs or [] %}{{ x }}{% endfor %}
{% for x in xs %}{% set y = x %}{% endfor %}{{ y is defined }}
{% set y = 0 %}{% for x in xs %}{% set y = y + x %}{{ y }} {% endfor %}={{ y }}
{% set y = 0 %}{% for x in xs %}{{ y }}{% set y = x %}{{ y }} {% endfor %}
{% set ns = namespace(t=0) %}{% for x in xs %}{% set ns.t = ns.t + x %}{% endfor %}{{ ns.t }}
{% set x = 'o' %}{% for x in xs %}{{ x }}{% endfor %}{{ x }}
{% for x in xs %}{% if x == 3 %}{% break %}{% endif %}{{ x }}{% endfor %}
{% for x in xs %}{% if x == 3 %}{% continue %}{% endif %}{{ x }}{% endfor %}
{% for x in xs %}{% if x == 1 %}{% break %}{% endif %}{% else %}none{% endfor %}
{% for x in xs %}{% continue %}{% else %}none{% endfor %}
{% for x in xs %}{% for y in xs %}{% if y == 2 %}{% break %}{% endif %}{{ x }}{{ y }} {% endfor %}{% if x == 2 %}{% break %}{% endif %}{% endfor %}
{% break %}
{% continue %}
{% if true %}{% break %}{% endif %}
{% for x in xs recursive %}{{ x }}{% endfor %}
{% for x in [[1, [2, [3]]], 4] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}@{{ loop.depth }}{% endif %}{% endfor %}
{% for x in [1] %}{{ loop([2]) }}{% endfor %}
{% for x in xs %}{{ loop.index is even }}{{ loop.index % 2 == 0 }}{% endfor %}
{% for x in xs %}{{ ', ' if not loop.last }}{% endfor %}
{% for x in xs %}{{ x }}{{ ', ' if not loop.last else '.' }}{% endfor %}
{% for x in xs %}{{ xs[loop.index0 - 1] }}{% endfor %}
{% for x in xs %}{{ xs[loop.index] }}|{% endfor %}
{% for _ in xs %}.{% endfor %}
{% for x.y in xs %}{% endfor %}
{% for loop in xs %}{% endfor %}
{% for true in xs %}{% endfor %}
{% for 1 in xs %}{% endfor %}
{% for x of xs %}{% endfor %}
{% for x in xs %}
{% for in xs %}{% endfor %}
{% for x %}{% endfor %}
{% for x in xs %}{% endif %}
{% for x in xs %}{{ caller is defined }}{% endfor %}
{% for x in [1, 'a', none, 2.0, [1], {'a': 1}, true] %}{{ x }} {% endfor %}
{% for a, b in xs|batch(2) %}{{ a }}{% endfor %}
{% for a, b in [1,2,3,4]|batch(2) %}{{ a }}:{{ b }} {% endfor %}
{% for x in xs %}{% if loop.first %}{% set seen = 1 %}{% endif %}{{ seen is defined }}{% endfor %}
{% for x in xs %}{% if true %}{% set z = x %}{% endif %}{{ z }}{% endfor %}
{% if true %}{% for x in xs %}{% if x > 2 %}{{ x }}{% elif x == 2 %}two{% else %}less{% endif %}{% endfor %}{% endif %}
{% for x in xs %}{% if loop.nextitem is defined and loop.nextitem == 3 %}[{{ x }}]{% endif %}{% endfor %}
{% for x in xs %}{{ loop.length - loop.index }}{% endfor %}
{% for x in [] %}{% else %}{{ loop is defined }}{% endfor %}
{% for x in xs %}{% else %}{{ y }}{% endfor %}
{% for x in [1,2] %}{% for y in [] %}{% else %}{{ x }}{{ loop.index }}{% endfor %}{% endfor %}
""",
        FIVE,
    )
    templates(
        "for",
        [
            "{% for i in tree recursive %}<{{ i.n }}{% if i.c %}:{{ loop(i.c) }}{% endif %}>{% endfor %}",
            "{% for i in tree recursive %}{{ loop.index }}.{{ loop.depth }}{{ loop.depth0 }}{{ loop.last }} "
            "{%- if i.c -%}{{ loop(i.c) }}{% endif %}{% endfor %}",
            "{%- for i in tree recursive %}\n{{ '  ' * loop.depth0 }}- {{ i.n }}{{ loop(i.c) }}{%- endfor %}",
            "{%- for i in tree recursive %}{{ i.n }}{{ loop(i.c or []) }}{%- endfor %}",
        ],
        {"tree": [{"n": "a", "c": [{"n": "b", "c": []}, {"n": "c", "c": [{"n": "d", "c": []}]}]}, {"n": "e", "c": []}]},
    )


def conditions():
    lines(
        "if",
        r"""
{% if t %}a{% endif %}
{% if n %}a{% endif %}
{% if n %}a{% else %}b{% endif %}
{% if n %}a{% elif t %}b{% else %}c{% endif %}
{% if n %}a{% elif e %}b{% elif el %}c{% elif ed %}d{% else %}z{% endif %}
{% if missing %}a{% else %}b{% endif %}
{% if missing.x %}a{% else %}b{% endif %}
{% if d.x %}a{% else %}b{% endif %}
{% if d.x.y %}a{% else %}b{% endif %}
{% if 0 %}a{% else %}b{% endif %}
{% if 0.0 %}a{% else %}b{% endif %}
{% if '0' %}a{% else %}b{% endif %}
{% if 'False' %}a{% else %}b{% endif %}
{% if ' ' %}a{% else %}b{% endif %}
{% if [0] %}a{% else %}b{% endif %}
{% if () %}a{% else %}b{% endif %}
{% if (0,) %}a{% else %}b{% endif %}
{% if {} %}a{% else %}b{% endif %}
{% if range(0) %}a{% else %}b{% endif %}
{% if namespace() %}a{% else %}b{% endif %}
{% if not t %}a{% else %}b{% endif %}
{% if not not t %}a{% else %}b{% endif %}
{% if t and n or s %}a{% else %}b{% endif %}
{% if s == 'Hello World' and i > 40 %}a{% endif %}
{% if (t) %}a{% endif %}
{% if t, n %}a{% endif %}
{% if n, %}a{% endif %}
{% if %}a{% endif %}
{% if t %}a
{% if t %}a{% else %}b{% elif t %}c{% endif %}
{% if t %}a{% else %}b{% else %}c{% endif %}
{% if t %}a{% else if n %}c{% endif %}
{% if t %}a{% elseif n %}c{% endif %}
{% if t %}a{% elif %}c{% endif %}
{% elif t %}
{% else %}
{% endif %}
{% if t = 1 %}a{% endif %}
{% if t %}{% if n %}a{% else %}b{% endif %}{% endif %}
{% if t %}{% set q = 1 %}{% endif %}{{ q }}
{% if n %}{% set q = 1 %}{% endif %}{{ q is defined }}
{% if n %}{% set q = 1 %}{% else %}{% set q = 2 %}{% endif %}{{ q }}
{% if t is defined and t is not none %}a{% endif %}
{% if missing is defined and missing.x %}a{% else %}b{% endif %}
{% if missing is not defined or missing.x %}a{% else %}b{% endif %}
{% if xs|length > 2 and xs[0] == 3 %}a{% endif %}
{% if 'a' in d and 'z' not in d %}a{% endif %}
""",
        VALUES,
    )
    expressions(
        "inline if",
        r"""
'a' if t else 'b'
'a' if n else 'b'
'a' if n
('a' if n) is defined
('a' if n).x
'a' if t
1 if t else 2 if n else 3
1 if n else 2 if n else 3
1 if n else 2 if t else 3
(1 if t else 2) + 1
1 if t else 2 + 1
'x' ~ 'y' if n else 'z'
'x' ~ ('y' if n else 'z')
'x' ~ ('y' if n)
missing if n else 'd'
missing.x if missing is defined else 'd'
[1 if t else 2, 3 if n else 4]
{'a': 1 if t else 2}
'a' if t and n else 'b'
'a' if not t else 'b'
'a' if t else
if t
'a' else 'b'
'a'|upper if t else 'b'|upper
'a' if t else 'b'|upper
('a' if t else 'b')|upper
1 if n is none else 2
1, 2 if n else 3
(1, 2) if t else 3
""",
        VALUES,
    )


def macros():
    templates(
        "macro",
        [
            "{% macro m() %}x{% endmacro %}{{ m() }}",
            "{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m(1) }}{{ m(a=2) }}{{ m() }}",
            "{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(b=4, a=5) }}",
            "{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }}",
            "{% macro m(a=1, b) %}{{ a }}{% endmacro %}{{ m(1) }}",
            "{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }}{{ m(none) }}",
            "{% macro m(a) %}{{ a.b }}{% endmacro %}{{ m() }}",
            "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}",
            "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=2) }}",
            "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(c=2) }}",
            "{% macro m(a) %}{{ a }}{{ varargs }}{% endmacro %}{{ m(1, 2, 3) }}{{ m() }}",
            "{% macro m(a) %}{{ a }}{{ kwargs }}{% endmacro %}{{ m(1, b=2, c=3) }}{{ m() }}",
            "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, x=2) }}",
            "{% macro m() %}{{ kwargs.x }}{{ kwargs['y'] }}{% endmacro %}{{ m(x=2) }}",
            "{% macro m() %}{{ varargs|join(',') }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(*'ab') }}",
            "{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(**{'a': 1, 'b': 3}) }}{{ m(1, **{'b': 2}) }}",
            "{% macro m(a, b, c) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1, *[2], **{'c': 3}) }}",
            "{% macro m(a) %}{{ a }}{% endmacro %}{{ m.name }}{{ m.arguments }}{{ m.catch_kwargs }}{{ m.catch_varargs }}{{ m.caller }}",
            "{% macro m(a) %}{{ kwargs }}{{ varargs }}{% endmacro %}{{ m.catch_kwargs }}{{ m.catch_varargs }}{{ m.caller }}",
            "{% macro m(a) %}{% endmacro %}{{ m }}",
            "{% macro m(a) %}{% endmacro %}{{ m.nope }}|{{ m is callable }}{{ m is defined }}",
            "{{ m() }}{% macro m() %}x{% endmacro %}",
            "{% if false %}{% macro m() %}x{% endmacro %}{% endif %}{{ m() }}",
            "{% if true %}{% macro m() %}x{% endmacro %}{% endif %}{{ m() }}",
            "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
            "{% macro f(n) %}{% if n < 2 %}{{ n }}{% else %}{{ f(n - 1)|int + f(n - 2)|int }}{% endif %}{% endmacro %}{{ f(10) }}",
            "{% set x = 1 %}{% macro m() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ m() }}",
            "{% macro m() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ m() }}",
            "{% macro m() %}{{ x }}{% endmacro %}{% for x in [1, 2] %}[{{ m() }}]{% endfor %}",
            "{% for x in [1, 2] %}{% macro m() %}{{ x }}{% endmacro %}{{ m() }}{% endfor %}{{ m is defined }}",
            "{% macro m() %}{% set x = 5 %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}{{ x }}",
            "{% macro m(x) %}{% set x = x + 1 %}{{ x }}{% endmacro %}{{ m(1) }}",
            "{% set ns = namespace(i=0) %}{% macro m() %}{% set ns.i = ns.i + 1 %}{% endmacro %}{{ m() }}{{ m() }}{{ ns.i }}",
            "{% macro a() %}a{{ b() }}{% endmacro %}{% macro b() %}b{% endmacro %}{{ a() }}",
            "{% macro a() %}{% macro b() %}b{% endmacro %}{{ b() }}{% endmacro %}{{ a() }}{{ b is defined }}",
            "{% macro m(x) %}{{ x }}{% endmacro %}{{ m('a') ~ m('b') }}{{ m('a') + 'c' }}{{ m('abc')|upper }}{{ m('  x ')|trim }}",
            "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(1) == '1' }}{{ m(1) is string }}{{ m(1)|length }}{{ [m(1)] }}",
            "{% macro m(x) %}{% if x %}yes{% endif %}{% endmacro %}{% if m(1) %}t{% endif %}{% if m(0) %}f{% endif %}",
            "{% macro m(items) %}{% for i in items %}{{ loop.index }}{{ i }}{% endfor %}{% endmacro %}{{ m(['a', 'b']) }}",
            "{% macro m(a, b='x', c=none) -%}\n  {{ a }}-{{ b }}-{{ c }}\n{%- endmacro -%}\n{{ m('q') }}\n{{- m('r', c=1) }}",
            "{% macro m(a, a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}",
            "{% macro m(a.b) %}{% endmacro %}",
            "{% macro m %}{% endmacro %}",
            "{% macro () %}{% endmacro %}",
            "{% macro m() %}",
            "{% macro m() %}{% endmacro m %}",
            "{% macro m() %}{% return 1 %}{% endmacro %}",
            "{% macro 1() %}{% endmacro %}",
            "{% macro m(a,) %}{{ a }}{% endmacro %}{{ m(1,) }}",
            "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(a=1, 2) }}",
            "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(**{'a': 1}, *[2]) }}",
            "{% macro m(*a) %}{% endmacro %}",
            "{% macro m(caller) %}{% endmacro %}{{ m() }}",
            "{% macro m(a) %}{{ a }}{% endmacro %}{{ [1, 2]|map('string')|join }}{{ m }}",
            "{% macro _m() %}x{% endmacro %}{{ _m() }}",
            "{% macro m(loop) %}{{ loop }}{% endmacro %}{{ m(3) }}",
            "{% macro m() %}{{ loop is defined }}{% endmacro %}{% for x in [1] %}{{ m() }}{% endfor %}",
            "{% macro m(d={'a': [1, 2]}) %}{{ d.a[1] }}{% endmacro %}{{ m() }}{{ m({'a': 'xyz'}) }}",
            "{% macro upper(x) %}{{ x }}!{% endmacro %}{{ upper('a') }}{{ 'a'|upper }}",
            "{% macro m(x) %}{{ x }}{% endmacro %}{% set m2 = m %}{{ m2(1) }}{{ {'k': m}.k(2) }}{{ [m][0](3) }}",
            "{% macro m(f, x) %}{{ f(x) }}{% endmacro %}{% macro g(x) %}<{{ x }}>{% endmacro %}{{ m(g, 1) }}",
        ],
    )
    templates(
        "call",
        [
            "{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}x{% endcall %}",
            "{% macro m(a) %}[{{ a }}{{ caller() }}]{% endmacro %}{% call m(1) %}x{% endcall %}",
            "{% macro m() %}{{ caller(1, 2) }}{% endmacro %}{% call(a, b) m() %}{{ a }}+{{ b }}{% endcall %}",
            "{% macro m() %}{{ caller(1) }}{% endmacro %}{% call(a, b=5) m() %}{{ a }}+{{ b }}{% endcall %}",
            "{% macro m() %}{% for i in [1, 2] %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(u) m() %}<{{ u }}>{% endcall %}",
            "{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}{% call m() %}{% endcall %}",
            "{% macro m() %}{% if caller %}{{ caller() }}{% else %}no{% endif %}{% endmacro %}{{ m() }}{% call m() %}yes{% endcall %}",
            "{% macro m() %}x{% endmacro %}{% call m() %}y{% endcall %}",
            "{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}",
            "{% macro m(caller) %}{{ caller() }}{% endmacro %}{% call m() %}y{% endcall %}",
            "{% macro m(caller=none) %}{{ caller }}{% endmacro %}{{ m() }}",
            "{% macro m() %}{{ caller() }}{% endmacro %}{% call m %}y{% endcall %}",
            "{% macro a() %}a{{ caller() }}{% endmacro %}{% macro b() %}b{{ caller() }}{% endmacro %}"
            "{% call a() %}1{% call b() %}2{% endcall %}{% endcall %}",
            "{% set x = 1 %}{% macro m() %}{% set x = 2 %}{{ caller() }}{% endmacro %}{% call m() %}{{ x }}{% endcall %}",
            "{% for x in [1, 2] %}{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ x }}{{ loop.index }}{% endcall %}{% endfor %}",
            "{% macro m() %}{{ caller.name }}{{ caller.arguments }}{% endmacro %}{% call(a) m() %}{% endcall %}",
            "{% call missing() %}x{% endcall %}",
            "{% call 1 %}x{% endcall %}",
            "{% call dict(a=1) %}x{% endcall %}",
        ],
    )


def statements():
    lines(
        "set",
        r"""
{% set x = 1 %}{{ x }}
{% set x = 1 %}{% set x = x + 1 %}{{ x }}
{% set x, y = 1, 2 %}{{ x }}{{ y }}
{% set x, y = [1, 2] %}{{ x }}{{ y }}
{% set (x, y) = (1, 2) %}{{ x }}{{ y }}
{% set x, (y, z) = 1, (2, 3) %}{{ x }}{{ y }}{{ z }}
{% set x, y = y, x %}{{ x is defined }}
{% set a, b = 1, 2 %}{% set a, b = b, a %}{{ a }}{{ b }}
{% set x, y = 1 %}
{% set x, y = 1, 2, 3 %}
{% set x, y = 'ab' %}{{ y }}{{ x }}
{% set x = 1, 2 %}{{ x }}
{% set x = (1) %}{{ x }}
{% set x = 1, %}{{ x }}
{% set x = () %}{{ x }}
{% set x %}abc{% endset %}{{ x }}{{ x|length }}
{% set x %}a{{ 1 + 1 }}b{% endset %}{{ x }}
{% set x %}{% for i in [1, 2] %}{{ i }}{% endfor %}{% endset %}[{{ x }}]
{% set x | upper %}abc{% endset %}{{ x }}
{% set x | upper | replace('B', '-') %}abc{% endset %}{{ x }}
{% set x | trim | length %}  abc {% endset %}{{ x }}{{ x + 1 }}
{% set x | indent(2) %}a{{ '\n' }}b{% endset %}{{ x }}
{% set x %}{% endset %}[{{ x }}]{{ x == '' }}{{ x is string }}
{% set x %}<{% endset %}{{ x ~ '<' }}{{ x + '<' }}{{ [x] }}
{% set x, y %}ab{% endset %}{{ x }}{{ y }}
{% set x = %}
{% set = 1 %}
{% set 1 = 1 %}
{% set x == 1 %}
{% set x.y = 1 %}
{% set d = {} %}{% set d.y = 1 %}
{% set x['y'] = 1 %}
{% set true = 1 %}
{% set none = 1 %}
{% set None = 1 %}
{% set True = 1 %}
{% set true, x = 1, 2 %}
{% set loop = 1 %}{{ loop }}
{% set self = 1 %}{{ self }}
{% set range = 5 %}{{ range }}
{% set x = 1 %}{{ x }}{% set x = 'b' %}{{ x }}
{% set x = missing %}{{ x is defined }}
{% set x = missing %}{{ x }}|
{% set x = missing.y %}
{% set messages = messages + [1] %}{{ messages }}
{% set s = s ~ '!' %}{{ s }}
{% set xs = xs[1:] %}{{ xs }}
{% set s = s %}{{ s }}
{% set é = 1 %}{{ é }}
{% set _x1 = 1 %}{{ _x1 }}
{% set x1y = 1 %}{{ x1y }}
{% set x-y = 1 %}
{% set x = 1 if t else 2 %}{{ x }}
{% set x = 'a' if n %}{{ x }}{{ x is defined }}
{% set x = true and false %}{{ x }}
{% set x = xs|length %}{{ x * 2 }}
{% set if = 1 %}{{ if }}
{% set in = 1 %}
{% set not = 1 %}
{% set ns = namespace() %}{% set ns.a = 1 %}{{ ns.a }}
{% set ns = namespace(a=1, b='x') %}{{ ns.a }}{{ ns.b }}{{ ns.c }}|
{% set ns = namespace(a=1) %}{{ ns.c is defined }}{{ ns.a is defined }}
{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns['b'] }}
{% set ns = namespace(a=1) %}{{ ns }}
{% set ns = namespace(a=1) %}{% set ns.a, x = 2, 3 %}{{ ns.a }}{{ x }}
{% set ns = namespace(a=[]) %}{% set ns.a = ns.a + [1] %}{% set ns.a = ns.a + [2] %}{{ ns.a }}
{% set ns = namespace(x='') %}{% for i in xs %}{% set ns.x = ns.x ~ i %}{% endfor %}{{ ns.x }}
{% set ns = namespace(a=1) %}{% set ns.a %}block{% endset %}{{ ns.a }}
{% set ns = namespace(a=1) %}{% set ns.a | upper %}block{% endset %}{{ ns.a }}
{% set ns = namespace(a=1) %}{% set ns['a'] = 2 %}{{ ns.a }}
{% set ns = namespace(a=namespace(b=1)) %}{% set ns.a.b = 2 %}{{ ns.a.b }}
{% set ns = namespace(a=namespace(b=1)) %}{{ ns.a.b }}{% set m = ns.a %}{% set m.b = 5 %}{{ ns.a.b }}
{% set ns = namespace(_a=1) %}{{ ns._a }}
{% set ns = namespace(__a=1) %}
{% set ns = namespace() %}{% set ns._a = 1 %}
{% set ns = namespace(self=1) %}{{ ns.self }}
{% set ns = namespace(1) %}
{% set ns = namespace([('a', 1)]) %}{{ ns.a }}
{% set ns = namespace(items=3) %}{{ ns.items }}
{% set ns = namespace(a=1) %}{% if t %}{% set ns.a = 2 %}{% endif %}{{ ns.a }}
{% set ns = namespace(a=1) %}{{ ns.a.b }}|
{% set ns = namespace(a=1) %}{{ ns.b.b }}|
{% set ns = namespace(a=1) %}{{ ns|length }}
{% set ns = namespace(a=1) %}{{ ns == ns }}{{ ns == namespace(a=1) }}{{ ns is mapping }}{{ ns is iterable }}
{% set missing.x = 1 %}
""",
        {**VALUES, "messages": [0]},
    )
    lines(
        "with",
        r"""
{% with %}{% set x = 1 %}{{ x }}{% endwith %}{{ x is defined }}
{% with x = 1 %}{{ x }}{% endwith %}{{ x is defined }}
{% with x = 1, y = 2 %}{{ x }}{{ y }}{% endwith %}
{% set x = 5 %}{% with x = 1, y = x %}{{ x }}{{ y }}{% endwith %}{{ x }}
{% with x = 1 %}{% with x = 2 %}{{ x }}{% endwith %}{{ x }}{% endwith %}
{% with a, b = 1 %}{% endwith %}
{% with x = 1 %}{% set x = 2 %}{{ x }}{% endwith %}{{ x is defined }}
{% for i in [1, 2] %}{% with j = i * 2 %}{{ j }}{{ loop.index }}{% endwith %}{% endfor %}
{% with (a, b) = (1, 2) %}{{ a }}{{ b }}{% endwith %}
{% with x %}{% endwith %}
{% with x = 1 %}
{% with x = 1 y = 2 %}{{ y }}{% endwith %}
""",
    )
    lines(
        "filter block",
        r"""
{% filter upper %}abc{% endfilter %}
{% filter upper | replace('B', 'x') %}abc{% endfilter %}
{% filter replace('b', 'x') %}abc{{ 'b' }}{% endfilter %}
{% filter trim %}  a {% for i in [1, 2] %} {{ i }} {% endfor %} {% endfilter %}|
{% filter length %}abc{% endfilter %}
{% filter indent(4, true) %}a{{ '\n' }}b{% endfilter %}
{% filter escape %}<b>{% endfilter %}
{% filter nope %}a{% endfilter %}
{% filter %}a{% endfilter %}
{% filter upper %}a
{% filter upper %}{% set x = 1 %}{{ x }}{% endfilter %}{{ x is defined }}
{% filter upper %}{% filter lower %}AbC{% endfilter %}d{% endfilter %}
{% filter tojson %}a"b{% endfilter %}
{% filter first %}abc{% endfilter %}
{% filter list %}abc{% endfilter %}
""",
    )
    lines(
        "generation",
        r"""
{% generation %}abc{% endgeneration %}
a{% generation %}b{{ 1 }}{% endgeneration %}c
{%- generation -%} b {%- endgeneration -%}
{% for x in [1, 2] %}{% generation %}{{ x }}{{ loop.index }}{% endgeneration %}{% endfor %}
{% generation %}{% set x = 1 %}{{ x }}{% endgeneration %}{{ x is defined }}
{% set x = 1 %}{% generation %}{{ x }}{% set x = 2 %}{{ x }}{% endgeneration %}{{ x }}
{% set ns = namespace(x=1) %}{% generation %}{% set ns.x = 2 %}{% endgeneration %}{{ ns.x }}
{% generation %}{% generation %}a{% endgeneration %}{% endgeneration %}
{% generation %}a
{% endgeneration %}
{% generation x %}a{% endgeneration %}
{% if true %}{% generation %}a{% endgeneration %}{% endif %}
{% macro m() %}{% generation %}a{% endgeneration %}{% endmacro %}{{ m() }}
{% set x %}{% generation %}a{% endgeneration %}{% endset %}[{{ x }}]
{% for x in [1, 2, 3] %}{% generation %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% endgeneration %}{% endfor %}
{{ generation }}|{{ generation is defined }}
""",
    )
    templates(
        "generation",
        [
            "{% for m in [1, 2] %}\n  {% generation %}\n  a\n  {% endgeneration %}\n{% endfor %}\n",
            "x\n{%- generation %}\n a\n{%- endgeneration %}\ny",
        ],
    )
    lines(
        "autoescape",
        r"""
{% autoescape true %}{{ '<a>' }}{% endautoescape %}{{ '<a>' }}
{% autoescape false %}{{ '<a>' }}{% endautoescape %}
{% autoescape true %}{{ '<a>'|safe }}{{ '<a>'|e }}{{ '<' ~ '>' }}{% endautoescape %}
{% autoescape true %}{{ ('<'|safe) ~ '>' }}{% endautoescape %}
{% autoescape true %}{{ ['<', 1] }}{{ 1 }}{{ none }}{% endautoescape %}
{% autoescape true %}{{ ['<', '>']|join(',') }}{{ ['<', '>'|safe]|join('&') }}{% endautoescape %}
{% autoescape true %}{% set x %}<{{ '<' }}{% endset %}{{ x }}{% endautoescape %}
{% autoescape true %}{% macro m(x) %}<{{ x }}{% endmacro %}{{ m('<') }}{% endautoescape %}
{% autoescape true %}{{ {'a': '<'}|tojson }}{% endautoescape %}
{% autoescape true %}{{ '"\'&' }}{{ '<'|upper }}{{ '<'|replace('<', '>') }}{% endautoescape %}
{% autoescape 1 %}{{ '<' }}{% endautoescape %}
{% autoescape %}{% endautoescape %}
{% autoescape x %}{{ '<' }}{% endautoescape %}
{% autoescape true %}{{ {'class': '<'}|xmlattr }}{% endautoescape %}
""",
        {"x": True},
    )
    lines(
        "inheritance",
        r"""
{% block a %}x{% endblock %}
{% block a %}x{% endblock a %}
{% block a %}x{% endblock b %}
{% block a %}x{% endblock %}{{ self.a() }}
{% block a %}{% block b %}y{% endblock %}x{% endblock %}{{ self.b() }}
{% block a %}x{% endblock %}{% block a %}y{% endblock %}
{% set v = 1 %}{% block a %}{{ v }}{% endblock %}
{% for i in [1, 2] %}{% block a %}{{ i }}{% endblock %}{% endfor %}
{% for i in [1, 2] %}{% block a scoped %}{{ i }}{% endblock %}{% endfor %}
{% block a required %}{% endblock %}
{% block a required %}x{% endblock %}
{% block a-b %}x{% endblock %}
{% block %}x{% endblock %}
{% block a %}{{ super() }}{% endblock %}
{{ super() }}
{{ self.nope() }}
{{ self.nope }}|
{% include 'a' %}
{% include 'a' ignore missing %}|
{% include ['a', 'b'] ignore missing with context %}|
{% include missing %}
{% import 'a' as b %}
{% from 'a' import b %}
{% from 'a' import b as c, d with context %}
{% extends 'a' %}
x{% extends missing %}
{% if false %}{% include 'a' %}{% endif %}ok
{% if false %}{% import 'a' as b %}{% endif %}ok
{% if false %}{% extends 'a' %}{% endif %}ok
{% import 'a' %}
{% from 'a' import _b %}
""",
    )
    lines(
        "unknown tags",
        r"""
{% do x %}
{% do [].append(1) %}
{% trans %}x{% endtrans %}
{% debug %}
{% nope %}
{% endfor %}
{% 1 %}
{% %}
{%%}
{% 'a' %}
{% while true %}{% endwhile %}
{% print 1 %}
{% print 1, 2 %}
{% print %}
{% return 1 %}
{% call %}{% endcall %}
{% endset %}
{% endgeneration %}
{% if true %}{% endfor %}
{% if true %}{% for x in [] %}{% endif %}{% endfor %}
""",
    )


def syntax_errors():
    lines(
        "syntax",
        r"""
{{ }}
{{}}
{{ 1
{{ 1 }
{{ 1 %}
{% if 1 }}
{% set x = 1 }
{{ 1 2 }}
{{ a b }}
{{ (1 }}
{{ 1) }}
{{ [1 }}
{{ [1, }}
{{ {1 }}
{{ {'a' 1} }}
{{ {'a': } }}
{{ {'a'} }}
{{ 'abc }}
{{ "abc' }}
{{ 1 + }}
{{ + }}
{{ * 1 }}
{{ 1 ** }}
{{ 1 <> 2 }}
{{ 1 = 2 }}
{{ a := 1 }}
{{ 1 & 2 }}
{{ 1 ^ 2 }}
{{ !a }}
{{ a ! b }}
{{ a ? b : c }}
{{ a && b }}
{{ a || b }}
{{ a | | b }}
{{ a | }}
{{ | upper }}
{{ a |1 }}
{{ a.}}
{{ a. }}
{{ a..b }}
{{ a.1.2 }}
{{ .a }}
{{ a[ }}
{{ a[] }}
{{ a[1 }}
{{ a[1,] }}
{{ a[:,] }}
{{ a[1:2:3:4] }}
{{ a( }}
{{ a(1 2) }}
{{ a(,) }}
{{ a(x=) }}
{{ a(1=2) }}
{{ a(x y=1) }}
{{ $a }}
{{ a$ }}
{{ @a }}
{{ `a` }}
{{ a; b }}
{{ a\b }}
{{ a?b }}
{{ é }}
{{ 变量 }}
{{ 😀 }}
{{ a–b }}
{{ “a” }}
{{ is a }}
{{ a is }}
{{ a is not }}
{{ a in }}
{{ in b }}
{{ not }}
{{ and a }}
{{ a or }}
{{ a if }}
{{ lambda: 1 }}
{{ [x for x in y] }}
{{ f'a' }}
{{ r'a' }}
{{ b'a' }}
{{ u'a' }}
{{ 'a'b }}
{{ 1a }}
{{ 1_ }}
{{ 1__0 }}
{{ _1 }}|
{{ 0777 }}
{{ 00 }}
{{ 1. }}
{{ 1.e5 }}
{{ .5 }}
{{ 1e }}
{{ 1.2.3 }}
{{ {**a} }}
{{ [*a] }}
{{ *a }}
{{ a(*b, *c) }}
{{ a(**b, **c) }}
{{ a(*b, c) }}
{{ a(**b, c=1) }}
{{ {1: 2, 1: 3} }}
{{ {'a': 1,} }}
{{ {,} }}
{{ [,] }}
{{ (,) }}
{{ [1,,2] }}
{{ 'a' 'b' 1 }}
{{ "\" }}
{{ '\' }}
{{ ''' }}
{{ '''a''' }}
{% if (1 %}{% endif %}
{% for x in [1, 2 %}{% endfor %}
{{ {{ 1 }} }}
{{ {% if 1 %} }}
{% {{ 1 }} %}
{{ 1 }} }}
{{ 1 }}}
{{{ 1 }}}
{{{1: 2}}}
{{ {'a': {'b': 1}}}}
{{{'a': {'b': 1}}}}
{{ ({'a': 1}) }}
{{ a is b is c }}
{{ 1 is number is number }}
{{ a.b.c( }}
{% set x = [1, 2 %}
{% raw %}{% endrow %}
{{ a --}}
{{ 1 -- 1 }}
{{ 1 - - 1 }}
{{ 1 + + 1 }}
{{ not not true }}
{{ - - 1 }}
{{ a[1]b }}
{{ a.for }}|
{{ a.if }}|
{{ a.in }}|
{{ for }}
{{ if }}
{{ else }}
{{ import }}
{{ block }}|
{{ end }}|
{{ (a }} {{ b) }}
{{ true() }}
{{ 'a'() }}
{{ 1() }}
{{ 1.real }}
{{ 1 .real }}
{{ (1).real }}
{{ 1.5.real }}
""",
        {"a": {}, "b": 1},
    )


def literals():
    expressions(
        "literals",
        r"""
1
0
-1
+1
--1
007
1_000
1_0_0.5
12345678901234567890123
-12345678901234567890123
0x1F
0xff_ff
0b101
0o17
0X1f
1.0
1.5
1.50
0.1
1e5
1E5
1e+5
1e-5
1.5e3
1e16
1e15
1e17
123456789012345678.0
1e22
1e23
1e100
1e-7
0.0001
0.00001
1e400
-1e400
0.1 + 0.2
1/3
2/3
10/2
1e3 * 1
100000000000000000000.0
5e-324
1.7976931348623157e308
0.30000000000000004
3.14159265358979
-0.0
0.0
true
false
none
True
False
None
TRUE
nOne
''
""
'a'
"a"
'a"b'
"a'b"
'a\'b'
"a\"b"
'a\nb'
'a\tb'
'a\\b'
'a\rb'
'\x41'
'\u2581'
'\U0001F600'
'\u00e9é'
'\a\b\f\v'|tojson
'\0'|tojson
'\101'
'\1'|tojson
'\x7f'|tojson
'\q'
'\ '
'\/'
'\{'
'\d+'
'\N{BULLET}'
'\x4'
'\xZZ'
'\u12'
'\U00110000'
'\ud83d\ude00'|length
'\\n'
'\\'
'\\\\'
'a\
b'
'a' 'b'
'a' "b" 'c'
'a' 'b'|upper
('a' 'b')
['a' 'b', 'c']
'🇨🇭👨‍👩‍👧'
'▁'
'<|im_start|>'
'{{ x }}'
'{% x %}'
'{# x #}'
'#}'
[]
[1]
[1, 2]
[1, 2,]
[[], [[]]]
()
(1)
(1,)
(1, 2)
1, 2
1,
((1, 2), 3)
{}
{'a': 1}
{'a': 1, 'b': [1, 2]}
{'a': {'b': 1}}
{'a': {'b': {'c': 1}}}
{'a':{'b':1}}
{1: 2}
{1.5: 2, true: 3, none: 4}
{(1, 2): 3}
{[1]: 2}
{'b': 1, 'a': 2, 'b': 3}
{s: i}
{'a': 1,}
[1, 'a', 2.5, true, none, [], {}]
x
""",
        {"s": "k", "i": 1},
    )


def operators():
    expressions(
        "operators",
        r"""
1 + 2
1+2
i+1
i-1
i -1
i*2
1 + 2 * 3
(1 + 2) * 3
2 * 3 + 1
7 / 2
8 / 2
7 // 2
-7 // 2
7 // -2
-7 // -2
7 % 3
-7 % 3
7 % -3
-7 % -3
7.5 // 2
-7.5 // 2
7.5 % 2
-7.5 % 2
7 % 2.5
-1 % 0.3
2 ** 3
2 ** -1
2 ** 0.5
2 ** 3 ** 2
(2 ** 3) ** 2
-2 ** 2
(-2) ** 2
2 ** -2
-2 ** -2
0 ** 0
10 ** 20
2 ** 100
2 * -3
2 - -3
2--3
- 2
-i
+i
-(-i)
1 - 2 - 3
100 / 10 / 2
100 // 7 // 2
100 % 7 * 2
2 * 7 % 4
1 + 1.0
1.0 * 3
3 - 3.0
4 // 2.0
true + true
true * 3
-true
+true
true / 2
false ** 0
1 / 0
1 // 0
1 % 0
1.0 / 0
1.0 // 0
1.0 % 0
0 ** -1
'a' + 'b'
'a' + 1
1 + 'a'
'a' * 3
3 * 'a'
'a' * 0
'a' * -1
'ab' * true
'a' * 2.0
'a' - 'b'
'a' / 2
[1] + [2]
[1] + (2,)
(1,) + (2, 3)
[1, 2] * 2
2 * [1]
(1,) * 3
[1] - [1]
{'a': 1} + {'b': 2}
{'a': 1} | upper
none + 1
none + none
missing + 1
1 + missing
missing ~ 1
1 ~ missing ~ 2
missing * 2
-missing
missing == none
missing == missing
missing == missing2
missing != 1
missing < 1
missing and 1
missing or 1
not missing
missing in [1]
1 in missing
missing is none
'a' ~ 'b'
'a' ~ 1 ~ 2.0 ~ none ~ true ~ [1] ~ {'a': 'b'}
1 ~ 2
1 ~ 2 + 3
1 + 2 ~ 3
1 ~ 2 * 3
'a' ~ -1
'a' ~ 'b' * 2
'a' ~ 'b' == 'ab'
'a' ~ 'b' in 'abc'
'%s-%s' % ('a', 1)
'%s' % 'a'
'%s' % 1
'%s' % [1, 2]
'%s' % {'a': 1}
'%s' % none
'%d' % 3
'%d' % 3.7
'%d' % true
'%d' % 'a'
'%5d|' % 42
'%-5d|' % 42
'%05d' % 42
'%+d' % 42
'% d' % 42
'%x' % 255
'%X' % 255
'%#x' % 255
'%o' % 8
'%c' % 65
'%c' % 'z'
'%r' % 'a'
'%r' % ['a', 1.0]
'%a' % 'é'
'%f' % 1.5
'%.2f' % 3.14159
'%5.2f|' % 3.14159
'%-8.3f|' % 3.14159
'%08.3f' % -3.14159
'%e' % 12345.678
'%.3e' % 0.00012
'%E' % 12345.678
'%g' % 12345678.9
'%g' % 0.00001
'%g' % 100.0
'%G' % 1e-10
'%.3s|' % 'abcdef'
'%10s|' % 'abc'
'%-10s|' % 'abc'
'%*d' % (5, 42)
'%.*f' % (2, 3.14159)
'%%' % ()
'100%%' % ()
'%s %%' % 1
'%(a)s %(b)d' % {'a': 'x', 'b': 3}
'%(a)s' % {'b': 1}
'%s' % ()
'%s %s' % ('a',)
'%s' % (1, 2)
'abc' % 1
'abc' % ()
'abc' % []
'abc' % {}
'%y' % 1
'%' % 1
'%s' % missing
'%i' % 7
'%u' % 7
'%s' % (1,)
'%s' % ((1, 2),)
5 % '3'
1 == 1
1 == 1.0
1 == true
0 == false
1 == '1'
'a' == 'a'
'a' == 'A'
none == none
none == false
none == 0
[] == []
[1, 2] == [1, 2]
[1, 2] == (1, 2)
(1, 2) == (1, 2)
[1, true] == [1.0, 1]
{'a': 1, 'b': 2} == {'b': 2, 'a': 1}
{} == []
1 != 2
'a' != 'a'
1 < 2
1 < 1.5
2 <= 2
3 > 2
3 >= 4
'a' < 'b'
'a' < 'B'
'a' < 'aa'
'Z' < 'a'
'é' > 'z'
'\uffff' < '😀'
[1, 2] < [1, 3]
[1] < [1, 0]
(1, 'a') < (1, 'b')
[1, 'a'] < [1, 2]
true < 2
1 < 'a'
'a' < 1
none < 1
none < none
[] < {}
{} < {}
1 < [1]
1 < 2 < 3
1 < 3 < 2
3 > 2 > 1
1 == 1 == 1
1 < 2 == true
(1 < 2) == true
1 < 2 > 0
1 in [1] == true
0 == 1 == 2
1 != 2 != 1
1 in [1, 2]
3 in [1, 2]
3 not in [1, 2]
not 3 in [1, 2]
not (3 in [1, 2])
1.0 in [1, 2]
true in [1]
'a' in 'abc'
'ac' in 'abc'
'' in 'abc'
'' in ''
'A' in 'abc'
1 in 'abc'
'a' in ['abc']
'a' in {'a': 1}
1 in {'a': 1}
1 in {1: 2}
'a' in {'b': 'a'}
[1] in [[1]]
[1] in {'a': 1}
1 in 5
1 in none
none in [none]
'a' in ('a', 'b')
'a' in 'a', 'b'
5 in range(10)
'x' in 'x' ~ 'y'
'a' not in 'abc' and true
true and false
true or false
not true
not 1
not ''
not none
not []
1 and 2
0 and 2
1 or 2
0 or 2
'' or 'x'
'' or none or [] or 'd'
none or false
'' and 'x'
'a' and ''
1 and 2 or 3
0 and 2 or 3
1 or 2 and 3
0 or 0 and 3
not 1 and 2
not (1 and 2)
not 1 or 2
not 1 == 2
not 1 in [2]
1 and not 0
(1 or 1/0)
(0 and 1/0)
1/0 or 1
true and missing
true and missing.x
false and missing.x
none is none and 1
1 + 1 == 2 and 2 * 2 == 4
1 if 1 > 0 and 0 else 2
'a' if 'x' == 'y' or 'z' else 'b'
i > 3 and i < 10
-1 ** 2
-i ** 2
2 ** i
not i
-i|abs
(-i)|abs
-5|abs
(-5)|abs
-'5'|int
1 + '2'|int
2 * '3'|int + 1
'2'|int ** 2
2 ** '3'|int
'a' ~ 'b'|upper
('a' ~ 'b')|upper
not 'a'|length
1 if 'a'|length == 1
i is odd and i is not even
i + 1 is odd
1 + i is odd
not i is odd
-i is odd
i is odd == true
i is divisibleby 7
i is divisibleby(2) or true
i in [7] is true
'a' ~ i is odd
i * 2 is even
(i, 2)[0]
i|string ~ 'x'
i.real
i.__class__
0.1 * 3
1.1 + 2.2
1e16 + 1
9007199254740993 + 0
9007199254740993 * 1.0
9007199254740993 == 9007199254740993.0
9223372036854775807 + 1
-9223372036854775808 - 1
9223372036854775807 * 2
-9223372036854775808 // -1
99999999999 * 99999999999
10 ** 18 * 10
2147483647 + 1
(2 ** 64) // 3
(2 ** 64) % 1000
-(2 ** 64) // 7
-(2 ** 64) % 7
2 ** 64 / 2 ** 63
(2 ** 64)|float
7 // 0.5
0.1 // 0.01
1 // 3.0
-1 // 3.0
5.0 % -3
-5.0 % 3
1e308 * 10
-1e308 * 10
1e308 * 10 - 1e308 * 10
1e308 * 10 == 1e400
2.0 ** 10
2 ** 10.0
4 ** 0.5
10.0 ** 400
2.0 ** -1
0.0 == -0.0
[missing]
[1, missing, 'a']
{'a': missing}
(missing,)
""",
        {"i": 7},
    )


def subscripts():
    expressions(
        "subscripts",
        r"""
xs[0]
xs[1]
xs[-1]
xs[-5]
xs[5]
xs[-6]
xs[5] is defined
xs[5].x
xs['a']
xs['0']
xs[1.0]
xs[true]
xs[none]
xs.0
xs.1
xs.9
xs.0.real
xs[:]
xs[1:]
xs[:2]
xs[1:3]
xs[1:-1]
xs[-2:]
xs[:-2]
xs[::2]
xs[1::2]
xs[::-1]
xs[::-2]
xs[3:1]
xs[3:1:-1]
xs[10:]
xs[:10]
xs[-10:2]
xs[5:0:-2]
xs[-1:-4:-1]
xs[::0]
xs[none:2]
xs[1:none]
xs['a':]
xs[1.0:]
xs[missing:]
xs[0:0]
xs[true:]
xs[i:i+2]
xs[xs[0]]
xs[xs|length - 1]
xs[(xs|length)-1]
xs[-xs[1]]
(1, 2, 3)[1]
(1, 2, 3)[1:]
(1, 2, 3)[::-1]
(1, 2, 3)[-1:]
[1, 2, 3][1]
[[1, 2], [3]][0][1]
'abc'[0]
'abc'[-1]
'abc'[3]
'abc'[1:]
'abc'[::-1]
'abcdef'[1:5:2]
'abcdef'[-3:]
'abcdef'[:-1]
'abcdef'[4:1:-1]
'abcdef'[10:]
'abc'['a']
'abc'[0][0][0]
'abc'.0
''[0]
''[0] is defined
''[1:]
s[0]
s[1]
s[-1]
s[1:3]
s[::-1]
s|length
s[5:]
e[0]
e[1]
e|length
e[::-1]
e|reverse
e|first
e|last
e|list
z|length
z[0]
z[1]
z[:2]
d.a
d['a']
d.items
d['items']
d.keys
d['keys']
d['keys'] is defined
d.nope
d['nope']
d.nope is defined
d.nope.nope
d['nope']['nope']
d['nope'] is none
d.n
d.n is none
d.n.x
d.n['x']
d.inner.x
d['inner']['x']
d.inner['x'].y
d.items()
d.get('a')
d.get('nope')
d.get('nope', 5)
d.values()
d.keys()
d[1]
d['1']
d.1
d[1.0]
d[none]
d[true]
d[[1]]
d[(1,)]
d[1:]
d['a b']
d.__class__
d['__class__']
d._private
d['_private']
d.__len__
s.upper()
s['upper']
s['upper']()
s.nope
s.nope is defined
s.nope()
n.x
n['x']
n[0]
n()
i.x
i['x']
i[0]
i()
t.x
f[0]
missing.x
missing['x']
missing[0]
missing()
missing.x.y
missing.x is defined
d.missing()
d.missing.x is defined
xs.length
xs.size
xs.first
xs.append
xs.nope
xs|attr('nope')
range(5)[2]
range(5)[1:3]
range(5)[-1]
range(10)[::3]
range(5)[9]
(xs)[0]
(xs + [9])[-1]
('a' ~ 'b')[1]
{'a': [1, {'b': 'c'}]}.a[1].b
{'a': [1, {'b': 'c'}]}['a'][1]['b'][0]
[{'x': 1}][0].x
{'a': 1}['a']
{'a': 1}.a
{1: 'x'}[1]
{1: 'x'}[true]
{1: 'x'}[1.0]
{'1': 'x'}[1]
{none: 'x'}[none]
d|attr('a')
d|attr('items') is callable
s|attr('upper')
xs[1, 2]
d['a', 'b']
xs[1:2, 3]
xs[-0]
xs[1-1]
xs[i - 1 if i else 0]
xs[{'a': 1}.a]
xs[999999999999999999999]
xs[:999999999999999999999]
'abc'[999999999999999999999:]
""",
        {
            "xs": [1, 2, 3, 4, 5],
            "i": 2,
            "s": "a\U0001f600b\u00e9c",
            "e": "e\u0301\U0001f1e8\U0001f1ed\U0001f468\u200d\U0001f469",
            "z": "\U0001d518\U0001d51f",
            "d": {
                "a": 1,
                "items": "mine",
                "n": None,
                "inner": {"x": {"y": "z"}},
                "1": "one",
                "a b": 3,
                "_private": 4,
                "get": "got",
            },
            "n": None,
            "t": True,
            "f": 1.5,
        },
    )
    expressions(
        "subscripts",
        r"""
d.items()
d.get('a')
d.get('nope')
d.get('nope', 5)
d.get('nope', default=5)
d.get()
d.get('n', 3)
d.get('inner').x
d.get('inner', {}).get('q', {}).get('r')
d.get('inner', {}).get('x')
d.values()
d.keys()
d.values()|list
d.keys()|list
d.items()|list
d.items()|length
d.keys()|sort
d.items()[0]
d.keys()[0]
d.keys()|first
(d.items()|list)[0][1]
d.copy()
d.copy().a
'a' in d.keys()
1 in d.values()
('a', 1) in d.items()
d|length
d|list
d|first
d|last
d == d.copy()
d.keys() == d.keys()
d.pop('a')
d.popitem()
d.update({'b': 2})
d.setdefault('x', 1)
d.clear()
d.fromkeys(['a', 'b'])
d.__getitem__('a')
d.items is callable
d is mapping
d.a is defined and d.b is defined
d.a is defined
'b' in d
""",
        {"d": {"a": 1, "n": None, "inner": {"x": 2}}},
    )


def printing():
    expressions(
        "str",
        r"""
['a']
["it's"]
['"']
['\'"']
['a\nb\tc\rd\\e']
['\x00\x01\x1f\x7f\x80\x9f\xa0\xad']
['é ü 北京 😀']
['\u200b\u2028\u2029\ufeff\u200d']
['\u0301']
['\ue000\U000e0001\U0010ffff']
['\u0378']
['\ud800']|length
['\u3000']
['']
[' ']
['a', "b'c", 'd"e']
('a',)
('a', 'b')
()
[()]
[(1,)]
{'a': 'b'}
{'it\'s': "q\"q"}
{'b': 1, 'a': 2}
{1: 'a', 1.5: 'b', none: 'c', true: 'd'}
{'a': {'b': ['c', ('d',)]}}
[1, 1.0, -0.0, 1e16, 1e-7, 1e22]
[true, false, none]
[[1, [2, [3]]]]
1.0
100.0
1e15
1e16
123456789.123456789
0.1
1e-4
1e-5
3.0e-10
-1.5
2.5e+20
true
none
[missing]
[missing.x]
{'a': missing}
range(3)
[range(3)]
range(1, 10, 2)
range(0)
dict(a=1)
dict(a=1, b='x')
dict({'a': 1}, b=2)
dict([('a', 1), ['b', 2]])
dict()
dict
dict.fromkeys([1, 2])
dict.fromkeys('ab', 0)
dict(1)
{'a': 1}.keys()
{'a': 1}.values()
{'a': 1}.items()
namespace(a=1, b='x')
namespace()
[namespace(a='b')]
cycler('a', 'b').current
joiner(', ') is callable
'a' is defined
('<b>'|safe)
['<b>'|safe]
['<'|e]
[1.5|round]
[1.5|int]
'a'|list
'abc'|string
1|string
1.0|string
none|string
true|string
[1, 'a']|string
{'a': 'b'}|string
missing|string
[missing|string]
(1, 'a')|string
'a'|string|string
[1]|list|string
v
[v]
q
[q]
[q, v]
{v: q}
d
[d]
l
""",
        {
            "v": "it's \"both\" \\ \n",
            "q": "it's",
            "d": {"z": 1, "a": [None, True, 1.25], "k'": "v\"", "\u00e9": "\U0001f600"},
            "l": [0.1, 1e300, 12345678901234567890, -7, "x", None, False, [], {}, [[]], ""],
        },
    )


def undefined():
    lines(
        "undefined",
        r"""
{{ x }}|
{{ x ~ 'a' }}
{{ x.y }}
{{ x['y'] }}
{{ x[0] }}
{{ x() }}
{{ x + 1 }}
{{ x - 1 }}
{{ x * 1 }}
{{ x / 1 }}
{{ x % 1 }}
{{ 'a' % x }}
{{ x ** 1 }}
{{ -x }}
{{ +x }}
{{ not x }}
{{ x == x }}
{{ x == y }}
{{ x == none }}
{{ x == '' }}
{{ x != '' }}
{{ x < 1 }}
{{ 1 < x }}
{{ x in [1] }}
{{ 1 in x }}
{{ x in 'abc' }}
{{ x and 1 }}|
{{ x or 'd' }}
{{ x is defined }}
{{ x is undefined }}
{{ x is none }}
{{ x is string }}
{{ x is number }}
{{ x is mapping }}
{{ x is sequence }}
{{ x is iterable }}
{{ x is callable }}
{{ x is true }}
{{ x is false }}
{{ x is boolean }}
{{ x is sameas x }}
{{ x is odd }}
{{ x is eq(1) }}
{{ x is in([1]) }}
{{ x|default('d') }}
{{ x|d }}|
{{ x.y|default('d') }}
{{ d.y|default('d') }}
{{ d.y.z|default('d') }}
{{ d.y is defined and d.y.z is defined }}
{{ x|length }}
{{ x|list }}
{{ x|string }}|
{{ x|upper }}|
{{ x|lower }}|
{{ x|trim }}|
{{ x|int }}
{{ x|float }}
{{ x|first }}|
{{ x|last }}|
{{ x|first is defined }}
{{ x|join(',') }}|
{{ x|sort }}
{{ x|reverse }}
{{ x|replace('a', 'b') }}|
{{ x|tojson }}
{{ x|safe }}|
{{ x|e }}|
{{ x|abs }}
{{ x|round }}
{{ x|sum }}
{{ x|min }}|
{{ x|max }}|
{{ x|unique|list }}
{{ x|map('upper')|list }}
{{ x|map(attribute='a')|list }}
{{ x|select|list }}
{{ x|selectattr('a')|list }}
{{ x|items|list }}
{{ x|dictsort }}
{{ x|batch(2)|list }}
{{ x|slice(2)|list }}
{{ x|groupby('a') }}
{{ x|attr('a') }}|
{{ x|wordcount }}
{{ x|indent }}|
{{ x|title }}|
{{ x|capitalize }}|
{{ x|center(5) }}|
{{ x|truncate(5) }}|
{{ x|striptags }}|
{{ x|urlencode }}|
{{ x|format(1) }}|
{{ x|filesizeformat }}
{{ x|pprint }}|
{{ [x] }}
{{ [x, x] }}
{{ [x]|join(',') }}|
{{ [x, 1]|join(',') }}
{{ [1, x]|sum }}
{{ {'a': x} }}
{{ {'a': x}.a is defined }}
{{ {'a': x}|tojson }}
{{ {x: 1} }}
{{ (x, 1) }}
{{ x if false }}|
{{ (x if false) is defined }}
{{ (1 if false) }}|
{{ (1 if false) ~ 'a' }}
{{ (1 if false) + 1 }}
{{ x if x is defined else 'e' }}
{{ range(x) }}
{{ dict(a=x) }}
{{ dict(x) }}
{{ namespace(a=x).a is defined }}
{{ 'a'[x] }}
{{ 'abc'[x:] }}
{{ d[x] }}|
{{ d.get(x) }}
{{ d.get('y') is defined }}
{{ 'a'.replace('a', x) }}
{{ 'a'.join(x) }}|
{{ 'a'.startswith(x) }}
{{ 'a' + x }}
{{ 'a' ~ x ~ 'b' }}
{{ x.__class__ }}
{{ x.y.z is defined }}
{{ x.y is not defined }}
{{ d.y is not defined }}
{{ d.y.z is not defined }}
{{ d.y and d.y.z }}|
{{ (d.y or {}).z }}|
{{ (d.y|default({})).z }}|
{{ loop }}|
{{ self }}
{{ caller }}|
{{ varargs }}|
{{ x|upper|default('q') }}|
{{ x.items() }}
{% for i in x %}a{% else %}b{% endfor %}
{% for i in d.y %}a{% else %}b{% endfor %}
{% for i in x.y %}a{% endfor %}
{% if x %}a{% else %}b{% endif %}
{% if not x %}a{% endif %}
{% if x == 'a' %}a{% else %}b{% endif %}
{% if x.y %}a{% endif %}
{% set z = x %}{{ z }}|{{ z is defined }}
{% set z = x or 'e' %}{{ z }}
{% set z = none %}{{ z is defined }}{{ z }}
{% if x > 1 %}a{% endif %}
{% if x|length > 1 %}a{% else %}b{% endif %}
{% macro m(a) %}{{ a|default('q') }}{% endmacro %}{{ m(x) }}{{ m() }}
""",
        {"d": {"a": 1}},
    )


def filters():
    expressions(
        "filter abs-default",
        r"""
(-5)|abs
5|abs
-2.5|abs
(-2.5)|abs
true|abs
'a'|abs
none|abs
'abc'|attr('upper')()
'abc'|attr('nope')
'abc'|attr('__class__')
d|attr('b')
[1,2,3,4,5]|batch(2)|list
[1,2,3,4,5]|batch(2, 'x')|list
[1,2,3,4,5]|batch(linecount=3, fill_with=0)|list
[1,2,3,4]|batch(2, 'x')|list
[]|batch(2)|list
'abcde'|batch(2)|list
[1,2]|batch(0)|list
[1,2]|batch
'hello WORLD'|capitalize
'éCOLE'|capitalize
''|capitalize
1|capitalize
'ß x'|capitalize
'a'|center(5)
'a'|center(4)
'ab'|center(5)
'abc'|center(2)
'a'|center|length
'a'|center(width=3)
1|center(5)
'é😀'|center(6)
missing|default('x')
missing|default
missing|default(none)
''|default('x')
''|default('x', true)
none|default('x')
none|default('x', true)
0|default(1, true)
0|d(1, boolean=true)
false|d('x')
[]|default('x', true)
missing|default(default_value='q')
missing|default('x')|upper
missing.x|default('x')
d.x|default(d.b)
d.x|default([])|length
d|dictsort
d|dictsort(true)
d|dictsort(case_sensitive=true)
d|dictsort(by='value')
d|dictsort(false, 'value')
d|dictsort(reverse=true)
d|dictsort(by='value', reverse=true)
d|dictsort(by='nope')
{2: 'a', 1: 'b'}|dictsort
{'a': 1, 1: 'b'}|dictsort
{'a': 'Z', 'b': 'y'}|dictsort(by='value')
{}|dictsort
[1]|dictsort
""",
        VALUES,
    )
    expressions(
        "filter escape-groupby",
        r"""
'<a href="x">\'&</a>'|e
'<a>'|escape
'<a>'|e|e
'<a>'|safe|e
'<a>'|forceescape
'<a>'|e|forceescape
1|e
none|e
['<']|e
'&amp;'|e
'<'|e ~ '<'
('<'|e) ~ '<'
('<'|e) + '<'
'<' + ('<'|e)
('<'|e) * 2
('%s'|safe) % '<'
('<'|safe) + '<'
('<'|safe)|upper
('<'|e)|upper
('<'|e)|length
('<'|safe)|replace('<', '>')
('a'|safe).join(['<', '>'])
('{}'|safe).format('<')
('<b>'|safe).striptags()
('&lt;'|safe).unescape()
('<'|safe) == '<'
('<'|safe) in ['<']
{'<': 1}['<'|safe]
('<'|safe)|string
[('<'|safe)|string]
('<'|safe)[0]
[('<'|safe)[0]]
('a b'|safe).split()
('abc'|safe).upper()
1|filesizeformat
0|filesizeformat
999|filesizeformat
1000|filesizeformat
1024|filesizeformat
1024|filesizeformat(true)
1000000|filesizeformat
1300000|filesizeformat
1048576|filesizeformat(binary=true)
123456789012|filesizeformat
1e30|filesizeformat
'100'|filesizeformat
-5|filesizeformat
'a'|filesizeformat
[1,2]|first
[]|first
[]|first is defined
'abc'|first
''|first
{'b': 1, 'a': 2}|first
5|first
range(3)|first
(1, 2)|first
[[1]]|first|first
'1.5'|float
'1'|float
1|float
true|float
'abc'|float
'abc'|float(2.5)
'abc'|float(default=9)
none|float
none|float(1.0)
' 1.5 '|float
'1e3'|float
'inf'|float
'nan'|float
'-Infinity'|float
'1_000.5'|float
'1,5'|float
''|float
[]|float
'٣'|float
'%s %s'|format('a', 1)
'%(x)s'|format(x=1)
'%s'|format
'%d'|format('a')
'%s'|format(1, x=2)
'%.2f'|format(1.234)
'%5s|%-5s|'|format('a', 'b')
'100%'|format
'{}'|format(1)
'%s'|format([1, 2])
rows|groupby('city')|map('first')|list
rows|groupby('age')|map('first')|list
rows|groupby('age')|length
rows|groupby('city', case_sensitive=true)|map('first')|list
rows|groupby('tag.k')|map('first')|list
rows|groupby('nope')|map('first')|list
rows|groupby('nope', default='z')|map('first')|list
rows|groupby('ok')|list
rows|groupby('age')|map(attribute='grouper')|list
rows|groupby('age')|map(attribute='list')|map('length')|list
[[1,'a'],[1,'b'],[0,'c']]|groupby(0)|list
[]|groupby('a')
(rows|groupby('age'))[0].grouper
(rows|groupby('age'))[0].list|map(attribute='name')|list
(rows|groupby('age'))[0][0]
[{'a': 1}]|groupby('a')
[{'a': 1}]|groupby('a')|first
""",
        ROWS,
    )
    add("filter escape-groupby", "{% for k, g in rows|groupby('age') %}{{ k }}:{{ g|map(attribute='name')|join(',') }};{% endfor %}", ROWS)
    add("filter escape-groupby", "{% for g in rows|groupby('city') %}{{ g.grouper }}:{{ g.list|length }};{% endfor %}", ROWS)
    expressions(
        "filter indent-list",
        r"""
'a\nb\nc'|indent
'a\nb\nc'|indent(2)
'a\nb\nc'|indent(2, true)
'a\n\nb\n'|indent(2)
'a\n\nb\n'|indent(2, true)
'a\n\nb\n'|indent(2, blank=true)
'a\n\nb'|indent(2, true, true)
'a\nb'|indent('--')
'a\nb'|indent(width='> ', first=true)
'a\nb\n'|indent(2)|tojson
'a\r\nb'|indent(2)|tojson
'a\u2028b'|indent(2)|tojson
''|indent(2, true)|tojson
'\n'|indent(2, true)|tojson
'  \n a'|indent(2)|tojson
1|indent
'a\nb'|indent(0)
'3'|int
'3.7'|int
3.7|int
-3.7|int
(-3.7)|int
'abc'|int
'abc'|int(5)
'abc'|int(default=-1)
''|int
none|int
none|int(3)
true|int
' 42 '|int
'0x1f'|int
'0x1f'|int(0, 16)
'1f'|int(base=16)
'0b11'|int(0, 2)
'0o17'|int(0, 8)
'017'|int
'17'|int(0, 8)
'1_000'|int
'1e3'|int
1e20|int
'1e400'|int
1e400|int
'99999999999999999999'|int
'٣٤'|int
'-5'|int
'+5'|int
'- 5'|int
[]|int
{'a': 1, 'b': 2}|items|list
{}|items|list
missing|items|list
[1]|items|list
none|items|list
{'a': 1}|items
[1,2,3]|join
[1,2,3]|join(',')
[1,2,3]|join(d=', ')
['a', none, true, 1.5]|join('-')
'abc'|join('-')
rows|join(', ', attribute='name')
rows|join(', ', 'age')
rows|join(attribute='tag.k')
rows|join('|', attribute='nope')
[]|join(',')
{'b': 1, 'a': 2}|join(',')
5|join(',')
[[1, 2], ['a']]|join(' ')
range(4)|join('+')
['<'|e, '<']|join(',')
['a', 'b']|join(1)
['a', 'b']|join(none)
['a', 'b']|join('<'|safe)
[1,2,3]|last
[]|last
'abc'|last
(1, 2)|last
{'b': 1, 'a': 2}|last
range(3)|last
5|last
[1,2]|length
'abc'|length
'é😀e\u0301'|length
{}|length
()|length
5|length
none|length
range(10)|length
[1,2]|count
'abc'|count
[1,2]|map('string')|length
'abc'|list
{'b': 1, 'a': 2}|list
(1, 2)|list
range(3)|list
5|list
none|list
'😀é'|list
[1]|list
{'b': 1}.items()|list
[1,2,3]|map('string')|list
""",
        ROWS,
    )
    expressions(
        "filter lower-min",
        r"""
'ABC'|lower
'ÀÉ'|lower
'İ'|lower|length
'ΑΣ'|lower
1|lower
none|lower
true|lower
['A']|lower
rows|map(attribute='name')|list
rows|map(attribute='tag.k')|list
rows|map(attribute='nope')|list
rows|map(attribute='nope', default='x')|list
rows|map(attribute='tag.nope', default='x')|list
rows|map('attr', 'nope')|list
rows|map(attribute='tag')|map(attribute='k')|list
rows|map(attribute='name')|map('upper')|list
rows|map(attribute='name')|join(', ')
[[1, 2], [3, 4]]|map(attribute=0)|list
[[1, 2], [3, 4]]|map(attribute='1')|list
[[1, 2], [3, 4]]|map('first')|list
[[1, 2], [3, 4]]|map('sum')|list
['a', 'b']|map('upper')|list
['a', 'b']|map('replace', 'a', 'x')|list
['1', 'x']|map('int', default=7)|list
[1, 2]|map('round', 1)|list
['a']|map('nope')|list
['a']|map|list
['a']|map('upper', 'x')|list
['a']|map(nope=1)|list
['a', 'b']|map('default', 'x')|list
[none, 'b']|map('default', 'x', true)|list
{'b': 1}|map('upper')|list
'abc'|map('upper')|list
'abc'|map('upper')|join
5|map('upper')|list
[3,1,2]|max
[3,1,2]|min
['b','A','c']|max
['b','A','c']|min
['b','A','c']|min(case_sensitive=true)
['b','A','c']|max(true)
['a','B']|max(case_sensitive=true)
rows|max(attribute='age')
rows|min(attribute='name')
rows|min(attribute='tag.k')
(rows|min(attribute='age')).name
[]|max
[]|min
[]|max is defined
[1, 'a']|max
[1, 2.5]|max
[true, 2]|max
'hello'|max
[[1, 2], [1, 3]]|max
[3, 1]|max(attribute='x')
""",
        ROWS,
    )
    expressions(
        "filter pprint-replace",
        r"""
'a'|pprint
1|pprint
[1, 'a']|pprint
{'b': 1, 'a': 2}|pprint
none|pprint
{'a': [1, 2, {'b': 'c'}]}|pprint
rows|reject('odd')|list
[1,2,3,4]|reject('odd')|list
[1,0,'',none,'a']|reject|list
[1,2,3]|reject('equalto', 2)|list
[1,2,3]|reject('in', [1, 2])|list
[1,2,3,4]|select('odd')|list
[1,0,'',none,'a']|select|list
[1,2,3,4]|select('divisibleby', 2)|list
[1,2,3,4]|select('greaterthan', 2)|list
[1,2,3,4]|select('>', 2)|list
['a', 1, none]|select('string')|list
['a', 1, none]|select('none')|list
[1]|select('nope')|list
[1,2,3]|select('odd')|first
[1,2,3]|select('odd')
[1,2,3]|select('odd')|length
[1,2,3]|select('odd')|list|length
5|select|list
rows|selectattr('ok')|map(attribute='name')|list
rows|selectattr('age', 'equalto', 30)|map(attribute='name')|list
rows|selectattr('age', '==', 30)|map(attribute='name')|list
rows|selectattr('age', 'gt', 26)|map(attribute='name')|list
rows|selectattr('tag.k', 'eq', 2)|map(attribute='name')|list
rows|selectattr('ok', 'none')|map(attribute='name')|list
rows|selectattr('nope')|list
rows|selectattr('nope', 'defined')|list
rows|selectattr('name', 'in', ['Ann', 'dee'])|map(attribute='name')|list
rows|selectattr('city', 'lower')|map(attribute='city')|list
rows|selectattr|list
rows|selectattr('age', 'nope')|list
rows|rejectattr('ok')|map(attribute='name')|list
rows|rejectattr('age', 'equalto', 30)|map(attribute='name')|list
rows|rejectattr('nope', 'defined')|map(attribute='name')|list
rows|rejectattr('tag.k', 'in', [1, 2])|map(attribute='name')|list
rows|selectattr('age', 'equalto', 30)|list|length
rows|selectattr('age', 'equalto', 30)|first
(rows|selectattr('age', 'equalto', 25)|list)[0].name
rows|selectattr('ok', 'true')|map(attribute='name')|list
rows|selectattr('ok', 'sameas', true)|map(attribute='name')|list
'aXbXc'|replace('X', '-')
'aXbXc'|replace('X', '-', 1)
'aXbXc'|replace('X', '')
'aXbXc'|replace('', '-')
'aXbXc'|replace('', '-', 2)
'aaa'|replace('aa', 'b')
'aaa'|replace(old='a', new='b', count=2)
'a.b'|replace('.', '\\')
1|replace('1', '2')
123|replace(2, 'x')
none|replace('N', 'M')
'a'|replace('a', 1)
'a'|replace('a')
'<a>'|replace('<', '&lt;')
'x'|replace('x', 'y', 0)
'xx'|replace('x', 'y', -1)
'aé😀'|replace('😀', '!')
'$1'|replace('$1', '\\1')
""",
        ROWS,
    )
    expressions(
        "filter reverse-sort",
        r"""
'abc'|reverse
'é😀e\u0301'|reverse
[1,2,3]|reverse|list
[1,2,3]|reverse|join
(1,2)|reverse|list
{'a': 1, 'b': 2}|reverse|list
range(3)|reverse|list
5|reverse
none|reverse
'a'|list|reverse|list
2.5|round
3.5|round
0.5|round
1.5|round
-2.5|round
(-2.5)|round
2.675|round(2)
2.345|round(2)
1.005|round(2)
42.55|round(1)
42.55|round(1, 'floor')
42.55|round(1, 'ceil')
42.51|round(method='floor')
42.51|round(method='ceil')
-42.55|round(method='floor')
(-42.5)|round(0, 'ceil')
42|round
42|round(1)
42|round(-1)
45|round(-1)
1234.5|round(-2)
1234.5678|round(3)
42|round|int
1e16|round
1e22|round(2)
'a'|round
'1.5'|round
none|round
true|round
1.5|round(method='nope')
1.5|round(0, 'common')
1.23456789|round(precision=4)
'<'|safe
1|safe
none|safe
[1,2,3,4,5,6,7]|slice(3)|list
[1,2,3,4,5,6,7]|slice(3, 'x')|list
[1,2]|slice(3)|list
[1,2]|slice(3, 0)|list
[]|slice(2)|list
'abcdef'|slice(4)|list
[1,2]|slice(0)|list
[1,2,3]|slice(slices=2, fill_with='q')|list
[3,1,2]|sort
[3,1,2]|sort(true)
[3,1,2]|sort(reverse=true)
['b','A','c']|sort
['b','A','c']|sort(case_sensitive=true)
['b','A','c']|sort(false, true)
['b','B','a','A']|sort
['b','B','a','A']|sort(reverse=true)
'hello'|sort
'hello'|sort|join
{'b': 1, 'a': 2}|sort
rows|sort(attribute='name')|map(attribute='name')|list
rows|sort(attribute='age')|map(attribute='name')|list
rows|sort(attribute='age,name')|map(attribute='name')|list
rows|sort(attribute='age', reverse=true)|map(attribute='name')|list
rows|sort(attribute='tag.k')|map(attribute='name')|list
rows|sort(attribute='nope')|list
rows|sort(case_sensitive=true, attribute='name')|map(attribute='name')|list
rows|sort
[1, 'a']|sort
[1, 2.5, true]|sort
[none, 1]|sort
[[2, 1], [1, 2], [1]]|sort
[[2, 'b'], [1, 'c']]|sort(attribute=1)
[[2, 'b'], [1, 'c']]|sort(attribute='0')
[]|sort
5|sort
['é', 'e', 'z', 'Z']|sort
['10', '9', '1']|sort
""",
        ROWS,
    )
    expressions(
        "filter string-unique",
        r"""
1|string ~ 2|string
'<b>hi</b> there'|striptags
'<!-- c -->a  b\n c'|striptags
'a &lt; b &amp; c'|striptags
'<a href=">">x</a>'|striptags
1|striptags
[1,2,3]|sum
[]|sum
[1,2]|sum(start=10)
[1.5, 2]|sum
[true, true]|sum
rows|sum(attribute='age')
rows|sum(attribute='tag.k')
rows|sum('age', 1)
[[1], [2]]|sum(start=[])
['a', 'b']|sum
['a', 'b']|sum(start='')
'abc'|sum
[1, none]|sum
'hello world'|title
'HELLO wORLD'|title
"it's a dog's life"|title
'a-b c_d (e) [f] {g} <h'|title
'a1b 2c'|title
'émile zola'|title
''|title
1|title
'foo\tbar\nbaz'|title
'  x '|trim
'\n\t x \u00a0\u3000'|trim
'xxaxx'|trim('x')
'xyaxy'|trim('yx')
'abc'|trim('')
'abc'|trim(chars='c')
' a '|trim(none)
1|trim
none|trim
'\u200ba\u200b'|trim|length
'\x1c\x1da\x85'|trim|length
'foo bar baz'|truncate(9)
'foo bar baz qux'|truncate(9)
'foo bar baz qux'|truncate(9, true)
'foo bar baz qux'|truncate(11)
'foo bar baz qux'|truncate(5, true, '')
'foo bar baz qux'|truncate(8, false, '..', 0)
'foo bar baz qux'|truncate(length=10, killwords=true, end='…', leeway=0)
'foo bar baz qux'|truncate(2)
'foobarbazqux'|truncate(6, leeway=0)
('ab ' * 100)|truncate
('ab ' * 100)|truncate|length
''|truncate(3)
'foo bar baz qux'|truncate(3, true, '...')
1|truncate(5)
[1,2,1,3,2]|unique|list
['a','A','b']|unique|list
['a','A','b']|unique(case_sensitive=true)|list
['a','A','b']|unique(true)|list
rows|unique(attribute='age')|map(attribute='name')|list
rows|unique(attribute='city')|map(attribute='name')|list
[1, 1.0, true]|unique|list
[[1],[1]]|unique|list
[]|unique|list
'hello'|unique|join
'abc'|upper
'éß'|upper
'ŉ'|upper
1|upper
none|upper
true|upper
['a']|upper
""",
        ROWS,
    )
    expressions(
        "filter url-xmlattr",
        r"""
'a b/c?d=é&f'|urlencode
{'a': 1, 'b c': 'd&e'}|urlencode
[('a', 1), ('b', 'é')]|urlencode
'~-_.!*()'|urlencode
'😀'|urlencode
1|urlencode
none|urlencode
''|urlencode
{}|urlencode
[1]|urlencode
'see http://example.com/x?y=1&z=2 now'|urlize
'www.example.com.'|urlize
'http://example.com/averylongpath'|urlize(15)
'http://example.com/averylongpath'|urlize(15, true)
'http://example.com'|urlize(target='_blank')
'http://example.com'|urlize(rel='me')
'(http://example.com)'|urlize
'a@b.com'|urlize
'mailto:a@b.com'|urlize
'example.org'|urlize
'<http://a.com>'|urlize
'ftp://a.com'|urlize
'ftp://a.com'|urlize(extra_schemes=['ftp:'])
'a b  c'|wordcount
''|wordcount
"it's a-b 北京 é"|wordcount
1|wordcount
'foo bar baz'|wordwrap(7)
'foo bar baz'|wordwrap(5)
'foobarbaz'|wordwrap(4)
'foobarbaz'|wordwrap(4, false)
'foo-bar baz'|wordwrap(5)
'foo-bar baz'|wordwrap(5, break_on_hyphens=false)
'foo bar baz'|wordwrap(5, wrapstring=' / ')
'a\nb c d e'|wordwrap(3)
'a\n\nb'|wordwrap(3)
'foo  bar   baz'|wordwrap(8)
('abc ' * 30)|wordwrap
''|wordwrap(3)
{'class': 'a', 'id': 1}|xmlattr
{'class': none, 'id': missing}|xmlattr
{'a': '<"&'}|xmlattr
{'a': 1}|xmlattr(false)
{}|xmlattr
{'a b': 1}|xmlattr
{'a/b': 1}|xmlattr
{'a>': 1}|xmlattr
{'a=': 1}|xmlattr
[1]|xmlattr
{'t': true, 'f': false}|xmlattr
""",
    )
    expressions(
        "filter syntax",
        r"""
s|upper|lower
s | upper | lower
s|upper()
s|upper ()
s|replace('l', 'L')|upper
s|nope
s|nope(1)
s|upper.lower
s|upper()[0]
(s|upper)[0]
(s|upper).lower()
s|upper(1)
s|replace
s|replace('a', 'b', 'c', 'd')
s|replace(nope=1)
s|default
s|join('-')|upper
xs|join|length
xs|first|string|length
xs[0]|string
xs|length + 1
xs|length > 1
xs|length * 2
xs|sort|first + 1
not xs|length
xs|map('string')|join('-')
xs|map('string')|map('length')|sum
xs|select('odd')|map('string')|join(',')
s.split(' ')|first
s.split(' ')[0]|upper
'a,b'.split(',')|map('upper')|join('|')
s|trim if s else 'x'
s|lower == 'hello world'
'hello' in s|lower
('hello' in s)|string
s|string|list|length
[1, 2]|map('upper')|list
1|default(2)|string ~ 'x'
s|length|string|length
s|e.x
s|'upper'
s|upper|
s||upper
s|is defined
s|upper is string
s|length is odd
s|upper is upper
s|foo.bar
""",
        VALUES,
    )
    add("filter syntax", "{% if false %}{{ 'a'|nope }}{% endif %}ok")
    add("filter syntax", "{% if false %}{{ 1 is nope }}{% endif %}ok")
    add("filter syntax", "{{ 'a'|nope if false else 'b' }}")
    add("filter syntax", "{{ ('a'|nope) if 'nope' is filter else 'b' }}")
    add("filter syntax", "{% if true %}{{ 'a'|nope }}{% endif %}ok")
    add("filter syntax", "{% for x in [] %}{{ 'a'|nope }}{% endfor %}ok")


def json_filter():
    values = {
        "d": {"b": 1, "a": [1, 2.0, None, True], "c": {"x": "é\U0001f600", "y": "<&>'\""}},
        "s": "quote\" back\\ slash/ nl\n tab\t bell\x07 del\x7f \u2028 \u00e9 \U0001f600",
        "f": [0.1, 1e16, 1e-7, 1e22, -0.0, 1.0, 100.0, 12345678901234567890, 1e15, 123456.789],
        "e": {"a": [], "b": {}, "c": [[]], "d": [{}], "e": ""},
        "k": {"1": 2, "true": 3, "": 4},
    }
    expressions(
        "filter tojson",
        r"""
d|tojson
d|tojson(indent=2)
d|tojson(indent=4)
d|tojson(indent=0)
d|tojson(indent=none)
d|tojson(indent='\t')
d|tojson(indent='--')
d|tojson(indent=true)
d|tojson(sort_keys=true)
d|tojson(sort_keys=true, indent=1)
d|tojson(separators=(',', ':'))
d|tojson(separators=[',', ':'])
d|tojson(separators=(', ', ' : '), indent=2)
d|tojson(ensure_ascii=true)
d|tojson(ensure_ascii=false)
d|tojson(true)
d|tojson(false, 2)
d|tojson(false, none, (',', ':'))
d|tojson(false, 2, none, true)
d|tojson(nope=1)
d|tojson|length
d|tojson is string
s|tojson
s|tojson(ensure_ascii=true)
f|tojson
e|tojson
e|tojson(indent=2)
k|tojson
'a'|tojson
1|tojson
1.5|tojson
true|tojson
none|tojson
missing|tojson
[missing]|tojson
[1, 2]|tojson
(1, 2)|tojson
[(1,), [2]]|tojson(indent=1)
{1: 2}|tojson
{1.5: 1, true: 2, none: 3}|tojson
{(1, 2): 3}|tojson
{'b': 1, 'a': 2}|tojson(sort_keys=true)
{'b': 1, 1: 2}|tojson(sort_keys=true)
range(3)|tojson
range(3)|list|tojson
d.items()|tojson
d.keys()|list|tojson
d.items()|list|tojson
namespace(a=1)|tojson
dict(a=1)|tojson
1e400|tojson
('nan'|float)|tojson
'<b>'|tojson
('<b>'|safe)|tojson
'</script>'|tojson
"it's"|tojson
'\ud83d'|tojson(ensure_ascii=true)
'\u0000\u001f\u0080'|tojson
'\b\f\n\r\t\v'|tojson
[]|tojson(indent=2)
{}|tojson(indent=2)
[[], {}]|tojson(indent=2)
'a'|tojson|tojson
{'a': 1}|tojson ~ '!'
d|string|tojson
[1, [2, [3]]]|tojson(indent=3)
[1,2]|map('tojson')|join(';')
d|tojson(indent=-1)
{'a': namespace}|tojson
d.a|tojson|upper
""",
        values,
    )


def tests():
    expressions(
        "tests",
        r"""
i is boolean
t is boolean
0 is boolean
i is callable
range is callable
s.upper is callable
dict is callable
namespace is callable
s is defined
missing is defined
d.b is defined
d.zz is defined
n is defined
4 is divisibleby 2
4 is divisibleby(3)
4 is divisibleby 0
'a' is divisibleby 2
4.0 is divisibleby 2
1 is eq 1
1 is eq(2)
1 is equalto 1
1 is == 1
1 is '==' 1
'x'|e is escaped
'x' is escaped
('x'|safe) is escaped
2 is even
3 is even
2.0 is even
'a' is even
false is false
0 is false
none is false
'upper' is filter
'nope' is filter
'odd' is test
'nope' is test
1.0 is float
1 is float
'1.0' is float
2 is ge 2
2 is gt 2
2 is greaterthan 1
2 is lt 3
2 is lessthan 1
2 is le 2
2 is ne 3
2 is gt 'a'
1 is in [1, 2]
1 is in([2])
'a' is in 'abc'
'a' is in {'a': 1}
1 is not in [1]
1 is in 5
1 is integer
true is integer
1.0 is integer
10 ** 30 is integer
[] is iterable
'' is iterable
5 is iterable
{} is iterable
() is iterable
none is iterable
range(3) is iterable
missing is iterable
[1]|map('upper') is iterable
'abc' is lower
'aBc' is lower
'123' is lower
'' is lower
1 is lower
{} is mapping
[] is mapping
'' is mapping
dict() is mapping
none is none
0 is none
missing is none
none is None
1 is number
1.5 is number
true is number
'1' is number
none is number
3 is odd
-3 is odd
(-3) is odd
3.0 is odd
1 is sameas 1
none is sameas none
true is sameas true
1 is sameas true
s is sameas s
xs is sameas xs
[] is sameas []
missing is sameas missing
[] is sequence
'' is sequence
{} is sequence
() is sequence
5 is sequence
none is sequence
range(3) is sequence
missing is sequence
[1]|map('upper') is sequence
namespace() is sequence
'' is string
5 is string
none is string
('x'|safe) is string
missing is string
['a'] is string
true is true
1 is true
'true' is true
missing is undefined
s is undefined
'ABC' is upper
'aBC' is upper
'123' is upper
'A1' is upper
1 is nope
1 is nope(2)
1 is not nope
s is not defined
s is not none
missing is not defined
not s is defined
not s is not defined
s is defined and s is string
s is defined or 1/0
s is string and i is number
s is string == true
s is string ~ 'x'
1 is number if t else 2
i is divisibleby 3 and i is divisibleby 2
i is divisibleby(3) and i is divisibleby(2)
i is gt 40
i is gt 40 and t
i is in [42] and t
i is eq 40 + 2
i is eq(40 + 2)
i is eq i
i is eq xs[0]
i is eq -1
i is eq 'a'
i is eq none
i is eq [42]
i is eq {'a': 1}
i is eq (42)
i is eq(42, 43)
i is eq()
i is eq
i is odd()
i is odd(1)
i is defined()
i is mapping.x
xs is sequence and xs is not string and xs is not mapping
d.items() is iterable
d.items() is mapping
d.items() is sequence
d.keys() is sequence
d.keys() is iterable
t is sameas true
t is true
t == true
t is eq true
t is integer
e is string and not e
e is sameas ''
[1, 'a', none, true]|map('string')|list
xs|select('number')|list
[[], {}, 'a', 1]|select('sequence')|list
[[], {}, 'a', 1]|select('mapping')|list
""",
        VALUES,
    )


def global_functions():
    expressions(
        "globals",
        r"""
range(5)|list
range(2, 5)|list
range(0, 10, 3)|list
range(5, 0, -1)|list
range(0)|list
range(-3)|list
range()
range('a')
range(1.5)
range(1, 2, 0)
range(1, 2, 3, 4)
range(true)|list
range(100000)|length
range(100001)
range(3)|sum
range(3) == range(0, 3)
range(3) == [0, 1, 2]
3 in range(5)
range(3)|join(',')
range(5).start
range(0, 10, 2).step
range(5)|last
range(5)|reverse|list
range(stop=3)
dict(a=1, b=2)
dict(a=1).a
dict({'a': 1})
dict({'a': 1}, a=2)
dict(**{'a': 1})
dict([['a', 1]])
dict('a')
dict(a=1)['a']
dict(a=1) == {'a': 1}
dict(items=[1])['items']
dict(d, z=1)
dict(d.items())
dict(xs)
dict(a=1, **{'b': 2})
dict(**d)
dict.fromkeys(['a'], 1)
dict.keys
{'a': 1}.fromkeys('ab')
cycler('a', 'b')
joiner
namespace
range
lipsum is callable
lipsum(n=0)
cycler()
cycler('a').next()
joiner()()
joiner(', ')() ~ 'x'
self
self is defined
loop is defined
raise_exception('boom')
raise_exception('é "quoted" \n x')
raise_exception(1)
raise_exception()
raise_exception('a' ~ 1)
raise_exception is defined
raise_exception is callable
strftime_now is defined
strftime_now('%d %b %Y')
strftime_now('%Y-%m-%d')
strftime_now('%Y-%m-%dT%H:%M:%SZ')
strftime_now('%d/%m/%y')
strftime_now('%B %d, %Y')
strftime_now('%A, %d %B %Y')
strftime_now('%a %j %U %W %w %u %V %G')
strftime_now('%I:%M %p')
strftime_now('%H%M%S %f')
strftime_now('%y %C %e %h %D %F %T %R %r')
strftime_now('%c')
strftime_now('%x')
strftime_now('%X')
strftime_now('%z|%Z|')
strftime_now('%%')
strftime_now('%n%t')|tojson
strftime_now('%-d %-m %-H %-I %-M')
strftime_now('plain')
strftime_now('')
strftime_now('%Y年%m月%d日')
strftime_now()
strftime_now(1)
strftime_now('%d %b %Y')|upper
strftime_now(format='%Y')
true
print
len(xs)
str(1)
int('1')
list('ab')
sorted(xs)
enumerate(xs)
zip(xs, xs)
min(1, 2)
abs(-1)
type(1)
isinstance(1, 2)
open('x')
_('x')
gettext('x')
""",
        {"xs": [1, 2], "d": {"a": 1}},
    )
    lines(
        "globals",
        r"""
{% set c = cycler('a', 'b', 'c') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.next() }}{{ c.next() }}{{ c.reset() }}{{ c.current }}
{% set c = cycler('a', 'b') %}{% for i in range(5) %}{{ c.next() }}{% endfor %}
{% set c = cycler(1, 2) %}{{ c.items }}{{ c.pos }}{{ c.current + 1 }}
{% set j = joiner(', ') %}{% for i in range(3) %}{{ j() }}{{ i }}{% endfor %}
{% set j = joiner() %}{% for i in range(3) %}{{ j() }}{{ i }}{% endfor %}
{% set j = joiner('|') %}{{ j() }}x{{ j() }}{{ j.sep }}{{ j.used }}
{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{% else %}x{% endif %}
{% set d = strftime_now('%Y') %}{{ d|int + 1 }}
{% if true %}{{ raise_exception('in if') }}{% endif %}
{% if false %}{{ raise_exception('in if') }}{% endif %}ok
{% for x in [1, 2] %}{{ x }}{{ raise_exception('at ' ~ x) }}{% endfor %}
{% macro m() %}{{ raise_exception('in macro') }}{% endmacro %}{{ m() }}
{% set x = raise_exception('in set') %}
{{ 'a' if false else raise_exception('in else') }}
""",
    )


def methods():
    expressions(
        "str methods",
        r"""
'a b  c'.split()
'a b  c'.split(' ')
' a b '.split()
'a,b,c'.split(',')
'a,b,c'.split(',', 1)
'a,b,c'.split(',', 0)
'a,b,c'.split(',', -1)
'a,b,c'.split(sep=',', maxsplit=1)
'a b c'.split(none, 1)
'  a b c '.split(maxsplit=1)
''.split()
''.split(',')
'a'.split('')
'a,b'.split(',')[1]
'a,b'.split(',')[-1]
'a\nb\tc\u00a0d\u3000e'.split()
'a<x>b<x>c'.split('<x>')
'a<x>b'.split('<x>')[-1].strip()
'</think>x'.split('</think>')
'a'.split(1)
'a.b.c'.rsplit('.')
'a.b.c'.rsplit('.', 1)
' a b c '.rsplit(none, 1)
'a b c'.rsplit(maxsplit=1)
''.rsplit('.')
'a\nb\r\nc\rd'.splitlines()
'a\nb\n'.splitlines()
'a\n\nb'.splitlines(true)
'a\u2028b\x0bc\x0cd\x1ce\x85f'.splitlines()
''.splitlines()
'\n'.splitlines()
'  a '.strip()
'\n\t a \u00a0'.strip()
'xxaxx'.strip('x')
'abcba'.strip('ab')
'abc'.strip('')
'abc'.strip(none)
' a '.strip(' ')
'\n a\n'.strip('\n')
'  a '.lstrip()
'  a '.rstrip()
'xxa'.lstrip('x')
'axx'.rstrip('x')
'\n\na\n\n'.lstrip('\n')
'\n\na\n\n'.rstrip('\n')
'\u200ba'.strip()|length
'\x1ca\x1f'.strip()|length
'abc'.strip(1)
'abc'.startswith('a')
'abc'.startswith('b')
'abc'.startswith('')
'abc'.startswith(('x', 'a'))
'abc'.startswith(())
'abc'.startswith(['a'])
'abc'.startswith('b', 1)
'abc'.startswith('b', 1, 1)
'abc'.startswith(1)
'abc'.startswith('c', -1)
'abc'.endswith('c')
'abc'.endswith(('x', 'bc'))
'abc'.endswith('b', 0, 2)
'abc'.endswith('')
'abc'.find('b')
'abc'.find('x')
'abcabc'.find('b', 2)
'abcabc'.find('c', 0, 2)
'abc'.find('')
'abc'.find('', 5)
'😀a'.find('a')
'abcabc'.rfind('b')
'abcabc'.rfind('x')
'abcabc'.rfind('b', 0, 4)
'abc'.index('b')
'abc'.index('x')
'abcabc'.rindex('c')
'abc'.rindex('x')
'abcabc'.count('b')
'aaaa'.count('aa')
'abc'.count('')
'abc'.count('x')
'abcabc'.count('b', 2)
'abcabc'.replace('b', 'X')
'abcabc'.replace('b', 'X', 1)
'abc'.replace('', '-')
'abc'.replace('b', '')
'abc'.replace('b')
'abc'.replace('b', none)
'aaa'.replace('aa', 'b')
'abc'.replace('b', 'X', count=1)
','.join(['a', 'b'])
','.join('abc')
','.join([])
','.join(['a', 1])
','.join(('a', 'b'))
','.join({'a': 1, 'b': 2})
''.join(['a', 'b'])
','.join(['a', 'b']|map('upper'))
','.join(5)
','.join([none])
'aBc'.upper()
'aBc'.lower()
'éß'.upper()
'ΑΣ'.lower()
'aBc dEf'.title()
"it's ok".title()
'aBc'.capitalize()
'ǆ'.capitalize()
'aBcß'.swapcase()
'aBcß'.casefold()
'123'.isdigit()
'12a'.isdigit()
''.isdigit()
'²'.isdigit()
'²'.isdecimal()
'²'.isnumeric()
'½'.isnumeric()
'½'.isdigit()
'٣'.isdigit()
'٣'.isdecimal()
'一'.isnumeric()
'1.5'.isdigit()
'-1'.isdigit()
'abc'.isalpha()
'abc1'.isalpha()
'é北'.isalpha()
''.isalpha()
'abc1'.isalnum()
'abc 1'.isalnum()
'½'.isalnum()
' \t\n'.isspace()
''.isspace()
'\u00a0\u3000'.isspace()
'\u200b'.isspace()
'ABC'.isupper()
'ABc'.isupper()
'A1'.isupper()
'1'.isupper()
'abc'.islower()
'a1'.islower()
''.islower()
'Abc Def'.istitle()
'Abc def'.istitle()
'abc'.isidentifier()
'1abc'.isidentifier()
'a-b'.isidentifier()
'é'.isidentifier()
'for'.isidentifier()
'abc'.isascii()
'é'.isascii()
''.isascii()
'abc'.isprintable()
'a\n'.isprintable()
'\u200b'.isprintable()
'42'.zfill(5)
'-42'.zfill(5)
'+4'.zfill(4)
'abc'.zfill(2)
''.zfill(2)
'a'.ljust(3) ~ '|'
'a'.ljust(3, '.')
'a'.rjust(3, '.')
'abc'.rjust(2)
'a'.center(4, '.')
'a'.center(5, '.')
'ab'.center(5, '.')
'abc'.center(6, '.')
'a'.center(3, '..')
'😀'.ljust(3, '.')
'a=b=c'.partition('=')
'abc'.partition('=')
'a=b=c'.rpartition('=')
'abc'.rpartition('=')
'abc'.partition('')
'a=b'.partition('=')[2]
'foobar'.removeprefix('foo')
'foobar'.removeprefix('bar')
'foobar'.removesuffix('bar')
'foobar'.removesuffix('')
'foobar'.removeprefix('foobar')
'a\tb'.expandtabs(4)
'a\tb'.expandtabs()
'abc'.translate({97: 'x'})
'abc'.translate({97: none, 98: 'yy'})
'abc'.maketrans('a', 'b')
'é'.encode('utf-8')
'abc'.encode()
'é'.encode('ascii')
'é'.encode('ascii', 'ignore')
'abc'.encode().decode()
'é😀'.encode('utf-8')|length
'abc'.nope()
'abc'.upper(1)
'abc'.upper.x
'abc'.__len__()
'abc'.upper().lower().title()
'abc'.strip().split('b')[0].upper()
'abc'.format
'%s'.format(1)
s.strip()
s.split('\n')
s.split('\n')|length
s.strip('\n')
s.lstrip('\n')
s.rstrip()
s.upper()
s.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n')
s.split('</think>')[-1].lstrip('\n')
'</think>' in s
s.startswith('<think>')
s.find('</think>')
s.rfind('<')
s[s.find('x'):]
s.replace('<', '&lt;')
""",
        {"s": "\n<think>\nhmm\n</think>\n\nanswer \U0001f600 x\n"},
    )
    expressions(
        "str.format",
        r"""
'{}'.format(1)
'{} {}'.format('a', 'b')
'{0} {1} {0}'.format('a', 'b')
'{a} {b}'.format(a=1, b='x')
'{} {a}'.format(1, a=2)
'{:>5}|'.format('a')
'{:<5}|'.format('a')
'{:^5}|'.format('a')
'{:*^7}'.format('a')
'{:5}|'.format('a')
'{:5}|'.format(1)
'{:05d}'.format(42)
'{:+d}'.format(42)
'{: d}'.format(42)
'{:,}'.format(1234567)
'{:_}'.format(1234567)
'{:.2f}'.format(3.14159)
'{:8.2f}|'.format(3.14159)
'{:08.2f}'.format(-3.14159)
'{:.0f}'.format(2.5)
'{:.1%}'.format(0.256)
'{:e}'.format(12345.678)
'{:.2e}'.format(0.00012)
'{:g}'.format(1234567.0)
'{:g}'.format(0.00001)
'{:.3g}'.format(3.14159)
'{:x}'.format(255)
'{:X}'.format(255)
'{:#x}'.format(255)
'{:b}'.format(5)
'{:#b}'.format(5)
'{:o}'.format(8)
'{:c}'.format(65)
'{:n}'.format(5)
'{:.3}'.format('abcdef')
'{:>6.3}|'.format('abcdef')
'{!r}'.format('a')
'{!s}'.format('a')
'{!a}'.format('é')
'{!r:>5}'.format('a')
'{0!r} {1!s}'.format('a', ['b'])
'{{}}'.format(1)
'{{{}}}'.format(1)
'{0[0]}'.format([1, 2])
'{0[a]}'.format({'a': 5})
'{a[b]}'.format(a={'b': 6})
'{0.real}'.format(1)
'{0.__class__}'.format(1)
'{0.__class__.__name__}'.format(1)
'{}'.format(none)
'{}'.format(true)
'{}'.format(1.0)
'{}'.format([1, 'a'])
'{:>8}|'.format(true)
'{:d}'.format(true)
'{:>5}'.format(none)
'{:5}'.format([1])
'{} {}'.format(1)
'{0} {}'.format(1, 2)
'{a}'.format(b=1)
'{'.format(1)
'}'.format(1)
'{:d}'.format('a')
'{:d}'.format(1.5)
'{:s}'.format(1)
'{:f}'.format(1)
'{:.2f}'.format('1')
'{:q}'.format(1)
'{:{}}'.format('a', 5) ~ '|'
'{:{w}.{p}f}'.format(3.14159, w=8, p=2)
'{:10.3f}|{:<10}|{:>10}|'.format(1.5, 'l', 'r')
'{:=+6d}'.format(42)
'{:<6}|'.format(42)
'{:>6}|'.format(4.5)
'{:é>4}'.format('a')
'{}'.format(missing)
'{a}'.format_map({'a': 1})
'no'.format(1)
''.format()
'{:,.2f}'.format(1234567.891)
'{:.3f}'.format(2)
'{:%}'.format(0.5)
'{}'.format(1e16)
'{:}'.format('x')
'{:>{w}}'.format('a', w=3)
""",
    )
    expressions(
        "list methods",
        r"""
xs.index(2)
xs.index(9)
xs.index(2, 2)
xs.count(2)
xs.count(9)
xs.copy()
xs.append(4)
xs.extend([4])
xs.insert(0, 1)
xs.pop()
xs.remove(1)
xs.reverse()
xs.sort()
xs.clear()
xs.__len__()
xs.nope()
xs.append is defined
xs.index is callable
(1, 2, 2).count(2)
(1, 2).index(2)
(1, 2).index(3)
(1, 2).append(3)
[1, 2].index(1.0)
[1, true].count(1)
['a'].index('a')
xs == xs.copy()
{'a': 1}.update({'b': 2})
{'a': 1}.pop('a')
{'a': 1}.setdefault('b', 2)
{'a': 1}.items()|map('first')|list
{'a': 1, 'b': 2}.values()|sum
{'a': 1}.get('a', 2)
{'a': none}.get('a', 2)
{'a': 1}.get(['x'])
{'a': 1}.has_key('a')
{'a': 1}.get('b') is none
{'a': 1}.keys()|list + ['b']
{'a': 1}.keys() + ['b']
range(5).index(3)
range(5).count(3)
""",
        {"xs": [1, 2, 2, 3]},
    )
    expressions(
        "number methods",
        r"""
i.bit_length()
(5).bit_length()
5 .bit_length()
i.real
i.imag
i.numerator
i.denominator
i.conjugate()
i.is_integer()
i.to_bytes(2, 'big')
i.nope
f.is_integer()
(2.0).is_integer()
f.real
f.as_integer_ratio()
f.hex()
f.conjugate()
f.nope()
t.real
t.bit_length()
n.real
i.bit_count()
i.__add__(1)
(1.5).is_integer()
""",
        {"i": 10, "f": 2.5, "t": True, "n": None},
    )


def sandbox():
    expressions(
        "sandbox",
        r"""
''.__class__
''.__class__.__mro__
''['__class__']
''|attr('__class__')
''|attr('__class__')|attr('__mro__')
[].__class__.__base__
[].append(1)
[].append
{}.update({'a': 1})
{}.update
xs.append(1)
xs.sort()
d.pop('a')
d.clear()
d.setdefault('x', 1)
range.__class__
range(5).__class__
namespace.__init__
namespace.__init__.__globals__
dict.__class__
cycler.__init__
self.__class__
self._TemplateReference__context
loop.__class__
m.__globals__
'{0.__class__.__mro__}'.format('')
'{x.__class__}'.format(x=1)
''.__class__ is defined
[].__len__()
''.__add__('a')
1 .__class__
none.__class__
true.__class__
raise_exception.__globals__
raise_exception.__name__
strftime_now.__code__
lipsum.__globals__
lipsum.__globals__['os']
joiner.__init__
xs._x
d._x
d['_x']
d.__dict__
''.format_map({})
('a'|upper).__class__
(1).__class__.__name__
''.mro
xs|map(attribute='__class__')|list
[d]|map(attribute='_x')|list
xs|map('attr', '__class__')|list
""",
        {"xs": [1], "d": {"a": 1, "_x": "under"}},
    )
    templates(
        "sandbox",
        [
            "{% macro m() %}{% endmacro %}{{ m.__class__ }}|{{ m._func }}|{{ m._arguments }}",
            "{% for x in [1] %}{{ loop._iterator }}|{{ loop.__class__ }}{% endfor %}",
            "{% set ns = namespace(a=1) %}{{ ns.__class__ }}|{{ ns._Namespace__attrs }}",
            "{% set xs = [] %}{% set _ = xs.append(1) %}",
            "{% set d = {} %}{% set _ = d.update({'a': 1}) %}",
        ],
    )


def chat():
    tool = {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Gets the weather.",
            "parameters": {
                "type": "object",
                "properties": {
                    "city": {"type": "string", "description": "The city."},
                    "days": {"type": ["integer", "null"], "default": 3},
                    "unit": {"type": "string", "enum": ["c", "f"]},
                    "places": {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "number"}}}},
                },
                "required": ["city"],
            },
        },
    }
    plain = {
        "messages": [
            {"role": "system", "content": " Be brief.\n"},
            {"role": "user", "content": "Hi \U0001f600"},
            {"role": "assistant", "content": "<think>\nhm\n</think>\n\nHello!"},
            {"role": "user", "content": "Bye"},
        ],
        "bos_token": "<s>",
        "eos_token": "</s>",
        "add_generation_prompt": True,
        "tools": None,
    }
    calls = {
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "weather"}, {"type": "text", "text": "?"}]},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "1", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "Zürich", "n": 2}}},
                    {"id": "2", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Rome"}'}},
                ],
            },
            {"role": "tool", "name": "get_weather", "tool_call_id": "1", "content": "22"},
            {"role": "tool", "name": "get_weather", "tool_call_id": "2", "content": '{"t": 30}'},
            {"role": "assistant", "content": "22 and 30."},
        ],
        "bos_token": "<s>",
        "eos_token": "</s>",
        "add_generation_prompt": False,
        "tools": [tool],
    }
    texts = [
        "{% for message in messages %}<|{{ message.role }}|>\n{{ message.content }}</s>\n{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>\n{% endif %}",
        "{%- for message in messages %}\n    {{- '<|im_start|>' + message['role'] + '\\n' }}\n"
        "    {%- if message.content is string %}\n        {{- message.content }}\n    {%- elif message.content %}\n"
        "        {%- for part in message.content if part.type == 'text' %}\n            {{- part.text }}\n        {%- endfor %}\n"
        "    {%- endif %}\n    {{- '<|im_end|>\\n' }}\n{%- endfor %}\n{%- if add_generation_prompt %}\n"
        "    {{- '<|im_start|>assistant\\n' }}\n{%- endif %}\n",
        "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}"
        "{% set system_message = messages[0]['content'] | trim %}{% else %}{% set loop_messages = messages %}"
        "{% set system_message = false %}{% endif %}{{ system_message }}{% for message in loop_messages %}"
        "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate!') }}{% endif %}"
        "{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + "
        "message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{{ content }}{{ eos_token }}{% endfor %}",
        "{%- set ns = namespace(last=-1, multi=true) %}{%- for message in messages[::-1] %}"
        "{%- set index = (messages|length - 1) - loop.index0 %}{%- if ns.multi and message.role == 'user' %}"
        "{%- set ns.multi = false %}{%- set ns.last = index %}{%- endif %}{%- endfor %}{{- ns.last }}",
        "{%- for message in messages %}{%- if message.role == 'assistant' %}{%- set content = message.content or '' %}"
        "{%- set reasoning = '' %}{%- if '</think>' in content %}{%- set reasoning = content.split('</think>')[0].rstrip('\\n')"
        ".split('<think>')[-1].lstrip('\\n') %}{%- set content = content.split('</think>')[-1].lstrip('\\n') %}{%- endif %}"
        "[{{- reasoning.strip('\\n') }}|{{- content }}]{%- endif %}{%- endfor %}",
        "{%- if tools %}\n    {{- '# Tools\\n\\n<tools>' }}\n    {%- for tool in tools %}\n        {{- \"\\n\" }}\n"
        "        {{- tool | tojson }}\n    {%- endfor %}\n    {{- \"\\n</tools>\" }}\n{%- endif %}",
        "{%- for tool in tools or [] %}{{ tool | tojson(indent=4) }}\n{% endfor %}",
        "{%- for message in messages %}{%- if message.tool_calls %}{%- for call in message.tool_calls %}"
        "{%- if call.function %}{%- set call = call.function %}{%- endif %}{{- '{\"name\": \"' ~ call.name ~ '\", \"arguments\": ' }}"
        "{%- if call.arguments is string %}{{- call.arguments }}{%- else %}{{- call.arguments | tojson }}{%- endif %}{{- '}\\n' }}"
        "{%- endfor %}{%- endif %}{%- endfor %}",
        "{%- for message in messages %}{%- if message.role == 'tool' %}{%- if loop.first or (messages[loop.index0 - 1].role != 'tool') %}"
        "<user>{%- endif %}<response>{{ message.content }}</response>{%- if loop.last or (messages[loop.index0 + 1].role != 'tool') %}"
        "</user>{%- endif %}{%- endif %}{%- endfor %}",
        "{%- set user_messages = messages | selectattr('role', 'equalto', 'user') | list %}{{ user_messages|length }}"
        "{{ user_messages[-1].content }}{{ (messages | rejectattr('role', 'in', ['user', 'tool']) | list)|length }}",
        "{%- for message in messages %}{{ loop.index0 }}{{ message['role'] | upper }}{{ ': ' + message['content'] | trim + '\\n' }}"
        "{%- endfor %}",
        "{%- if not tools is defined %}a{%- endif %}{%- if tools is not none %}b{%- endif %}{%- if tools is defined and tools %}c{%- endif %}"
        "{%- if date_string is not defined %}{%- set date_string = strftime_now('%d %b %Y') %}{%- endif %}{{ date_string }}",
        "{%- macro render(m) -%}<{{ m.role }}>{%- if m.content is string -%}{{ m.content | trim }}{%- elif m.content is iterable and "
        "m.content is not none -%}{%- for c in m.content -%}{{ c['text'] }}{%- endfor -%}{%- endif -%}</{{ m.role }}>{%- endmacro -%}"
        "{%- for m in messages -%}{{ render(m) }}{%- endfor -%}",
        "{%- macro kind(p) %}{%- if p.type is string %}{{ p.type }}{%- if p.type == 'array' and p['items'] %}[{{ kind(p['items']) }}]"
        "{%- elif p.type == 'object' and p.properties %}{ {%- for k, v in p.properties.items() %}{{ k }}: {{ kind(v) }}"
        "{%- if not loop.last %}, {% endif %}{%- endfor %}}{%- endif %}{%- else %}{{ p.type | join(' | ') }}{%- endif %}{%- endmacro %}"
        "{%- for tool in tools or [] %}{%- for name, p in tool.function.parameters.properties.items() %}{{ name }}"
        "{%- if name not in tool.function.parameters.required %}?{%- endif %}: {{ kind(p) }}"
        "{%- if p.default is defined %} = {{ p.default }}{%- endif %}{%- if p.enum %} ({{ p.enum | join(', ') }}){%- endif %}\n"
        "{% endfor %}{%- endfor %}",
        "{% for message in messages %}{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] }}{% endgeneration %}"
        "{% else %}{{ message['content'] }}{% endif %}{% endfor %}",
        "{% for m in messages %}{% if m.role == 'user' %}U{% elif m.role == 'assistant' and m.tool_calls is defined and m.tool_calls %}C"
        "{% elif m.role == 'assistant' %}A{% elif m.role == 'tool' %}T{% else %}{{ raise_exception('Unknown role: ' + m.role) }}{% endif %}"
        "{% endfor %}",
        "{{ messages }}",
        "{{ messages[0] }}|{{ messages[-1]['content'] }}|{{ messages[99] }}|{{ messages[0].nope }}",
        "{{ tools }}",
        "{{ messages | map(attribute='role') | join(',') }}|{{ messages | map(attribute='content') | select('string') | list | length }}",
        "{{ messages | tojson }}",
        "{% for key, value in messages[0].items() %}{{ key }}={{ value }};{% endfor %}",
        "{% for key in messages[0] %}{{ key }};{% endfor %}{{ 'role' in messages[0] }}{{ 'tool_calls' in messages[1] }}",
        "{{ (messages|last).role }}{{ (messages|first)['role'] }}{{ messages|length % 2 }}",
        "{% if enable_thinking is defined and enable_thinking is false %}a{% else %}b{% endif %}"
        "{% if not enable_thinking|default(true) %}c{% endif %}{{ thinking or 'none' }}",
        "{%- for message in messages|reverse %}{{ message.role[0] }}{%- endfor %}",
        "{% for message in messages %}{{ '<|' ~ message.role ~ '|>' }}{% if message.content %}{{ message.content|string|length }}"
        "{% endif %}{% endfor %}",
        "{%- set system = (messages | selectattr('role', '==', 'system') | map(attribute='content') | first) or 'default' %}{{ system }}",
        "{%- set ns = namespace(out='', is_first=true) %}{%- for m in messages %}{%- if ns.is_first %}{%- set ns.is_first = false %}"
        "{%- else %}{%- set ns.out = ns.out + '|' %}{%- endif %}{%- set ns.out = ns.out + m['role'] %}{%- endfor %}{{ ns.out }}",
        "{% if messages[0]['role'] != 'user' %}{{ raise_exception('Conversation must start with a user, not ' + messages[0].role) }}"
        "{% endif %}ok",
        "{{ bos_token + 'x' + eos_token }}{{ pad_token }}|{{ bos_token ~ unk_token }}",
        "{%- for m in messages if m.role != 'system' %}{{ loop.index }}/{{ loop.length }}{{ '.' if loop.last }}{%- endfor %}",
        "{%- for m in messages %}{%- if loop.previtem is defined and loop.previtem.role == m.role %}={%- else %}!{%- endif %}"
        "{%- if loop.nextitem is undefined %}end{%- endif %}{%- endfor %}",
        "{% set last = messages[-1] %}{{ last.role == 'assistant' and not add_generation_prompt }}{{ add_generation_prompt and 'p' }}",
        "{% for m in messages %}{% for c in m.tool_calls or [] %}{{ c.function.name }}({% for k, v in c.function.arguments|items %}"
        "{{ k }}={{ v|tojson }}{% if not loop.last %}, {% endif %}{% endfor %}){% endfor %}{% endfor %}",
        "{% for m in messages %}{% for c in m.tool_calls or [] if c.function.arguments is mapping %}{{ c.function.name }}("
        "{% for k, v in c.function.arguments.items() %}{{ k }}={{ v if v is string else v|tojson }}{{ ', ' if not loop.last }}"
        "{% endfor %}){% endfor %}{% endfor %}",
        "{% set t = (tools or [])|map(attribute='function')|map(attribute='name')|list %}{{ t }}{{ t|join(', ')|default('none', true) }}",
    ]
    templates("chat", texts, plain)
    templates("chat", texts, calls)


def unicode():
    expressions(
        "unicode",
        r"""
s|length
s|upper
s|lower
s[0]
s[4]
s[-1]
s[2:5]
s[::-1]
s|list
s|reverse
s|first
s|last
s|center(20)
s|tojson
s|tojson(ensure_ascii=true)
s|urlencode
s|title
s|capitalize
s|truncate(5, true, '…', 0)
s|wordcount
s|replace('é', 'e')
s.find('x')
s.index('é')
s.count('')
s.split('x')
s.ljust(20, '.')
s.encode('utf-8')
[s]
s == s|string
s < 'z'
'%s' % s
'%15s|' % s
'{:>15}|'.format(s)
s ~ s
s * 2
s in s
'é' in s
'e\u0301' in s
'e' in s
'é' == 'e\u0301'
'ﬁ'|upper
'ﬁ'.casefold()
'ß'.casefold() == 'ss'
'ǅ'.title()
'İ'|lower
'ı'|upper
'Σ'|lower
'ὈΔΥΣΣΕΎΣ'|lower
'ά'|upper
'ΐ'|upper|length
'ﬃ x'|title
'ʼn'|upper
'한국어'|reverse
'日本語'[1]
'ไทย'|length
'नमस्ते'|length
'नमस्ते'|list
'👍🏽'|length
'👍🏽'[0]
'🇨🇭'|list
'\u00ad'|tojson
['\u00ad']
['\u0300a']
['\ufffd']
['\u061c']
['\u180e']
['\u2060']
['\U0001f600', '\U000f0000']
['ª²½']
['\u1680\u2000\u202f\u205f']
""",
        {"s": "a\U0001f600\u00e9e\u0301x\U0001f468\u200d\U0001f469\u200d\U0001f467\u4eac"},
    )


def calls():
    lines(
        "calls",
        r"""
{{ s.split(sep='l') }}
{{ s.split(*['l']) }}
{{ s.split(*['l', 1]) }}
{{ s.split(**{'sep': 'l'}) }}
{{ s.split('l', maxsplit=1) }}
{{ s.split(nope=1) }}
{{ s.split('l', 1, 2) }}
{{ s.upper(*[]) }}
{{ s.upper(**{}) }}
{{ range(*[1, 4])|list }}
{{ dict(**{'a': 1}) }}
{{ dict(**{1: 2}) }}
{{ s|replace(*['l', 'L']) }}
{{ s|replace('l', **{'new': 'L'}) }}
{{ i is divisibleby(*[2]) }}
{{ s() }}
{{ d() }}
{{ d.b() }}
{{ none() }}
{{ s.split }}{{ 1/0 }}
{{ 'a'.join(s for s in xs) }}
{{ s.startswith(prefix='H') }}
{{ s.replace('l', 'L').replace('o', '0') }}
{{ (s ~ s).count('l') }}
{{ [s.upper(), s.lower()] }}
{{ {'k': s.upper()}['k'] }}
{{ s.split(' ')[1][0] }}
{{ s.split()[0].lower().replace('h', 'j') }}
{{ s['split'](' ') }}
{{ s . upper ( ) }}
{{ s.
upper() }}
{{ d['b'] + d.b }}
{{ dict(a=1, a=2) }}
{{ namespace(a=1, a=2).a }}
{{ range(3)[1] + 1 }}
{{ s.strip().strip() .strip() }}
{{ super.x }}
""",
        VALUES,
    )


LITERALS = {
    "int": ["0", "1", "2", "3", "-1", "-7", "10", "255"],
    "float": ["0.5", "1.0", "-2.5", "0.1", "3.75", "1e3"],
    "str": ["''", "'a'", "'ab'", "'Abc'", "' x '", "'10'", "'é'", "'a,b'", "'-3'", "'😀b'"],
    "bool": ["true", "false"],
    "none": ["none"],
    "list": ["[]", "[1]", "[1, 2, 3]", "['a', 'b']", "[3, 'x', none]", "[[1], [2]]"],
    "tuple": ["()", "(1,)", "(1, 2)", "('a', 2)"],
    "dict": ["{}", "{'a': 1}", "{'b': 2, 'a': [1]}", "{1: 'x'}"],
    "var": ["i", "f", "s", "n", "t", "xs", "d", "nope", "d.a", "d.nope", "xs[0]", "s[1]", "xs[7]"],
}
KINDS = ["int", "int", "float", "str", "str", "bool", "none", "list", "tuple", "dict", "var", "var", "var"]
BINARY = ["+", "+", "-", "*", "/", "//", "%", "~", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or", "and", "or"]
FILTERS = [
    "length", "string", "list", "upper", "lower", "int", "float", "abs", "round", "first", "last", "trim", "tojson", "join(',')",
    "sort", "reverse|list", "sum", "min", "max", "unique|list", "default('d')", "default('d', true)", "title", "capitalize",
    "replace('a', 'A')", "int(default=9)", "batch(2)|list", "map('string')|list", "select|list", "e", "count", "round(1)",
]  # fmt: skip
TESTS = [
    "defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "iterable", "odd",
    "even", "true", "false", "lower", "upper", "eq 1", "gt(1)", "in [1, 'a']", "not none", "not string", "divisibleby 2", "callable",
]  # fmt: skip
SUBSCRIPTS = ["[0]", "[-1]", "[1:]", "[:2]", "[::-1]", "['a']", ".a", "[1:-1]", "[-2:]", "[::2]", "[true]"]
METHODS = [".upper()", ".strip()", ".split(',')", ".split()", ".items()|list", ".get('a')", ".index(1)", ".count('a')", ".title()"]


def random_expression(draw, depth):
    if depth == 0 or draw.random() < 0.12:
        return draw.choice(LITERALS[draw.choice(KINDS)])
    form = draw.randrange(14)
    inner = random_expression(draw, depth - 1)
    if form < 6:
        operator = draw.choice(BINARY)
        blank = " " if operator.isalpha() or " " in operator or draw.random() < 0.8 else ""
        made = inner + blank + operator + blank + random_expression(draw, depth - 1)
        return f"({made})" if draw.random() < 0.4 else made
    if form < 8:
        return f"{inner}|{draw.choice(FILTERS)}" if draw.random() < 0.3 else f"({inner})|{draw.choice(FILTERS)}"
    if form == 8:
        return f"{inner} is {draw.choice(TESTS)}" if draw.random() < 0.5 else f"({inner}) is {draw.choice(TESTS)}"
    if form == 9:
        return f"({inner}){draw.choice(SUBSCRIPTS)}"
    if form == 10:
        return f"({inner} if {random_expression(draw, depth - 1)} else {random_expression(draw, depth - 1)})"
    if form == 11:
        return draw.choice(["not ", "-", "not not ", "+"]) + inner
    if form == 12:
        return draw.choice([f"[{inner}, {random_expression(draw, depth - 1)}]", f"({inner},)", "{'k': " + inner + "}"])
    return f"({inner}){draw.choice(METHODS)}" if draw.random() < 0.6 else f"{draw.choice(['2', '-3', '1.5', 'i'])} ** {draw.choice('0123')}"


def random_expressions():
    draw = random.Random(20240726)
    variables = {"i": 6, "f": 1.25, "s": "Hey", "n": None, "t": True, "xs": [2, 1], "d": {"a": 1, "z": "q"}}
    errors = 0
    made = 0
    while made < RANDOM:
        template = "{{ " + random_expression(draw, draw.randrange(1, 4)) + " }}"
        count = len(snippets)
        add("random", template, variables)
        if len(snippets) == count:
            continue
        last = snippets[-1]
        text = last.get("expected", "")
        # A third may be errors; what prints an object's address or is long is of no use.
        if " object " in text or "<built-in" in text or len(text) > 300 or ("error" in last and errors * 3 >= RANDOM):
            snippets.pop()
            continue
        errors += "error" in last
        made += 1


def main(file):
    warnings.simplefilter("ignore")
    chat_template_utils.datetime = Clock
    for part in (
        whitespace, loops, conditions, macros, statements, syntax_errors, literals, operators, subscripts, printing, undefined,
        filters, json_filter, tests, global_functions, methods, sandbox, chat, unicode, calls, random_expressions,
    ):  # fmt: skip
        part()
    rows = ",\n".join(json.dumps(snippet, ensure_ascii=False) for snippet in snippets)
    text = f'{{"now": "{NOW.isoformat()}",\n"snippets": [\n{rows}\n]}}\n'
    json.loads(text)
    pathlib.Path(file).write_bytes(text.encode("utf-8"))
    failed = sum("error" in snippet for snippet in snippets)
    print(len(snippets), "snippets,", failed, "of them errors,", len(text.encode("utf-8")), "bytes")


if __name__ == "__main__":
    main(sys.argv[1])
