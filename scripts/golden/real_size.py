"""real_size.py MODEL DATA: what PyTorch says of a real model, for the suite RealSizeTests.

MODEL is the folder of stories260K, DATA that of the real data. Nothing of it is committed: values go to a temporary
folder, the suite reads them there, and it runs only where RLX_REAL_SIZE names that folder. Run with transformers 4.46.3
and trl 0.11.4 on the path. As a yardstick for the tolerances it prints how far PyTorch's two attentions, both in float32,
lie apart on the same PPO steps.
"""
import gzip
import json
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from unittest.mock import patch

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast
from trl import AutoModelForCausalLMWithValueHead, PPOConfig, PPOTrainer

from training_model import logprobs, padded, plain, response_rows
from training_ppo import SCALARS, orders

warnings.filterwarnings("ignore")
MODEL, DATA = sys.argv[1], Path(sys.argv[2])
OUT = Path(tempfile.mkdtemp(prefix="rlx-real-size-"))
TOKENIZER = PreTrainedTokenizerFast(
    tokenizer_file=MODEL + "/tokenizer.json", bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="</s>")
WORDS, LONGEST, STEPS, BATCH = ["sun", "rain", "sky", "tree", "park"], 384, 6, 16


def model(attention="eager"):
    return AutoModelForCausalLM.from_pretrained(MODEL, attn_implementation=attention).eval()


def write_tensors(name, tensors):
    save_file({k: v.detach().float().contiguous().clone() for k, v in tensors.items()}, str(OUT / name))


def stories():
    return (DATA / "tinystories-sample.txt").read_text().split("\n\n")


def text():
    """Logits and log-probabilities of the first 300 tokens of real stories; greedy answers to real openings."""
    net = model()
    ids = TOKENIZER("\n".join(stories()[:4]))["input_ids"][:300]
    with torch.no_grad():
        logits = net(torch.tensor([ids])).logits[0]
    write_tensors("logits.safetensors", dict(logits=logits, logprobs=logprobs(logits[:-1], torch.tensor(ids[1:]))))
    greedy = []
    for story in stories()[:12]:
        prompt = TOKENIZER(story)["input_ids"][:8]
        with torch.no_grad():
            answer = net.generate(torch.tensor([prompt]), max_new_tokens=60, do_sample=False, eos_token_id=[2, 1], pad_token_id=2)
        greedy.append(dict(prompt=prompt, answer=answer[0, len(prompt):].tolist()))
    return dict(ids=ids, greedy=greedy)


def ppo_batches():
    """Two batches of 16 real openings with sampled answers of 8 to 38 tokens, scored by their weather words."""
    net, result = model(), []
    torch.manual_seed(4)
    for step in range(2):
        queries, responses, scores = [], [], []
        for i, story in enumerate(stories()[16 * step : 16 * (step + 1)]):
            query = torch.tensor(TOKENIZER(story)["input_ids"][: 5 + i % 6])
            with torch.no_grad():
                answer = net.generate(query[None], max_new_tokens=8 + 2 * i, min_new_tokens=8 + 2 * i, do_sample=True, top_k=0, pad_token_id=2)
            queries.append(query)
            responses.append(answer[0, len(query):])
            said = TOKENIZER.decode(responses[-1])
            scores.append(float(min(4, sum(said.count(w) for w in WORDS))) - 0.1 * i)
        result.append((queries, responses, scores))
    return result


def ppo(batches, order, attention):
    """PPOTrainer.step for each batch: statistics, per-token numbers and all weights."""
    models = [AutoModelForCausalLMWithValueHead.from_pretrained(MODEL, attn_implementation=attention) for _ in range(2)]
    torch.manual_seed(21)
    head = models[0].v_head.summary
    torch.nn.init.normal_(head.weight, std=0.1)
    torch.nn.init.constant_(head.bias, 0.3)
    first = dict(weight=head.weight.detach().clone(), bias=head.bias.detach().clone())
    models[0].v_head.dropout = torch.nn.Identity()
    config = dict(learning_rate=1e-3, batch_size=16, mini_batch_size=4, ppo_epochs=4)
    trainer = PPOTrainer(config=PPOConfig(**config), model=models[0], ref_model=models[1], tokenizer=TOKENIZER)
    updates, weights = [], []
    for (queries, responses, scores), turns in zip(batches, order):
        with patch("trl.trainer.ppo_trainer.np.random.permutation", side_effect=[np.array(t) for t in turns]):
            stats = trainer.step(list(queries), list(responses), [torch.tensor(s) for s in scores])
        updates.append(dict(queries=queries, responses=responses, scores=scores, stats={k: float(stats[k]) for k in SCALARS}))
        now = {k: v.clone() for k, v in models[0].pretrained_model.state_dict().items() if k != "lm_head.weight"}
        weights.append(now | {f"v_head.{k}": v.clone() for k, v in models[0].v_head.summary.state_dict().items()})
    return first, updates, weights


