"""What a view writes, an independent reader of the format reads back: the same data, or the view was a finding."""
import configparser
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib

import judge
import yaml

here = os.path.dirname(os.path.abspath(__file__))


# --- values ---


def random_text(rng):
    if rng.random() < 0.5:
        return rng.choice(judge.STRINGS)
    alphabet = "abAB01 \t\n\\\"'$`=:#;![]{}.,é日😀%&\r\x01\x7f\xa0\u2028-_~"
    return "".join(rng.choice(alphabet) for _ in range(rng.randrange(10)))


def random_scalar(rng):
    kind = rng.randrange(9)
    if kind < 6:
        return random_text(rng)
    return rng.choice([True, False, 0, -7, 2**63 - 1, -(2**63), 1.5, 1e16, 1e-7, -0.0, 0.1, rng.random()])


def random_name(rng):
    return rng.choice(["A", "b", "Ab_9", "_x", "PATH2", "key", "name", "z1", "LONG_NAME", "q", "w", "e"])


def random_key(rng):
    return random_name(rng) if rng.random() < 0.6 else random_text(rng)


def random_tree(rng, depth):
    kind = rng.randrange(6)
    if depth == 0 or kind < 2:
        return random_scalar(rng)
    if kind < 4:
        return {random_key(rng): random_tree(rng, depth - 1) for _ in range(rng.randrange(5))}
    return [random_tree(rng, depth - 1) for _ in range(rng.randrange(4))]


def random_map(rng, depth):
    return {random_key(rng): random_tree(rng, depth) for _ in range(rng.randrange(6))}


def flat_map(rng, key):
    return {key(rng): random_scalar(rng) for _ in range(rng.randrange(1, 6))}


