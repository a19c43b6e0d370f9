from typing import Any
from uuid import uuid4

from contracts.profiles import Site
from profiles.domain.importing import Rows
from profiles.domain.sites import SiteImport, SiteRow, decide_sites

ORGANISATION = uuid4()


def site_row(code: str, **fields: Any) -> SiteRow:
    given: dict[str, Any] = {
        "name": code,
        "city": "Lisboa",
        "country": "PT",
        "time_zone": "Europe/Lisbon",
    }
    return SiteRow(code=code, **(given | fields))


def decide(*rows: SiteRow, known: list[Site] | None = None) -> SiteImport:
    by_code = {site.code: site for site in known or []}
    return decide_sites(Rows(rows, key="code"), by_code, organisation_id=ORGANISATION)


def test_new_sites_are_opened() -> None:
    decided = decide(site_row("LIS", languages=["pt", "EN"]), site_row("OPO"))

    assert [site.code for site in decided.opened] == ["LIS", "OPO"]
    assert decided.opened[0].languages == ["pt", "en"]
    assert decided.result.created == 2


def test_a_known_site_keeps_its_id() -> None:
    [site] = decide(site_row("LIS")).opened
    decided = decide(site_row("LIS", name="Lisboa Oriente"), known=[site])

    assert decided.opened == []
    [changed] = decided.changed
    assert (changed.id, changed.name) == (site.id, "Lisboa Oriente")


def test_the_same_rows_again_change_nothing() -> None:
    rows = [site_row("LIS", languages=["PT"]), site_row(" OPO ", country="pt")]
    again = decide(*rows, known=decide(*rows).opened)

    assert (again.opened, again.changed, again.result.unchanged) == ([], [], 2)


def test_rows_are_refused_one_by_one() -> None:
    decided = decide(
        site_row("LIS", time_zone="Lisbon", country="Portugal"), site_row("OPO"), site_row("OPO")
    )

    assert [(told.row, told.field) for told in decided.result.refused] == [
        (0, "country"),
        (0, "time_zone"),
        (2, "code"),
    ]
    assert decided.result.created == 1
