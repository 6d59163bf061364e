"""JSON Schema beside python3-jsonschema: what is valid there is valid here, and the other way round."""
import json
import random
import sys
import warnings

import judge

warnings.simplefilter("ignore")
import jsonschema  # noqa: E402

NAMES = ["a", "b", "c", "ab", "name", "x1", ""]
TEXTS = ["", "a", "ab", "abc", "b1", "é", "日本語", "😀x", "foo bar", "A-1", "12"]
PATTERNS = ["^a", "b$", "^[a-z]+$", "[0-9]", "^.{2,3}$", "x|^$", "^(ab|c)$", r"\d+", r"^\w-\d$"]
NUMBERS = [0, 1, 2, 3, -1, 10, 1.0, 1.5, -2.5, 0.5, 3.0, 7, 12, 100, 2**53 + 1, 1e300]
TYPES = ["null", "boolean", "object", "array", "number", "string", "integer"]


def random_value(rng, depth=3):
    kind = rng.randrange(8)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind < 3:
        return rng.choice(NUMBERS)
    if kind < 5 or depth == 0:
        return rng.choice(TEXTS)
    if kind == 5:
        return [random_value(rng, depth - 1) for _ in range(rng.randrange(5))]
    return {rng.choice(NAMES): random_value(rng, depth - 1) for _ in range(rng.randrange(5))}


class Schemas:
    """Random schemas of one draft, with what both sides understand."""

    def __init__(self, rng, is_old):
        self.rng = rng
        self.is_old = is_old
        pick = rng.choice
        self.simple = {
            "type": lambda: pick(TYPES) if rng.random() < 0.7 else rng.sample(TYPES, 2),
            "enum": lambda: [random_value(rng, 1) for _ in range(3)],
            "const": lambda: random_value(rng, 1),
            "multipleOf": lambda: pick([1, 2, 3, 0.5, 1.5, 2.0]),
            "maximum": lambda: pick(NUMBERS), "minimum": lambda: pick(NUMBERS),
            "exclusiveMaximum": lambda: pick(NUMBERS), "exclusiveMinimum": lambda: pick(NUMBERS),
            "maxLength": lambda: rng.randrange(4), "minLength": lambda: rng.randrange(4),
            "pattern": lambda: pick(PATTERNS),
            "maxItems": lambda: rng.randrange(4), "minItems": lambda: rng.randrange(4),
            "uniqueItems": lambda: pick([True, True, False]),
            "maxProperties": lambda: rng.randrange(4), "minProperties": lambda: rng.randrange(4),
            "required": lambda: rng.sample(NAMES, rng.randrange(3)),
            "title": lambda: "t", "format": lambda: "ipv4", "default": lambda: 1,
        }  # fmt: skip
        self.deep = {
            "contains": self.schema, "not": self.schema, "propertyNames": self.schema, "additionalProperties": self.schema,
            "properties": lambda d: {pick(NAMES): self.schema(d) for _ in range(rng.randrange(1, 4))},
            "patternProperties": lambda d: {pick(PATTERNS): self.schema(d) for _ in range(rng.randrange(1, 3))},
            "allOf": self.some, "anyOf": self.some, "oneOf": self.some,
        }  # fmt: skip
        if is_old:
            self.deep["items"] = lambda d: self.some(d) if rng.random() < 0.5 else self.schema(d)
            self.deep["additionalItems"] = self.schema
            self.deep["dependencies"] = lambda d: {pick(NAMES): self.schema(d) if rng.random() < 0.5 else [pick(NAMES)]}
        else:
            self.deep["items"] = self.schema
            self.deep["prefixItems"] = self.some
            self.deep["dependentSchemas"] = lambda d: {pick(NAMES): self.schema(d)}
            self.simple["dependentRequired"] = lambda: {pick(NAMES): [pick(NAMES)]}

    def some(self, depth):
        return [self.schema(depth) for _ in range(self.rng.randrange(1, 4))]

    def schema(self, depth):
        rng = self.rng
        if rng.random() < 0.08:
            return rng.choice([True, False])
        if rng.random() < 0.08:
            return {"$ref": rng.choice(["#/$defs/one", "#/definitions/two~1%25", "#mark"])}
        out = {}
        for _ in range(rng.randrange(1, 4)):
            if depth == 0 or rng.random() < 0.5:
                name = rng.choice(list(self.simple))
                out[name] = self.simple[name]()
            else:
                name = rng.choice(list(self.deep))
                out[name] = self.deep[name](depth - 1)
        if depth > 0 and rng.random() < 0.15:
            out["if"] = self.schema(depth - 1)
            out[rng.choice(["then", "else"])] = self.schema(depth - 1)
        if "contains" in out and not self.is_old and rng.random() < 0.5:
            out[rng.choice(["minContains", "maxContains"])] = rng.randrange(3)
        return out

    def document(self):
        out = self.schema(3)
        if not isinstance(out, dict) or "$ref" in out:
            out = {"allOf": [out]}
        mark = {"$id": "#mark"} if self.is_old else {"$anchor": "mark"}
        out["$schema"] = "http://json-schema.org/draft-07/schema#" if self.is_old else "https://json-schema.org/draft/2020-12/schema"
        # No references in here: they could go round in circles.
        out["$defs"] = {"one": {"type": "integer"}, "three": {**mark, "minLength": 2, "minimum": 2}}
        out["definitions"] = {"two/%": {"type": ["string", "array"], "maxLength": 2, "maxItems": 1}}
        return out


