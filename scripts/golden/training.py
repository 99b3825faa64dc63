"""Reference values for RLXTraining. Writes Tests/Golden/training and its entry in Tests/Golden/manifest.

Run with PyTorch 2, transformers 4.46.3 and trl 0.11.4 (the last trl with a stepwise PPOTrainer) on the path.
"""
import json
import random
import warnings
from types import SimpleNamespace

import numpy as np
import torch
import transformers
import trl
from transformers import LlamaModel
from transformers.models.llama.modeling_llama import LlamaRMSNorm
from transformers.trainer_pt_utils import get_parameter_names
from trl import DPOTrainer, PPOTrainer
from trl.core import masked_mean, masked_var, masked_whiten
from trl.trainer.utils import AdaptiveKLController

import training_ppo
from training_model import (OUT, head, logprobs, padded, policy, reference, response_rows, tokens, write_json, write_models, write_tensors)

warnings.filterwarnings("ignore")
torch.use_deterministic_algorithms(True)
torch.set_num_threads(1)


def ragged(lengths, seed):
    """Random numbers for each token, padded, and the mask."""
    g = torch.Generator().manual_seed(seed)
    mask = torch.zeros(len(lengths), max(lengths) + 1)
    for i, n in enumerate(lengths):
        mask[i, :n] = 1
    return torch.randn(mask.shape, generator=g), mask


def functions():
    """TRL 0.11's own whitening, advantages, rewards and losses on ragged arrays; packed numbers are rows one after the other."""
    cases = []
    for case, lengths in enumerate([[3, 1, 5], [2, 7, 4, 6], [1, 2], [12]]):
        numbers = [ragged(lengths, 1000 * case + i)[0] for i in range(7)]
        mask = ragged(lengths, 0)[1]
        rewards, values, old, new, vpred, other, _ = numbers
        new, vpred, old_logprobs = old + 0.4 * new, values + 0.4 * vpred, old
        config = SimpleNamespace(gamma=0.97, lam=0.9, whiten_rewards=False, cliprange=0.2, cliprange_value=0.2, vf_coef=0.1, ratio_threshold=10.0, kl_penalty="kl")
        me = SimpleNamespace(config=config, kl_ctl=SimpleNamespace(value=0.3))
        me._kl_penalty = lambda a, b: PPOTrainer._kl_penalty(me, a, b)
        scores = torch.linspace(-1, 2, len(lengths))
        # masks of responses start where the response does: TRL looks for the last masked position of each row
        token_rewards, non_score, kl = PPOTrainer.compute_rewards(me, scores, new, other, mask)
        used_values, advantages, returns = PPOTrainer.compute_advantages(me, values, rewards, mask)
        new_tracked, v_tracked = new.clone().requires_grad_(), vpred.clone().requires_grad_()
        logits = torch.randn(*mask.shape, 11, generator=torch.Generator().manual_seed(case))
        pg, vf, stats = PPOTrainer.loss(me, old_logprobs, used_values, logits, v_tracked, new_tracked, mask, advantages, returns)
        (pg + vf).backward()
        keep = mask.bool()
        pack = lambda x: x[keep]
        cases.append(dict(
            lengths=lengths, rewards=pack(rewards), values=pack(values), old=pack(old_logprobs), new=pack(new), vpred=pack(vpred), other=pack(other),
            scores=scores, logits=logits[keep], whitened=pack(masked_whiten(rewards, mask)), whitened_in_place=pack(masked_whiten(rewards, mask, shift_mean=False)),
            mean=masked_mean(rewards, mask), variance=masked_var(rewards, mask), token_rewards=pack(token_rewards), non_score=pack(non_score),
            kl={k: pack(kl_of(me, k, new, other)) for k in ("kl", "abs", "mse")}, advantages=pack(advantages), returns=pack(returns),
            policy_loss=pg, value_loss=vf / config.vf_coef, grad_new=pack(new_tracked.grad), grad_vpred=pack(v_tracked.grad),
            stats={k: v for k, v in stats.items() if v.dim() == 0}))
    controller, path = AdaptiveKLController(0.2, 6.0, 10000.0), []
    for kl, n in [(12, 128), (0, 64), (6.5, 256), (-3, 8), (7.9, 1024)]:
        controller.update(kl, n)
        path.append(dict(kl=kl, count=n, value=controller.value))
    write_json("functions.json", dict(gamma=0.97, lam=0.9, kl_coef=0.3, cases=cases, controller=path, moments=moments()))


