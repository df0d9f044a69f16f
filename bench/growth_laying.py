"""Rows by the million that the database makes itself, each from its number: invented names, lots, ids, no indexes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, text

from tracking.search.typed import words_of

COMMON_NAME: Final = "Nguyễn"
"""Of a third of all people."""
POOLS: Final = {
    "family": (
        *(COMMON_NAME,) * 10,
        *("Trần", "Trần", "Trần", "Lê", "Lê", "Lê", "Phạm", "Phạm", "Hoàng", "Huỳnh"),
        *("Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"),
    ),
    "middle": ("Văn", "Thị", "Đức", "Ngọc", "Minh", "Hữu", "Thanh", "Quang", "Kim", "Xuân", "Gia", "Bảo"),
    "given": (
        *("An", "Anh", "Ánh", "Bình", "Châu", "Chi", "Cường", "Dũng", "Duy", "Giang", "Hà", "Hải", "Hạnh", "Hiền"),
        *("Hoa", "Hùng", "Hương", "Huy", "Khánh", "Lan", "Linh", "Loan", "Long", "Mai", "Nam", "Nga", "Nhung", "Oanh"),
        *("Phúc", "Phương", "Quân", "Quỳnh", "Sơn", "Tâm", "Thảo", "Thịnh", "Thu", "Thủy", "Trang", "Trung", "Tuấn"),
        *("Tùng", "Uyên", "Vân", "Việt", "Vinh", "Vy", "Yến"),
    ),
    "trade": ("Mì Quảng", "Cơm Tấm", "Tạp Hóa", "Cà Phê", "Tiệm Vàng", "Sửa Xe", "May Mặc", "Bánh Xèo", "Nhà Thuốc"),
}
_SLICE: Final = 50_000
_INDEXES: Final = text("""
SELECT indexname, indexdef FROM pg_indexes i
WHERE schemaname = 'public' AND tablename = :table
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = CAST(quote_ident(i.indexname) AS regclass))
""")


def pools() -> dict[str, Any]:
    """Parameters of a statement: each pool as it is written (`family`), and as it is searched (`family_key`)."""
    keys = {f"{name}_key": [" ".join(words_of([word])) for word in pool] for name, pool in POOLS.items()}
    return {**{name: list(pool) for name, pool in POOLS.items()}, **keys}


def drawn(pool: str, salt: int, form: str = "", kind: str = "text") -> str:
    """SQL: a word of a pool by the row's number `n`; the same `salt` draws the same one in another `form` ("_key")."""
    return f"(CAST(:{pool}{form} AS {kind}[]))[1 + {lot(salt, len(POOLS[pool]))}]"


def lot(salt: int, of: int) -> str:
    """SQL: a number below `of` by the row's number `n`, as if by lot."""
    return f"CAST(abs(CAST(hashint8(n * 16 + {salt}) AS bigint)) % {of} AS int)"


def old_id(table: int, number: str = "n") -> str:
    """SQL: an id older than any new one, in the order of the rows' numbers; `table` tells kinds of rows apart."""
    return f"CAST(lpad(to_hex({table}), 12, '0') || '7000' || '8000' || lpad(to_hex({number}), 12, '0') AS uuid)"


def lay(connection: Connection, statement: str, count: int, values: Mapping[str, Any]) -> None:
    """Executes `statement` for the numbers from 1 to `count`, a slice at a time from :begin to :end."""
    for begin in range(1, count + 1, _SLICE):
        slice_ = {"begin": begin, "end": min(begin + _SLICE - 1, count), "last": count}
        connection.execute(text(statement), {**values, **slice_})


@contextmanager
def without_indexes(connection: Connection, *tables: str) -> Iterator[None]:
    """Until the block ends these tables keep only the indexes of their constraints: all rows at once are put into the
    others in a fraction of the time."""
    found = [row for table in tables for row in connection.execute(_INDEXES, {"table": table}).all()]
    for name, _ in found:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    yield
    for _, definition in found:
        connection.exec_driver_sql(definition)
