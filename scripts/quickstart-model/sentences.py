"""Turns WordNet entries into plain English sentences; every function takes the entry and a random generator."""

import re

# What people call a group -> (the WordNet words that name it, lexicographer files it is looked up in, "a" or no article).
# A violin is a kind of musical instrument; iron is a kind of metal.
GROUPS = {
    "fish": (["fish", "food fish"], (5, 13), True),
    "bird": (["bird"], (5,), True),
    "insect": (["insect"], (5,), True),
    "reptile": (["reptile"], (5,), True),
    "amphibian": (["amphibian"], (5,), True),
    "dog": (["dog"], (5,), True),
    "horse": (["horse"], (5,), True),
    "mammal": (["mammal"], (5,), True),
    "tree": (["tree"], (20,), True),
    "shrub": (["shrub"], (20,), True),
    "flower": (["flower"], (20,), True),
    "plant": (["herb", "bulbous plant"], (20,), True),
    "fruit": (["edible fruit"], (13, 20), True),
    "vegetable": (["vegetable"], (13,), True),
    "nut": (["nut", "edible nut"], (13, 20), True),
    "cheese": (["cheese"], (13,), False),
    "bread": (["bread"], (13,), False),
    "cake": (["cake"], (13,), True),
    "meat": (["meat"], (13,), False),
    "drink": (["beverage"], (13,), False),
    "dish": (["dish"], (13,), False),
    "tool": (["tool", "hand tool"], (6,), True),
    "weapon": (["weapon"], (6,), True),
    "vehicle": (["vehicle", "wheeled vehicle", "motor vehicle"], (6,), True),
    "boat": (["boat"], (6,), True),
    "ship": (["ship"], (6,), True),
    "aircraft": (["aircraft"], (6,), True),
    "musical instrument": (["musical instrument"], (6,), True),
    "furniture": (["furniture"], (6,), True),
    "garment": (["garment"], (6,), True),
    "hat": (["hat", "headdress"], (6,), True),
    "shoe": (["shoe", "footwear"], (6,), True),
    "fabric": (["fabric"], (6,), False),
    "building": (["building"], (6,), True),
    "room": (["room"], (6,), True),
    "container": (["container"], (6,), True),
    "machine": (["machine"], (6,), True),
    "clock": (["timepiece"], (6,), True),
    "jewelry": (["jewelry"], (6,), True),
    "gem": (["jewel", "gem", "precious stone", "transparent gem"], (6, 27), True),
    "metal": (["metallic element"], (27,), False),
    "rock": (["rock"], (17, 27), False),
    "color": (["chromatic color", "achromatic color"], (7,), False),
    "game": (["board game", "card game", "parlor game", "child's game"], (4,), False),
    "sport": (["sport"], (4,), False),
    "dance": (["dancing"], (4,), True),
    "disease": (["disease"], (26,), False),
    "science": (["science"], (9,), False),
    "coin": (["coin"], (6, 21), True),
    "bone": (["bone"], (8,), True),
    "muscle": (["muscle"], (8,), True),
    "storm": (["storm"], (19,), True),
    "musician": (["musician"], (18,), True),
    "athlete": (["athlete"], (18,), True),
    "relative": (["relative"], (18,), True),
    "scientist": (["scientist"], (18,), True),
    "artist": (["artist"], (18,), True),
    "poem": (["poem"], (10,), True),
}

COUNTABLE = re.compile(r"^(an?|any|one|the|someone|something) ")


def article(word):
    """ "a" or "an" by sound, as far as the spelling tells."""
    if re.match(r"(uni|use|usu|uten|eu|ew|one\b|once|ukulele|u-)", word):
        return "a"
    return "an" if re.match(r"([aeiou]|hour|honest|heir|honor)", word) else "a"


def capital(text):
    return text[:1].upper() + text[1:]


def short(definition):
    """The first clause or two of a definition."""
    clauses = definition.split("; ")
    return clauses[0] if len(clauses[0]) > 40 or len(clauses) == 1 else f"{clauses[0]}; {clauses[1]}"


def is_sentence(example):
    starts = r"(I|you|he|she|it|we|they|the|this|that|these|those|there|his|her|my|our|their|an?|[A-Z]\w+)\b"
    words = example.split()
    return len(words) >= 4 and (re.match(starts, example) is not None and len(words) >= 5 or example[-1] in ".!?")


def stop(sentence):
    return sentence if sentence[-1] in ".!?" else sentence + "."


def define(synset, word, rng):
    """One sentence that says what the word means."""
    text = short(synset.definition)
    if synset.pos == "n":
        if COUNTABLE.match(text) and rng.random() < 0.7:
            return stop(f"{capital(article(word))} {word} is {text}")
        return stop(f"{capital(word)} is {text}") if rng.random() < 0.4 else stop(f"{capital(word)} (noun): {text}")
    if synset.pos == "v":
        return stop(f"To {word} is to {text}") if rng.random() < 0.7 else stop(f"{capital(word)} (verb): {text}")
    if synset.pos == "a":
        return stop(f"The word {word} means {text}") if rng.random() < 0.5 else stop(f"{capital(word)} (adjective): {text}")
    return stop(f"{capital(word)} (adverb): {text}")


def illustrate(synset, rng):
    """The entry's examples: whole sentences as they are, phrases as examples."""
    out = []
    for example in synset.examples[:2]:
        out.append(stop(capital(example)) if is_sentence(example) else f'Example: "{example}".')
    return out


def group_of(net, word):
    """The everyday group a noun belongs to, or None."""
    for offset in net.senses.get(("n", word), [])[:3]:
        synset = net.synsets["n", offset]
        if not net.wanted(synset):
            continue
        for parent in net.ancestors(synset):
            for group, (names, lexfiles, _) in GROUPS.items():
                if parent.lexfile in lexfiles and any(n in parent.words for n in names) and word != group:
                    return group
    return None


def named(word, group):
    return f"{article(word)} {word}" if GROUPS[group][2] and not re.search(r"[^s]s$", word) else word


def kind(word, group):
    return f"{capital(named(word, group))} is a kind of {group}."


def antonyms(net):
    """Pairs of single words that WordNet marks as opposites of each other."""
    pairs = set()
    for synset in net.synsets.values():
        if not net.wanted(synset):
            continue
        for symbol, pos, offset, source, target in synset.pointers:
            if symbol == "!" and source and target:
                a, b = synset.words[source - 1], net.synsets[pos, offset].words[target - 1]
                if re.fullmatch(r"[a-z]+", a) and re.fullmatch(r"[a-z]+", b):
                    pairs.add((a, b))
    return sorted(pairs)


def plural(net, noun):
    """The regular plural by spelling, or the irregular one that WordNet lists."""
    irregular = [w for w in net.irregular.get(("n", noun), []) if re.fullmatch(r"[a-z]+", w)]
    if irregular:
        return irregular[0]
    if re.search(r"(s|x|z|ch|sh)$", noun):
        return noun + "es"
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + "s"

