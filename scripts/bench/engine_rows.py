"""The tasks of scripts/bench/engine: what rlx runs, what its peer runs, and the least that counts as done."""
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

import engine_limits
from engine_limits import Shape

HERE = Path(__file__).resolve().parent


@dataclass
class Row:
    name: str
    peer: str
    # The ratio to reach.
    reach: str
    # Seconds of each of rlx's steps; of the peer's median step.
    ours: Callable
    theirs: Optional[Callable]
    # The least seconds on this machine.
    least: Callable
    # Tokens of a step, where speed is told in tokens.
    tokens: int = 0


def seconds(text):
    return json.loads(text.strip().splitlines()[-1])["seconds"]


def train(model, batch, length, dtype, reach, steps):
    kind = {"f32": "float32", "bf16": "bfloat16"}[dtype]
    return Row(
        f"train {model} {batch} x {length} {dtype}", "torch " + dtype, reach,
        lambda b: b.steps("train.rlx", b.model(model), b.text, batch, length, dtype, steps + 1),
        lambda b: seconds(b.peer("train_step.py", b.model(model), batch, length, kind, steps)),
        lambda b, limits: engine_limits.training(Shape(b.model(model)), limits, dtype, batch * length, batch * length, length),
        batch * length)


def generate(model, batch, new, dtype, reach, peer, times=3):
    def theirs(b):
        if peer == "llama.cpp":
            found = json.loads(b.peer("llama_decode.py", b.model(model), dtype).strip().splitlines()[-1])
            return batch * new / found["tokens_per_second"]
        kind = {"f32": "float32", "bf16": "bfloat16"}[dtype]
        return seconds(b.peer("generate.py", b.model(model), batch, new, kind))

    return Row(
        f"generate {model} x {batch} {dtype}, {peer}", peer, reach,
        lambda b: b.steps("generate.rlx", b.model(model), batch, new, dtype, times), theirs,
        lambda b, limits: engine_limits.decoding(Shape(b.model(model)), limits, dtype, batch, new), batch * new)


def ppo(model, batch, new, dtype, reach, steps):
    prompt = 11.5  # tokens, on average

    def least(b, limits):
        shape, tokens, scored = Shape(b.model(model)), batch * (prompt + new), batch * new
        update = engine_limits.training(shape, limits, dtype, 8 * tokens / 2, 8 * scored / 2, prompt + new, steps=8)
        reading = 2 * shape.forward(tokens, scored, prompt + new) / limits[dtype] / 1e9
        return update + reading + engine_limits.decoding(shape, limits, dtype, batch, new)

    return Row(
        f"ppo {model} {batch} x {new} {dtype}", "TRL 0.11.4 f32", reach,
        lambda b: b.steps("ppo.rlx", b.model(model), batch, new, dtype, steps + 1),
        lambda b: seconds(b.peer("ppo_step.py", b.model(model), batch, new, steps)), least)


def curve():
    """PPO of examples/curve.rlx: 64 answers of 40 tokens, 4 passes over all of them."""
    def least(b, limits):
        shape, tokens = Shape(b.model("stories260K")), 64 * 45
        update = engine_limits.training(shape, limits, "f32", 4 * tokens, 4 * 64 * 40, 45, steps=4)
        reading = 2 * shape.forward(tokens, 64 * 40, 45) / limits["f32"] / 1e9
        return update + reading + engine_limits.decoding(shape, limits, "f32", 64, 40)

    def theirs(b):
        text = b.peer(str(HERE / "trl_curve.py"), b.model("stories260K"), "7", "1")
        return float(re.search(r"median ([\d.]+) s", text)[1])

    return Row(
        "ppo stories260K 64 x 40 f32", "TRL 0.11.4", "6",
        lambda b: b.steps("../../examples/curve.rlx", b.model("stories260K"), 12), theirs, least)


def fit(which, reach, steps=12):
    def least(b, limits):
        rows = 8 if which == "sft" else 16
        tokens, scored = rows * 127, 0 if which == "rm" else rows * 56  # on average, of the rows that are read
        return engine_limits.training(
            Shape(b.model("3m")), limits, "f32", tokens, scored, 127, reads=1 if which == "dpo" else 0)

    return Row(
        f"{which} 3m 8 rows f32", "TRL 1.16", reach,
        lambda b: b.steps("fit.rlx", which, b.model("3m"), b.pairs, 8, steps),
        lambda b: seconds(b.peer("trl_step.py", which, b.model("3m"), b.pairs, 8, steps)), least)


def rows():
    return [
        train("124m", 4, 256, "f32", "2.5", 3),
        train("124m", 4, 256, "bf16", "1.5", 3),
        train("3m", 16, 128, "f32", "3.5", 6),
        train("3m", 16, 128, "bf16", "2", 6),
        train("tiny", 8, 64, "f32", "3.5", 20),
        generate("124m", 1, 64, "f32", "1", "llama.cpp"),
        generate("124m", 1, 64, "bf16", "1", "llama.cpp"),
        generate("124m", 1, 64, "q8", "1", "llama.cpp"),
        generate("124m", 8, 64, "bf16", "3", "transformers"),
        generate("124m", 32, 64, "bf16", "3", "transformers"),
        generate("3m", 1, 64, "bf16", "1", "llama.cpp", times=20),
        generate("3m", 32, 64, "bf16", "5", "transformers", times=8),
        ppo("tiny", 8, 32, "f32", "8", 8),
        ppo("3m", 8, 32, "f32", "4", 5),
        ppo("124m", 8, 32, "f32", "4", 2),
        ppo("124m", 8, 32, "bf16", "6", 2),
        curve(),
        fit("sft", "5"), fit("rm", "5"), fit("dpo", "5"),
    ]
