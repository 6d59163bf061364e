"""What a case of the hostile corpus is, and the list of all of them.

A case makes a repository hostile and says what has to come of it:

  finding  the commit is rejected, with a finding that matches the expression
  error    the repository cannot be used; the message matches the expression
  shown    it only looks dangerous: served, byte for byte, as the case says (a dict like that of Repo.files, or None to compare with git)
  warning  shown, with a warning that matches

Cases of the kind `object` write objects into a good repository and return the commit that a push would make of them. Cases of the kind
`repository` change the repository itself.
"""
from dataclasses import dataclass, field


@dataclass
class Case:
    room: str  # the class of cases
    name: str
    build: object  # a function of a Repo
    want: str
    text: str = ""  # regular expression, for a line of what is said
    files: dict = field(default_factory=dict)
    kind: str = "object"
    is_slow: bool = False  # for the long form only
    only: str = ""  # "check" or "mount": what it can be tried with


ALL = []


def add(room, name, build, want, text="", **more):
    assert want in ("finding", "error", "shown", "warning")
    ALL.append(Case(room, name, build, want, text, **more))
