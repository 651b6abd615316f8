"""The syntax trees of modules, parsed once for all rules."""

import ast
from functools import cache


@cache
def tree_of(source: str) -> ast.Module:
    """The tree of a module's text; callers only read it."""
    return ast.parse(source)


@cache
def nodes_of(source: str) -> tuple[ast.AST, ...]:
    """Every node of a module's text, from the outside in."""
    return tuple(ast.walk(tree_of(source)))
