"""What the rules of matching refuse.

Refusal
├── NotFound, NotAllowed, Invalid     of the chassis
├── ProgrammeClosed
├── AlreadyEnrolled
├── EnrolmentLeft
├── NotEnrolled
├── PersonLeft
├── NoFreePlace
├── AlreadyPaired
├── TooClose
├── AgainstTheRules
├── IllegalTransition
├── RunInProgress
├── TooManyToEdit
├── KeptApart
├── MentorNotAvailable
├── AlreadyAsked
├── TooManyRequests
└── RequestClosed
"""

from chassis.refusals import Refusal


class ProgrammeClosed(Refusal, code="programme-closed"):
    """The programme takes nobody in and proposes nothing any more."""


class AlreadyEnrolled(Refusal, code="already-enrolled"):
    """The person has this role in the programme already."""


class EnrolmentLeft(Refusal, code="enrolment-left"):
    """The enrolment is over."""


class NotEnrolled(Refusal, code="not-enrolled"):
    """The person does not take part in the programme in this role."""


class PersonLeft(Refusal, code="person-left"):
    """The person does not work for the organisation any more."""


class NoFreePlace(Refusal, code="no-free-place"):
    """The mentor has as many mentees as they can take."""


class AlreadyPaired(Refusal, code="already-paired"):
    """The mentee has a mentor in this programme, or a proposal of one."""


class TooClose(Refusal, code="too-close"):
    """A person with themselves, or with someone near in their line of managers."""


class AgainstTheRules(Refusal, code="against-the-rules"):
    """One of the programme's hard rules forbids the pair; the message says which."""


class IllegalTransition(Refusal, code="illegal-transition"):
    """The state of the pairing or the enrolment does not allow it."""


class RunInProgress(Refusal, code="run-in-progress"):
    """The programme has a matching run that is not finished."""


class TooManyToEdit(Refusal, code="too-many-to-edit"):
    """The draft is so large that it cannot be told at once what an edit costs."""


class KeptApart(Refusal, code="kept-apart"):
    """The two are not to be matched."""


class MentorNotAvailable(Refusal, code="mentor-not-available"):
    """The mentor cannot be asked; why is not told, for it may be in confidence."""


class AlreadyAsked(Refusal, code="already-asked"):
    """The mentee waits for this mentor's answer."""


class TooManyRequests(Refusal, code="too-many-requests"):
    """As many mentors as may be asked at once have yet to answer the mentee."""


class RequestClosed(Refusal, code="request-closed"):
    """The request was answered or withdrawn, or it expired."""
