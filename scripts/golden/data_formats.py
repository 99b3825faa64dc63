"""What Python's json and csv make of texts at the edge of these formats. Writes Tests/Golden/data/formats.json and its entry in
Tests/Golden/manifest. Any Python 3 will do.
"""
import csv
import io
import json
import platform
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JSON = [
    "0", "-0", "-0.0", "1e5", "1E+5", "0.1", "1e-7", "123456789012345678", "-9223372036854775808", "9223372036854775807", "1.0",
    "01", "1.", ".5", "+1", "1e", "0x1", "true", "True", "nul", "[]", "[1,]", "[,1]", "{}", '{"a":1,}', "{a:1}", "{'a':1}", '{"a":1 "b":2}',
    '{"a":1,"a":2}', '{"":0}', '"\\u00e9"', '"\\ud83d\\ude00"', '"\\u0000"', '"\\/"', '"\\x41"', '"tab\there"', '"line\nend"', '"\\n"', '"é"',
    '"a\\', '"', "", " ", "\t\n 1 \r\n", "1 2", "[1][2]", '[[[[[[[[[[["deep"]]]]]]]]]]]', '"\u2028"', "//1", "1 // one", "[1, null, false]",
    "\u00a01", "5e-324", "1.7976931348623157e308", "2.5e-400", "[1e2, 1.5, -3]",
]
CSV = [
    "a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\r1,2\r", "a,b\n1,2", "a\n\"x\"\n", "a\n\"x\"\"y\"\n", "a,b\n\"1,2\",3\n", "a\n\"l1\nl2\"\n", "a\n\"l1\r\nl2\"\n",
    "a,b\n,\n", "a,b\n\"\",\"\"\n", "a\n x \n", "a,b\n1, \"2\"\n", "\"a b\",\"c,d\"\n1,2\n", "a\n\n1\n\n2\n", "a\n\"\"\n", "é,日\n😀,x\n", "a;b\n1;2\n",
    "a,b\n1\n", "a,b\n1,2,3\n", "a\n\"x\"y\n", "a\n\"open\n",
]


def parsed(text):
    try:
        return {"text": text, "value": json.loads(text)}
    except ValueError:
        return {"text": text}


def rows(text):
    """DictReader's rows, strictly quoted; None where it fails or has to make up for another number of values."""
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        found = list(reader)
    except csv.Error:
        return {"text": text}
    if any(None in row or None in row.values() for row in found):
        return {"text": text}
    return {"text": text, "rows": found}


(ROOT / "Tests/Golden/data").mkdir(exist_ok=True)
(ROOT / "Tests/Golden/data/formats.json").write_text(
    json.dumps({"json": [parsed(t) for t in JSON], "csv": [rows(t) for t in CSV]}, indent=0) + "\n")
(ROOT / "Tests/Golden/manifest/data_formats.json").write_text(json.dumps({
    "generator": "scripts/golden/data_formats.py",
    "versions": {"python": platform.python_version()},
    "files": {"formats.json": {"tolerance": 0, "reason": "values as they are"}},
}, indent=1) + "\n")
