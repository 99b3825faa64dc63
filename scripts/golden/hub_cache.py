"""The hub cache, read and written beside huggingface_hub: what either brings, the other finds.

    scripts/golden/hub_cache.py RLX MODEL

RLX is the rlx program, MODEL a model folder. A hub of its own on 127.0.0.1 serves the folder under the
name someone/small. huggingface_hub downloads it into one cache, from which rlx loads it offline; rlx
downloads it into another, from which huggingface_hub finds it with local_files_only; the two caches
must then hold the same blobs, links and references. Nothing is written into the repository.
"""
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NAME, COMMIT = "someone/small", "0123456789" * 4
LARGE = 1 << 16


class Hub(BaseHTTPRequestHandler):
    """As much of the hub's interface as a download needs; large files are sent from /store."""
    folder = Path()

    def log_message(self, *_):
        pass

    def etag(self, data):
        if len(data) >= LARGE:
            return hashlib.sha256(data).hexdigest()
        return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()

    def answer(self, status, headers=(), data=b""):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def do_GET(self):
        path = self.path.split("?")[0]
        files = sorted(p.name for p in self.folder.iterdir())
        if path == f"/api/models/{NAME}/revision/main" or path == f"/api/models/{NAME}":
            info = dict(id=NAME, modelId=NAME, sha=COMMIT, private=False, siblings=[dict(rfilename=f) for f in files])
            return self.answer(200, [("Content-Type", "application/json")], json.dumps(info).encode())
        if path.startswith(f"/api/models/{NAME}/tree/"):
            entries = []
            for name in files:
                data = (self.folder / name).read_bytes()
                entry = dict(type="file", path=name, size=len(data), oid=hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest())
                if len(data) >= LARGE:
                    entry["lfs"] = dict(oid=self.etag(data), size=len(data), pointerSize=134)
                entries.append(entry)
            return self.answer(200, [("Content-Type", "application/json")], json.dumps(entries).encode())
        if path.startswith("/store/"):
            return self.send_file((self.folder / path.rsplit("/", 1)[1]).read_bytes(), [])
        name = path.rsplit("/", 1)[1]
        if path.startswith(f"/{NAME}/resolve/") and name in files:
            data = (self.folder / name).read_bytes()
            facts = [("X-Repo-Commit", COMMIT), ("ETag", f'"{self.etag(data)}"')]
            if len(data) < LARGE:
                return self.send_file(data, facts)
            linked = [("X-Linked-Etag", f'"{self.etag(data)}"'), ("X-Linked-Size", str(len(data)))]
            # Under another name of this machine: large files are another host's.
            place = f"http://localhost:{self.server.server_port}/store/{name}"
            return self.answer(302, facts + linked + [("Location", place)])
        self.answer(404, [("X-Error-Code", "EntryNotFound"), ("X-Repo-Commit", COMMIT)])

    do_HEAD = do_GET

    def send_file(self, data, facts):
        wanted = self.headers.get("Range")
        if not wanted:
            return self.answer(200, facts, data)
        first, last = wanted.removeprefix("bytes=").split("-")
        first, last = int(first), int(last) if last else len(data) - 1
        facts = facts + [("Content-Range", f"bytes {first}-{last}/{len(data)}")]
        self.answer(206, facts, data[first:last + 1])


def tree(cache):
    """Every blob's hash, every link's target, every reference of the repository in a cache."""
    found = {}
    for path in sorted((cache / "models--someone--small").rglob("*")):
        name = str(path.relative_to(cache))
        if ".no_exist" in name or path.is_dir():
            continue
        found[name] = os.readlink(path) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def main():
    rlx, Hub.folder = os.path.abspath(sys.argv[1]), Path(sys.argv[2]).resolve()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    script = f'Model("{NAME}"%s).generate("Once", max_tokens: 4, temperature: 0)[0].tokens'
    with tempfile.TemporaryDirectory() as scratch:
        theirs, ours = Path(scratch, "their cache"), Path(scratch, "our cache")
        base = dict(os.environ, HF_ENDPOINT=endpoint, HF_HUB_DISABLE_XET="1", HF_HUB_DISABLE_TELEMETRY="1")
        python = "import sys, huggingface_hub as h; print(h.snapshot_download(sys.argv[1], local_files_only=bool(int(sys.argv[2]))))"

        def run(command, cache, **more):
            result = subprocess.run(command, env=dict(base, HF_HUB_CACHE=str(cache), **more), cwd=scratch, text=True, capture_output=True)
            assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
            return result.stdout.strip().splitlines()[-1]

        run([sys.executable, "-c", python, NAME, "0"], theirs)
        run([rlx, "-c", script % ", download: true"], ours)
        tokens = [
            run([rlx, "-c", script % ""], cache, HF_HUB_OFFLINE="1", HF_ENDPOINT="http://127.0.0.1:9")
            for cache in (theirs, ours)
        ]
        assert tokens[0] == tokens[1], tokens
        found = run([sys.executable, "-c", python, NAME, "1"], ours, HF_HUB_OFFLINE="1")
        assert Path(found).name == COMMIT, found
        a, b = tree(theirs), tree(ours)
        missing = sorted(k.rsplit("/", 1)[1] for k in a if k not in b and "/snapshots/" in k)
        # huggingface_hub takes every file of the repository, rlx those that it reads.
        assert all(a[k] == b[k] for k in b), {k: (a.get(k), b[k]) for k in b if a.get(k) != b[k]}
        print(f"huggingface_hub and rlx agree on {len(b)} entries; rlx left out: {', '.join(missing) or 'nothing'}")


main()
