"""The command line as `python -m vqueue`."""

from vqueue.cli import main

if __name__ == "__main__":
    main(prog_name="vqueue")
