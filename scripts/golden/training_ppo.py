"""PPO: TRL 0.11.4's own trainer on answers that all have tokens; the same in plain PyTorch, checked against it, with an empty answer."""
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import torch
from trl import AutoModelForCausalLMWithValueHead, PPOConfig, PPOTrainer
from trl.trainer.utils import AdaptiveKLController

from training_model import (head, logprobs, plain, policy, reference, response_rows, tokenizer, tokens, write_json, write_tensors)

LEARNING_RATE = 1e-3
SCALARS = ["objective/kl", "objective/kl_coef", "objective/entropy", "ppo/mean_non_score_reward", "ppo/mean_scores", "ppo/std_scores",
           "tokens/queries_len_mean", "tokens/queries_len_std", "tokens/responses_len_mean", "tokens/responses_len_std",
           "ppo/loss/policy", "ppo/loss/value", "ppo/loss/total", "ppo/policy/entropy", "ppo/policy/approxkl", "ppo/policy/policykl",
           "ppo/policy/clipfrac", "ppo/policy/advantages_mean", "ppo/returns/mean", "ppo/returns/var", "ppo/val/vpred",
           "ppo/val/error", "ppo/val/clipfrac", "ppo/val/mean", "ppo/val/var", "ppo/val/var_explained", "ppo/learning_rate"]


def batches(empty, lengths=(6, 3, 9, 1)):
    """Two batches: answers of unequal length, the second cut after the "." that a stop string asked for; with an empty one or not."""
    dot = tokenizer().convert_tokens_to_ids(".")
    result = []
    for step in range(2):
        queries = [tokens(100 + 10 * step + i, n) for i, n in enumerate([4, 7, 2, 5])]
        responses = [tokens(200 + 10 * step + i, n) for i, n in enumerate(lengths)]
        responses[1][-1] = dot
        scores = [[1.5, -0.5, 0.25, 2.0], [0.5, 3.0, -1.0, 0.75]][step]
        if empty:
            queries.insert(2, tokens(300 + step, 3))
            responses.insert(2, torch.zeros(0, dtype=torch.long))
            scores.insert(2, 0.9)
        result.append((queries, responses, scores))
    return result


def orders(rows, updates, epochs):
    """One order of the rows for each epoch of each update, written down so that another program can shuffle alike."""
    g = np.random.RandomState(5)
    return [[g.permutation(rows).tolist() for _ in range(epochs)] for _ in range(updates)]


def settings(**changes):
    return dict(learning_rate=LEARNING_RATE, batch_size=4, mini_batch_size=2, ppo_epochs=4) | changes


def trl(config, updates, order):
    """PPOTrainer.step for each batch, with the shuffling given; also what it computed on the way."""
    models = []
    for base in (policy(), reference()):
        model = AutoModelForCausalLMWithValueHead(base)
        model.is_peft_model = False
        models.append(model)
    weight, bias = head(21, bias=0.3)
    models[0].v_head.summary.load_state_dict(dict(weight=weight, bias=bias))
    models[0].v_head.dropout = torch.nn.Identity()
    trainer = PPOTrainer(config=PPOConfig(**config), model=models[0], ref_model=models[1], tokenizer=tokenizer())
    seen, results = {}, []
    plain_rewards, plain_advantages = trainer.compute_rewards, trainer.compute_advantages
    def rewards(scores, logprob, ref, mask):
        seen.update(mask=mask.bool(), scores=scores)
        seen["rewards"], seen["non_score"], seen["kl"] = plain_rewards(scores, logprob, ref, mask)
        return seen["rewards"], seen["non_score"], seen["kl"]
    def advantages(values, rewards, mask):
        seen["values"], seen["advantages"], seen["returns"] = plain_advantages(values, rewards, mask)
        return seen["values"], seen["advantages"], seen["returns"]
    trainer.compute_rewards, trainer.compute_advantages = rewards, advantages
    for (queries, responses, scores), turns in zip(updates, order):
        with patch("trl.trainer.ppo_trainer.np.random.permutation", side_effect=[np.array(t) for t in turns]):
            stats = trainer.step(list(queries), list(responses), [torch.tensor(s) for s in scores])
        mask = seen.pop("mask")
        packed = {k: v[mask] for k, v in seen.items() if v.dim() == 2}
        packed |= dict(logprobs=torch.as_tensor(stats["objective/logprobs"])[mask], ref_logprobs=torch.as_tensor(stats["objective/ref_logprobs"])[mask])
        weights = {k: v.clone() for k, v in models[0].pretrained_model.state_dict().items()}
        weights |= {f"v_head.{k}": v.clone() for k, v in models[0].v_head.summary.state_dict().items()}
        results.append(dict(queries=queries, responses=responses, raw_scores=scores, scores=seen["scores"], packed=packed,
                            stats={k: float(stats[k]) for k in SCALARS}, kl_coef_after=float(trainer.kl_ctl.value), weights=weights))
    return results


