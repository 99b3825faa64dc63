"""Reference values by PyTorch and transformers, for Tests/Golden/engine/optimizer.json.

    python scripts/golden/optimizer.py

AdamW steps with clipped gradients under several settings, and the factors of the schedules.
"""
import json
from pathlib import Path

import torch
import transformers

OUT = Path(__file__).resolve().parents[2] / "Tests" / "Golden"
SETTINGS = [
    dict(lr=1e-2, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0),
    dict(lr=3e-2, betas=(0.8, 0.95), eps=1e-5, weight_decay=0.1),
    dict(lr=1e-1, betas=(0.0, 0.5), eps=1e-3, weight_decay=0.01),
]
SHAPES = [[3, 5], [17], [1]]
STEPS = 4
MAX_NORM = 3.0


def numbers(tensor):
    return [float(x) for x in tensor.detach().flatten()]


def adamw(index, settings):
    g = torch.Generator().manual_seed(index)
    parameters = [torch.nn.Parameter(torch.randn(shape, generator=g)) for shape in SHAPES]
    optimizer = torch.optim.AdamW(parameters, **settings)
    case = dict(learning_rate=settings["lr"], beta1=settings["betas"][0], beta2=settings["betas"][1],
                eps=settings["eps"], weight_decay=settings["weight_decay"], max_norm=MAX_NORM,
                shapes=SHAPES, start=[numbers(p) for p in parameters], steps=[])
    for step in range(STEPS):
        for p in parameters:
            p.grad = torch.randn(p.shape, generator=g) * (0.2 if step == 1 else 2.0)
        gradients = [numbers(p.grad) for p in parameters]
        norm = torch.nn.utils.clip_grad_norm_(parameters, MAX_NORM)
        optimizer.step()
        case["steps"].append(dict(
            gradients=gradients, norm=float(norm), clipped=[numbers(p.grad) for p in parameters],
            values=[numbers(p) for p in parameters]))
    return case


def schedules():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    for name in ["constant", "constant_with_warmup", "linear", "cosine"]:
        for warmup, total in [(0, 7), (3, 20), (5, 5), (0, 1)]:
            factor = transformers.get_scheduler(name, optimizer, warmup, total).lr_lambdas[0]
            yield dict(name=name, warmup=warmup, total=total,
                       factors=[factor(step) for step in range(total + 3)])


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n")


write(OUT / "engine" / "optimizer.json", dict(
    adamw=[adamw(i, s) for i, s in enumerate(SETTINGS)], schedules=list(schedules())))
write(OUT / "manifest" / "optimizer.json", {
    "files": "engine/optimizer.json",
    "generator": "scripts/golden/optimizer.py",
    "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    "tolerance": {"values": 3e-6, "schedules": 1e-6},
    "reason": "four float32 updates of numbers of size 1 to 3; factors are computed in double",
})
