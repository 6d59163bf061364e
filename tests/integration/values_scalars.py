"""What YAML means: our 1.2 beside ruamel.yaml's, our 1.1 beside PyYAML's."""
import datetime
import json
import random
import re
import sys

import judge
import yaml
from ruamel.yaml import YAML

# Where ruamel.yaml 1.2 itself leaves the core schema (yaml.org/spec/1.2.2 section 10.3.2).
# A text that matches is compared with what the core schema says instead: a string, or as given.
RUAMEL_DIFFERS = [
    (r"[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|[-+]?\.[0-9]*_[0-9_]*([eE][-+]?[0-9]+)?", "underscores in numbers are 1.1"),
    (r"[-+]?0[box]?[0-9a-fA-F]*_[0-9a-fA-F_]*", "underscores in numbers are 1.1"),
    (r"[-+]?0b[01]+", "0b is 1.1"),
    (r"[-+]0[ox][0-9a-fA-F]+", "octal and hexadecimal numbers have no sign in 1.2"),
    (r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*", "dates are 1.1"),
    (r"=|<<", "default value and merge key are 1.1"),
]


def plain_of(value):
    """VALUE with what JSON cannot say made a string."""
    if isinstance(value, list):
        return [plain_of(v) for v in value]
    if isinstance(value, dict):
        return {plain_of(k): plain_of(v) for k, v in value.items()}
    return value


def said(value):
    return json.dumps(value)


def random_scalar(rng):
    if rng.random() < 0.2:
        return rng.choice(judge.STRINGS)
    return "".join(rng.choice("0123456789+-._:eExob~nfaNItTrueyYsS ") for _ in range(rng.randrange(1, 8)))


def is_plain(text):
    """Is TEXT one plain scalar, for every reader?"""
    return re.fullmatch(r"[-+.~=<\w]([-+.:~=<\w ]*[-+.~=<\w])?", text, re.ASCII) and not re.search(r"(^|\s)[-?:](\s|$)|: |---|\.\.\.", text)


def compare_12(program, tally, text):
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    for pattern, _ in RUAMEL_DIFFERS:
        if re.fullmatch(pattern, text):
            tally.compare(text, program.ask("parse", "- " + text), (True, said([text])))
            return
    try:
        theirs = reader.load("- " + text)
    except Exception as error:
        theirs = error
    status, ours = program.ask("parse", "- " + text)
    if isinstance(theirs, list) and isinstance(theirs[0], int) and abs(theirs[0]) >= 2**63 and not -(2**63) == theirs[0]:
        tally.compare(text, (status, "64 bits" in ours), (False, True))
    elif isinstance(theirs, list) and theirs[0] in (float("inf"), -float("inf")) and "inf" not in text.lower():
        tally.compare(text, (status, "too large" in ours), (False, True))
    elif isinstance(theirs, Exception):
        tally.compare(text, status, False)
    else:
        tally.compare(text, (status, ours), (True, said(theirs)))


def compare_11(program, tally, text):
    try:
        theirs = yaml.load("- " + text, Loader=yaml.CSafeLoader)
    except Exception as error:
        theirs = error
    status, ours = program.ask("parse 1.1", "- " + text)
    if isinstance(theirs, Exception):
        # A date that the calendar does not have is a string here.
        tally.compare(text, status and not re.match(r"\d{4}-", text), False)
    elif isinstance(theirs[0], datetime.date):
        tally.compare(text, (status, ours), (True, said([text])))
    elif isinstance(theirs[0], int) and not -(2**63) <= theirs[0] < 2**63:
        tally.compare(text, (status, "64 bits" in ours), (False, True))
    else:
        tally.compare(text, (status, ours), (True, said(theirs)))


# Whole documents: the same for both readers and both versions.
DOCUMENTS = [
    "a: 1\nb: [x, {c: d}]\n", "- |\n  a\n   b\n\n- >-\n  folded\n  text\n\n  more\n- |+\n  keep\n\n", "? a\n: b\n", "a: &x {b: 1}\nc: *x\n",
    "base: &b {x: 1, y: 2}\nd: {<<: *b, y: 3}\n", "l: [&a {x: 1}, &b {x: 2, y: 3}]\nm: {<<: [*a, *b], z: 1}\n", "'a': \"b\\n\\x41\\u00e9\\U0001F600\"\n",
    "# comment\n---\na: b # more\n...\n", "a: 'it''s'\nb: \"two\n  lines\"\nc: plain\n  more\n", "{a: [1, 2,], b: {}}\n", "a:\n- 1\n- 2\nb:\n  - 3\n", "- - 1\n  - 2\n- ? x\n  : y\n",
    "a: !!str 1\nb: !!int '2'\nc: !!float 3\n", "", "# nothing\n", "---\n", "a: |2\n   x\n", "%YAML 1.2\n---\na: 1\n", "a:\n", "- \n- ~\n",
]


def compare_documents(program, tally):
    for text in DOCUMENTS:
        reader = YAML(typ="safe", pure=True)
        if "%YAML" not in text:
            reader.version = (1, 2)
        tally.compare(text, program.ask("parse", text), (True, said(reader.load(text))))
        if "%YAML" not in text:
            tally.compare(text, program.ask("parse 1.1", text), (True, said(yaml.load(text, Loader=yaml.CSafeLoader))))
            both = f"{text}\n---\n{text}"
            theirs = list(yaml.load_all(both, Loader=yaml.CSafeLoader))
            tally.compare(both, program.ask("parse 1.1 stream", both), (True, said(theirs)))


def main():
    rng = random.Random(int(sys.argv[1]))
    program = judge.Values()
    new, old, documents = judge.Tally(), judge.Tally(), judge.Tally()
    texts = sorted({t for t in judge.STRINGS + [random_scalar(rng) for _ in range(int(sys.argv[2]))] if is_plain(t)})
    for text in texts:
        compare_12(program, new, text)
        compare_11(program, old, text)
    compare_documents(program, documents)
    new.finish("1.2")
    old.finish("1.1")
    documents.finish("documents")


main()
