"""Writes into docs/simulate.md what ringing ahead costs and saves for 5, 20 and 100 agents.

python -m scripts.dial_ahead_price --check docs      # exit 1 when the document differs
python -m scripts.dial_ahead_price --write docs
"""

import sys

from scripts.generated_block import run
from vqueue.simulator.dial_ahead import Policy, Price, Setting, price

NAME = "scripts.dial_ahead_price"
TEAMS = (5, 20, 100)
LOADS = (0.95, 0.99)
CUSTOMERS, SEED = 60_000, 1
SHOWN = {
    Policy.AGENT_FIRST: "an agent is reserved, then he is rung",
    Policy.AHEAD: "**ahead, by the live rule**",
    Policy.NEXT: "whoever is next in line is rung",
}
HEAD = (
    "| agents | load | the customer is rung when | rung ahead | agent's time a callback | hold after the answer, mean "
    "| 95 % below | longer than 20 s | mean wait of all |\n|---|---|---|---|---|---|---|---|---|"
)


def table() -> str:
    """One row for each team, load and policy; the same customers in all rows of a team and load."""
    rows = [HEAD]
    for agents in TEAMS:
        for load in LOADS:
            for policy, words in SHOWN.items():
                found = price(Setting(agents=agents, load=load), policy, customers=CUSTOMERS, seed=SEED)
                rows.append(_row(f"{agents} | {load:.2f} | {words}", found))
    return "\n".join(rows)


def _row(first: str, found: Price) -> str:
    return (
        f"| {first} | {found.ahead:.0%} | {found.agent_s:.1f} s | {found.hold_s:.1f} s | {found.hold_p95_s:.0f} s "
        f"| {found.held_20_s:.1%} | {found.wait_s:.0f} s |"
    )


def main() -> int:
    return run(sys.argv[1:], document="simulate.md", blocks={NAME: table()})


if __name__ == "__main__":
    sys.exit(main())
