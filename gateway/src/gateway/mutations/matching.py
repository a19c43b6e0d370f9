"""Programmes, enrolments and pairings: what can be asked of the service matching."""

from datetime import date

import strawberry

from contracts.matching import (
    DRAFT,
    ENROLMENT,
    MATCHING_RUN,
    PAIRING,
    PROGRAMME,
    Kind,
    Mode,
    Role,
    Scope,
)
from gateway.mutations.bulk import CREATED, REFUSED, UNCHANGED
from gateway.mutations.declaring import (
    Mutation,
    Shown,
    clearable,
    given_as,
    id_of,
    needed,
    optional,
    optional_id_of,
    the,
)
from gateway.schema import links


@strawberry.input(description="What a programme asks of its pairs. What is left out stays.")
class RulesInput:
    common_language: bool | None = optional("Whether a pair must share a language.")
    max_hours_apart: int | None = clearable("The most that the two time zones may differ.")
    min_hours_shared: float | None = clearable("Hours a week in which both must be available.")
    reporting_steps: int | None = optional(
        "How many steps apart in the line of managers two must be more than; 1: manager and report "
        "are never paired."
    )
    site: Scope | None = optional("Whether the two must, or must not, be at the same site.")
    department: Scope | None = optional(
        "Whether the two must, or must not, be in the same department."
    )
    min_levels_above: int | None = clearable(
        "How many levels above the mentee a mentor must be at least; negative: below."
    )
    max_levels_above: int | None = clearable("The same at most.")
    needs_consent: bool | None = optional(
        "Whether to match only people who said themselves that they want to be."
    )
    again: bool | None = optional("Whether two whose pairing ended well may have another.")
    weight_skills: float | None = optional("The weight of skills offered that are sought.")
    weight_interests: float | None = optional("The weight of interests in common.")
    weight_values: float | None = optional("The weight of values in common.")
    weight_languages: float | None = optional("The weight of languages in common.")
    weight_hours: float | None = optional("The weight of working hours in common.")
    weight_other_site: float | None = optional("The weight of being at different sites.")
    weight_aspiration: float | None = optional(
        "The weight of what the mentee hopes for being close, by meaning, to what the mentor knows."
    )
    weight_path: float | None = optional(
        "The weight of the mentor having been where the mentee wants to go."
    )
    weight_working_style: float | None = optional("The weight of working styles in common.")
    weight_seniority: float | None = optional(
        "The weight of a mentor being some levels above, and not too many."
    )
    weight_background: float | None = optional(
        "The weight of shared background, where both chose that it be used."
    )
    mode: Mode | None = optional("What an assignment is to be best at.")
    parity: list[str] | None = optional(
        "Whose groups must fare alike: any of `site`, `department`, `level`."
    )


@strawberry.input
class OpenProgrammeInput:
    kind: Kind | None = optional("What its pairings are like; it says which rules are usual.")
    name: str = needed("What the programme is called.")
    purpose: str | None = optional("What it is for.")
    starts_on: date = needed("Its first day.")
    ends_on: date | None = optional("Its last day; left out: open-ended.")
    coordinator_ids: list[strawberry.ID] | None = optional_id_of("Person", "Who runs it.")
    rules: RulesInput | None = optional("What it asks of its pairs.")


@strawberry.input(description="What is left out stays as it is.")
class ChangeProgrammeInput:
    programme_id: strawberry.ID = id_of("Programme", "The programme.")
    name: str | None = optional("What it is called.")
    purpose: str | None = optional("What it is for.")
    starts_on: date | None = optional("Its first day.")
    ends_on: date | None = clearable("Its last day.")
    coordinator_ids: list[strawberry.ID] | None = optional_id_of("Person", "Who runs it.")
    rules: RulesInput | None = optional("What it asks of its pairs.")


@strawberry.input
class CloseProgrammeInput:
    programme_id: strawberry.ID = id_of("Programme", "The programme.")


