"""`cairn import`: people and sites from an HR export."""

import sys
from pathlib import Path

import msgspec
from cyclopts import App
from rich.table import Table

from cairn.client import Client
from cairn.importing.columns import PEOPLE, SITES
from cairn.importing.order import managers_first
from cairn.importing.rows import read
from cairn.importing.sending import Outcome, send_people, send_sites
from cairn.options import Connection, Flag
from cairn.output import err, out, print_json, progress

app = App(name="import")

MOST_SHOWN = 50  # problems printed for people; --json has them all


class Result(msgspec.Struct, frozen=True):
    people: Outcome
    sites: Outcome | None
    ignored_columns: list[str]

    @property
    def outcomes(self) -> list[Outcome]:
        return [self.people] if self.sites is None else [self.sites, self.people]


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
    ignored = [*(site_sheet.ignored if site_sheet else []), *sheet.ignored]
    for column in ignored:
        err.print(f"warning: the unknown column “{column}” is left out.", markup=False)
    with Client(connection or Connection()) as client, progress() as bar:
        site_outcome = None
        if site_sheet:
            task = bar.add_task("sites", total=len(site_sheet.rows))
            site_outcome = send_sites(client, site_sheet, lambda done: bar.advance(task, done))
        task = bar.add_task("people", total=len(sheet.rows))
        outcome = send_people(client, sheet, ordered, lambda done: bar.advance(task, done))
    result = Result(outcome, site_outcome, ignored)
    if json:
        print_json(result)
    else:
        _show(result)
    sys.exit(1 if any(each.refused for each in result.outcomes) else 0)


def _show(result: Result) -> None:
    for name in ("refused", "warnings"):
        problems = [problem for each in result.outcomes for problem in getattr(each, name)]
        label = "refused" if name == "refused" else "warning"
        for problem in problems[:MOST_SHOWN]:
            err.print(f"{label}: {problem}", markup=False, soft_wrap=True)
        if len(problems) > MOST_SHOWN:
            err.print(f"... and {len(problems) - MOST_SHOWN:,} more; --json has them all.")
    table = Table("", "created", "changed", "unchanged", "refused", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    named = {"sites": result.sites, "people": result.people}
    for name, each in named.items():
        if each:
            counts = (each.created, each.changed, each.unchanged, len(each.refused))
            table.add_row(name, *(f"{count:,}" for count in counts))
    out.print(table)
