"""real_size_gpt2.py TOKENIZER: what transformers says of a GPT-2 of 124 million random weights, for GPT2RealSizeTests.

TOKENIZER is a tokenizer.json of GPT-2. The model and the values go to a temporary folder, which is removed; the suite
runs only where RLX_REAL_GPT2 names that folder. Prints what each side took, in seconds, and the largest memory of each.
"""
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel

TOKENS, ANSWER = 256, 24
GRADIENTS = ["transformer.wte.weight", "transformer.wpe.weight", "transformer.h.0.attn.c_attn.weight",
             "transformer.h.5.mlp.c_fc.bias", "transformer.h.11.mlp.c_proj.weight", "transformer.ln_f.bias"]


def main():
    out = Path(tempfile.mkdtemp(prefix="rlx-real-gpt2-"))
    torch.manual_seed(0)
    # Deviations beyond the usual 0.02, so that logits differ from each other by more than roundings.
    model = GPT2LMHeadModel(GPT2Config(initializer_range=0.05, bos_token_id=50256, eos_token_id=50256)).eval()
    model.save_pretrained(out / "model")
    shutil.copy(sys.argv[1], out / "model" / "tokenizer.json")
    ids = torch.randint(50257, (1, TOKENS))
    with torch.no_grad():
        began = time.perf_counter()
        logits = model(ids).logits[0]
        print(f"transformers: {TOKENS} tokens forward in {time.perf_counter() - began:.2f} s")
        began = time.perf_counter()
        greedy = model.generate(ids[:, :16], max_new_tokens=ANSWER, do_sample=False, eos_token_id=None, pad_token_id=0)[0, 16:]
        print(f"transformers: {ANSWER} tokens generated in {time.perf_counter() - began:.2f} s")
    began = time.perf_counter()
    loss = model(ids, labels=ids).loss
    loss.backward()
    print(f"transformers: forward and backward in {time.perf_counter() - began:.2f} s, at most "
          f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    named = dict(model.named_parameters())
    values = {"ids": ids[0].float(), "greedy": greedy.float(), "loss": loss.detach()[None], "logits": logits[-16:].contiguous()}
    values |= {"d/" + name: named[name].grad.contiguous() for name in GRADIENTS}
    save_file(values, out / "values.safetensors")
    environment = dict(os.environ, RLX_REAL_GPT2=str(out))
    try:
        return subprocess.run(["swift", "test", "--disable-xctest", "--filter", "GPT2RealSizeTests", *sys.argv[2:]],
                              cwd=Path(__file__).resolve().parents[2], env=environment).returncode
    finally:
        shutil.rmtree(out)


if __name__ == "__main__":
    sys.exit(main())