def in_torch(updates, order, dtype=torch.float32, mini_batch_size=2, epochs=4, beta=0.2, clip=0.2, vf_coef=0.1, lam=0.95):
    """The same update, packed and in a few lines, for answers that may be empty."""
    model, ref = policy().to(dtype), reference().to(dtype)
    v_head = torch.nn.Linear(32, 1)
    v_head.load_state_dict(dict(zip(("weight", "bias"), head(21, bias=0.3))))
    v_head.to(dtype)
    controller = AdaptiveKLController(beta, 6.0, 10000.0)
    optimizer = torch.optim.Adam([*model.parameters(), *v_head.parameters()], lr=LEARNING_RATE)
    results = []
    for (queries, responses, scores), turns in zip(updates, order):
        lengths = [len(r) for r in responses]
        with torch.no_grad():
            hidden, logits, targets = response_rows(model, queries, responses)
            old, values = logprobs(logits, targets), v_head(hidden)[:, 0]
            old_ref = logprobs(response_rows(ref, queries, responses)[1], targets)
        kl, offsets = old - old_ref, np.cumsum([0] + lengths)
        non_score = -controller.value * kl
        rewards, advantages = non_score.clone(), torch.zeros_like(kl)
        for row, n in enumerate(lengths):
            if n == 0:
                continue
            rewards[offsets[row + 1] - 1] += scores[row]
            running, following = 0.0, 0.0
            for t in reversed(range(offsets[row], offsets[row + 1])):
                running = rewards[t] + following - values[t] + lam * running
                advantages[t], following = running, values[t]
        returns = advantages + values
        advantages = (advantages - advantages.mean()) * torch.rsqrt(advantages.var() + 1e-8)
        collected = []
        for turn in turns:
            for start in range(0, len(turn), mini_batch_size):
                rows = turn[start : start + mini_batch_size]
                at = torch.cat([torch.arange(offsets[r], offsets[r + 1]) for r in rows])
                if len(at) == 0:
                    continue
                hidden, logits, targets = response_rows(model, [queries[r] for r in rows], [responses[r] for r in rows])
                new, v = logprobs(logits, targets), v_head(hidden)[:, 0]
                ratio, a = (new - old[at]).exp(), advantages[at]
                pg1, pg2 = -a * ratio, -a * ratio.clamp(1 - clip, 1 + clip)
                pg = torch.max(pg1, pg2).mean()
                limited = torch.max(torch.min(v, values[at] + clip), values[at] - clip)
                vf1, vf2 = (v - returns[at]) ** 2, (limited - returns[at]) ** 2
                vf = 0.5 * torch.max(vf1, vf2).mean()
                loss = pg + vf_coef * vf
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                p = logits.softmax(-1)
                one = {
                    "ppo/loss/policy": pg, "ppo/loss/value": vf, "ppo/loss/total": loss,
                    "ppo/policy/entropy": (logits.logsumexp(-1) - (p * logits).sum(-1)).mean(),
                    "ppo/policy/approxkl": 0.5 * ((new - old[at]) ** 2).mean(), "ppo/policy/policykl": (old[at] - new).mean(),
                    "ppo/policy/clipfrac": (pg2 > pg1).to(dtype).mean(), "ppo/policy/advantages_mean": a.mean(),
                    "ppo/returns/mean": returns[at].mean(), "ppo/returns/var": returns[at].var(), "ppo/val/vpred": v.mean(),
                    "ppo/val/error": vf1.mean(), "ppo/val/clipfrac": (vf2 > vf1).to(dtype).mean(), "ppo/val/mean": values[at].mean(),
                    "ppo/val/var": values[at].var()}
                collected.append({k: float(x) for k, x in one.items()})
        per_answer = torch.stack([kl[offsets[r] : offsets[r + 1]].sum() for r in range(len(lengths))])
        count = lambda rows: torch.tensor([len(r) for r in rows], dtype=torch.float64)
        stats = {
            "objective/kl": per_answer.mean(), "objective/kl_coef": controller.value, "objective/entropy": -old.sum() / len(lengths),
            "ppo/mean_non_score_reward": non_score.mean(), "ppo/mean_scores": np.mean(scores), "ppo/std_scores": np.std(scores, ddof=1),
            "tokens/queries_len_mean": count(queries).mean(), "tokens/queries_len_std": count(queries).std(),
            "tokens/responses_len_mean": count(responses).mean(), "tokens/responses_len_std": count(responses).std(),
            **{k: np.mean([c[k] for c in collected]) for k in collected[0]}, "ppo/learning_rate": LEARNING_RATE}
        stats["ppo/val/var_explained"] = 1 - stats["ppo/val/error"] / stats["ppo/returns/var"]
        controller.update(float(per_answer.mean()), len(queries))
        weights = {k: v.detach().clone() for k, v in model.state_dict().items()} | {f"v_head.{k}": v.detach().clone() for k, v in v_head.state_dict().items()}
        packed = dict(rewards=rewards, non_score=non_score, kl=kl, values=values, advantages=advantages, returns=returns, logprobs=old, ref_logprobs=old_ref)
        results.append(dict(queries=queries, responses=responses, raw_scores=scores, scores=scores, packed=packed,
                            stats={k: float(stats[k]) for k in SCALARS}, kl_coef_after=controller.value, weights=weights))
    return results


