"""Managers come before their reports; circles are named and opened."""

from hypothesis import given
from hypothesis import strategies as st

from cairn.importing.order import Ordered, managers_first
from cairn.importing.rows import Row, Sheet


def ordered(managers: dict[str, str | None]) -> Ordered:
    rows = [
        Row(line, {"employee_number": number} | ({"manager": manager} if manager else {}))
        for line, (number, manager) in enumerate(managers.items(), start=2)
    ]
    return managers_first(Sheet("people.csv", rows, [], []))


def levels(order: Ordered) -> list[list[object]]:
    return [[row.values["employee_number"] for row in level] for level in order.levels]


def test_levels_of_a_tree() -> None:
    order = ordered({"C": "B", "B": "A", "A": None, "D": "A"})
    assert levels(order) == [["A"], ["B", "D"], ["C"]]
    assert order.warnings == []


def test_a_manager_who_is_not_in_the_file_is_left_to_the_platform() -> None:
    order = ordered({"B": "A"})
    assert order.levels[0][0].values["manager"] == "A"
    assert order.warnings == []


def test_a_circle_is_named_and_its_people_have_no_manager() -> None:
    order = ordered({"A": "B", "B": "C", "C": "A", "D": "A", "E": "E"})
    assert levels(order) == [["A", "B", "C", "E"], ["D"]]
    assert all("manager" not in row.values for row in order.levels[0])
    assert [str(warning) for warning in order.warnings] == [
        "people.csv:2: manager: A → B → C → A is a circle; imported without a manager",
        "people.csv:3: manager: A → B → C → A is a circle; imported without a manager",
        "people.csv:4: manager: A → B → C → A is a circle; imported without a manager",
        "people.csv:6: manager: E → E is a circle; imported without a manager",
    ]


def test_a_long_line_is_no_recursion() -> None:
    order = ordered({str(n): str(n + 1) for n in range(20_000)})
    assert len(order.levels) == 20_000


@given(st.dictionaries(st.sampled_from("ABCDEFGH"), st.none() | st.sampled_from("ABCDEFGHX")))
def test_nobody_comes_before_their_manager(managers: dict[str, str | None]) -> None:
    order = ordered(managers)
    place = {number: at for at, level in enumerate(levels(order)) for number in level}
    assert sorted(place, key=str) == sorted(managers)
    for level in order.levels:
        for row in level:
            manager = row.values.get("manager")
            if manager in place:
                assert place[manager] < place[row.values["employee_number"]]
