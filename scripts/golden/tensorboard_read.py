"""Reads an event file of rlx with TensorBoard itself and compares it with the lines of the same log.

    tensorboard_read.py FOLDER LOG.jsonl     FOLDER as logging_dir or log.tensorboard wrote it

Needs the package tensorboard. Ends with an error unless every number is there, as a float32, at its step.
"""
import json
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

folder, lines = sys.argv[1:]
events = EventAccumulator(folder, size_guidance=dict(scalars=0, tensors=0))
events.Reload()
tags = events.Tags()
count = 0
for row in map(json.loads, open(lines)):
    step, samples = row.pop("step"), row.pop("samples", [])
    for name, value in row.items():
        found = [e.value for e in events.Scalars(name) if e.step == step] if name in tags["scalars"] else [
            e.tensor_proto.float_val[0] for e in events.Tensors(name) if e.step == step]
        single = struct.unpack("f", struct.pack("f", value))[0]
        assert found == [single], (name, step, found, value)
        count += 1
    for sample in samples:
        texts = [t.decode() for e in events.Tensors("samples") if e.step == step for t in e.tensor_proto.string_val]
        assert f"{sample['prompt']} → {sample['response']}" in texts, (step, texts)
        count += 1
assert count
print(f"{count} numbers and texts read by TensorBoard as they were written; tags: {sorted(tags['scalars'] or tags['tensors'])}")
