"""Tokenizers built as the families' files are, by Hugging Face tokenizers, for Tests/Golden/tokenizer.

    python scripts/golden/tokenizer_families.py

families.json has small vocabularies with the components of the published files (llama 2 and 3, gemma, qwen,
gpt_neox, phi 3, olmo 2, mistral's newer one, smollm, roberta, and older ones such as CLIP's and BERT's parts), and
the ids and texts of strings; normalizers.json what normalizers make of strings, and hashes of what they make of
nearly every character in four surroundings.
"""
import hashlib
import json
import random

import tokenizers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from tokenizer import (
    CASED, DOUBLE_CASE, HOSTILE, MARK, OUT, STRINGS, TEXT, added, byte_level, byte_level_step, chain, replace_mark, sequence, split,
    strip, template, trained, write)

MORE = [
    "Ａｂｃ１２３ ﬁﬂ ㎏ ™ ½ Ⅷ ①", "A\u030a\u0301 \u1e69 s\u0323\u0307 s\u0307\u0323", "각 \u1100\u1161\u11a8 \u1100\u1161", "\u0958 \u0344 \u2126 \u212b",
    "ÀÉÎõü ñ Å ç", "İSTANBUL ΑΣ ẞ Ⅷ", "a\u0301\u0300\u0316\u0327b", "\u0f73\u0f75 \u0fb2\u0f71\u0f80", "\u3099か か\u3099 ハ\u309a", "\u1e9b\u0323", "\U0001d15e \U0001d5a0",
    "don't stop, can't ! Really ? yes .", "hello , world ' s", "[CLS] a [SEP]", "<pad><bos>x<eos>", "中文 mixed 日本 한국", "__init__(self) -> None:", "  \t two\n\n\nlines \r\n",
    "x=1;y=2", "3.14.15 1,000", "𝒜𝓑 🏳️‍🌈 👩🏽‍🚀", "\u200d\u200c\u2060", "e\u0301" * 40, "Ａ" * 40, "😀" * 20, "word" * 60, "\u0e33 \u0eb3", "\u06c0 \u06d5\u0654",
]
TEXTS = MORE + HOSTILE[::2] + STRINGS[::3]
TEKKEN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def kind(name, **more):
    return {"type": name, **more}


def steps(*parts):
    return kind("Sequence", normalizers=list(parts))


def copy(data, **parts):
    return {**json.loads(json.dumps(data)), **parts}


