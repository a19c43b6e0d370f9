"""Requests, exclusions and wishes: what people in a programme ask of the service matching."""

import strawberry

from contracts.matching import ENROLMENT, PAIRING, REQUEST, SUGGESTIONS
from gateway.mutations.declaring import (
    Mutation,
    Shown,
    given_as,
    id_of,
    optional,
    optional_id_of,
    returned,
    the,
)
from gateway.schema import links


@strawberry.input
class AskMentorInput:
    programme_id: strawberry.ID = id_of("Programme", "The programme in which both take part.")
    mentor_id: strawberry.ID = id_of("Person", "Who is asked.")
    message: str | None = optional("A few words to the mentor.")


@strawberry.input
class AcceptRequestInput:
    request_id: strawberry.ID = id_of("MentorRequest", "The request.")


@strawberry.input
class DeclineRequestInput:
    request_id: strawberry.ID = id_of("MentorRequest", "The request.")
    answer: str | None = optional("A few words to the mentee, who reads them.")


@strawberry.input
class WithdrawRequestInput:
    request_id: strawberry.ID = id_of("MentorRequest", "The request.")


@strawberry.input
class ExcludePersonInput:
    other_id: strawberry.ID = id_of("Person", "With whom one does not want to be matched.")
    programme_id: strawberry.ID | None = optional_id_of("Programme", "Where; left out: anywhere.")


@strawberry.input
class KeepApartInput:
    programme_id: strawberry.ID = id_of("Programme", "The programme.")
    person_id: strawberry.ID = id_of("Person", "The one.")
    other_id: strawberry.ID = id_of("Person", "The other.")


@strawberry.input
class LiftExclusionInput:
    exclusion_id: strawberry.ID = id_of("Exclusion", "The exclusion.")


@strawberry.input
class ConsentToMatchingInput:
    enrolment_id: strawberry.ID = id_of("Enrolment", "One's part in the programme.")


@strawberry.input
class WithdrawConsentInput:
    enrolment_id: strawberry.ID = id_of("Enrolment", "One's part in the programme.")


@strawberry.input
class PauseEnrolmentInput:
    enrolment_id: strawberry.ID = id_of("Enrolment", "The part that rests.")


@strawberry.input
class ResumeEnrolmentInput:
    enrolment_id: strawberry.ID = id_of("Enrolment", "The part that goes on.")


@strawberry.input
class RankPeopleInput:
    enrolment_id: strawberry.ID = id_of("Enrolment", "One's part in the programme.")
    person_ids: list[strawberry.ID] = id_of(
        "Person", "20 at most, the best first: a mentee's mentors, or a mentor's mentees."
    )


@strawberry.input
class SuggestMentorsInput:
    enrolment_id: strawberry.ID = id_of("Enrolment", "The mentee's part in the programme.")


THE_REQUEST = {"request": the(REQUEST, links.MentorRequest, "The request.", given_as("request_id"))}

THE_EXCLUSION = {
    "exclusion": returned("exclusion_id", links.Exclusion, "The exclusion, of now or before.")
}
THE_ENROLMENT = {
    "enrolment": the(ENROLMENT, links.Enrolment, "The enrolment.", given_as("enrolment_id"))
}


def _of(command: str, input_: type, description: str, payload: dict[str, Shown]) -> Mutation:
    return Mutation(
        command=command, service="matching", input=input_, description=description, payload=payload
    )


MUTATIONS = (
    _of(
        "suggest-mentors",
        SuggestMentorsInput,
        "Find the ten mentors with a free place who suit a mentee best, with reasons. For the "
        "mentee and coordinators.",
        {"suggestions": the(SUGGESTIONS, links.Suggestions, "The mentors, the best first.")},
    ),
    _of(
        "ask-mentor",
        AskMentorInput,
        "Ask a mentor of one's own choice. At most three may have yet to answer, in a programme. "
        "For mentees.",
        THE_REQUEST,
    ),
    _of(
        "accept-request",
        AcceptRequestInput,
        "Say yes to a mentee who asked: the two are a pair at once, and her other requests in the "
        "programme are withdrawn. For the mentor.",
        {
            **THE_REQUEST,
            "pairing": the(PAIRING, links.Pairing, "The pairing, which is active."),
        },
    ),
    _of(
        "decline-request",
        DeclineRequestInput,
        "Say no to a mentee who asked. She is told kindly; the two are not matched in this "
        "programme any more. For the mentor.",
        THE_REQUEST,
    ),
    _of(
        "withdraw-request",
        WithdrawRequestInput,
        "Take a request back. For the mentee.",
        THE_REQUEST,
    ),
    _of(
        "exclude-person",
        ExcludePersonInput,
        "Say in confidence that one does not want to be matched with somebody, neither as their "
        "mentor nor as their mentee. Nobody else learns of it.",
        THE_EXCLUSION,
    ),
    _of(
        "keep-apart",
        KeepApartInput,
        "Keep two people apart in a programme; they do not learn of it. For coordinators.",
        THE_EXCLUSION,
    ),
    _of(
        "lift-exclusion",
        LiftExclusionInput,
        "Take an exclusion back: nothing of it stays. For whoever may see it.",
        {},
    ),
    _of(
        "consent-to-matching",
        ConsentToMatchingInput,
        "Say that one wants to be matched. For the person; whoever enrols themselves has said so.",
        THE_ENROLMENT,
    ),
    _of(
        "withdraw-consent",
        WithdrawConsentInput,
        "Say that one does not want to be matched any more. For the person.",
        THE_ENROLMENT,
    ),
    _of(
        "pause-enrolment",
        PauseEnrolmentInput,
        "Take part in no matching for a while; pairings go on. For the person and coordinators.",
        THE_ENROLMENT,
    ),
    _of(
        "resume-enrolment",
        ResumeEnrolmentInput,
        "Take part again. For the person and coordinators.",
        THE_ENROLMENT,
    ),
    _of(
        "rank-people",
        RankPeopleInput,
        "Say whom one would like best, for matching by choice; an empty list takes it back. For "
        "the person.",
        THE_ENROLMENT,
    ),
)
