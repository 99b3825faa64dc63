"""speed.py MODEL DATA [ROUNDS]: rlx and its peers in turn on the same tasks; medians and ratios.

Paths: RLX (default .build/release/rlx), PYTHON (a Python with torch and transformers), CLASSIC (a folder with trl 0.11.4 and
its transformers). One run of each after the other, ROUNDS times, so that a busy minute falls on both.
"""
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RLX = os.environ.get("RLX", str(ROOT / ".build/release/rlx"))
PYTHON, CLASSIC = os.environ.get("PYTHON", sys.executable), os.environ.get("CLASSIC", "")
MODEL, DATA = sys.argv[1], sys.argv[2]
ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else 3


def run(*command, **environment):
    """Seconds and output of a command."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return time.perf_counter() - start, done.stdout


def example(name, *arguments):
    return run(RLX, str(ROOT / "examples" / name), *map(str, arguments))[0]


def ppo_rlx():
    """A step of curve.rlx: what 21 steps take more than one, over 20."""
    return (example("curve.rlx", MODEL, 21) - example("curve.rlx", MODEL, 1)) / 20


def ppo_trl():
    text = run(PYTHON, str(HERE / "trl_curve.py"), MODEL, "7", "1", PYTHONPATH=CLASSIC)[1]
    return float(re.search(r"median ([\d.]+) s", text)[1])


def fit_rlx():
    """An epoch of the reward model of hh.rlx: two epochs less one."""
    return example("hh.rlx", MODEL, DATA + "/hh-harmless.jsonl.gz", 2) - example("hh.rlx", MODEL, DATA + "/hh-harmless.jsonl.gz", 1)


def fit_torch():
    text = run(PYTHON, str(HERE / "hh_torch.py"), MODEL, DATA + "/hh-harmless.jsonl.gz", "1", "11", "plain")[1]
    return float(re.search(r", ([\d.]+) s", text)[1])


def start():
    return min(run(RLX, "-c", "1")[0] for _ in range(10))


def report(name, ours, theirs=None):
    line = f"{name}: rlx {statistics.median(ours):.3f} s (of {', '.join(f'{x:.3f}' for x in ours)})"
    if theirs:
        ratio = statistics.median(theirs) / statistics.median(ours)
        line += f"; peer {statistics.median(theirs):.3f} s (of {', '.join(f'{x:.3f}' for x in theirs)}); {ratio:.1f} times as fast"
    print(line, flush=True)


def pairs(name, ours, theirs, rounds):
    found = [(ours(), theirs()) for _ in range(rounds)]
    report(name, [a for a, _ in found], [b for _, b in found])


def main():
    print("load before:", os.getloadavg())
    report("start of the shell", [start() for _ in range(ROUNDS)])
    report("tour.rlx", [example("tour.rlx", MODEL) for _ in range(ROUNDS)])
    pairs("PPO step, 64 answers of 40 tokens, 4 epochs (TRL 0.11.4)", ppo_rlx, ppo_trl, ROUNDS)
    if "--fit" in sys.argv:
        pairs("epoch of the reward model on 1,040 comparisons (PyTorch)", fit_rlx, fit_torch, 1)
    print("load after:", os.getloadavg())


main()