@strawberry.input
class EnrolInput:
    programme_id: strawberry.ID = id_of("Programme", "The programme.")
    person_id: strawberry.ID = id_of("Person", "Who takes part.")
    role: Role = needed("As what.")
    capacity: int | None = optional("A mentor's mentees in this programme; left out: their own.")


@strawberry.input(description="One person's part in a programme.")
class EnrolmentInput:
    person_id: strawberry.ID = id_of("Person", "Who takes part.")
    role: Role = needed("As what.")
    capacity: int | None = optional("A mentor's mentees in this programme; left out: their own.")


@strawberry.input
class EnrolPeopleInput:
    programme_id: strawberry.ID = id_of("Programme", "The programme.")
    enrolments: list[EnrolmentInput] = needed("500 at most.")


@strawberry.input
class LeaveProgrammeInput:
    enrolment_id: strawberry.ID = id_of("Enrolment", "The part that ends.")


@strawberry.input
class StartMatchingRunInput:
    programme_id: strawberry.ID = id_of("Programme", "The programme.")
    dry: bool | None = optional("Whether to draft only: nothing is proposed until it is committed.")
    mode: Mode | None = optional("What to be best at; left out: as the programme's rules say.")
    rules: RulesInput | None = optional(
        "For a dry run: rules to try; what is left out is as in the programme."
    )
    seed: int | None = optional(
        "Where the search of the mode NETWORK begins; the same gives the same again."
    )


@strawberry.input
class CommitMatchingRunInput:
    run_id: strawberry.ID = id_of("MatchingRun", "The dry run.")


@strawberry.input
class CancelMatchingRunInput:
    run_id: strawberry.ID = id_of("MatchingRun", "The run.")


@strawberry.input
class EditDraftInput:
    draft_id: strawberry.ID = id_of("Draft", "The draft.")
    mentor_id: strawberry.ID | None = optional_id_of(
        "Person", "Whom to offer the mentee; left out: nobody."
    )
    instead_of: strawberry.ID | None = optional_id_of(
        "Person", "The mentee who gives up their place with that mentor, where none is free."
    )


@strawberry.type(description="What an edit changes; below zero is worse, but of blocking pairs.")
class EditCost:
    total_score: float = strawberry.field(description="The change of the sum of all scores.")
    mentee_score: float = strawberry.field(description="The change of the mentee's score.")
    displaced_score: float | None = strawberry.field(
        description="The change for the mentee who gave up their place; null: nobody did."
    )
    blocking_pairs: int = strawberry.field(
        description="How many more pairs would both rather have each other."
    )


@strawberry.input
class ProposePairingInput:
    programme_id: strawberry.ID = id_of("Programme", "The programme.")
    mentor_id: strawberry.ID = id_of("Person", "The mentor.")
    mentee_id: strawberry.ID = id_of("Person", "The mentee.")


@strawberry.input
class AcceptPairingInput:
    pairing_id: strawberry.ID = id_of("Pairing", "The pairing.")


@strawberry.input
class DeclinePairingInput:
    pairing_id: strawberry.ID = id_of("Pairing", "The pairing.")
    reason: str | None = optional("Why, in a few words; the other of the two may read it.")


@strawberry.input
class PausePairingInput:
    pairing_id: strawberry.ID = id_of("Pairing", "The pairing.")


@strawberry.input
class ResumePairingInput:
    pairing_id: strawberry.ID = id_of("Pairing", "The pairing.")


@strawberry.input
class CompletePairingInput:
    pairing_id: strawberry.ID = id_of("Pairing", "The pairing.")


@strawberry.input
class EndPairingInput:
    pairing_id: strawberry.ID = id_of("Pairing", "The pairing.")
    reason: str = needed("Why.")


