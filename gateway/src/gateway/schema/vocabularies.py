"""The contracts' enumerations as the API has them.

A word that a newer service writes and this gateway does not know yet is answered as UNKNOWN.
"""

import strawberry

from contracts import direction, matching, notifications, profiles, sessions

UNKNOWN = "UNKNOWN stands for a word that this version of the API does not know."

for vocabulary, description in (
    (direction.Part, "A part of an assessment."),
    (direction.Theme, "What kind of work somebody likes: the six of Holland's model, RIASEC."),
    (direction.WorkValue, "What work gives somebody: the six of the theory of work adjustment."),
    (matching.EnrolmentStatus, "Whether a person takes part in a programme."),
    (matching.Kind, "What a programme's pairings are like."),
    (matching.Mode, "What an assignment is to be best at."),
    (matching.PairingStatus, "Where a pairing stands, from the proposal to its end."),
    (matching.ProgrammeStatus, "Whether a programme takes people in."),
    (matching.RequestStatus, "What became of a request to a mentor."),
    (matching.Role, "What a person is in a programme or a pairing."),
    (matching.Scope, "Whether a pair may, must or must not share something."),
    (matching.RunStatus, "How far a matching run has come."),
    (notifications.NotificationKind, "What a notification tells of."),
    (profiles.Standing, "Whether a person works for the organisation."),
    (profiles.Visibility, "Who may find a person's profile; partners always see each other."),
    (sessions.GoalStatus, "Whether a goal is still worked for."),
    (sessions.SessionStatus, "What became of a session."),
):
    strawberry.enum(vocabulary, description=f"{description} {UNKNOWN}")
