"""`cairn sample`: make the files of a sample network."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from cairn.options import Flag
from cairn.output import out, print_json, progress
from cairn.sample import FEWEST_PEOPLE, write_sample

app = App(name="sample")


@app.default
def sample(
    *,
    out_folder: Annotated[Path, Parameter(name="--out")],
    people: Annotated[int, Parameter(validator=Number(gte=FEWEST_PEOPLE, lte=999_999))] = 2000,
    seed: int = 1,
    organisation: str = "Aldermoor Group",
    only_required: Flag = False,
    json: Flag = False,
) -> None:
    """Write sites.csv, people.csv and programme.json, of open data and invented people.

    The same people, seed and organisation give the same files, byte for byte. Of every 2,000
    people 300 offer mentoring and 900 seek it.

    Parameters
    ----------
    out_folder
        The folder to write to; it is made if need be.
    people
        How many people there are.
    seed
        Another seed gives another organisation.
    organisation
        Its name; the e-mail addresses follow it.
    only_required
        Write people.csv with the required columns only, as a bare HR export has them.
    json
        Print what was made as JSON.
    """
    with progress() as bar:
        task = bar.add_task("people", total=people)
        made = write_sample(
            people,
            out_folder,
            seed=seed,
            organisation=organisation,
            only_required=only_required,
            advance=lambda done: bar.update(task, completed=done),
        )
    if json:
        print_json(made)
        return
    out.print(
        f"{made.organisation}: {made.people:,} people at {made.sites} sites in {made.countries} "
        f"countries and {made.time_zones} time zones; {made.mentors:,} offer mentoring, "
        f"{made.mentees:,} seek it.",
        soft_wrap=True,
    )
    for file in made.files:
        out.print(f"  {file}", soft_wrap=True)
