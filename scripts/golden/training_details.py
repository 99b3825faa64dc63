"""PPO's details beyond TRL 0.11: each as a switch of one plain PyTorch update, which without switches repeats TRL's own."""
import copy
import json

import numpy as np
import torch
import transformers
import trl
from trl.trainer.utils import AdaptiveKLController

import training_ppov2
from training_model import OUT, head, logprobs, plain, policy, reference, response_rows, tokens, write_json
from training_ppo import LEARNING_RATE, batches, furthest, in_torch, orders


def penalty(kind, new, ref, new_all=None, ref_all=None):
    """Schulman's estimators of KL(new‖ref) from the log-probabilities of the sampled tokens, and the exact KL."""
    x = new - ref
    return dict(kl=lambda: x, abs=lambda: x.abs(), mse=lambda: 0.5 * x**2, k3=lambda: (-x).exp() - 1 + x,
                full=lambda: (new_all.exp() * (new_all - ref_all)).sum(-1))[kind]()


class TensorFlowAdam:
    """θ ← θ − lr √(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε), as tf.train.AdamOptimizer has it."""

    def __init__(self, parameters, lr, eps, betas=(0.9, 0.999)):
        self.parameters, self.lr, self.eps, self.betas, self.t = list(parameters), lr, eps, betas, 0
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.v = [torch.zeros_like(p) for p in self.parameters]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

    @torch.no_grad()
    def step(self):
        self.t += 1
        b1, b2 = self.betas
        rate = self.lr * (1 - b2**self.t) ** 0.5 / (1 - b1**self.t)
        for p, m, v in zip(self.parameters, self.m, self.v):
            m.mul_(b1).add_(p.grad, alpha=1 - b1)
            v.mul_(b2).addcmul_(p.grad, p.grad, value=1 - b2)
            p.sub_(rate * m / (v.sqrt() + self.eps))


def values_of(model, v_head, queries, responses):
    return v_head(response_rows(model, queries, responses)[0])[:, 0]


def detailed(updates, order, dtype=torch.float32, mini_batch_size=2, kl_penalty="kl", use_kl_loss=False, entropy_coef=0.0,
             ptx_coef=0.0, ptx=(), ptx_order=(), value_model="shared", whitening_variance="unbiased", whiten_advantages=True, whiten_rewards=False,
             cliprange_value=0.2, adam_form="pytorch", adam_epsilon=1e-8, token_scores=None):
    model, ref = policy().to(dtype), reference().to(dtype)
    critic = copy.deepcopy(model) if value_model == "separate" else model
    v_head = torch.nn.Linear(32, 1)
    v_head.load_state_dict(dict(zip(("weight", "bias"), head(21, bias=0.3))))
    v_head.to(dtype)
    controller = AdaptiveKLController(0.2, 6.0, 10000.0)
    learned = [*model.parameters(), *(critic.parameters() if critic is not model else ()), *v_head.parameters()]
    optimizer = (torch.optim.Adam(learned, lr=LEARNING_RATE, eps=adam_epsilon) if adam_form == "pytorch"
                 else TensorFlowAdam(learned, LEARNING_RATE, adam_epsilon))
    variance = lambda x: x.var(unbiased=whitening_variance == "unbiased")
    results, ptx_turn = [], iter(ptx_order)
    for u, ((queries, responses, scores), turns) in enumerate(zip(updates, order)):
        lengths = [len(r) for r in responses]
        offsets = np.cumsum([0] + lengths)
        with torch.no_grad():
            _, logits, targets = response_rows(model, queries, responses)
            ref_logits = response_rows(ref, queries, responses)[1]
            old, old_ref = logprobs(logits, targets), logprobs(ref_logits, targets)
            values = values_of(critic, v_head, queries, responses)
            kl = penalty(kl_penalty, old, old_ref, logits.log_softmax(-1), ref_logits.log_softmax(-1))
        rewards = torch.zeros_like(kl) if use_kl_loss else -controller.value * kl
        for row, n in enumerate(lengths):
            if token_scores is not None:
                rewards[offsets[row] : offsets[row + 1]] += torch.tensor(token_scores[u][row], dtype=dtype)
            else:
                rewards[offsets[row + 1] - 1] += scores[row]
        raw_rewards = rewards
        if whiten_rewards:
            rewards = (rewards - rewards.mean()) * torch.rsqrt(variance(rewards) + 1e-8) + rewards.mean()
        advantages = torch.zeros_like(kl)
        for row in range(len(lengths)):
            running, following = 0.0, 0.0
            for t in reversed(range(offsets[row], offsets[row + 1])):
                running = rewards[t] + following - values[t] + 0.95 * running
                advantages[t], following = running, values[t]
        returns = advantages + values
        if whiten_advantages:
            advantages = (advantages - advantages.mean()) * torch.rsqrt(variance(advantages) + 1e-8)
        losses = []
        for turn in turns:
            for start in range(0, len(turn), mini_batch_size):
                rows = sorted(turn[start : start + mini_batch_size])
                at = torch.cat([torch.arange(offsets[r], offsets[r + 1]) for r in rows])
                some = [queries[r] for r in rows], [responses[r] for r in rows]
                _, logits, targets = response_rows(model, *some)
                new, v = logprobs(logits, targets), values_of(critic, v_head, *some)
                ratio, a = (new - old[at]).exp(), advantages[at]
                loss = torch.max(-a * ratio, -a * ratio.clamp(0.8, 1.2)).mean()
                error = (v - returns[at]) ** 2
                if cliprange_value is not None:
                    limited = torch.max(torch.min(v, values[at] + cliprange_value), values[at] - cliprange_value)
                    error = torch.max(error, (limited - returns[at]) ** 2)
                loss = loss + 0.1 * 0.5 * error.mean()
                if use_kl_loss:
                    with torch.no_grad():
                        ref_logits = response_rows(ref, *some)[1]
                    loss = loss + controller.value * penalty(
                        kl_penalty, new, old_ref[at], logits.log_softmax(-1), ref_logits.log_softmax(-1)).mean()
                if entropy_coef:
                    p = logits.softmax(-1)
                    loss = loss - entropy_coef * -(p * logits.log_softmax(-1)).sum(-1).mean()
                if ptx_coef:
                    texts = [ptx[i] for i in next(ptx_turn)]
                    _, text_logits, text_targets = response_rows(model, [t[:1] for t in texts], [t[1:] for t in texts])
                    loss = loss + ptx_coef * -logprobs(text_logits, text_targets).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(float(loss.detach()))
        per_answer = torch.stack([kl[offsets[r] : offsets[r + 1]].sum() for r in range(len(lengths))])
        controller.update(float(per_answer.mean()), len(queries))
        weights = {k: x.detach().clone() for k, x in model.state_dict().items()} | {f"v_head.{k}": x.detach().clone() for k, x in v_head.state_dict().items()}
        if critic is not model:
            weights |= {f"value/{k}": x.detach().clone() for k, x in critic.state_dict().items()}
        packed = dict(rewards=raw_rewards, kl=kl, values=values, advantages=advantages, returns=returns, logprobs=old, ref_logprobs=old_ref)
        results.append(dict(queries=queries, responses=responses, raw_scores=scores, packed=packed, total=float(np.mean(losses)),
                            kl_coef_after=controller.value, weights=weights))
    return results


