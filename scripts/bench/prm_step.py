"""prm_step.py MODEL [ROUNDS]: a step of a process reward model in rlx and in TRL 1.9.2's PRMTrainer, in turn, in seconds.

32 answers in four labelled steps of a dozen words, batches of 8, float32, AdamW. TRL's step is the median of its own steps;
rlx's what 36 steps take more than 6, over 30. MODEL is a GPT-2 folder. Paths as for speed.py: RLX, PYTHON, PROCESS (a folder
with trl 1.9.2, the last with a PRMTrainer, for a Python with torch and transformers 5).
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RLX = os.environ.get("RLX", str(ROOT / ".build/release/rlx"))
PYTHON, PROCESS = os.environ.get("PYTHON", sys.executable), os.environ.get("PROCESS", "")
BATCH, WORDS = 8, "the small dog ran over a hill and saw one red boat there".split()

SCRIPT = """
prm = PRM(Model(args[0]), batch_size: {batch}, learning_rate: 1e-5, step_separator: "\\n")
prm.run(Dataset(args[1]), steps: int(args[2]));
"""


def rows(count=32):
    """Rows of TRL's stepwise type; every third step is wrong."""
    def words(seed, length):
        return " ".join(WORDS[(seed * 7 + i * 5) % len(WORDS)] for i in range(length))
    return [
        dict(
            prompt=words(row, 20), completions=[words(row + step, 12) for step in range(4)],
            labels=[(row + step) % 3 != 0 for step in range(4)])
        for row in range(count)
    ]


def ours(folder, model):
    """Seconds of a step: a long run less a short one, so that start and loading do not count."""
    def run(steps):
        began = time.perf_counter()
        subprocess.run([RLX, "--quiet", f"{folder}/prm.rlx", model, f"{folder}/rows.jsonl", str(steps)], check=True)
        return time.perf_counter() - began
    return (run(36) - run(6)) / 30


def theirs(folder, model):
    path = os.pathsep.join(filter(None, [PROCESS, os.environ.get("PYTHONPATH")]))
    environment = os.environ | dict(PYTHONPATH=path, TRL_EXPERIMENTAL_SILENCE="1", TOKENIZERS_PARALLELISM="false")
    done = subprocess.run(
        [PYTHON, __file__, "--peer", model, f"{folder}/rows.jsonl"], env=environment, check=True, capture_output=True, text=True)
    return float(done.stdout.strip().splitlines()[-1])


def peer(model, data):
    """Runs PRMTrainer for 16 steps and prints the median time from one step's end to the next."""
    import torch
    from datasets import Dataset
    from transformers import AutoModelForTokenClassification, AutoTokenizer, TrainerCallback
    from trl.experimental.prm import PRMConfig, PRMTrainer

    class Clock(TrainerCallback):
        ticks = []

        def on_step_end(self, *_, **__):
            self.ticks.append(time.perf_counter())

    tokenizer = AutoTokenizer.from_pretrained(model)
    tokenizer.pad_token = tokenizer.eos_token
    made = AutoModelForTokenClassification.from_pretrained(model, num_labels=2, dtype=torch.float32)
    made.config.pad_token_id = tokenizer.pad_token_id
    with tempfile.TemporaryDirectory() as folder:
        args = PRMConfig(
            output_dir=folder, per_device_train_batch_size=BATCH, max_steps=16, learning_rate=1e-5, weight_decay=0.0,
            lr_scheduler_type="constant", report_to=[], save_strategy="no", use_cpu=True, bf16=False, gradient_checkpointing=False,
            disable_tqdm=True, step_separator="\n", max_length=256)
        trainer = PRMTrainer(
            model=made, args=args, processing_class=tokenizer,
            train_dataset=Dataset.from_list([json.loads(line) for line in open(data)]))
        trainer.add_callback(Clock())
        trainer.train()
    print(statistics.median(b - a for a, b in zip(Clock.ticks, Clock.ticks[1:])))


def main():
    if sys.argv[1] == "--peer":
        return peer(*sys.argv[2:4])
    model, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()))
        Path(folder, "prm.rlx").write_text(SCRIPT.format(batch=BATCH))
        found = [(ours(folder, model), theirs(folder, model)) for _ in range(rounds)]
    (a, b) = (statistics.median(column) for column in zip(*found))
    print("| task | rlx | TRL 1.9.2 | ratio |\n| --- | --- | --- | --- |")
    print(f"| PRM step, {Path(model).name}, {BATCH} answers of four steps | {a:.3f} s | {b:.3f} s | {b / a:.1f} |")
    print("of", ", ".join(f"{a:.3f}/{b:.3f}" for a, b in found))


main()
