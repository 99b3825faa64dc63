"""tokenizer_corpus.py TOKENIZER DATA: a byte-level tokenizer beside Hugging Face tokenizers on much text.

TOKENIZER is the folder of a published tokenizer, DATA a folder of text files. Nothing of them is committed:
what rlx makes of the texts goes to a temporary folder. Compared are the ids of all text in DATA, of every
character of Unicode in several surroundings and of random strings; the merges that both learn from DATA;
and the ids of both with the tokenizer that rlx has learned and saved. RLX names the program, scripts/rlx
if it is not set.
"""
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from tokenizer import HOSTILE, STRINGS

FOLDER, DATA = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
RLX = os.environ.get("RLX", str(Path(__file__).resolve().parents[1] / "rlx"))
SIZE = 4096

SCRIPT = """
tok = Tokenizer("FOLDER")
data = Dataset("texts.jsonl")
data.map(fn(row) => {ids: tok.encode(row.text)}).save("ids.jsonl")
own = Tokenizer.train(data, vocab_size: SIZE)
own.save("own")
data.map(fn(row) => {ids: own.encode(row.text), same: own.decode(own.encode(row.text)) == row.text}).save("own.jsonl")
"""


def corpus():
    texts = []
    for path in sorted(DATA.iterdir()):
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8", newline="") as file:
            text = file.read()
        if path.suffix == ".md":
            continue
        if ".jsonl" in path.name:
            for line in text.splitlines():
                texts += [value for value in json.loads(line).values() if isinstance(value, str)]
        else:
            texts += [text[i:i + 4000] for i in range(0, len(text), 4000)]
    return texts


def characters():
    """Every character: in a row with its neighbours, after a space, between letters, before a digit."""
    scalars = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    for at in range(0, len(scalars), 64):
        row = [chr(c) for c in scalars[at:at + 64]]
        yield "".join(row)
        yield "".join(f" {c}a{c}1 " for c in row)


def noise(count, draw):
    """Random strings of characters that patterns tell apart, and of any characters."""
    pool = list("abZ019 '\t\n\r.,!_-stdlmrev") + list("\u0085\u00a0\u3000\u2028\u200d\u0301\ufe0fé日ñªⅧ½٣ſK😀\U00031350\U000105c0\u0378")
    for _ in range(count):
        if draw.random() < 0.7:
            yield "".join(draw.choices(pool, k=draw.randint(1, 60)))
        else:
            scalars = [draw.choice([draw.randrange(0x300), draw.randrange(0x3000), draw.randrange(0xD800), draw.randrange(0xE000, 0x110000)])
                       for _ in range(draw.randint(1, 60))]
            yield "".join(map(chr, scalars))


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def compare(name, texts, found, tokenizer):
    wrong = 0
    for text, ids in zip(texts, found, strict=True):
        wanted = tokenizer.encode(text, add_special_tokens=True).ids
        if wanted != ids:
            wrong += 1
            if wrong <= 5:
                print(f"{name}: {text!r}: {ids}, wanted {wanted}")
    print(f"{name}: {len(texts)} texts, {sum(map(len, found))} ids, {wrong} texts differ")
    return wrong


def main():
    draw = random.Random(11)
    texts = STRINGS + HOSTILE + corpus() + list(characters()) + list(noise(20_000, draw))
    published = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    work = Path(tempfile.mkdtemp(prefix="rlx-tokenizer-"))
    with open(work / "texts.jsonl", "w", encoding="utf-8") as file:
        for text in texts:
            file.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")
    script = SCRIPT.replace("FOLDER", str(FOLDER)).replace("SIZE", str(SIZE))
    (work / "compare.rlx").write_text(script)
    subprocess.run([RLX, "compare.rlx"], cwd=work, check=True)

    wrong = compare("published", texts, [row["ids"] for row in rows(work / "ids.jsonl")], published)
    peer = Tokenizer(models.BPE())
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    start = time.perf_counter()
    peer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=SIZE, special_tokens=["<|endoftext|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    print(f"tokenizers learned {SIZE} tokens in {time.perf_counter() - start:.2f} s")
    own = json.loads((work / "own" / "tokenizer.json").read_text(encoding="utf-8"))["model"]
    learned = json.loads(peer.to_str())["model"]
    if own["vocab"] != learned["vocab"] or own["merges"] != learned["merges"]:
        wrong += 1
        print("the learned tokens or merges differ")
    found = rows(work / "own.jsonl")
    wrong += compare("learned", texts, [row["ids"] for row in found], Tokenizer.from_file(str(work / "own" / "tokenizer.json")))
    lost = sum(not row["same"] for row in found)
    print(f"{lost} texts do not come back from their ids")
    sys.exit(1 if wrong or lost else 0)


main()
