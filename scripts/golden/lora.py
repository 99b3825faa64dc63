"""Reference values by PEFT, for Tests/Golden/lora.

    scripts/golden/lora.py              writes the values
    scripts/golden/lora.py RLX FOLDER   compares what rlx saves: FOLDER is a Llama or GPT-2 model, RLX the program

For the small models of Tests/Golden/models in float32, a LoRA adapter with random A and B: its folder as
PEFT saves it, and the logits, the loss, the gradients of A and B, A and B after three steps of AdamW, and
the merged weights. The second form has rlx adapt, train, save and merge a model, loads what it saved with
transformers and PEFT, and compares logits; it writes nothing into the repository.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import peft
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

OUT = Path(__file__).resolve().parents[2] / "Tests" / "Golden"
SEQUENCE = [1, 17, 42, 3, 96, 0, 55, 17, 17, 80, 23, 64, 9]
CASES = {
    "llama": ("untied", dict(r=4, lora_alpha=6, target_modules=["q_proj", "v_proj"])),
    "llama-all": ("tied", dict(r=3, lora_alpha=8, use_rslora=True, target_modules="all-linear")),
    "llama-ranks": ("grouped", dict(r=2, lora_alpha=8, target_modules=["k_proj", "o_proj", "down_proj"],
                                    rank_pattern={"down_proj": 5}, layers_to_transform=[1])),
    "gpt2": ("gpt2", dict(r=2, lora_alpha=16, target_modules=["c_attn", "c_fc"], fan_in_fan_out=True)),
}


def base(name):
    return AutoModelForCausalLM.from_pretrained(OUT / "models" / name, dtype=torch.float32, attn_implementation="eager")


def adapted(case):
    name, settings = CASES[case]
    torch.manual_seed(31)
    model = get_peft_model(base(name), LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.0, **settings))
    with torch.no_grad():
        for n, p in model.named_parameters():
            if "lora_" in n:
                p.copy_(0.3 * torch.randn_like(p))
    return model.eval()


def plain(name):
    return name.removeprefix("base_model.model.").replace(".default", "").replace(".base_layer", "")


def loss(model):
    ids = torch.tensor([SEQUENCE])
    return torch.nn.functional.cross_entropy(model(ids).logits[0, :-1], ids[0, 1:])


def write(case):
    model = adapted(case)
    folder = OUT / "lora" / case
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    config = json.loads((folder / "adapter_config.json").read_text())
    # Where the base lay here is nobody's concern; sets have no order of their own.
    config["base_model_name_or_path"] = None
    if isinstance(config["target_modules"], list):
        config["target_modules"].sort()
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")
    values = {}
    with torch.no_grad():
        values["logits"] = model(torch.tensor([SEQUENCE])).logits[0]
    trained = {n: p for n, p in model.named_parameters() if p.requires_grad}
    optimizer = torch.optim.AdamW(trained.values(), lr=1e-2, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
    first = loss(model)
    first.backward()
    values["loss"] = first.detach()[None]
    for n, p in trained.items():
        values["gradient/" + plain(n)] = p.grad.clone()
    for step in range(3):
        optimizer.zero_grad()
        loss(model).backward()
        optimizer.step()
    for n, p in trained.items():
        values["stepped/" + plain(n)] = p.detach().clone()
    merged = adapted(case).merge_and_unload()
    with torch.no_grad():
        values["merged_logits"] = merged(torch.tensor([SEQUENCE])).logits[0]
    before = base(CASES[case][0]).state_dict()
    for n, p in merged.state_dict().items():
        if not torch.equal(p, before[n]):
            values["merged/" + n] = p.clone()
    save_file({k: v.float().contiguous() for k, v in values.items()}, folder / "expected.safetensors")


def compare(rlx, folder):
    targets = '["c_attn"]' if json.loads((folder / "config.json").read_text())["model_type"] == "gpt2" else '["q_proj", "down_proj"]'
    ids = list(range(3, 19))
    with tempfile.TemporaryDirectory() as scratch:
        script = f'''
        m = Model("{folder}").lora(rank: 4, alpha: 8, targets: {targets})
        opt = AdamW(m, learning_rate: 1e-2)
        for i in 0..3 {{
          opt.zero()
          (-m.logprobs([{ids[0]}], {ids[1:]}).mean()).backward()
          opt.step()
        }}
        m.save_adapter("adapter")
        m.save("whole")
        print(json(m.logits({ids}).list()))
        print(json(m.merge().logits({ids}).list()))
        m.save("merged")
        '''
        run = subprocess.run([rlx, "-q", "-c", script], cwd=scratch, text=True, capture_output=True)
        assert run.returncode == 0, run.stdout[-2000:] + run.stderr
        ours = [torch.tensor(json.loads(line)) for line in run.stdout.strip().splitlines()]
        load = lambda path: AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, attn_implementation="eager").eval()
        forms = {
            "adapter alone, on the base": (PeftModel.from_pretrained(load(folder), f"{scratch}/adapter").eval(), ours[0]),
            "adapter beside the saved base": (PeftModel.from_pretrained(load(f"{scratch}/whole"), f"{scratch}/whole/adapter").eval(), ours[0]),
            "merged": (load(f"{scratch}/merged"), ours[1]),
        }
        for name, (model, wanted) in forms.items():
            with torch.no_grad():
                found = model(torch.tensor([ids])).logits[0]
            difference = ((found - wanted).abs().max() / wanted.abs().max()).item()
            print(f"{folder.name}: {name}: largest difference {difference:.1e} of the largest logit")
            assert difference < 1e-4


if len(sys.argv) == 3:
    compare(str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve())
else:
    for case in CASES:
        write(case)
    manifest = dict(
        files="lora/*", generator="scripts/golden/lora.py",
        versions=dict(torch=torch.__version__, transformers=transformers.__version__, peft=peft.__version__),
        tolerance=dict(logits=1e-4, gradients="2e-4 of the largest of the tensor", stepped="1e-3 of the way the tensor went", merged=1e-6),
        reason="float32 sums in another order through two layers, on logits of up to 5, s taken on the r products "
               "in between and not on the result; Adam divides a gradient by about itself, so where "
               "that is nearly nothing, its rounding decides over the whole step; a merged weight is one sum of r products")
    (OUT / "manifest" / "lora.json").write_text(json.dumps(manifest, indent=2) + "\n")
