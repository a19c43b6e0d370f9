"""What an app keeps: all that concerns the viewer, and what has changed of it since.

A relation selects ids, each with the number of the last change that matters to the viewer. It need
not ask who may see what: the planner reads every row under its type's own predicate, and what
cannot be seen is told as gone. So a relation may name too much, and must not name too little: a row
that comes into sight, or leaves it, by another row's change has changed with that one.
"""

import strawberry

from gateway.planner.model import Feed
from gateway.schema.connections import Node
from gateway.schema.fields import field
from gateway.schema.scalars import Cursor


def of_all(table: str) -> str:
    """Every row, for what all in the organisation may see."""
    rows = f"select r.id, r.changed from {table} r"  # noqa: S608
    return f"{rows} where r.organisation_id = {{viewer}}.organisation_id"


def of_viewer(table: str, column: str) -> str:
    """The rows that name the viewer in this column."""
    return f"{of_all(table)} and r.{column} = {{viewer}}.person_id"


# Who is paired with the viewer came into sight with the pairing.
PARTNERS = """
    select r.id, max(greatest(r.changed, c.changed)) as changed
    from pairings c
    join people r on r.organisation_id = c.organisation_id
        and r.id = case c.mentor_id when {viewer}.person_id then c.mentee_id else c.mentor_id end
    where c.organisation_id = {viewer}.organisation_id
        and (c.mentor_id = {viewer}.person_id or c.mentee_id = {viewer}.person_id)
    group by r.id
    """

# Who asks, or is asked, comes into sight with the request, and may leave it with the answer.
ASKING = """
    select r.id, max(greatest(r.changed, c.changed)) as changed
    from requests c
    join people r on r.organisation_id = c.organisation_id
        and r.id = case c.mentor_id when {viewer}.person_id then c.mentee_id else c.mentor_id end
    where c.organisation_id = {viewer}.organisation_id
        and (c.mentor_id = {viewer}.person_id or c.mentee_id = {viewer}.person_id)
    group by r.id
    """

# A mentor sees a mentee's goals while a pairing of theirs is active.
GOALS_OF_MENTEES = """
    select r.id, max(greatest(r.changed, c.changed)) as changed
    from pairings c
    join goals r on r.organisation_id = c.organisation_id and r.person_id = c.mentee_id
    where c.organisation_id = {viewer}.organisation_id and c.mentor_id = {viewer}.person_id
        and (c.status = 'active' or c.changed >= {since})
    group by r.id
    """


def shared_by_partners(table: str) -> str:
    """What partners share, or shared once, while a pairing is active or has just ended."""
    return f"""
        select r.id, max(greatest(r.changed, c.changed)) as changed
        from pairings c
        join {table} r on r.organisation_id = c.organisation_id and r.was_shared
            and r.person_id
                = case c.mentor_id when {{viewer}}.person_id then c.mentee_id else c.mentor_id end
        where c.organisation_id = {{viewer}}.organisation_id
            and (c.mentor_id = {{viewer}}.person_id or c.mentee_id = {{viewer}}.person_id)
            and (c.status = 'active' or c.changed >= {{since}})
        group by r.id
        """  # noqa: S608


FEED = Feed(
    (
        ("Organisation", of_all("organisations")),
        ("Site", of_all("sites")),
        ("Programme", of_all("programmes")),
        ("Person", of_viewer("people", "id")),
        ("Person", PARTNERS),
        ("Person", ASKING),
        ("Enrolment", of_viewer("enrolments", "person_id")),
        ("Pairing", of_viewer("pairings", "mentor_id")),
        ("Pairing", of_viewer("pairings", "mentee_id")),
        ("MentorRequest", of_viewer("requests", "mentor_id")),
        ("MentorRequest", of_viewer("requests", "mentee_id")),
        ("Suggestions", of_viewer("suggestions", "mentee_id")),
        ("Exclusion", of_viewer("exclusions", "made_by")),
        ("Session", of_viewer("sessions", "mentor_id")),
        ("Session", of_viewer("sessions", "mentee_id")),
        ("Goal", of_viewer("goals", "person_id")),
        ("Goal", GOALS_OF_MENTEES),
        ("Assessment", of_viewer("assessments", "person_id")),
        ("Assessment", shared_by_partners("assessments")),
        ("CareerPaths", of_viewer("career_paths", "person_id")),
        ("Roadmap", of_viewer("roadmaps", "person_id")),
        ("Roadmap", shared_by_partners("roadmaps")),
        ("Feedback", of_viewer("feedback", "author_id")),
        ("Feedback", of_viewer("feedback", "about_id")),
        ("Notification", of_viewer("notifications", "person_id")),
        ("Preferences", of_viewer("preferences", "id")),
    )
)


@strawberry.type(description="What has changed of all that concerns the viewer.")
class Changes:
    changed: list[Node] = field(
        "What is new or has changed, each as it is now; the earliest change first. Ask for fields "
        "of the thing itself and for the ids of others: what lies behind them changes by itself."
    )
    gone: list[strawberry.ID] = field("What is no longer there, or not for the viewer to see.")
    reset: bool = field(
        "Whether to forget all that was kept before: the cursor is too old, or of another viewer, "
        "and what is here is all there is, from the beginning."
    )
    more: bool = field("Whether more has changed than is here: ask again, with `cursor`.")
    cursor: Cursor = field("What to ask with the next time.")