def kl_of(me, kind, a, b):
    me.config.kl_penalty = kind
    result = PPOTrainer._kl_penalty(me, a, b)
    me.config.kl_penalty = "kl"
    return result


def moments():
    from trl.trainer.utils import RunningMoments
    running, path = RunningMoments(SimpleNamespace(use_distributed=False)), []
    for scores in ([1.0, 2.0, 4.0], [0.5, -3.0], [7.0, 7.5, 8.0, 1.0]):
        running.update(torch.tensor(scores))
        path.append(dict(scores=scores, mean=running.mean, deviation=running.std))
    return path


def sft():
    """Cross-entropy of transformers with the prompt masked out, and two AdamW steps with clipping."""
    model = policy()
    prompts, completions = [tokens(i, n) for i, n in enumerate([5, 2, 0])], [tokens(40 + i, n) for i, n in enumerate([4, 9, 7])]
    ended = [torch.cat([c, torch.tensor([2])]) for c in completions]
    rows = [torch.cat([p, c]) for p, c in zip(prompts, ended)]
    ids, mask = padded(rows)
    labels = ids.masked_fill(mask == 0, -100)
    for i, p in enumerate(prompts):
        labels[i, : len(p)] = -100
    # As transformers' Trainer groups them: biases and norms have no weight decay.
    decayed = [name for name in get_parameter_names(model, [LlamaRMSNorm]) if "bias" not in name]
    groups = [dict(params=[p for n, p in model.named_parameters() if (n in decayed) == decays], weight_decay=0.01 * decays) for decays in (True, False)]
    optimizer = torch.optim.AdamW(groups, lr=1e-3)
    steps = []
    for _ in range(2):
        out = model(input_ids=ids, attention_mask=mask, labels=labels)
        kept = labels[:, 1:] != -100
        logits, targets = out.logits[:, :-1][kept], labels[:, 1:][kept]
        optimizer.zero_grad()
        out.loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        entropy = torch.distributions.Categorical(logits=logits).entropy().mean()
        steps.append(dict(loss=out.loss, grad_norm=norm, entropy=entropy, mean_token_accuracy=(logits.argmax(-1) == targets).float().mean()))
    write_json("sft.json", dict(prompts=prompts, completions=completions, learning_rate=1e-3, weight_decay=0.01, max_grad_norm=1.0, steps=steps))
    write_tensors("sft-weights.safetensors", model.state_dict())


def pairs():
    prompts = [tokens(60 + i, n) for i, n in enumerate([3, 6, 2])]
    return prompts, [tokens(70 + i, n) for i, n in enumerate([5, 2, 8])], [tokens(80 + i, n) for i, n in enumerate([4, 7, 1])]


def reward_model():
    """Bradley-Terry on the value at the last token: gradients, and two AdamW steps."""
    trunk = policy().model
    weight, bias = head(31, bias=-0.2)
    score = torch.nn.Linear(32, 1)
    score.load_state_dict(dict(weight=weight, bias=bias))
    prompts, chosen, rejected = pairs()
    both = [[torch.cat([p, a]) for p, a in zip(prompts, answers)] for answers in (chosen, rejected)]
    named = [(f"model.{n}", p) for n, p in trunk.named_parameters()] + [(f"score.{n}", p) for n, p in score.named_parameters()]
    optimizer = torch.optim.AdamW([p for _, p in named], lr=1e-3, weight_decay=0.0)
    def rewards(rows):
        ids, mask = padded(rows)
        hidden = trunk(input_ids=ids, attention_mask=mask).last_hidden_state
        return score(hidden[torch.arange(len(rows)), mask.sum(-1) - 1])[:, 0]
    steps, gradients = [], None
    for _ in range(2):
        r_chosen, r_rejected = rewards(both[0]), rewards(both[1])
        loss = -torch.nn.functional.logsigmoid(r_chosen - r_rejected).mean()
        optimizer.zero_grad()
        loss.backward()
        gradients = gradients or {n: p.grad.clone() for n, p in named}
        norm = torch.nn.utils.clip_grad_norm_([p for _, p in named], 1.0)
        optimizer.step()
        steps.append(dict(loss=loss, chosen=r_chosen, rejected=r_rejected, grad_norm=norm))
    write_json("reward.json", dict(prompts=prompts, chosen=chosen, rejected=rejected, head=dict(weight=weight[0], bias=bias), learning_rate=1e-3, steps=steps))
    write_tensors("reward-gradients.safetensors", gradients)
    write_tensors("reward-weights.safetensors", {n: p for n, p in named})


