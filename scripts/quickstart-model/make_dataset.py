"""Writes the quick start's instruction data set: train.json and validation.json.

    python make_dataset.py --out ../../configs/src/main/resources/quickstart/data

Four small tasks, each with one form of answer that a reader recognises at a glance: which group something belongs to, the
opposite of a word, the plural of a word, and an order said politely. The word lists below were written by hand for this
project. No word or order that a validation record asks about is asked about in the same task's training records, nor is it an
answer there, so a right answer can't be repeated from the training data: the model must carry the form over to new words, with
what it learned in pre-training.
"""

import argparse
import json
import random
from pathlib import Path

# group: (its name in a sentence, takes "a"?, words for training, words for validation)
GROUPS = [
    ("fish", True, "trout herring tuna shark mackerel carp haddock goldfish flounder", "salmon cod"),
    ("bird", True, "sparrow robin crow swan pigeon duck penguin parrot heron falcon hawk stork wren owl", "eagle woodpecker"),
    ("insect", True, "bee wasp beetle butterfly moth grasshopper dragonfly locust", "mosquito"),
    ("reptile", True, "snake lizard crocodile cobra tortoise", "alligator"),
    ("mammal", True, "whale bear fox rabbit tiger elephant giraffe squirrel wolf deer zebra otter badger", "lion kangaroo"),
    ("tree", True, "oak pine maple willow cedar elm palm beech", "birch"),
    ("flower", True, "daisy orchid sunflower marigold aster", "poppy"),
    ("fruit", True, "apple pear lemon grape melon raspberry", "strawberry"),
    ("vegetable", True, "cabbage potato radish cucumber pumpkin", "squash"),
    ("tool", True, "hammer saw chisel rake shovel wrench screwdriver drill", "spade"),
    ("vehicle", True, "car truck van tractor bicycle sled streetcar", "motorcycle"),
    ("musical instrument", True, "violin piano guitar trumpet drum harp cello banjo oboe", "flute clarinet"),
    ("furniture", True, "chair sofa desk stool bench wardrobe", "bed"),
    ("garment", True, "coat shirt jacket skirt cloak robe", "sweater"),
    ("building", True, "church barn hospital temple cathedral shed", "hotel"),
    ("metal", False, "iron copper tin zinc nickel aluminum", "silver"),
    ("gem", True, "diamond emerald pearl topaz", "ruby"),
    ("color", False, "crimson yellow maroon scarlet blue", "purple"),
    ("fabric", False, "silk satin linen cotton flannel nylon", "velvet"),
    ("sport", False, "golf hockey baseball boxing skiing rowing badminton", "tennis soccer"),
    ("dance", True, "waltz polka rumba", "tango"),
]

OPPOSITES = """
    hot/cold big/small open/closed early/late empty/full easy/difficult clean/dirty wet/dry old/new fast/slow high/low
    happy/unhappy dark/light hard/soft loud/soft long/short thick/thin wide/narrow deep/shallow near/far brave/cowardly
    cheap/expensive true/false right/wrong good/bad best/worst better/worse black/white guilty/innocent legal/illegal
    strong/weak sharp/dull smooth/rough simple/complex friendly/unfriendly honest/dishonest possible/impossible
    visible/invisible useful/useless careful/careless polite/impolite lucky/unlucky kind/unkind fair/unfair
    familiar/unfamiliar healthy/unhealthy common/uncommon private/public urban/rural wild/tame heavy/light
    buy/sell win/lose arrive/leave begin/end laugh/cry push/pull remember/forget succeed/fail agree/disagree appear/disappear
    borrow/lend attack/defend expand/contract float/sink inhale/exhale import/export rise/fall
    love/hate enter/exit day/night summer/winter victory/defeat friend/enemy question/answer birth/death peace/war
    profit/loss front/back top/bottom king/queen brother/sister husband/wife father/mother aunt/uncle
    quickly/slowly always/never inside/outside upstream/downstream north/south above/below
"""
# Words with more than one usual opposite are asked about from one side only.
ONE_WAY = set("open loud light soft happy right old easy dark hard heavy long near leave end back summer always rise begin".split())
ONE_WAY |= set("sharp fair dry thin simple short".split())

