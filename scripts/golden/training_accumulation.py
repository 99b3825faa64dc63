"""Gradient accumulation as transformers' own Trainer does it, with its num_items_in_batch.

Writes Tests/Golden/training/accumulation.json and its entry in Tests/Golden/manifest. Run with PyTorch 2 and transformers 5.
"""
import json
import tempfile
from pathlib import Path

import torch
import transformers
from transformers import LlamaForCausalLM, Trainer, TrainingArguments

from training_model import OUT, tokens

torch.use_deterministic_algorithms(True)
torch.set_num_threads(1)


def rows():
    """Completions of 1, 12, 3 and 6 tokens: a mean of the batches' means is far from the mean of tokens."""
    prompts = [tokens(100 + i, n) for i, n in enumerate([4, 2, 6, 3])]
    completions = [tokens(110 + i, n) for i, n in enumerate([1, 12, 3, 6])]
    return prompts, completions


def collate(examples):
    longest = max(len(e["input_ids"]) for e in examples)
    pad = lambda key, value: torch.tensor([e[key] + [value] * (longest - len(e[key])) for e in examples])
    return dict(
        input_ids=pad("input_ids", 0), labels=pad("labels", -100),
        attention_mask=torch.tensor([[1] * len(e["input_ids"]) + [0] * (longest - len(e["input_ids"])) for e in examples]))


def main():
    model = LlamaForCausalLM.from_pretrained(OUT / "policy", attn_implementation="eager", dtype=torch.float32)
    prompts, completions = rows()
    data = [
        dict(input_ids=p.tolist() + c.tolist(), labels=[-100] * len(p) + c.tolist()) for p, c in zip(prompts, completions)]
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder, per_device_train_batch_size=1, gradient_accumulation_steps=4, max_steps=3, learning_rate=1e-3,
            weight_decay=0.0, lr_scheduler_type="constant", max_grad_norm=1.0, logging_steps=1, save_strategy="no", use_cpu=True,
            report_to=[], remove_unused_columns=False, disable_tqdm=True)
        trainer = Trainer(model=model, args=arguments, train_dataset=data, data_collator=collate)
        model.eval()  # there is no dropout; kept for those who change the model
        trainer.train()
        steps = [dict(loss=e["loss"], grad_norm=e["grad_norm"]) for e in trainer.state.log_history if "grad_norm" in e]
    norm = model.model.norm.weight.detach().tolist()
    result = dict(prompts=[p.tolist() for p in prompts], completions=[c.tolist() for c in completions], steps=steps, norm=norm)
    (OUT / "accumulation.json").write_text(json.dumps(result) + "\n")
    manifest = dict(
        generator="scripts/golden/training_accumulation.py",
        versions=dict(torch=torch.__version__, transformers=transformers.__version__),
        files={"accumulation.json": dict(
            tolerance=1e-5,
            reason="float32 on both sides, three AdamW steps of 1e-3; the Trainer logs losses of single precision")})
    (Path(__file__).resolve().parents[2] / "Tests/Golden/manifest/accumulation.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(steps)


main()
