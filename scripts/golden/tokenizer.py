"""Reference ids and texts by Hugging Face tokenizers, for Tests/Golden/tokenizer.

    python scripts/golden/tokenizer.py [FOLDER-OF-stories260K FOLDER-OF-gpt2]

Trains small byte-pair encodings on the text below, over characters and over bytes, and writes them in
several configurations, each with the ids and texts that the tokenizers library gives for the same
strings. With the folders of published tokenizers, their ids are written too (not the tokenizers).
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


# For the byte-level configurations, on top of STRINGS.
HOSTILE = [
    "".join(map(chr, range(128))), "".join(chr(c) + " " + chr(c) for c in range(128)), "".join(map(chr, range(128, 0x250))),
    "\u0301", "\u0301\u0301 \u0301", " \u0301a", "a\u0327\u0301b", "\u200d", "\ufe0f", "1\ufe0f\u20e3", "👩‍❤️‍💋‍👨 👩🏽‍🚀", "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "\u0915\u094d\u0937\u093f", "가\u1100\u1161\u11a8", "ﷺ", "Ⓐ①½²Ⅷ٣৪", "_a_1_", "ªº", "ʰʱ", "ǅ", "x\u00adx", "\u2060a",
    "\U00031350", "a\U00031350b", "\U000105c0", "\U000105c0\U000105c1 \U000105c0", "\U00010d40\U00010d41", "\U0001e5f1",
    "\u1c89\u1c8a", "\ua7da", "\U0001fae9", "\u0378", "\ue000", "\uffff", "\U0010fffe", "\ufdd0",
    "a\u0085b", "\u0085\u0085 \u0085", "a\u00a0b", "\u00a0\u00a0a", " \u00a0 a", "a\u3000b", "\u3000\u3000", "\u1680\u180e\u2009\u202f\u205f",
    "\u2028a\u2029 b", "\x1c\x1d\x1e\x1f", "a\x0bb\x0cc", "\r\n\r\n", "a \r\n b", "  \n  \n  x", "x  \n", "\t\t\tx", " \t x", "a   ", "   a",
    "can't CAN'T don'ts 'sit 'Tis 'll' '' 's", "I'\u017f it'\u212a", "we\u2019re", "they'd've", "'S 'T 'RE 'VE 'M 'LL 'D",
    "12345 1,234.5 1٣4 x1y2", "a1", "1a", "!a", "!1", "a!1", "  !", " !  ?", "...   ...", "\\n", "Ġ", "Ċa", "ĠtheĠ", "Ã©", "İiıI", "ﬁﬀ ß",
    "<|endoftext|>", "a<|endoftext|>b", " <|endoftext|> ", "<|endoftext|><|endoftext|>", "<|endoftext", "|>", "<|endoftext|>\n\nThe dog",
    "the" * 400, "a" * 1000, "x y" * 300, "é" * 300, "日" * 400, " " * 1000, "\n" * 500 + "x", "!?" * 300, "1" * 500, " \n" * 300,
    *[("theriverandthepark" * 3)[:n] for n in range(28, 38)],
    "a\U00031350日本 \U000105c01½ ﬁ\u0301\u0085\u00a0\u3000!?", "Zürich–Genève: 3 h 5′, 40 €; ½ l … «œuvre»",
    "fn main() {\n\tlet x = vec![1, 2];\n\n\n    println!(\"{x:?}\");\n}\n", "SELECT * FROM t WHERE a>=10;--x", "https://example.org/a%20b?c=1&d=é",
]

# The patterns of published tokenizers, by kind.
DOUBLE_CASE = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CASED = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
PATTERNS = [
    r"(?<=[a-z])(?=[A-Z])|(?<!\d)\.(?>\d+)?", r"^\s*|\s*$", r"\P{L}++|\p{^Lu}|[\D\S]", r"[^a-f\-\]x]*?b|[ -/]{2,}|c{,2}d?",
    r"(?:\r\n|[\n\t])+|\.{3}|(?i:K[a-z]?)|(e|ee)+?",
]


def byte_level(pre_tokenizer=None, vocabulary=420):
    """A BPE over the bytes of TEXT with one special token, as GPT-2's is laid out."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer or pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=["<|endoftext|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(TEXT.strip().split("\n"), trainer)
    return json.loads(tokenizer.to_str())


