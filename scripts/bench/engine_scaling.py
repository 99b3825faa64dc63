"""How rlx's cost grows: each size is doubled twice from a middle, and the slope of log time over log size is printed beside what
the operations say."""
import math
import statistics
import sys

# Layers, width, heads, vocabulary (a tokenizer's), batch, length of the middle.
MIDDLE = dict(layers=4, width=256, vocabulary=2048, batch=8, length=128)
HEADS = 4


def operations(size):
    """Of one training step, forward and backward, with AdamW's 28 bytes a weight counted as 14 operations."""
    body = size["layers"] * 12 * size["width"] ** 2
    head = size["vocabulary"] * size["width"]
    tokens = size["batch"] * size["length"]
    attention = 2 * size["layers"] * size["width"] * size["length"]
    return 3 * tokens * (2 * (body + head) + attention) + 14 * (body + head)


def slope(points):
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    mx, my = statistics.mean(xs), statistics.mean(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys)) / sum((x - mx) ** 2 for x in xs)


def table(bench):
    print("Training step of a GPT-2 shape, float32; the middle is " + ", ".join(f"{k} {v}" for k, v in MIDDLE.items()) + ".\n")
    print("| grows | sizes | seconds | exponent expected | measured |\n| --- | --- | --- | --- | --- |", flush=True)
    for name in MIDDLE:
        sizes = [dict(MIDDLE, **{name: MIDDLE[name] * factor // 2}) for factor in (1, 2, 4)]
        times = [
            statistics.median(bench.steps("scaling.rlx", bench.text, *(s[k] for k in MIDDLE), HEADS, 6)) for s in sizes]
        expected = slope([(s[name], operations(s)) for s in sizes])
        found = slope([(s[name], t) for s, t in zip(sizes, times)])
        print(f"| {name} | {', '.join(str(s[name]) for s in sizes)} | {', '.join(f'{t:.3g}' for t in times)} "
              f"| {expected:.2f} | {found:.2f} |", flush=True)
