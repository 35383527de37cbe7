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
OAEP, MORE_OAEP = ["RSA-OAEP", "RSA-OAEP-256"], ["RSA-OAEP-384", "RSA-OAEP-512"]
KW, GCMKW = ([f"A{size}{kind}" for size in (128, 192, 256)] for kind in ("KW", "GCMKW"))
ECDH = ["ECDH-ES", *(f"ECDH-ES+{alg}" for alg in KW)]
PBES2 = [f"PBES2-HS{2 * size}+A{size}KW" for size in (128, 192, 256)]
CURVES = ("p384", "p521", "x25519", "x448")  # beside P-256


@dataclasses.dataclass
class Peer:
    command: list
    ops: list
    algs: list  # of signatures and of key management, as its documentation lists them
    dear: bool = False  # each question costs a process
    # It verifies signatures, whatever it makes of claims: it is asked where a mutation is below them.
    below_claims: bool = False
    policies: tuple = ()  # members of a request that it obeys beside the issuer, audience and algorithms
    without: tuple = ()  # keys that it does not take
    claims_only: bool = False  # as content of what is encrypted
    one_in: int = 1  # cases of so many: where others ask the same


def node(name, *rest, **more):
    return Peer([NODE, HERE / "peers/node.mjs", name], *rest, **more)


def python(name, *rest, **more):
    return Peer([SYSTEM_PYTHON, HERE / "peers/python.py", name], *rest, **more)


def command(name, *rest, **more):
    return Peer([SYSTEM_PYTHON, HERE / "peers/commands.py", name], *rest, dear=True, **more)


JWT, JWS, JWE = ["verify_jwt"], ["verify_jws", "sign_jws"], ["decrypt", "encrypt"]
BESIDE = ["verify_detached", "sign_detached"]  # a payload that the token does not hold
FLAT = ["verify_flattened", "sign_flattened", "decrypt_flattened", "encrypt_flattened"]
GENERAL = ["sign_general", "decrypt_general", "encrypt_general"]
EVERY_JWS = [*HS, *RS, *PS, *ES]
# The command takes no secret that is too short, so tessera-cli is not asked about those.
PEERS = {
    "jose-npm": node("jose-npm", [*JWT, *JWS, *JWE, *BESIDE, "verify_plain", *FLAT, "verify_any", *GENERAL],
                     [*EVERY_JWS, "EdDSA", "Ed25519", "dir", *KW, *GCMKW, *OAEP, *MORE_OAEP, *ECDH, *PBES2],
                     policies=("typ", "zip", "content"), without=("x448",)),
    "jsonwebtoken": node("jsonwebtoken", [*JWT, "sign_jwt", "sign_jws"], EVERY_JWS),
    "pyjwt": python("pyjwt", [*JWT, "sign_jwt", *JWS, "verify_plain", "sign_detached"],
                    [*EVERY_JWS, "ES256K", "ES521", "EdDSA"], policies=("content",)),
    "python-jose": python("python-jose", [*JWT, "sign_jwt", *JWS, *JWE], [*HS, *RS, *ES, "dir", *KW, *OAEP],
                          policies=("zip",)),
    "jwcrypto": python("jwcrypto", [*JWT, *JWS, *JWE, *BESIDE, "verify_plain", *FLAT, "verify_any", *GENERAL],
                       [*EVERY_JWS, "ES256K", "EdDSA", "dir", *KW, *GCMKW, *OAEP, *ECDH, *PBES2],
                       policies=("zip", "content")),
    "authlib": python("authlib", [*JWT, *JWS, *JWE, "verify_flattened", "sign_flattened", "verify_all", *GENERAL],
                      [*EVERY_JWS, "ES256K", "EdDSA", "dir", *KW, *GCMKW, *OAEP, *ECDH], policies=("zip",)),
    "jose-cli": command("jose-cli", [*JWS, *JWE, *BESIDE, *FLAT, "verify_any", *GENERAL],
                        [*EVERY_JWS, "dir", *KW, *GCMKW, *ECDH, *PBES2], below_claims=True,
                        policies=("zip", "content"), without=("x25519", "x448")),
    "rnbyc": command("rnbyc", ["sign_jwt", *JWE], [*EVERY_JWS, "EdDSA", "dir", *KW, *GCMKW, *OAEP, *ECDH, *PBES2],
                     below_claims=True, claims_only=True),
    "tessera-cli": command("tessera-cli", [*JWT, "verify_jws", "decrypt", "verify_detached", "verify_plain",
                                           "verify_flattened", "verify_any", "verify_all", "decrypt_flattened",
                                           "decrypt_general"],
                           [*EVERY_JWS, "ES256K", "EdDSA", "Ed25519", "Ed448", "dir", *KW, *GCMKW, *OAEP, *MORE_OAEP,
                            *ECDH, *PBES2],
                           policies=("typ", "zip", "content"), without=("oct-short",), one_in=10),
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
        last = requests[min(len(out), len(requests) - 1)]
        raise RuntimeError(f"exit {code} after {len(out)} of {len(requests)} answers: {said}\nto {last}")
    return out
