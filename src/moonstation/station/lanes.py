"""Lives side by side: a number per life in one SIMD register, for the compiled kernel.

``Lanes(W)`` is LLVM's vector of W doubles and ``Mask(W)`` its W truth values. Both behave as numbers do: arithmetic,
comparison, ``min``, ``max``, ``abs``, ``math.sqrt``; a plain number stands for all lanes. LLVM cuts the vectors to what
the machine has, and every lane is rounded as a single number would be: the same bits on any machine, in any width.

With one life ``in_lanes`` leaves plain floats in the tables, so the same source compiles to what it always was.
"""

# What lies inside numba has no types.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.datamodel import models
from numba.core.datamodel.registry import register_default
from numba.core.imputils import lower_cast
from numba.core.typeconv.castgraph import Conversion
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin

_DOUBLE = ir.DoubleType()
_instructions: Callable[[Any], Any] = intrinsic  # its type lacks the context that numba hands over


class Lanes(types.Type):
    """A number per life."""

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__(name=f"Lanes({width})")

    def can_convert_from(self, typingctx: Any, other: Any) -> Any:
        """A plain number stands for all lanes."""
        return Conversion.safe if isinstance(other, types.Float | types.Integer) else None

    def unify(self, typingctx: Any, other: Any) -> Any:
        """A variable that is a plain number here and lanes there holds lanes."""
        return self if isinstance(other, types.Float | types.Integer) else None


class Mask(types.Type):
    """A truth value per life."""

    def __init__(self, width: int) -> None:
        self.width = width
        super().__init__(name=f"Mask({width})")

    def can_convert_from(self, typingctx: Any, other: Any) -> Any:
        """A plain truth value stands for all lanes."""
        return Conversion.safe if isinstance(other, types.Boolean) else None

    def unify(self, typingctx: Any, other: Any) -> Any:
        """A variable that is a plain truth value here and a mask there holds a mask."""
        return self if isinstance(other, types.Boolean) else None


@register_default(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Lanes) -> None:
        super().__init__(dmm, fe_type, ir.VectorType(_DOUBLE, fe_type.width))


@register_default(Mask)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Mask) -> None:
        super().__init__(dmm, fe_type, ir.VectorType(ir.IntType(1), fe_type.width))


def _splat(builder: Any, value: Any, width: int) -> Any:
    vector = ir.VectorType(value.type, width)
    first = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    order = ir.Constant(ir.VectorType(ir.IntType(32), width), [0] * width)
    return builder.shuffle_vector(first, ir.Constant(vector, ir.Undefined), order)


@lower_cast(types.Float, Lanes)
@lower_cast(types.Integer, Lanes)
def _number_to_lanes(context: Any, builder: Any, fromty: Any, toty: Lanes, value: Any) -> Any:
    return _splat(builder, context.cast(builder, value, fromty, types.float64), toty.width)


@lower_cast(types.Boolean, Mask)
def _truth_to_mask(context: Any, builder: Any, fromty: Any, toty: Mask, value: Any) -> Any:
    return _splat(builder, value, toty.width)


def _lanes_among(args: Any) -> Any:
    """The type of lanes among the arguments where all others are lanes or numbers, else None."""
    found = [item for item in args if isinstance(item, Lanes)]
    plain = all(isinstance(item, Lanes | types.Float | types.Integer) for item in args)
    return found[0] if found and plain else None


