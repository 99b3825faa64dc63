"""saved.py RLX: whether transformers loads what rlx saves, with the same logits, for every family.

RLX is the binary. For each model of Tests/Golden/models and each family that Model.new makes, rlx loads or makes
it, saves it, saves a reward model on it, and writes the logits it computes itself; transformers then loads both
folders, which must leave no weight missing and none over. Prints the largest differences, relative to the largest
value. Everything lies in a temporary folder, which is removed.
"""
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "Tests" / "Golden"
TOKENIZER = GOLDEN / "tokenizer" / "llama"
FAMILIES = ["gpt2", "llama", "mistral", "qwen2", "qwen3", "smollm3", "olmo2", "phi3", "gpt_neox", "gemma2", "gemma3_text"]
IDS = [1, 17, 42, 3, 60, 0, 55, 17, 17, 20, 23, 44, 9, 31, 2, 58, 36, 5, 5, 12, 27]

SCRIPT = """
m = {model}
m.save("saved", max_shard_size: 40000)
print(json(m.logits({ids}).list()))
rm = RewardModel(m)
rm.save("reward")
print(json(rm.score({prompt}, {answer})))
"""


def run(binary, folder, model):
    script = SCRIPT.format(model=model, ids=IDS, prompt=IDS[:4], answer=IDS[4:])
    (folder / "save.rlx").write_text(script)
    done = subprocess.run([binary, "save.rlx"], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr or done.stdout)
    logits, scores = done.stdout.strip().splitlines()[:2]
    return torch.tensor(json.loads(logits)), torch.tensor(json.loads(scores))


def load(cls, folder):
    model, info = cls.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    for kind in ["missing_keys", "unexpected_keys", "mismatched_keys"]:
        # What is tied is not stored.
        left = {k for k in info[kind] if not (model.config.tie_word_embeddings and k == "lm_head.weight")}
        assert not left, (folder, kind, left)
    return model.eval()


def apart(found, wanted):
    return float((found - wanted).abs().max() / wanted.abs().max())


def compare(binary, folder, model, given=None):
    folder.mkdir()
    logits, scores = run(binary, folder, model)
    with torch.no_grad():
        ids = torch.tensor([IDS])
        theirs = load(AutoModelForCausalLM, folder / "saved")(ids).logits[0]
        score = load(AutoModelForSequenceClassification, folder / "reward")(ids).logits[0]
        same = ""
        if given is not None:
            original = AutoModelForCausalLM.from_pretrained(given, dtype=torch.float32, attn_implementation="eager").eval()
            same = "yes" if torch.equal(original(ids).logits[0], theirs) else "NO"
    return apart(logits, theirs), apart(scores.flatten(), score.flatten()), same


def main():
    binary = str(Path(sys.argv[1]).resolve())
    out = Path(tempfile.mkdtemp(prefix="rlx saved é "))
    failed = []

    def row(name, *arguments):
        try:
            logits, score, same = compare(binary, out / name, *arguments)
            print(f"| {name} | {logits:.1e} | {score:.1e} | {same} |", flush=True)
            if max(logits, score) > 1e-4 or same == "NO":
                failed.append(name)
        except Exception as error:
            print(f"| {name} | {str(error).splitlines()[-1]} | | |", flush=True)
            failed.append(name)

    print("| model | logits | score | transformers before and after: same bits |\n| --- | --- | --- | --- |")
    try:
        for number, given in enumerate(sorted((GOLDEN / "models").iterdir())):
            if not (given / "config.json").exists():
                continue
            copy = out / f"model {number}"
            shutil.copytree(given, copy)
            for file in TOKENIZER.iterdir():
                if file.name != "reference.json":
                    shutil.copy(file, copy / file.name)
            row(given.name, f"Model({json.dumps(str(copy), ensure_ascii=False)})", copy)
        for family in FAMILIES:
            row(f"fresh {family}", f"Model.new(family: \"{family}\", layers: 3, width: 48, heads: 3, context: 32, "
                f"tokenizer: Tokenizer({json.dumps(str(TOKENIZER), ensure_ascii=False)}))")
    finally:
        shutil.rmtree(out)
    return f"not as they should be: {', '.join(failed)}" if failed else 0


if __name__ == "__main__":
    sys.exit(main())
