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
    return ours.kind == "error" and theirs.kind == "ok" and re.search(r"(?i) at 0x[0-9a-f]{6,}|<(built-in|bound) method|<function ", theirs.text)


@explained("using a method as text is refused, as it is nearly always a mistake for a key of that name")
def method_as_text(_source, ours, theirs):
    return ours.kind == "error" and theirs.kind == "ok" and re.search(r"'\w+' is a method of \w+: call it", ours.text)


@explained("generators print as lists, where plain Jinja2 prints their address")
def generator(_source, ours, theirs):
    return ours.kind == theirs.kind == "ok" and re.search(r"(?i)<(generator object \w+|\w+iterator object) at 0x", theirs.text)


@explained("include without context in a macro or another captured body: Jinja2 compiles a `yield` into it, so that what is included"
           " gets in front of what is captured, and a macro becomes a generator")
def include_without_context(source, _ours, _theirs):
    return re.search(r"\binclude\b[^%]*\bwithout context\b", source) and re.search(r"\{%[-+]? (macro|call|filter|for [^%]* recursive|set \w+( \|[^%=]*)? [-+]?%\})", source)


@explained("set algebra of dict.keys() and dict.items() yields a Python set, which prints in the order of hashes")
def set_of_keys(_source, ours, _theirs):
    return ours.kind == "error" and re.search(r"for [-&|^]: ('\w+' and )?'dict_(keys|items)'", ours.text)


@explained("hashes that are neither of MD5, SHA-1 nor SHA-2 are refused by name")
def other_hash(_source, ours, theirs):
    return ours.kind == "error" and theirs.kind == "ok" and re.search(r"refused: .* hash '\w+' is not supported", ours.text)


@explained("a relative path's way from elsewhere depends on the working directory, which rendering has none of")
def relpath(_source, ours, theirs):
    return ours.kind == "error" and theirs.kind == "ok" and re.search(r"refused: .* relpath: .* working directory", ours.text)


@explained("complex numbers are refused")
def complex_number(_source, ours, theirs):
    return ours.kind == "error" and theirs.kind == "ok" and re.search(r"refused: .* is complex, which templates do not have", ours.text)


@explained("YAML of a container that holds itself is refused, as JSON of it is; nobody's configuration wants it")
def yaml_of_itself(_source, ours, theirs):
    return ours.kind == "error" and theirs.kind == "ok" and ours.text.endswith("Circular reference detected")


@explained("infinity as an integer is the default, as since Jinja2 3.1.5; before that, Python's exception")
def int_of_infinity(_source, ours, theirs):
    return ours.kind == "ok" and theirs.text == "OverflowError: cannot convert float infinity to integer"


@explained("bytes that are no UTF-8 are refused; Python smuggles them through as lone surrogates")
def bytes_as_text(_source, ours, theirs):
    return ours.kind == "error" and theirs.kind == "ok" and "b64decode: what this stands for is no text" in ours.text


@explained("Ansible's set filters yield a Python set for two strings or tuples, which prints in the order of hashes; ours a list")
def set_of_scalars(source, ours, theirs):
    used = re.search(r"\| (union|intersect|difference|symmetric_difference)\(", source)
    return used and ours.kind == theirs.kind == "ok" and re.search(r"set\(\)|\{[^:{}]*\}", theirs.text)


@explained("YAML 1.1 makes a date of 2020-01-01; ours stays a string, as values of the repository do")
def date(source, ours, theirs):
    return "from_yaml" in source and ours.kind == theirs.kind == "ok" and re.sub(r"datetime\.date\(2020, 1, 1\)", "'2020-01-01'", theirs.text) == ours.text


@explained("PyYAML cannot represent the named tuples of groupby; ours are tuples, which it can")
def groups_as_yaml(source, ours, theirs):
    return "groupby" in source and ours.kind == "ok" and re.search(r"to_(nice_)?yaml - \('cannot represent an object', \(", theirs.text)


@explained("whether what Ansible's filters on paths and words make of markup is markup again shows only where a list of it is printed")
def markup_of_ansible(source, ours, theirs):
    plain = [re.sub(r"Markup\(('[^']*'|\"[^\"]*\")\)", r"\1", answer.text) for answer in (ours, theirs)]
    used = re.search(r"\b(basename|dirname|splitext|split|quote|win_\w+)\b", source)
    return used and ours.kind == theirs.kind == "ok" and plain[0] == plain[1]
