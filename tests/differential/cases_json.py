"""JSON serializations, and payloads that stand beside their signature or in it as they are."""
import dataclasses
import json

import forge
from case import Case
from cases_jwe import KINDS, PAYLOAD
from forge import KEY_OF, KEYS, b64, signature
from forge_jwe import as_text, key_of, parts

CONTENT = bytes(range(256))
REMOVED = object()


def text(octets):
    return b64(octets).decode()


def changed(members, **changes):
    """Without those that are REMOVED."""
    return {name: value for name, value in (members | changes).items() if value is not REMOVED}


# ── signed ──────────────────────────────────────────────────────────────────────────────────────────────────────────

def case(name, alg, token, good=False, op="verify_flattened", content=None, **rest):
    token = token if isinstance(token, (bytes, str)) else as_text(token)
    token = token.encode() if isinstance(token, str) else token
    rest.setdefault("payload", CONTENT if content is None else content)
    more = {} if content is None else {"content": text(content)}
    return Case(f"json-{name}/{alg}", [token], rest.pop("key", KEY_OF[alg]), rest.pop("algs", [alg]), good, op=op,
                more=more, **rest)


def one(alg, header=None, payload=CONTENT, plain=False, unprotected=None, key=None):
    """A signature, as the members of a flattened text; "" for no protected header."""
    head = header if isinstance(header, bytes) else as_text({"alg": alg} | (header or {})).encode()
    body = payload if plain else b64(payload)
    sign = signature(alg, KEYS[key or KEY_OF[alg]], b64(head) + b"." + body)
    out = {"payload": body.decode(), "protected": text(head), "signature": text(sign)}
    return out | ({"header": unprotected} if unprotected is not None else {})


def flattened():
    for alg in ("HS256", "ES256"):
        made = one(alg)
        yield case("flat/good", alg, made, True)
        yield case("flat/white-space", alg, json.dumps(made, indent=2), True)
        yield case("flat/unknown-member", alg, made | {"x": 1}, True)
        yield case("flat/unprotected", alg, one(alg, unprotected={"x": 1, "kid": "a"}), True)
        for name in ("payload", "protected", "signature"):
            yield case(f"flat/no-{name}", alg, changed(made, **{name: REMOVED}))
            for kind, value in {"null": None, "number": 1, "list": [made[name]], "object": {}}.items():
                yield case(f"flat/{name}-{kind}", alg, made | {name: value})
            yield case(f"flat/{name}-empty", alg, made | {name: ""})
            yield case(f"flat/{name}-padded", alg, made | {name: made[name] + "="})
            yield case(f"flat/{name}-newline", alg, made | {name: made[name][:5] + "\n" + made[name][5:]})
            yield case(f"flat/{name}-cut", alg, made | {name: made[name][:-2]})
        yield case("flat/duplicate-payload", alg, '{"payload":"AAAA",' + as_text(made)[1:])
        yield case("flat/duplicate-payload-last", alg, as_text(made)[:-1] + ',"payload":"AAAA"}')
        yield case("flat/duplicate-signature-last", alg, as_text(made)[:-1] + ',"signature":"AAAA"}')
        for kind, value in {"null": None, "number": 1, "text": "a", "list": []}.items():
            yield case(f"flat/header-{kind}", alg, made | {"header": value})
        yield case("flat/header-empty", alg, made | {"header": {}}, True)
        yield case("flat/in-both", alg, one(alg, {"x": 1}, unprotected={"x": 1}))
        yield case("flat/alg-in-both", alg, one(alg, unprotected={"alg": alg}))
        yield case("flat/alg-none-unprotected", alg, one(alg, unprotected={"alg": "none"}))
        bare = one(alg, b"", unprotected={"alg": alg})
        yield case("flat/alg-unprotected", alg, changed(bare, protected=REMOVED))
        yield case("flat/alg-unprotected-alone", alg, one(alg, b'{"typ":"a"}', unprotected={"alg": alg}))
        yield case("flat/crit-unprotected", alg, one(alg, unprotected={"crit": ["x"], "x": 1}))
        yield case("flat/crit-of-unprotected", alg, one(alg, {"crit": ["x"]}, unprotected={"x": 1}))
        yield case("flat/crit-unknown", alg, one(alg, {"crit": ["x"], "x": 1}))
        yield case("flat/b64-unprotected", alg, one(alg, unprotected={"b64": False}))
        yield case("flat/signatures-beside", alg, made | {"signatures": [changed(made, payload=REMOVED)]})
        yield case("flat/more-after", alg, as_text(made) + "x")
        yield case("flat/list", alg, f"[{as_text(made)}]")
        yield case("flat/compact", alg, ".".join((made["protected"], made["payload"], made["signature"])))
        yield case("flat/encrypted", alg, made | {"ciphertext": "AAAA"})


