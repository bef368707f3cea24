"""Reads faults.txt, and writes a source file with one fault planted. See README.md.

plant.py list ROOT [NAME...]: a line "name<TAB>file<TAB>module:classes;module:classes" for each fault
plant.py plant ROOT NAME TARGET: writes the changed file to TARGET
"""

import pathlib
import re
import sys


class Broken(Exception):
    pass


def read(text):
    """Faults by name: the file, the tests by module, and pairs of old and new lines."""
    faults = {}
    name, state = None, None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("== "):
            name = line[3:].strip()
            if name in faults:
                raise Broken(f"line {number}: {name} is there twice")
            faults[name] = {"file": None, "tests": {}, "edits": []}
            state = "+"
        elif line.startswith("in "):
            faults[name]["file"] = line[3:].strip()
        elif line.startswith("caught by "):
            module, *classes = line[10:].split()
            faults[name]["tests"][module] = classes
        elif line[:1] in "-+" and line.strip():
            edits = faults[name]["edits"]
            if line[0] == "-" and state == "+":
                edits.append(([], []))
            edits[-1][line[0] == "+"].append(line[1:].strip())
            state = line[0]
        elif line.strip() and not line.startswith("#"):
            raise Broken(f"line {number} is none of a fault's: {line}")
    for name, fault in faults.items():
        if not (fault["file"] and fault["tests"] and fault["edits"]):
            raise Broken(f"{name} needs 'in', 'caught by' and lines with - and +")
    return faults


def source(root, file):
    """MODULE PART-OF-PATH, of a main class."""
    module, part = file.split()
    found = [path for path in (root / module / "src/main/java").rglob("*.java") if str(path).endswith("/" + part)]
    if len(found) != 1:
        raise Broken(f"{len(found)} files are {file}")
    return found[0]


def planted(text, edits):
    """Each group of old lines must be there exactly once, whatever it is indented by."""
    for old, new in edits:
        pattern = r"[ \t]*" + r"[ \t]*\n[ \t]*".join(map(re.escape, old)) + r"[ \t]*(?=\n)"
        places = [place for place in re.finditer(pattern, text) if place.start() == 0 or text[place.start() - 1] == "\n"]
        if len(places) != 1:
            raise Broken(f"these lines are there {len(places)} times, and once is expected: {' / '.join(old)}")
        place = places[0]
        text = text[: place.start()] + "\n".join(new) + text[place.end() :]
    return text


def main(command, root, *rest):
    root = pathlib.Path(root)
    faults = read(pathlib.Path(__file__).with_name("faults.txt").read_text(encoding="utf-8"))
    if command == "list":
        for name in rest or faults:
            if name not in faults:
                raise Broken(f"there is no fault {name}")
            fault = faults[name]
            tests = ";".join(f"{module}:{','.join(classes)}" for module, classes in fault["tests"].items())
            print(name, fault["file"], tests, sep="\t")
    else:
        name, target = rest
        file = source(root, faults[name]["file"])
        made = pathlib.Path(target) / file.name
        made.write_text(planted(file.read_text(encoding="utf-8"), faults[name]["edits"]), encoding="utf-8")
        print(made)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Broken as problem:
        sys.exit(str(problem))