def moved(ours, theirs, start):
    """The distance between two sets of weights over how far training moved them."""
    names = [n for n in start if n in ours]
    far = lambda a, b: sum(float(((a[n] - b[n]).double() ** 2).sum()) for n in names) ** 0.5
    return far(ours, theirs) / far(theirs, start)


def pairs():
    """The first comparisons of the real set as ids, cut to their last 384."""
    result = []
    for line in gzip.open(DATA / "hh-harmless.jsonl.gz", "rt"):
        row = json.loads(line)
        result.append([TOKENIZER(row[k])["input_ids"][-LONGEST:] for k in ("chosen", "rejected")])
        if len(result) == STEPS * BATCH:
            return result


def sft(rows):
    """Mean loss of each of some steps: the last third of each row given the rest."""
    net = model()
    optimizer, losses, norms = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.0), [], []
    for step in range(STEPS):
        batch = [r[0] for r in rows[step * BATCH : (step + 1) * BATCH]]
        cut = [len(r) - len(r) // 3 for r in batch]
        _, logits, targets = response_rows(
            net, [torch.tensor(r[:c]) for r, c in zip(batch, cut)], [torch.tensor(r[c:]) for r, c in zip(batch, cut)])
        loss = torch.nn.functional.cross_entropy(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)))
        optimizer.step()
        losses.append(float(loss))
    return dict(losses=losses, norms=norms)


def reward_model(rows):
    """Bradley-Terry losses of some steps."""
    net = model()
    head = torch.nn.Linear(net.config.hidden_size, 1)
    torch.manual_seed(8)
    torch.nn.init.normal_(head.weight, std=(net.config.hidden_size + 1) ** -0.5)
    torch.nn.init.zeros_(head.bias)
    write_tensors("score.safetensors", dict(weight=head.weight, bias=head.bias))
    parameters = [*net.model.parameters(), *head.parameters()]
    optimizer, losses, norms = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0.0), [], []
    for step in range(STEPS):
        batch = [torch.tensor(side) for pair in rows[step * BATCH : (step + 1) * BATCH] for side in pair]
        ids, mask = padded(batch)
        hidden = net.model(input_ids=ids, attention_mask=mask).last_hidden_state
        scores = head(hidden[torch.arange(len(batch)), torch.tensor([len(r) - 1 for r in batch])])[:, 0].view(-1, 2)
        loss = -torch.nn.functional.logsigmoid(scores[:, 0] - scores[:, 1]).mean()
        optimizer.zero_grad()
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(parameters, 1.0)))
        optimizer.step()
        losses.append(float(loss))
    return dict(losses=losses, norms=norms)


def main():
    batches, order = ppo_batches(), orders(16, 2, 4)
    head, updates, weights = ppo(batches, order, "eager")
    start = model().state_dict()
    _, others, other = ppo(batches, order, "sdpa")
    for i in range(2):
        gap = max(abs(updates[i]["stats"][k] - others[i]["stats"][k]) / (1 + abs(updates[i]["stats"][k])) for k in SCALARS)
        print(f"PyTorch eager against sdpa, step {i + 1}: statistics {gap:.1e}, weights {moved(other[i], weights[i], start):.1e} of their movement")
        write_tensors(f"weights-{i + 1}.safetensors", weights[i])
    write_tensors("head.safetensors", head)
    rows = pairs()
    values = dict(text=text(), orders=order, updates=updates, pairs=rows, sft=sft(rows), rm=reward_model(rows))
    (OUT / "values.json").write_text(json.dumps(plain(values)))
    print("values in", OUT)
    if "--write-only" in sys.argv:
        return 0
    here = Path(__file__).resolve().parents[2]
    environment = dict(os.environ, RLX_REAL_SIZE=str(OUT), RLX_REAL_MODEL=MODEL)
    return subprocess.run(["swift", "test", "--disable-xctest", "--filter", "RealSizeTests"], cwd=here, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
