"""`cairn import`: people and sites from an HR export."""

import sys
from collections.abc import Mapping
from pathlib import Path

from cyclopts import App
from rich.table import Table

from cairn.client import Client
from cairn.importing.columns import PEOPLE, SITES
from cairn.importing.order import Ordered, managers_first
from cairn.importing.problems import Problem
from cairn.importing.rows import Sheet, read
from cairn.importing.sending import Outcome, send_people, send_sites
from cairn.options import Connection, Flag
from cairn.output import err, out, print_json, progress

app = App(name="import")

MOST_SHOWN = 50  # sentences of one kind; --json has them all


@app.default
def import_people(
    people: Path,
    /,
    *,
    sites: Path | None = None,
    ignore_unknown: Flag = False,
    connection: Connection | None = None,
    json: Flag = False,
) -> None:
    """Load people, and the sites they work at, as an administrator of the organisation.

    The files are CSV in UTF-8 with a header. Lists stand in one cell, separated by semicolons.
    A row that cannot be used is named with its line and column, and the others are loaded.
    Loading the same file again changes nothing.

    Ends with 0 if every row was taken, 1 if some were refused, 2 if nothing could be done.

    Parameters
    ----------
    people
        The people, with at least the columns employee_number, subject, email, given_name,
        family_name, job_title and site.
    sites
        The sites, with at least code, name, city, country and time_zone; loaded first.
    ignore_unknown
        Leave out columns that are not known, instead of refusing the file.
    connection
        Where the platform is, and who asks.
    json
        Print the outcome as JSON.
    """
    site_sheet = read(sites, SITES, ignore_unknown=ignore_unknown) if sites else None
    sheet = read(people, PEOPLE, ignore_unknown=ignore_unknown)
    ordered = managers_first(sheet)
    for each in filter(None, (site_sheet, sheet)):
        for column in each.ignored:
            err.print(f"warning: {each.file}: the unknown column “{column}” is left out.")
    outcomes = _send(connection or Connection(), site_sheet, sheet, ordered)
    if json:
        print_json(outcomes)
    else:
        _show(outcomes)
    sys.exit(1 if any(outcome.refused for outcome in outcomes.values()) else 0)


def _send(
    connection: Connection, site_sheet: Sheet | None, sheet: Sheet, ordered: Ordered
) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    with Client(connection) as client, progress() as bar:

        def advance(done: int) -> None:
            bar.advance(bar.task_ids[-1], done)

        if site_sheet:
            bar.add_task("sites", total=len(site_sheet.rows))
            outcome = send_sites(client, site_sheet.file, site_sheet.rows, advance)
            outcomes["sites"] = _with_own(outcome, site_sheet)
        bar.add_task("people", total=len(sheet.rows))
        outcome = send_people(client, sheet.file, ordered.levels, advance)
        outcome.warnings = [*ordered.warnings, *outcome.warnings]
        outcomes["people"] = _with_own(outcome, sheet)
    return outcomes


def _with_own(outcome: Outcome, sheet: Sheet) -> Outcome:
    """The outcome with the rows that were not even sent."""
    outcome.problems = [*sheet.problems, *outcome.problems]
    outcome.refused += len({problem.line for problem in sheet.problems})
    return outcome


def _show(outcomes: Mapping[str, Outcome]) -> None:
    table = Table("", "created", "changed", "unchanged", "refused", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, each in outcomes.items():
        _name("refused", each.problems)
        _name("warning", each.warnings)
        counts = (each.created, each.changed, each.unchanged, each.refused)
        table.add_row(name, *(f"{count:,}" for count in counts))
    out.print(table)


def _name(label: str, problems: list[Problem]) -> None:
    for problem in sorted(problems, key=lambda problem: problem.line)[:MOST_SHOWN]:
        err.print(f"{label}: {problem}", markup=False, soft_wrap=True)
    if len(problems) > MOST_SHOWN:
        err.print(f"... and {len(problems) - MOST_SHOWN:,} more; --json has them all.")
