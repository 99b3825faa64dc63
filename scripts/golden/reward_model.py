"""Reference values for reward models: TRL's RewardTrainer, and folders of transformers' sequence classification.

    python scripts/golden/reward_model.py            writes Tests/Golden/training/reward-trl* and classifier-*
    python scripts/golden/reward_model.py RLX        lets that rlx write folders, and loads them with transformers

Run with transformers 5 and trl 1.16 on the path.
"""
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import torch
import transformers
import trl
from transformers import (AutoModelForSequenceClassification, GPT2Config, GPT2ForSequenceClassification,
                          LlamaForSequenceClassification)
from trl import RewardTrainer
from trl.trainer.reward_trainer import DataCollatorForPreference

from training_model import OUT, VOCABULARY, config, tokens, write_json, write_tensors, write_tokenizer

torch.use_deterministic_algorithms(True)
torch.set_num_threads(1)
PAD = 0


def widen(model, seed):
    """Weights far enough from rounding; scores of size 1."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.copy_(1 + 0.1 * torch.randn_like(p) if "norm" in name or "ln_" in name and "weight" in name else 0.15 * torch.randn_like(p))
    return model.eval()


def classifiers():
    llama = config()
    llama.num_labels, llama.pad_token_id = 1, PAD
    yield "classifier-llama", widen(LlamaForSequenceClassification(llama), 41)
    gpt2 = GPT2Config(vocab_size=VOCABULARY, n_embd=16, n_layer=2, n_head=4, n_positions=64, bos_token_id=1, eos_token_id=2,
                      pad_token_id=PAD, num_labels=1)
    yield "classifier-gpt2", widen(GPT2ForSequenceClassification(gpt2), 42)


def rows():
    prompts = [tokens(60 + i, n) for i, n in enumerate([3, 6, 2, 5])]
    return [[torch.cat([p, tokens(seed + i, n)]).tolist() for i, (p, n) in enumerate(zip(prompts, lengths))]
            for seed, lengths in ((70, [5, 2, 8, 4]), (80, [4, 7, 1, 4]))]


def folders():
    """Folders that transformers wrote, and the scores of a padded batch by the model it wrote."""
    scores = {}
    for name, model in classifiers():
        folder = OUT / name
        model.save_pretrained(folder)
        write_tokenizer(folder)
        batch = rows()[0] + rows()[1]
        ids = torch.full((len(batch), max(map(len, batch))), PAD)
        for i, row in enumerate(batch):
            ids[i, : len(row)] = torch.tensor(row)
        with torch.no_grad():
            scores[name] = model(input_ids=ids, attention_mask=(ids != PAD).long()).logits[:, 0]
    return scores


def trainer(coefficient):
    """What compute_loss reads of a trainer, with TRL's own method."""
    same = lambda x: x
    return SimpleNamespace(args=SimpleNamespace(center_rewards_coefficient=coefficient), model=SimpleNamespace(training=True),
                           accelerator=SimpleNamespace(gather=same, gather_for_metrics=same), _metrics=dict(train=defaultdict(list)),
                           _total_train_tokens=0, _tp_size=1)


def trl_steps(margins, coefficient, steps=2):
    chosen, rejected = rows()
    examples = [dict(chosen_ids=c, rejected_ids=r) | ({} if margins is None else dict(margin=m))
                for c, r, m in zip(chosen, rejected, margins or [0] * len(chosen))]
    model = dict(classifiers())["classifier-llama"]
    me, out, gradients = trainer(coefficient), [], None
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.0)
    for _ in range(steps):
        me._metrics = dict(train=defaultdict(list))
        loss = RewardTrainer.compute_loss(me, model, DataCollatorForPreference(pad_token_id=PAD)(examples))
        optimizer.zero_grad()
        loss.backward()
        gradients = gradients or {n: p.grad.clone() for n, p in model.named_parameters()}
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        out.append(dict(loss=loss.item(), grad_norm=norm.item()) | {k: v[0] for k, v in me._metrics["train"].items()})
    return out, gradients, model.state_dict()


def functions():
    """The other losses from their probabilities, in double, with gradients by autograd."""
    r = torch.tensor([0.7, -0.4, 1.3, 0.2, 2.5], dtype=torch.float64, requires_grad=True)
    e = r.exp()
    win = lambda a, b, theta=1.0: e[a] / (e[a] + theta * e[b])
    tie = lambda a, b, theta: (theta**2 - 1) * e[a] * e[b] / ((e[a] + theta * e[b]) * (e[b] + theta * e[a]))
    smooth = 0.7 * 0.9 + 0.3 * 0.1
    losses = dict(
        soft=-(0.7 * win(0, 1).log() + 0.3 * win(1, 0).log()),
        smoothed=-(smooth * win(0, 1).log() + (1 - smooth) * win(1, 0).log()),
        rao_kupper_choice=-win(0, 1, 2.0).log(), rao_kupper_tie=-tie(0, 1, 2.0).log(),
        half_tie=-0.5 * (win(0, 1).log() + win(1, 0).log()),
        pairs=-sum(win(a, b).log() for a in range(5) for b in range(a + 1, 5)) / 10,
        plackett_luce=-sum((e[k] / e[k:].sum()).log() for k in range(4)))
    found = {}
    for name, loss in losses.items():
        gradient, = torch.autograd.grad(loss, r, retain_graph=True)
        found[name] = dict(loss=loss.item(), gradient=gradient)
    return dict(scores=r, losses=found)


