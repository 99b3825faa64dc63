"""PPO: TRL 0.11.4's own PPOv2Trainer, two updates on given answers, with every number it computes on the way."""
import copy
import logging
import sys
import tempfile
from unittest.mock import patch

import numpy as np
import torch
from datasets import Dataset
from transformers import LlamaForSequenceClassification
from trl.trainer import ppov2_trainer
from trl.trainer.ppov2_trainer import PPOv2Config, PPOv2Trainer

from training_model import config, head, policy, reference, tokenizer, tokens, write_json
from training_ppo import orders

EOS, PAD, LONGEST, ROWS, UPDATES = 2, 0, 9, 8, 2
PER_TOKEN = ["logprobs", "ref_logprobs", "kl", "values", "advantages", "returns", "rewards"]
# The statistics that PPOv2 takes over padding as well, by the mini-batch's numbers that they are made of.
OVER_PADDING = {"policy/approxkl_avg": lambda x: 0.5 * x["logprobs_diff"] ** 2, "val/ratio": lambda x: x["ratio"],
                "policy/entropy_avg": lambda x: x["logits"].logsumexp(-1) - (x["logits"].softmax(-1) * x["logits"]).sum(-1)}


def judge(seed=33):
    """The reference with a scalar head: what the value model begins as, and, with its head or another, what scores the answers."""
    spec = config()
    spec.num_labels, spec.pad_token_id = 1, PAD
    model = LlamaForSequenceClassification(spec)
    model.model.load_state_dict(reference().model.state_dict())
    model.score.weight.data = head(seed)[0]
    return model.eval()


def answers(update):
    """Eight answers of 9 tokens as PPOv2 samples them: what stands after an end token is not looked at."""
    rows = torch.stack([tokens(500 + 10 * update + i, LONGEST) for i in range(ROWS)])
    for row, end in enumerate([5, None, 2, 8, 0, None, 7, 3]):
        if end is not None:
            rows[row, end] = EOS
    return rows


def ppov2(dtype=torch.float32, spread=4, judged=35, **changes):
    """The updates of PPOv2Trainer.train, with its answers and shuffles given."""
    actor, near, critic, scorer = policy().to(dtype), reference().to(dtype), judge().to(dtype), judge(judged).to(dtype)
    reader = tokenizer()
    reader.pad_token, reader.padding_side = "<unk>", "left"
    prompts = Dataset.from_dict(dict(input_ids=[tokens(600 + i, 2 + i % spread).tolist() for i in range(ROWS)]))
    settings = dict(num_mini_batches=2, per_device_train_batch_size=4) | changes
    order = orders(ROWS, UPDATES, 4)
    with tempfile.TemporaryDirectory() as folder:
        arguments = PPOv2Config(
            output_dir=folder, learning_rate=3e-4, total_episodes=ROWS * UPDATES, response_length=LONGEST, stop_token="eos",
            num_sample_generations=0, report_to=[], save_strategy="no", use_cpu=True, disable_tqdm=True, logging_strategy="no",
            gradient_accumulation_steps=1, **settings)
        trainer = PPOv2Trainer(arguments, reader, actor, near, scorer, prompts, value_model=critic, eval_dataset=prompts)
        turns = iter([np.array(t) for update in order for t in update])
        results, seen = [], dict(over={}, calls=0)

        def generated(model, queries, *_):
            both = torch.cat([queries, answers(len(results))], 1)
            mask = both != PAD
            places = mask.cumsum(1) - mask.long()
            logits = model(input_ids=both, attention_mask=mask, position_ids=places).logits
            return both, logits[:, queries.shape[1] - 1 : -1] / (arguments.temperature + 1e-7)

        def averaged(values, mask, plain=ppov2_trainer.masked_mean):
            now = sys._getframe(1).f_locals
            if values.dtype != torch.bool and "pg_clipfrac" not in now and "prob_dist" not in now and "loss" in now and "vf_clipfrac" in now:
                real = ~now["padding_mask"][now["micro_batch_inds"]]
                for name, number in OVER_PADDING.items():
                    seen["over"].setdefault(name, []).append(float(number(now)[real].detach().double().mean()))
            return plain(values, mask)

        def logged(metrics):
            now = sys._getframe(1).f_locals
            real, ended = ~now["padding_mask"], ~now["padding_mask_p1"]
            lengths = [int(n) for n in now["sequence_lengths"] + 1]
            queries = [[int(t) for t in q if t != PAD] for q in now["queries"]]
            unpadded = {k: float(np.mean(v)) for k, v in seen["over"].items()} | {"val/ratio_var": float(np.var(seen["over"]["val/ratio"], ddof=1))}
            unpadded["objective/entropy"] = float(-now["logprobs"].masked_fill(~real, 0).sum(1).mean())
            seen["over"] = {}
            raw = now["scores"] + (arguments.missing_eos_penalty or 0) * ~now["contain_eos_token"]
            rewards = now["non_score_reward"].clone()  # before whitening
            rewards[now["actual_start"], now["actual_end"]] += now["scores"]
            now = now | dict(rewards=rewards)
            results.append(dict(
                queries=queries, responses=[r[:n].tolist() for r, n in zip(now["responses"], lengths)],
                raw_scores=raw.double(), scores=now["scores"].double(), packed={k: now[k][real] for k in PER_TOKEN},
                ends={k: now[k][ended & ~real] for k in ("values", "returns", "rewards")},
                stats={k: float(v) for k, v in metrics.items() if k not in ("eps", "episode")}, unpadded=unpadded,
                actor={k: x.detach().clone() for k, x in actor.state_dict().items()},
                critic={k: x.detach().clone() for k, x in critic.state_dict().items()}))

        trainer.log = logged
        with patch.object(ppov2_trainer, "batch_generation", generated), patch.object(ppov2_trainer, "masked_mean", averaged), \
                patch.object(ppov2_trainer.np.random, "permutation", side_effect=turns):
            trainer.train()
    return order, results


# A value model that begins as what scores is right at once in the places after the end: there only noise is left for Adam to scale
# up, unless the rewards are whitened. So the others are scored with another head.
VARIANTS = dict(plain={}, penalised=dict(missing_eos_penalty=1.0, kl_coef=0.2, gamma=0.9),
                whitened=dict(judged=33, whiten_rewards=True, num_mini_batches=1, per_device_train_batch_size=8))


def main():
    logging.disable(logging.WARNING)
    result = {}
    for name, changes in VARIANTS.items():
        order, runs = ppov2(**changes)
        # In float64 transformers' masks of rows padded on the left overflow: prompts of one length say what rounding does.
        rough, exact = (ppov2(dtype, spread=1, **changes)[1] for dtype in (torch.float32, torch.float64))
        gap = max(float((a[m][k].double() - b[m][k]).abs().max()) for a, b in zip(rough, exact) for m in ("actor", "critic") for k in b[m])
        print(f"{name}: float32 against float64 {gap:.1e}")
        for run in runs:
            actor, critic = run.pop("actor"), run.pop("critic")
            run["weights"] = {
                "model.norm.weight": actor["model.norm.weight"], "lm_head.weight": actor["lm_head.weight"][7],
                "value/model.norm.weight": critic["model.norm.weight"], "value/model.embed_tokens.weight": critic["model.embed_tokens.weight"][7],
                "v_head.weight": critic["score.weight"][0]}
        result[name] = dict(config=changes, orders=order, head=head(33)[0][0], updates=runs)
    write_json("ppov2.json", result)


if __name__ == "__main__":
    main()
