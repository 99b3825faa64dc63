"""Reference ids and texts by Hugging Face tokenizers, for Tests/Golden/tokenizer.

    python scripts/golden/tokenizer.py [FOLDER-OF-stories260K]

Trains a small byte-pair encoding on the text below and writes it in several configurations, each with
the ids and texts that the tokenizers library gives for the same strings. With the folder of a real
model, its tokenizer's ids are written too (not the tokenizer).
"""
import json
import random
import sys
from pathlib import Path

import tokenizers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

OUT = Path(__file__).resolve().parents[2] / "Tests" / "Golden"
MARK = "\u2581"

TEXT = """
The rain came in the morning and stayed until the evening. A small dog ran along the river and
looked at the boats. There were three of them, red and white and blue, and the rope of the last one
was loose. The dog took the rope in its mouth and waited for somebody to come. Nobody came. In the
evening the sun broke through the clouds, and the dog let the rope go, and the boat went on down the
river, past the mill and the park, under the old bridge and out of the town. The next morning a man
found it in the reeds. He said: what a good boat, and what a long way it has come! He did not know
whose it was, so he tied it to a tree and wrote a letter to the town. The letter said that a boat had
been found, that it was red, and that it was well. It took eleven days. On the twelfth day a girl and
a small dog came walking up the river, and the dog was the first to see the boat.
1 2 3 4 5 6 7 8 9 10 11 12 100 1000, (a) [b] {c} <d> "e" 'f' g; h: i? j! k - l_m + n = o / p * q
"""

STRINGS = [
    "", " ", "  ", "   ", "\n", "\t", "\n\n", " \n ", "a", " a", "a ", "  a  ", "a b", "a  b", "a   b c",
    "the", "The dog", "the dog ran along the river", "Once upon a time", "Once upon a time, there was",
    "Hello, world!", "hello world", "HELLO WORLD", "the the the the", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "a\nb\nc", "line one\nline two\r\nline three", "tab\tseparated\tvalues", "trailing space ",
    " leading space", "  two leading", "\nnewline first", "mixed \t\n  white\u00a0space\u2003here",
    "1", "42", "3.14159", "1,000,000", "100%", "$5.00", "2026-01-02", "a1b2c3", "0x1F", "1e-5",
    "don't", "it's the dog's", "\"quoted\"", "(parenthesis)", "[bracket]", "{brace}", "a-b-c", "a_b_c",
    "...", "!!!", "?!", "--", "---", "http://example.org/a?b=c&d=e#f", "user@example.org", "a/b\\c",
    "<s>", "</s>", "<unk>", "<s></s>", "<s>the dog</s>", "the <s> dog", "the<s>dog", " <s> ", "<s> <s>",
    "<S>", "< s>", "<s", "s>", "<<s>>", "</s", "a</s>b", "</s> a", "a </s>", "<0x41>", "<0x0A>", "x<0xFF>y",
    "café", "cafe\u0301", "naïve", "Ångström", "A\u030angstro\u0308m", "straße", "ﬁne", "Ⅷ", "½", "x²",
    "日本語", "中文字符", "한국어", "Русский", "Ελληνικά", "עברית", "العربية", "हिन्दी", "ไทย", "ქართული",
    "the 日本 dog", "日 本", "ab日", "日ab", "😀", "😀😀", "a😀b", "👨‍👩‍👧‍👦", "🇩🇪🇫🇷", "👍🏽", "e\u0301\u0301", "\u200b", "a\u200bb",
    "\ufeff", "\ufffd", "a\ufffdb", "\u0000", "a\u0000b", "\u0001\u0002\u0003", "\u007f", "\u0085", "\u2028", "\u2029",
    "\u2581", "\u2581a", "a\u2581", "a\u2581b", "\u2581\u2581", " \u2581 ", "\U0010ffff", "\U00010348", "\U0001f468",
    "zzzz", "qqq", "xyzzy", "The quick brown fox jumps over the lazy dog.", "UPPER lower MiXeD",
    "[MASK]", "a[MASK]b", "a [MASK] b", "[MASK][MASK]", " [MASK] [MASK] ", "the word boat here", "boats", "a boat",
    "boat", "boat boat", "theboat", "boat's", "boat.", "_boat", "boat_", "1boat", "éboat", "<tool>", "a <tool>  b",
    "a  <tool>b", "<tool> <tool>", "x <left>", "x   <left>y", "<right>  y", "<right>", "a<right> <left>b", "<left><left>",
    "new york", "a new york b", " new york", "anew yorkb", "New York",
    "the river and the park, under the old bridge and out of the town",
    "He said: what a good boat, and what a long way it has come!", "x" * 200, "the " * 60, "ab" * 100,
    "日本語" * 20, "😀" * 30, " " * 50, "\n" * 20, "a " * 50,
    "\n\nHuman: How are you?\n\nAssistant: Fine.", "Human:", "\n\nAssistant:", "Q: 1+1=?\nA: 2\n#### 2",
    "def f(x):\n    return x + 1\n", "if (a && b) { c(); }", "<html><body>hi</body></html>", "SELECT * FROM t;",
    "The letter said that a boat had been found, that it was red, and that it was well. " * 3,
]


