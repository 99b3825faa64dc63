"""lora.py [DTYPE…]: resident memory and time of PPO on a low-rank adapter of a 0.5B model.

The model has the shapes of Qwen2-0.5B (24 layers of width 896, inner width 4864, 14 heads, 2 of keys and
values, a tied vocabulary of 151,936; 494 million numbers) and random weights, which are written as bf16
into a temporary folder; its tokenizer is the small one of the tests. Two PPO steps of eight answers of 32
tokens, rank 8 on queries and values, policy and reference on one copy of the weights, in each DTYPE that
Model takes (f32 and bf16 if none is given). Prints the peak of the resident set and the time of a step.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
RLX = os.environ.get("RLX", str(ROOT / ".build/release/rlx"))
WIDTH, INNER, LAYERS, HEADS, KV, VOCABULARY = 896, 4864, 24, 14, 2, 151_936
SCRIPT = """
policy = Model(args[0]%s).lora(rank: 8, alpha: 16)
print("parameters \\(policy.parameter_count), trained \\(policy.adapter.parameters)")
ppo = PPO(policy, reward: fn(prompt, response) => response.len %% 7, batch_size: 8, mini_batch_size: 4,
  max_tokens: 32, min_tokens: 32, learning_rate: 1e-4)
prompts = ["the cat", "a dog", "one day", "the bird", "a tree", "the sun", "we saw", "she said"]
ppo.step(prompts)
ppo.step(prompts)
print("kl \\(ppo.log["objective/kl"])")
"""


def write(folder):
    torch.manual_seed(1)
    draw = lambda *shape: (0.02 * torch.randn(*shape)).to(torch.bfloat16)
    tensors = {"model.embed_tokens.weight": draw(VOCABULARY, WIDTH), "model.norm.weight": torch.ones(WIDTH, dtype=torch.bfloat16)}
    for i in range(LAYERS):
        at = f"model.layers.{i}."
        head = WIDTH // HEADS
        for name, rows, columns, bias in (
            ("self_attn.q_proj", WIDTH, WIDTH, True), ("self_attn.k_proj", KV * head, WIDTH, True),
            ("self_attn.v_proj", KV * head, WIDTH, True), ("self_attn.o_proj", WIDTH, WIDTH, False),
            ("mlp.gate_proj", INNER, WIDTH, False), ("mlp.up_proj", INNER, WIDTH, False),
            ("mlp.down_proj", WIDTH, INNER, False)):
            tensors[at + name + ".weight"] = draw(rows, columns)
            if bias:
                tensors[at + name + ".bias"] = draw(rows)
            elif name == "self_attn.o_proj" and FAMILY == "llama":
                tensors[at + name + ".bias"] = torch.zeros(rows, dtype=torch.bfloat16)
        for norm in ("input_layernorm", "post_attention_layernorm"):
            tensors[at + norm + ".weight"] = torch.ones(WIDTH, dtype=torch.bfloat16)
    save_file(tensors, folder / "model.safetensors")
    config = dict(
        model_type=FAMILY, architectures=["Qwen2ForCausalLM" if FAMILY == "qwen2" else "LlamaForCausalLM"],
        hidden_size=WIDTH, intermediate_size=INNER, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        num_key_value_heads=KV, vocab_size=VOCABULARY, max_position_embeddings=1024, rms_norm_eps=1e-6,
        rope_theta=1e6, hidden_act="silu", tie_word_embeddings=True, bos_token_id=1, eos_token_id=2)
    if FAMILY == "llama":
        config["attention_bias"] = True
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_bytes((ROOT / "Tests/Golden/tokenizer/llama/tokenizer.json").read_bytes())


# The two differ only in the bias of the attention's output, which Llama has with the others.
FAMILY = os.environ.get("FAMILY", "llama")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write(folder)
        for dtype in sys.argv[1:] or ["f32", "bf16"]:
            script = SCRIPT % ("" if dtype == "f32" else f', dtype: "{dtype}"')
            command = ["/usr/bin/time", "-v", RLX, "-c", script, scratch]
            if not os.path.exists(command[0]):
                command = command[2:]
            shell = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            output = shell.stdout.read()
            _, status, usage = os.wait4(shell.pid, 0)
            peak = re.search(r"Maximum resident set size \(kbytes\): (\d+)", output)
            kilobytes = int(peak.group(1)) if peak else usage.ru_maxrss
            print(output if status else "\n".join(l for l in output.splitlines() if l.startswith(("parameters", "kl"))))
            print(f"{dtype}: peak {kilobytes / 1024 / 1024:.2f} GiB, {usage.ru_utime + usage.ru_stime:.0f} s of processor", flush=True)


main()
