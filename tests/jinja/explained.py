"""Differences from Jinja2 that are meant, each with its reason and a predicate as narrow as it can be.

A predicate gets the text of the template and of what it includes, our answer and the oracle's: Answer(kind, text), where kind is "ok",
"error", "crash" or "hang"."""
import re

EXPLAINED = []


def explained(reason):
    def add(predicate):
        EXPLAINED.append((predicate.__name__, reason, predicate))
        return predicate

    return add


@explained("integers are 64 bits wide; Python's grow, ours overflow with a message")
def big_integer(_source, ours, theirs):
    return ours.kind == "error" and "64 bits" in ours.text and theirs.kind == "ok"


@explained("what Python prints with an address in memory is refused: it differs with every run")
def address(_source, ours, theirs):
    return ours.kind == "error" and theirs.kind == "ok" and re.search(r" at 0x[0-9a-f]{6,}|<(built-in|bound) method|<function ", theirs.text)


@explained("using a method as text is refused, as it is nearly always a mistake for a key of that name")
def method_as_text(_source, ours, theirs):
    return ours.kind == "error" and theirs.kind == "ok" and re.search(r"'\w+' is a method of \w+: call it", ours.text)


@explained("generators print as lists, where plain Jinja2 prints their address")
def generator(_source, ours, theirs):
    return ours.kind == theirs.kind == "ok" and re.search(r"<generator object \w+ at 0x", theirs.text)


@explained("include without context in a macro or another captured body: Jinja2 compiles a `yield` into it, so that what is included"
           " gets in front of what is captured, and a macro becomes a generator")
def include_without_context(source, _ours, _theirs):
    return re.search(r"\binclude\b[^%]*\bwithout context\b", source) and re.search(r"\{%[-+]? (macro|call|filter|set \w+( \|[^%=]*)? [-+]?%\})", source)