# With unevaluated*, python3-jsonschema 4.10 is right in these shapes only: it does not know additionalProperties with a schema, takes
# any `items` for all items, and forgets the argument of unevaluatedItems unless that is false.
def unevaluated_document(rng):
    def branch():
        out = {"properties": {rng.choice(NAMES): rng.choice([{"type": "integer"}, {"type": "string"}, {}]) for _ in range(2)}}
        if rng.random() < 0.5:
            out["required"] = [rng.choice(NAMES)]
        return out

    def items():
        return {"prefixItems": [rng.choice([{"type": "integer"}, {"type": "string"}, {}]) for _ in range(rng.randrange(1, 3))]}

    make = branch if rng.random() < 0.6 else items
    out = {("unevaluatedProperties" if make is branch else "unevaluatedItems"): False, "$defs": {"one": make()}}
    if rng.random() < 0.5:
        out.update(make())
    out[rng.choice(["allOf", "anyOf", "oneOf"])] = [make() for _ in range(2)]
    if rng.random() < 0.3:
        out["if"], out["then"], out["else"] = make(), make(), make()
    if rng.random() < 0.3:
        out["$ref"] = "#/$defs/one"
    return out


def input_text(value):
    """VALUE as YAML that needs no cleverness to read."""
    if isinstance(value, str):
        return '"' + "".join(c if " " <= c <= "~" and c not in '"\\' else f"\\U{ord(c):08x}" for c in value) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(input_text, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"? {input_text(k)} : {input_text(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)


def compare(program, tally, validator, schema, value):
    try:
        theirs = "valid" if validator.is_valid(value) else "invalid"
    except TypeError:  # it fails to sort the items that it is about to complain of
        theirs = "invalid"
    status, ours = program.ask("schema", input_text([schema, value]))
    tally.compare((schema, value, ours), ours.split("\n")[0] if status else "refused", theirs)
    return theirs == "valid"


def main():
    rng = random.Random(int(sys.argv[1]))
    program = judge.Values()
    for name, kind in (("2020-12", jsonschema.Draft202012Validator), ("draft 7", jsonschema.Draft7Validator), ("unevaluated", jsonschema.Draft202012Validator)):
        tally, valid = judge.Tally(), 0
        for _ in range(int(sys.argv[2])):
            schema = unevaluated_document(rng) if name == "unevaluated" else Schemas(rng, name == "draft 7").document()
            validator = kind(schema)
            for _ in range(4):
                valid += compare(program, tally, validator, schema, random_value(rng))
        tally.finish(f"{name}: {valid} valid")


main()
