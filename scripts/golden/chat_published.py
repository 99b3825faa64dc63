"""chat_published.py FOLDER...: chat templates as they are published, in rlx beside transformers.

Each FOLDER holds .jinja files, such as trl/chat_templates of an installed TRL. Nothing of them is committed: the
templates are read where they lie, and what rlx makes of the conversations goes to a temporary folder. RLX names
the program, scripts/rlx if it is not set.
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from transformers.utils.chat_template_utils import render_jinja_template

sys.argv, FOLDERS = sys.argv[:1], [Path(a) for a in sys.argv[1:]]
GOLDEN = json.loads((Path(__file__).resolve().parents[2] / "Tests/Golden/chat/templates.json").read_text(encoding="utf-8"))
RLX = os.environ.get("RLX", str(Path(__file__).resolve().parents[1] / "rlx"))
DATE = "2026-01-31"
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}

SCRIPT = """
tok = Tokenizer("TOKENIZER")
fn text(row) {
  try {
    return {text: tok.apply_chat_template(row.messages, add_generation_prompt: row.prompt, tokenize: false,
      tools: row.tools, template: row.template, date: "DATE", variables: row.variables)}
  } catch e { return {error: e.message} }
}
Dataset("rows.jsonl").map(fn(row) => text(row)).save("texts.jsonl")
"""


class Day:
    """The clock of strftime_now, stopped."""

    @staticmethod
    def now():
        import datetime as real
        return real.datetime.fromisoformat(DATE)


def rows():
    for folder in FOLDERS:
        for path in sorted(folder.glob("*.jinja")):
            for name, messages in GOLDEN["conversations"].items():
                for tools in (None, GOLDEN["tools"]):
                    for prompt, variables in [(False, {}), (True, {}), (True, {"enable_thinking": False}), (False, {"enable_thinking": True})]:
                        yield path.name, name, {"template": path.read_text(encoding="utf-8"), "messages": messages, "tools": tools,
                                                "prompt": prompt, "variables": {**SPECIAL, **variables}}


def wanted(row):
    messages = [{k: v for k, v in m.items() if v is not None} for m in row["messages"]]
    try:
        texts, _ = render_jinja_template([messages], tools=row["tools"], chat_template=row["template"],
                                         add_generation_prompt=row["prompt"], **row["variables"])
        return texts[0]
    except Exception:
        return None


def main():
    import transformers.utils.chat_template_utils as utils
    utils.datetime = Day
    work = Path(tempfile.mkdtemp(prefix="rlx-chat-"))
    cases = list(rows())
    with open(work / "rows.jsonl", "w", encoding="utf-8") as file:
        for _, _, row in cases:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    tokenizer = Path(__file__).resolve().parents[2] / "Tests/Golden/tokenizer/llama"
    (work / "chat.rlx").write_text(SCRIPT.replace("TOKENIZER", str(tokenizer)).replace("DATE", DATE))
    subprocess.run([RLX, "chat.rlx"], cwd=work, check=True)
    found = [json.loads(line) for line in (work / "texts.jsonl").read_text(encoding="utf-8").split("\n") if line]
    wrong, refused, templates = 0, 0, set()
    for (template, conversation, row), entry in zip(cases, found, strict=True):
        templates.add(template)
        text = wanted(row)
        refused += text is None
        if entry.get("text") != text:
            wrong += 1
            if wrong <= 10:
                print(f"{template} {conversation} {row['prompt']} {row['variables']}\n  found  {entry}\n  wanted {text!r}")
    print(f"{len(templates)} templates, {len(cases)} conversations, {refused} refused by both or one, {wrong} differ")
    sys.exit(1 if wrong else 0)


main()