def manifest():
    entry = dict(generator="scripts/golden/reward_model.py", versions=dict(torch=torch.__version__, transformers=transformers.__version__, trl=trl.__version__),
                 files={
                     "reward-trl.json": dict(tolerance=1e-5, reason="float32 on both sides, numbers of size 1; gradient norms 1e-4; the losses of `functions` are double and rounded once"),
                     "reward-trl-gradients.safetensors": dict(tolerance=2e-5, reason="float32 on both sides, numbers of size 1"),
                     "reward-trl-weights.safetensors": dict(tolerance=1e-5, reason="two AdamW steps of 1e-3: a hundredth of a step"),
                     "classifier-llama, classifier-gpt2": dict(tolerance=0, reason="inputs, not results")})
    (OUT.parent / "manifest/reward_model.json").write_text(json.dumps(entry, indent=1) + "\n")


SCRIPT = """
seed(5)
for model in ["llama", "gpt2"] {{
  rm = if model == "llama" then RewardModel(Model("{golden}/training/policy")) else RewardModel("{golden}/training/classifier-gpt2")
  pairs = [{{prompt: [5, 6], chosen: [9, 10, 11], rejected: [7]}}, {{prompt: [8], chosen: [20, 9], rejected: [30, 7, 7]}}]
  rm.fit(pairs, learning_rate: 1e-3, max_steps: 3, weight_decay: 0.01)
  if model == "gpt2" {{ rm.normalize([{{prompt: [5], completion: [6, 7]}}, {{prompt: [9], completion: [8]}}]); }}
  rm.save("{out}/" + model)
  rows = {rows}
  print(json(rows.map(fn(row) => rm.score(row[0..1], row[1..]))))
}}
"""


def check(rlx):
    """rlx writes, transformers loads: the same scores, alone and in a padded batch."""
    golden = OUT.parent
    batch = [[5, 6, 9, 10, 11], [8, 20, 9], [40, 41, 42, 43, 44, 45, 46, 47], [60, 3]]
    with tempfile.TemporaryDirectory() as out:
        script = Path(out) / "write.rlx"
        script.write_text(SCRIPT.format(golden=golden, out=out, rows=batch))
        said = subprocess.run([rlx, "--no-journal", str(script)], capture_output=True, text=True)
        if said.returncode:
            sys.exit(said.stderr)
        for line, name in zip([l for l in said.stdout.splitlines() if l.startswith("[")], ["llama", "gpt2"]):
            wanted = torch.tensor(json.loads(line))
            model, info = AutoModelForSequenceClassification.from_pretrained(f"{out}/{name}", output_loading_info=True)
            troubles = {k: v for k, v in info.items() if v}
            assert not troubles, troubles
            assert model.config.num_labels == 1 and model.config.pad_token_id is not None
            pad = model.config.pad_token_id
            ids = torch.full((len(batch), max(map(len, batch))), pad)
            for i, row in enumerate(batch):
                ids[i, : len(row)] = torch.tensor(row)
            with torch.no_grad():
                together = model.eval()(input_ids=ids, attention_mask=(ids != pad).long()).logits[:, 0]
                alone = torch.stack([model(input_ids=torch.tensor([row])).logits[0, 0] for row in batch])
            if hasattr(model.config, "std"):  # normalised: the names and the meaning are OpenRLHF's
                together, alone = [(x - model.config.mean) / model.config.std for x in (together, alone)]
            print(f"{name}: {type(model).__name__}, largest difference {max((together - wanted).abs().max(), (alone - wanted).abs().max()):.2e}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        check(sys.argv[1])
    else:
        steps, gradients, weights = trl_steps([0.5, 0.0, -0.25, 1.0], 0.1)
        write_json("reward-trl.json", dict(
            chosen=rows()[0], rejected=rows()[1], scores=folders(), margins=[0.5, 0.0, -0.25, 1.0], coefficient=0.1, steps=steps,
            plain=trl_steps(None, None, 1)[0][0], centered=trl_steps(None, 0.1, 1)[0][0], functions=functions()))
        write_tensors("reward-trl-gradients.safetensors", gradients)
        write_tensors("reward-trl-weights.safetensors", weights)
        manifest()
