"""Reference values for evaluation: bootstrap intervals by SciPy, self-BLEU by NLTK. Writes Tests/Golden/training/evaluation.json and its
entry in Tests/Golden/manifest.

Run with scipy and nltk on the path. The resamples are SciPy's own; what is compared is what is made of them.
"""
import json
from pathlib import Path

import nltk
import numpy as np
import scipy
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from scipy import stats

ROOT = Path(__file__).resolve().parents[2]
CASES = {
    "skewed": np.round(np.random.default_rng(1).exponential(2.0, 17), 3),
    "shares": np.array([1.0, 0, 0, 1, 1, 0, 1, 1, 1, 0.5, 0, 1]),
    "few": np.array([0.3, -1.25, 7.5]),
    "normal": np.round(np.random.default_rng(2).normal(5, 1, 40), 3),
}
TEXTS = [
    "the cat sat on the mat".split(),
    "the cat sat on the mat today".split(),
    "a dog ran".split(),
    "the the the the".split(),
    "a dog ran over the mat and sat on the cat".split(),
    [],
]


def interval(values):
    found = stats.bootstrap((values,), np.mean, n_resamples=200, method="BCa", rng=np.random.default_rng(3))
    again = stats.bootstrap((values,), np.mean, n_resamples=0, method="BCa", bootstrap_result=found)
    n = len(values)
    return {
        "values": values.tolist(),
        "distribution": found.bootstrap_distribution.tolist(),
        "without": [(values.sum() - v) / (n - 1) for v in values],
        "low": float(again.confidence_interval.low),
        "high": float(again.confidence_interval.high),
    }


def self_bleu(texts):
    smooth = SmoothingFunction().method1
    return [float(sentence_bleu(texts[:i] + texts[i + 1:], texts[i], smoothing_function=smooth)) for i in range(len(texts))]


found = {
    "intervals": {name: interval(values) for name, values in CASES.items()},
    "self_bleu": {"texts": TEXTS, "scores": self_bleu(TEXTS)},
}
(ROOT / "Tests/Golden/training/evaluation.json").write_text(json.dumps(found, indent=0) + "\n")
(ROOT / "Tests/Golden/manifest/evaluation.json").write_text(json.dumps({
    "generator": "scripts/golden/evaluation.py",
    "versions": {"scipy": scipy.__version__, "nltk": nltk.__version__, "numpy": np.__version__},
    "files": {"evaluation.json": {"tolerance": 1e-9, "reason": "doubles on both sides; quantiles of the normal distribution by other means"}},
}, indent=1) + "\n")
