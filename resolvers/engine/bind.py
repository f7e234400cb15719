"""How each GraphQL field is answered from rows: declared once, beside the field."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLObjectType
from sqlalchemy import inspect as mapped
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapper

from models.access import Permission

from .connection import PAGING
from .described import described
from .needs import demands
from .refused import Unbound

T = TypeVar("T")


@dataclass(frozen=True)
class Attribute:
    """A column or hybrid of the row."""

    attr: str | None


@dataclass(frozen=True)
class Identity:
    """The global id, `<Type>_<uuid>`."""


@dataclass(frozen=True)
class One:
    """A to-one relationship; `covered` says why its row is always there and always seen."""

    attr: str | None
    covered: str | None = None


@dataclass(frozen=True)
class Same:
    """The same row, shown as another type."""


@dataclass(frozen=True)
class Told:
    """A nullable field that no row has: null when the object is a row, the value itself in `tell_value`."""


@dataclass(frozen=True)
class Many:
    """A function giving the Select of a connection (`paged`), or of one row or a list small by law."""

    fn: Callable[..., Any]
    paged: bool
    asks: frozenset[str]
    """The names of its parameters: `viewer` and `parent` are the engine's, the rest are the field's arguments."""


@dataclass(frozen=True)
class Nodes:
    """`node(id:)` or `nodes(ids:)`."""


@dataclass(frozen=True)
class Computed:
    """A Python function over named columns, or what functions make of the row, called once per field for the whole
    answer."""

    fn: Callable[..., Any]
    reads: tuple[str | Callable[[Any], Any], ...]


@dataclass(frozen=True)
class Follows:
    """A subscription: an async function giving what to follow, of which each happening is read by the engine."""

    fn: Callable[..., Any]


Binding = Attribute | Identity | One | Same | Told | Many | Nodes | Computed | Follows


@dataclass(frozen=True)
class Shows:
    """That a GraphQL type is read off a row: how each field is answered, and which rows a viewer sees."""

    row: type
    key: str
    visible: Callable[[Any, Any], Any] | None
    open: str | None
    fields: dict[str, Binding]


class Read:
    """What the resolver of a bound field returns: the executor hands the field to the engine."""


READ = Read()


def column(attr: str | None = None, *, needs: Permission | None = None, description: str | None = None) -> Any:
    """A column or hybrid, by default of the field's own name."""
    return strawberry.field(description=description, **demands(needs, binding=Attribute(attr)))


def to_one(
    attr: str | None = None,
    *,
    covered: str | None = None,
    needs: Permission | None = None,
    description: str | None = None,
) -> Any:
    """A to-one relationship, by default of the field's own name; null where its row is absent or unseen.

    `covered` says why whoever sees this row sees that one too: then the field may be non-null.
    """
    return strawberry.field(description=description, **demands(needs, binding=One(attr, covered)))


def self_(*, needs: Permission | None = None, description: str | None = None) -> Any:
    """The same row, shown as the field's type."""
    return strawberry.field(description=description, **demands(needs, binding=Same()))


def told(*, needs: Permission | None = None, description: str | None = None) -> Any:
    """A nullable field of an event that holds the value given to `Engine.tell_value`; null when a row is told."""
    return strawberry.field(description=description, **demands(needs, binding=Told()))


def many(fn: Callable[..., Any], *, needs: Permission | None = None, description: str | None = None) -> Any:
    """A connection: `fn(viewer, [parent], **arguments)` gives a Select in order; the engine cuts the page."""
    return asked(Many(fn, True, _names(fn)), [*arguments_of(fn), *PAGING], fn, needs, description)


def reads(fn: Callable[..., Any], *, needs: Permission | None = None, description: str | None = None) -> Any:
    """One row or a list small by law: `fn` gives its Select, or for a union a tuple of Selects."""
    return asked(Many(fn, False, _names(fn)), arguments_of(fn), fn, needs, description)


def computed(
    fn: Callable[..., Any],
    reads: tuple[str | Callable[[Any], Any], ...] = (),
    *,
    needs: Permission | None = None,
    description: str | None = None,
) -> Any:
    """A value SQL cannot say: `fn(viewer, rows)` gives one for each tuple of what it reads; it may be async.

    It reads columns by their names, and what `read(row)` makes of the row in SQL.
    """
    return strawberry.field(
        description=description or _sentence(fn), **demands(needs, binding=Computed(fn, tuple(reads)))
    )


def node_of(*, description: str | None = None, **argument: Any) -> Any:
    """`node(id:)` or `nodes(ids:)` of the Node interface: any row by its global id, null where absent or unseen."""
    parameters = [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, annotation=a) for n, a in argument.items()]
    return asked(Nodes(), parameters, None, None, description)


def subscribes(fn: Callable[..., Any], *, needs: Permission | None = None, description: str | None = None) -> Any:
    """A subscription: `await fn(context, **arguments)` gives what to follow; its type @shows the journal's row."""

    async def follow(info: strawberry.Info, **arguments: Any) -> AsyncIterator[Any]:
        async for happening in await fn(info.context, **arguments):
            yield happening

    _sign(follow, [_INFO, *arguments_of(fn)])
    return strawberry.subscription(
        resolver=follow, description=description or _sentence(fn), **demands(needs, binding=Follows(fn))
    )


