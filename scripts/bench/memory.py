"""memory.py MODEL: resident memory of rlx while examples/curve.rlx makes 200 PPO steps."""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RLX = os.environ.get("RLX", str(ROOT / ".build/release/rlx"))
STEPS = 200

shell = subprocess.Popen([RLX, str(ROOT / "examples/curve.rlx"), sys.argv[1], str(STEPS)], stdout=subprocess.PIPE, text=True)
for line in shell.stdout:
    if line.startswith("step"):
        step = int(line.split()[1])
        if step in (1, 5, 10, 20, 50, 100, 150, STEPS - 2):
            resident = next(l for l in open(f"/proc/{shell.pid}/status") if l.startswith("VmRSS"))
            print(f"after step {step}: {int(resident.split()[1]) / 1024:.1f} MiB", flush=True)
sys.exit(shell.wait())
