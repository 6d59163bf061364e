"""The manual pages beside the program: what there is is described, what is described there is, and examples say the truth.

    manual.py commands|manifest|node|names|log|virtual     a line for each thing that is not in the page, or not in the program
    manual.py examples FOLDER                  the same for `template => result` lines; FOLDER is empty
    manual.py session PAGE                     the commands that stand below EXAMPLES
    manual.py fragments PAGE                   the file that the examples above it are together
    manual.py fields .status|.drift FILE       its page beside FILE, the JSON of it
    manual.py metrics FILE                     the same for .refmount/metrics
"""
import glob
import json
import os
import re
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TABLES = {  # heading of refmount-templates(7): the tables of the names below it
    "GLOBALS": [("globals.c", "functions")],
    "Filters of Jinja2": [("filters.c", "jinja_filters")],
    "Filters of Ansible": [("ansible_filters.c", "ansible_filters")],
    "Queries of ipaddr": [("address_query.c", "queries")],
    "Tests of Jinja2": [("tests.c", "jinja_tests")],
    "Tests of Ansible": [("ansible_tests.c", "ansible_tests")],
    "Methods of texts": [("text_methods.c", "text_methods")],
    "Methods of lists": [("list_methods.c", "list_methods")],
    "Methods of tuples": [("list_methods.c", "tuple_methods")],
    "Methods of maps": [("dict_methods.c", "dict_methods")],
    "Methods of whole numbers": [("number_methods.c", "int_methods")],
    "Methods of floating-point numbers": [("number_methods.c", "float_methods")],
    "Methods of ranges": [("number_methods.c", "range_methods")],
}


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def manual(page):
    return read("docs", "man", "man" + page[-1], page)


