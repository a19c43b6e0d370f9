"""Requests to mentors: what can be asked of the service matching by the people in a programme."""

import strawberry

from contracts.matching import PAIRING, REQUEST
from gateway.mutations.declaring import Mutation, Shown, given_as, id_of, optional, the
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


THE_REQUEST = {"request": the(REQUEST, links.MentorRequest, "The request.", given_as("request_id"))}


def _of(command: str, input_: type, description: str, payload: dict[str, Shown]) -> Mutation:
    return Mutation(
        command=command, service="matching", input=input_, description=description, payload=payload
    )


MUTATIONS = (
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
)
