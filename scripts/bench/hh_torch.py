"""hh_torch.py MODEL DATA [EPOCHS] [SEED] [sft|plain]: examples/hh.rlx in PyTorch and transformers.

The same rows, cut to their last 384 tokens, the same head N(0, 1/sqrt(C + 1)), Adam at 1e-3 without
weight decay, gradients clipped to norm 1, batches of 16. Prints the loss of each epoch.
"""
import gzip, json, sys, time

import torch
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

path, data = sys.argv[1], sys.argv[2]
epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 5
seed = int(sys.argv[4]) if len(sys.argv) > 4 else 11
tuned = (sys.argv[5] if len(sys.argv) > 5 else "sft") == "sft"
LONGEST, BATCH, END = 384, 16, 2

tokenizer = PreTrainedTokenizerFast(tokenizer_file=path + "/tokenizer.json")
torch.manual_seed(seed)


def split(text):
    at = text.rindex("\n\nAssistant:") + len("\n\nAssistant:")
    return text[:at], text[at:]


def row(text):
    """Ids of prompt and answer."""
    prompt, _ = split(text)
    first, whole = tokenizer(prompt)["input_ids"], tokenizer(text)["input_ids"]
    n = len(first)
    return (first, whole[n:]) if whole[:n] == first else (first, [])


def padded(rows):
    longest = max(map(len, rows))
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    for i, r in enumerate(rows):
        ids[i, : len(r)], mask[i, : len(r)] = torch.tensor(r), 1
    return ids, mask


pairs = [json.loads(line) for line in gzip.open(data, "rt")]
pairs = [(row(p["chosen"]), row(p["rejected"])) for p in pairs if p["chosen"] != p["rejected"]]
order = torch.randperm(len(pairs)).tolist()
cut = round(0.9 * len(pairs))
train, held_out = [pairs[i] for i in order[:cut]], [pairs[i] for i in order[cut:]]
print(len(train), "pairs to train on,", len(held_out), "held out", flush=True)
model = AutoModelForCausalLM.from_pretrained(path)


def step(optimizer, parameters, loss):
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    return float(loss)


def batches(rows):
    order = torch.randperm(len(rows)).tolist()
    return [[rows[i] for i in order[at : at + BATCH]] for at in range(0, len(order), BATCH)]


if tuned:
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0.0)
    losses = []
    for batch in batches([chosen for chosen, _ in train]):
        rows, labels = [], []
        for prompt, answer in batch:
            ids = (prompt + answer + [END])[-LONGEST:]
            trained = min(len(answer) + 1, len(ids) - 1)
            rows.append(ids)
            labels.append([-100] * (len(ids) - trained) + ids[len(ids) - trained :])
        ids, mask = padded(rows)
        wanted = torch.full_like(ids, -100)
        for i, l in enumerate(labels):
            wanted[i, : len(l)] = torch.tensor(l)
        logits = model(input_ids=ids, attention_mask=mask).logits
        losses.append(step(optimizer, parameters, torch.nn.functional.cross_entropy(
            logits[:, :-1].reshape(-1, logits.shape[-1]), wanted[:, 1:].reshape(-1))))
    print(f"SFT: loss {losses[0]:.3f} at first, {sum(losses[-10:]) / 10:.3f} over the last ten steps", flush=True)

trunk = model.model
head = torch.nn.Linear(model.config.hidden_size, 1)
torch.nn.init.normal_(head.weight, std=(model.config.hidden_size + 1) ** -0.5)
torch.nn.init.zeros_(head.bias)
parameters = [*trunk.parameters(), *head.parameters()]
optimizer = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0.0)


def rewards(texts):
    rows = [(prompt + answer)[-LONGEST:] for prompt, answer in texts]
    ids, mask = padded(rows)
    hidden = trunk(input_ids=ids, attention_mask=mask).last_hidden_state
    last = torch.tensor([len(r) - 1 for r in rows])
    return head(hidden[torch.arange(len(rows)), last])[:, 0]


for epoch in range(epochs):
    losses, start = [], time.perf_counter()
    for batch in batches(train):
        scores = rewards([side for pair in batch for side in pair]).view(-1, 2)
        losses.append(step(optimizer, parameters, -torch.nn.functional.logsigmoid(scores[:, 0] - scores[:, 1]).mean()))
    print(f"epoch {epoch + 1}: training loss {sum(losses) / len(losses):.3f}, {time.perf_counter() - start:.1f} s", flush=True)
with torch.no_grad():
    right = [bool(s[0] > s[1]) for pair in held_out for s in [rewards(pair)]]
print(f"held-out pairs: {sum(right)} of {len(right)} = {sum(right) / len(right):.3f}")
