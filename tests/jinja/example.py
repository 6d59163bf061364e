#!/usr/bin/python3
"""What examples/rendered has to look like, by the oracle and by the rules of layers in the documentation.

  example.py OUT      OUT/NODE/PATH      each template of files/, rendered for each node (without .j2)
                      OUT/NODE.json      the node's values, as `refmount render --values` takes them
                      OUT/NODE.facts     its facts, KEY=VALUE a line
                      OUT/root/          files/ and lib/ over each other: one root for includes
                      OUT/names          "template path" a line, relative to OUT/root

A template that the oracle cannot render for a node is printed, and the exit status is 1."""
import json
import os
import re
import shutil
import sys

import yaml

import oracle

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLE = os.path.join(HERE, "../../examples/rendered")
NODES = {
    "web-01": {"host": "web-01", "env": "prod", "role": "web", "site": "ams1"},
    "db-01": {"host": "db-01", "env": "prod", "role": "db", "site": "none"},
    "dev-01": {"host": "dev-01", "env": "dev", "role": "all", "site": "none"},
}


class Delete:
    """The value of a key that a layer removes."""


class Loader(yaml.SafeLoader):
    """PyYAML's, with !delete. The example has no scalar that YAML 1.1 and 1.2 read differently."""


Loader.add_constructor("!delete", lambda loader, node: Delete)


def merge(lower, upper, rules, path=""):
    """UPPER over LOWER: maps deep, lists by rule, everything else replaces."""
    rule = rules.get(path)
    if isinstance(lower, dict) and isinstance(upper, dict):
        out = dict(lower)
        for key, value in upper.items():
            below = f"{path}.{key}" if path else str(key)
            if value is Delete:
                out.pop(key, None)
            else:
                out[key] = merge(out[key], value, rules, below) if key in out else value
        return out
    if rule == "append":
        return lower + upper
    if isinstance(rule, dict):
        return merge_by(lower, upper, rule["by"], rules, path)
    return upper


def merge_by(lower, upper, key, rules, path):
    out = list(lower)
    for item in upper:
        for index, old in enumerate(out):
            if old.get(key) == item.get(key):
                out[index] = merge(old, item, rules, path + "[]")
                break
        else:
            out.append(item)
    return out


def values_of(manifest, facts):
    values = {}
    for layer in manifest["layers"]:
        name = layer["path"] if isinstance(layer, dict) else layer
        name = re.sub(r"\$\{(\w+)\}", lambda match: facts[match[1]], name)
        path = os.path.join(EXAMPLE, name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as text:
                values = merge(values, yaml.load(text, Loader), manifest["merge"])
    return values


def context_of(manifest, facts, values, source):
    managed = manifest["jinja"]["managed"].replace("{path}", source)
    return {**facts, "facts": facts, **values, "managed": managed, "ansible_managed": managed}


def templates(root):
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(".j2"):
                yield os.path.relpath(os.path.join(folder, name), root)


def main(out):
    with open(f"{EXAMPLE}/refmount.yaml", encoding="utf-8") as text:
        manifest = yaml.safe_load(text)
    root = f"{out}/root"
    shutil.copytree(f"{EXAMPLE}/lib", root)
    shutil.copytree(f"{EXAMPLE}/files", root, dirs_exist_ok=True)
    names = sorted(templates(f"{EXAMPLE}/files"))
    with open(f"{out}/names", "w", encoding="utf-8") as listing:
        listing.writelines(f"{name} {name[:-3]}\n" for name in names)
    failed = 0
    for node, facts in NODES.items():
        values = values_of(manifest, facts)
        with open(f"{out}/{node}.facts", "w", encoding="utf-8") as listing:
            listing.writelines(f"{key}={value}\n" for key, value in facts.items())
        for name in names:
            context = context_of(manifest, facts, values, f"files/{name}")
            path = f"{out}/{node}/{name[:-3]}"
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(f"{path}.values.json", "w", encoding="utf-8") as target:
                json.dump(context, target)
            with open(f"{root}/{name}", encoding="utf-8", newline="") as source:
                text = source.read()
            try:
                # A copy by way of JSON: templates may change what they are given.
                result = oracle.render(text, json.loads(json.dumps(context)), "ansible", root)
            except Exception as error:  # whatever Python raises is what we report
                print(f"{node}: {name}: {type(error).__name__}: {error}")
                failed = 1
                continue
            with open(path, "w", encoding="utf-8", newline="") as target:
                target.write(result)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
