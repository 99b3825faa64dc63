"""Loss and gradients under PyTorch's bf16 autocast, for Tests/Golden/models/bf16.json.

    python scripts/golden/bf16.py

Reads the float32 models that models.py made. Of each gradient a few numbers beside its length say enough: how far autocast itself
is from float32 is printed and kept, and is what the tolerances of the tests are measured by.
"""
import json
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForCausalLM

OUT = Path(__file__).resolve().parents[2] / "Tests" / "Golden"
SEQUENCE = [1, 17, 42, 3, 96, 0, 55, 17, 17, 80, 23, 64, 9]
GRADIENTS = {
    "untied": ["model.layers.0.self_attn.q_proj.weight", "model.layers.1.mlp.down_proj.weight", "lm_head.weight"],
    "gpt2": ["transformer.h.0.attn.c_attn.weight", "transformer.h.1.mlp.c_proj.weight", "transformer.wte.weight"],
}


def run(model, rounded):
    model.zero_grad()
    ids = torch.tensor([SEQUENCE])
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=rounded):
        loss = model(input_ids=ids, labels=ids).loss
    loss.backward()
    return float(loss), {name: p.grad.clone() for name, p in model.named_parameters()}


result = {"sequence": SEQUENCE}
for name, gradients in GRADIENTS.items():
    model = AutoModelForCausalLM.from_pretrained(OUT / "models" / name, dtype=torch.float32).eval()
    exact, plain = run(model, False)
    loss, rounded = run(model, True)
    entry = {"loss": loss, "float32_loss": exact, "gradients": {}}
    for key in gradients:
        distance = float((rounded[key] - plain[key]).norm() / plain[key].norm())
        print(f"{name} {key}: autocast is {distance:.1e} of the length away from float32; loss {loss:.5f}, {exact:.5f}")
        entry["gradients"][key] = {"distance": distance, "values": [float(f"{x:.5g}") for x in rounded[key].flatten()[:512]]}
    result[name] = entry
(OUT / "models" / "bf16.json").write_text(json.dumps(result) + "\n")
(OUT / "manifest" / "bf16.json").write_text(json.dumps({
    "files": "models/bf16.json", "generator": "scripts/golden/bf16.py",
    "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    "tolerance": {"loss": 0.02, "gradients": "twice autocast's own distance from float32, and 1.5 times to float32"},
    "reason": "eight bits of precision in the operands of every product; autocast also rounds what products and attention give, "
              "which rlx does not"}, indent=2) + "\n")