def general():
    def entry(alg, **rest):
        return changed(one(alg, **rest), payload=REMOVED)

    def made(*entries, **more):
        return {"payload": text(CONTENT), "signatures": list(entries)} | more

    for alg in ("HS256", "ES256"):
        right, broken = entry(alg), entry(alg) | {"signature": text(bytes(64))}
        other = entry("ES384")
        algs = [alg, "ES384"]
        for op in ("verify_any", "verify_all"):
            rule = op[7:]
            yield case(f"general-{rule}/good", alg, made(right), True, op)
            yield case(f"general-{rule}/none", alg, made(), op=op)
            yield case(f"general-{rule}/no-signatures", alg, {"payload": text(CONTENT)}, op=op)
            for kind, value in {"null": None, "object": right, "text": "a", "of-texts": ["a"],
                                "of-null": [None]}.items():
                yield case(f"general-{rule}/signatures-{kind}", alg, made() | {"signatures": value}, op=op)
            yield case(f"general-{rule}/broken", alg, made(broken), op=op)
            yield case(f"general-{rule}/twice", alg, made(right, right), True, op)
            yield case(f"general-{rule}/broken-first", alg, made(broken, right), rule == "any", op)
            yield case(f"general-{rule}/broken-last", alg, made(right, broken), rule == "any", op)
            yield case(f"general-{rule}/other-key-first", alg, made(other, right), rule == "any", op, algs=algs)
            yield case(f"general-{rule}/other-key-last", alg, made(right, other), rule == "any", op, algs=algs)
            yield case(f"general-{rule}/other-alg-not-listed", alg, made(right, other), rule == "any", op)
            yield case(f"general-{rule}/none-beside", alg, made(right, {"protected": text(b'{"alg":"none"}'),
                                                                        "signature": ""}), rule == "any", op)
            yield case(f"general-{rule}/no-payload", alg, changed(made(right), payload=REMOVED), op=op)
            yield case(f"general-{rule}/signature-beside", alg, made(right, signature=right["signature"]), op=op)
            critical = entry(alg, header={"crit": ["x"], "x": 1})
            yield case(f"general-{rule}/crit-unknown-last", alg, made(right, critical), rule == "any", op)
            yield case(f"general-{rule}/seventeen", alg, made(*[right] * 17), op=op)
            mixed = one(alg, {"b64": False, "crit": ["b64"]}, text(CONTENT).encode(), plain=True)
            yield case(f"general-{rule}/b64-differs", alg, made(right, changed(mixed, payload=REMOVED)), op=op)


