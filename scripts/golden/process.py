"""Reference values for the process reward model. Writes Tests/Golden/training/process* and their entry in Tests/Golden/manifest.

Run with PyTorch 2, transformers 5 and trl 1.9.2 (the last trl with a PRMTrainer) on the path.
"""
import json
import os
import tempfile
import warnings

os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"
warnings.filterwarnings("ignore")

import torch
import transformers
import trl
from datasets import Dataset
from safetensors.torch import load_file
from torch.utils.flop_counter import FlopCounterMode
from transformers import LlamaConfig, LlamaForCausalLM, LlamaForTokenClassification
from trl.experimental.prm import PRMConfig, PRMTrainer

from training_model import OUT, head, plain, tokenizer, write_json, write_tensors

torch.use_deterministic_algorithms(True)
torch.set_num_threads(1)

ROWS = [
    dict(prompt="2+3*4?", completions=["3*4=12", "2+12=14", "14."], labels=[True, True, True]),
    dict(prompt="7-2-1?", completions=["2-1=1", "7-1=6"], labels=[False, False]),
    dict(prompt="one + one", completions=["a b"], labels=[True]),
    dict(prompt="9/3?", completions=["3*3=9", "9/3=2", "so 3", "yes"], labels=[True, False, True, True]),
]


def model():
    """The policy of the other goldens as a token classifier with two labels."""
    spec = json.loads((OUT / "policy/config.json").read_text())
    spec = {k: v for k, v in spec.items() if k not in ("architectures", "torch_dtype")}
    made = LlamaForTokenClassification(LlamaConfig(**spec, num_labels=2, classifier_dropout=0.0, attn_implementation="eager"))
    weights = {k: v for k, v in load_file(OUT / "policy/model.safetensors").items() if not k.startswith("lm_head.")}
    weight = torch.cat([head(51, 0.3)[0], head(52, 0.3)[0]])
    made.load_state_dict({**weights, "score.weight": weight, "score.bias": torch.tensor([0.1, -0.2])})
    return made, weight


def tokenized(rows, **options):
    given = dict(step_separator="\n", max_length=None, max_completion_length=None, train_on_last_step_only=False, is_eval=False)
    return [PRMTrainer.tokenize_row(r, tokenizer(), **{**given, **options}) for r in rows]


def training(**options):
    """Two optimizer steps of PRMTrainer over all rows, with what it measures before and after."""
    made, weight = model()
    with tempfile.TemporaryDirectory() as folder:
        args = PRMConfig(
            output_dir=folder, per_device_train_batch_size=len(ROWS), per_device_eval_batch_size=len(ROWS), max_steps=2,
            learning_rate=1e-3, lr_scheduler_type="constant", weight_decay=0.0, logging_steps=1, save_strategy="no", report_to=[],
            bf16=False, gradient_checkpointing=False, use_cpu=True, seed=1, **options)
        data = Dataset.from_list(ROWS)
        trainer = PRMTrainer(model=made, args=args, train_dataset=data, eval_dataset=data, processing_class=tokenizer())
        before = trainer.evaluate()
        trainer.train()
        after = trainer.evaluate()
        steps = [dict(loss=e["loss"], grad_norm=e["grad_norm"]) for e in trainer.state.log_history if "loss" in e]
    keep = lambda e: dict(loss=e["eval_loss"], accuracy=e["eval_accuracy"])
    return made, weight, dict(before=keep(before), after=keep(after), steps=steps)


def probabilities(made):
    """softmax at each step's last token, of the second label."""
    found = []
    for row in tokenized(ROWS, is_eval=True):
        logits = made(input_ids=torch.tensor([row["input_ids"]])).logits[0]
        places = [i for i, label in enumerate(row["labels"]) if label != -100]
        found.append(logits.softmax(-1)[places, 1])
    return found


def operations():
    """What PyTorch counts in one pass over one row of the policy, and in its backward pass."""
    spec = json.loads((OUT / "policy/config.json").read_text())
    spec = {k: v for k, v in spec.items() if k not in ("architectures", "torch_dtype")}
    made = LlamaForCausalLM(LlamaConfig(**spec, attn_implementation="eager"))
    cases = []
    for length in (8, 24):
        ids = torch.arange(3, 3 + length)[None]
        with FlopCounterMode(display=False) as forward:
            loss = made(input_ids=ids).logits.sum()
        with FlopCounterMode(display=False) as backward:
            loss.backward()
        by = {str(k).split(".")[-1]: v for k, v in forward.get_flop_counts()["Global"].items()}
        cases.append(dict(length=length, forward=forward.get_total_flops(), backward=backward.get_total_flops(), forward_by_operation=by))
    return cases


if __name__ == "__main__":
    untrained, _ = model()
    with torch.no_grad():
        start = probabilities(untrained)
    trained, weight, all_steps = training()
    last = training(train_on_last_step_only=True)[2]
    with torch.no_grad():
        end = probabilities(trained)
    write_json("process.json", dict(
        rows=ROWS, head=dict(weight=weight, bias=[0.1, -0.2]), learning_rate=1e-3,
        tokens=dict(all=tokenized(ROWS), last=tokenized(ROWS, train_on_last_step_only=True), cut=tokenized(ROWS, max_length=20),
                    words=tokenized(ROWS, step_separator=" ки\n")),
        all=all_steps, last=last, start=start, end=end))
    write_tensors("process-weights.safetensors", trained.state_dict())
    write_json("operations.json", operations())
    versions = dict(torch=torch.__version__, transformers=transformers.__version__, trl=trl.__version__)
    reasons = {
        "process.json": (2e-5, "float32 on both sides, numbers of size 1; gradient norms 1e-4"),
        "process-weights.safetensors": (5e-5, "two AdamW steps of 1e-3; TRL differs from a float64 run by 2e-5 where a gradient is 2e-8, near Adam's epsilon, by 3e-6 elsewhere"),
        "operations.json": (0, "whole numbers")}
    entry = dict(generator="scripts/golden/process.py", versions=versions, files={k: dict(tolerance=t, reason=r) for k, (t, r) in reasons.items()})
    (OUT.parent / "manifest/process.json").write_text(json.dumps(plain(entry), indent=1) + "\n")
