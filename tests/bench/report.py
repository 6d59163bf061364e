"""Rows, aims and verdicts: the table for people and the JSON for programs."""
import json
import os
import platform
from statistics import median

COLUMNS = ("refmount", "ext4", "squashfuse", "bindfs", "swap")
UNITS = {"us": 1e3, "ms": 1e6, "s": 1e9, "MiB": 1 << 20, "x": 1}


class Aim:
    """FACTOR(medians) is 1 when the aim is just met and 2 when it is missed by a factor of two."""

    def __init__(self, text, *factors):
        self.text, self.factors = text, factors

    def factor(self, medians):
        try:
            return max(factor(medians) for factor in self.factors)
        except (KeyError, ZeroDivisionError):
            return None


def at_most(limit):
    return lambda m: m["refmount"] / limit


def times(limit, other):
    return lambda m: m["refmount"] / m[other] / limit


def faster(least, other):
    return lambda m: least * m["refmount"] / m[other]


class Row:
    def __init__(self, key, title, unit, aim=None, ratio_to="ext4"):
        self.key, self.title, self.unit, self.aim, self.ratio_to = key, title, unit, aim, ratio_to
        self.samples = {}
        self.note = None

    def add(self, column, value):
        self.samples.setdefault(column, []).append(value)

    def medians(self):
        return {column: median(values) for column, values in self.samples.items()}

    def ratio(self):
        m = self.medians()
        if "refmount" not in m or not m.get(self.ratio_to):
            return None
        return m["refmount"] / m[self.ratio_to]

    def verdict(self):
        if self.note:
            return self.note
        if "refmount" not in self.samples:
            return "not measured"
        if not self.aim:
            return ""
        factor = self.aim.factor(self.medians())
        if factor is None:
            return "no other"
        return "ok" if factor <= 1 else f"missed x{factor:.2f}"

    def number(self, column):
        values = self.medians()
        if column not in values:
            return "-"
        value = values[column] / UNITS[self.unit]
        digits = 0 if value >= 1000 else 1 if value >= 100 else 2
        return f"{value:.{digits}f}"

    def json(self):
        ratio = self.ratio()
        return {"row": self.title, "unit": self.unit, "aim": self.aim.text if self.aim else None,
                "median": {c: v / UNITS[self.unit] for c, v in self.medians().items()},
                "ratio": ratio, "ratio_to": self.ratio_to if ratio else None,
                "verdict": self.verdict(),
                "samples": {c: [v / UNITS[self.unit] for v in values]
                            for c, values in self.samples.items()}}


WIDTHS = (33, 3, 18, 8, 7, 6, 10, 7, 7)


def line(cells, last):
    text = " ".join(cell.ljust(width) if index in (0, 1, 2) else cell.rjust(width)
                    for index, (cell, width) in enumerate(zip(cells, WIDTHS)))
    return f"{text} {last}".rstrip()


def table(rows, disk):
    out = [f"Linux {platform.release()}, {os.cpu_count()} CPUs, disk: {disk}; medians; "
           "ratio: to ext4, or to the symlink swap (*)", "",
           line(("", "", "aim", "refmount", disk[:8], "ratio", "squashfuse", "bindfs", "swap"), "")]
    for row in rows:
        ratio = row.ratio()
        shown = "-" if ratio is None else f"{ratio:.2f}" + ("*" if row.ratio_to != "ext4" else "")
        numbers = [row.number(column) for column in COLUMNS]
        out.append(line((row.title, row.unit, row.aim.text if row.aim else "", numbers[0], numbers[1], shown,
                         *numbers[2:]), row.verdict()))
    return "\n".join(out)


def write_json(rows, disk, path, quick):
    value = {"kernel": platform.release(), "cpus": os.cpu_count(), "disk": disk, "quick": quick,
             "rows": {row.key: row.json() for row in rows}}
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
        file.write("\n")
    os.rename(path + ".new", path)