def trained(vocabulary=420, byte_tokens=True):
    """A BPE over TEXT; with byte tokens after the special ones, as SentencePiece lays them out."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend(MARK), normalizers.Replace(" ", MARK)])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(MARK, "merged_with_next")
    special = ["<unk>", "<s>", "</s>"] + ([f"<0x{b:02X}>" for b in range(256)] if byte_tokens else [])
    trainer = trainers.BpeTrainer(vocab_size=vocabulary, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(TEXT.strip().split("\n"), trainer)
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = data["added_tokens"][:3]
    data["pre_tokenizer"] = None
    data["model"]["byte_fallback"] = byte_tokens
    data["post_processor"] = template(["<s>"], [])
    data["decoder"] = chain([replace_mark(), {"type": "ByteFallback"}, {"type": "Fuse"}, strip(1, 0)])
    return data


def template(before, after):
    ids = {"<s>": 1, "</s>": 2}
    special = lambda t: {"SpecialToken": {"id": t, "type_id": 0}}
    return {
        "type": "TemplateProcessing",
        "single": [special(t) for t in before] + [{"Sequence": {"id": "A", "type_id": 0}}] + [special(t) for t in after],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {t: {"id": t, "ids": [ids[t]], "tokens": [t]} for t in before + after},
    }


def chain(steps):
    return {"type": "Sequence", "decoders": steps}


def replace_mark():
    return {"type": "Replace", "pattern": {"String": MARK}, "content": " "}


def strip(start, stop):
    return {"type": "Strip", "content": " ", "start": start, "stop": stop}


def metaspace(scheme, split):
    return {"type": "Metaspace", "replacement": MARK, "prepend_scheme": scheme, "split": split}


def added(id, content, **flags):
    token = {"id": id, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
             "normalized": False, "special": False}
    return {**token, **flags}


def configurations():
    base = trained()
    size = len(base["model"]["vocab"])
    yield "llama", base

    marks = json.loads(json.dumps(base))
    marks["added_tokens"] += [
        added(size, "[MASK]", special=True), added(size + 1, "boat", single_word=True),
        added(size + 2, "<left>", lstrip=True, special=True), added(size + 3, "<right>", rstrip=True, special=True),
        added(size + 4, "<tool>", lstrip=True, rstrip=True), added(size + 5, "new york", normalized=True),
    ]
    marks["post_processor"] = {"type": "Sequence", "processors": [template(["<s>"], ["</s>"])]}
    yield "marks", marks

    for scheme, split in [("first", True), ("always", False), ("never", True)]:
        data = json.loads(json.dumps(base))
        data["normalizer"] = None
        data["pre_tokenizer"] = metaspace(scheme, split)
        data["decoder"] = chain([{"type": "ByteFallback"}, metaspace(scheme, split)])
        data["model"]["ignore_merges"] = scheme == "first"
        data["added_tokens"].append(added(size, "[MASK]", special=True))
        yield f"metaspace-{scheme}", data

    for fuse in (True, False):
        data = trained(vocabulary=160, byte_tokens=False)
        data["model"]["fuse_unk"] = fuse
        data["decoder"] = {"type": "Metaspace", "replacement": MARK, "prepend_scheme": "always", "split": True}
        data["model"]["merges"] = [" ".join(pair) for pair in data["model"]["merges"]]  # the older spelling
        yield f"unknown-{'fused' if fuse else 'single'}", data

    bare = json.loads(json.dumps(base))
    bare["decoder"] = bare["post_processor"] = bare["normalizer"] = None
    bare["model"]["unk_token"] = None
    yield "bare", bare


def reference(tokenizer):
    strings = []
    for text in STRINGS:
        ids = tokenizer.encode(text, add_special_tokens=True).ids
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        strings.append({
            "text": text, "ids": ids, "plain": plain,
            "decoded": tokenizer.decode(ids, skip_special_tokens=False),
            "skipped": tokenizer.decode(ids, skip_special_tokens=True),
        })
    random.seed(5)
    size = tokenizer.get_vocab_size()
    sequences = []
    for length in [0, 1, 2, 3, 5, 8, 20, 40] * 4:
        pool = range(size + 3) if random.random() < 0.5 else range(min(size, 259))
        ids = [random.choice(pool) for _ in range(length)]
        sequences.append({"ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=False),
                          "skipped": tokenizer.decode(ids, skip_special_tokens=True)})
    return {"strings": strings, "sequences": sequences}


def write(path, data, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False, **options) + "\n", encoding="utf-8")


def main():
    for name, data in configurations():
        folder = OUT / "tokenizer" / name
        write(folder / "tokenizer.json", data)
        write(folder / "reference.json", reference(Tokenizer.from_str(json.dumps(data))))
    if len(sys.argv) > 1:
        tokenizer = Tokenizer.from_file(str(Path(sys.argv[1]) / "tokenizer.json"))
        write(OUT / "tokenizer" / "stories260K.json", reference(tokenizer))
    write(OUT / "manifest" / "tokenizer.json", {
        "files": "tokenizer/*", "generator": "scripts/golden/tokenizer.py",
        "versions": {"tokenizers": tokenizers.__version__},
        "tolerance": 0, "reason": "ids and bytes are equal or wrong",
    }, indent=2)


main()
