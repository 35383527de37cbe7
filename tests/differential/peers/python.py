#!/usr/bin/python3
"""The Python peers of tests/differential/run, of Debian's packages: a request a line, an answer a line (README.md).

usage: python.py pyjwt|python-jose|jwcrypto|authlib KEYS_FILE
"""
import base64
import datetime
import json
import sys
import warnings


COORDINATE = {"P-256": 32, "P-384": 48, "P-521": 66}


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def native(request):
    """The key as these libraries take it: the octets of a secret, else PEM or, where that is the question, JWK text."""
    key = KEYS[request["key"]]
    if "octets" in key:
        return decoded(key["octets"])
    return key["jwk" if request.get("form") == "jwk" else "pem"]


def own(request):
    if request["alg"] == "none":
        return None
    key = KEYS[request["key"]]
    return decoded(key["octets"]) if "octets" in key else key["private_pem"]


def text(request):
    return decoded(request["token"]).decode("utf-8")


def claims_text(claims):
    return json.dumps(claims).encode()


def claims_of(request):
    claims = json.loads(decoded(request["payload"]))
    if request.get("moments"):
        claims |= {
            name: datetime.datetime.fromtimestamp(claims[name], datetime.timezone.utc) for name in ("iat", "exp", "nbf")
            if name in claims
        }
    return claims


def header_of(request):
    return {name: request[name] for name in ("kid",) if request.get(name)} | request.get("header", {})


def unencoded(request):
    """The header of a payload that is signed as it stands (RFC 7797)."""
    return {"b64": False, "crit": ["b64"]} if request.get("how", "").startswith("plain") else {}


def sealing_header(request):
    names = ("enc", "kid", "typ", "cty", "apu", "apv", "zip")
    return {name: request[name] for name in names if request.get(name)} | request.get("header", {})


def until_whole(encrypt):
    """Some tokens of one kind are right by chance: where no coordinate of the ephemeral key begins with a zero octet.

    The library leaves those octets out, which is a case of its own (jwe-ecdh/epk-x-less-its-zero-octet).
    """
    while True:
        token = encrypt()
        if token.startswith(b"{"):
            message = json.loads(token)
            headers = [json.loads(decoded(message["protected"])), *(r.get("header", {}) for r in message["recipients"])]
        else:
            headers = [json.loads(decoded(token.partition(b".")[0].decode()))]
        epks = [header["epk"] for header in headers if header.get("epk", {}).get("kty") == "EC"]
        if all(len(decoded(epk[name])) == COORDINATE[epk["crv"]] for epk in epks for name in "xy"):
            return token


class PyJwt:
    def __init__(self):
        import jwt
        self.jwt, self.version = jwt, jwt.__version__

    def verify_jwt(self, request):
        return claims_text(
            self.jwt.decode(text(request), native(request), algorithms=request["algs"], issuer=request["iss"],
                            audience=request["aud"], options={"require": ["exp"]}))

    def verify_jws(self, request):
        return self.jwt.api_jws.decode(text(request), native(request), algorithms=request["algs"])

    def sign_jwt(self, request):
        return self.jwt.encode(claims_of(request), own(request), algorithm=request["alg"],
                               headers=header_of(request)).encode()

    def sign_jws(self, request):
        return self.jwt.api_jws.encode(decoded(request["payload"]), own(request), algorithm=request["alg"],
                                       headers=header_of(request)).encode()

    def sign_detached(self, request):
        return self.jwt.api_jws.encode(decoded(request["payload"]), own(request), algorithm=request["alg"],
                                       headers=unencoded(request), is_payload_detached=True).encode()

    def verify_plain(self, request):
        return self.jwt.api_jws.decode(text(request), native(request), algorithms=request["algs"],
                                       detached_payload=decoded(request["content"]))


