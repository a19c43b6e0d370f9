"""What matching keeps: its aggregates, its copies, and every SQL statement it has."""

from chassis.aggregates import Aggregates
from chassis.copies import Copies
from contracts.erasure import ErasureDone
from contracts.matching import (
    DRAFT,
    ENROLMENT,
    ERASURE,
    EXCLUSION,
    MATCHING_RUN,
    PAIRING,
    PROGRAMME,
    REQUEST,
    SUGGESTIONS,
    Draft,
    Enrolment,
    Exclusion,
    MatchingRun,
    MentorRequest,
    Pairing,
    Programme,
    Suggestions,
)
from contracts.profiles import PERSON, SITE, Person, Site

programmes = Aggregates(PROGRAMME, Programme, table="programmes", called="programme")
enrolments = Aggregates(ENROLMENT, Enrolment, table="enrolments", called="enrolment")
runs = Aggregates(MATCHING_RUN, MatchingRun, table="runs", called="matching run")
drafts = Aggregates(DRAFT, Draft, table="drafts", called="draft")
pairings = Aggregates(PAIRING, Pairing, table="pairings", called="pairing")
requests = Aggregates(REQUEST, MentorRequest, table="requests", called="request")
exclusions = Aggregates(EXCLUSION, Exclusion, table="exclusions", called="exclusion")
suggestions = Aggregates(SUGGESTIONS, Suggestions, table="suggestions", called="suggestions")
erasures = Aggregates(ERASURE, ErasureDone, table="erasures", called="erasure")
people = Copies(PERSON, Person, table="people")
sites = Copies(SITE, Site, table="sites")
