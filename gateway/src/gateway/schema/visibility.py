"""Who may see what within an organisation: every rule there is, on one page.

Each is a SQL predicate over a row and the viewer. The planner puts it on every reference to the
type's table, whatever the path. The wall between organisations is another: row-level security.

What hangs on the viewer alone stands in a subquery that does not speak of the row: PostgreSQL
evaluates it once for all rows, and only when what stands before it did not decide.
"""

from contracts.direction import Part

EVERYBODY = "true"  # in the organisation

ADMINISTRATORS = "{viewer}.administrator"

OPERATORS = "{viewer}.administrator or {viewer}.operator"  # of what happened, not of what it says

ONESELF = "{row}.id = {viewer}.person_id"

COORDINATED = """any (array(
    select c.id from programmes c
    where c.organisation_id = {viewer}.organisation_id
        and {viewer}.person_id = any (c.coordinator_ids)))"""

COORDINATORS = f"{{row}}.programme_id = {COORDINATED}"

# The offset keeps PostgreSQL from gathering all who are enrolled, to look them up in that.
COORDINATORS_OF_THEIRS = f"""exists (
    select from enrolments e
    where e.organisation_id = {{row}}.organisation_id and e.person_id = {{row}}.id
        and e.programme_id = {COORDINATED} offset 0)"""

PARTNERS = """{row}.id = any (array(
    select case when c.mentor_id = {viewer}.person_id then c.mentee_id else c.mentor_id end
    from pairings c
    where c.organisation_id = {viewer}.organisation_id
        and (c.mentor_id = {viewer}.person_id or c.mentee_id = {viewer}.person_id)))"""

# Who asks whom to be their mentor, while the answer is awaited.
ASKING = """{row}.id = any (array(
    select case when c.mentor_id = {viewer}.person_id then c.mentee_id else c.mentor_id end
    from requests c
    where c.organisation_id = {viewer}.organisation_id and c.status = 'asked'
        and (c.mentor_id = {viewer}.person_id or c.mentee_id = {viewer}.person_id)))"""

SAME_SITE = """{row}.site_id = (
    select v.site_id from people v
    where v.organisation_id = {viewer}.organisation_id and v.id = {viewer}.person_id)"""

# As far as they wish to be found; but those who work with them always see them.
PEOPLE = f"""{{row}}.visibility = 'network'
or {ONESELF}
or {ADMINISTRATORS}
or {{row}}.visibility = 'site' and {SAME_SITE}
or {PARTNERS}
or {ASKING}
or {COORDINATORS_OF_THEIRS}"""

ADDRESSES = f"{ONESELF} or {ADMINISTRATORS} or {PARTNERS}"

PERSONNEL = f"{ONESELF} or {ADMINISTRATORS}"

ENROLMENTS = f"{{row}}.person_id = {{viewer}}.person_id or {ADMINISTRATORS} or {COORDINATORS}"

MATCHING_RUNS = f"{ADMINISTRATORS} or {COORDINATORS}"

DRAFTS = MATCHING_RUNS  # the two are asked when it is committed, and know nothing before

OF_PROGRAMME = "{viewer}.administrator or {viewer}.person_id = any ({parent}.coordinator_ids)"

THE_TWO = "{row}.mentor_id = {viewer}.person_id or {row}.mentee_id = {viewer}.person_id"

PAIRINGS = f"{THE_TWO} or {ADMINISTRATORS} or {COORDINATORS}"

REQUESTS = PAIRINGS

# What people say in confidence is theirs; what coordinators say is theirs. The other never learns.
EXCLUSIONS = f"""{{row}}.made_by = {{viewer}}.person_id
or not {{row}}.own and ({ADMINISTRATORS} or {COORDINATORS})"""

MADE_BY_ONESELF = "{row}.made_by = {viewer}.person_id"

SUGGESTIONS = f"{{row}}.mentee_id = {{viewer}}.person_id or {ADMINISTRATORS} or {COORDINATORS}"

OPEN_PAIRINGS = """(select count(*) from pairings c
    where c.organisation_id = m.organisation_id and c.mentor_id = m.id
        and c.status in ('proposed', 'active', 'paused')"""

# A mentor who is suggested is shown as long as the viewer may find them, they take part, and they
# have a free place. The offsets have PostgreSQL begin with the one mentor.
SUGGESTED = f"""exists (
    select from (
        select * from people o
        where o.organisation_id = {{row}}.organisation_id
            and o.id = ({{item}} ->> 'mentor_id')::uuid offset 0) m
    where m.standing = 'active' and m.offers_mentoring
        and {OPEN_PAIRINGS}) < m.capacity
        and exists (
            select from (
                select * from enrolments o
                where o.organisation_id = m.organisation_id and o.person_id = m.id offset 0) p
            where p.programme_id = {{row}}.programme_id
                and p.role = 'mentor' and p.status = 'active'
                and (p.capacity is null
                    or {OPEN_PAIRINGS} and c.programme_id = p.programme_id) < p.capacity))
        and ({PEOPLE.replace("{row}", "m")}))"""  # noqa: S608

SESSIONS = THE_TWO  # what two people talk about is nobody else's

GOALS = """{row}.person_id = {viewer}.person_id
or {row}.person_id = any (array(
    select c.mentee_id from pairings c
    where c.organisation_id = {viewer}.organisation_id
        and c.mentor_id = {viewer}.person_id and c.status = 'active'))"""

FEEDBACK = "{row}.author_id = {viewer}.person_id or {row}.about_id = {viewer}.person_id"

NOTIFICATIONS = "{row}.person_id = {viewer}.person_id"

PREFERENCES = ONESELF

OWN = "{row}.person_id = {viewer}.person_id"

ACTIVE_PARTNERS = """{row}.person_id = any (array(
    select case when c.mentor_id = {viewer}.person_id then c.mentee_id else c.mentor_id end
    from pairings c
    where c.organisation_id = {viewer}.organisation_id and c.status = 'active'
        and (c.mentor_id = {viewer}.person_id or c.mentee_id = {viewer}.person_id)))"""

ASSESSMENTS = f"{OWN} or cardinality({{row}}.shared) > 0 and {ACTIVE_PARTNERS}"

ROADMAPS = f"{OWN} or {{row}}.shared and {ACTIVE_PARTNERS}"


def part_of_assessment(part: Part) -> str:
    """Of an assessment that is seen: whether this part of it is, too."""
    return f"{OWN} or '{part}' = any ({{row}}.shared)"
