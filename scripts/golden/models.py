"""Reference values by Hugging Face transformers, for Tests/Golden/models.

    python scripts/golden/models.py

Makes small random Llama and GPT-2 models in several configurations, and for each writes its folder and
what transformers computes with it: logits, log-probabilities of responses, greedy answers, gradients
(of GPT-2 those of every parameter). Also the distributions that transformers' filters leave of random
logits.
"""
import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM
from transformers.generation.logits_process import (
    TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper)

OUT = Path(__file__).resolve().parents[2] / "Tests" / "Golden"
VOCABULARY = 97
SEQUENCE = [1, 17, 42, 3, 96, 0, 55, 17, 17, 80, 23, 64, 9]
PAIRS = [([1, 5, 9], [33, 2, 71, 40]), ([1], [12]), ([7, 7, 90, 14, 3, 61], [8, 88, 19, 19, 4, 50, 31]), ([2, 4], [])]
PROMPTS = [[1], [1, 30, 62], [11, 22, 33, 44, 55, 66, 77, 88]]
GRADIENTS = ["model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight",
             "model.layers.1.self_attn.k_proj.weight", "model.layers.0.mlp.down_proj.weight",
             "model.layers.1.post_attention_layernorm.weight", "model.norm.weight"]


def configurations():
    base = dict(vocab_size=VOCABULARY, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
                num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
                rms_norm_eps=1e-5, initializer_range=0.25, bos_token_id=1, eos_token_id=2)
    yield "untied", base | dict(tie_word_embeddings=False), "old", torch.float32
    yield "tied", base | dict(tie_word_embeddings=True, head_dim=16, num_key_value_heads=1,
                              rope_parameters={"rope_type": "default", "rope_theta": 500.0}), "new", torch.float32
    yield "biased", base | dict(attention_bias=True, mlp_bias=True, num_key_value_heads=4), "new", torch.float32
    yield "bfloat16", base | dict(num_hidden_layers=2), "new", torch.bfloat16
    yield "float16", base | dict(num_hidden_layers=2), "old", torch.float16
    yield "grouped", base | dict(hidden_size=48, num_attention_heads=6, num_key_value_heads=2), "new", torch.float32


def gpt2_configurations():
    base = dict(vocab_size=VOCABULARY, n_embd=16, n_layer=2, n_head=4, n_positions=32, initializer_range=0.35,
                bos_token_id=1, eos_token_id=2, embd_pdrop=0.1, attn_pdrop=0.1, resid_pdrop=0.1)
    yield "gpt2", base, "old", True
    yield "gpt2-variant", base | dict(n_inner=40, activation_function="gelu", tie_word_embeddings=False,
                                      scale_attn_by_inverse_layer_idx=True, layer_norm_epsilon=1e-3,
                                      reorder_and_upcast_attn=True), "new", False
    yield "gpt2-unscaled", base | dict(n_head=2, scale_attn_weights=False, initializer_range=0.25), "new", False


def spelled(config, spelling):
    """config.json as this transformers writes it, or as those before version 5 did."""
    data = json.loads(config.to_json_string(use_diff=False))
    keep = ["architectures", "model_type", "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers",
            "num_attention_heads", "num_key_value_heads", "head_dim", "hidden_act", "max_position_embeddings",
            "initializer_range", "rms_norm_eps", "pretraining_tp", "rope_parameters", "attention_bias",
            "attention_dropout", "mlp_bias", "tie_word_embeddings", "bos_token_id", "eos_token_id", "pad_token_id"]
    data = {k: data[k] for k in keep if k in data}
    if spelling == "old":
        data["rope_theta"] = data.pop("rope_parameters")["rope_theta"]
        data["rope_scaling"] = None
    return data


def log_probs(model, prompt, response, temperature=1.0):
    if not response:
        return []
    logits = model(torch.tensor([prompt + response])).logits[0, len(prompt) - 1:-1] / temperature
    return logits.log_softmax(-1).gather(1, torch.tensor(response)[:, None])[:, 0]


def reference(model):
    with torch.no_grad():
        logits = model(torch.tensor([SEQUENCE])).logits[0]
        pairs = [{"prompt": p, "response": r,
                  "log_probs": [float(x) for x in log_probs(model, p, r)],
                  "log_probs_at_0.7": [float(x) for x in log_probs(model, p, r, 0.7)]} for p, r in PAIRS]
        greedy = []
        for prompt in PROMPTS:
            ids = list(prompt)
            for _ in range(24):
                ids.append(int(model(torch.tensor([ids])).logits[0, -1].argmax()))
            greedy.append({"prompt": prompt, "answer": ids[len(prompt):]})
    model.zero_grad()
    loss = model(torch.tensor([SEQUENCE]), labels=torch.tensor([SEQUENCE])).loss
    loss.backward()
    named = dict(model.named_parameters())
    of = GRADIENTS if GRADIENTS[0] in named else named
    return {"sequence": SEQUENCE, "logits": logits.flatten().tolist(), "pairs": pairs, "greedy": greedy,
            "loss": loss.item(), "gradients": {n: [float(f"{x:.8g}") for x in named[n].grad.flatten()] for n in of}}