OPPOSITES_HELD_OUT = """
    alive/dead asleep/awake rich/poor wise/foolish generous/stingy beautiful/ugly tight/loose major/minor success/failure
    accept/reject increase/decrease maximum/minimum east/west strength/weakness employer/employee
"""

PLURALS = """
    leaf/leaves child/children box/boxes party/parties man/men goose/geese knife/knives shelf/shelves person/people
    mouse/mice tooth/teeth city/cities dish/dishes church/churches baby/babies berry/berries story/stories bush/bushes
    watch/watches glass/glasses fox/foxes class/classes wife/wives life/lives loaf/loaves hero/heroes potato/potatoes
    ox/oxen house/houses table/tables garden/gardens river/rivers window/windows mountain/mountains teacher/teachers
    farmer/farmers flower/flowers letter/letters ladder/ladders bridge/bridges valley/valleys monkey/monkeys key/keys
    day/days boy/boys cat/cats ship/ships bottle/bottles candle/candles doctor/doctors stone/stones engine/engines
    village/villages basket/baskets pencil/pencils horse/horses brother/brothers circle/circles castle/castles
    country/countries lady/ladies family/families factory/factories library/libraries puppy/puppies daisy/daisies
    brush/brushes bench/benches match/matches bus/buses tax/taxes dress/dresses kiss/kisses inch/inches peach/peaches
    calf/calves thief/thieves tomato/tomatoes echo/echoes harbor/harbors
"""

PLURALS_HELD_OUT = """
    wolf/wolves woman/women foot/feet branch/branches army/armies fly/flies half/halves sandwich/sandwiches duty/duties
    island/islands hammer/hammers tree/trees kitchen/kitchens cherry/cherries donkey/donkeys
"""

ORDERS = """
    Close the door. | Open the window. | Turn off the light. | Pass the salt. | Wash the dishes. | Feed the cat.
    Water the plants. | Carry this box. | Read the letter. | Call the doctor. | Wait outside. | Speak slowly. | Sit down.
    Stand up. | Come here. | Help me. | Follow me. | Show me the map. | Give me the key. | Bring me a chair.
    Send me the letter. | Tell me the time. | Tell me your name. | Tell me a story. | Lend me your pen. | Wake me early.
    Clean the table. | Clean the floor. | Cut the bread. | Boil the water. | Cook the rice. | Make the bed. | Set the table.
    Light the fire. | Light the candle. | Lock the gate. | Open the gate. | Close the box. | Open the bottle.
    Fill the glass. | Empty the basket. | Paint the fence. | Repair the roof. | Move the table. | Move your car.
    Park the car. | Start the engine. | Stop the engine. | Ring the bell. | Answer the phone. | Answer the question.
    Write your name. | Write the date. | Sign the paper. | Copy the page. | Check the list. | Count the money.
    Pay the bill. | Keep the change. | Keep quiet. | Be quiet. | Be careful. | Be patient. | Hold the rope. | Hold my hand.
    Hold the ladder. | Take a seat. | Take this book. | Take the train. | Take off your coat. | Take off your shoes.
    Put on your hat. | Put down the knife. | Put the book away. | Turn left here. | Turn the page. | Turn on the radio.
    Drive slowly. | Walk faster. | Come back soon. | Come home early. | Stay here. | Stay with me. | Listen to me.
    Look at this picture. | Look for the dog. | Wait for the bus. | Wait for us. | Play the piano. | Sing a song.
    Sing that song again. | Say that again. | Explain the rules. | Draw a circle. | Draw a map. | Find my glasses.
    Find a better way. | Fix the clock. | Fold the shirt. | Iron the shirt. | Dry the dishes. | Sweep the floor.
    Mix the paint. | Pick the apples. | Plant the tree. | Dig a hole. | Milk the cow. | Ride the horse. | Buy some bread.
    Buy a new lamp. | Order the food. | Taste the soup. | Stir the soup. | Warm the milk. | Leave the room.
    Leave a message. | Return the book. | Share the cake. | Choose a color. | Change the subject. | Try again.
"""

