"""The organisation, its sites and its people."""

from datetime import date, datetime, time

import strawberry

from contracts.profiles import Standing, Visibility
from gateway.planner.model import Column, Computed, Via
from gateway.schema import links, orders, visibility
from gateway.schema.connections import Connection, Node
from gateway.schema.fields import count, field, many, one, read_from
from gateway.schema.filters import (
    DUE_BEFORE,
    ENROLMENT_STATUS,
    GOAL_STATUS,
    KIND,
    OFFERS_MENTORING,
    PAIRING_STATUS,
    REQUEST_STATUS,
    ROLE,
    ROLE_OF_PERSON,
    SEEKS_MENTORING,
    SESSION_STATUS,
    STARTS_BEFORE,
    STARTS_FROM,
    UNREAD,
)

LOCAL_TIME = Computed("local_time(now(), {row}.time_zone)")


@read_from(
    "organisations",
    sees=visibility.EVERYBODY,
    description="A customer of the platform: all else is within one organisation.",
)
class Organisation(Node):
    name: str = field("What the organisation calls itself.")


@read_from(
    "sites",
    sees=visibility.EVERYBODY,
    description="A place where the organisation's people work.",
)
class Site(Node):
    code: str = field("The organisation's own short name for the site, as HR files have it.")
    name: str = field("What people call the site.")
    city: str = field("The city.")
    country: str = field("The country: ISO 3166-1 alpha-2.")
    time_zone: str = field("The time zone's IANA name, such as Europe/Lisbon.")
    local_time: datetime | None = field(
        "What the clock on the wall shows, with its offset; null where the zone is not known here.",
        LOCAL_TIME,
    )
    languages: list[str] = field("The languages spoken, BCP 47, the most spoken first.")
    people: Connection[links.Person] = many(
        "Who works at the site, by family name.",
        "{row}.site_id = {parent}.id and {row}.standing = 'active'",
        OFFERS_MENTORING,
        SEEKS_MENTORING,
        order=("family_name", "given_name"),
    )


@strawberry.type(description="A span of a weekday that a person keeps free, by their own clock.")
class Window:
    weekday: int = field("ISO: 1 is Monday, 7 is Sunday.")
    opens: time = field("When the span begins.")
    closes: time = field("When the span ends.")


@strawberry.type(description="A role that a person had before the present one.")
class Position:
    title: str = field("The job title.")
    occupation: str = field("Its URI in ESCO; empty where it is not known.")
    since: date | None = field("Its first day.")
    until: date | None = field("Its last day.")


