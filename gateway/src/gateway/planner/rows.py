"""What an object's fields are taken from, and the SQL that finds rows."""

from dataclasses import dataclass

from gateway.planner.model import Index, Table
from gateway.planner.sql import VIEWER, literal, select


@dataclass(frozen=True)
class TableRow:
    """A row of a table of the read model, by its alias."""

    alias: str

    def scalar(self, name: str, type_: str) -> str:  # the column has it
        return f"{self.alias}.{name}"

    def scalars(self, name: str, type_: str) -> str:
        return f"{self.alias}.{name}"

    def structure(self, name: str) -> str:
        return f"{self.alias}.{name}"


@dataclass(frozen=True)
class Structure:
    """A JSON object, as an expression of type jsonb."""

    json: str
    alias = ""  # no row to relate others to

    def scalar(self, name: str, type_: str) -> str:
        return f"({self.json} ->> {literal(name)})::{type_}"

    def scalars(self, name: str, type_: str) -> str:
        items = f"array(select jsonb_array_elements_text({self.structure(name)}))::{type_}[]"
        return f"case when {self.structure(name)} is not null then {items} end"

    def structure(self, name: str) -> str:
        return f"nullif({self.json} -> {literal(name)}, 'null')"


Row = TableRow | Structure


@dataclass(frozen=True)
class Rows:
    """The rows of a relation: the tables they are found in, and all that must hold of them."""

    alias: str
    tables: str
    conditions: tuple[str, ...]

    @classmethod
    def of(
        cls, table: Table, alias: str, conditions: tuple[str, ...], *, via: "Rows | None" = None
    ) -> "Rows":
        """Of one table within the tenant, as far as the viewer may see them."""
        own = (f"{alias}.organisation_id = {VIEWER}.organisation_id", *conditions)
        sight = fill(table.sees, row=alias)
        tables = f"{table.name} {alias}"
        if via is None:
            return cls(alias, tables, (*own, sight))
        return cls(alias, f"{via.tables}, {tables}", (*via.conditions, *own, sight))

    def select(self, what: str, order: str = "", limit: str = "") -> str:
        return select(what, self.tables, self.conditions, order, limit)

    def and_(self, *conditions: str) -> "Rows":
        return Rows(self.alias, self.tables, (*self.conditions, *conditions))

    def found(self, index: Index, ids: str) -> "Rows":
        """Those of the rows whose ids an index gives, as it gives them.

        The rows stand in a subquery with an offset, so that PostgreSQL looks up one after another,
        whatever it reckons with, and no more of them than are asked for.
        """
        alias = self.alias
        each = self.and_(f"{alias}.id = found.id").select(f"{alias}.*")
        columns = [f"{alias}.*", *(f"found.{column}" for column in index.adds)]
        tables = f"({ids}) found, lateral ({each} offset 0) {alias}"
        equal = [f"{alias}.{column} = found.{column}" for column in index.equals]
        limit = str(index.most) if index.most else ""
        return Rows(
            alias, f"({select(', '.join(columns), tables, equal, limit=limit)}) {alias}", ()
        )

    def count(self) -> str:
        return f"({self.select('count(*)')})"


def fill(template: str, **names: str) -> str:
    """A declaration's SQL with the names of the rows it speaks of."""
    return template.format(viewer=VIEWER, **names)
