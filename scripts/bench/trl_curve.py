"""trl_curve.py MODEL STEPS SEED: the task of examples/curve.rlx under TRL 0.11's PPOTrainer.

Prints one line a step (score, KL, seconds), so that learning and speed stand beside rlx's.
Needs trl 0.11.4 with its transformers on PYTHONPATH.
"""
import sys, time, warnings

import torch

warnings.filterwarnings("ignore")
from transformers import PreTrainedTokenizerFast
from trl import AutoModelForCausalLMWithValueHead, PPOConfig, PPOTrainer

path, steps, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.manual_seed(seed)
words = ["sun", "rain", "sky", "tree", "park"]
openings = ["Once upon a time", "Lily and Tom", "One day, a dog", "The little bird"]
batch, new = 64, 40

tokenizer = PreTrainedTokenizerFast(
    tokenizer_file=path + "/tokenizer.json", bos_token="<s>", eos_token="</s>", unk_token="<unk>",
    pad_token="</s>")
model, reference = (AutoModelForCausalLMWithValueHead.from_pretrained(path) for _ in range(2))
config = PPOConfig(
    model_name=path, learning_rate=1e-3, batch_size=batch, mini_batch_size=batch,
    gradient_accumulation_steps=1, seed=seed)
trainer = PPOTrainer(config=config, model=model, ref_model=reference, tokenizer=tokenizer)
queries = [
    tokenizer(openings[i % 4], return_tensors="pt")["input_ids"][0] for i in range(batch)]
times = []
for step in range(steps):
    start = time.perf_counter()
    responses = trainer.generate(
        queries, return_prompt=False, max_new_tokens=new, min_new_tokens=new, do_sample=True,
        top_k=0, top_p=1.0, pad_token_id=tokenizer.pad_token_id, batch_size=batch)
    texts = [tokenizer.decode(response) for response in responses]
    scores = [torch.tensor(float(min(4, sum(t.count(w) for w in words)))) for t in texts]
    stats = trainer.step(queries, responses, scores)
    times.append(time.perf_counter() - start)
    print(f"step {step} score {float(stats['ppo/mean_scores']):.2f}"
          f" kl {float(stats['objective/kl']):.2f} seconds {times[-1]:.3f}", flush=True)
print(f"median {sorted(times[1:])[len(times[1:]) // 2]:.3f} s a step")
