"""What an import makes of sites."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from chassis.ids import new_id
from contracts.profiles import Site
from profiles.domain.importing import Imported, Rows


class SiteRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A site as the organisation's own records have it."""

    code: str
    name: str
    city: str
    country: str
    time_zone: str
    languages: list[str] = []


class SiteImport(msgspec.Struct, frozen=True, kw_only=True):
    """What to write, and what to answer."""

    opened: list[Site]
    changed: list[Site]
    result: Imported


def decide_sites(
    rows: Rows[SiteRow], known: Mapping[str, Site], *, organisation_id: UUID
) -> SiteImport:
    """`known` are the rows' sites that there are already, by code."""
    opened: list[Site] = []
    changed: list[Site] = []
    unchanged = 0
    for _, row in rows:
        before = known.get(row.code)
        site = Site(
            id=before.id if before else new_id(),
            organisation_id=organisation_id,
            **msgspec.structs.asdict(row),
        )
        if before is None:
            opened.append(site)
        elif site != before:
            changed.append(site)
        else:
            unchanged += 1
    return SiteImport(
        opened=opened,
        changed=changed,
        result=Imported(
            created=len(opened),
            changed=len(changed),
            unchanged=unchanged,
            refused=rows.refused,
        ),
    )
