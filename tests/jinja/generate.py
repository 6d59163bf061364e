"""Random templates over random values, from a seed: what tests/jinja/differ feeds both engines with.

A case is a dict: `profile`, `options`, `values`, `files` (name -> Node), `name` of the file to render. Text is made
of Nodes, so that differ can make a failing case smaller: any statement may be dropped or replaced by what it contains,
any expression by a part of it.

Expressions come from grammar.txt: a line "TYPE WEIGHT PATTERN" says that PATTERN is an expression of that type, in which {TYPE}
is another one and {:POOL} one of the literals that a line ":POOL LITERAL" lists. Most cases succeed that way; where
the grammar says {any}, or by the chance of a wrong type, some fail, and both engines have to.
"""
import os
import random
import re

HERE = os.path.dirname(os.path.abspath(__file__))
WRONG_TYPE = 0.015  # chance that a placeholder gets an expression of any type

TYPES = {"int", "float", "str", "bool", "any", "list", "ints", "strs", "dicts", "dict", "none"}
VARIABLES = {
    "int": ["i", "j", "k"],
    "float": ["f", "g"],
    "str": ["s", "t", "u"],
    "bool": ["b", "c"],
    "none": ["n"],
    "list": ["la", "e"],
    "ints": ["li"],
    "strs": ["ls"],
    "dicts": ["ld"],
    "dict": ["d", "dn", "di", "ed"],
    "any": ["i", "f", "s", "b", "n", "la", "li", "ls", "ld", "d", "dn", "missing"],
}
LOCALS = ["x", "y", "z"]


class Node:
    """A piece of a template: strings and Nodes. KIND: "statement", "expression" or "file"."""

    __slots__ = ("kind", "parts")

    def __init__(self, kind, parts):
        self.kind = kind
        self.parts = parts

    def text(self):
        return "".join(part if isinstance(part, str) else part.text() for part in self.parts)

    def copy(self):
        return Node(self.kind, [part if isinstance(part, str) else part.copy() for part in self.parts])