def shows(
    row: type,
    *,
    visible: Callable[[Any, Any], Any] | None = None,
    open: str | None = None,
    key: str = "id",
    description: str | None = None,
) -> Callable[[type[T]], type[T]]:
    """Declare a GraphQL type read off this row; a field that nothing answers raises Unbound.

    `visible(row, viewer)` gives the predicate of the rows a viewer sees, or `open` says why everybody sees all.
    `key` names the uuid column that makes the global id.
    """

    def wrap(cls: type[T]) -> type[T]:
        cls.is_type_of = classmethod(lambda c, obj, _: isinstance(obj, c | row))  # type: ignore[attr-defined]  # strawberry's hook for unions
        made = strawberry.type(cls, description=description or _own_sentence(cls))
        fields = made.__strawberry_definition__.fields  # type: ignore[attr-defined]  # added by strawberry.type
        bound = {field.python_name: _binding(made, row, field) for field in fields}
        for field in fields:
            field.description = field.description or _described(cls, row, bound[field.python_name], field.python_name)
        made.__shows__ = Shows(row, key, visible, open, bound)  # type: ignore[attr-defined]  # read back by shown()
        return made

    return wrap


def shown(gtype: Any) -> Shows | None:
    """The row that a GraphQL object type shows."""
    definition = gtype.extensions.get("strawberry-definition") if gtype.extensions else None
    return getattr(getattr(definition, "origin", None), "__shows__", None)


def binding_of(gtype: GraphQLObjectType, name: str) -> Binding | None:
    """How this field is answered; None where Python answers it."""
    definition = gtype.fields[name].extensions.get("strawberry-definition")
    if definition is None:
        return None
    kept = shown(gtype)
    return kept.fields[definition.python_name] if kept else (definition.metadata or {}).get("binding")


_INFO = inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=strawberry.Info)


def _binding(cls: type, row: type, field: Any) -> Binding:
    """The field's declared binding, or the one its name stands for."""
    mapper: Mapper[Any] = mapped(row)
    name = field.python_name
    declared = (field.metadata or {}).get("binding")
    if isinstance(declared, Attribute | One):
        name = declared.attr or name
    if declared is not None and not isinstance(declared, Attribute | One):
        return _readable(cls, row, field.python_name, declared)
    if field.base_resolver is not None:
        raise Unbound(f"{cls.__name__}.{name} has a Python resolver: use computed(), many() or reads()")
    if name == "id" and declared is None:
        return Identity()
    if not isinstance(declared, One) and _is_value(mapper, name):
        return Attribute(name)
    if name in mapper.relationships and not mapper.relationships[name].uselist:
        return One(name, declared.covered if isinstance(declared, One) else None)
    raise Unbound(f"{cls.__name__}.{name}: {row.__name__} has no such column, hybrid or to-one relationship")


def _readable(cls: type, row: type, name: str, declared: Any) -> Binding:
    for attr in getattr(declared, "reads", ()):
        if isinstance(attr, str) and not _is_value(mapped(row), attr):
            raise Unbound(f"{cls.__name__}.{name} reads {attr}, which is no column or hybrid of {row.__name__}")
    made: Binding = declared
    return made


def _is_value(mapper: Any, name: str) -> bool:
    return name in mapper.column_attrs or isinstance(mapper.all_orm_descriptors.get(name), hybrid_property)


def _described(cls: type, row: type, binding: Binding, name: str) -> str | None:
    """The string under the field, or under the row's attribute that it shows."""
    return described(cls).get(name) or described(row).get(getattr(binding, "attr", None) or name)


def asked(binding: Any, parameters: list[inspect.Parameter], fn: Any, needs: Any, description: str | None) -> Any:
    """A field with these parameters as its arguments, which the engine answers by its binding."""

    def answer(**_: Any) -> Any:
        return READ

    _sign(answer, parameters)
    return strawberry.field(
        resolver=answer, description=description or _sentence(fn), **demands(needs, binding=binding)
    )


def _sign(resolver: Any, parameters: list[inspect.Parameter]) -> None:
    """Give a resolver these parameters, for Strawberry to read the field's arguments off."""
    keywords = [p if p is _INFO else p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
    resolver.__signature__ = inspect.Signature(keywords)
    resolver.__annotations__ = {p.name: p.annotation for p in keywords}


def arguments_of(fn: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters of a resolver that are its field's arguments."""
    ours = {"viewer", "parent", "context"}
    return [p for name, p in inspect.signature(fn, eval_str=True).parameters.items() if name not in ours]


def _names(fn: Callable[..., Any]) -> frozenset[str]:
    return frozenset(inspect.signature(fn).parameters)


def _own_sentence(cls: type) -> str | None:
    said = cls.__dict__.get("__doc__")
    return inspect.cleandoc(said) if said else None


def _sentence(fn: Callable[..., Any] | None) -> str | None:
    return inspect.getdoc(fn) if fn is not None else None
