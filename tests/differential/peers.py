"""The peers: who they are, what they can be asked, and asking them."""
import dataclasses
import json
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
NODE = HERE.parents[1] / "build/node/bin/node"
SYSTEM_PYTHON = "/usr/bin/python3"  # the one that Debian's packages belong to
TIMEOUT = 300

HS, RS, PS, ES = ([f"{kind}{size}" for size in (256, 384, 512)] for kind in ("HS", "RS", "PS", "ES"))


@dataclasses.dataclass
class Peer:
    command: list
    ops: list
    algs: list  # of signatures, as its documentation lists them
    at_most: int = 10_000  # tokens of one case, where each costs a process
    # It verifies signatures, whatever it makes of claims: it is asked where a mutation is below them.
    below_claims: bool = False
    policies: tuple = ()  # members of a request that it obeys beside the issuer, audience and algorithms


PEERS = {
    "jose-npm": Peer([NODE, HERE / "peers/node.mjs", "jose-npm"], ["verify_jwt", "verify_jws", "sign_jws"],
                     [*HS, *RS, *PS, *ES, "EdDSA", "Ed25519"], policies=("typ",)),
    "jsonwebtoken": Peer([NODE, HERE / "peers/node.mjs", "jsonwebtoken"], ["verify_jwt", "sign_jwt", "sign_jws"], [*HS, *RS, *PS, *ES]),
    "pyjwt": Peer([SYSTEM_PYTHON, HERE / "peers/python.py", "pyjwt"], ["verify_jwt", "verify_jws", "sign_jwt", "sign_jws"],
                  [*HS, *RS, *PS, *ES, "ES256K", "ES521", "EdDSA"]),
    "python-jose": Peer([SYSTEM_PYTHON, HERE / "peers/python.py", "python-jose"], ["verify_jwt", "verify_jws", "sign_jwt", "sign_jws"],
                        [*HS, *RS, *ES]),
    "jwcrypto": Peer([SYSTEM_PYTHON, HERE / "peers/python.py", "jwcrypto"], ["verify_jwt", "verify_jws", "sign_jws"],
                     [*HS, *RS, *PS, *ES, "ES256K", "EdDSA"]),
    "authlib": Peer([SYSTEM_PYTHON, HERE / "peers/python.py", "authlib"], ["verify_jwt", "verify_jws", "sign_jws"],
                    [*HS, *RS, *PS, *ES, "ES256K", "EdDSA"]),
    "jose-cli": Peer([SYSTEM_PYTHON, HERE / "peers/commands.py", "jose-cli"], ["verify_jws", "sign_jws"], [*HS, *RS, *PS, *ES], 2, below_claims=True),
    "rnbyc": Peer([SYSTEM_PYTHON, HERE / "peers/commands.py", "rnbyc"], ["sign_jwt"], [*HS, *RS, *PS, *ES, "EdDSA"], 2,
                  below_claims=True),
}


def start(command, keys, requests, folder):
    """Asks everything at once; answers() waits for what it says."""
    lines = folder / "requests"
    lines.write_text("".join(json.dumps(request) + "\n" for request in requests))
    with lines.open() as source, (folder / "answers").open("w") as sink, (folder / "errors").open("w") as errors:
        return subprocess.Popen([*map(str, command), str(keys)], stdin=source, stdout=sink, stderr=errors)


def answers(process, requests, folder):
    try:
        code = process.wait(TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    out = [json.loads(line) for line in (folder / "answers").read_text().splitlines()]
    if len(out) != len(requests) or code != 0:
        said = (folder / "errors").read_text()[-500:]
        raise RuntimeError(f"exit {code} after {len(out)} of {len(requests)} answers: {said}\nto {requests[min(len(out), len(requests) - 1)]}")
    return out