def read_grammar():
    rules, pools = {}, {}
    with open(os.path.join(HERE, "grammar.txt"), encoding="utf-8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if not line or line.startswith("# "):
                continue
            if line.startswith(":"):
                name, _, literal = line[1:].partition(" ")
                pools.setdefault(name, []).append(literal)
                continue
            name, profile, weight, pattern = re.fullmatch(r"(\w+) (both|ansible|jinja) (\d+) (.*)", line).groups()
            parts = re.split(r"(\{[:\w]+\})", pattern)
            rules.setdefault(name, []).append((profile, int(weight), parts))
    return rules, pools


RULES, POOLS = read_grammar()
WEIGHTED = {
    profile: {
        name: ([parts for _, _, parts in chosen], [weight for _, weight, _ in chosen])
        for name, all_rules in RULES.items()
        for chosen in [[rule for rule in all_rules if rule[0] in ("both", profile)]]
    }
    for profile in ("ansible", "jinja")
}


# --- values ---

WORDS = ["", "a", "b", "abc", "Abc", "ABC", "b10", "b9", "foo bar", "Foo  Bar baz", " lead", "trail ", "x\ny", "x\n\ny\n", "tab\there",
         "it's", 'say "hi"', "both ' and \"", "back\\slash", "<b>&amp;</b>", "ß", "é", "Éa", "naïve", "日本", "😀x", "ǆ", "İ", "ŉx", "a,b,c", "k=v",
         "1", "10", "2.5", "-3", "007", "1e3", "0x1f", "true", "True", "yes", "no", "off", "null", "None", "~", "1.2.3", "1.10", "2.0-rc1",
         "/etc/nginx/nginx.conf", "/srv/", "relative/path.tar.gz", "http://example.net:80/x?y=1#z", "192.0.2.1", "192.0.2.0/24", "10 MB",
         "%s", "{}", "{0}", "%d%%", "a" * 90, "word " * 24, "- item", "key: value", "# c", "*x", "&x", "!t", "@", "`", "2020-01-01", "12:30",
         "0o17", "1_000", ".inf", ".5", "5.", "+1", "=", "<<", "\x07bell", "nb\u00a0sp", "z\u200bw", "Ünï", "ΑΣ", "Σ", "ﬁ", "\u2028sep", "a\rb", "\r\n"]
INTS = [0, 1, -1, 2, 3, 5, 7, 10, 12, 42, 60, 80, 99, 100, 255, 1000, 1024, 65535, 1000000, 2**31, 2**53, 2**62, -2**31, 9223372036854775807]
FLOATS = [0.0, -0.0, 0.1, 0.5, 1.0, 1.5, 2.5, 3.14159, -2.5, 0.005, 1e16, 1e15, 123456789.123, 1e-5, 1e-4, 1e100, 1e22, 5e-324, 0.30000000000000004,
          100.0, 2.675, 1.005, 1234567.891]
KEYS = ["a", "b", "c", "name", "port", "host", "Zed", "items", "keys", "x-y", "1", "é", "get", "tags", "on"]


class Values:
    """Random data that JSON and YAML can say, keys that are integers apart."""

    def __init__(self, chance):
        self.chance = chance

    def string(self):
        chance = self.chance
        if chance.random() < 0.7:
            return chance.choice(WORDS)
        return "".join(chance.choice("abcXYZ019 .,-_/:\n'\"éß%{}$\\") for _ in range(chance.randrange(12)))

    def integer(self):
        chance = self.chance
        return chance.choice(INTS) if chance.random() < 0.4 else chance.randrange(-20, 120)

    def real(self):
        chance = self.chance
        return chance.choice(FLOATS) if chance.random() < 0.7 else round(chance.uniform(-50, 50), chance.randrange(6))

    def boolean(self):
        return self.chance.random() < 0.5

    def scalar(self):
        return self.chance.choice([self.string, self.string, self.integer, self.integer, self.real, self.boolean, lambda: None])()

    def anything(self, depth):
        chance = self.chance
        if depth == 0 or chance.random() < 0.6:
            return self.scalar()
        if chance.random() < 0.5:
            return [self.anything(depth - 1) for _ in range(chance.randrange(5))]
        return {key: self.anything(depth - 1) for key in chance.sample(KEYS, chance.randrange(5))}

    def dicts(self):
        chance = self.chance
        rows = []
        for _ in range(chance.randrange(1, 5)):
            row = {"name": self.string(), "port": self.integer(), "on": self.boolean()}
            if chance.random() < 0.6:
                row["tags"] = [self.string() for _ in range(chance.randrange(4))]
            if chance.random() < 0.5:
                row["opt"] = self.anything(1)
            if chance.random() < 0.4:
                row["sub"] = {"k": self.scalar(), "name": self.string()}
            rows.append(row)
        return rows

    def all(self):
        chance = self.chance
        values = {name: self.integer() for name in "ijk"}
        values.update({name: self.real() for name in "fg"})
        values.update({name: self.string() for name in "stu"})
        values.update({name: self.boolean() for name in "bc"})
        values["n"] = None
        values["li"] = [self.integer() for _ in range(chance.randrange(6))]
        values["ls"] = [self.string() for _ in range(chance.randrange(6))]
        values["la"] = [self.anything(2) for _ in range(chance.randrange(5))]
        values["ld"] = self.dicts()
        values["d"] = {key: self.scalar() for key in chance.sample(KEYS, chance.randrange(1, 7))}
        values["dn"] = {"a": {"b": {"c": self.scalar()}, "l": [self.scalar() for _ in range(3)]}, "name": self.string(), "r": self.anything(3)}
        values["di"] = {key: self.scalar() for key in chance.sample([0, 1, 2, 10, -1, "1", "a"], chance.randrange(1, 5))}
        values["e"], values["ed"] = [], {}
        return values


# --- templates ---

TEXTS = ["\n", "\n", " ", "  ", "a", "x y", "\n\n", "  \n", "\t", "text\n", "{ ", "}", "{ { ", "#", "%", "é", "\n  ", ", ", "=", "'", "<&>", "\\n", "$x", "{}", "#}", "}}", "%}"]


class Generator:
    """One case: `case(index)` is the same for the same seed and index, whatever was made before."""

    def __init__(self, seed):
        self.seed = seed

    def case(self, index):
        self.chance = random.Random(f"{self.seed}/{index}")
        chance = self.chance
        self.profile = "ansible" if chance.random() < 0.65 else "jinja"
        self.rules = WEIGHTED[self.profile]
        self.locals = {}
        self.macros = []
        self.in_loop = 0
        self.blocks = 0
        self.files = {}
        self.namespaces = 0
        self.options = {}
        if self.profile == "ansible" and chance.random() < 0.15:
            name = chance.choice(["lstrip_blocks", "trim_blocks"])
            header = f"#jinja2: {name}: {chance.choice(['True', 'False', 'true'])}"
            if chance.random() < 0.3:
                header += f", {chance.choice(['lstrip_blocks', 'keep_trailing_newline'])}:{chance.choice(['True', 'False'])}"
            head = [header + "\n"]
        else:
            head = []
        if chance.random() < 0.08:
            body = self.child_template()
        else:
            body = self.body(chance.choice([1, 1, 2, 2, 3, 4]), chance.choice([1, 2, 2, 3]))
        body.parts[:0] = head
        body.parts.append(chance.choice(["", "", "\n", "\n", "\n\n", "\n\n\n"]))
        self.files["main"] = body
        return {"index": index, "profile": self.profile, "values": Values(chance).all(), "files": self.files, "name": "main"}

    # - expressions -

    def expression(self, kind, depth):
        chance = self.chance
        if kind in TYPES and chance.random() < WRONG_TYPE:
            kind = "any"
        if kind == "any" and depth > 0 and chance.random() < 0.7:
            kind = chance.choice(["int", "float", "str", "str", "bool", "list", "ints", "strs", "dicts", "dict"])
        if depth <= 0 or (kind in VARIABLES and chance.random() < 0.2):
            return self.atom(kind)
        patterns, weights = self.rules[kind]
        pattern = chance.choices(patterns, weights)[0]
        return Node("expression", [self.placeholder(part, depth) for part in pattern if part])

    def placeholder(self, part, depth):
        if not re.fullmatch(r"\{[:\w]+\}", part):
            return part
        name = part[1:-1]
        if name.startswith(":"):
            return self.chance.choice(POOLS[name[1:]])
        inner = self.expression(name, depth - 1)
        # Without parentheses now and then: precedence.
        if name in TYPES and self.chance.random() < 0.8 and not re.fullmatch(r"\w+|'[^']*'|\[[^\]]*\]", inner.text()):
            return Node("expression", ["(", inner, ")"])
        return inner

    def atom(self, kind):
        chance = self.chance
        if self.locals and chance.random() < 0.35:
            names = [name for name, known in self.locals.items() if known == kind or kind == "any"]
            if names:
                return Node("expression", [chance.choice(names)])
        if kind in VARIABLES and chance.random() < 0.6:
            return Node("expression", [chance.choice(VARIABLES[kind])])
        if kind == "any":
            kind = chance.choice(["int", "float", "str", "bool", "none", "ints", "strs"])
        if kind in POOLS:
            return Node("expression", [chance.choice(POOLS[kind])])
        patterns, weights = self.rules[kind]
        return Node("expression", [self.placeholder(part, 0) for part in chance.choices(patterns, weights)[0] if part])

    # - statements -

    def tag(self, *inner):
        chance = self.chance
        left = chance.choice(["-", "-", "+"]) if chance.random() < 0.12 else ""
        right = chance.choice(["-", "-", "+"]) if chance.random() < 0.12 else ""
        return ["{%" + left + " ", *inner, " " + right + "%}"]

    def output(self, expression):
        chance = self.chance
        left = "-" if chance.random() < 0.05 else ""
        right = "-" if chance.random() < 0.05 else ""
        return Node("statement", ["{{" + left + " ", expression, " " + right + "}}"])

    def body(self, count, depth):
        """Statements and text; names that are set inside stay known to the generator only there."""
        parts = []
        known = dict(self.locals)
        for _ in range(count):
            if self.chance.random() < 0.6:
                parts.append(Node("statement", [self.chance.choice(TEXTS)]))
            parts.append(self.statement(depth))
        if self.chance.random() < 0.5:
            parts.append(Node("statement", [self.chance.choice(TEXTS)]))
        if self.chance.random() < 0.8:
            self.locals = known
        return Node("statement", parts)

    def statement(self, depth):
        chance = self.chance
        if depth <= 0 or chance.random() < 0.35:
            kind = chance.choice(["any", "str", "str", "int", "list", "float", "bool", "dict"])
            return self.output(self.expression(kind, chance.choice([1, 1, 2, 2, 3])))
        choices, weights = zip(*self.STATEMENTS)
        return Node("statement", chance.choices(choices, weights)[0](self, depth - 1))

    def few(self, depth):
        return self.body(self.chance.choice([0, 1, 1, 1, 2, 2]), depth)

    def if_statement(self, depth):
        parts = self.tag("if ", self.condition()) + [self.few(depth)]
        while self.chance.random() < 0.25:
            parts += [Node("statement", self.tag("elif ", self.condition()) + [self.few(depth)])]
        if self.chance.random() < 0.4:
            parts += self.tag("else") + [self.few(depth)]
        return parts + self.tag("endif")

    def condition(self):
        if self.chance.random() < 0.2:
            return self.expression("any", 1)
        return self.expression("bool", self.chance.choice([1, 2]))

    def for_statement(self, depth):
        chance = self.chance
        known = dict(self.locals)
        shape = chance.random()
        name = chance.choice(LOCALS)
        if shape < 0.55:
            kind = chance.choice(["ints", "strs", "dicts", "list", "dict"])
            head = [name, " in ", self.expression(kind, chance.choice([0, 1, 2]))]
            self.locals[name] = {"ints": "int", "strs": "str", "dicts": "dict", "dict": "str"}.get(kind, "any")
        elif shape < 0.8:
            head = ["x, y in ", self.expression("pairs", 2)]
            self.locals.update(x="str", y="any")
        elif shape < 0.9:
            head = ["x, (y, z) in ", chance.choice(["[(1, (2, 3)), ('a', 'bc')]", "[[d, ls[:2]]]", "[['k', [li, none]]] * 2"])]
            self.locals.update(x="any", y="any", z="any")
        else:
            head = [name, " in ", chance.choice(["range(3)", "range(i)", "'abc'", "s", "missing", "range(5, 0, -2)", "la", "[[1, [2, 3]], [], [[4]]]"])]
            self.locals[name] = "any"
        if chance.random() < 0.2:
            head += [" if ", self.condition()]
        is_recursive = chance.random() < 0.06
        parts = self.tag("for ", *head, " recursive" if is_recursive else "")
        self.in_loop += 1
        parts.append(self.few(depth))
        if is_recursive:
            parts.append(Node("statement", [chance.choice(["{{ loop(x) if x is iterable and x is not string }}", "{{ loop(la) if loop.depth < 3 }}",
                                                           "{% if x is sequence and x is not string %}<{{ loop(x) }}>{% else %}{{ x }}{% endif %}"])]))
        if chance.random() < 0.5:
            parts.append(Node("statement", [chance.choice(POOLS["loop"])]))
        self.in_loop -= 1
        self.locals = known
        if chance.random() < 0.2:
            parts += self.tag("else") + [self.few(depth)]
        return parts + self.tag("endfor")

    def jump(self, depth):
        if not self.in_loop:
            return self.set_statement(depth)
        return self.tag("if ", self.condition()) + self.tag(self.chance.choice(["break", "continue"])) + self.tag("endif")

    def set_statement(self, depth):
        chance = self.chance
        name = chance.choice(LOCALS + ["v", "w", "i", "s"])
        shape = chance.random()
        if shape < 0.7:
            kind = chance.choice(["int", "str", "list", "dict", "any", "float", "bool", "ints", "strs"])
            parts = self.tag("set ", name, " = ", self.expression(kind, 2))
            self.locals[name] = kind
        elif shape < 0.8:
            parts = self.tag("set x, y = ", self.expression("any", 1), ", ", self.expression("any", 1))
            self.locals.update(x="any", y="any")
        else:
            middle = " | " + chance.choice(POOLS["textfilter"]) if chance.random() < 0.4 else ""
            parts = self.tag("set ", name, middle) + [self.few(depth)] + self.tag("endset")
            self.locals[name] = "str"
        if chance.random() < 0.6:
            parts.append(Node("statement", ["[{{ " + name + " }}]"]))
        return parts

    def namespace_statement(self, depth):
        chance = self.chance
        self.namespaces += 1
        name = f"ns{self.namespaces}"
        start = chance.choice(["a=1", "a=0, b=[]", "a=''", "dict(a=2)", "{'a': 3}, b=s", ""])
        parts = self.tag("set ", name, " = namespace(", start, ")")
        loop = self.tag("for x in ", self.expression("ints", 1))
        loop += self.tag("set ", name, ".a = ", chance.choice([f"{name}.a + x", "x", "loop.index", f"{name}.a ~ x", "missing"]))
        loop.append(self.few(depth - 1))
        loop += self.tag("endfor")
        return parts + [Node("statement", loop), Node("statement", ["{{ " + name + chance.choice([".a", ".a", ".b", ".c | default('-')", "['a']"]) + " }}"])]

    def scope_puzzle(self, depth):
        """Who sees what was set: the same name set and shown at several places."""
        chance = self.chance
        name = chance.choice(["v", "x", "i"])
        show = "({{ " + name + " | default('-') }})"
        inner = [show, *self.tag("set ", name, " = ", str(chance.randrange(100))), show, self.few(depth - 1), show]
        wrap = chance.choice([
            (self.tag("if ", self.condition()), self.tag("endif")),
            (self.tag("for q in range(2)"), self.tag("endfor")),
            (self.tag("for ", name, " in [1, 2]"), self.tag("endfor")),
            (self.tag("with"), self.tag("endwith")),
            (self.tag("with ", name, " = 5, w = ", name), self.tag("endwith")),
            (self.tag("filter upper"), self.tag("endfilter")),
            (self.tag("set w"), [*self.tag("endset"), "{{ w }}"]),
            (self.tag("macro scoped(", chance.choice(["", name, f"{name}=3", f"a={name}"]), ")"), [*self.tag("endmacro"), "{{ scoped() }}", show, "{{ scoped(8) }}"]),
            (self.tag(f"block b{self.blocks}", chance.choice(["", " scoped"])), self.tag("endblock")),
        ])
        self.blocks += 1
        before = self.tag("set ", name, " = 'outer'") if chance.random() < 0.5 else []
        return before + wrap[0] + [Node("statement", inner)] + wrap[1] + [show]

    def with_statement(self, depth):
        known = dict(self.locals)
        head = ["with x = ", self.expression("any", 2)]
        self.locals["x"] = "any"
        if self.chance.random() < 0.5:
            head += [", y = ", self.expression("str", 2)]
            self.locals["y"] = "str"
        parts = self.tag(*head) + [self.few(depth)] + self.tag("endwith")
        self.locals = known
        return parts

    def filter_statement(self, depth):
        return self.tag("filter ", self.chance.choice(POOLS["textfilter"])) + [self.few(depth)] + self.tag("endfilter")

    def do_statement(self, _depth):
        chance = self.chance
        shape = chance.choice([
            ["li.append(", self.expression("int", 1), ")"], ["ls.extend(", self.expression("strs", 1), ")"], ["d.update(", self.expression("dict", 1), ")"],
            ["d.update(a=", self.expression("any", 1), ")"], ["li.insert(0, ", self.expression("int", 1), ")"], ["ls.pop()"], ["d.pop('a', none)"], ["li.reverse()"],
            ["ls.sort()"], ["d.setdefault('new', []).append(i)"], ["dn.a.l.append(s)"], ["la.append(la)" if chance.random() < 0.2 else "la.append(li)"], ["d.clear()"],
            ["ls.remove(s)"], ["li.sort(reverse=true)"], ["dn.a.update({'l': li})"], ["ls.insert(-1, s)"], ["li.pop(0)"], ["d.popitem()"], ["li.clear()"]])
        show = Node("statement", ["{{ " + re.match(r"\w+", shape[0])[0] + " }}"])
        return self.tag("do ", *shape) + [show]

    def macro_statement(self, depth):
        chance = self.chance
        name = f"m{len(self.macros)}"
        known = self.locals
        arguments = chance.choice(["", "x", "x, y=2", "x='p', y=x", "x, y=missing", "x=li, y=none, z=3", "x, y='a' ~ s"])
        self.locals = {arg: "any" for arg in re.findall(r"\b[xyz]\b", arguments)}
        parts = self.tag("macro ", name, "(", arguments, ")") + [self.few(depth)]
        special = chance.choice(POOLS["macro"]) if chance.random() < 0.4 else ""
        parts += [Node("statement", [special])] + self.tag("endmacro")
        self.locals = known
        self.macros.append(name)
        for _ in range(chance.choice([1, 1, 2])):
            parts.append(self.call(name, arguments, special, depth))
        return parts

    def arguments(self, arguments, special):
        """Of a call: mostly what the macro takes."""
        chance = self.chance
        count = len(arguments.split(",")) if arguments else 0
        if chance.random() < 0.12:
            return chance.choice([["1, 2, 3"], ["1, 2, 3, 4"], ["x=1, q=2"], ["*li"], ["**d"], ["*['p'], **{'y': 2}"], ["1, x=2"]])
        if "varargs" in special:
            count += chance.choice([0, 1, 2])
        parts = []
        for _ in range(chance.randrange(count + 1)):
            parts += [self.expression("any", 1), ", "]
        if "kwargs" in special:
            parts += ["q=", self.expression("any", 1), ", "]
        return parts[:-1]

    def call(self, name, arguments, special, depth):
        chance = self.chance
        given = self.arguments(arguments, special)
        if chance.random() < (0.7 if "caller" in special else 0.03):
            head = chance.choice(["call ", "call ", "call(p) ", "call(p, q=1) "]) if "caller(1)" not in special else "call(p) "
            return Node("statement", self.tag(head, name, "(", *given, ")") + [self.few(depth - 1), chance.choice(["", "{{ p | default('-') }}"])] + self.tag("endcall"))
        if chance.random() < 0.1:
            return Node("statement", ["{{ " + name + "." + chance.choice(["name", "arguments", "catch_kwargs", "catch_varargs", "caller"]) + " }}"])
        return Node("statement", ["{{ " + name + "(", *given, ")" + chance.choice(["", "", " | upper", " ~ s", "[:3]", " | length", " | trim"]) + " }}"])

    def raw_statement(self, _depth):
        return self.tag("raw") + [self.chance.choice(["{{ x }}", "\n{% if %}\n", "", "\n", "{# #}", " {{ '", "%}"])] + self.tag("endraw")

    def comment(self, _depth):
        chance = self.chance
        return ["{#" + chance.choice(["", "-", "+"]) + chance.choice([" a ", "\n", " {{ x }} ", "", "{% endif %}"]) + chance.choice(["", "-", "+"]) + "#}"]

    # - other files -

    def other(self, name, depth):
        """A file of its own; its locals are not ours."""
        known, loop, macros = self.locals, self.in_loop, self.macros
        self.locals, self.in_loop, self.macros = {}, 0, []
        body = self.few(depth)
        body.parts.append(self.chance.choice(["", "\n", "\n\n"]))
        self.locals, self.in_loop, self.macros = known, loop, macros
        self.files[name] = body
        return body

    def include(self, depth):
        chance = self.chance
        name = f"inc{len(self.files)}"
        self.other(name, min(depth, 1))
        if chance.random() < 0.5:
            self.files[name].parts.append(Node("statement", ["{{ x | default('nx') }}{{ loop.index | default('nl') }}"]))
        target = chance.choice([f"'{name}'"] * 5 + [f"['none.j2', '{name}']", "'none.j2'", f"'in' ~ 'c{name[3:]}'"])
        tail = chance.choice(["", "", " ignore missing", " without context", " with context", " ignore missing without context"])
        return self.tag("include ", target, tail)

    def import_statement(self, _depth):
        chance = self.chance
        name = f"lib{len(self.files)}"
        known, loop, macros = self.locals, self.in_loop, self.macros
        self.locals, self.in_loop, self.macros = {"x": "any"}, 0, []
        parts = ["top-level text", *self.tag("macro pub(x=1)"), self.few(1), chance.choice(["", "{{ i }}", "{{ v | default('nv') }}"]), *self.tag("endmacro"),
                 *self.tag("set exported = ", self.expression("any", 1)), *self.tag("macro _hidden()"), "h", *self.tag("endmacro")]
        self.locals, self.in_loop, self.macros = known, loop, macros
        self.files[name] = Node("file", parts)
        context = chance.choice(["", "", " with context", " without context"])
        if chance.random() < 0.5:
            use = chance.choice(["m.pub()", "m.pub(2)", "m.exported", "m._hidden()", "m.nothing", "m['pub']()", "m.nothing | default('dflt')"])
            return self.tag(f"import '{name}' as m", context) + [Node("statement", ["{{ " + use + " }}"])]
        use = chance.choice(["pub(3)", "other()", "exported", "other(x=4)"])
        names = chance.choice(["pub, exported", "pub as other, exported", "pub, pub as other, exported", "pub, nothing", "pub"])
        return self.tag(f"from '{name}' import {names}", context) + [Node("statement", ["{{ " + use + " }}"])]

    def child_template(self):
        chance = self.chance
        known = self.locals
        base = []
        for name in ("one", "two", "three"):
            base += [chance.choice(TEXTS), *self.tag("block ", name, chance.choice(["", "", "", " scoped", " scoped", " required"] if name == "two" else ["", "", " scoped"]))]
            base += ["" if any(" required" in part for part in base[-2:] if isinstance(part, str)) else self.few(1), *self.tag("endblock ", chance.choice(["", name])), chance.choice(TEXTS)]
        if chance.random() < 0.3:
            base.append("{{ self.one() }}")
        self.files["base"] = Node("file", base)
        parents = ["base"]
        if chance.random() < 0.3:
            middle = ["{% extends 'base' %}", *self.tag("block one"), "<", chance.choice(["{{ super() }}", ""]), ">", self.few(1), *self.tag("endblock")]
            self.files["middle"] = Node("file", middle)
            parents.append("middle")
        parts = [chance.choice(["", "\n", "{# c #}", "{% set v = 7 %}"]), "{% extends " + chance.choice([f"'{parents[-1]}'"] * 6 + ["'ba' ~ 'se'", "'none'"]) + " %}", chance.choice(["", "\n", "lost text"])]
        for name in ("one", "two"):
            if chance.random() < 0.8:
                parts += [*self.tag("block ", name), self.few(2), chance.choice(["", "{{ super() }}", "{{ super.super() }}", "{{ v | default('nv') }}"]), *self.tag("endblock"), "\n"]
        self.locals = known
        return Node("file", parts)

    STATEMENTS = [(if_statement, 20), (for_statement, 24), (set_statement, 14), (jump, 3), (namespace_statement, 4), (scope_puzzle, 6), (with_statement, 4), (filter_statement, 4), (do_statement, 6),
                  (macro_statement, 8), (raw_statement, 2), (comment, 3), (include, 5), (import_statement, 4)]
