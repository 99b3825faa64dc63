"""tokenizer.py GPT2 DATA [RUNS]: encoding and decoding beside Hugging Face tokenizers, on one thread.

GPT2 is the folder of GPT-2's published tokenizer, DATA a folder with tinyshakespeare.txt and
tinystories-sample.txt. A second tokenizer is built as Llama 2's are (byte fallback, spaces as marks, no
pre-tokenizer) with 8,000 tokens learned from the plays. Texts are encoded whole, and line by line as rows of
data are. rlx has no clock: a script repeats the work once and RUNS + 1 times, and the difference of the
processes' CPU times counts, as CPU time does for the peer. RLX names the program, scripts/rlx if it is not set.
"""
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
from tokenizers import Tokenizer, models, trainers  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "golden"))
from tokenizer import MARK, chain, replace_mark, strip, template  # noqa: E402

GPT2, DATA = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
RUNS = int(sys.argv[3]) if len(sys.argv) > 3 else 5
RLX = os.environ.get("RLX", str(Path(__file__).resolve().parents[1] / "rlx"))

SCRIPT = """
tok = Tokenizer("FOLDER")
rows = Dataset("rows.jsonl")["text"]
ids = rows.map(fn(text) => tok.encode(text))
for run in 0..TIMES { rows.map(fn(text) => WORK) }
"""


def llama_like(text):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)]
    lines = [MARK + line.replace(" ", MARK) for line in text.split("\n")]
    words = [MARK + word for line in lines for word in line.split(MARK) if word]
    tokenizer.train_from_iterator(words, trainers.BpeTrainer(vocab_size=8000, special_tokens=special, show_progress=False))
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = data["added_tokens"][:3]
    data["model"]["byte_fallback"] = True
    data["normalizer"] = {"type": "Sequence", "normalizers": [
        {"type": "Prepend", "prepend": MARK}, {"type": "Replace", "pattern": {"String": " "}, "content": MARK}]}
    data["post_processor"] = template(["<s>"], [])
    data["decoder"] = chain([replace_mark(), {"type": "ByteFallback"}, {"type": "Fuse"}, strip(1, 0)])
    return data


def ours(work, folder, rows, what):
    (work / "rows.jsonl").write_text("".join(json.dumps({"text": t}) + "\n" for t in rows))

    def run(times):
        code = SCRIPT.replace("FOLDER", str(folder)).replace("TIMES", str(times))
        code = code.replace("WORK", "tok.encode(text).len") if what == "encode" else code.replace(
            "rows.map(fn(text) => WORK)", "ids.map(fn(list) => tok.decode(list).len)")
        (work / "bench.rlx").write_text(code)
        def used():
            usage = resource.getrusage(resource.RUSAGE_CHILDREN)
            return usage.ru_utime + usage.ru_stime

        start = used()
        subprocess.run([RLX, "bench.rlx"], cwd=work, check=True, stdout=subprocess.DEVNULL)
        return used() - start

    return statistics.median((run(RUNS + 1) - run(1)) / RUNS for _ in range(3))


def theirs(tokenizer, rows, what):
    ids = [tokenizer.encode(t).ids for t in rows]

    def run():
        start = time.process_time()
        if what == "encode":
            for text in rows:
                tokenizer.encode(text).ids
        else:
            for row in ids:
                tokenizer.decode(row, skip_special_tokens=False)
        return time.process_time() - start

    return statistics.median(run() for _ in range(2 * RUNS))


def main():
    work = Path(tempfile.mkdtemp(prefix="rlx-bench-"))
    plays = (DATA / "tinyshakespeare.txt").read_text(encoding="utf-8")
    stories = (DATA / "tinystories-sample.txt").read_text(encoding="utf-8")
    (work / "llama").mkdir()
    (work / "llama" / "tokenizer.json").write_text(json.dumps(llama_like(plays), ensure_ascii=False))
    print("| tokenizer, text | work | rlx | tokenizers | ratio |\n| --- | --- | --- | --- | --- |")
    for name, folder in [("GPT-2", GPT2), ("like Llama 2", work / "llama")]:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        for kind, text in [("plays", plays), ("stories", stories)]:
            for layout, rows in [("whole", [text]), ("by line", [line for line in text.split("\n") if line])]:
                size = sum(len(t.encode()) for t in rows) / 1e6
                for what in ("encode", "decode"):
                    a, b = ours(work, folder, rows, what), theirs(tokenizer, rows, what)
                    print(f"| {name}, {kind} {layout} | {what} | {size / a:.1f} MB/s | {size / b:.1f} MB/s | {b / a:.2f} |", flush=True)


main()
