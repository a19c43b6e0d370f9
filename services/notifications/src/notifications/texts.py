"""Everything that notifications say: what happened, who is told, and in which words.

In the words, {other} is the other of the two, {programme} the programme's name and {topic} the
session's. Times, places, reasons and figures follow the body on lines of their own.
"""

from enum import Enum, auto

import msgspec

from contracts.matching import PairingChange, RequestChange, RunChange
from contracts.notifications import NotificationKind as Kind
from contracts.sessions import FeedbackChange, SessionChange


class Who(Enum):
    """Of the people concerned."""

    ALL = auto()
    OTHERS = auto()  # but whoever did it: they know


class Words(msgspec.Struct, frozen=True):
    title: str
    body: str


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of one kind of change."""

    kind: Kind
    told: Who  # in their inbox
    mailed: Who  # by e-mail too, unless they prefer otherwise
    words: Words
    to_mentor: Words | None = None  # where the mentor is told in other words


STORIES: dict[str, Story] = {
    # Pairings: the people concerned are the mentor and the mentee.
    PairingChange.PROPOSED: Story(
        kind=Kind.PAIRING_PROPOSED,
        told=Who.ALL,
        mailed=Who.ALL,
        words=Words(
            "We found you a mentor: {other}",
            "We think that you and {other} would get on well in {programme}. Have a look, and say"
            " yes if you would like to begin.",
        ),
        to_mentor=Words(
            "{other} is looking for a mentor like you",
            "We think that you could help {other} along in {programme}. Have a look, and say yes if"
            " you would like to begin.",
        ),
    ),
    PairingChange.ACCEPTED: Story(
        kind=Kind.PAIRING_ACCEPTED,
        told=Who.OTHERS,
        mailed=Who.OTHERS,
        words=Words(
            "{other} said yes",
            "{other} would like to begin with you in {programme}. Now it is up to you: say yes too,"
            " and you are a pair.",
        ),
    ),
    PairingChange.ACTIVATED: Story(
        kind=Kind.PAIRING_ACTIVATED,
        told=Who.ALL,
        mailed=Who.OTHERS,
        words=Words(
            "You and {other} are a pair",
            "You both said yes, so your mentoring in {programme} begins. A good next step is to"
            " book a first session; half an hour is plenty.",
        ),
    ),
    PairingChange.DECLINED: Story(
        kind=Kind.PAIRING_DECLINED,
        told=Who.OTHERS,
        mailed=Who.OTHERS,
        words=Words(
            "Not {other} this time",
            "{other} cannot be your mentor in {programme} right now. It says nothing about you: we"
            " keep looking for somebody who can.",
        ),
        to_mentor=Words(
            "Not {other} this time",
            "You and {other} will not begin in {programme} this time. Thank you for offering: your"
            " place is free for somebody else.",
        ),
    ),
    PairingChange.PAUSED: Story(
        kind=Kind.PAIRING_PAUSED,
        told=Who.OTHERS,
        mailed=Who.OTHERS,
        words=Words(
            "A pause with {other}",
            "Your mentoring with {other} is paused. Nothing is lost: either of you can take it up"
            " again when the time is right.",
        ),
    ),
    PairingChange.RESUMED: Story(
        kind=Kind.PAIRING_RESUMED,
        told=Who.OTHERS,
        mailed=Who.OTHERS,
        words=Words(
            "You and {other} go on",
            "The pause is over, and your mentoring with {other} goes on. Why not book your next"
            " session?",
        ),
    ),
    PairingChange.COMPLETED: Story(
        kind=Kind.PAIRING_COMPLETED,
        told=Who.ALL,
        mailed=Who.OTHERS,
        words=Words(
            "You made it, you and {other}",
            "Your mentoring in {programme} is complete. Thank you for the time you gave each other;"
            " we hope that you stay in touch.",
        ),
    ),
    PairingChange.ENDED: Story(
        kind=Kind.PAIRING_ENDED,
        told=Who.OTHERS,
        mailed=Who.OTHERS,
        words=Words(
            "Your mentoring with {other} has ended",
            "It ends earlier than planned, and sessions that were still to come are cancelled. If"
            " you would like to go on with somebody else, your coordinator is glad to help.",
        ),
        to_mentor=Words(
            "Your mentoring with {other} has ended",
            "It ends earlier than planned, and sessions that were still to come are cancelled."
            " Thank you for the time you gave: your place is free for somebody else.",
        ),
    ),
    PairingChange.LAPSED: Story(
        kind=Kind.PAIRING_LAPSED,
        told=Who.OTHERS,
        mailed=Who.OTHERS,
        words=Words(
            "The proposal of {other} has lapsed",
            "It waited for an answer in {programme}, and time went by; people are busy. You are"
            " looked for again, and can ask a mentor of your own choice too.",
        ),
        to_mentor=Words(
            "The proposal of {other} has lapsed",
            "It waited for an answer in {programme}, and time went by. Your place is free for"
            " somebody else.",
        ),
    ),
    # Requests: the mentor hears that she was asked, the mentee what came of it. That both said yes
    # is told of the pairing that begins.
    RequestChange.ASKED: Story(
        kind=Kind.REQUEST_ASKED,
        told=Who.OTHERS,
        mailed=Who.OTHERS,
        words=Words(
            "{other} asks whether you would be their mentor",
            "{other} found you in {programme} and would like to learn from you. Have a look, and"
            " say yes or no as it suits you; a no needs no reason.",
        ),
    ),
    RequestChange.DECLINED: Story(
        kind=Kind.REQUEST_DECLINED,
        told=Who.OTHERS,
        mailed=Who.OTHERS,
        words=Words(
            "Not {other} this time",
            "{other} cannot take you on in {programme} right now. It says nothing about you: there"
            " are others who would be glad to be asked.",
        ),
    ),
    RequestChange.EXPIRED: Story(
        kind=Kind.REQUEST_EXPIRED,
        told=Who.OTHERS,
        mailed=Who.OTHERS,
        words=Words(
            "Your request to {other} has run out",
            "{other} did not come to answer you in {programme}; people are busy, and it says"
            " nothing about you. You can ask somebody else now.",
        ),
    ),
    # Sessions: the same two. Invitations go to both, so that both calendars are right.
    SessionChange.SCHEDULED: Story(
        kind=Kind.SESSION_SCHEDULED,
        told=Who.ALL,
        mailed=Who.ALL,
        words=Words("Session with {other}: {topic}", "You are going to meet {other}."),
    ),
    SessionChange.MOVED: Story(
        kind=Kind.SESSION_MOVED,
        told=Who.ALL,
        mailed=Who.ALL,
        words=Words(
            "Changed: your session with {other}",
            "There is a new plan for your session “{topic}” with {other}.",
        ),
    ),
    SessionChange.CANCELLED: Story(
        kind=Kind.SESSION_CANCELLED,
        told=Who.ALL,
        mailed=Who.ALL,
        words=Words(
            "Cancelled: your session with {other}",
            "You are not going to meet {other} about “{topic}” as planned.",
        ),
    ),
    SessionChange.HELD: Story(
        kind=Kind.SESSION_HELD,
        told=Who.ALL,
        mailed=Who.OTHERS,
        words=Words(
            "How was your session with {other}?",
            "You met about “{topic}”. A line of feedback helps you both: what was useful, and what"
            " would you like more of?",
        ),
    ),
    # Feedback: the person concerned is whom it is about.
    FeedbackChange.GIVEN: Story(
        kind=Kind.FEEDBACK_GIVEN,
        told=Who.ALL,
        mailed=Who.ALL,
        words=Words(
            "{other} gave you feedback",
            "{other} has written what your session “{topic}” was worth to them. Have a look.",
        ),
    ),
    # Matching runs: the person concerned is who asked for it.
    RunChange.DRAFTED: Story(
        kind=Kind.RUN_DRAFTED,
        told=Who.ALL,
        mailed=Who.ALL,
        words=Words(
            "{programme}: a dry run is ready",
            "Nothing is proposed to anybody yet. Look at who would be offered whom, and commit it,"
            " change it, or give it up.",
        ),
    ),
    RunChange.COMPLETED: Story(
        kind=Kind.RUN_COMPLETED,
        told=Who.ALL,
        mailed=Who.ALL,
        words=Words(
            "{programme}: matching is done",
            "Both people of every pair that is proposed are asked now whether they would like to"
            " begin.",
        ),
    ),
}


# What is left of a notification, an invitation too, once whom it speaks of was erased.
ERASED: dict[Kind, str] = {
    Kind.PAIRING_PROPOSED: "A pairing was proposed",
    Kind.PAIRING_ACCEPTED: "A proposal was accepted",
    Kind.PAIRING_ACTIVATED: "A pairing began",
    Kind.PAIRING_DECLINED: "A pairing was declined",
    Kind.PAIRING_PAUSED: "A pairing was paused",
    Kind.PAIRING_RESUMED: "A pairing went on",
    Kind.PAIRING_COMPLETED: "A pairing was completed",
    Kind.PAIRING_ENDED: "Your mentoring has ended: the other has left",
    Kind.PAIRING_LAPSED: "A proposal has lapsed",
    Kind.REQUEST_ASKED: "You were asked to be a mentor",
    Kind.REQUEST_DECLINED: "A request was declined",
    Kind.REQUEST_EXPIRED: "A request has run out",
    Kind.SESSION_SCHEDULED: "A session was booked",
    Kind.SESSION_MOVED: "A session was moved",
    Kind.SESSION_CANCELLED: "A session is cancelled: the other has left",
    Kind.SESSION_HELD: "A session took place",
    Kind.FEEDBACK_GIVEN: "Feedback was given",
    Kind.RUN_COMPLETED: "Matching is done",
    Kind.RUN_DRAFTED: "A dry run is ready",
    Kind.UNKNOWN: "Something happened",
}
ERASED_BODY = "What more there was to say is erased, as the person is whom it was about."
ERASED_TOPIC = "Erased"
