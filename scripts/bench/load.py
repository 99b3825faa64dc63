"""load.py RLX: how long rlx and transformers take to load the same model folders, by turns, medians of five.

RLX is the release binary; the peer needs torch and transformers. Models are random, of GPT-2's shape (124 million
numbers) in float32 and bfloat16, in one file and in shards; they lie in a temporary folder and are in the page cache. rlx is
timed from outside, less what a script that loads nothing takes; transformers inside its process, without its imports. Also
the largest resident set of each.
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOKENIZER = ROOT / "Tests" / "Golden" / "tokenizer" / "llama"
PEER = """
import resource, sys, time
import torch
from transformers import GPT2LMHeadModel
began = time.perf_counter()
GPT2LMHeadModel.from_pretrained(sys.argv[1], dtype=torch.float32)
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def make(folder):
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel
    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config())
    for name, dtype, shard in [("float32", torch.float32, "5GB"), ("float32, 10 shards", torch.float32, "50MB"),
                               ("bfloat16", torch.bfloat16, "5GB")]:
        path = folder / name
        model.to(dtype).save_pretrained(path, max_shard_size=shard)
        for file in TOKENIZER.iterdir():
            if file.name != "reference.json":
                shutil.copy(file, path / file.name)
        yield name, path


def rlx(binary, script, folder):
    path = folder / "load.rlx"
    path.write_text(script)
    began = time.perf_counter()
    process = subprocess.Popen([binary, str(path)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def peer(path):
    out = subprocess.run([sys.executable, "-c", PEER, str(path)], capture_output=True, text=True, check=True).stdout
    return [float(x) for x in out.split()]


def main():
    binary = str(Path(sys.argv[1]).resolve())
    folder = Path(tempfile.mkdtemp(prefix="rlx-load-"))
    try:
        print("| folder | rlx, s | transformers, s | ratio | rlx, MiB | transformers, MiB |\n| --- | --- | --- | --- | --- | --- |")
        for name, path in list(make(folder)):
            ours, theirs = [], []
            for _ in range(5):
                nothing = rlx(binary, "1\n", folder)[0]
                seconds, memory = rlx(binary, f"m = Model({json.dumps(str(path))});\n", folder)
                ours.append((seconds - nothing, memory))
                theirs.append(peer(path))
            a, b = (statistics.median(x[0] for x in times) for times in (ours, theirs))
            print(f"| {name} | {a:.3f} | {b:.3f} | {b / a:.1f} | {max(x[1] for x in ours):.0f} | "
                  f"{max(x[1] for x in theirs):.0f} |", flush=True)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