def furthest(a, b):
    """The largest difference between two runs, in weights, in per-token numbers and in statistics."""
    gap = lambda x, y: max(float((x[k].double() - y[k].double()).abs().max()) for k in y if len(y[k]))
    return dict(weights=max(gap(x["weights"], y["weights"]) for x, y in zip(a, b)),
                packed=max(gap(x["packed"], y["packed"]) for x, y in zip(a, b)),
                stats=max(abs(x["stats"][k] - y["stats"][k]) for x, y in zip(a, b) for k in SCALARS))


def write(name, results, order, config):
    for i, result in enumerate(results):
        write_tensors(f"{name}-weights-{i + 1}.safetensors", result.pop("weights"))
    write_json(f"{name}.json", dict(config=config, orders=order, updates=results))


# use_score_scaling is not here: TRL 0.11.4 itself stops there with an AttributeError (functions.json has its moments).
VARIANTS = dict(
    full=dict(kl_penalty="full", gamma=0.9),
    whitened=dict(whiten_rewards=True),
    abs=dict(kl_penalty="abs", adap_kl_ctrl=False, init_kl_coef=0.05),
    mse=dict(kl_penalty="mse", score_clip=0.8, cliprange=0.05, cliprange_value=0.02, vf_coef=0.7, lam=0.5),
    accumulation=dict(gradient_accumulation_steps=2, mini_batch_size=2),
    threshold=dict(ratio_threshold=1.02, mini_batch_size=4, ppo_epochs=3),
    stopping=dict(early_stopping=True, target_kl=0.002, mini_batch_size=4))


def variants():
    """Statistics, scores and value head of two updates under other settings."""
    result = {}
    for name, changes in VARIANTS.items():
        config = settings(**changes)
        order = orders(4, 2, config["ppo_epochs"])
        # TRL adds the mean of whitened rewards back to padding too, which then enters the advantages of shorter rows:
        # only where query and response together are equally long do its numbers mean anything.
        runs = trl(config, batches(empty=False, **(dict(lengths=(8, 5, 10, 7)) if name == "whitened" else {})), order)
        for run in runs:
            run["v_head"] = run.pop("weights")["v_head.weight"][0]
        result[name] = dict(config=changes, orders=order, updates=runs)
    write_json("ppo-variants.json", result)


def main():
    weight, bias = head(21, bias=0.3)
    write_tensors("value-head.safetensors", dict(weight=weight, bias=bias))
    order = orders(4, 2, 4)
    ours = trl(settings(), batches(empty=False), order)
    same, exact = in_torch(batches(empty=False), order), in_torch(batches(empty=False), order, torch.float64)
    print("TRL against plain PyTorch, float32:", furthest(ours, same))
    print("TRL against plain PyTorch, float64:", furthest(ours, exact))
    assert furthest(ours, same)["weights"] < 5e-5 and furthest(ours, same)["stats"] < 1e-4
    write("ppo-trl", ours, order, settings())
    order = [[list(range(5))] * 4] * 2
    empty = in_torch(batches(empty=True), order, mini_batch_size=5)
    print("with an empty answer, float32 against float64:", furthest(empty, in_torch(batches(empty=True), order, torch.float64, mini_batch_size=5)))
    write("ppo-empty", empty, order, settings(batch_size=5, mini_batch_size=5))
    variants()
