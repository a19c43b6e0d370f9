"""What is wrong with a file is said with its line and column; the other rows are read."""

import csv
import io
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cairn.importing.columns import PEOPLE, SITES, Reader, items, prose, text
from cairn.importing.rows import Sheet, read
from cairn.importing.sending import CHUNK_BYTES
from cairn.troubles import Trouble

HEADER = "code,name,city,country,time_zone,languages"
GOOD = "LIS,Lisbon,Lisbon,PT,Europe/Lisbon,pt;en"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sites.csv"


def sites(file: Path, *lines: str, header: str = HEADER) -> Sheet:
    file.write_text("\n".join((header, *lines)) + "\n", "utf-8", newline="")
    return read(file, SITES)


def told(sheet: Sheet) -> list[str]:
    return [str(problem) for problem in sheet.problems]


def codes(sheet: Sheet) -> list[object]:
    return [row.values["code"] for row in sheet.rows]


def test_a_good_row(file: Path) -> None:
    sheet = sites(file, GOOD)
    assert sheet.problems == []
    assert sheet.rows[0].values == {
        "code": "LIS",
        "name": "Lisbon",
        "city": "Lisbon",
        "country": "PT",
        "time_zone": "Europe/Lisbon",
        "languages": ["pt", "en"],
    }


def test_a_byte_order_mark_windows_line_ends_and_a_header_as_people_write_it(file: Path) -> None:
    text = f"{HEADER.replace('time_zone', 'Time Zone')}\r\n{GOOD}\r\n"
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert codes(read(file, SITES)) == ["LIS"]


def test_too_few_and_too_many_cells(file: Path) -> None:
    sheet = sites(file, "A,one", GOOD, f"{GOOD},more")
    assert told(sheet) == [
        "sites.csv:2: expected 6 cells as in the header, found 2",
        "sites.csv:4: expected 6 cells as in the header, found 7",
    ]
    assert codes(sheet) == ["LIS"]


def test_an_open_quotation_mark_swallows_nothing(file: Path) -> None:
    sheet = sites(file, 'A,"Lisbon,Lisbon,PT,Europe/Lisbon,', GOOD, GOOD.replace("LIS", "MUC"))
    assert told(sheet) == ["sites.csv:2: expected a quotation mark that closes the one opened here"]
    assert codes(sheet) == ["LIS", "MUC"]


def test_text_behind_a_closing_quotation_mark(file: Path) -> None:
    sheet = sites(file, 'A,"Lisbon"x,Lisbon,PT,Europe/Lisbon,', GOOD)
    assert told(sheet) == ["sites.csv:2: expected a comma behind a closing quotation mark"]
    assert codes(sheet) == ["LIS"]


def test_lines_are_physical_also_below_a_row_of_several(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    names = ("employee_number", "subject", "email", "given_name", "family_name", "job_title",
             "site", "capacity", "aspiration")  # fmt: skip
    rows = [
        names,
        ("E1", "a", "a@x.example", "A", "A", "Clerk", "LIS", "2", "first\nsecond\r\nthird"),
        ("E2", "b", "b@x.example", "B", "B", "Clerk", "LIS", "many", ""),
        ("E3", "c", "c@x.example", "C\nC", "C", "Clerk", "LIS", "", ""),
    ]
    with file.open("w", encoding="utf-8", newline="") as open_file:
        csv.writer(open_file).writerows(rows)
    sheet = read(file, PEOPLE)
    assert told(sheet) == [
        "people.csv:5: capacity: expected a whole number",
        "people.csv:6: given_name: expected one line of text without control characters",
    ]
    assert sheet.rows[0].values["aspiration"] == "first\nsecond\r\nthird"


def test_every_fault_of_a_row_is_named(file: Path) -> None:
    sheet = sites(file, "A,,Lis\x00bon,PT,,pt")
    assert told(sheet) == [
        "sites.csv:2: name: expected a value, the cell is empty",
        "sites.csv:2: city: expected one line of text without control characters",
        "sites.csv:2: time_zone: expected a value, the cell is empty",
    ]


def test_bytes_that_are_not_utf_8(file: Path) -> None:
    latin = GOOD.replace("LIS,Lisbon", "MUC,München").encode("latin-1")
    file.write_bytes(b"\n".join((HEADER.encode(), latin, GOOD.encode())))
    sheet = read(file, SITES)
    assert told(sheet) == ["sites.csv:2: name: expected text in UTF-8"]
    assert codes(sheet) == ["LIS"]


def test_what_must_be_ones_own(file: Path) -> None:
    sheet = sites(file, GOOD, GOOD)
    assert told(sheet) == [
        "sites.csv:3: code: expected a value of its own, line 2 has the same",
    ]


@pytest.mark.parametrize(
    ("cell", "read_as"), [("yes", True), ("TRUE", True), ("0", False), ("No", False)]
)
def test_yes_and_no(tmp_path: Path, cell: str, read_as: bool) -> None:
    assert person(tmp_path, offers_mentoring=cell).rows[0].values["offers_mentoring"] is read_as


def test_neither_yes_nor_no(tmp_path: Path) -> None:
    sheet = person(tmp_path, offers_mentoring="perhaps")
    assert told(sheet) == ["people.csv:2: offers_mentoring: expected yes or no"]


def test_an_empty_cell_clears_a_list_and_says_nothing_of_a_number(tmp_path: Path) -> None:
    values = person(tmp_path, skills="", capacity="", family_name="").rows[0].values
    assert (values["skills"], values["family_name"]) == ([], "")
    assert "capacity" not in values


def test_a_column_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert "skills" not in person(tmp_path).rows[0].values


def person(folder: Path, **cells: str) -> Sheet:
    row = {column.name: "x" for column in PEOPLE if column.required} | cells
    file = folder / "people.csv"
    with file.open("w", encoding="utf-8", newline="") as open_file:
        writer = csv.DictWriter(open_file, list(row))
        writer.writeheader()
        writer.writerow(row)
    return read(file, PEOPLE)


def test_the_largest_row_fits_into_a_request(tmp_path: Path) -> None:
    most: dict[Reader, int] = {text: 500, prose: 4_000, items: 5_200}
    cells = {column.name: "😀" * most.get(column.read, 0) for column in PEOPLE}
    cells |= {"offers_mentoring": "yes", "seeks_mentoring": "yes", "capacity": "9"}
    cells |= {"level": "9", "career": "😀" * 4_000}
    (row,) = person(tmp_path, **cells).rows
    assert len(msgspec.json.encode(row.values)) < CHUNK_BYTES
    assert told(person(tmp_path, **(cells | {"subject": "x" * 501}))) == [
        "people.csv:2: subject: expected at most 500 characters"
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "has no header"),
        (b"code,name,city,country\nA,B,C,PT\n", "lacks the column time_zone"),
        (f"{HEADER},code\n".encode(), "has the column code twice"),
        (f"{HEADER},timezone\n".encode(), "unknown column “timezone” (is it time_zone?)"),
        (f"{HEADER},colour\n".encode(), "unknown column “colour”. Known are: code, name"),
        (HEADER.encode("utf-16"), "is not text in UTF-8"),
    ],
)
def test_a_file_of_no_use(file: Path, content: bytes, says: str) -> None:
    file.write_bytes(content)
    with pytest.raises(Trouble) as trouble:
        read(file, SITES)
    assert says in str(trouble.value)


