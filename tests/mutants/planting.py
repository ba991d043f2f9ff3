"""Small faults that can be planted in a module: another operator, number or condition.

cosmic-ray knows what can be changed. What could change nothing is left out: annotations and names
of types, what only a type checker reads, caches, zip's own check that both sides are as long, and
`is` where `==` stands (of short texts Python keeps one copy, or not). What Python cannot read
afterwards is no fault either.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

_LEFT_OUT = ("NoOp", "Eq_Is", "Eq_IsNot", "NotEq_Is", "NotEq_IsNot")


@dataclass(frozen=True)
class Mutant:
    """One change at one place.

    Parameters:
        path: of the module, below the folder of the repository.
        operator: cosmic-ray's name of the change.
        occurrence: the number of the place among those where the operator could change something.
        start: line, from 1, and column, from 0, where the change is.
    """

    path: str
    operator: str
    occurrence: int
    start: tuple[int, int]

    @property
    def place(self) -> tuple[str, tuple[int, int], str]:
        """Where it is; changes of one kind at one place are alike."""
        return self.path, self.start, self.operator.split("_")[0]

    def code(self, source: str) -> str:
        """The module with the fault in it."""
        return mutate_code(source, get_operator(self.operator)(), self.occurrence) or source

    def told(self, source: str) -> str:
        """Where it is and what was changed, in a line."""
        line = self.start[0]
        before, after = source.splitlines(), self.code(source).splitlines()
        changed = [new for old, new in zip(before, after, strict=False) if old != new]
        name = self.operator.removeprefix("core/")
        now = changed[0].strip() if changed else "(removed)"
        return f"{self.path}:{line} {name}: {before[line - 1].strip()}  ->  {now}"


def modules(folder: Path, target: str) -> list[str]:
    """The modules of a room, which is a file or a folder."""
    found = folder / target
    files = [found] if found.is_file() else sorted(found.rglob("*.py"))
    return [str(file.relative_to(folder)) for file in files]


def mutants(path: str, source: str) -> list[Mutant]:
    """Every fault that can be planted in a module, from its beginning to its end."""
    tree = get_ast(source)
    passive = _passive(ast.parse(source))
    marks = set(_marks(source))
    found: list[Mutant] = []
    for name in operator_names():
        operator_class = get_operator(name)
        if operator_class.arguments() or name.endswith(_LEFT_OUT):
            continue
        operator = operator_class()
        starts = (
            start for node in ast_nodes(tree) for start, _ in operator.mutation_positions(node)
        )
        found += [
            Mutant(path, name, number, start)
            for number, start in enumerate(starts)
            if start not in marks and not any(begin <= start < end for begin, end in passive)
        ]
    return sorted(found, key=lambda each: (each.start, each.operator))


def spread(
    found: list[Mutant], most: int, sample: int, fits: Callable[[Mutant], bool]
) -> list[Mutant]:
    """So many, spread evenly over the places; another `sample` number takes other places.

    Of the changes that could be made at a place one is taken, so that a `-` with its eleven
    neighbours weighs no more than a `not`. Without a number of them each place is taken.

    Parameters:
        fits: whether a change can be planted.
    """
    places: dict[object, list[Mutant]] = {}
    for mutant in found:
        places.setdefault(mutant.place, []).append(mutant)
    groups = list(places.values())
    step = max(1.0, len(groups) / most) if most else 1.0
    numbers = (int(number * step) + sample for number in range(int(len(groups) / step + 0.5)))
    chooser = random.Random(sample)
    mixed = (
        chooser.sample(group, len(group)) for group in (groups[n % len(groups)] for n in numbers)
    )
    chosen = (next(filter(fits, group), None) for group in mixed)
    return [mutant for mutant in chosen if mutant is not None]


def lines_around(tree: ast.Module, line: int) -> tuple[range, range]:
    """The lines of the statement that holds a line, and those of the function that holds it."""
    statement, function = range(line, line + 1), range(line, line + 1)
    for node in ast.walk(tree):  # from the outside inwards
        if not isinstance(node, ast.stmt):
            continue
        whole = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        if line not in whole:
            continue
        if isinstance(node, ast.FunctionDef):
            function = whole
        body = getattr(node, "body", None) or getattr(node, "cases", None)
        first = getattr(body[0], "lineno", whole.stop) if body else whole.stop
        statement = range(node.lineno, max(first, node.lineno + 1))
    return statement, function


def readable(mutant: Mutant, source: str) -> bool:
    """Whether Python reads the module with this fault."""
    try:
        compile(mutant.code(source), mutant.path, "exec")
    except SyntaxError:
        return False
    return True


def _marks(source: str) -> Iterator[tuple[int, int]]:
    """Where a `*` says that arguments behind it are named, and where a cache is asked for."""
    for number, line in enumerate(source.splitlines(), 1):
        for column, two in enumerate(pairwise(line)):
            if two == ("*", ","):
                yield number, column
        if line.strip().startswith("@lru_cache"):
            yield number, line.index("@")


def _passive(tree: ast.Module) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where nothing is done: annotations, names of types, what is imported for a type checker."""
    return [_extent(node) for node in _passive_nodes(tree)]


def _passive_nodes(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        match node:
            case ast.arg(annotation=ast.expr() as told):
                yield told
            case ast.FunctionDef(returns=ast.expr() as told):
                yield told
            case ast.AnnAssign(annotation=told):
                yield told
            case ast.If(test=ast.Name(id="TYPE_CHECKING") as test):
                yield test
            case ast.Call(func=ast.Name(id="cast"), args=[told, *_]):
                yield told
            case ast.Call(func=ast.Name(id="zip"), keywords=[ast.keyword(value=told)]):
                yield told
            case ast.Call(func=ast.Name(id="lru_cache")):
                yield node
    for node in tree.body:
        if isinstance(node, ast.Assign) and _names_types(node.value):
            yield node.value


def _names_types(value: ast.expr) -> bool:
    """Whether it is another name for some types: `A | B`, `Callable[[A], B]`."""
    joined = isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr)
    inner = (ast.Constant, ast.Call)
    return (joined or isinstance(value, ast.Subscript)) and not any(
        isinstance(each, inner) for each in ast.walk(value)
    )


def _extent(node: ast.expr) -> tuple[tuple[int, int], tuple[int, int]]:
    end = (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
    return (node.lineno, node.col_offset), end
