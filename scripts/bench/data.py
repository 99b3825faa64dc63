"""Opens a file of a million comparisons (about 1 GB, made on the way) in rlx and in Hugging Face's datasets, and says what each step
takes: seconds and resident memory at most.

    RLX=.build/release/rlx PYTHON=.../bin/python scripts/bench/data.py [FOLDER] [ROWS]

rlx has no clocks: each step is a script of its own, timed from outside, less the one before it.
"""
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RLX = os.environ.get("RLX", ".build/release/rlx")
PYTHON = os.environ.get("PYTHON")
ROUNDS = 3


def make(path, rows):
    rng = random.Random(1)
    words = ["".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(2, 9))) for _ in range(5000)]
    pool = [" ".join(rng.choice(words) for _ in range(60)) for _ in range(2000)]
    with open(path, "w") as file:
        for i in range(rows):
            row = {"prompt": rng.choice(pool)[: 250 + i % 100], "chosen": " " + rng.choice(pool)[: 300 + i % 90],
                   "rejected": " " + rng.choice(pool)[: 280 + i % 110], "id": i}
            file.write(json.dumps(row) + "\n")


def run(command, **options):
    """Seconds and peak resident MiB of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    out, err = process.communicate()
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{command}: {err.decode()[-800:]}")
    return seconds, out.decode()


def measured(command, text):
    """The same, over rounds, by a small parent that asks the system for the child's peak."""
    parent = ("import resource, subprocess, sys, time; t = time.perf_counter(); r = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
              "print(time.perf_counter() - t, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024); sys.exit(r.returncode)")
    times, peaks = [], []
    for _ in range(ROUNDS):
        _, out = run([sys.executable, "-c", parent, *command])
        seconds, peak = map(float, out.split())
        times.append(seconds)
        peaks.append(peak)
    print(f"| {text} | {statistics.median(times):.2f} s ({min(times):.2f} to {max(times):.2f}) | {max(peaks):.0f} MiB |", flush=True)


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.gettempdir())
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    path = folder / f"comparisons-{rows}.jsonl"
    if not path.exists():
        make(path, rows)
    print(f"{rows:,} rows, {path.stat().st_size / 1e9:.2f} GB\n\n| step | whole process | resident at most |\n| --- | --- | --- |")
    opened = f'data = Dataset("{path}")\n'
    steps = [
        ("rlx: start alone", "", []),
        ("rlx: open", opened, []),
        ("rlx: open, session recorded (SHA-256 taken)", opened, ["--record"]),
        ("rlx: open, shuffle, sample 1,000, split, take 10, one row", opened + "s = data.shuffle()\nk = data.sample(1000)\na, b = data.split(0.9)\nt = b.take(10)\nprint(t[3].id + s[7].id + k[2].id)\n", []),
        ("rlx: the same, recorded", opened + "s = data.shuffle()\nk = data.sample(1000)\na, b = data.split(0.9)\nt = b.take(10)\nprint(t[3].id + s[7].id + k[2].id)\n", ["--record"]),
        ("rlx: open, lazy map and filter, 100 rows of them", opened + 'm = data.map(fn(r) => {prompt: r.prompt, n: r.id}).filter(fn(r) => r.n % 2 == 0)\nprint(m.take(100).list().len)\n', []),
        ("rlx: open, every row of a lazy filter", opened + "print(data.filter(fn(r) => r.id % 2 == 0).len)\n", []),
    ]
    with tempfile.TemporaryDirectory() as scratch:
        for text, script, options in steps:
            file = Path(scratch) / "step.rlx"
            file.write_text(script)
            more = ["--record", str(Path(scratch) / "session.rlx")] if options else []
            measured([RLX, *more, str(file)], text)
        if PYTHON:
            open_it = f'import datasets; d = datasets.load_dataset("json", data_files="{path}", split="train", cache_dir="{scratch}/CACHE")'
            fresh = "import os; " + open_it.replace('/CACHE"', '/" + str(os.getpid())')
            measured([PYTHON, "-c", "import datasets"], "datasets: import alone")
            measured([PYTHON, "-c", fresh], "datasets: load_dataset, first time")
            run([PYTHON, "-c", open_it])
            measured([PYTHON, "-c", open_it], "datasets: load_dataset again, from its cache")
            measured([PYTHON, "-c", open_it + "; s = d.shuffle(seed=1); print(s[7]['id'])"], "datasets: again, shuffle, one row")


main()
