#!/usr/bin/python3
"""The peers of tests/differential/run that are commands, one run of them a request: a request a line, an answer a line
(README.md).

usage: commands.py jose-cli|rnbyc|tessera-cli KEYS_FILE     the last finds its command in $TESSERA_BIN
"""
import base64
import json
import os
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


def file_of(octets, name="in"):
    path = FOLDER / name
    path.write_bytes(octets)
    return str(path)


def jwk(name, member, alg=None):
    key = KEYS[name]
    return json.loads(key.get(member) or key["private_jwk"]) | ({"alg": alg} if alg else {})


def alone(request, member):
    """Under the one algorithm that is asked for: neither command has an allow-list."""
    return jwk(request["key"], member, request.get("alg") or request["algs"][0])


def key_file(*jwks, wrapped=False, name="key"):
    return file_of(json.dumps({"keys": jwks} if wrapped else jwks[0]).encode(), name)


class JoseCli:
    def verify_jws(self, request):
        beside = ["-I", file_of(decoded(request["content"]), "content")] if "content" in request else []
        key = alone(request, "jwk")
        if len(request["algs"]) > 1:  # of a text with several signatures
            del key["alg"]
        shown = run("jose", "jws", "ver", "-i", file_of(decoded(request["token"])), *beside, "-k", key_file(key),
                    *([] if beside else ["-O", "-"]))
        return decoded(request["content"]) if beside else shown

    verify_detached = verify_flattened = verify_any = verify_jws

    def sign(self, request, *more):
        keys, algs = request.get("keys") or [request["key"]], request.get("algs") or [request["alg"]]
        out = [*more, "-I", file_of(decoded(request["payload"]))]
        for index, (name, alg) in enumerate(zip(keys, algs)):
            header = {"alg": alg} | ({"kid": request["kid"]} if request.get("kid") else {})
            out += ["-s", json.dumps({"protected": header}), "-k",
                    key_file(jwk(name, "private_jwk", alg), name=f"key{index}")]
        if request.get("how") == "detached":
            out += ["-O", os.devnull]
        return run("jose", "jws", "sig", *out, "-o", "-")

    def sign_jws(self, request):
        return self.sign(request, "-c")

    sign_detached, sign_flattened, sign_general = sign_jws, sign, sign

    def decrypt(self, request):
        return run("jose", "jwe", "dec", "-i", file_of(decoded(request["token"])), "-k",
                   key_file(jwk(request["key"], "private_jwk")), "-O", "-")

    decrypt_flattened = decrypt_general = decrypt

    def encrypt_json(self, request, *more):
        keys, algs = request.get("keys") or [request["key"]], request.get("algs") or [request["alg"]]
        names = ("enc", "kid", "typ", "cty", "apu", "apv", "zip")
        protected = {name: request[name] for name in names if request.get(name)}
        if len(algs) == 1:
            protected["alg"] = algs[0]
        template = {"protected": protected} | ({"aad": request["aad"]} if "aad" in request else {})
        out = ["-i", json.dumps(template), "-I", file_of(decoded(request["payload"])), *more]
        for index, (name, alg) in enumerate(zip(keys, algs)):
            out += ["-r", json.dumps({"header": {"alg": alg}} if len(algs) > 1 else {}), "-k",
                    key_file(jwk(name, "jwk"), name=f"key{index}")]
        return run("jose", "jwe", "enc", *out, "-o", "-")

    encrypt_flattened = encrypt_general = encrypt_json

    def encrypt(self, request):
        return self.encrypt_json(request, "-c")


