"""Random templates that do little but assign to few names and read them, in every statement that can stand around: which value a name
has is the part of Jinja2 that follows from how it compiles to Python, and that nobody would guess."""
import random

from generate import Node

NAMES = ["a", "b", "c", "x", "y"]
VALUES = {"a": 1, "b": 0, "y": [1, 2]}
BEFORE = (
    "{% set ns = namespace() %}"
    "{% macro m0() %}M{{ a }}{{ varargs }}{% if caller %}{{ caller() }}{% endif %}{% endmacro %}"
    "{% macro m1() %}{{ x }}{{ caller() if caller }}{% endmacro %}"
    "{% macro m2() %}{% set b = 7 %}{{ b }}{{ caller(3) if caller }}{% endmacro %}"
)
INCLUDED = '{{ a }}{{ b|default("-") }}{% set a = 11 %}{% macro g() %}G{{ b }}{{ a }}{% endmacro %}{{ loop is defined }}'
PARENT = "P{{ a }}{% block k1 %}p1{{ x }}{% endblock %}{% set x = 5 %}{% block k2 %}p2{{ x }}{{ self.k1() }}{% endblock %}"
HEADS = ['{% extends "p" %}'] * 2 + ['{% if a %}{% extends "p" %}{% endif %}'] + [""] * 9


class Generator:
    """One case: `case(index)` is the same for the same seed and index."""

    def __init__(self, seed):
        self.seed = seed

    def case(self, index):
        self.chance = random.Random(f"scopes {self.seed}/{index}")
        self.blocks = 0
        main = Node("file", [self.chance.choice(HEADS), BEFORE, *self.body(4)])
        files = {"main": main, "i": Node("file", [INCLUDED]), "p": Node("file", [PARENT])}
        profile = self.chance.choice(["jinja", "jinja", "ansible"])
        return {"index": index, "profile": profile, "values": VALUES, "files": files, "name": "main"}

    def name(self):
        return self.chance.choice(NAMES)

    def value(self):
        kinds = [self.name] * 5 + [
            lambda: str(self.chance.randint(0, 9)),
            lambda: f"{self.name()}|default({self.chance.randint(0, 9)})",
            lambda: f"{self.name()} is defined",
            lambda: f"ns.{self.name()}",
            lambda: f"{self.macro()}()",
            lambda: f"m0({self.value()}, {self.value()})",
            lambda: f"({self.value()} if {self.value()} else {self.value()})",
            lambda: f"{self.name()} ~ {self.name()}",
            lambda: "loop.index",
        ]
        return self.chance.choice(kinds)()

    def macro(self):
        return f"m{self.chance.randint(0, 2)}"

    def body(self, depth):
        return [Node("statement", self.statement(depth)) for _ in range(self.chance.randint(1, 3))]

    def statement(self, depth):
        if depth == 0 or self.chance.random() < 0.35:
            return ["{{ ", self.value(), " }},"]
        kinds = [self.set] * 4 + [self.branch] * 3 + [self.loop] * 4 + [self.define] * 2
        kinds += [self.bind, self.call, self.capture, self.filter, self.block, self.load, self.attribute, self.jump]
        return self.chance.choice(kinds)(depth - 1)

    def set(self, _):
        return ["{% set ", self.name(), " = ", self.value(), " %}"]

    def attribute(self, _):
        return ["{% set ns.", self.name(), " = ", self.value(), " %}"]

    def jump(self, _):
        return ["{% if ", self.value(), " %}{% ", self.chance.choice(["break", "continue"]), " %}{% endif %}"]

    def branch(self, depth):
        parts = ["{% if ", self.value(), " %}", *self.body(depth)]
        if self.chance.random() < 0.4:
            parts += ["{% elif ", self.value(), " %}", *self.body(depth)]
        if self.chance.random() < 0.5:
            parts += ["{% else %}", *self.body(depth)]
        return [*parts, "{% endif %}"]

    def loop(self, depth):
        items = self.chance.choice(["[1, 2]", "[]", "range(3)", f"{self.name()} or [1]"])
        test = self.chance.choice(["", "", f" if {self.value()}"])
        recursive = self.chance.choice(["", "", "", " recursive"])
        parts = [f"{{% for {self.name()} in {items}{test}{recursive} %}}", *self.body(depth)]
        if self.chance.random() < 0.3:
            parts += ["{% else %}", *self.body(depth)]
        return [*parts, "{% endfor %}"]

    def bind(self, depth):
        head = f"{{% with {self.name()} = {self.value()}, {self.name()} = {self.value()} %}}"
        return [head, *self.body(depth), "{% endwith %}"]

    def define(self, depth):
        parameters = self.chance.choice(["", "a", "a=1", "a, b=a", "x=y", "caller=none"])
        parts = [f"{{% macro {self.macro()}({parameters}) %}}", *self.body(depth), "{% endmacro %}"]
        return parts + self.chance.choice([[], ["{{ ", self.macro(), "() }}"]])

    def call(self, depth):
        parameters = self.chance.choice(["", "(a)", "(x=1)"])
        return [f"{{% call{parameters} {self.macro()}() %}}", *self.body(depth), "{% endcall %}"]

    def capture(self, depth):
        return ["{% set ", self.name(), " %}", *self.body(depth), "{% endset %}"]

    def filter(self, depth):
        return ['{% filter replace("1", "q") %}', *self.body(depth), "{% endfilter %}"]

    def block(self, depth):
        self.blocks += 1
        scoped = self.chance.choice(["", " scoped"])
        return [f"{{% block k{self.blocks}{scoped} %}}", *self.body(depth), "{% endblock %}"]

    def load(self, _):
        context = self.chance.choice(["", " with context", " without context"])
        return [
            self.chance.choice(
                [
                    f'{{% include "i"{context} %}}',
                    f'{{% import "i" as {self.name()}{context} %}}{{{{ {self.value()} }}}}',
                    f'{{% from "i" import {self.chance.choice("agb")} as {self.name()}{context} %}}',
                ]
            )
        ]
