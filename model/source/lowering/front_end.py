# SPDX-License-Identifier: GPL-2.0-only
"""The lowering of one target function: its collaborators, wired together.

Every collaborator is given those it rests on, and this object for what C's recursion leads back to.
"""

from __future__ import annotations

from collections.abc import Mapping

from model.source.contracts.contract import Contract
from model.source.lowering.calls.builtin_calls import BuiltinCalls
from model.source.lowering.calls.calls import Calls
from model.source.lowering.calls.contract_calls import ContractCalls
from model.source.lowering.calls.effects import Effects
from model.source.lowering.calls.memory_access import Accesses
from model.source.lowering.calls.prototypes import Prototypes
from model.source.lowering.calls.unknown_calls import UnknownCalls
from model.source.lowering.expressions.casts import Casts
from model.source.lowering.expressions.expansion import Macros
from model.source.lowering.expressions.expressions import Expressions
from model.source.lowering.expressions.initialisers import Initialisers
from model.source.lowering.expressions.lvalues import Lvalues, Variables
from model.source.lowering.expressions.names import Enums, Names
from model.source.lowering.expressions.operands import Operands
from model.source.lowering.expressions.operators import Operators
from model.source.lowering.expressions.storage import Storage
from model.source.lowering.state.context import Context
from model.source.lowering.state.objects import Objects
from model.source.lowering.statements.conditionals import Branches
from model.source.lowering.statements.declarations import Declarations
from model.source.lowering.statements.function_bodies import FunctionBodies
from model.source.lowering.statements.loops import Loops
from model.source.lowering.statements.statements import Statements
from model.source.lowering.statements.unrolling import Unrolling
from model.source.types.parse_types import Types


class FrontEnd:
    """Lowers C, and holds what was made of it: the implementation of ``Lowering``."""

    def __init__(self, types: Types, objects: Objects, contracts: Mapping[str, Contract]):
        self.types, self.view, self.objects, self.contracts = types, types.view, objects, contracts
        self.context = context = Context(types, objects, contracts)
        self.operands = operands = Operands(context, self)
        self.prototypes = prototypes = Prototypes(types)
        macros = Macros(context)
        storage = Storage(context, operands)
        variables = Variables(context, macros)
        lvalues = Lvalues(context, operands, storage, variables, macros, self)
        casts = Casts(context, operands)
        enums = Enums(context, operands)
        types.enum_type, types.typeof = enums.enum_type, casts.typeof
        names = Names(context, macros, enums, variables, lvalues, storage, operands, self)
        operators = Operators(context, operands, storage, lvalues, self)
        initialisers = Initialisers(context, storage, self)
        expressions = Expressions(
            context, operands, storage, lvalues, names, casts, operators, initialisers, self
        )
        effects = Effects(context, operands, storage, prototypes)
        calls = Calls(
            context,
            operands,
            operators,
            casts,
            macros,
            names,
            prototypes,
            BuiltinCalls(context, operands, effects),
            Accesses(context, operands, storage, lvalues),
            ContractCalls(context, operands, storage, prototypes, effects, self),
            UnknownCalls(context, operands, prototypes),
            self,
        )
        branches = Branches(context, operands, self)
        declarations = Declarations(context, operands, casts, initialisers, self)
        unrolling = Unrolling(context, operands, branches)
        loops = Loops(context, operands, branches, unrolling, declarations, self)
        statements = Statements(context, operands, storage, branches, loops, declarations, self)
        bodies = FunctionBodies(context, operands, initialisers, self)
        # Bound here and not wrapped in methods: each step of C's recursion is one frame of the stack less.
        self.rvalue, self.call, self.inline = expressions.rvalue, calls.call, bodies.inline
        self.statement, self.sequence = statements.statement, statements.sequence
        self.statement_expression = statements.statement_expression
        self.lower_target = bodies.lower_target
