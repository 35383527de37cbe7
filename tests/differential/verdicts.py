"""verdicts.txt: where a peer's verdict is not Tessera's, who is right, by which sentence."""
import dataclasses
import fnmatch
import re

BLOCK = re.compile(r'right: (Tessera|the peer|both)\. (RFC \d+) (?:section|appendix) ([\w.]+): "(.+)"$')
LINE = re.compile(r"(accepts|refuses|reads otherwise)\s{2,}(\S+)\s{2,}(\S.*)$")


@dataclasses.dataclass
class Line:
    number: int
    difference: str
    pattern: str
    peer: str
    used: bool = False


def read(path):
    lines, reasoned = [], False
    for number, text in enumerate(path.read_text().splitlines(), 1):
        if not text.strip() or text.startswith("#"):
            continue
        if BLOCK.match(text):
            reasoned = True
            continue
        match = LINE.match(text)
        if not match or not reasoned:
            raise SystemExit(f"FAIL {path.name}:{number}: neither a reason nor a line below one")
        lines += [
            Line(number, match[1], pattern, peer) for peer in match[3].split() for pattern in alternatives(match[2])
        ]
    return lines


def alternatives(pattern):
    """a{b,c}d -> abd, acd"""
    match = re.search(r"\{([^}]*)\}", pattern)
    if not match:
        return [pattern]
    return [
        whole for each in match[1].split(",")
        for whole in alternatives(pattern[:match.start()] + each + pattern[match.end():])
    ]


class Judge:
    def __init__(self, lines):
        self.by_peer = {}
        for line in lines:
            self.by_peer.setdefault(line.peer, []).append(line)

    def unexplained(self, name, peer, differences):
        """What is not as the lines say, each way. `differences` may be empty: then no line may claim one."""
        claimed = [line for line in self.by_peer.get(peer, []) if fnmatch.fnmatchcase(name, line.pattern)]
        for line in claimed:
            line.used = True
            if line.difference not in differences:
                yield f"{peer} no longer {line.difference} it (verdicts.txt:{line.number})"
        known = {line.difference for line in claimed}
        for difference, why in differences.items():
            if difference not in known:
                yield f"{peer} {difference} it, and no line says who is right ({why})"

    def idle(self):
        return [line for lines in self.by_peer.values() for line in lines if not line.used]