def input_text(value):
    """VALUE as YAML that needs no cleverness to read."""
    if isinstance(value, str):
        return '"' + "".join(c if " " <= c <= "~" and c not in '"\\' else f"\\U{ord(c):08x}" for c in value) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(input_text, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"? {input_text(k)} : {input_text(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)


def text_of(scalar):
    if isinstance(scalar, bool):
        return "true" if scalar else "false"
    return scalar if isinstance(scalar, str) else repr(scalar)


def texts_of(mapping):
    return {k: text_of(v) for k, v in mapping.items()}


# --- readers ---


def read_systemd(text):
    """systemd.exec(5), EnvironmentFile=, of what is in double quotes."""
    out, i = {}, 0
    while i < len(text):
        name, i = text[i : text.index("=", i)], text.index("=", i) + 1
        assert text[i] == '"', "a value in double quotes"
        i, value = i + 1, ""
        while text[i] != '"':
            if text[i] == "\\" and text[i + 1] in '"\\`$':
                i += 1
            elif text[i] == "\\" and text[i + 1] == "\n":
                i += 2
                continue
            value, i = value + text[i], i + 1
        assert text[i + 1] == "\n", "nothing behind the quotes"
        out[name], i = value, i + 2
    return out


def read_docker(text):
    """docker-run(1), --env-file: lines, split at the first =, taken as they are."""
    out = {}
    for line in text.split("\n")[:-1]:
        line = line.removesuffix("\r").lstrip()
        if line and not line.startswith("#"):
            name, value = line.split("=", 1)
            out[name] = value
    return out


def read_shell(text):
    with tempfile.NamedTemporaryFile("w", newline="") as file:
        file.write(text)
        file.flush()
        shown = subprocess.run(["env", "-i", "/bin/sh", "-c", '. "$0"; /usr/bin/env -0', file.name], capture_output=True, check=True).stdout
    pairs = [item.split("=", 1) for item in shown.decode().split("\0")[:-1]]
    return {name: value for name, value in pairs if name not in ("PWD", "OLDPWD", "_", "SHLVL")}


def unescape(text):
    out, i = "", 0
    while i < len(text):
        if text[i] != "\\":
            out, i = out + text[i], i + 1
        elif text[i + 1] == "u":
            out, i = out + chr(int(text[i + 2 : i + 6], 16)), i + 6
        else:
            out, i = out + {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}.get(text[i + 1], text[i + 1]), i + 2
    return out


def logical_lines(text):
    line = ""
    for natural in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        natural = natural.lstrip(" \t\f")
        if not line and (not natural or natural[0] in "#!"):
            continue
        line += natural
        if (len(line) - len(line.rstrip("\\"))) % 2:
            line = line[:-1]
            continue
        yield line
        line = ""


def read_properties(text):
    """The grammar in the documentation of java.util.Properties.load()."""
    out = {}
    for line in logical_lines(text):
        i = 0
        while i < len(line) and line[i] not in "=: \t\f":
            i += 2 if line[i] == "\\" else 1
        key, rest = line[:i], line[i:].lstrip(" \t\f")
        if rest[:1] in ("=", ":"):
            rest = rest[1:].lstrip(" \t\f")
        out[unescape(key)] = unescape(rest)
    return out


def read_ini(text):
    parser = configparser.ConfigParser(interpolation=None, default_section="\0none")
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


# --- what the readers should find ---


def flatten(value, key, out):
    if isinstance(value, dict):
        for k, v in value.items():
            flatten(v, f"{key}.{k}" if key else k, out)
    elif isinstance(value, list):
        for i, v in enumerate(value):
            flatten(v, f"{key}[{i}]", out)
    else:
        out[key] = text_of(value)
    return out


def lower_keys(sections):
    return {name: {k.lower(): text_of(v) for k, v in section.items()} for name, section in sections.items()}


def sections(rng):
    return {random_name(rng): flat_map(rng, random_key) for _ in range(rng.randrange(4))}


# name: (how values are made, reader, what the reader should find)
FORMATS = {
    "json": (lambda rng: random_tree(rng, 4), json.loads, lambda v: v),
    "yaml": (lambda rng: random_tree(rng, 4), lambda text: yaml.load(text, Loader=yaml.CSafeLoader), lambda v: v),
    "env": (lambda rng: flat_map(rng, random_name), read_systemd, texts_of),
    "env-docker": (lambda rng: flat_map(rng, random_name), read_docker, texts_of),
    "shell": (lambda rng: flat_map(rng, random_name), read_shell, texts_of),
    "properties": (lambda rng: random_map(rng, 3), read_properties, lambda v: flatten(v, "", {})),
    "ini": (sections, read_ini, lower_keys),
    "toml": (lambda rng: random_map(rng, 4), tomllib.loads, lambda v: v),
}


def is_same(a, b):
    """Equal, and of the same types; -0.0 is not 0.0."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(is_same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(is_same, a, b))
    return a == b and not (isinstance(a, float) and math.copysign(1, a) != math.copysign(1, b))


def check(program, rng, name, count, keep):
    make, read, expect = FORMATS[name]
    said = differ = 0
    for _ in range(count):
        value = make(rng)
        status, text = program.ask(f"view {name}", input_text(value))
        if not status:
            assert "request:1:" in text, text
            continue
        said += 1
        keep.append((text, expect(value)))
        try:
            got = read(text)
        except Exception as error:
            got = repr(error)
        if not is_same(got, expect(value)):
            differ += 1
            if differ <= 5:
                print(f"# {name}: {value!r}\n#   text {text!r}\n#   read {got!r}")
    print(f"{name}: {count} values, {said} written, {differ} differences")


def check_java(cases):
    """The same files of properties, read by Java itself."""
    if not shutil.which("javac"):
        print("java: none here")
        return
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for i, (text, _) in enumerate(cases):
            names.append(os.path.join(folder, f"{i}.properties"))
            with open(names[-1], "w", encoding="utf-8", newline="") as file:
                file.write(text)
        run = subprocess.run(["java", os.path.join(here, "PropertiesReader.java")], input="\n".join(names), capture_output=True, text=True, check=True)
    differ = 0
    for (text, expected), block in zip(cases, split_blocks(run.stdout)):
        if block != expected:
            differ += 1
            print(f"# java: {text!r}\n#   read {block!r}")
    print(f"java: {len(cases)} files, {differ} differences")


def split_blocks(text):
    block = {}
    for line in text.splitlines():
        if not line:
            yield block
            block = {}
            continue
        key, value = (bytes.fromhex(word[1:]).decode("utf-8") for word in line.split(" "))
        block[key] = value


def main():
    rng = random.Random(int(sys.argv[1]))
    program = judge.Values()
    for name in FORMATS:
        keep = []
        check(program, rng, name, int(sys.argv[2]), keep)
        if name == "properties":
            check_java(keep)


main()