PTX = [tokens(400 + i, n) for i, n in enumerate((5, 9, 7))]
TOKEN_SCORES = [[[0.1 * (t + 1) * (-1) ** (t + row + u) for t in range(n)] for row, n in enumerate((6, 3, 9, 1))] for u in range(2)]
DETAILS = dict(
    k3=dict(kl_penalty="k3"),
    kl_loss_k1=dict(use_kl_loss=True),
    kl_loss_k2=dict(use_kl_loss=True, kl_penalty="mse"),
    kl_loss_k3=dict(use_kl_loss=True, kl_penalty="k3"),
    kl_loss_abs=dict(use_kl_loss=True, kl_penalty="abs"),
    kl_loss_full=dict(use_kl_loss=True, kl_penalty="full"),
    entropy=dict(entropy_coef=0.05),
    separate_value=dict(value_model="separate"),
    no_value_clip=dict(cliprange_value=None),
    no_whitening=dict(whiten_advantages=False),
    biased=dict(whitening_variance="biased", whiten_rewards=True),
    tensorflow_adam=dict(adam_form="tensorflow", adam_epsilon=1e-5),
    openai2019=dict(adam_form="tensorflow", adam_epsilon=1e-5, whitening_variance="biased", whiten_rewards=True),
    dense=dict(),
    ptx=dict(ptx_coef=2.0))


def main():
    order = orders(4, 2, 4)
    base = in_torch(batches(empty=False), order)
    same = detailed(batches(empty=False), order)
    gap = max(float((a["weights"][k] - b["weights"][k]).abs().max()) for a, b in zip(base, same) for k in b["weights"])
    print("without switches against the update that repeats TRL's:", gap)
    assert gap < 2e-6
    result = {}
    for name, switches in DETAILS.items():
        extra = {}
        if name == "ptx":
            # 8 mini-batches an update of 2 texts each, in passes over 3 texts: the rows are written down.
            rng = np.random.RandomState(9)
            flat = [int(i) for _ in range(11) for i in rng.permutation(3)][:32]
            extra = dict(ptx=PTX, ptx_order=[flat[i : i + 2] for i in range(0, 32, 2)])
        if name == "dense":
            extra = dict(token_scores=TOKEN_SCORES)
        updates = batches(empty=False)
        if name == "dense":
            updates = [(q, r, [sum(s) for s in scores]) for (q, r, _), scores in zip(updates, TOKEN_SCORES)]
        runs = detailed(updates, order, **switches, **extra)
        exact = detailed(updates, order, torch.float64, **switches, **extra)
        gap = max(float((a["weights"][k].double() - b["weights"][k]).abs().max()) for a, b in zip(runs, exact) for k in b["weights"])
        print(f"{name}: float32 against float64 {gap:.1e}")
        for run in runs:
            weights = run.pop("weights")
            run["v_head"] = weights["v_head.weight"][0]
            run["norm"] = weights["model.norm.weight"]
            run["embedding"] = weights["model.embed_tokens.weight"][5]
            if "value/model.norm.weight" in weights:
                run["value_norm"] = weights["value/model.norm.weight"]
        result[name] = dict(config=switches, orders=order, updates=runs) | ({k: v for k, v in extra.items()} if extra else {})
    write_json("ppo-details.json", result)
    training_ppov2.main()
    manifest()


def manifest():
    versions = dict(torch=torch.__version__, transformers=transformers.__version__, trl=trl.__version__)
    reasons = {
        "ppo-details.json": (2e-5, "float32 on both sides over sixteen Adam steps of 1e-3; the float32 run differs from the float64 run by at most 4e-6: five times that"),
        "ppov2.json": (2e-5, "float32 on both sides over sixteen Adam steps of 3e-4; the float32 run differs from the float64 run by less than 1e-6: twenty times that")}
    entry = dict(generator="scripts/golden/training_details.py", versions=versions,
                 files={k: dict(tolerance=t, reason=r) for k, (t, r) in reasons.items()})
    (OUT.parent / "manifest/ppo.json").write_text(json.dumps(entry, indent=1) + "\n")


if __name__ == "__main__":
    main()