def dpo():
    """TRL 0.11's dpo_loss on summed log-probabilities; gradients, and two AdamW steps."""
    model, ref = policy(), reference()
    prompts, chosen, rejected = pairs()
    def sums(m, answers):
        _, logits, targets = response_rows(m, prompts, answers)
        return torch.stack([x.sum() for x in logprobs(logits, targets).split([len(a) for a in answers])])
    def losses(beta, smoothing):
        me = SimpleNamespace(accelerator=SimpleNamespace(device="cpu"), reference_free=False, f_divergence_type="reverse_kl",
                             f_divergence_params=None, beta=beta, label_smoothing=smoothing, loss_type="sigmoid")
        with torch.no_grad():
            ref_chosen, ref_rejected = sums(ref, chosen), sums(ref, rejected)
        mine = sums(model, chosen), sums(model, rejected)
        loss, r_chosen, r_rejected = DPOTrainer.dpo_loss(me, *mine, ref_chosen, ref_rejected)
        return loss.mean(), r_chosen, r_rejected, mine
    smoothed = losses(0.5, 0.1)[0].item()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.0)
    steps, gradients = [], None
    for _ in range(2):
        loss, r_chosen, r_rejected, (l_chosen, l_rejected) = losses(0.1, 0.0)
        optimizer.zero_grad()
        loss.backward()
        gradients = gradients or {n: p.grad.clone() for n, p in model.named_parameters()}
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        steps.append({"loss": loss, "grad_norm": norm, "rewards/chosen": r_chosen.mean(), "rewards/rejected": r_rejected.mean(),
                      "rewards/margins": (r_chosen - r_rejected).mean(), "rewards/accuracies": (r_chosen > r_rejected).float().mean(),
                      "logps/chosen": l_chosen.mean(), "logps/rejected": l_rejected.mean()})
    write_json("dpo.json", dict(prompts=prompts, chosen=chosen, rejected=rejected, beta=0.1, learning_rate=1e-3, smoothed_loss=smoothed, steps=steps))
    write_tensors("dpo-gradients.safetensors", gradients)
    write_tensors("dpo-weights.safetensors", model.state_dict())


def manifest():
    versions = dict(torch=torch.__version__, transformers=transformers.__version__, trl=trl.__version__)
    # Differences count over 1 + the size of what is wanted.
    reasons = {
        "functions.json": (1e-5, "float32 on both sides, numbers of size 1, sums of a few dozen terms"),
        "ppo-trl.json, ppo-empty.json, ppo-variants.json": (2e-5, "float32 on both sides over eight Adam steps of 1e-3 each; TRL differs from a float64 run by 2e-6: ten times that"),
        "ppo-*-weights-*.safetensors": (1e-5, "the same; TRL's weights differ from a float64 run by 5e-7: twenty times that, a hundredth of one step"),
        "sft.json, dpo.json": (2e-5, "float32 on both sides; summed log-probabilities of size 30"),
        "reward.json": (1e-5, "float32 on both sides, numbers of size 1; gradient norms 1e-4"),
        "sft-weights.safetensors, reward-weights.safetensors, dpo-weights.safetensors": (1e-5, "two AdamW steps of 1e-3: a hundredth of a step"),
        "reward-gradients.safetensors, dpo-gradients.safetensors": (2e-5, "float32 on both sides, numbers of size 1"),
        "value-head.safetensors, policy, reference": (0, "inputs, not results")}
    entry = dict(generator="scripts/golden/training.py", versions=versions,
                 files={k: dict(tolerance=t, reason=r) for k, (t, r) in reasons.items()})
    (OUT.parent / "manifest").mkdir(exist_ok=True)
    (OUT.parent / "manifest/training.json").write_text(json.dumps(entry, indent=1) + "\n")


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    write_models()
    functions()
    sft()
    reward_model()
    dpo()
    training_ppo.main()
    manifest()
