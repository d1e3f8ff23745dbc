"""The page on flags: its table has every combination, once."""

import itertools

from scanner.flags.document import DIMENSIONS, all_rows, merged
from scanner.flags.rules import Case, Sighting, choose_flag
from scanner.model.judgement import Outcome

ROWS = list(merged(all_rows()))


def test_every_combination_is_in_exactly_one_row_with_its_flag() -> None:
    """What a reader looks up is what the program does."""
    places = [range(len(values)) for values in DIMENSIONS.values()]
    for sighting, basic in itertools.product(Sighting, Outcome):
        for choice in itertools.product(*places):
            picked = [values[place] for values, place in zip(DIMENSIONS.values(), choice, strict=True)]
            fields = {name: value for _, part in picked for name, value in part.items()}
            case = Case(**{"sighting": sighting, "basic": basic, "oauth": Outcome.REFUSED, **fields})
            cells = (sighting.value, basic.value, *(word for word, _ in picked))
            found = [row for row in ROWS if fits(row, cells)]
            assert [row[-1] for row in found] == [f"`{choose_flag(case).value}`"], cells


def fits(row: tuple[str, ...], cells: tuple[str, ...]) -> bool:
    """Tell whether a row is about a combination; an empty cell is about all."""
    return all(not given or cell in given.split(", ") for given, cell in zip(row, cells, strict=False))


def test_the_table_is_short_enough_to_read() -> None:
    """What doesn't matter is left out."""
    assert len(ROWS) < 40