def _binary(function: Callable[..., Any], emit: Callable[[Any, Any, Any], Any], *, truth: bool = False) -> None:
    """Teach numba a function of two lanes, which gives lanes or (``truth``) a mask."""

    class Template(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            lanes = _lanes_among(args) if len(args) == 2 else None  # noqa: PLR2004
            if lanes is None:
                return None
            return signature(Mask(lanes.width) if truth else lanes, lanes, lanes)

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return emit(builder, *args)

    infer_global(function)(Template)
    lower_builtin(function, Lanes, Lanes)(lower)


def _unary(function: Callable[..., Any], emit: Callable[[Any, Any, Any], Any]) -> None:
    """Teach numba a function of one of lanes."""

    class Template(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            return signature(args[0], args[0]) if len(args) == 1 and isinstance(args[0], Lanes) else None

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return emit(builder, args[0], sig.args[0])

    infer_global(function)(Template)
    lower_builtin(function, Lanes)(lower)


def _logical(function: Callable[..., Any], emit: Callable[[Any, Any, Any], Any]) -> None:
    """Teach numba a function of two masks; a plain truth value stands for all lanes."""

    class Template(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            found = [item for item in args if isinstance(item, Mask)]
            if not found or not all(isinstance(item, Mask | types.Boolean) for item in args):
                return None
            return signature(found[0], found[0], found[0])

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return emit(builder, *args)

    infer_global(function)(Template)
    lower_builtin(function, Mask, Mask)(lower)


def _intrinsic_of(name: str) -> Callable[[Any, Any, Any], Any]:
    def emit(builder: Any, value: Any, lanes: Lanes) -> Any:
        kind = ir.FunctionType(value.type, [value.type])
        function = builder.module.declare_intrinsic(f"llvm.{name}.v{lanes.width}f64", fnty=kind)
        return builder.call(function, [value])

    return emit


def _comparison(sign: str, *, unordered: bool = False) -> Callable[[Any, Any, Any], Any]:
    if unordered:  # as in Python, what is not a number is unequal to all
        return lambda builder, left, right: builder.fcmp_unordered(sign, left, right)
    return lambda builder, left, right: builder.fcmp_ordered(sign, left, right)


for _function in (operator.add, operator.iadd):
    _binary(_function, lambda builder, left, right: builder.fadd(left, right))
for _function in (operator.sub, operator.isub):
    _binary(_function, lambda builder, left, right: builder.fsub(left, right))
for _function in (operator.mul, operator.imul):
    _binary(_function, lambda builder, left, right: builder.fmul(left, right))
for _function in (operator.truediv, operator.itruediv):
    _binary(_function, lambda builder, left, right: builder.fdiv(left, right))
for _function, _sign in ((operator.lt, "<"), (operator.le, "<="), (operator.gt, ">"), (operator.ge, ">=")):
    _binary(_function, _comparison(_sign), truth=True)
_binary(operator.eq, _comparison("=="), truth=True)
_binary(operator.ne, _comparison("!=", unordered=True), truth=True)
# as Python has it: the first unless the second is smaller (greater)
_binary(min, lambda builder, one, other: builder.select(builder.fcmp_ordered("<", other, one), other, one))
_binary(max, lambda builder, one, other: builder.select(builder.fcmp_ordered(">", other, one), other, one))
_unary(operator.neg, lambda builder, value, _: builder.fneg(value))
_unary(abs, _intrinsic_of("fabs"))
_unary(math.sqrt, _intrinsic_of("sqrt"))
for _function in (operator.and_, operator.iand):
    _logical(_function, lambda builder, left, right: builder.and_(left, right))
for _function in (operator.or_, operator.ior):
    _logical(_function, lambda builder, left, right: builder.or_(left, right))


@_instructions
def select(typingctx: Any, mask: Any, one: Any, other: Any) -> Any:
    """``one`` in the lanes where ``mask`` is true, ``other`` elsewhere; both are worked out."""
    kind = Lanes(mask.width) if isinstance(mask, Mask) else types.float64

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(*args)

    return signature(kind, mask, kind, kind), codegen


@_instructions
def any_of(typingctx: Any, mask: Any) -> Any:
    """True where it is so in any lane."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        if isinstance(mask, types.Boolean):
            return args[0]
        bits = ir.IntType(mask.width)
        return builder.icmp_unsigned("!=", builder.bitcast(args[0], bits), ir.Constant(bits, 0))

    return signature(types.boolean, mask), codegen


@_instructions
def seldom(typingctx: Any, mask: Any) -> Any:
    """True where it is so in any lane, which hardly ever happens: LLVM lays what then follows out of the way."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        found = args[0]
        if isinstance(mask, Mask):
            bits = ir.IntType(mask.width)
            found = builder.icmp_unsigned("!=", builder.bitcast(found, bits), ir.Constant(bits, 0))
        truth = ir.IntType(1)
        kind = ir.FunctionType(truth, [truth, truth])
        return builder.call(builder.module.declare_intrinsic("llvm.expect.i1", fnty=kind), [found, truth(0)])

    return signature(types.boolean, mask), codegen


@_instructions
def all_of(typingctx: Any, mask: Any) -> Any:
    """True where it is so in all lanes."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        if isinstance(mask, types.Boolean):
            return args[0]
        bits = ir.IntType(mask.width)
        return builder.icmp_unsigned("==", builder.bitcast(args[0], bits), ir.Constant(bits, 2**mask.width - 1))

    return signature(types.boolean, mask), codegen


@_instructions
def bits_of(typingctx: Any, mask: Any) -> Any:
    """A mask as a number: bit k is set where it is true in lane k, of 64 lanes at most."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = args[0]
        if isinstance(mask, Mask):
            bits = builder.bitcast(bits, ir.IntType(mask.width))
        return builder.zext(bits, ir.IntType(64))

    return signature(types.int64, mask), codegen


@_instructions
def no(typingctx: Any, mask: Any) -> Any:
    """The opposite in every lane."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.not_(args[0])

    return signature(mask, mask), codegen


@_instructions
def true_as(typingctx: Any, value: Any) -> Any:
    """True in as many lanes as ``value`` has."""
    kind = Mask(value.width) if isinstance(value, Lanes) else types.boolean

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        one = ir.Constant(ir.IntType(1), 1)
        return _splat(builder, one, kind.width) if isinstance(kind, Mask) else one

    return signature(kind, value), codegen


@_instructions
def one_life(typingctx: Any, value: Any) -> Any:
    """Whether there is one life; known when the kernel is compiled, so what is not wanted then is left out."""
    single = not isinstance(value, Lanes)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return ir.Constant(ir.IntType(1), int(single))

    return signature(types.boolean, value), codegen


@_instructions
def only_here(typingctx: Any) -> Any:
    """Nothing, but at the head of a branch LLVM must not do its work in advance: a division kept all others waiting."""

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.asm(ir.FunctionType(ir.VoidType(), []), "", "", [], True)
        return context.get_dummy_value()

    return signature(types.void), codegen


# ---------------------------------------------------------------- tables and rows of records


class _Row(types.Record):
    """A record some of whose fields are lanes; numpy has no such thing, so it keeps the record that it looks at."""

    def __init__(self, record: Any) -> None:
        self.seen = record
        fields: Any = [
            (name, {"type": _field_in_lanes(field.type), "offset": field.offset, "alignment": field.alignment})
            for name, field in record.fields.items()
        ]
        super().__init__(fields, record.size, aligned=False)

    @property
    def dtype(self) -> Any:
        """What numpy knows of it."""
        return self.seen.dtype


register_default(_Row)(models.RecordModel)


def _field_in_lanes(kind: Any) -> Any:
    """Type of a record's field once its lanes are looked at together."""
    if isinstance(kind, types.NestedArray) and kind.dtype == types.float64 and kind.ndim == 1:
        return types.float64 if kind.shape[0] == 1 else Lanes(kind.shape[0])
    return kind


def _table_in_lanes(table: Any) -> Any:
    """Type of a table whose rows hold lanes; reads need no alignment, which costs nothing where there is one."""
    if not (isinstance(table, types.Array) and isinstance(table.dtype, types.Record)):
        return table
    return table.copy(dtype=_Row(table.dtype))


@_instructions
def in_lanes(typingctx: Any, tables: Any) -> Any:
    """The same tables, their fields of one number per life seen as lanes: ``bus.pool += amount`` for all lives."""
    kinds = [_table_in_lanes(kind) for kind in tables.types]
    seen = types.NamedTuple(kinds, tables.instance_class)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return args[0]

    return signature(seen, tables), codegen


def _single_number(builder: Any, value: Any, to: Any) -> Any:
    """``value``, doubles, as another kind of number."""
    if isinstance(to, ir.DoubleType):
        return value
    shape = ir.VectorType(to, value.type.count) if isinstance(value.type, ir.VectorType) else to
    return builder.fptrunc(value, shape) if isinstance(to, ir.FloatType) else builder.fptosi(value, shape)


@_instructions
def put(typingctx: Any, row: Any, value: Any) -> Any:
    """Write a number per life into a row of an array, rounded to its kind of number."""
    kind = value if isinstance(value, Lanes) else types.float64

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        from numba.core import cgutils

        array = cgutils.create_struct_proxy(sig.args[0])(context, builder, value=args[0])
        number = _single_number(builder, args[1], context.get_data_type(row.dtype))
        builder.store(number, builder.bitcast(array.data, number.type.as_pointer()), align=1)
        return context.get_dummy_value()

    return signature(types.void, row, kind), codegen
