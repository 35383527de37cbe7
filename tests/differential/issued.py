"""Tokens that libraries make themselves, each way that they have: what they issue Tessera reads, and the reverse."""
import dataclasses
import json

import forge
import forge_jwe
import peers
from case import AUD, CLAIMS, END, ISS, ISSUED, PAST, Case
from forge import KEY_OF

TIMELESS = {"sub": "alice", "iat": ISSUED}
UNTIL_END = END - ISSUED


@dataclasses.dataclass
class Form:
    """What an issuer is asked for, and what must be read."""
    claims: dict
    more: dict = dataclasses.field(default_factory=dict)  # members of the request: header, options …
    read: dict = None  # where the issuer itself adds claims
    algs: list = None  # else each that the issuer and Tessera know
    key: str = ""
    good: bool = True
    op: str = "verify_jwt"
    plain: bytes = None  # a payload that is no claim set


PLAIN = ["HS256", "ES256", "RS256"]
FORMS = {  # that every issuer has
    "plain": Form(CLAIMS),
    "kid": Form(CLAIMS, {"kid": "2026-10"}),
    "typ": Form(CLAIMS, {"typ": "at+jwt", "header": {"typ": "at+jwt"}}, algs=PLAIN),
    "audiences": Form(CLAIMS | {"aud": ["https://other.example", AUD]}, algs=PLAIN),
    "not-before": Form(CLAIMS | {"nbf": PAST, "jti": "1"}, algs=PLAIN),
    "fractions": Form(CLAIMS | {"iat": ISSUED + 0.25, "exp": END + 0.5}, algs=PLAIN),
    "kinds": Form(CLAIMS | {"text": "é漢😀\n\"\\/", "number": 2 ** 53 - 1, "below": -0.5, "yes": True, "nothing": None,
                            "list": [1, "a", []], "object": {"a": {"b": [{}]}}}, algs=PLAIN),
    "long": Form(CLAIMS | {"roles": [f"role-{i:03}" for i in range(500)]}, algs=PLAIN),
    "no-exp": Form(TIMELESS, op="verify_jws", algs=PLAIN),
}
WITHOUT_A_HEADER = ["kid", "typ"]  # rnbyc adds none


def by(names, **forms):
    return {name: forms for name in names.split()}


