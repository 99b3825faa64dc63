"""The machine's limits, and the least time that a task can take on it: its products at the processor's peak rate, and what it
must read and write at the memory's. Everything else is taken as free, so no program reaches 100 %."""
import json
import os
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def measure():
    """GFLOP/s in float32 and bf16, and GB/s read, by limits.c on all cores."""
    with tempfile.TemporaryDirectory() as folder:
        program = folder + "/limits"
        subprocess.run(["cc", "-O2", "-pthread", str(HERE / "limits.c"), "-o", program], check=True)
        return json.loads(subprocess.run([program, str(os.cpu_count())], capture_output=True, text=True, check=True).stdout)


def machine():
    name = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "unknown processor")
    memory = int(next(l.split()[1] for l in open("/proc/meminfo") if l.startswith("MemTotal"))) / 2**20
    return f"{os.cpu_count()} cores of {name}, {memory:.0f} GiB"


class Shape:
    """The sizes of a checkpoint's network that its cost depends on."""

    def __init__(self, folder):
        c = json.load(open(folder + "/config.json"))
        self.layers = c.get("n_layer") or c["num_hidden_layers"]
        self.width = c.get("n_embd") or c["hidden_size"]
        self.vocabulary = c["vocab_size"]
        if c["model_type"] == "gpt2":
            inner, gates = c.get("n_inner") or 4 * self.width, 2
            keys = self.width
        else:
            inner, gates = c["intermediate_size"], 3
            keys = self.width * c["num_key_value_heads"] // c["num_attention_heads"]
        # Weights that meet every token: attention, feed-forward, output layer.
        self.body = self.layers * (2 * self.width**2 + 2 * self.width * keys + gates * self.width * inner)
        self.head = self.vocabulary * self.width
        self.parameters = self.body + self.head

    def forward(self, tokens, scored, length):
        """Operations of one pass over `tokens`, of which `scored` meet the output layer, in sequences of `length`."""
        attention = 2 * self.layers * self.width * length  # scores and mixing, half of them masked
        return tokens * (2 * self.body + attention) + 2 * scored * self.head


def training(shape, limits, kind, tokens, scored, length, steps=1, reads=0):
    """Seconds of `steps` optimizer steps over `tokens` in all, and `reads` more passes forward."""
    operations = (3 * steps + reads) * shape.forward(tokens / steps, scored / steps, length)
    # AdamW reads a weight, its gradient and two moments, and writes three of them: 28 bytes.
    return operations / limits[kind] / 1e9 + steps * 28 * shape.parameters / limits["bytes"] / 1e9


def decoding(shape, limits, kind, batch, new):
    """Seconds of `new` tokens each for `batch` answers: all weights are read for each token, or used at the peak rate."""
    size = {"f32": 4, "bf16": 2, "q8": 1.06}[kind]
    reading = size * shape.parameters / limits["bytes"] / 1e9
    computing = 2 * batch * shape.parameters / limits["f32" if kind == "f32" else "bf16"] / 1e9
    return new * max(reading, computing)