def beside():
    """Detached content (RFC 7515 appendix F), and payloads that are signed as they are (RFC 7797)."""
    for alg in ("HS256", "RS256"):
        def compact(members, payload=""):
            return ".".join((members["protected"], payload, members["signature"]))

        def detached(name, token, good=False, op="verify_detached", content=CONTENT, **rest):
            return case(f"detached/{name}", alg, token, good, op, content, **rest)

        made = one(alg)
        yield detached("good", compact(made), True)
        yield detached("present", compact(made, made["payload"]))
        yield detached("other", compact(made), content=CONTENT + b"\0")
        yield detached("empty", compact(one(alg, payload=b"")), True, content=b"")
        yield detached("encoded", compact(made), content=b64(CONTENT))
        yield detached("two-parts", made["protected"] + "." + made["signature"])
        yield detached("no-content", compact(made), op="verify_jws", content=None)
        flat = changed(made, payload=REMOVED)
        yield detached("flattened", flat, True, "verify_flattened")
        yield detached("flattened-present", made, False, "verify_flattened")
        yield detached("flattened-empty-payload", flat | {"payload": ""}, False, "verify_flattened")
        yield detached("general", {"signatures": [flat]}, True, "verify_any")

        plain = {"b64": False, "crit": ["b64"]}
        for name, header, good in (("good", plain, True), ("true", {"b64": True, "crit": ["b64"]}, False),
                                   ("not-critical", {"b64": False}, False), ("absent", {"crit": ["b64"]}, False),
                                   ("text", {"b64": "false", "crit": ["b64"]}, False),
                                   ("null", {"b64": None, "crit": ["b64"]}, False),
                                   ("number", {"b64": 0, "crit": ["b64"]}, False),
                                   ("and-more", {"b64": False, "crit": ["b64", "x"], "x": 1}, False),
                                   ("twice", {"b64": False, "crit": ["b64", "b64"]}, False)):
            yield detached(f"plain-{name}", compact(one(alg, header, plain=True, payload=CONTENT[:128])), good,
                           "verify_plain", CONTENT[:128])
        yield detached("plain-octets", compact(signed_octets(alg, plain)), True, "verify_plain")
        yield detached("plain-read-encoded", compact(one(alg, plain)), False, "verify_plain")
        yield detached("plain-other", compact(signed_octets(alg, plain)), False, "verify_plain", CONTENT[:-1])
        yield detached("plain-flattened", changed(signed_octets(alg, plain), payload=REMOVED), True, "verify_flattened")

        def inline(name, payload, good):
            token = one(alg, plain, payload, plain=True)
            return case(f"plain/{name}", alg, compact(token, payload.decode()), good, "verify_jws", payload=payload)

        yield inline("good", b"$02", True)
        yield inline("tilde", b"a~!\"#", True)
        yield inline("empty", b"", True)
        yield inline("dot", b"$.02", False)
        yield inline("space", b"a b", True)
        yield inline("newline", b"a\nb", False)
        yield inline("control-character", b"a\x01b", False)
        yield inline("beyond-ascii", "é".encode(), False)
        for name, payload in {"good": b"$.02", "quotes": b'{"a":"b"}', "newline": b"a\nb", "empty": b"",
                              "unicode": "é漢😀".encode()}.items():
            yield case(f"plain/flattened-{name}", alg, one(alg, plain, payload, plain=True), True, payload=payload)


def signed_octets(alg, header):
    """Of octets that no JSON holds: without a payload."""
    head = as_text({"alg": alg} | header).encode()
    sign = signature(alg, KEYS[KEY_OF[alg]], b64(head) + b"." + CONTENT)
    return {"protected": text(head), "signature": text(sign)}


# ── encrypted ───────────────────────────────────────────────────────────────────────────────────────────────────────

ENCRYPTED = ("A128KW", "dir", "RSA-OAEP")


def sealed(name, alg, token, good=False, op="decrypt_flattened", **rest):
    token = token if isinstance(token, str) else as_text(token)
    enc = KINDS[alg]
    return Case(f"jwe-json-{name}/{alg}", [token.encode()], key_of(alg, enc), [alg], good, op=op, payload=PAYLOAD,
                encs=[enc], **rest)


def members_of(made, aad=None):
    names = [field.name for field in dataclasses.fields(made)]
    out = {name: value.decode() for name, value in zip(names, made.texts()) if value}
    out = {("protected" if name == "header" else name): value for name, value in out.items()}
    return out | ({"aad": text(aad)} if aad else {})


def only(*names):
    """The protected header of some members."""
    return lambda header: as_text({name: header[name] for name in names}) if names else ""


