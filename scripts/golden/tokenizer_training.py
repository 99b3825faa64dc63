"""Byte-level BPE tokenizers that Hugging Face tokenizers trains, for Tests/Golden/tokenizer/trained.json.

    python scripts/golden/tokenizer_training.py

Each case has texts, settings, and the vocabulary (in the order of ids) and merges that BpeTrainer makes
of them. Among the texts are such in which most pairs occur equally often, and one in which a merge
spells a special token.
"""
import json
import random

import tokenizers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from tokenizer import HOSTILE, OUT, STRINGS, TEXT, write


def trained(texts, size, special, minimum):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, min_frequency=minimum, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return json.loads(tokenizer.to_str())


def cases():
    lines = TEXT.strip().split("\n")
    end = ["<|endoftext|>"]
    yield lines, 257, end, 0
    yield lines, 300, end, 0
    yield lines, 500, end, 0
    yield lines, 400, [], 0
    yield lines, 420, ["<|endoftext|>", "<|user|>", "<|é 日|>"], 0
    yield lines, 5000, end, 0
    yield lines, 5000, end, 3
    yield [TEXT], 450, end, 0
    yield STRINGS + HOSTILE, 700, end, 2
    yield ["ab ab ba ba cd cd dc dc ef fe gh hg"], 300, end, 0
    yield ["aaaaaaa aaaaaa aaaaa aaaa aaa aa a" + "b" * 50], 300, end, 0
    yield ["abc abcd bcd bc cd abab babab abcabc", "", "xyzzy zyx"], 320, end, 0
    yield ["a <|endoftext|> b <|endoftext|> <|endoftext|>"] * 3, 300, end, 0
    yield ["abc abc abcd bcd abcde"] * 3, 280, ["abc", "<e>"], 0
    yield [], 300, end, 0
    draw = random.Random(7)
    for letters, count, length in [("ab", 60, 12), ("abc", 200, 9), ("abcd", 400, 7), ("aàb日", 200, 10), ("abcdefgh", 500, 6)]:
        words = ["".join(draw.choice(letters) for _ in range(draw.randint(1, length))) for _ in range(count)]
        yield [" ".join(words), "\n".join(words[: count // 3])], 256 + count, end, 0


def main():
    found = []
    for texts, size, special, minimum in cases():
        file = trained(texts, size, special, minimum)
        vocabulary = sorted(file["model"]["vocab"], key=file["model"]["vocab"].get)
        found.append({"texts": texts, "size": size, "special": special, "minimum": minimum,
                      "vocabulary": vocabulary, "merges": file["model"]["merges"]})
        last = file
    write(OUT / "tokenizer" / "trained.json", {"cases": found, "file": last})
    write(OUT / "manifest" / "tokenizer_training.json", {
        "files": "tokenizer/trained.json", "generator": "scripts/golden/tokenizer_training.py",
        "versions": {"tokenizers": tokenizers.__version__},
        "tolerance": 0, "reason": "tokens and merges are equal or wrong",
    }, indent=2)


main()
