"""Asks every operation of the API everything its document allows and much that it does not; 0 failures is the aim.

    .venv/bin/python -m scripts.fuzz [--examples 100] [--seconds 300] [--seed 1] [--brief] [more arguments of `st run`]

With --seconds it goes on until then; --brief says one line where nothing failed.
Starts the API as a process of its own on SQLite; ends with Schemathesis' verdict.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_S = 60.0
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,missing_required_header,unsupported_method,ignored_auth"
)

SETTINGS = """
[checks.missing_required_header]
expected-statuses = [400, 401, 404, 422, 428]
"""
"""A missing If-Match is a 428 (RFC 6585), after the thing itself was found."""


def main() -> int:
    flags = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    flags.add_argument("--examples", type=int, default=100)
    flags.add_argument("--seconds", type=int)
    flags.add_argument("--seed", type=int, default=1)
    flags.add_argument("--brief", action="store_true")
    told, more = flags.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "told.json"
        said = Path(folder) / "said.txt"
        with said.open("wb") as heard:
            quiet = heard if told.brief else None
            site = subprocess.Popen([sys.executable, "-m", "tests.api.fuzzing.site", str(file)], cwd=ROOT, stdout=quiet)
        try:
            return _run(_up(site, file), file, told, more)
        finally:
            site.terminate()
            site.wait()


def _up(site: subprocess.Popen[bytes], file: Path) -> str:
    """The site's address once it is there. Raises RuntimeError when it does not come up."""
    limit = time.monotonic() + START_S
    while not file.exists() or not file.read_text():
        if site.poll() is not None or time.monotonic() > limit:
            raise RuntimeError("the API did not come up")
        time.sleep(0.1)
    return str(json.loads(file.read_text())["url"])


def _run(url: str, file: Path, told: argparse.Namespace, more: list[str]) -> int:
    settings = file.with_name("schemathesis.toml")
    settings.write_text(SETTINGS)
    command = [
        str(Path(sys.executable).parent / "st"),
        "--config-file",
        str(settings),
        "run",
        f"{url}/openapi.json",
        "--checks",
        CHECKS,
    ]
    command += ["--max-examples", str(told.examples), "--seed", str(told.seed), "--phases", "examples,coverage,fuzzing"]
    command += ["--max-time", str(told.seconds)] if told.seconds else []
    command += ["--no-shrink", "--suppress-health-check", "all", *more]
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "tests.api.fuzzing.hooks", "VQUEUE_FUZZED": str(file), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    if not told.brief:
        return subprocess.run(command, cwd=ROOT, env=environment).returncode
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    cases = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    if done.returncode or cases is None:
        print(done.stdout)
        return done.returncode or 1
    print(f"the API by its document: {cases[1]} cases asked, {cases[2]} answered as it says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
