"""Organisations, sites and people: what can be asked of the service profiles."""

from datetime import date, time

import strawberry

from contracts.profiles import ORGANISATION, PERSON, Visibility
from gateway.mutations.bulk import COUNTS
from gateway.mutations.declaring import (
    Mutation,
    clearable,
    given_as,
    id_of,
    needed,
    optional,
    returned,
    the,
)
from gateway.schema import links
from gateway.schema.people import Organisation


@strawberry.input
class SetUpOrganisationInput:
    name: str = needed("What the organisation calls itself.")


@strawberry.input(description="A site, as an HR file has it.")
class SiteInput:
    code: str = needed("The organisation's own short name for it; sites are told apart by it.")
    name: str = needed("What people call the site.")
    city: str = needed("The city.")
    country: str = needed("The country: ISO 3166-1 alpha-2.")
    time_zone: str = needed("The time zone's IANA name, such as Europe/Lisbon.")
    languages: list[str] | None = optional("The languages spoken, BCP 47, the most spoken first.")


@strawberry.input
class ImportSitesInput:
    sites: list[SiteInput] = needed("500 at most.")


@strawberry.input(description="A role that a person had before the present one.")
class PositionInput:
    title: str = needed("The job title.")
    occupation: str | None = optional("The occupation's URI in ESCO.")
    since: date | None = optional("Its first day.")
    until: date | None = optional("Its last day.")


@strawberry.input(description="A person, as an HR file has them.")
class PersonInput:
    employee_number: str = needed("People are told apart by it.")
    subject: str = needed("Who the identity provider says they are: the token's `sub`.")
    email: str = needed("The address that mail goes to.")
    given_name: str = needed("The given name.")
    family_name: str = needed("The family name.")
    job_title: str = needed("The job title.")
    site: str = needed("The code of the site where they work.")
    department: str | None = optional("The department.")
    manager: str | None = optional("The employee number of whom they report to.")
    time_zone: str | None = optional("An IANA name; left out: the site's.")
    level: int | None = clearable(
        "How senior they are on the organisation's own ladder, the higher the more; left out: as "
        "before."
    )
    occupation: str | None = optional("The job title's URI in ESCO; left out: as before.")
    career: list[PositionInput] | None = optional(
        "What they did before, the latest first, 50 at most; left out: as before."
    )
    languages: list[str] | None = optional("BCP 47, the preferred first.")
    skills: list[str] | None = optional("What they can do.")
    interests: list[str] | None = optional("What they like.")
    values: list[str] | None = optional("What matters to them.")
    offers_mentoring: bool | None = optional("Whether they offer to be a mentor.")
    skills_offered: list[str] | None = optional("What they can teach.")
    capacity: int | None = optional("How many mentees they take at once, over all programmes.")
    seeks_mentoring: bool | None = optional("Whether they seek a mentor.")
    skills_sought: list[str] | None = optional("What they want to learn.")
    aspiration: str | None = optional("Where they would like to go, in their own words.")
    target_occupation: str | None = optional("The same as an occupation's URI in ESCO.")
    working_styles: list[str] | None = optional("How they like to work with a mentor or a mentee.")


@strawberry.input
class ImportPeopleInput:
    people: list[PersonInput] = needed("500 at most, managers before their reports.")


@strawberry.input(description="A span of a weekday that a person keeps free, by their own clock.")
class WindowInput:
    weekday: int = needed("ISO: 1 is Monday, 7 is Sunday.")
    opens: time = needed("When the span begins.")
    closes: time = needed("When the span ends.")


@strawberry.input(description="What is left out stays as it is.")
class UpdateProfileInput:
    person_id: strawberry.ID = id_of("Person", "Whose profile it is.")
    languages: list[str] | None = optional("BCP 47, the preferred first.")
    skills: list[str] | None = optional("What they can do.")
    interests: list[str] | None = optional("What they like.")
    values: list[str] | None = optional("What matters to them.")
    offers_mentoring: bool | None = optional("Whether they offer to be a mentor.")
    skills_offered: list[str] | None = optional("What they can teach.")
    capacity: int | None = optional("How many mentees they take at once, over all programmes.")
    seeks_mentoring: bool | None = optional("Whether they seek a mentor.")
    skills_sought: list[str] | None = optional("What they want to learn.")
    aspiration: str | None = optional("Where they would like to go, in their own words.")
    target_occupation: str | None = optional("The same as an occupation's URI in ESCO.")
    working_styles: list[str] | None = optional("How they like to work with a mentor or a mentee.")
    availability: list[WindowInput] | None = optional("When they keep time free.")
    visibility: Visibility | None = optional("Who may find the profile.")
    time_zone: str | None = clearable("An IANA name, other than the site's.")
    background: list[str] | None = optional(
        "What of their background matching may use, in programmes that count it; only the person "
        "says so, and only they see it."
    )


@strawberry.input
class RemovePersonInput:
    person_id: strawberry.ID = id_of("Person", "Who no longer works for the organisation.")


@strawberry.input
class ErasePersonInput:
    person_id: strawberry.ID = id_of("Person", "Who is to be forgotten.")


THE_PERSON = the(PERSON, links.Person, "The person.", given_as("person_id"))

MUTATIONS = (
    Mutation(
        command="set-up-organisation",
        service="profiles",
        input=SetUpOrganisationInput,
        description="Give the organisation its name. For administrators.",
        payload={
            "organisation": the(
                ORGANISATION,
                Organisation,
                "The organisation.",
                lambda _, caller: caller.organisation_id,
            )
        },
    ),
    Mutation(
        command="import-sites",
        service="profiles",
        input=ImportSitesInput,
        description="Open sites, or change those whose code is known. For administrators.",
        payload=COUNTS,
    ),
    Mutation(
        command="import-people",
        service="profiles",
        input=ImportPeopleInput,
        description="Take up people from an HR file, or change those whose number is known; nobody "
        "is removed. For administrators.",
        payload=COUNTS,
    ),
    Mutation(
        command="update-profile",
        service="profiles",
        input=UpdateProfileInput,
        description="Change what a profile says. For the person and administrators.",
        payload={"person": THE_PERSON},
    ),
    Mutation(
        command="remove-person",
        service="profiles",
        input=RemovePersonInput,
        description="Say that a person no longer works for the organisation: their pairings end. "
        "For administrators.",
        payload={"person": THE_PERSON},
    ),
    Mutation(
        command="erase-person",
        service="profiles",
        input=ErasePersonInput,
        description="Forget a person in every service, for good: what is theirs alone is erased, "
        "what others need too loses their words, and nothing brings it back. A person is erased "
        "once. For administrators.",
        payload={"erasure": returned("erasure_id", links.Erasure, "The erasure; watch its steps.")},
    ),
)