class PythonJose:
    def __init__(self):
        import jose
        import jose.jwe
        import jose.jws
        import jose.jwt
        self.jwe, self.jws, self.jwt, self.version = jose.jwe, jose.jws, jose.jwt, jose.__version__

    def verify_jwt(self, request):
        return claims_text(
            self.jwt.decode(text(request), native(request), algorithms=request["algs"], issuer=request["iss"],
                            audience=request["aud"],
                            options={"require_exp": True, "require_iss": True, "require_aud": True}))

    def verify_jws(self, request):
        return self.jws.verify(text(request), native(request), request["algs"])

    def sign_jwt(self, request):
        return self.jwt.encode(claims_of(request), own(request), algorithm=request["alg"],
                               headers=header_of(request) or None, access_token=request.get("access_token")).encode()

    def sign_jws(self, request):
        return self.jws.sign(decoded(request["payload"]), own(request), algorithm=request["alg"],
                             headers=header_of(request) or None).encode()

    def decrypt(self, request):
        plaintext = self.jwe.decrypt(decoded(request["token"]), own({"alg": "", **request}))
        if plaintext is None:
            raise ValueError("decrypt returns None")
        return plaintext

    def encrypt(self, request):
        return self.jwe.encrypt(decoded(request["payload"]), native(request), request["enc"], request["alg"],
                                request.get("zip"), request.get("cty"), request.get("kid"))


class JwCrypto:
    def __init__(self):
        from importlib.metadata import version
        from jwcrypto import jwe, jwk, jws, jwt
        self.jwe, self.jwk, self.jws, self.jwt, self.version = jwe, jwk, jws, jwt, version("jwcrypto")

    def key(self, request, member):
        return self.jwk.JWK.from_json(KEYS[request["key"]].get(member) or KEYS[request["key"]]["private_jwk"])

    def verify_jwt(self, request):
        token = self.jwt.JWT(jwt=text(request), key=self.key(request, "jwk"), algs=request["algs"],
                             check_claims={"iss": request["iss"], "aud": request["aud"], "exp": None})
        return token.claims.encode()

    def verify_jws(self, request):
        token = self.jws.JWS()
        token.allowed_algs = request["algs"]
        token.deserialize(text(request))
        if "content" in request:
            token.objects["payload"] = decoded(request["content"])
        token.verify(self.key(request, "jwk"))
        return token.payload if isinstance(token.payload, bytes) else token.payload.encode()

    verify_detached = verify_plain = verify_flattened = verify_any = verify_jws

    def signed(self, request):
        payload = decoded(request["payload"])
        token = self.jws.JWS(payload.decode() if request.get("how") == "plain" else payload)
        token.allowed_algs = request.get("algs") or [request["alg"]]
        for name, alg in zip(request.get("keys") or [request["key"]], token.allowed_algs):
            header = {"alg": alg} | header_of(request) | unencoded(request)
            token.add_signature(self.key({"key": name}, "private_jwk"), protected=json.dumps(header))
        if request.get("how", "").endswith("detached"):
            token.detach_payload()
        return token

    def sign_jws(self, request):
        return self.signed(request).serialize(compact=True).encode()

    def sign_flattened(self, request):
        return self.signed(request).serialize().encode()

    sign_detached, sign_general = sign_jws, sign_flattened

    def decrypt(self, request):
        token = self.jwe.JWE(algs=request["algs"] + request["encs"])
        token.deserialize(text(request), self.key(request, "private_jwk"))
        return token.payload

    decrypt_flattened = decrypt_general = decrypt

    def encrypted(self, request, algs):
        aad = decoded(request["aad"]) if "aad" in request else None
        header = sealing_header(request) | ({"alg": algs[0]} if len(set(algs)) == 1 else {})
        token = self.jwe.JWE(decoded(request["payload"]), json.dumps(header), aad=aad, algs=[*algs, request["enc"]])
        for name, alg in zip(request.get("keys") or [request["key"]], algs):
            token.add_recipient(self.key({"key": name}, "jwk"), None if "alg" in header else {"alg": alg})
        return token

    def encrypt(self, request):
        return self.encrypted(request, [request["alg"]]).serialize(compact=True).encode()

    def encrypt_flattened(self, request):
        return self.encrypted(request, [request["alg"]]).serialize().encode()

    def encrypt_general(self, request):
        return self.encrypted(request, request["algs"]).serialize().encode()


