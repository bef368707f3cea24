"""Checks the links in Markdown files outside docs/, which mkdocs does not see, and the length of all Markdown lines.

Call: check_links.py ROOT. Tables, code blocks and headings may be longer than 120 characters.
"""

import pathlib
import re
import subprocess
import sys

LONGEST = 120
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchor(heading):
    """The anchor that a heading gets."""
    text = re.sub(r"[`*_]", "", heading.strip("# \n")).lower()
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", text).strip())


def prose(text):
    """The text with its code blocks emptied, so that lines keep their numbers."""
    fenced = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
            line = ""
        yield "" if fenced else line


def problems(root, path):
    lines = list(prose(path.read_text()))
    name = path.relative_to(root)
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST and not line.startswith(("|", "#")):
            yield f"{name}:{number}: {len(line)} characters, more than {LONGEST}"
    text = "\n".join(lines)
    for link in LINK.finditer(text):
        target = link[1]
        where = f"{name}:{text.count(chr(10), 0, link.start()) + 1}"
        if re.match(r"[a-z]+:", target):
            continue
        file, _, fragment = target.partition("#")
        goal = (path.parent / file).resolve() if file else path
        if not goal.exists():
            yield f"{where}: there is no {target}"
        elif fragment and goal.suffix == ".md":
            headings = [each for each in prose(goal.read_text()) if each.startswith("#")]
            if fragment not in map(anchor, headings):
                yield f"{where}: {goal.name} has no heading #{fragment}"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    names = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "*.md"],
        capture_output=True, text=True, check=True).stdout.split("\n")
    found = [each for name in names if name and (root / name).exists() for each in problems(root, root / name)]
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    sys.exit(1 if found else 0)


main()