ORDERS_HELD_OUT = """
    Close the window. | Open the door. | Pass the bread. | Wash the car. | Feed the dog. | Show me the way. | Give me the book.
    Bring me a glass of water. | Clean the kitchen. | Turn on the light. | Read the story. | Wait here. | Take off your hat.
    Tell me the truth. | Call the police.
"""

QUESTIONS = {
    "group": ["Which group does {x} belong to?", "What is {x}?", "What kind of thing is {x}?", "Say what {x} is."],
    "opposite": [
        "What is the opposite of {x}?",
        "Give the opposite of the word {x}.",
        "Name the opposite of {x}.",
        "Which word means the opposite of {x}?",
    ],
    "plural": [
        "What is the plural of {x}?",
        "Write the plural of the word {x}.",
        "Give the plural form of {x}.",
        "What do you call more than one {x}?",
    ],
    "polite": [
        "Turn this order into a polite request.",
        "Say this in a polite way.",
        "Make this sentence polite.",
        "Ask for this politely.",
    ],
}


def article(word):
    return "an" if word[0] in "aeiou" else "a"


def group_items(train):
    for group, countable, learned, held_out in GROUPS:
        for word in (learned if train else held_out).split():
            thing = f"{article(word)} {word}" if countable else word
            yield "group", {"x": thing}, "", f"{thing[0].upper()}{thing[1:]} is a kind of {group}."


def opposite_items(train):
    for pair in (OPPOSITES if train else OPPOSITES_HELD_OUT).split():
        a, b = pair.split("/")
        yield "opposite", {"x": a}, "", f"The opposite of {a} is {b}."
        if train and b not in ONE_WAY:
            yield "opposite", {"x": b}, "", f"The opposite of {b} is {a}."


def plural_items(train):
    for pair in (PLURALS if train else PLURALS_HELD_OUT).split():
        one, many = pair.split("/")
        yield "plural", {"x": one}, "", f"The plural of {one} is {many}."


def polite_items(train):
    for order in (ORDERS if train else ORDERS_HELD_OUT).replace("\n", "|").split("|"):
        order = order.strip()
        if order:
            yield "polite", {}, order, f"Could you please {order[0].lower()}{order[1:-1]}?"


def records(train, rng):
    out = []
    for items in (group_items, opposite_items, plural_items, polite_items):
        for i, (task, slots, given, answer) in enumerate(items(train)):
            question = rng.choice(QUESTIONS[task]) if train else QUESTIONS[task][i % len(QUESTIONS[task])]
            out.append({"instruction": question.format(**slots), "input": given, "output": answer})
    rng.shuffle(out)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default="../../configs/src/main/resources/quickstart/data")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    train, validation = records(True, rng), records(False, rng)
    answers = [r["output"] for r in train + validation]
    repeated = sorted({a for a in answers if answers.count(a) > 1})
    if repeated:
        raise SystemExit(f"these answers occur more than once: {repeated}")
    asked = {pair for text in (OPPOSITES,) for p in text.split() for pair in p.split("/")}
    asked &= {w for p in OPPOSITES_HELD_OUT.split() for w in p.split("/")}
    if asked:
        raise SystemExit(f"these held-out words are in the training data: {sorted(asked)}")
    folder = Path(args.out)
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in (("train", train), ("validation", validation)):
        lines = ",\n".join("  " + json.dumps(record, ensure_ascii=False) for record in part)
        (folder / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{folder}: {len(train)} training records, {len(validation)} validation records")


if __name__ == "__main__":
    main()
