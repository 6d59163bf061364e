"""Values as YAML and JSON, byte for byte as PyYAML and Python's json write them."""
import json
import random
import sys

import judge
import yaml

FLOWS = {"leaves": None, "never": False, "always": True}


def random_text(rng):
    if rng.random() < 0.6:
        return rng.choice(judge.STRINGS)
    alphabet = "abc  :-#,'\"\n\t[]{}&*!|>%@`0123456789._~é\u2028\x85\x01\\😀"
    return "".join(rng.choice(alphabet) for _ in range(rng.randrange(12)))


def random_scalar(rng):
    kind = rng.randrange(10)
    if kind < 6:
        return random_text(rng)
    if kind == 6:
        return rng.choice([0, 1, -1, 10, 2**53 + 1, 2**63 - 1, -(2**63), rng.randrange(-1000, 1000)])
    if kind == 7:
        return rng.choice([0.0, -0.0, 1.0, 1e16, 1e-5, 1.5e300, 5e-324, 0.1, 2.0**70, rng.random()])
    return rng.choice([None, True, False])


def random_value(rng, depth, shared):
    kind = rng.randrange(8) if depth > 0 else 0
    if kind < 4:
        return random_scalar(rng)
    if shared and kind == 4:
        return rng.choice(shared)
    if kind < 6:
        value = [random_value(rng, depth - 1, shared) for _ in range(rng.randrange(5))]
    else:
        key = (lambda: rng.randrange(20)) if rng.random() < 0.1 else (lambda: random_text(rng))
        value = {key(): random_value(rng, depth - 1, shared) for _ in range(rng.randrange(5))}
    if rng.random() < 0.3:
        shared.append(value)
    return value


def input_text(value, seen=None, names=None):
    """VALUE as flow YAML that says everything, shared nodes too, in a way that needs no cleverness to read."""
    if names is None:
        seen, names = {}, {}
        count_uses(value, seen)
    if not isinstance(value, (list, dict)):
        if isinstance(value, str):
            return '"' + "".join(c if " " <= c <= "~" and c not in '"\\' else f"\\U{ord(c):08x}" for c in value) + '"'
        return json.dumps(value)
    if id(value) in names:
        return "*" + names[id(value)] + " "
    anchor = ""
    if seen[id(value)] > 1:
        names[id(value)] = f"n{len(names)}"
        anchor = f"&{names[id(value)]} "
    if isinstance(value, list):
        return anchor + "[" + ", ".join(input_text(v, seen, names) for v in value) + "]"
    return anchor + "{" + ", ".join(f"? {input_text(k)} : {input_text(v, seen, names)}" for k, v in value.items()) + "}"


def count_uses(value, seen):
    if not isinstance(value, (list, dict)):
        return
    seen[id(value)] = seen.get(id(value), 0) + 1
    if seen[id(value)] == 1:
        for item in value if isinstance(value, list) else value.values():
            count_uses(item, seen)


def compare_yaml(program, tally, rng, value, text):
    indent, width = rng.choice([2, 4, 8]), rng.choice([80, 80, 20, 200])
    flow, sort = rng.choice(list(FLOWS)), rng.randrange(2)
    theirs = yaml.dump(value, Dumper=yaml.CSafeDumper, indent=indent, width=width, default_flow_style=FLOWS[flow], sort_keys=bool(sort),
                       allow_unicode=True)
    ours = program.ask(f"yaml {indent} {width} {flow} {sort}", text)
    tally.compare((text, indent, width, flow, sort), ours, (True, theirs))


def compare_json(program, tally, rng, value, text):
    indent, sort, ascii_only = rng.choice([-1, 0, 2, 4]), rng.randrange(2), rng.randrange(2)
    theirs = (True, json.dumps(value, indent=None if indent < 0 else indent, sort_keys=bool(sort), ensure_ascii=bool(ascii_only)))
    ours = program.ask(f"json {indent} {sort} {ascii_only}", text)
    tally.compare((text, indent, sort, ascii_only), ours, theirs)


def main():
    rng = random.Random(int(sys.argv[1]))
    program = judge.Values()
    as_yaml, as_json = judge.Tally(), judge.Tally()
    values = [[text] for text in judge.STRINGS] + [{text: text} for text in judge.STRINGS] + list(judge.STRINGS)
    values += [random_value(rng, 4, []) for _ in range(int(sys.argv[2]))]
    for value in values:
        text = input_text(value)
        compare_yaml(program, as_yaml, rng, value, text)
        compare_json(program, as_json, rng, value, text)
    as_yaml.finish("yaml")
    as_json.finish("json")


main()