def test_no_such_file(file: Path) -> None:
    with pytest.raises(Trouble, match="cannot be read: No such file"):
        read(file, SITES)


def test_unknown_columns_can_be_left_out(file: Path) -> None:
    file.write_text(f"{HEADER},colour\n{GOOD},red\n", "utf-8")
    sheet = read(file, SITES, ignore_unknown=True)
    assert sheet.ignored == ["colour"]
    assert codes(sheet) == ["LIS"]


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(*[st.text(max_size=12) | st.sampled_from(['"', "a,b", "a\nb", ""])] * 4),
        max_size=6,
    )
)
def test_any_text_arrives_or_is_named(
    tmp_path: Path, cells: list[tuple[str, str, str, str]]
) -> None:
    """Whatever the cells hold: a row is read as it was written, or said to be wrong."""
    file = tmp_path / "sites.csv"
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(("code", "name", "city", "country", "time_zone"))
    starts: list[int] = []
    for number, row in enumerate(cells):
        starts.append(1 + len(io.StringIO(table.getvalue(), newline=None).readlines()))
        writer.writerow((f"S{number}", *row))
    file.write_bytes(table.getvalue().encode("utf-8", "surrogatepass"))

    sheet = read(file, SITES)

    arrived = {row.line: tuple(row.values.values()) for row in sheet.rows}
    named = {problem.line for problem in sheet.problems}
    for number, (line, row) in enumerate(zip(starts, cells, strict=True)):
        written = (f"S{number}", *(cell.strip() for cell in row))
        assert (line in named) != (arrived.get(line) == written)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "sites.csv"
    file.write_bytes(HEADER.encode() + b"\n" + content + b"\n" + GOOD.encode())
    sheet = read(file, SITES)
    assert all(problem.line > 1 for problem in sheet.problems)
    assert "LIS" in codes(sheet) or sheet.problems


def test_a_career_is_roles_between_semicolons(tmp_path: Path) -> None:
    career = "Buyer | 2019-03-01/2022-06-30; Clerk||own:7;Runner|/2001-01-31|;"
    (row,) = person(tmp_path, career=career, level="4").rows

    assert row.values["level"] == 4
    assert row.values["career"] == [
        {"title": "Buyer", "since": "2019-03-01", "until": "2022-06-30"},
        {"title": "Clerk", "occupation": "own:7"},
        {"title": "Runner", "until": "2001-01-31"},
    ]


@pytest.mark.parametrize("career", ["|2019-01-01/", "Buyer|2019", "Buyer|2019-13-01/", "a|/|b|c"])
def test_a_career_that_cannot_be_read_says_what_was_expected(tmp_path: Path, career: str) -> None:
    (problem,) = told(person(tmp_path, career=career))

    assert problem.startswith("people.csv:2: career: expected roles such as Buyer|2019-03-01/")
