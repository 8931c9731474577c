"""A report as CSV: what spreadsheets read, and nothing in it that they would run."""

import csv
import io
from collections.abc import Mapping

from vqueue.domain.report import Cell, Report

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so is a formula to a spreadsheet."""


def csv_of(report: Report) -> str:
    """One line of column names, one line a row; no value is an empty field."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(report.columns)
    writer.writerows([_cell(row[column]) for column in report.columns] for row in report.rows)
    return text.getvalue()


def _cell(value: Cell) -> str:
    match value:
        case None:
            return ""
        case Mapping():
            return "; ".join(f"{name}={amount:g}" for name, amount in value.items())
        case str():
            return f"'{value}" if value.startswith(_FORMULA) else value
        case _:
            return f"{value}"
