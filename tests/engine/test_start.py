"""The decisions load at once: heavy tables are read when they are first asked for."""

import subprocess
import sys

MODULES = "board hours numbers offer order plan retry routing wait.closed wait.model wait.reading"
HEAVY = "numpy scipy phonenumbers holidays"


def test_importing_the_engine_imports_no_tables() -> None:
    lines = [*(f"import vqueue.engine.{name}" for name in MODULES.split()), "import sys"]
    lines.append(f"print(sorted(set('{HEAVY}'.split()) & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
