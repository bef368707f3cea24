"""Makes SentencePiece's tokenizer.model of Gemma from the tokenizer.json that was converted from it.

    python scripts/golden/sentencepiece_model.py DIR/gemma2

The npm package has the converted file alone; TokenizerIdsTest reads both where both are there. Scores follow the order of the pieces,
as SentencePiece trains them, and added tokens are pieces that the user defined. Needs sentencepiece and protobuf.
"""

import json
import pathlib
import sys

from sentencepiece import sentencepiece_model_pb2

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6
BPE = 2


def kind(text, added):
    if text == "<unk>":
        return UNKNOWN
    if text in ("<pad>", "<bos>", "<eos>"):
        return CONTROL
    if len(text) == 6 and text.startswith("<0x"):
        return BYTE
    return USER_DEFINED if added or (len(text) > 1 and not text.strip("\u2581")) else NORMAL


def main(folder):
    read = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary = read["model"]["vocab"]
    added = {token["id"] for token in read["added_tokens"]}
    made = sentencepiece_model_pb2.ModelProto()
    for text, number in sorted(vocabulary.items(), key=lambda entry: entry[1]):
        # The conversion spells this byte as the character.
        text = "<0x09>" if text == "\t" and "<0x09>" not in vocabulary else text
        piece = made.pieces.add()
        piece.piece, piece.type = text, kind(text, number in added)
        piece.score = -float(number) if piece.type == NORMAL else 0.0
    trainer, normalizer = made.trainer_spec, made.normalizer_spec
    trainer.model_type, trainer.byte_fallback = BPE, True
    trainer.pad_id, trainer.eos_id, trainer.bos_id, trainer.unk_id = (
        vocabulary[text] for text in ("<pad>", "<eos>", "<bos>", "<unk>")
    )
    normalizer.add_dummy_prefix = normalizer.remove_extra_whitespaces = False
    (folder / "tokenizer.model").write_bytes(made.SerializeToString())


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