# What not every JSON library takes: a name that is empty or JavaScript's own, NUL, a kid beyond ASCII.
ODD = Form(CLAIMS | {"": "", "__proto__": {"a": 1}, "nul": "a\u0000b"}, {"kid": "2026-é"}, algs=PLAIN)
SHORT = Form(CLAIMS, algs=["HS256", "HS384", "HS512"], key="oct-short")
WEAK = Form(CLAIMS, {"options": {"allowInsecureKeySizes": True}}, algs=["RS256", "PS256"], key="rsa-1024", good=False)
UNSIGNED = Form(CLAIMS, algs=["none"], key="oct32", good=False)
OWN_FORMS = {  # that only some have
    "jsonwebtoken": {
        "short-secret": SHORT, "weak-key": WEAK, "unsigned": UNSIGNED,
        "options": Form(TIMELESS, {"options": {"expiresIn": UNTIL_END, "notBefore": -UNTIL_END // 2, "audience": [AUD],
                                               "issuer": ISS, "jwtid": "1", "keyid": "k"}},
                        {**TIMELESS, "exp": END, "nbf": ISSUED - UNTIL_END // 2, "aud": [AUD], "iss": ISS, "jti": "1"},
                        algs=PLAIN),
        "timespan": Form({"iat": ISSUED},
                         {"options": {"expiresIn": "50y", "audience": AUD, "issuer": ISS, "subject": "alice"}},
                         {"iat": ISSUED, "exp": ISSUED + 50 * 31_557_600, "aud": AUD, "iss": ISS, "sub": "alice"},
                         algs=PLAIN),
        "no-timestamp": Form(CLAIMS, {"options": {"noTimestamp": True}},
                             {k: v for k, v in CLAIMS.items() if k != "iat"}, algs=PLAIN),
        "header": Form(CLAIMS, {"header": {"cty": "x", "x": {"y": [1]}, "jku": "https://id.example.com/keys"}},
                       algs=PLAIN),
        "invalid-type": Form(CLAIMS, {"options": {"allowInvalidAsymmetricKeyTypes": True}}, algs=["ES256"],
                             key="secp256k1", good=False),
        "kid-beyond-ascii": Form(CLAIMS, {"kid": "2026-é"}, algs=PLAIN, good=False),
        "text": Form(None, plain="It's a dangerous business é".encode(), op="verify_jws", algs=PLAIN),
    },
    "pyjwt": {
        "short-secret": SHORT, "weak-key": WEAK, "unsigned": UNSIGNED, "odd": ODD,
        "moments": Form(CLAIMS, {"moments": True}, algs=PLAIN),
        "header": Form(CLAIMS, {"header": {"cty": "x", "x": {"y": [1]}}}, algs=PLAIN),
        "no-typ": Form(CLAIMS, {"header": {"typ": ""}}, algs=PLAIN),
        "b64-true": Form(CLAIMS, {"header": {"b64": True}}, algs=PLAIN),
        "ES521": Form(CLAIMS, algs=["ES521"], key="p521", good=False),
        "curve": Form(CLAIMS, algs=["ES256"], key="p384", good=False),
        "octets": Form(None, plain=bytes(range(256)), op="verify_jws", algs=PLAIN),
    },
    "python-jose": {
        "short-secret": SHORT, "weak-key": dataclasses.replace(WEAK, algs=["RS256"]), "odd": ODD,
        "moments": Form(CLAIMS, {"moments": True}, algs=PLAIN),
        "header": Form(CLAIMS, {"header": {"cty": "x", "x": {"y": [1]}}}, algs=PLAIN),
        "at-hash": Form(CLAIMS, {"access_token": "abc"}, op="verify_jws", algs=PLAIN),
        "octets": Form(None, plain=bytes(range(256)), op="verify_jws", algs=PLAIN),
    },
    "tessera": {
        "draft": Form(CLAIMS, {"op": "sign_jwt", "typ": "JWT"}),
        "draft-kid": Form(CLAIMS, {"op": "sign_jwt", "kid": "2026-10", "typ": ""}, algs=PLAIN),
        "draft-kinds": Form(FORMS["kinds"].claims, {"op": "sign_jwt", "typ": "at+jwt"}, algs=PLAIN),
        "draft-audiences": Form(FORMS["audiences"].claims | {"nbf": PAST, "jti": "1"},
                                {"op": "sign_jwt", "typ": "JWT"}, algs=PLAIN),
        "draft-odd": dataclasses.replace(ODD, more={"op": "sign_jwt", "kid": "2026-é", "typ": "JWT"}),
        "short-secret": SHORT, "odd": ODD,
        "octets": Form(None, plain=bytes(range(256)), op="verify_jws", algs=PLAIN),
    },
}


@dataclasses.dataclass
class Order:
    """A token that an issuer is asked for, and how it must be read."""
    issuer: str
    name: str
    request: dict
    read: dict  # members of the Case


@dataclasses.dataclass
class Made:
    cases: list
    refused: list  # (name, why): an issuer said no


def orders():
    for issuer in ("tessera", *peers.PEERS):
        known = [alg for alg in KEY_OF if issuer == "tessera" or alg in peers.PEERS[issuer].algs]
        general = {name: form for name, form in FORMS.items() if issuer != "rnbyc" or name not in WITHOUT_A_HEADER}
        own = OWN_FORMS.get(issuer, {})
        if issuer != "tessera" and not {"sign_jws", "sign_jwt"} & set(peers.PEERS[issuer].ops):
            continue
        for name, form in {**general, **own}.items():
            for alg in form.algs or known:
                if form.algs is None or alg in known or name in own:
                    yield order(issuer, f"issued-by-{issuer}/{name}/{alg}", alg, form)


def order(issuer, name, alg, form):
    def text(claims):
        return form.plain if form.plain is not None else json.dumps(claims, ensure_ascii=False).encode()

    ops = ["sign_jws"] if issuer == "tessera" else peers.PEERS[issuer].ops
    op = "sign_jwt" if "sign_jwt" in ops and form.plain is None else "sign_jws"
    key = form.key or KEY_OF[alg]
    request = {"op": op, "key": key, "alg": alg, "payload": forge.b64(text(form.claims)).decode(), **form.more}
    payload = None if "access_token" in form.more else text(form.read or form.claims)
    return Order(issuer, name, request,
                 {"key": key, "algs": [alg], "good": form.good, "op": form.op, "payload": payload})


def issue(wanted, ask_all):
    """Every token that is ordered, as a case that Tessera and each of the others reads."""
    made, pending = Made([], []), list(wanted)
    while pending:
        by_issuer = {}
        for each in pending:
            by_issuer.setdefault(each.issuer, []).append(each)
        answers = ask_all({issuer: [each.request for each in orders] for issuer, orders in by_issuer.items()})
        pending = []
        for issuer, orders in by_issuer.items():
            for each, answer in zip(orders, answers[issuer]):
                token = forge.unb64(answer.get("octets", "").encode())
                if not answer["ok"]:
                    made.refused.append((each.name, f"{issuer} does not issue it: {answer['why']}"))
                elif forge_jwe.has_a_zero_in_front(token, each.read["key"]):
                    pending.append(each)
                else:
                    made.cases.append(Case(each.name, [token], **each.read))
    return made