def letters(normalizer=None, pre_tokenizer=None, prefix="", suffix="", size=300):
    """A BPE over the characters of TEXT."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", **({"continuing_subword_prefix": prefix} if prefix else {}), **({"end_of_word_suffix": suffix} if suffix else {})))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False,
        **({"continuing_subword_prefix": prefix} if prefix else {}), **({"end_of_word_suffix": suffix} if suffix else {}))
    tokenizer.train_from_iterator([TEXT.strip(), TEXT.lower(), "é ü ç ñ"], trainer)
    data = json.loads(tokenizer.to_str())
    data["normalizer"], data["pre_tokenizer"] = normalizer, pre_tokenizer
    return data


def families():
    sentence = trained()
    size = len(sentence["model"]["vocab"])
    bytes_ = byte_level()
    number = len(bytes_["model"]["vocab"])
    yield "llama2-legacy", sentence
    yield "llama2-metaspace", copy(sentence, normalizer=None, pre_tokenizer=kind("Metaspace", replacement=MARK, prepend_scheme="first", split=False))
    # Gemma: spaces become marks, cut at none; many added tokens that are not special.
    gemma = copy(sentence, normalizer=kind("Replace", pattern={"String": " "}, content=MARK),
                 pre_tokenizer=split(" ", "MergedWithPrevious", kind="String"), decoder=chain([replace_mark(), kind("ByteFallback"), kind("Fuse")]))
    gemma["added_tokens"] += [added(size, "<turn>", special=True), added(size + 1, "\n\n"), added(size + 2, MARK * 4), added(size + 3, "<unused0>")]
    yield "gemma", gemma
    # Phi 3: marks that take the space behind them along.
    phi = copy(sentence)
    phi["added_tokens"] += [added(size, "<|end|>", rstrip=True, special=True), added(size + 1, "<|user|>", rstrip=True, special=True), added(size + 2, "[MASK]", lstrip=True, rstrip=True)]
    yield "phi3", phi
    llama3 = copy(bytes_, pre_tokenizer=sequence(split(DOUBLE_CASE, "Isolated"), byte_level_step()))
    llama3["model"]["ignore_merges"] = True
    llama3["added_tokens"] += [added(number, "<|eot|>", special=True)]
    llama3["post_processor"] = {"type": "Sequence", "processors": [byte_level_step(True, True), {
        **template([], []), "single": [{"SpecialToken": {"id": "<|eot|>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "special_tokens": {"<|eot|>": {"id": "<|eot|>", "ids": [number], "tokens": ["<|eot|>"]}}}]}
    yield "llama3", llama3
    qwen = copy(bytes_, normalizer=kind("NFC"), pre_tokenizer=sequence(split(QWEN, "Isolated"), byte_level_step()), post_processor=byte_level_step(False, False))
    qwen["added_tokens"] += [added(number, "<|im_start|>", special=True), added(number + 1, "<think>"), added(number + 2, "éé", normalized=True)]
    yield "qwen", qwen
    yield "neox", copy(bytes_, normalizer=kind("NFC"), pre_tokenizer=byte_level_step(False, True))
    yield "tekken", copy(bytes_, pre_tokenizer=sequence(split(TEKKEN, "Isolated"), byte_level_step()))
    yield "smollm", copy(bytes_, pre_tokenizer=sequence(kind("Digits", individual_digits=True), byte_level_step(False, True)))
    yield "grouped-digits", copy(bytes_, pre_tokenizer=sequence(kind("Digits", individual_digits=False), split(r"\s?\w+|\W", "Isolated"), byte_level_step(False, False)))
    roberta = copy(bytes_, pre_tokenizer=byte_level_step(True, True))
    roberta["added_tokens"] += [added(number, "<mask>", lstrip=True, special=True)]
    roberta["post_processor"] = kind("RobertaProcessing", sep=["<|endoftext|>", 0], cls=["<mask>", number], trim_offsets=True, add_prefix_space=True)
    yield "roberta", roberta
    yield "whole-bytes", copy(bytes_, normalizer=kind("ByteLevel"), pre_tokenizer=None)
    # CLIP: lower case, ends of words marked.
    clip = letters(steps(kind("NFC"), kind("Replace", pattern={"Regex": "\\s+"}, content=" "), kind("Lowercase")),
                   sequence(split(r"\w+|[^\s\w]+", "Removed", True)), suffix="</w>")
    yield "clip", copy(clip, decoder=kind("BPEDecoder", suffix="</w>"))
    bert = letters(kind("BertNormalizer", clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True), kind("BertPreTokenizer"), prefix="##")
    bert["post_processor"] = kind("BertProcessing", sep=["</s>", 2], cls=["<s>", 1])
    yield "bert", copy(bert, decoder=kind("WordPiece", prefix="##", cleanup=True))
    plain = kind("WordPiece", prefix="##", cleanup=False)
    yield "bert-cased", copy(bert, normalizer=kind("BertNormalizer", clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False), decoder=plain, post_processor=None)
    yield "whitespace", letters(steps(kind("NFKC"), kind("Strip", strip_left=True, strip_right=False)), kind("Whitespace"))
    yield "whitespace-split", letters(steps(kind("NFKD"), kind("StripAccents"), kind("Strip", strip_left=False, strip_right=True)), kind("WhitespaceSplit"))
    yield "punctuation", letters(kind("NFD"), sequence(kind("WhitespaceSplit"), kind("Punctuation", behavior="Contiguous"), kind("Digits", individual_digits=True)))
    yield "delimiter", letters(kind("Lowercase"), sequence(kind("CharDelimiterSplit", delimiter="-"), kind("FixedLength", length=3)))
    yield "regex-decoder", copy(letters(None, kind("Metaspace", replacement="_", prepend_scheme="always", split=True)), decoder=chain([kind("Replace", pattern={"Regex": "_+|[aeiou]{2}"}, content=" "), kind("Strip", content=" ", start=1, stop=0)]))


def reference(tokenizer):
    strings = []
    for text in TEXTS:
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        around = tokenizer.encode(text, add_special_tokens=True).ids
        entry = {"ids": plain, "decoded": tokenizer.decode(plain, skip_special_tokens=False)}
        if around != plain:
            entry["around"] = around
        if entry["decoded"] == text:
            del entry["decoded"]
        strings.append(entry)
    draw = random.Random(9)
    pool = tokenizer.get_vocab_size()
    sequences = [[draw.randrange(pool) for _ in range(draw.randint(1, 12))] for _ in range(40)]
    return {"strings": strings, "sequences": [{"ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=False)} for ids in sequences]}


NORMALIZERS = [
    kind("NFC"), kind("NFD"), kind("NFKC"), kind("NFKD"), kind("Lowercase"), kind("StripAccents"), kind("Strip", strip_left=True, strip_right=True),
    kind("Strip", strip_left=True, strip_right=False), steps(kind("NFD"), kind("StripAccents"), kind("Lowercase")), kind("ByteLevel"),
    kind("BertNormalizer", clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True),
    kind("BertNormalizer", clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=False),
    kind("Replace", pattern={"Regex": r"\s+|\p{Lu}"}, content="_"), kind("Replace", pattern={"String": "e"}, content=""), kind("Prepend", prepend="> "),
]


def surroundings():
    """Stretches of characters: alone, between letters, before and behind marks."""
    scalars = [c for c in [*range(0x33480), *range(0xE0000, 0xE0200), *range(0x10FFF0, 0x110000)] if not 0xD800 <= c < 0xE000]
    for at in range(0, len(scalars), 128):
        row = [chr(c) for c in scalars[at:at + 128]]
        yield "".join(row)
        yield "".join(f"a{c}\u0301" for c in row)
        yield "".join(f"e\u0327\u0301{c}\u0323" for c in row)
        yield "".join(f"\u1100{c}\u11a8가{c} " for c in row)


def normalizers():
    base = json.loads(Tokenizer(models.BPE()).to_str())
    found = []
    for step in NORMALIZERS:
        normalizer = Tokenizer.from_str(json.dumps({**base, "normalizer": step})).normalizer
        entry = {"normalizer": step, "texts": [normalizer.normalize_str(t) if t else "" for t in TEXTS]}
        if step["type"] not in ("Strip", "Replace", "Prepend", "ByteLevel"):
            digest = hashlib.sha256()
            for text in surroundings():
                digest.update(normalizer.normalize_str(text).encode())
            entry["sha256"] = digest.hexdigest()
        found.append(entry)
    return {"texts": TEXTS, "normalizers": found}


def main():
    write(OUT / "tokenizer" / "families.json", {"texts": TEXTS, "families": [
        {"name": name, "tokenizer": data, "reference": reference(Tokenizer.from_str(json.dumps(data)))} for name, data in families()]})
    write(OUT / "tokenizer" / "normalizers.json", normalizers())
    write(OUT / "manifest" / "tokenizer_families.json", {
        "files": "tokenizer/families.json, tokenizer/normalizers.json", "generator": "scripts/golden/tokenizer_families.py",
        "versions": {"tokenizers": tokenizers.__version__}, "tolerance": 0, "reason": "ids and bytes are equal or wrong",
    }, indent=2)


main()
