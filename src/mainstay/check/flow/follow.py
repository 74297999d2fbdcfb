"""Statements and functions, followed: a program is run on abstract values, and what is seen is written down."""

from __future__ import annotations

import re
from dataclasses import replace

from mainstay.check import syntax as s
from mainstay.check.flow.frame import Frame
from mainstay.check.flow.linking import Linking
from mainstay.check.flow.meaning import is_check_name, is_secret_name
from mainstay.check.flow.narrowing import ends, named, narrowed
from mainstay.check.flow.passing import failure
from mainstay.check.flow.program import Changed, Raised, Returned, Run, Seen, Tested
from mainstay.check.flow.value import (
    EVERYTHING,
    NOTHING,
    UNKNOWN,
    Closure,
    Scope,
    Step,
    Trace,
    Unit,
    Value,
    merged,
)

DEEPEST = 4
"""Calls of functions of the program are followed into one another this far."""
MOST_EVENTS = 4_000
"""What is written down of one function at most."""
TOLD = frozenset(
    {
        "ValueError", "pydantic.ValidationError", "marshmallow.ValidationError", "fastapi.HTTPException",
        "jsonschema.ValidationError", "jsonschema.exceptions.ValidationError",
    }
)  # fmt: skip
"""Errors whose text is often meant for whoever sent the value."""
ONLY_ERROR = re.compile(r"^err|[eE]rr$")
"""Names of errors that are all that a call answers."""
ERROR = re.compile(r"^e$|err", re.IGNORECASE)
"""Names of errors that are answered beside a value."""
TRANSACTIONAL = ("atomic", "transactional", "Transactional")
ATOMIC = ("atomic", "begin", "transaction", "begin_nested", "start_transaction")
TOLD_APART = frozenset({"error", "caller"})
"""Marks of what a function is given that make another call of it."""


