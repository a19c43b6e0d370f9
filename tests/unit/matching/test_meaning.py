"""What texts mean: by the model as it was published, by letters, and as the matcher takes it."""

from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.profiles import Position, Standing
from matching.matcher.meaning import (
    BY_LETTERS,
    BY_MODEL,
    FLOOR,
    HIGHEST,
    LENGTH,
    SLACK,
    Closeness,
    Meanings,
    Near,
)
from matching.meaning import basis, letters, minilm
from matching.meaning.minilm import MiniLM, NotTheWeights
from matching.meaning.reading import Reader, Space, fingerprint, recipe
from matching.meaning.texts import Kind, texts_of
from support.participants import participant


@pytest.fixture(scope="session")
def files() -> Path:
    found = minilm.folder()
    assert found is not None, "make setup installs the model's package"
    return found


@pytest.fixture(scope="session")
def model(files: Path) -> MiniLM:
    return MiniLM(files)


@pytest.fixture(scope="session")
def reader(files: Path) -> Reader:
    return Reader(files)


def meanings(reader: Reader, kind: Kind, *texts: str) -> Meanings:
    vectors, spaces = reader.read([(kind, text) for text in texts])
    return basis.shorten(vectors, np.array([space.number for space in spaces], np.int8))


def everybody(one: Meanings) -> np.ndarray:
    return np.arange(len(one.space))


def test_vectors_are_those_that_the_model_is_published_with(model: MiniLM) -> None:
    """As sentence-transformers' own pages show them, which compute them with torch."""
    vectors = model.encode(["This is an example sentence"])
    assert vectors[0, :3] == pytest.approx([0.0676569, 0.0634959, 0.0487131], abs=1e-6)

    three = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    vectors = model.encode(three)
    expected = [[1, 0.6660, 0.1046], [0.6660, 1, 0.1411], [0.1046, 0.1411, 1]]
    assert (vectors @ vectors.T) == pytest.approx(np.array(expected), abs=1e-4)


def test_a_text_means_the_same_in_whatever_company(model: MiniLM) -> None:
    texts = ["lead a team", "design bridges", "a much longer text about bridges and teams", "sing"]
    together = model.encode(texts)
    assert np.array([model.encode([text])[0] for text in texts]) == pytest.approx(
        together, abs=1e-6
    )
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-6)


def test_what_is_too_long_is_cut(model: MiniLM) -> None:
    long = "bridges and teams " * 100
    assert model.encode([long])[0] == pytest.approx(model.encode([long * 2])[0], abs=1e-6)


def test_other_weights_are_refused(files: Path, tmp_path: Path) -> None:
    for name in minilm.SHA256:
        (tmp_path / name).write_bytes((files / name).read_bytes()[:-1])
    with pytest.raises(NotTheWeights, match=r"model\.safetensors"):
        MiniLM(tmp_path)


@pytest.mark.parametrize(
    ("text", "is_english"),
    [
        ("I would like to grow into the role of Supply Chain Manager.", True),
        ("Head of Procurement. Buyer. negotiation, supplier management.", True),
        ("CTO", True),  # nothing tells
        ("Ich möchte in den nächsten drei Jahren eine Führungsrolle übernehmen.", False),
        ("Quiero aprender a gestionar equipos y proyectos mayores.", False),
        ("Je souhaite apprendre à présenter mon travail avec assurance.", False),
        ("Gostaria de assumir um cargo de liderança nos próximos anos.", False),
        ("三年以内に管理職になりたいです。", False),
    ],
)
def test_english_is_told_from_other_languages(model: MiniLM, text: str, is_english: bool) -> None:
    assert model.understands(text) is is_english


HOPES = (
    "I would like to be heard in larger meetings and to present my work with confidence.",
    "Move from nursing into hospital management",
    "Become a data scientist",
)
EXPERIENCE = (
    "Sales Director. public speaking, negotiation.",
    "Clinic Director. Ward Manager. Registered Nurse. budgeting, rostering.",
    "Statistician. machine learning, Python.",
)


def test_the_nearest_by_meaning_shares_no_word(reader: Reader) -> None:
    hopes = meanings(reader, Kind.ASPIRATION, *HOPES)
    experience = meanings(reader, Kind.EXPERIENCE, *EXPERIENCE)
    closeness = Closeness(hopes, experience).of(everybody(hopes))
    assert closeness.argmax(axis=1).tolist() == [0, 1, 2]


def test_shortening_keeps_what_is_near(reader: Reader) -> None:
    """48 directions of 384 tell apart what all of them do, and cosines move little on average."""
    hopes, _ = reader.read([(Kind.ASPIRATION, text) for text in HOPES])
    experience, _ = reader.read([(Kind.EXPERIENCE, text) for text in EXPERIENCE])
    ones = np.ones(len(HOPES), np.int8)
    short = [basis.shorten(each, ones).vectors / LENGTH for each in (hopes, experience)]
    error = np.abs(short[0] @ short[1].T - hopes @ experience.T)
    assert error.mean() < 0.08
    assert error.max() < 0.2


@pytest.mark.parametrize("without_model", [False, True])
def test_the_scale(reader: Reader, without_model: bool) -> None:
    """The same text has it all, no text nothing, and strangers about nothing."""
    by = Reader(None) if without_model else reader
    texts = [*EXPERIENCE, "Chef. pastry, menus.", "Pilot. navigation.", "Judge. civil law."]
    some = meanings(by, Kind.EXPERIENCE, *texts, "silent")
    some.space[-1] = 0
    some.vectors[-1] = 0
    shares = Closeness(some, some).of(everybody(some)) / HIGHEST
    assert shares[:-1, :-1].diagonal() == pytest.approx(1)
    assert shares[:-1, :-1][~np.eye(len(texts), dtype=bool)].mean() < 0.1
    assert not shares[-1].any()
    assert not shares[:, -1].any()


