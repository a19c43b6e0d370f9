"""A person's row in the HR file."""

from random import Random

from cairn.sample import careers, mentoring
from cairn.sample.chance import weighted
from cairn.sample.data import Data, Place
from cairn.sample.identities import Addresses, identity
from cairn.sample.posts import Post

REMOTE = 0.02  # of the people work from another time zone than their site's

Row = dict[str, str]


class Writer:
    """Makes the rows of one organisation's people, in any order, each from its own dice."""

    def __init__(self, seed: int, data: Data, places: list[Place], codes: list[str]) -> None:
        self.seed, self.data, self.places, self.codes = seed, data, places, codes
        self.addresses = Addresses()

    def row(
        self, index: int, post: Post, *, number: str, manager: str, domain: str, offers: bool,
        seeks: bool,
    ) -> Row:  # fmt: skip
        rng = Random(f"{self.seed}/{index}")  # noqa: S311 (made to be repeatable)
        data, texts = self.data, self.data.texts
        who = identity(self.places[post.site].country, data, rng)
        career = Random(f"{self.seed}/{index}/career")  # noqa: S311 (made to be repeatable)
        known = mentoring.skills(post, data, rng)
        wanted = mentoring.sought(post, known, data, rng) if seeks else []
        local = self.addresses.local_part(who.ascii)
        return {
            "employee_number": number,
            "subject": local,
            "email": f"{local}@{domain}",
            "given_name": who.given_name,
            "family_name": who.family_name,
            "job_title": post.title,
            "site": self.codes[post.site],
            "department": post.department,
            "manager": manager,
            "time_zone": rng.choice(self.places).time_zone if rng.random() < REMOTE else "",
            "languages": _cell(who.languages),
            "skills": _cell(known),
            "interests": _cell(rng.sample(texts.interests, rng.randint(2, 4))),
            "values": _cell(rng.sample(texts.values, rng.randint(2, 3))),
            "offers_mentoring": "yes" if offers else "no",
            "skills_offered": _cell(mentoring.offered(known, rng)) if offers else "",
            "capacity": str(weighted(rng, mentoring.CAPACITIES)) if offers else "",
            "seeks_mentoring": "yes" if seeks else "no",
            "skills_sought": _cell(wanted),
            "aspiration": mentoring.aspiration(post, wanted, data, rng) if seeks else "",
        } | careers.cells(post, data, career, seeks=seeks)


def _cell(items: list[str]) -> str:
    return ";".join(items)
