#!/usr/bin/python3
"""The Python peers of tests/differential/run, of Debian's packages: a request a line, an answer a line (README.md).

usage: python.py pyjwt|python-jose|jwcrypto|authlib KEYS_FILE
"""
import base64
import datetime
import json
import sys
import warnings


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
        claims |= {name: datetime.datetime.fromtimestamp(claims[name], datetime.timezone.utc) for name in ("iat", "exp", "nbf") if name in claims}
    return claims


def header_of(request):
    return {name: request[name] for name in ("kid",) if request.get(name)} | request.get("header", {})


class PyJwt:
    def __init__(self):
        import jwt
        self.jwt, self.version = jwt, jwt.__version__

    def verify_jwt(self, request):
        return claims_text(self.jwt.decode(text(request), native(request), algorithms=request["algs"], issuer=request["iss"],
                                           audience=request["aud"], options={"require": ["exp"]}))

    def verify_jws(self, request):
        return self.jwt.api_jws.decode(text(request), native(request), algorithms=request["algs"])

    def sign_jwt(self, request):
        return self.jwt.encode(claims_of(request), own(request), algorithm=request["alg"],
                               headers=header_of(request)).encode()

    def sign_jws(self, request):
        return self.jwt.api_jws.encode(decoded(request["payload"]), own(request), algorithm=request["alg"],
                                       headers=header_of(request)).encode()


class PythonJose:
    def __init__(self):
        import jose
        import jose.jws
        import jose.jwt
        self.jws, self.jwt, self.version = jose.jws, jose.jwt, jose.__version__

    def verify_jwt(self, request):
        return claims_text(self.jwt.decode(text(request), native(request), algorithms=request["algs"], issuer=request["iss"],
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
        token.deserialize(text(request), self.key(request, "jwk"))
        return token.payload

    def sign_jws(self, request):
        token = self.jws.JWS(decoded(request["payload"]))
        token.allowed_algs = [request["alg"]]
        token.add_signature(self.key(request, "private_jwk"), protected=json.dumps({"alg": request["alg"]} | header_of(request)))
        return token.serialize(compact=True).encode()


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
        return self.JsonWebSignature(request["algs"]).deserialize_compact(decoded(request["token"]), self.key(request, "jwk"))["payload"]

    def sign_jws(self, request):
        return self.JsonWebSignature([request["alg"]]).serialize_compact(
            {"alg": request["alg"]} | header_of(request), decoded(request["payload"]), self.key(request, "private_jwk"))


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
