#!/usr/bin/env python3
"""Print a Python expression over `s`, a .status (or any YAML or JSON) file: status.py FILE EXPRESSION"""
import json
import sys

import yaml


class Loader(yaml.SafeLoader):
    """YAML as everywhere else, but times stay text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f) if path.endswith(".json") else yaml.load(f, Loader)


if __name__ == "__main__":
    try:
        value = eval(sys.argv[2], {"s": load(sys.argv[1])})
    except Exception as e:
        sys.exit(f"{type(e).__name__}: {e}")
    print(value if isinstance(value, (str, int, float)) else json.dumps(value))
