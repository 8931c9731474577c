"""Starts the telephone network: `python -m vqueue.sandbox`."""

import sys

from vqueue.sandbox.app import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