def encrypted_flattened():
    for alg in ENCRYPTED:
        enc = KINDS[alg]
        made = members_of(parts(alg, enc, PAYLOAD))
        yield sealed("flat/good", alg, made, True)
        yield sealed("flat/unknown-member", alg, made | {"x": 1}, True)
        yield sealed("flat/aad", alg, members_of(parts(alg, enc, PAYLOAD, aad=b"aad"), b"aad"), True)
        yield sealed("flat/aad-other", alg, members_of(parts(alg, enc, PAYLOAD, aad=b"aad"), b"add"))
        yield sealed("flat/aad-left-out", alg, members_of(parts(alg, enc, PAYLOAD, aad=b"aad")))
        yield sealed("flat/aad-added", alg, made | {"aad": "AAAA"})
        yield sealed("flat/aad-empty", alg, made | {"aad": ""})
        for name, value in made.items():
            yield sealed(f"flat/no-{name}", alg, changed(made, **{name: REMOVED}))
            for kind, other in {"null": None, "number": 1, "list": [value]}.items():
                yield sealed(f"flat/{name}-{kind}", alg, made | {name: other})
            yield sealed(f"flat/{name}-empty", alg, made | {name: ""})
            if name != "protected":
                yield sealed(f"flat/{name}-padded", alg, made | {name: value + "="})
        if alg == "dir":
            yield sealed("flat/encrypted_key-given", alg, made | {"encrypted_key": "AAAA"})
            yield sealed("flat/encrypted_key-given-empty", alg, made | {"encrypted_key": ""})
        yield sealed("flat/header-empty", alg, made | {"header": {}}, True)
        for kind, value in {"null": None, "number": 1, "text": "a", "list": []}.items():
            yield sealed(f"flat/header-{kind}", alg, made | {"header": value})
            yield sealed(f"flat/unprotected-{kind}", alg, made | {"unprotected": value})
        yield sealed("flat/kid-unprotected", alg, made | {"unprotected": {"kid": "a"}}, True)
        yield sealed("flat/in-both", alg, made | {"header": {"alg": alg}})
        yield sealed("flat/in-both-other", alg, made | {"unprotected": {"alg": "none"}})
        yield sealed("flat/in-both-unprotected", alg, made | {"unprotected": {"x": 1}, "header": {"x": 1}})
        within = members_of(parts(alg, enc, PAYLOAD, only("enc")))
        yield sealed("flat/alg-in-header", alg, within | {"header": {"alg": alg}}, True)
        yield sealed("flat/alg-in-unprotected", alg, within | {"unprotected": {"alg": alg}}, True)
        bare = members_of(parts(alg, enc, PAYLOAD, only()))
        yield sealed("flat/nothing-protected", alg, bare | {"unprotected": {"alg": alg, "enc": enc}}, True)
        yield sealed("flat/zip-unprotected", alg, made | {"unprotected": {"zip": "DEF"}}, more={"zip": "DEF"})
        yield sealed("flat/crit-unprotected", alg, made | {"unprotected": {"crit": ["x"], "x": 1}})
        # of `dir`, whose recipients have nothing to say, it is the general serialization
        yield sealed("flat/recipients-beside", alg, made | {"recipients": [{}]}, alg == "dir")
        yield sealed("flat/duplicate-iv", alg, '{"iv":"AAAA",' + as_text(made)[1:])
        yield sealed("flat/duplicate-tag-last", alg, as_text(made)[:-1] + ',"tag":"AAAA"}')
        yield sealed("flat/compact", alg, parts(alg, enc, PAYLOAD).compact().decode())
        yield sealed("flat/payload-beside", alg, made | {"payload": "AAAA"}, True)


def encrypted_general():
    for alg in ("A128KW", "RSA-OAEP"):
        enc = KINDS[alg]
        made = members_of(parts(alg, enc, PAYLOAD))
        entry = {"encrypted_key": made.pop("encrypted_key")}
        broken = {"encrypted_key": entry["encrypted_key"][:-6] + "AAAAAA"}

        def general(name, recipients, good=False, **more):
            return sealed(f"general/{name}", alg, made | {"recipients": recipients} | more, good, "decrypt_general")

        yield general("good", [entry], True)
        yield general("header", [entry | {"header": {"kid": "a"}}], True)
        yield general("none", [])
        for kind, value in {"null": None, "object": entry, "text": "a", "of-texts": ["a"], "of-null": [None]}.items():
            yield general(f"recipients-{kind}", value)
        yield general("of-nothing", [{}])
        yield general("broken", [broken])
        yield general("broken-first", [broken, entry], True)
        yield general("broken-last", [entry, broken], True)
        yield general("encrypted_key-number", [{"encrypted_key": 1}])
        yield general("encrypted_key-beside", [entry], encrypted_key=entry["encrypted_key"])
        yield general("header-beside", [entry], header={"kid": "a"})
        yield general("in-both", [entry | {"header": {"alg": alg}}])
        yield general("seventeen", [entry] * 17)


def cases():
    for group in (flattened, general, beside, encrypted_flattened, encrypted_general):
        yield from group()