def make_models():
    for seed, (name, fields, spelling, dtype) in enumerate(configurations()):
        torch.manual_seed(seed)
        config = LlamaConfig(**fields, architectures=["LlamaForCausalLM"])
        model = LlamaForCausalLM(config).eval()
        for parameter in model.parameters():  # norms and biases too, so that leaving one out shows
            if parameter.dim() == 1:
                parameter.data += 0.1 * torch.randn_like(parameter)
        model = model.to(dtype)
        folder = OUT / "models" / name
        folder.mkdir(parents=True, exist_ok=True)
        state = {k: v.contiguous() for k, v in model.state_dict().items()}
        if config.tie_word_embeddings:
            del state["lm_head.weight"]
        save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
        write(folder / "config.json", spelled(config, spelling), indent=2)
        # Read back as float32: `model.float()` would keep rotary frequencies rounded by `to(dtype)`.
        stored = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        write(folder / "reference.json", reference(stored))


def make_gpt2():
    """Folders as transformers 5 writes them, and one as files of before are: names without the prefix, causal
    masks among the weights, sizes and dropout in config.json and nothing else."""
    for seed, (name, fields, spelling, bare) in enumerate(gpt2_configurations()):
        torch.manual_seed(50 + seed)
        config = GPT2Config(**fields, architectures=["GPT2LMHeadModel"])
        model = GPT2LMHeadModel(config).eval()
        for parameter in model.parameters():  # norms and biases too, so that leaving one out shows
            if parameter.dim() == 1:
                parameter.data += 0.1 * torch.randn_like(parameter)
        folder = OUT / "models" / name
        folder.mkdir(parents=True, exist_ok=True)
        state = {k: v.contiguous() for k, v in model.state_dict().items()}
        if config.tie_word_embeddings:
            del state["lm_head.weight"]
        if bare:
            state = {k.removeprefix("transformer."): v for k, v in state.items()}
            for layer in range(config.n_layer):
                state[f"h.{layer}.attn.bias"] = torch.ones(1, 1, 4, 4).tril()
        save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
        data = json.loads(config.to_json_string(use_diff=spelling == "new"))
        if spelling == "old":
            keep = ["architectures", "model_type", "vocab_size", "n_embd", "n_layer", "n_head", "n_positions",
                    "activation_function", "layer_norm_epsilon", "initializer_range", "embd_pdrop", "attn_pdrop",
                    "resid_pdrop", "bos_token_id", "eos_token_id", "summary_type", "summary_use_proj"]
            data = {k: data[k] for k in keep if k in data} | {"n_ctx": config.n_positions}
        write(folder / "config.json", data, indent=2)
        stored = GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32).eval()
        assert torch.equal(stored(torch.tensor([SEQUENCE])).logits, model(torch.tensor([SEQUENCE])).logits)
        write(folder / "reference.json", reference(stored))


def make_shards():
    """The grouped model again, in shards, by transformers' own writer."""
    model = LlamaForCausalLM.from_pretrained(OUT / "models" / "grouped", dtype=torch.float32)
    folder = OUT / "models" / "sharded"
    model.save_pretrained(folder, max_shard_size="40KB")
    for name in ["config.json", "generation_config.json"]:
        (folder / name).unlink(missing_ok=True)


def make_filters():
    torch.manual_seed(100)
    logits = torch.randn(5, 37) * 3
    logits[1, 5] = logits[1, 9] = logits[1, 30]  # ties
    logits[2] = torch.round(logits[2])  # many ties
    logits[3, 4] = 40.0  # one token with nearly all the mass
    logits[4, :] = 0.5  # all equal
    cases = []
    for temperature, top_k, top_p in [(1, 0, 1), (0.7, 0, 1), (2.5, 0, 1), (1, 1, 1), (1, 5, 1), (1, 36, 1), (1, 50, 1),
                                      (1, 0, 0.9), (1, 0, 0.5), (1, 0, 0.01), (0.5, 8, 0.8), (1.7, 20, 0.95), (3, 3, 0.3)]:
        for row in range(5):
            scores = logits[row:row + 1]
            scores = TemperatureLogitsWarper(float(temperature))(None, scores)
            if top_k:
                scores = TopKLogitsWarper(top_k)(None, scores)
            # With all logits equal, which tokens a top_p keeps depends on the order torch sorts them in.
            if top_p < 1 and row in (2, 4):
                continue
            if top_p < 1:
                scores = TopPLogitsWarper(float(top_p))(None, scores)
            cases.append({"row": row, "temperature": temperature, "top_k": top_k, "top_p": top_p,
                          "probabilities": scores.softmax(-1)[0].tolist()})
    write(OUT / "models" / "filters.json", {"vocabulary": 37, "logits": logits.flatten().tolist(), "cases": cases})


def write(path, data, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, **options) + "\n")


def main():
    make_models()
    make_gpt2()
    make_shards()
    make_filters()
    write(OUT / "manifest" / "models.json", {
        "files": "models/*", "generator": "scripts/golden/models.py",
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "tolerance": {"logits": 5e-5, "log_probs": 5e-5, "gradients": "2e-4 of the largest of the tensor",
                      "greedy": 0, "probabilities": 1e-4},
        "reason": "float32 sums of some hundred products in another order, through two layers, on logits of "
                  "up to 5; greedy ids are equal or wrong; probabilities are counted on a grid of 20,000",
    }, indent=2)


if __name__ == "__main__":
    main()