class Rnbyc:
    def parsed(self, request, heading, *key):
        token = decoded(request["token"])
        if b"\0" in token:
            raise Refused("no argument can hold it")
        shown = run("rnbyc", "-t", token, *key)
        _, done, claims = shown.partition(heading)
        if not done:
            raise Refused(shown.decode(errors="replace")[:150])
        return claims

    def verify_jws(self, request):
        return self.parsed(request, b"Token signature verified\n", "-P", key_file(alone(request, "jwk"), wrapped=True))

    def sign_jwt(self, request):
        key = key_file(alone(request, "private_jwk"), wrapped=True)
        return run("rnbyc", "-s", decoded(request["payload"]), "-K", key, "-a", request["alg"]).strip()

    def decrypt(self, request):
        key = key_file(jwk(request["key"], "private_jwk"), wrapped=True)
        return self.parsed(request, b"Token payload decrypted\n", "-K", key)

    def encrypt(self, request):
        """Until no coordinate of the ephemeral key begins with a zero octet, which rnbyc leaves out."""
        key = key_file(jwk(request["key"], "jwk"), wrapped=True)
        while True:
            token = run("rnbyc", "-s", decoded(request["payload"]), "-P", key, "-l", request["alg"], "-e",
                        request["enc"]).strip()
            epk = json.loads(decoded(token.partition(b".")[0].decode())).get("epk", {})
            size = {"P-256": 32, "P-384": 48}.get(epk.get("crv"))
            if not size or all(len(decoded(epk[name])) == size for name in "xy"):
                return token


class TesseraCli:
    """The same library behind another door: no verdict of its may differ."""
    def run(self, request, *arguments):
        token = decoded(request["token"])
        as_argument = token.startswith(b"eyJ") and b"\0" not in token
        # A text of the other serialization than the options speak of is a misuse (2); any other misuse is this file's.
        other_form = token.lstrip().startswith(b"{") != bool({"--any", "--all"} & set(arguments))
        try:
            return run(os.environ["TESSERA_BIN"], *arguments[:2], token if as_argument else "-", *arguments[2:],
                       stdin=token)
        except Refused as error:
            if not str(error).startswith(("exit 1 ", "exit 2 ") if other_form else "exit 1 "):
                raise RuntimeError(f"{error} to {arguments}") from error
            raise

    def verifying_key(self, request):
        key = KEYS[request["key"]]
        text = key["private_jwk"] if "octets" in key else key["jwk" if request.get("form") == "jwk" else "pem"]
        return ["--key", file_of(text.encode(), "key")]

    def algs(self, request):
        return [word for alg in request["algs"] if alg not in ("none", "ES521") for word in ("--alg", alg)]

    def verify_jwt(self, request):
        typ = ["--typ", request["typ"]] if "typ" in request else ["--unchecked", "typ"]
        shown = self.run(request, "jwt", "verify", *self.verifying_key(request), *self.algs(request), *typ, "--json",
                         "--iss", request["iss"], "--aud", request["aud"], "--now", str(request["now"]))
        return json.dumps(json.loads(shown)["claims"]).encode()

    def verify_text(self, request, *rule):
        beside = ["--content", file_of(decoded(request["content"]), "content")] if "content" in request else []
        return self.run(request, "jws", "verify", *self.verifying_key(request), *self.algs(request), *rule, *beside)

    verify_jws = verify_detached = verify_plain = verify_text

    def verify_any(self, request):
        return self.verify_text(request, "--any")

    def verify_all(self, request):
        return self.verify_text(request, "--all")

    verify_flattened = verify_any

    def decrypt(self, request, *rule):
        key = KEYS[request["key"]]
        if request["key"] == "password":
            given = ["--password", file_of(decoded(key["octets"]), "key"), "--max-p2c", "100000"]
        else:
            # Told what it serves, as Tessera's own keys are.
            alg = request["encs"][0] if request["algs"][0] == "dir" else request["algs"][0]
            given = ["--key", key_file(jwk(request["key"], "private_jwk", alg if "octets" in key else None))]
        encs = [word for enc in request["encs"] for word in ("--enc", enc)]
        zipped = ["--max-inflated", "250000"] if "zip" in request else []
        return self.run(request, "jwe", "decrypt", *given, *self.algs(request), *encs, *zipped, *rule)

    def decrypt_any(self, request):
        return self.decrypt(request, "--any")

    decrypt_flattened = decrypt_general = decrypt_any


PEERS = {"jose-cli": JoseCli, "rnbyc": Rnbyc, "tessera-cli": TesseraCli}


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
