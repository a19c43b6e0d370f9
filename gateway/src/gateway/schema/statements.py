"""The statements of the assessment: things to do, of which people say how much they would like to.

Four for each theme of Holland's model, in Cairn's own words. Apps read them in the schema, as the
descriptions of the enumeration's words.
"""

from typing import Any

import strawberry

from contracts.direction import Statement

TEXTS = {
    Statement.R1: "Mend something that has broken, rather than have it replaced.",
    Statement.R2: "Set up or adjust a machine until it runs as it should.",
    Statement.R3: "Build something that can be touched and used.",
    Statement.R4: "Work outdoors, or on your feet, with tools in your hands.",
    Statement.I1: "Follow a puzzling result until you know what caused it.",
    Statement.I2: "Read up on how something works, further than you need to.",
    Statement.I3: "Plan an experiment, and find out that you were wrong.",
    Statement.I4: "Take figures apart to see what is behind them.",
    Statement.A1: "Design how something looks, sounds or feels.",
    Statement.A2: "Write a text that people enjoy reading.",
    Statement.A3: "Begin with an empty page and no instructions.",
    Statement.A4: "Tell something with pictures, music, film or on a stage.",
    Statement.S1: "Explain something until the other person has got it.",
    Statement.S2: "Listen to somebody who is having a hard time.",
    Statement.S3: "Help a new colleague to find their feet.",
    Statement.S4: "Look after people who need care or advice.",
    Statement.E1: "Win people over to an idea of yours.",
    Statement.E2: "Decide under pressure, and answer for it.",
    Statement.E3: "Start something new, with a risk that it fails.",
    Statement.E4: "Bring two sides to an agreement.",
    Statement.C1: "Keep records in such order that anybody finds anything.",
    Statement.C2: "Check a long list until every entry is right.",
    Statement.C3: "Work by a procedure that has proved itself.",
    Statement.C4: "Plan dates and budgets down to the detail.",
}

_declared: Any = strawberry.enum(
    Statement,
    description="A statement of the assessment: how much would you like to do this? Its first "
    "letter is its theme's: R, realistic, I, investigative, A, artistic, S, social, E, "
    "enterprising, C, conventional.",
)
for _word in _declared.__strawberry_definition__.values:
    _word.description = TEXTS.get(_word.value, "For a word that this version does not know.")
