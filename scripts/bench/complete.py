"""complete.py RLX: the time from a Tab to the list or the word it brings, at a real prompt, in milliseconds.

Each case is measured 9 times in a shell of its own; the median and the worst are printed. What is said of a
case is what makes it hard. Nothing is evaluated by a Tab, so a case may name things that take long to run.
"""
import os
import pty
import re
import select
import statistics
import sys
import tempfile
import time
from pathlib import Path

TIMES = 9


class Shell:
    def __init__(self, rlx, folder):
        self.seen = b""
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.chdir(folder)
            os.execve(rlx, [rlx], {"NO_COLOR": "1", "HOME": folder, "TERM": "xterm", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"})
        self.wait(rb"rlx> ")

    def wait(self, pattern, seconds=60):
        end = time.perf_counter() + seconds
        while not (found := re.search(pattern, self.seen)):
            ready, _, _ = select.select([self.terminal], [], [], max(0, end - time.perf_counter()))
            if not ready:
                raise SystemExit(f"waited in vain for {pattern} after {self.seen[-300:]}")
            self.seen += os.read(self.terminal, 65536)
        self.seen = self.seen[found.end():]

    def say(self, line):
        os.write(self.terminal, line.encode() + b"\r")
        self.wait(rb"\n[^\n]*rlx> ")

    def tab(self, line, brings):
        """Types a line slowly enough that it is typing, presses Tab, and waits for what it brings."""
        os.write(self.terminal, line.encode())
        time.sleep(0.1)
        while select.select([self.terminal], [], [], 0.05)[0]:
            os.read(self.terminal, 65536)
        self.seen = b""
        began = time.perf_counter()
        os.write(self.terminal, b"\t")
        self.wait(brings)
        took = time.perf_counter() - began
        os.write(self.terminal, b"\x15")  # Ctrl-U clears the line
        time.sleep(0.1)
        while select.select([self.terminal], [], [], 0.05)[0]:
            os.read(self.terminal, 65536)
        return took * 1000


def main():
    rlx = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        many = Path(folder, "many")
        many.mkdir()
        for i in range(50_000):
            (many / f"file{i:05}.jsonl").touch()
        # 50,000 names of 200 letters: 10 MB of names in one folder.
        long = Path(folder, "long")
        long.mkdir()
        for i in range(50_000):
            (long / f"{'n' * 189}{i:05}.jsonl").touch()
        Path(folder, "rows.jsonl").write_text("".join('{"prompt_text": "a", "answer": %d}\n' % i for i in range(200_000)))
        shell = Shell(rlx, folder)
        shell.say('policy = Model("nano")')
        shell.say('rows = Dataset("rows.jsonl")')
        shell.say("sft = SFT(policy)")
        cases = [
            ("a name", "enumer", rb"ate\("),
            ("a member of a model", "policy.perpl", rb"exity\("),
            ("an argument of PPO", "PPO(policy, reward: policy, vf_c", rb"oef: "),
            ("a column of 200,000 rows", 'rows["prompt_', rb'text'),
            ("a path among 50,000 files", 'Dataset("many/file4999', rb"\x07|\n"),
            ("a unique path among 50,000 files", 'Dataset("many/file31415', rb"\.jsonl"),
            ("a path among 10 MB of names", 'Dataset("long/' + "n" * 189 + "31415", rb"\.jsonl"),
            ("all of 10 MB of names", 'Dataset("long/', rb"\x07|n{20}"),
            ("a colon command", ":hist", rb"ory"),
        ]
        print("| Tab after | median ms | worst ms |\n| --- | --- | --- |")
        for what, line, brings in cases:
            took = [shell.tab(line, brings) for _ in range(TIMES)]
            print(f"| {what} | {statistics.median(took):.1f} | {max(took):.1f} |", flush=True)
        # A name of 10 MB is a program's, not a person's; completion must bear it all the same.
        Path(folder, "long.rlx").write_text("n" * 10_000_000 + " = 1\n")
        shell.say('x = 1')
        os.write(shell.terminal, b':load long.rlx\r')
        shell.wait(rb"\n[^\n]*rlx> ", 120)
        took = [shell.tab("enumer", rb"ate\(") for _ in range(TIMES)]
        print(f"| a name, beside one of 10 MB | {statistics.median(took):.1f} | {max(took):.1f} |")


main()
