"""Reads the WordNet database files (data.*, index.*, *.exc) as described in the manual page wndb(5)."""

import re
from dataclasses import dataclass, field
from pathlib import Path

POS_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}

# The model is shown to anybody who runs the quick start, so entries that WordNet itself marks as offensive stay out.
UNWANTED = re.compile(
    r"\b(slur|offensive|obscene|vulgar|disparag\w*|derogat\w*|insulting|contemptuous|sexual\w*|genital\w*|coitus|copulat\w*"
    r"|intercourse|prostitut\w*|whore\w*|homosexual\w*|lesbian\w*|masturbat\w*|penis|vagina\w*|excrement|feces|urine"
    r"|urinat\w*|defecat\w*|slang|rape|raped|incest\w*|negro\w*|nazi\w*|suicid\w*)\b",
    re.IGNORECASE,
)


@dataclass
class Synset:
    """One meaning: the words that share it, its definition, its example sentences and its relations."""

    offset: int
    pos: str
    lexfile: int
    words: list[str]
    definition: str
    examples: list[str]
    pointers: list[tuple[str, str, int, int, int]] = field(repr=False)  # symbol, pos, offset, source, target word

    def related(self, symbol):
        return [(pos, offset) for s, pos, offset, _, _ in self.pointers if s == symbol]


def clean(text):
    """Plain ASCII prose without remarks in brackets, which a small model can't make use of."""
    text = re.sub(r"\([^()]*\)", " ", text.replace("`", "'"))
    text = re.sub(r"\s+", " ", text).strip(" ;:,")
    return re.sub(r"\s+([,;.!?])", r"\1", text)


def _parse(line, pos):
    head, _, gloss = line.partition(" | ")
    fields = head.split()
    count = int(fields[3], 16)
    words = [re.sub(r"\(\w+\)$", "", w).replace("_", " ") for w in fields[4 : 4 + 2 * count : 2]]
    start = 4 + 2 * count
    pointers = []
    for i in range(int(fields[start])):
        symbol, offset, target_pos, source_target = fields[start + 1 + 4 * i : start + 5 + 4 * i]
        target_pos = "a" if target_pos == "s" else target_pos
        pointers.append((symbol, target_pos, int(offset), int(source_target[:2], 16), int(source_target[2:], 16)))
    definition = clean(gloss.split('"')[0])
    examples = [clean(e) for e in re.findall(r'"([^"]+)"', gloss)]
    return Synset(int(fields[0]), pos, int(fields[1]), words, definition, [e for e in examples if e], pointers)


class WordNet:
    """The whole database in memory."""

    def __init__(self, folder):
        folder = Path(folder)
        self.synsets = {}
        self.senses = {}  # (pos, word) -> synset offsets, the most frequent sense first
        self.tagged = {}  # (pos, word) -> how many of those senses occur in the hand-tagged corpus
        self.irregular = {}  # (pos, base form) -> irregular inflected forms
        for pos, name in POS_FILES.items():
            for line in (folder / f"data.{name}").read_text(encoding="ascii", errors="ignore").splitlines():
                if not line.startswith("  "):
                    synset = _parse(line, pos)
                    self.synsets[pos, synset.offset] = synset
            for line in (folder / f"index.{name}").read_text(encoding="ascii", errors="ignore").splitlines():
                if not line.startswith("  "):
                    fields = line.split()
                    word, count = fields[0].replace("_", " "), int(fields[2])
                    self.senses[pos, word] = [int(o) for o in fields[-count:]]
                    self.tagged[pos, word] = int(fields[-count - 1])
            exceptions = folder / f"{name}.exc"
            if exceptions.exists():
                for line in exceptions.read_text(encoding="ascii", errors="ignore").splitlines():
                    inflected, *bases = line.split()
                    for base in bases:
                        self.irregular.setdefault((pos, base), []).append(inflected)

    def wanted(self, synset):
        """Leaves out names (people, places, Latin genera) and entries that are marked as offensive."""
        if any(w[0].isupper() or not re.fullmatch(r"[a-z][a-z' -]*", w) for w in synset.words[:1]):
            return False
        if synset.related("@i") or not synset.definition:
            return False
        return not UNWANTED.search(" ".join([synset.definition, *synset.words]))

    def ancestors(self, synset, limit=12):
        """The chain of more general meanings, nearest first (the first parent at each step)."""
        chain = []
        while len(chain) < limit:
            parents = synset.related("@")
            if not parents:
                break
            synset = self.synsets[parents[0]]
            chain.append(synset)
        return chain