def test_two_spaces_are_never_compared(reader: Reader) -> None:
    german = "Ich möchte eine Abteilung leiten und Führung lernen."
    hopes = meanings(reader, Kind.ASPIRATION, german, HOPES[0])
    experience = meanings(
        reader, Kind.EXPERIENCE, "Leiterin einer Abteilung. Führung.", EXPERIENCE[0]
    )
    assert hopes.space.tolist() == experience.space.tolist() == [BY_LETTERS, BY_MODEL]
    shares = Closeness(hopes, experience).of(everybody(hopes)) / HIGHEST
    assert shares[0, 0] > 0.2
    assert shares[1, 1] > 0
    assert shares[0, 1] == shares[1, 0] == 0


whole = st.integers(1, 40)


@given(st.integers(0, 2**32 - 1), whole, whole, st.integers(1, 48))
def test_closeness_is_exact_and_the_same_however_it_is_asked(
    seed: int, mentees: int, mentors: int, width: int
) -> None:
    rng = np.random.default_rng(seed)

    def some(people: int) -> Meanings:
        space = rng.integers(0, 3, people).astype(np.int8)
        unit = rng.normal(size=(people, width))
        unit *= LENGTH / np.linalg.norm(unit, axis=1, keepdims=True)
        return Meanings(np.rint(unit * (space > 0)[:, None]).astype(np.int16), space)

    hopes, experience = some(mentees), some(mentors)
    closeness = Closeness(hopes, experience)
    block = closeness.of(np.arange(mentees))

    exact = hopes.vectors.astype(np.int64) @ experience.vectors.astype(np.int64).T
    exact -= round(FLOOR * LENGTH) * LENGTH
    comparable = (hopes.space[:, None] == experience.space) & (hopes.space > 0)[:, None]
    assert block.astype(np.int64).tolist() == np.clip(exact * comparable, 0, HIGHEST).tolist()

    order = rng.permutation(mentees)
    assert (closeness.of(order) == block[order]).all()
    assert (closeness.columns(np.arange(mentors)) == block.T).all()
    rows, columns = rng.integers(0, mentees, 20), rng.integers(0, mentors, 20)
    assert (closeness.pairs(rows, columns) == block[rows, columns]).all()
    near = closeness.near(int(rows[0]), int(columns[0]))
    assert near == Near(float(block[rows[0], columns[0]]), int(experience.space[columns[0]]))
    assert SLACK > 2 * 48**0.5 / LENGTH / 2  # what rounding may take of a text with itself


def test_what_is_written_down_is_read_again() -> None:
    people = [uuid4() for _ in range(3)]
    vectors = np.array([[3, -2047], [0, 0], [-1, 256]], np.int16)
    some = Meanings(vectors, np.array([1, 0, 2], np.int8))
    packed = some.packed(people)
    assert packed.keys() == {people[0], people[2]}
    again = Meanings.unpacked(packed, people)
    assert (again.vectors == some.vectors).all()
    assert (again.space == some.space).all()
    assert not Meanings.unpacked({}, people).space.any()


def test_letters_need_no_language() -> None:
    vectors = letters.encode(
        ["Chemieingenieurin werden", "Chemieingenieurin", "Buchhalterin", "ich und du", ""]
    )
    assert vectors[0] @ vectors[1] > 0.5 > vectors[0] @ vectors[2]
    assert not vectors[3:].any()
    assert (letters.encode(["Chemieingenieurin"])[0] == vectors[1]).all()


def test_which_texts_are_read() -> None:
    mentee = participant(uuid4(), aspiration=" To lead. ", skills_offered=["SAP"])
    mentor = replace(mentee, offers_mentoring=True, career=[Position(title="Buyer")])
    assert texts_of(mentee) == {Kind.ASPIRATION: "To lead."}
    assert texts_of(mentor) == {
        Kind.ASPIRATION: "To lead.",
        Kind.EXPERIENCE: "Engineer. Buyer. SAP.",
    }
    assert texts_of(replace(mentor, standing=Standing.LEFT)) == {}


@pytest.mark.parametrize(
    ("share", "space", "begins"),
    [
        (0.9, BY_MODEL, "What the mentee hopes for is close to what"),
        (0.3, BY_MODEL, "What the mentee hopes for has to do with what"),
        (0.1, BY_MODEL, "What the mentee hopes for may have a little to do with what"),
        (0.9, BY_LETTERS, "Words of what the mentee hopes for are among those of what"),
    ],
)
def test_a_sentence_says_how_sure_it_is(share: float, space: int, begins: str) -> None:
    mentor = participant(uuid4(), job_title="Buyer", skills_offered=["SAP", "a", "b", "c"])
    said = Near(share * HIGHEST, space).sentence(mentor)
    assert said == f"{begins} the mentor does: Buyer (SAP, a, b)."


def test_a_fingerprint_is_of_the_text_and_of_how_it_is_read(files: Path) -> None:
    prints = {
        fingerprint(how, text)
        for how in (recipe(files), recipe(None))
        for text in ("to lead", "to follow")
    }
    assert len(prints) == 4


def test_without_the_model_all_is_read_by_letters() -> None:
    vectors, spaces = Reader(None).read([(Kind.ASPIRATION, HOPES[0]), (Kind.EXPERIENCE, "")])
    assert spaces == [Space.LETTERS, Space.LETTERS]
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0], abs=1e-6)
