"""Reference values for dataset types: what TRL takes for a dialogue, how it finds prompts, unpairs comparisons and renders
messages. Writes Tests/Golden/data/types.json and its entry in Tests/Golden/manifest.

Run with trl 1 on the path. The chat template is a stand-in, made the same way in the test.
"""
import copy
import json
from pathlib import Path

import datasets
import trl
from trl import data_utils

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "Tests/Golden/data"

def user(text):
    return {"role": "user", "content": text}

def assistant(text):
    return {"role": "assistant", "content": text}

def system(text):
    return {"role": "system", "content": text}

ROWS = [
    {"text": "The sky is blue."},
    {"messages": [user("Hi"), assistant("Hello é")]},
    {"messages": [system("Be kind."), user("Hi"), assistant("Hello"), user("And?"), assistant("Well")]},
    {"prompt": "The sky is"},
    {"prompt": [user("What color is the sky?")]},
    {"prompt": [user("Count"), assistant("1, 2,")]},
    {"prompt": "The sky is", "completion": " blue."},
    {"prompt": [user("Sky?")], "completion": [assistant("Blue.")]},
    {"prompt": "The sky is", "chosen": " blue.", "rejected": " green."},
    {"prompt": [user("Sky?")], "chosen": [assistant("Blue.")], "rejected": [assistant("Green.")]},
    {"prompt": [system("s"), user("Sky?")], "chosen": [assistant("Blue."), user("Sure?"), assistant("Yes")], "rejected": [assistant("Blue!")], "id": 7},
    {"chosen": "The sky is blue.", "rejected": "The sky is green."},
    {"chosen": "né!", "rejected": "nè!"},
    {"chosen": "one", "rejected": "one two"},
    {"chosen": "the same", "rejected": "the same"},
    {"chosen": "a b", "rejected": "a c"},
    {"chosen": "a\u0301x", "rejected": "a\u0300x"},
    {"chosen": [user("Sky?"), assistant("Blue.")], "rejected": [user("Sky?"), assistant("Green.")]},
    {"chosen": [user("a"), assistant("b"), user("c"), assistant("d")], "rejected": [user("a"), assistant("b"), user("c"), assistant("e"), user("f")]},
    {"chosen": [user("a"), assistant("b")], "rejected": [user("a"), assistant("b")]},
    {"prompt": "Sky?", "chosen": [user("Sky?"), assistant("Blue.")], "rejected": [user("Sky?"), assistant("Green.")]},
    {"prompt": "The sky is", "completion": " blue.", "label": True},
    {"prompt": [user("Sky?")], "completion": [assistant("Green.")], "label": False},
    {"prompt": "2 + 2 * 3?", "completions": ["2 * 3 = 6", "2 + 6 = 9"], "labels": [True, False]},
]

SHARED = [
    {"conversations": [{"from": "user", "value": "Hi"}, {"from": "assistant", "value": "Hello"}]},
    {"conversations": [{"role": "user", "content": "Hi"}]},
    {"prompt": [{"from": "user", "value": "Hi"}], "completion": [{"from": "assistant", "value": "Hello"}]},
]


class Template:
    """<role>content. for each message; a prompt for an answer ends with <assistant>."""

    def apply_chat_template(self, messages, tools=None, continue_final_message=False, tokenize=False, add_generation_prompt=False):
        text = "".join(f"<{m['role']}>{m['content']}." for m in messages)
        if continue_final_message:
            text = text[:-1]
        return text + ("<assistant>" if add_generation_prompt else "")


def rendered(row):
    row = data_utils.maybe_extract_prompt(copy.deepcopy(row))
    if not data_utils.is_conversational(row) or "completions" in row:
        return None
    row = {key: value for key, value in row.items() if key != "id"}
    return data_utils.apply_chat_template(row, Template())


def unpaired(rows):
    data = data_utils.unpair_preference_dataset(datasets.Dataset.from_list(rows))
    return [dict(row) for row in data]


def main():
    datasets.disable_progress_bars()
    found = {
        "rows": [
            {
                "row": row,
                "conversational": data_utils.is_conversational(row),
                "extracted": data_utils.maybe_extract_prompt(copy.deepcopy(row)),
                "rendered": rendered(row),
            }
            for row in ROWS
        ],
        "shared": [{"row": row, "converted": data_utils.maybe_convert_to_chatml(copy.deepcopy(row))} for row in SHARED],
        "unpaired": [
            {"rows": rows, "made": unpaired(rows)}
            for rows in (
                [{"prompt": "p", "chosen": "c", "rejected": "r", "id": 1}, {"prompt": "q", "chosen": "d", "rejected": "s", "id": 2}],
                [{"chosen": "c", "rejected": "r"}, {"chosen": "d", "rejected": "s"}],
                [{"prompt": [user("p")], "chosen": [assistant("c")], "rejected": [assistant("r")]}],
            )
        ],
        "order": [row["completion"] for row in unpaired([{"chosen": str(i), "rejected": str(-i)} for i in range(1, 1004)])],
    }
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "types.json").write_text(json.dumps(found, ensure_ascii=False, indent=0) + "\n")
    (ROOT / "Tests/Golden/manifest/data.json").write_text(json.dumps({
        "generator": "scripts/golden/data_types.py",
        "versions": {"trl": trl.__version__, "datasets": datasets.__version__},
        "files": {"types.json": {"tolerance": 0, "reason": "texts and labels, equal to the byte"}},
    }, indent=1) + "\n")


main()
