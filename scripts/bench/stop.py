"""stop.py RLX [PATTERN]: the time from Ctrl-C to the next prompt in the middle of long statements, in milliseconds.

Each statement is stopped three times, after the seconds behind it; those whose name PATTERN matches, or all.
"""
import os
import pty
import re
import select
import sys
import tempfile
import time

SETUP = """
policy = Model("nano")
prompts, demos, prefs = Dataset("nano/prompts"), Dataset("nano/demos"), Preferences("nano/prefs")
many = demos.list().map(fn(row) => row.prompt)
sft = SFT(policy, batch_size: 128)
rm = RewardModel(policy)
ppo = PPO(policy, reward: fn(prompt, answer) => -answer.len / 10, max_tokens: 40)
dpo = DPO(policy, batch_size: 64)
small = RewardModel.features()
"""

STATEMENTS = [
    ("a loop", "while true { }", 0.3),
    ("generation, 1,200 answers at once", "policy.generate(many[..300], max_tokens: 200, n: 4);", 0.7),
    ("SFT, batches of 128", "sft.run(demos, steps: 500);", 1.5),
    ("its evaluation on 1,000 rows", "sft.evaluate(demos);", 0.3),
    ("the reward model's fit", "rm.fit(prefs, epochs: 5);", 1.5),
    ("its accuracy on 2,000 pairs", "rm.accuracy(prefs);", 0.8),
    ("PPO, 128 answers a step", "ppo.run(prompts, steps: 50);", 1.5),
    ("DPO, batches of 64", "dpo.run(prefs, steps: 100);", 1.5),
    ("best of 16", "best_of(policy, rm, many[..300], n: 16, max_tokens: 60);", 0.5),
    ("a fit of features", "small.fit(prefs, epochs: 500);", 0.5),
    ("a sort by a function", "(0..1000000).list().sort(by: fn(x) => -x);", 0.3),
]
PROMPT = rb"\n[^\n]*rlx> "


class Shell:
    def __init__(self, rlx, folder):
        self.seen = b""
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.chdir(folder)
            os.execve(rlx, [rlx], {"NO_COLOR": "1", "HOME": folder, "TERM": "xterm", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"})
        self.wait(rb"rlx> ")

    def read(self, seconds):
        """Takes what comes within some seconds; false if nothing did."""
        ready, _, _ = select.select([self.terminal], [], [], max(0, seconds))
        if ready:
            self.seen += os.read(self.terminal, 65536)
        return bool(ready)

    def wait(self, pattern, seconds=120):
        end = time.perf_counter() + seconds
        while not (found := re.search(pattern, self.seen)):
            if not self.read(end - time.perf_counter()):
                raise SystemExit(f"waited in vain for {pattern} after {self.seen[-300:]}")
        shown, self.seen = self.seen[: found.end()], self.seen[found.end():]
        return shown

    def say(self, line):
        os.write(self.terminal, line.encode() + b"\r")
        self.wait(PROMPT)

    def stop(self, line, after):
        """Milliseconds from Ctrl-C to the prompt; None if the statement had ended by itself."""
        os.write(self.terminal, line.encode() + b"\r")
        end = time.perf_counter() + after
        while time.perf_counter() < end:
            self.read(end - time.perf_counter())
        if re.search(PROMPT, self.seen):
            self.seen = b""
            return None
        began = time.perf_counter()
        os.write(self.terminal, b"\x03")
        self.wait(PROMPT)
        return (time.perf_counter() - began) * 1000


def main():
    pattern = sys.argv[2] if len(sys.argv) > 2 else ""
    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(os.path.abspath(sys.argv[1]), folder)
        for line in SETUP.strip().splitlines():
            shell.say(line)
        print("| Ctrl-C in | ms |\n| --- | --- |")
        for name, line, after in STATEMENTS:
            if re.search(pattern, name):
                found = [shell.stop(line, after) for _ in range(3)]
                print(f"| {name} | {', '.join('ended' if x is None else f'{x:.0f}' for x in found)} |", flush=True)


main()