def sections(page):
    """Heading -> text below it, up to the next one."""
    parts = re.split(r"^\.S[hs] (.+)\n", manual(page), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def pasted(display):
    return display.replace("\\e", "\\").replace("\\&", "")


def words(text, macro):
    """What stands behind MACRO, "It Ic" say, all arguments of the line."""
    lines = re.findall(r"^\." + macro + r" (.+)$", text, flags=re.M)
    return {word.replace("\\&", "") for line in lines for word in line.split() if word not in (",", ".", "Ns")}


def table(text, name):
    """The first member of each entry of the C table NAME."""
    body = re.search(r"\b" + name + r"\[\] = \{\n(.*?)^\s*\};", text, flags=re.M | re.S)
    if not body:
        raise SystemExit(f"no table {name}")
    return set(re.findall(r'^\s*\{"([^"]+)"', body.group(1), flags=re.M))


def compare(what, there, described):
    for name in sorted(there - described):
        print(f"{what}: '{name}' is not described")
    for name in sorted(described - there):
        print(f"{what}: '{name}' is described, but there is no such thing")


# --- what there is ---


def entries(text):
    """(names, text) of each entry of lists of commands."""
    for entry in re.split(r"^\.It Ic ", text, flags=re.M)[1:]:
        head, _, body = entry.partition("\n")
        yield words(".It Ic " + head, "It Ic"), body


def exemplify(heading, text):
    """Each name stands in an example of its entry; what is refused needs but one."""
    for listed, body in entries(text):
        templates = " ".join(template for template, _ in pairs(body))
        for name in sorted(listed):
            if not re.search(r"(?<!\w)" + re.escape(name) + r"(?!\w)", templates) and not (templates and body.startswith("Refused")):
                print(f"{heading}: there is no example of '{name}'")


def names():
    page = sections("refmount-templates.7")
    for heading, tables in TABLES.items():
        there = set()
        for file, name in tables:
            text = read("src", "jinja", file)
            there |= {n for n in re.findall(r'^\t+\{"([^"]+)", \{', text, flags=re.M)} if heading == "GLOBALS" else table(text, name)
        compare(heading, there, words(page.get(heading, ""), "It Ic"))
        exemplify(heading, page.get(heading, ""))
    for heading, file, name in (("GLOBALS", "globals.c", "refused"), ("Refused filters", "call.c", "refusals")):
        compare(f"refused, {heading}", table(read("src", "jinja", file), name), words(page[heading], "Ic"))
    loop = "The variable loop"
    compare(loop, set(re.findall(r'\[LOOP_\w+\] = "(\w+)"', read("src", "jinja", "parse_operand.c"))), words(page[loop], "It Ic"))
    exemplify(loop, page[loop])
    spelled = re.findall(r'\[WORD_(\w+)\] = "(\w+)"', read("src", "jinja", "name.c"))
    described = words(page["STATEMENTS"], "It Ic")
    for word, name in spelled[: [w for w, _ in spelled].index("AND")]:
        if name not in described:
            print(f"STATEMENTS: '{name}' is not described")


def fragments(page):
    """The displays of a page that are YAML, up to its EXAMPLES: one after the other they are one file."""
    displays = re.findall(r"^\.Bd -literal -offset indent\n(.*?)^\.Ed", manual(page).partition(".Sh EXAMPLES\n")[0], flags=re.M | re.S)
    return "".join(pasted(display) for display in displays if re.match(r"\w+:($| )", display, flags=re.M))


def all_in_examples(page, keys):
    for key in sorted(keys - set(re.findall(r"\b(\w+):(?: |$)", fragments(page), flags=re.M))):
        print(f"{page}: there is no example of '{key}'")


def manifest():
    """Every key that the parser knows, and every word that a key may have; one name may stand in several tables."""
    keys, spelled = set(), {"match"}
    for file in ("manifest.c", "manifest_files.c", "manifest_values.c"):
        text = read("src", "render", file)
        for body in re.findall(r"struct key \w+\[\] = \{(.*?)\};", text, flags=re.S):
            keys |= set(re.findall(r'\{"(\w+)",', body))
        for body in re.findall(r"words\[\] = \{(.*?)NULL\}", text, flags=re.S):
            spelled |= set(re.findall(r'"(\w+)"', body))
    spelled |= set(re.findall(r'\[VIEW_\w+\] = "([\w-]+)"', read("src", "render", "views.c")))
    compare("refmount.yaml", keys | spelled, words(manual("refmount.yaml.5"), "It Cm"))
    all_in_examples("refmount.yaml.5", keys)
    keywords = set(re.findall(r'^\s*\{"([$\w]+)"', read("src", "value", "jsonschema_keywords.c"), flags=re.M))
    compare("JSON Schema", keywords, words(sections("refmount.yaml.5")["JSON Schema"], "(?:Li|It Li)"))


def node():
    tables = read("src", "cmd", "config.c") + read("src", "node", "operations.c")
    there = set()
    for body in re.findall(r"struct form_field \w+\[\] = \{(.*?)\};", tables, flags=re.S):
        there |= set(re.findall(r'\{"(\w+)",', body))
    compare("node configuration", there, words(manual("refmount-node.5"), "It Cm"))
    all_in_examples("refmount-node.5", there)


def help_of(*verb):
    return subprocess.run(["refmount", "help", *verb], capture_output=True, text=True, check=True).stdout


def options_of(text):
    """Long names, letters and mount options that a help text lists."""
    found = set()
    for line in text.splitlines():
        flag = re.match(r"  (?:-(\w))?(?:, )?(?:--([\w-]+))?(?: |$)", line)
        if flag and (flag.group(1) or flag.group(2)):
            found |= {f"-{name}" for name in flag.groups() if name}
    mount = re.search(r"\nMount options:\n(.*?)\n\n", text, flags=re.S)
    if mount:
        found |= set(re.findall(r"^  (\w+)", mount.group(1), flags=re.M))
    return found


def described_options(verb):
    """What the page lists, below the heading of the command where it is about several; each once."""
    page = f"refmount-{verb}.1"
    described = []
    for item in re.findall(r"^\.It (.+)$", sections(page).get(f"refmount {verb}") or manual(page), flags=re.M):
        for macro, name in re.findall(r"(?:^|, )(Fl|Cm) (\S+)", item):
            described.append(name if macro == "Cm" else "-" + name.removeprefix("-"))
    for name in {name for name in described if described.count(name) > 1}:
        print(f"refmount-{verb}(1): '{name}' is described more than once")
    return set(described)


def synopsis_options(verb):
    forms = re.findall(rf"^\.Nm refmount {verb}\n((?:(?!\.Nm).*\n)*)", sections(f"refmount-{verb}.1")["SYNOPSIS"], flags=re.M)
    if not forms:
        print(f"refmount-{verb}(1): SYNOPSIS does not have it")
    return {"-" + name for form in forms for name in re.findall(r"\bFl -?([\w-]+)", form) if name != "-"}


def commands():
    """The program, its help, and the pages have the same commands, each of these the same options."""
    listed = set(re.findall(r"^  (\w+) ", re.search(r"Commands:\n(.*?)\n\n", help_of(), flags=re.S).group(1), flags=re.M))
    own = {heading.removeprefix("refmount ") for heading in sections("refmount.1") if heading.startswith("refmount ")}
    compare("commands", listed | {"help", "complete"}, set(re.findall(r"^\.It Xr refmount-(\w+) 1$", manual("refmount.1"), flags=re.M)) | own)
    for verb in sorted(listed - own):
        text = help_of(verb)
        there = options_of(text)
        compare(f"refmount-{verb}(1)", there, described_options(verb))
        full = dict(re.findall(r"^  (-\w), -(-[\w-]+)", text, flags=re.M))
        flags = {full.get(option, option) for option in there if option.startswith("-")}
        compare(f"refmount-{verb}(1), SYNOPSIS", flags, {full.get(option, option) for option in synopsis_options(verb)})
        usage = text.splitlines()[0]
        if "[OPTION...]" not in usage:
            used = {"-" + name for name in re.findall(r"[ [|]--?([a-z][\w-]*)", usage)}
            compare(f"usage of refmount {verb}", flags, {full.get(option, option) for option in used})


def fields(name, file):
    """The keys of a virtual file, and those one level below; `_reason` goes with another one."""
    text = sections(f"refmount-{name[1:]}.1")[f"What {name} says"]
    with open(file, encoding="utf-8") as status:
        values = json.load(status)
    compare(name, set(values), words(text, "It Li"))
    for key, value in values.items():
        for below in value if isinstance(value, dict) and key != "facts" else ():
            if not below.endswith("_reason") and below not in words(text, "Va"):
                print(f"{name}: '{key}.{below}' is not described")


def log():
    """Events of the log, and their fields."""
    there, heads = set(), re.split(r"^The events:$", manual("refmount-log.7"), flags=re.M)
    for folder in ("src", "fs"):
        for path in glob.glob(os.path.join(ROOT, folder, "**", "*.c"), recursive=True):
            for event in re.findall(r"\.event = (.*?)(?:, \.|,$|\})", read(path), flags=re.M):
                there |= set(re.findall(r'"(\w+)"', event))
    compare("events", there, words(heads[1], "It Li"))
    compare("fields", set(re.findall(r'add_\w+\(out, add, "(\w+)"', read("src", "base", "log_line.c"))), words(heads[0], "It Li"))


def metrics(file):
    with open(file, encoding="utf-8") as exposition:
        compare("metrics", set(re.findall(r"^# TYPE (\w+) ", exposition.read(), flags=re.M)), words(manual("refmount-metrics.7"), "It Li"))


def virtual():
    """The virtual files, folders apart."""
    names = re.findall(r'\[TEXT_\w+\] = "(.+)"', read("src", "engine", "overlay.c"))
    described = words(sections("refmount.1")["\\&In the mount"], "It Pa")
    compare("virtual files", {name if name[0] == "." else ".refmount/" + name for name in names},
            {name for name in described if name.startswith(".") and not name.endswith("/")})


# --- examples ---

OTHER = re.compile(r"([\w/]+\.j2): (.*)")  # another template, that the next examples include


def session(page):
    """What can be pasted: the first display."""
    text = re.search(r"^\.Bd -literal -offset indent\n(.*?)^\.Ed", sections(page)["EXAMPLES"], flags=re.M | re.S).group(1)
    print(pasted(text), end="")


def example_lines(text):
    for block in re.findall(r"^\.Bd -literal -compact\n(.*?)^\.Ed", text, flags=re.M | re.S):
        yield from pasted(block).splitlines()


def pairs(text):
    """(template, result) for each line with an arrow; both have a sign for line breaks."""
    for line in example_lines(text):
        template, arrow, result = line.partition(" => ")
        if arrow:
            yield template.replace("↵", "\n"), result.replace("↵", "\n")
        elif not OTHER.match(line):
            raise SystemExit(f"no result: {line}")


def render(*arguments):
    return subprocess.run(["refmount", "render", *arguments], capture_output=True, text=True)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def render_alone(folder, template):
    return render("--root", folder, "--template", write(f"{folder}/alone.j2", template))


def check_failure(folder, template, message):
    done = render_alone(folder, template)
    if done.returncode != 2 or not done.stderr.rstrip("\n").endswith(": " + message):
        print(f"{template}: should fail: {message}\n  {done.stderr.strip()}")


def check_result(template, result, output):
    if output != result:
        print(f"{template}\n  is {output!r}, and should be {result!r}")


def check_together(folder, listed):
    """All in one process: each is a template of its own, included by one that puts a mark behind each."""
    for number, (template, _) in enumerate(listed):
        write(f"{folder}/{number}.j2", template)
    main = "".join("{%% include '%d.j2' %%}{{ '\\x1e' }}" % number for number in range(len(listed)))
    done = render("--root", folder, "--template", write(f"{folder}/main.j2", main))
    if done.returncode != 0:
        print(done.stderr.strip())
    for (template, result), output in zip(listed, done.stdout.split("\x1e")):
        check_result(template, result, output)


def examples(folder):
    text = manual("refmount-templates.7")
    for name, template in (other.groups() for other in map(OTHER.fullmatch, example_lines(text)) if other):
        write(f"{folder}/{name}", template)
    together = []
    listed = list(pairs(text))
    for template, result in listed:
        if result.startswith("fails: "):
            check_failure(folder, template, result.removeprefix("fails: "))
        elif "\n" in template:  # the last line of what is included is another matter
            check_result(template, result, render_alone(folder, template).stdout)
        else:
            together.append((template, result))
    check_together(folder, together)
    print(f"{len(listed)} examples", file=sys.stderr)


if __name__ == "__main__":
    said = globals()[sys.argv[1]](*sys.argv[2:])
    if said:
        print(said, end="")