class Follower(Linking):
    """Follows the functions of a program, statement by statement."""

    # ------------------------------------------------------------ beginnings

    def function(self, closure: Closure, parameters: dict[str, Value], *, shallow: bool = False) -> Run:
        """Follows a function from its beginning, with what is known of its parameters."""
        function = closure.function
        run = Run(closure.unit, function, parameters=parameters, decorators=self.decorators.get(id(function), []))
        run.shallow = shallow
        frame = Frame(closure.unit, Scope({}, closure.scope), run, function, (id(function),))
        self._bind(closure, parameters, frame)
        if self._transactional(closure):
            frame.transaction = closure.unit.place(function)
        self._entered[id(run)] = {}
        self.block(function.body, frame)
        run.result = _joined(frame.returned)
        if run.result is not None and not any(each.trace for each in parameters.values()):
            self._results[id(function)] = run.result
        return run

    def _transactional(self, closure: Closure) -> bool:
        """Whether a function, or the class that it stands in, says that it runs in a transaction."""
        told = self.decorators.get(id(closure.function), [])
        if closure.self_value is not None and closure.self_value.instance is not None:
            told = [*told, *closure.self_value.instance.decorators]
        return any((each.path or each.type).rpartition(".")[2].lstrip("?") in TRANSACTIONAL for each in told)

    def _bind(self, closure: Closure, given: dict[str, Value], frame: Frame) -> None:
        for position, parameter in enumerate(closure.function.parameters):
            if parameter.name in given:
                value = self.refined(given[parameter.name], parameter.annotation, frame)
            elif position == 0 and parameter.name in ("self", "cls") and closure.self_value is not None:
                value = closure.self_value
            elif parameter.default is not None and isinstance(parameter.default, s.Literal):
                value = replace(self.typed(parameter, frame), const=UNKNOWN)
            else:
                value = self.typed(parameter, frame)
            if parameter.pattern is not None:
                self.assign(parameter.pattern, given.get(f"#{position}", value), frame)
            else:
                frame.scope.names[parameter.name] = value
        own, receiver = closure.self_value, closure.function.receiver
        if own is not None and receiver not in frame.scope.names:
            frame.scope.names[receiver] = own
        if own is not None and closure.unit.source.is_linked and closure is self.closures.get(id(closure.function)):
            frame.scope.names[receiver] = replace(own)

    def forget(self, run: Run) -> None:
        """Lets go of what only following a function needed, once its facts are read."""
        run.events.clear()
        self._entered.pop(id(run), None)

    def enter(
        self, closure: Closure, arguments: list[Value], keywords: dict[str, Value], frame: Frame, node: s.Call
    ) -> Value | None:
        """Follows a function of the program from where it is called."""
        function = closure.function
        traced = any(each.any_trace() is not None for each in (*arguments, *keywords.values()))
        held = closure.self_value.any_trace() if closure.self_value is not None else None
        traced = traced or held is not None
        lambda_ = not function.name
        if not traced and not lambda_ and not closure.builds and frame.function is None:
            return self._results.get(id(function))
        if id(function) in frame.stack or len(frame.stack) > DEEPEST or len(frame.run.events) > MOST_EVENTS:
            return self._results.get(id(function))
        if frame.run.shallow and not traced and not lambda_ and len(frame.stack) > 1:
            return self._results.get(id(function))
        given, mark = self._given(closure, arguments, keywords, frame, node)
        own = held.safe if held is not None else None
        key = (id(function), mark, own, frame.loop is not None, frame.transaction is not None)
        entered = self._entered.setdefault(id(frame.run), {})
        if key in entered and not lambda_ and not closure.builds:
            self._fill(closure, arguments, self._fills.get(key, {}))
            return entered[key] or self._results.get(id(function), NOTHING)
        entered[key] = None
        inner = Frame(
            closure.unit,
            Scope({}, closure.scope),
            frame.run,
            function,
            (*frame.stack, id(function)),
            frame.loop,
            frame.transaction,
            frame.caught,
            frame.within,
            around=frame.loop,
        )
        if inner.transaction is None and self._transactional(closure):
            inner.transaction = closure.unit.place(function)
        self._bind(closure, given, inner)
        self.block(function.body, inner)
        if closure.unit.source.language == "go":
            self._fills[key] = _filled(given, inner)
            self._fill(closure, arguments, self._fills[key])
        result = _joined(inner.returned)
        if not traced and result is not None:
            self._results.setdefault(id(function), result)
        entered[key] = result
        return result if result is not None else NOTHING

    def _fill(self, closure: Closure, arguments: list[Value], fills: dict[str, Trace]) -> None:
        """What a function of Go has read a request into, through a pointer that it was given, its caller has too."""
        for parameter, value in zip(closure.function.parameters, arguments, strict=False):
            trace = fills.get(parameter.name)
            if trace is not None and value is not NOTHING and value.trace is None:
                value.trace, value.marks = trace, value.marks | {"whole"}

    def _given(
        self, closure: Closure, arguments: list[Value], keywords: dict[str, Value], frame: Frame, node: s.Call
    ) -> tuple[dict[str, Value], tuple[object, ...]]:
        parameters = closure.function.parameters
        if closure.self_value is not None and parameters and parameters[0].name in ("self", "cls"):
            parameters = parameters[1:]
        offset = len(closure.function.parameters) - len(parameters)
        given: dict[str, Value] = {}
        mark: list[object] = []
        for position, parameter in enumerate(parameters):
            value = keywords.get(parameter.name)
            if value is None and position < len(arguments):
                value = arguments[position]
            if parameter.spread and position < len(arguments):
                value = Value(type="sequence", fields={str(i): v for i, v in enumerate(arguments[position:])})
            if value is None:
                continue
            trace = value.any_trace()
            if value.trace is not None and closure.function.name:
                passed = f"passed to {closure.function.label}() as {parameter.name or 'an argument'}"
                value = value.with_trace(value.trace.then(frame.place(node), passed))
            known = value.text if not isinstance(value.const, bool) else value.const
            mark.append((position, trace.safe if trace else None, value.type, known, value.marks & TOLD_APART))
            given[parameter.name or f"#{position + offset}"] = value
        return given, tuple(mark)

    # ------------------------------------------------------------ statements

    def block(self, body: list[s.Node], frame: Frame) -> None:
        """Follows statements in order; functions are defined first, as they may be called before their lines."""
        if frame.unit.source.language != "python":
            for each in body:
                if isinstance(each, s.Function):
                    frame.scope.names[each.name] = self.define(each, frame)
        for each in body:
            self.statement(each, frame)

    def statement(self, node: s.Node, frame: Frame) -> None:
        """Follows one statement."""
        if isinstance(node, s.Expression):
            value = self.value(node.value, frame)
            self._checked(node.value, frame)
            del value
        elif isinstance(node, s.Assign):
            self._assign(node, frame)
        elif isinstance(node, s.If):
            self._if(node, frame)
        elif isinstance(node, s.Return):
            looped, frame.loop = frame.loop, frame.around
            value = self.value(node.value, frame)
            frame.loop = looped
            frame.returned.append(value)
            if frame.function is not None:
                frame.run.events.append(Returned(node, frame.place(node), value, frame.function, len(frame.run.events)))
        elif isinstance(node, s.Function):
            if frame.unit.source.language == "python" or node.name not in frame.scope.names:
                frame.scope.names[node.name] = self.define(node, frame)
        elif isinstance(node, s.Class):
            self.class_(node, frame)
        elif isinstance(node, s.Loop):
            self._loop(node, frame)
        elif isinstance(node, s.Try):
            self._try(node, frame)
        elif isinstance(node, s.With):
            self._with(node, frame)
        elif isinstance(node, s.Raise):
            value = self.value(node.value, frame)
            frame.run.events.append(Raised(node, frame.place(node), value, frame.function, len(frame.run.events)))
        elif isinstance(node, s.Import):
            self.bring(node, frame)
        elif isinstance(node, s.Export):
            frame.scope.names["default"] = self.value(node.value, frame)

    def _checked(self, node: s.Node, frame: Frame) -> None:
        """After `validate(x)` as a statement, x has been told good."""
        call = node.value if isinstance(node, s.Await) else node
        if isinstance(call, s.Call) and is_check_name(s.dotted(call.function)):
            for each in call.arguments:
                for name in named(each.value):
                    self.narrow(name, (EVERYTHING,), frame)

    def _assign(self, node: s.Assign, frame: Frame) -> None:
        if node.value is None:
            if frame.unit.source.is_linked and isinstance(node.targets[0], s.Name):
                self.assign(node.targets[0], self.declared(node.annotation, node.targets[0].id, frame), frame)
            return
        value = self.value(node.value, frame)
        if node.annotation is not None:
            value = self.refined(value, node.annotation, frame)
        if node.operator:
            before = self.value(node.targets[0], replace(frame, run=Run(frame.unit, None)))
            if node.operator == "+" and before.text is not None and value.text is not None:
                value = Value(const=before.text + value.text)
            else:
                both = merged(before, value)
                texts = before.text is not None or value.text is not None
                marks = both.marks | ({"text"} if texts else set())
                value = replace(both, const=UNKNOWN, marks=marks, trace=before.trace or value.trace)
        for target in node.targets:
            self.assign(target, value, frame, node)

    def assign(self, target: s.Node, value: Value, frame: Frame, statement: s.Assign | None = None) -> None:
        """Gives a value to a name, attribute, item or to each part of a pattern."""
        if isinstance(target, s.Name):
            if frame.unit.source.language == "go" and ONLY_ERROR.search(target.id) and value.type not in ("", "error"):
                value = value if value.marks or value.instance is not None else failure(value)
            if is_secret_name(target.id) and "secret" not in value.marks and value.const is UNKNOWN:
                value = replace(value, marks=value.marks | {"secret"})
            frame.scope.names[target.id] = value
        elif isinstance(target, s.Member | s.Index):
            owner = self.value(target.object, frame)
            key = target.name if isinstance(target, s.Member) else self.value(target.key, frame).text
            if statement is not None:
                shown = s.dotted(target) if isinstance(target, s.Member) else f"{s.dotted(target.object)}[{key}]"
                frame.run.events.append(
                    Changed(
                        statement,
                        frame.place(target),
                        shown,
                        owner,
                        value,
                        frame.function,
                        frame.loop,
                        len(frame.run.events),
                    )
                )
            if key is None:
                if owner.fields is not None and value.any_trace() is not None:
                    owner.fields["**"] = value
                return
            linked = frame.unit.source.is_linked
            own = isinstance(target.object, s.Name) and target.object.id == "self" and not linked
            held = frame.unit.source.declares_types and (owner.source is not None or value.any_trace() is not None)
            if own and owner.instance is not None and held:
                if owner.source is not None:
                    owner.fields = {**(owner.fields or {}), key: value}
            elif own and owner.instance is not None:
                before = owner.instance.attributes.get(key)
                if before is None or before.type != value.type or not before.marks > value.marks:
                    owner.instance.attributes[key] = value
            elif owner is not NOTHING and (not linked or s.dotted(target).partition(".")[0] in frame.scope.names):
                if owner.fields is None and (owner.path in ("module.exports", "exports") or not owner.path):
                    owner.fields = {}
                if owner.fields is not None:
                    owner.fields[key] = value
            written = s.dotted(target)
            if written == "module.exports" or written.rpartition(".")[0] in ("exports", "module.exports"):
                frame.unit.scope.names["default" if written == "module.exports" else key] = value
        elif isinstance(target, s.Results):
            self._give_out(target, value, frame)
        elif isinstance(target, s.Sequence):
            for position, each in enumerate(target.items):
                found = value.fields.get(str(position)) if value.fields is not None else None
                self.assign(each, found or self.element(value), frame)
        elif isinstance(target, s.Mapping):
            for pair in target.pairs:
                part = pair.key.value if isinstance(pair.key, s.Literal) else None
                if isinstance(part, str):
                    self.assign(pair.value, self.attribute(value, part, pair, frame), frame)
                else:
                    self.assign(pair.value, value, frame)
        elif isinstance(target, s.Assign):
            for each in target.targets:
                self.assign(each, self.refined(value, target.annotation, frame), frame)
        elif isinstance(target, s.Other):
            for each in target.parts:
                self.assign(each, value, frame)

    def _give_out(self, target: s.Results, value: Value, frame: Frame) -> None:
        """The answers of a call, each to its target; of a function of the program each of them is known."""
        answers = value.fields or {} if value.type == "sequence" else {}
        seen = value.source
        if isinstance(seen, Seen) and is_check_name(s.dotted(seen.node.function)):
            answers = {
                key: each.with_trace(each.trace and each.trace.safe_for(EVERYTHING)) for key, each in answers.items()
            }
        for position, each in enumerate(target.targets):
            known = answers.get(str(position))
            if known is None and position == 0:
                known = value
            elif known is None and isinstance(each, s.Name) and ERROR.search(each.id):
                known = failure(value)
            elif known is None:
                text = value.trace if position < len(target.targets) - 1 else None
                known = Value(type=f"{value.type}.{position}", trace=text, source=value.source)
            self.assign(each, known, frame)

    def _if(self, node: s.If, frame: Frame) -> None:
        test = self.value(node.test, frame)
        then_ends, otherwise_ends = ends(node.then), ends(node.otherwise)
        values = {name: found for name in node.names if (found := frame.scope.find(name)) is not None}
        frame.run.events.append(
            Tested(node, frame.place(node), frame.function, len(frame.run.events), then_ends or otherwise_ends, values)
        )
        if test.const is not UNKNOWN and not isinstance(test.const, str) and not isinstance(node.test, s.Literal):
            self.block(node.then if test.const else node.otherwise, frame)
            if self.inputs.environment:
                self._switched_off(node.otherwise if test.const else node.then, node, frame)
            return
        names = frame.scope.names
        then = self._branch(node.then, node.test, True, frame)
        otherwise = self._branch(node.otherwise, node.test, False, frame)
        if then_ends and not otherwise_ends:
            frame.scope.names = otherwise
        elif otherwise_ends and not then_ends:
            frame.scope.names = then
        else:
            frame.scope.names = _merged_names(then, otherwise)
        names.clear()
        names.update(frame.scope.names)
        frame.scope.names = names

    def _switched_off(self, branch: list[s.Node], choice: s.If, frame: Frame) -> None:
        """Remembers a branch that is never taken: its test names nothing that differs from call to call."""
        if branch and (frame.function is None or not set(choice.names) & set(frame.scope.names)):
            lines = [max(each.line, getattr(each, "end", 0)) for each in s.walk(*branch)]
            self.dead.append(frame.unit.source.place(branch[0].line, max(lines)))

    def _branch(self, body: list[s.Node], test: s.Node, holds: bool, frame: Frame) -> dict[str, Value]:
        before = frame.scope.names
        frame.scope.names = dict(before)
        for name, purposes in narrowed(test, holds):
            self.narrow(name, purposes, frame)
        self.block(body, frame)
        after, frame.scope.names = frame.scope.names, before
        return after

    def _loop(self, node: s.Loop, frame: Frame) -> None:
        items = self.value(node.items, frame)
        before = dict(frame.scope.names)
        outer, frame.loop = frame.loop, frame.place(node)
        if node.target is not None:
            self.assign(node.target, self.element(items), frame)
        self.block(node.body, frame)
        frame.loop = outer
        names = _merged_names(before, frame.scope.names)
        frame.scope.names.clear()
        frame.scope.names.update(names)

    def _try(self, node: s.Try, frame: Frame) -> None:
        outer = frame.caught
        frame.caught = (*outer, *node.catches)
        self.block(node.body, frame)
        frame.caught = outer
        after = dict(frame.scope.names)
        self.block(node.otherwise, frame)
        for catch in node.catches:
            kept = dict(frame.scope.names)
            if catch.name:
                frame.scope.names[catch.name] = self._error(catch, frame)
            self.block(catch.body, frame)
            if ends(catch.body):
                frame.scope.names.clear()
                frame.scope.names.update(kept)
        names = _merged_names(after, frame.scope.names)
        frame.scope.names.clear()
        frame.scope.names.update(names)
        self.block(node.final, frame)

    def _error(self, catch: s.Catch, frame: Frame) -> Value:
        """What is caught: an error that nobody wrote for callers, unless its types are the program's own."""
        kinds = [self.value(each, frame) for each in catch.types]
        own = bool(kinds) and all(
            each.made is not None or (each.path or each.type.removeprefix("?")) in TOLD for each in kinds
        )
        return Value(type="error", marks=frozenset({"refusal"} if own else {"error"}))

    def _with(self, node: s.With, frame: Frame) -> None:
        outer = frame.within, frame.transaction
        for item, target in node.items:
            value = self.value(item, frame)
            name = value.source.name if isinstance(value.source, Seen) else value.path or value.type
            frame.within = (*frame.within, name)
            if name.rpartition(".")[2] in ATOMIC:
                frame.transaction = frame.place(item)
            if target is not None:
                self.assign(target, value, frame)
        self.block(node.body, frame)
        frame.within, frame.transaction = outer


def entered(kind: str, unit: Unit, node: s.Node, what: str) -> Trace:
    """The beginning of a value's way from the caller."""
    return Trace(kind, (Step(unit.place(node), what),))


def _filled(given: dict[str, Value], frame: Frame) -> dict[str, Trace]:
    """The parameters into which a function has read what a caller sent, and its way there."""
    out: dict[str, Trace] = {}
    for name, before in given.items():
        after = frame.scope.names.get(name)
        if after is not None and after.trace is not None and before.trace is None and "whole" in after.marks:
            out[name] = after.trace
    return out


def _joined(values: list[Value]) -> Value | None:
    if not values:
        return None
    out = values[0]
    for each in values[1:]:
        out = merged(out, each)
    return out


def _merged_names(one: dict[str, Value], other: dict[str, Value]) -> dict[str, Value]:
    out = dict(one)
    for name, value in other.items():
        out[name] = merged(out[name], value) if name in out else value
    return out
