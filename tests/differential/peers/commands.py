#!/usr/bin/python3
"""The peers of tests/differential/run that are commands, one run of them a request: a request a line, an answer a line
(README.md).

usage: commands.py jose-cli|rnbyc KEYS_FILE
"""
import base64
import json
import pathlib
import subprocess
import sys
import tempfile

TIMEOUT = 20


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class Refused(Exception):
    pass


def run(*command, stdin=b""):
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=TIMEOUT)
    if done.returncode < 0:
        raise Refused(f"killed by signal {-done.returncode}")
    if done.returncode != 0:
        raise Refused(f"exit {done.returncode} {done.stderr.decode(errors='replace')[-150:]}")
    return done.stdout


def file_of(text):
    path = FOLDER / "in"
    path.write_bytes(text)
    return str(path)


def jwk(request, member):
    """Under the one algorithm that is asked for: neither command has an allow-list."""
    key = KEYS[request["key"]]
    alg = request.get("alg") or request["algs"][0]
    return json.loads(key.get(member) or key["private_jwk"]) | {"alg": alg}


def key_file(jwk, wrapped):
    path = FOLDER / "key"
    path.write_text(json.dumps({"keys": [jwk]} if wrapped else jwk))
    return str(path)


class JoseCli:
    def verify_jws(self, request):
        return run("jose", "jws", "ver", "-i", file_of(decoded(request["token"])), "-k", key_file(jwk(request, "jwk"), False), "-O", "-")

    def sign_jws(self, request):
        template = json.dumps({"protected": {"alg": request["alg"]} | ({"kid": request["kid"]} if request.get("kid") else {})})
        return run("jose", "jws", "sig", "-s", template, "-I", file_of(decoded(request["payload"])), "-k",
                   key_file(jwk(request, "private_jwk"), False), "-c", "-o", "-")


class Rnbyc:
    def verify_jws(self, request):
        token = decoded(request["token"])
        if b"\0" in token:
            raise Refused("no argument can hold it")
        shown = run("rnbyc", "-t", token, "-P", key_file(jwk(request, "jwk"), True))
        _, verified, claims = shown.partition(b"Token signature verified\n")
        if not verified:
            raise Refused(shown.decode(errors="replace")[:150])
        return claims

    def sign_jwt(self, request):
        return run("rnbyc", "-s", decoded(request["payload"]), "-K", key_file(jwk(request, "private_jwk"), True), "-a", request["alg"]).strip()


PEERS = {"jose-cli": JoseCli, "rnbyc": Rnbyc}


def answer(peer, request):
    try:
        return {"ok": True, "octets": encoded(getattr(peer, request["op"])(request))}
    except (Refused, subprocess.TimeoutExpired, ValueError) as error:
        return {"ok": False, "why": f"{type(error).__name__}: {error}"[:200]}


if __name__ == "__main__":
    KEYS = json.loads(pathlib.Path(sys.argv[2]).read_text())
    this = PEERS[sys.argv[1]]()
    with tempfile.TemporaryDirectory() as folder:
        FOLDER = pathlib.Path(folder)
        for line in sys.stdin:
            print(json.dumps(answer(this, json.loads(line))), flush=True)