class Authlib:
    def __init__(self):
        import authlib
        from authlib.jose import JsonWebEncryption, JsonWebKey, JsonWebSignature, JsonWebToken
        self.version = authlib.__version__
        self.JsonWebKey, self.JsonWebSignature, self.JsonWebToken = JsonWebKey, JsonWebSignature, JsonWebToken
        self.JsonWebEncryption = JsonWebEncryption

    def key(self, request, member):
        key = KEYS[request["key"]]
        if member == "jwk" and request.get("form"):
            return native(request)  # as text, to see what it is taken for
        return self.JsonWebKey.import_key(json.loads(key.get(member) or key["private_jwk"]))

    def verify_jwt(self, request):
        claims = self.JsonWebToken(request["algs"]).decode(
            decoded(request["token"]), self.key(request, "jwk"),
            claims_options={"iss": {"essential": True, "value": request["iss"]},
                            "aud": {"essential": True, "value": request["aud"]}, "exp": {"essential": True}})
        claims.validate(now=request["now"])
        return claims_text(claims)

    def verify_jws(self, request):
        return self.JsonWebSignature(request["algs"]).deserialize_compact(decoded(request["token"]),
                                                                          self.key(request, "jwk"))["payload"]

    def sign_jws(self, request):
        return self.JsonWebSignature([request["alg"]]).serialize_compact(
            {"alg": request["alg"]} | header_of(request), decoded(request["payload"]), self.key(request, "private_jwk"))

    def verify_all(self, request):
        return self.JsonWebSignature(request["algs"]).deserialize_json(text(request), self.key(request,
                                                                                               "jwk"))["payload"]

    verify_flattened = verify_all

    def sign_flattened(self, request):
        header = {"protected": {"alg": request["alg"]} | header_of(request)}
        return json.dumps(self.JsonWebSignature([request["alg"]]).serialize_json(
            header, decoded(request["payload"]), self.key(request, "private_jwk"))).encode()

    def sign_general(self, request):
        """With one key, under each algorithm."""
        headers = [{"protected": {"alg": alg} | header_of(request)} for alg in request["algs"]]
        return json.dumps(self.JsonWebSignature(request["algs"]).serialize_json(
            headers, decoded(request["payload"]), self.key({"key": request["keys"][0]}, "private_jwk"))).encode()

    def jwe_of(self, request):
        return self.JsonWebEncryption(request["algs"] + request["encs"] + (["DEF"] if "zip" in request else []))

    def decrypt(self, request):
        key = self.key(request, "private_jwk")
        return self.jwe_of(request).deserialize_compact(decoded(request["token"]), key)["payload"]

    def decrypt_general(self, request):
        return self.jwe_of(request).deserialize_json(text(request), self.key(request, "private_jwk"))["payload"]

    def encrypt(self, request):
        header = {"alg": request["alg"]} | sealing_header(request)
        key = self.key(request, "jwk")
        return until_whole(lambda: self.JsonWebEncryption().serialize_compact(
            dict(header), decoded(request["payload"]), key))

    def encrypt_general(self, request):
        """To each key, under the one algorithm."""
        header = {"protected": {"alg": request["algs"][0]} | sealing_header(request)}
        if "aad" in request:
            header["aad"] = decoded(request["aad"])
        keys = [self.key({"key": name}, "jwk") for name in request["keys"]]
        return until_whole(lambda: json.dumps(self.JsonWebEncryption().serialize_json(
            header, decoded(request["payload"]), list(keys))).encode())


PEERS = {"pyjwt": PyJwt, "python-jose": PythonJose, "jwcrypto": JwCrypto, "authlib": Authlib}


def answer(peer, request):
    try:
        return {"ok": True, "octets": encoded(getattr(peer, request["op"])(request))}
    except Exception as error:  # whatever it says no with: several of them let exceptions of others escape
        return {"ok": False, "why": f"{type(error).__name__}: {error}"[:200]}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with open(sys.argv[2]) as file:
        KEYS = json.load(file)
    this = PEERS[sys.argv[1]]()
    for line in sys.stdin:
        print(json.dumps(answer(this, json.loads(line))), flush=True)
