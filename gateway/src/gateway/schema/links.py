"""The types by name, for fields that lead from module to module and back."""

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from gateway.schema.direction import Assessment as Assessment
    from gateway.schema.direction import CareerPaths as CareerPaths
    from gateway.schema.direction import Roadmap as Roadmap
    from gateway.schema.erasures import Erasure as Erasure
    from gateway.schema.matching import Draft as Draft
    from gateway.schema.matching import Enrolment as Enrolment
    from gateway.schema.matching import MatchingRun as MatchingRun
    from gateway.schema.matching import Pairing as Pairing
    from gateway.schema.matching import Programme as Programme
    from gateway.schema.notifications import Notification as Notification
    from gateway.schema.notifications import Preferences as Preferences
    from gateway.schema.people import Person as Person
    from gateway.schema.people import Site as Site
    from gateway.schema.requests import Exclusion as Exclusion
    from gateway.schema.requests import MentorRequest as MentorRequest
    from gateway.schema.requests import Suggestions as Suggestions
    from gateway.schema.sessions import Feedback as Feedback
    from gateway.schema.sessions import Goal as Goal
    from gateway.schema.sessions import Session as Session
else:
    Assessment = Annotated["Assessment", strawberry.lazy("gateway.schema.direction")]
    CareerPaths = Annotated["CareerPaths", strawberry.lazy("gateway.schema.direction")]
    Roadmap = Annotated["Roadmap", strawberry.lazy("gateway.schema.direction")]
    Erasure = Annotated["Erasure", strawberry.lazy("gateway.schema.erasures")]
    Draft = Annotated["Draft", strawberry.lazy("gateway.schema.matching")]
    Enrolment = Annotated["Enrolment", strawberry.lazy("gateway.schema.matching")]
    MatchingRun = Annotated["MatchingRun", strawberry.lazy("gateway.schema.matching")]
    Pairing = Annotated["Pairing", strawberry.lazy("gateway.schema.matching")]
    Programme = Annotated["Programme", strawberry.lazy("gateway.schema.matching")]
    Notification = Annotated["Notification", strawberry.lazy("gateway.schema.notifications")]
    Preferences = Annotated["Preferences", strawberry.lazy("gateway.schema.notifications")]
    Person = Annotated["Person", strawberry.lazy("gateway.schema.people")]
    Site = Annotated["Site", strawberry.lazy("gateway.schema.people")]
    Exclusion = Annotated["Exclusion", strawberry.lazy("gateway.schema.requests")]
    Suggestions = Annotated["Suggestions", strawberry.lazy("gateway.schema.requests")]
    MentorRequest = Annotated["MentorRequest", strawberry.lazy("gateway.schema.requests")]
    Feedback = Annotated["Feedback", strawberry.lazy("gateway.schema.sessions")]
    Goal = Annotated["Goal", strawberry.lazy("gateway.schema.sessions")]
    Session = Annotated["Session", strawberry.lazy("gateway.schema.sessions")]