def split(pattern, behavior, invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def byte_level_step(prefix=False, regex=False):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def sequence(*steps):
    return {"type": "Sequence", "pretokenizers": list(steps)}


def byte_level_configurations():
    base = byte_level()
    yield "byte-level", base

    def changed(name, **parts):
        return name, {**json.loads(json.dumps(base)), **parts}

    # A space in front, a space for the decoder to keep, marks with flags, and the post-processor of RoBERTa's kind.
    name, data = changed("byte-prefix", pre_tokenizer=byte_level_step(True, True), post_processor=byte_level_step(True, True))
    size = len(data["model"]["vocab"])
    data["added_tokens"] += [
        added(size, "[MASK]", lstrip=True, special=True), added(size + 1, "boat", single_word=True),
        added(size + 2, "new york", normalized=True), added(size + 3, "日本", special=True)]
    yield name, data
    # Llama 3's kind: whole words first, a special token in front.
    name, data = changed("byte-split", pre_tokenizer=sequence(split(DOUBLE_CASE, "Isolated"), byte_level_step()))
    data["model"]["ignore_merges"] = True
    del data["model"]["merges"][40:60]
    special = {"id": "<|endoftext|>", "ids": [0], "tokens": ["<|endoftext|>"]}
    data["post_processor"] = {"type": "Sequence", "processors": [byte_level_step(True, True), {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"<|endoftext|>": special}}]}
    yield name, data
    yield changed("byte-cased", pre_tokenizer=sequence(split(CASED, "Removed", True), byte_level_step()))
    yield changed("byte-digits", pre_tokenizer=sequence({"type": "Digits", "individual_digits": True}, byte_level_step(False, True)))
    yield changed("byte-whole", pre_tokenizer=byte_level_step(False, False))
    # A vocabulary that lacks bytes: they are dropped.
    name, data = changed("byte-gaps")
    for token in ["é", "Ã", "z", "Ċ"]:
        if token in data["model"]["vocab"]:
            data["model"]["vocab"]["\u2581" + token] = data["model"]["vocab"].pop(token)
    yield name, data


def pieces():
    """What the behaviours of Split make of patterns, piece by piece."""
    texts = [t for t in STRINGS + HOSTILE if len(t) < 40]
    found = []
    for pattern in [*PATTERNS, r"\p{N}", r"\s+", "the", " "]:
        for behavior in ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]:
            for invert in [False, True]:
                kind = "String" if pattern in ("the", " ") else "Regex"
                step = split(pattern, behavior, invert, kind)
                data = {**json.loads(SMALL), "pre_tokenizer": step}
                cutter = Tokenizer.from_str(json.dumps(data)).pre_tokenizer
                cut = [[piece for piece, _ in cutter.pre_tokenize_str(text)] if text else [] for text in texts]
                found.append({"split": step, "pieces": cut})
    return {"texts": texts, "cuts": found}


SMALL = Tokenizer(models.BPE()).to_str()


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


def reference(tokenizer, texts=STRINGS):
    strings = []
    for text in texts:
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
    for name, data in byte_level_configurations():
        folder = OUT / "tokenizer" / name
        write(folder / "tokenizer.json", data)
        write(folder / "reference.json", reference(Tokenizer.from_str(json.dumps(data)), STRINGS + HOSTILE))
    write(OUT / "tokenizer" / "pieces.json", pieces())
    for folder, texts in zip(map(Path, sys.argv[1:]), [STRINGS, STRINGS + HOSTILE]):
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        write(OUT / "tokenizer" / f"{folder.name}.json", reference(tokenizer, texts))
    write(OUT / "manifest" / "tokenizer.json", {
        "files": "tokenizer/*", "generator": "scripts/golden/tokenizer.py",
        "versions": {"tokenizers": tokenizers.__version__},
        "tolerance": 0, "reason": "ids and bytes are equal or wrong",
    }, indent=2)


if __name__ == "__main__":
    main()