THE_PROGRAMME = {
    "programme": the(PROGRAMME, links.Programme, "The programme.", given_as("programme_id"))
}
THE_ENROLMENT = {
    "enrolment": the(ENROLMENT, links.Enrolment, "The enrolment.", given_as("enrolment_id"))
}
THE_PAIRING = {"pairing": the(PAIRING, links.Pairing, "The pairing.", given_as("pairing_id"))}
THE_EDIT = {
    "draft": the(DRAFT, links.Draft, "The draft."),
    "matching_run": the(MATCHING_RUN, links.MatchingRun, "Its run, with the new certificate."),
    "cost": Shown(EditCost, "What it costs.", lambda done, *_: (done.result or {})["cost"]),
}
THE_RUN = {"matching_run": the(MATCHING_RUN, links.MatchingRun, "The run; watch its status.")}


def _of(command: str, input_: type, description: str, payload: dict[str, Shown]) -> Mutation:
    return Mutation(
        command=command, service="matching", input=input_, description=description, payload=payload
    )


MUTATIONS = (
    _of(
        "open-programme",
        OpenProgrammeInput,
        "Open a programme. For administrators.",
        THE_PROGRAMME,
    ),
    _of(
        "change-programme",
        ChangeProgrammeInput,
        "Change a programme. For administrators.",
        THE_PROGRAMME,
    ),
    _of(
        "close-programme",
        CloseProgrammeInput,
        "Close a programme: nobody comes in, nobody is matched any more; pairings go on. For "
        "administrators.",
        THE_PROGRAMME,
    ),
    _of(
        "enrol",
        EnrolInput,
        "Take part in a programme. For the person and the programme's coordinators.",
        THE_ENROLMENT,
    ),
    _of(
        "enrol-people",
        EnrolPeopleInput,
        "Enrol many; who takes part already stays as they are. For coordinators.",
        {"created": CREATED, "unchanged": UNCHANGED, "refused": REFUSED},
    ),
    _of(
        "leave-programme",
        LeaveProgrammeInput,
        "Leave a programme: proposals end, active pairings go on. For the person and coordinators.",
        THE_ENROLMENT,
    ),
    _of(
        "start-matching-run",
        StartMatchingRunInput,
        "Match a programme's mentees with its mentors; the run proposes pairings, or drafts them. "
        "For coordinators and administrators.",
        THE_RUN,
    ),
    _of(
        "commit-matching-run",
        CommitMatchingRunInput,
        "Propose the pairings that a dry run has drafted. The programme's other drafts are given "
        "up. For coordinators and administrators.",
        THE_RUN,
    ),
    _of(
        "cancel-matching-run",
        CancelMatchingRunInput,
        "Stop a run before it proposes anything, or give up a draft. For coordinators and "
        "administrators.",
        THE_RUN,
    ),
    _of(
        "edit-draft",
        EditDraftInput,
        "Have a dry run offer a mentee somebody else, or nobody, under the same hard rules; the "
        "answer tells what that costs. For coordinators and administrators.",
        THE_EDIT,
    ),
    _of(
        "propose-pairing",
        ProposePairingInput,
        "Propose a pairing by hand. For coordinators.",
        THE_PAIRING,
    ),
    _of(
        "accept-pairing",
        AcceptPairingInput,
        "Say yes to a pairing; it is active once both have. For the two.",
        THE_PAIRING,
    ),
    _of(
        "decline-pairing",
        DeclinePairingInput,
        "Say no to a pairing that was proposed. For the two.",
        THE_PAIRING,
    ),
    _of(
        "pause-pairing",
        PausePairingInput,
        "Pause an active pairing. For the two and coordinators.",
        THE_PAIRING,
    ),
    _of(
        "resume-pairing",
        ResumePairingInput,
        "Go on with a paused pairing. For the two and coordinators.",
        THE_PAIRING,
    ),
    _of(
        "complete-pairing",
        CompletePairingInput,
        "Say that a pairing has reached its goal. For the two.",
        THE_PAIRING,
    ),
    _of(
        "end-pairing",
        EndPairingInput,
        "End a pairing before its goal. For the two and coordinators.",
        THE_PAIRING,
    ),
)
