"""Writes the pre-training corpus: WordNet's entries as short pages of plain English, a blank line between two pages.

    python collect_corpus.py --wordnet /usr/share/wordnet --out build/corpus.txt

The pages never contain the prompt template that the quick start fine-tunes with: following it is what the fine-tuning
teaches. The output depends on the database and the seed only.
"""

import argparse
import collections
import random
import re
from pathlib import Path

from sentences import COUNTABLE, antonyms, article, capital, define, group_of, illustrate, kind, named, plural, short, stop
from wordnet import UNWANTED, WordNet

ROUGH = re.compile(r"\b(kill|murder|throat|bullets?|bombs?|drugs?|shoot|beat|slaves?|criminals?|blood|guns?|torture)\b")


def sentence_entry(net, synset, rng):
    """ "A harbor is a sheltered port ... A harbor is a kind of port." and example sentences."""
    word = rng.choice(synset.words[:2]) if synset.words[0].islower() else synset.words[0]
    word = word if word.islower() else synset.words[0]
    out = [define(synset, word, rng)]
    parents = [net.synsets[p] for p in synset.related("@")]
    if synset.pos == "n" and parents and parents[0].words[0].islower() and rng.random() < 0.5:
        out.append(f"{capital(article(word))} {word} is a kind of {parents[0].words[0]}.")
    out += illustrate(synset, rng)
    return " ".join(out)


def dictionary_entry(net, synset, rng):
    """ "harbor (noun): a sheltered port ... Also: haven." the way a printed dictionary puts it."""
    name = {"n": "noun", "v": "verb", "a": "adjective", "r": "adverb"}[synset.pos]
    out = [stop(f"{synset.words[0]} ({name}): {short(synset.definition)}")]
    same = [w for w in synset.words[1:4] if w.islower()]
    if same:
        out.append(f"Also: {', '.join(same)}.")
    out += [f'Example: "{e}".' for e in synset.examples[:2]]
    return " ".join(out)


def pages(entries, rng, low=4, high=7):
    """Groups consecutive entries into pages; every second page ends with the list of its first words."""
    i = 0
    while i < len(entries):
        n = rng.randint(low, high)
        chunk = entries[i : i + n]
        i += n
        lines = [text for _, text in chunk]
        if rng.random() < 0.5:
            lines.append("Words on this page: " + ", ".join(word for word, _ in chunk) + ".")
        yield "\n".join(lines)


def facts(net, familiar, rng):
    """Single statements about familiar words: groups, opposites and plurals; common words come more often."""
    out = []
    members = collections.defaultdict(list)
    nouns = sorted({w for p, w in net.senses if p == "n" and re.fullmatch("[a-z]{3,}", w) and familiar[w]})
    for word in nouns:
        group = group_of(net, word)
        if group:
            members[group].append(word)
            out += [kind(word, group)] * (5 if familiar[word] >= 3 else 2)
        synset = net.synsets["n", net.senses["n", word][0]]
        countable = COUNTABLE.match(synset.definition) and not word.endswith(("ing", "ness", "sm"))
        if familiar[word] >= 3 and net.wanted(synset) and countable and plural(net, word) != word:
            many = plural(net, word)
            out.append(f"One {word}, two {many}.")
            out.append(f"The plural of {word} is {many}.")
    for group, words in members.items():
        known = [w for w in words if familiar[w] >= 3]
        for _ in range(len(known)):
            some = rng.sample(known, min(len(known), rng.randint(2, 4)))
            if len(some) > 1:
                listed = ", ".join(named(w, group) for w in some[:-1]) + " and " + named(some[-1], group)
                out.append(f"Kinds of {group}: {listed}.")
    for a, b in antonyms(net):
        common = min(familiar[a], familiar[b])
        for _ in range(6 if common >= 5 else 2 if common >= 1 else 1):
            forms = [f"The opposite of {a} is {b}.", f"{capital(a)} is the opposite of {b}."]
            out.append(rng.choice([*forms, f"{capital(a)} is the opposite of {b}, and {b} is the opposite of {a}."]))
    rng.shuffle(out)
    return out


def orders(entries, rng):
    """What somebody is told to do, said twice: as an order and in reported speech, from the examples of verbs."""
    out = []
    for synset in entries:
        firsts = [w.split()[0] for w in synset.words]
        for example in synset.examples:
            if synset.pos != "v" or example.split()[0] not in firsts or not 2 <= len(example.split()) <= 8:
                continue
            if ROUGH.search(example) or "one's" in example or example[-1] in ".!?":
                continue
            who = rng.choice(["the teacher", "my mother", "the captain", "her uncle", "the farmer", "his boss", "the cook"])
            forms = [
                f'"{capital(example)}," said {who}, and we had to {example}.',
                f'{capital(who)} told them to {example}: "{capital(example)}!"',
                f'"{capital(example)}." {capital(who)} wanted us to {example}.',
            ]
            out += rng.sample(forms, 2)
    rng.shuffle(out)
    return out


def lists(familiar, rng, count):
    """Lists of words that are said again: what teaches a small model, in little time, to repeat a word it has just read."""
    words = sorted(w for w, n in familiar.items() if n >= 2 and len(w) >= 3)
    out = []
    for _ in range(count):
        some = rng.sample(words, rng.randint(2, 6))
        plain, big = ", ".join(some), ", ".join(capital(w) for w in some)
        out.append(rng.choice([f"Words: {plain}. Again: {plain}.", f"{big}: {plain}.", f"{big}. Again: {plain}."]))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wordnet", default="/usr/share/wordnet", help="folder with data.noun, index.noun, ...")
    parser.add_argument("--out", default="build/corpus.txt")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    net = WordNet(args.wordnet)
    entries = [s for s in net.synsets.values() if net.wanted(s)]
    familiar = collections.Counter(
        w for s in entries for w in set(re.findall(r"[a-z]+", " ".join([s.definition, *s.examples]).lower()))
    )
    # A small model learns common words better without the rare ones; an entry with an example is never rare.
    tagged = net.tagged
    entries = [
        s for s in entries if s.examples or any(tagged.get((s.pos, w), 0) or familiar[w] >= 2 for w in s.words)
    ]
    for s in entries:
        s.examples = [e for e in s.examples if not UNWANTED.search(e)]
    # Related meanings side by side: ordered by their general meaning, so that a page has a subject.
    by_subject = sorted(entries, key=lambda s: (s.pos, s.lexfile, (s.related("@") or s.related("&") or [("", 0)])[0][1]))
    documents = list(pages([(s.words[0], sentence_entry(net, s, rng)) for s in by_subject], rng))
    shuffled = entries[:]
    rng.shuffle(shuffled)
    documents += pages([(s.words[0], dictionary_entry(net, s, rng)) for s in shuffled], rng)
    statements = facts(net, familiar, rng)
    told, repeated = orders(entries, rng), lists(familiar, rng, 8000)
    for part in (statements, told, repeated):
        for i in range(0, len(part), 12):
            documents.append("\n".join(part[i : i + 12]))
    rng.shuffle(documents)
    out = Path(args.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    text = "\n\n".join(documents) + "\n"
    if "### " in text or "Below is an instruction" in text:
        raise SystemExit("the corpus contains the prompt template; it must not")
    out.write_text(text, encoding="utf-8")
    print(f"{out}: {len(documents)} pages, {len(statements)} statements, {len(told)} orders, {len(text)} characters")


if __name__ == "__main__":
    main()
