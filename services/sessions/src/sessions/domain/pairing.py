"""What sessions asks of a pairing."""

from uuid import UUID

from chassis.refusals import NotAllowed, NotYetKnown
from contracts.matching import Pairing, PairingStatus
from contracts.sessions import Session
from sessions.refusals import PairingNotActive


def refuse_strangers(between: Pairing | Session, person: UUID) -> None:
    if person not in (between.mentor_id, between.mentee_id):
        raise NotAllowed("Only the mentor and the mentee of the pairing may do this.")


def refuse_inactive(pairing: Pairing) -> None:
    if pairing.status is PairingStatus.PROPOSED:
        raise NotYetKnown(
            f"Pairing {pairing.id} is not active yet: both accept it first. If they just have, try"
            " again in a moment."
        )
    if pairing.status is not PairingStatus.ACTIVE:
        raise PairingNotActive(
            f"Pairing {pairing.id} is {pairing.status}; only an active one takes this."
        )