@read_from(
    "people",
    sees=visibility.PEOPLE,
    description="Someone who works for the organisation, with what they offer and seek.",
)
class Person(Node):
    given_name: str = field("The given name.")
    family_name: str = field("The family name.")
    full_name: str = field(
        "Given name and family name.", Computed("{row}.given_name || ' ' || {row}.family_name")
    )
    employee_number: str | None = field(
        "The number in the organisation's HR files; for the person and administrators.",
        Column("employee_number", sees=visibility.PERSONNEL),
    )
    email: str | None = field(
        "The address; for the person, partners in a pairing, and administrators.",
        Column("email", sees=visibility.ADDRESSES),
    )
    job_title: str = field("The job title.")
    department: str = field("The department; empty where HR files have none.")
    level: int | None = field(
        "How senior they are on the organisation's own ladder, the higher the more; null where it "
        "is not known. For the person and administrators.",
        Column("level", sees=visibility.PERSONNEL),
    )
    occupation: str = field("The job title's URI in ESCO; empty where it is not known.")
    career: list[Position] = field("What they did before, the latest first.")
    site: links.Site | None = one("Where they work.", "{row}.id = {parent}.site_id")
    manager: links.Person | None = one("Whom they report to.", "{row}.id = {parent}.manager_id")
    reports: Connection[links.Person] = many(
        "Who reports to them, by family name.",
        "{row}.manager_id = {parent}.id and {row}.standing = 'active'",
        order=("family_name", "given_name"),
    )
    time_zone: str = field("The time zone's IANA name: the site's, unless they chose another.")
    local_time: datetime | None = field(
        "What their clock shows, with its offset; null where the zone is not known here.",
        LOCAL_TIME,
    )
    languages: list[str] = field("The languages they speak, BCP 47, the preferred first.")
    skills: list[str] = field("What they can do.")
    interests: list[str] = field("What they care for.")
    values: list[str] = field("What they hold dear at work.")
    offers_mentoring: bool = field("Whether they offer to be a mentor.")
    skills_offered: list[str] = field("What they would mentor in.")
    capacity: int = field("How many mentees they take at once, over all programmes.")
    seeks_mentoring: bool = field("Whether they seek a mentor.")
    skills_sought: list[str] = field("What they want to learn.")
    aspiration: str = field("Where they would like to go, in their own words.")
    target_occupation: str = field("The same as an occupation's URI in ESCO; empty: none.")
    working_styles: list[str] = field("How they like to work with a mentor or a mentee.")
    background: list[str] | None = field(
        "What of their background they let matching use; for the person alone.",
        Column("background", sees=visibility.ONESELF),
    )
    availability: list[Window] = field("When they can usually meet.")
    visibility: Visibility = field("Who may find this profile.")
    standing: Standing = field("Whether they work for the organisation.")
    joined_at: datetime = field("When they came to the platform.")
    goals: Connection[links.Goal] = many(
        "What they want to reach, the newest first; for them and their mentors.",
        "{row}.person_id = {parent}.id",
        GOAL_STATUS,
        DUE_BEFORE,
        order=("set_at",),
        descending=True,
        orders=orders.GOALS,
    )
    assessment: links.Assessment | None = one(
        "What they found of themselves; for them, and what they share for the partners of their "
        "active pairings.",
        "{row}.person_id = {parent}.id",
    )
    career_paths: links.CareerPaths | None = one(
        "Where they might go from here, as explored last; for them alone.",
        "{row}.person_id = {parent}.id",
    )
    roadmaps: Connection[links.Roadmap] = many(
        "How they mean to get where they want to go, the latest first; for them, and what they "
        "share for the partners of their active pairings.",
        "{row}.person_id = {parent}.id",
        order=("drawn_at",),
        descending=True,
        orders=orders.ROADMAPS,
    )
    enrolments: Connection[links.Enrolment] = many(
        "The programmes they take part in, the latest first.",
        "{row}.person_id = {parent}.id",
        ROLE,
        ENROLMENT_STATUS,
        order=("enrolled_at",),
        descending=True,
        orders=orders.ENROLMENTS,
    )
    pairings: Connection[links.Pairing] = many(
        "Their pairings, on either side, the latest proposed first.",
        "true",
        ROLE_OF_PERSON,
        PAIRING_STATUS,
        order=("proposed_at",),
        descending=True,
        orders=orders.PAIRINGS,
    )
    requests: Connection[links.MentorRequest] = many(
        "Their requests to mentors, and those to them, the latest first.",
        "true",
        ROLE_OF_PERSON,
        REQUEST_STATUS,
        order=("asked_at",),
        descending=True,
        orders=orders.REQUESTS,
    )
    exclusions: Connection[links.Exclusion] = many(
        "With whom they are not to be matched, the latest first: what they said themselves, for "
        "them alone; and what coordinators say, for coordinators.",
        "{row}.person_id = {parent}.id",
        order=("made_at",),
        descending=True,
        orders=orders.EXCLUSIONS,
    )
    sessions: Connection[links.Session] = many(
        "Their sessions over all pairings, in the order of time; for the two.",
        "true",
        ROLE_OF_PERSON,
        SESSION_STATUS,
        STARTS_FROM,
        STARTS_BEFORE,
        order=("starts_at",),
        orders=orders.SESSIONS,
    )
    mentor: links.Person | None = one(
        "Their mentor: of the active pairing that they are the mentee of, the latest if several.",
        "{row}.id = {via}.mentor_id",
        via=Via("Pairing", "{row}.mentee_id = {parent}.id and {row}.status = 'active'"),
        order="{via}.proposed_at desc, {via}.id desc",
    )
    next_session: links.Session | None = one(
        "The next session they have, as mentor or mentee.",
        "({row}.mentee_id = {parent}.id or {row}.mentor_id = {parent}.id)"
        " and {row}.status = 'scheduled' and {row}.starts_at > now()",
        order="{row}.starts_at, {row}.id",
    )
    notifications: Connection[links.Notification] = many(
        "Their inbox, the latest first; for them alone.",
        "{row}.person_id = {parent}.id",
        UNREAD,
        KIND,
        order=("posted_at",),
        descending=True,
        orders=orders.NOTIFICATIONS,
    )
    unread_notification_count: int = count(
        "How many notifications they have not read; for them alone, 0 to others.",
        "Notification",
        "{row}.person_id = {parent}.id and {row}.read_at is null",
    )
    preferences: links.Preferences | None = one(
        "How they wish to be told of things; for them alone.", "{row}.id = {parent}.id"
    )
