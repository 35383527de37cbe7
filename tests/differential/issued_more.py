"""What libraries encrypt, and what they sign beside the compact serialization: each way that they and Tessera have."""
import peers
from cases_jwe import PAYLOAD, WHOLE_BLOCKS
from forge import KEY_OF, b64
from forge_jwe import ENCS, KEY_ALGS, key_of
from issued import Order

OCTETS = bytes(range(256))


def able(op):
    """Who can be asked, Tessera first."""
    return ["tessera", *(name for name, peer in peers.PEERS.items() if op in peer.ops)]


def knows(issuer, alg, key=""):
    return issuer == "tessera" or alg in peers.PEERS[issuer].algs and key not in peers.PEERS[issuer].without


def members(payload, more):
    return {"payload": b64(payload).decode(), **{name: text(value) for name, value in more.items()}}


def text(value):
    return b64(value).decode() if isinstance(value, bytes) else value


# ── encrypted ───────────────────────────────────────────────────────────────────────────────────────────────────────

# What a library encrypts otherwise than RFC 7516 and RFC 7518 say; verdicts.txt says which sentence.
WRONG = {
    "python-jose": lambda alg, enc, more: enc.endswith("GCM") or "zip" in more,
    "rnbyc": lambda alg, enc, more: "CBC" in enc and more["payload"] == WHOLE_BLOCKS,
    "jose-cli": lambda alg, enc, more: "zip" in more or "aad" in more and enc.endswith("GCM")
    or more["op"] == "encrypt_flattened" and alg == "dir",
}


def encrypted(issuer, name, alg, enc, key, op="encrypt", payload=PAYLOAD, **more):
    """Tessera reads what everybody encrypts; what Tessera encrypts everybody reads."""
    wrong = issuer in WRONG and WRONG[issuer](alg, enc, {"payload": payload, "op": op, **more})
    request = {"op": op, "key": key, "alg": alg, "enc": enc} | members(payload, more)
    case = {"key": key, "algs": [alg], "encs": [enc], "good": not wrong, "op": op.replace("encrypt", "decrypt"),
            "payload": payload, "asked": issuer == "tessera" or wrong, "more": {"zip": "DEF"} if "zip" in more else {}}
    return Order(issuer, f"encrypted-by-{issuer}/{name}", request, case)


def derives_wrongly(issuer, alg, enc):
    """Where rnbyc's key is right for 32 octets only: enough for the MAC, so what it encrypts opens to noise where that
    happens to end in a padding, else to nothing, and no verdict on it would last."""
    return issuer == "rnbyc" and alg == "ECDH-ES" and ENCS[enc] > 32


def every_algorithm():
    for issuer in able("encrypt"):
        for alg in KEY_ALGS:
            if knows(issuer, alg):
                for enc in ENCS:
                    if not derives_wrongly(issuer, alg, enc):
                        yield encrypted(issuer, f"{enc}/{alg}", alg, enc, key_of(alg, enc))
        for key in peers.CURVES:
            for alg in ("ECDH-ES", "ECDH-ES+A256KW"):
                if knows(issuer, alg, key) and (issuer, key) != ("rnbyc", "p521"):
                    yield encrypted(issuer, f"{key}/{alg}", alg, "A256GCM", key)


COMPACT_FORMS = {
    "kid": {"kid": "2026-10"}, "type": {"typ": "JOSE", "cty": "text/plain"}, "nothing": {"payload": b""},
    "whole-blocks": {"payload": WHOLE_BLOCKS}, "octets": {"payload": OCTETS}, "long": {"payload": b"a" * 20_000},
    "zip": {"zip": "DEF"}, "zip-long": {"zip": "DEF", "payload": OCTETS * 80},
}
ONE_OF_EACH = {"dir": "A128GCM", "A128KW": "A128CBC-HS256", "RSA-OAEP": "A256GCM", "ECDH-ES": "A256CBC-HS512"}
# What this library cannot be asked.
CANNOT = {"rnbyc": [name for name in COMPACT_FORMS if name != "whole-blocks"], "python-jose": ["type"]}


def compact_forms():
    for issuer in able("encrypt"):
        for name, form in COMPACT_FORMS.items():
            for alg, enc in ONE_OF_EACH.items():
                if derives_wrongly(issuer, alg, enc):
                    continue
                if knows(issuer, alg) and name not in CANNOT.get(issuer, ()):
                    yield encrypted(issuer, f"{name}/{alg}", alg, enc, key_of(alg, enc), **form)
        if issuer not in ("rnbyc", "python-jose"):
            for alg in ("ECDH-ES", "ECDH-ES+A128KW"):
                yield encrypted(issuer, f"parties/{alg}", alg, "A128GCM", "p256", apu=b"Alice", apv=b"Bob")


def json_forms():
    for issuer in able("encrypt_flattened"):
        for alg, enc in {**ONE_OF_EACH, "A256GCMKW": "A256GCM", "PBES2-HS256+A128KW": "A128GCM"}.items():
            for name, more in {"flattened": {}, "flattened-aad": {"aad": b"beside it"}}.items():
                if knows(issuer, alg):
                    yield encrypted(issuer, f"{name}/{alg}", alg, enc, key_of(alg, enc), "encrypt_flattened", **more)
    others = {"rsa": "rsa-other", "p256": "p256-other", "oct16": "oct16-other"}
    for issuer in able("encrypt_general"):
        for alg in ("A128KW", "RSA-OAEP", "ECDH-ES+A128KW", "A128GCMKW"):
            key = key_of(alg, "A128GCM")
            if not knows(issuer, alg):
                continue
            for name, to in {"general": [key], "general-first": [key, others[key]],
                             "general-second": [others[key], key]}.items():
                yield encrypted(issuer, f"{name}/{alg}", alg, "A128GCM", key, "encrypt_general", keys=to,
                                algs=[alg] * len(to))
    for issuer in able("encrypt_general"):
        if issuer not in ("authlib", "jose-cli"):  # one algorithm for all; no RSA-OAEP
            for key, alg in {"rsa": "RSA-OAEP", "oct32": "A256KW"}.items():
                yield encrypted(issuer, f"general-mixed/{alg}", alg, "A256GCM", key, "encrypt_general",
                                keys=["rsa", "oct32", "p256"], algs=["RSA-OAEP", "A256KW", "ECDH-ES+A128KW"])


# ── signed ──────────────────────────────────────────────────────────────────────────────────────────────────────────

PLAIN = ["HS256", "ES256", "RS256"]


def signed(issuer, name, alg, op, read_op, payload=PAYLOAD, keys=None, algs=None, **more):
    key, beside = KEY_OF[alg], "detached" in more.get("how", "")
    several = {"keys": keys or [key], "algs": algs or [alg]} if op == "sign_general" else {}
    request = {"op": op, "key": key, "alg": alg} | several | members(payload, more)
    if op == "sign_detached" and issuer == "tessera":
        request["op"] = "sign_jws"
    case = {"key": key, "algs": algs or [alg], "good": True, "op": read_op, "payload": payload,
            "asked": issuer == "tessera", "more": {"content": text(payload)} if beside else {}}
    return Order(issuer, f"issued-by-{issuer}/{name}/{alg}", request, case)


def signed_forms():
    for alg in PLAIN:
        for issuer in able("sign_flattened"):
            yield signed(issuer, "flattened", alg, "sign_flattened", "verify_flattened")
            yield signed(issuer, "flattened-kid", alg, "sign_flattened", "verify_flattened", kid="2026-10")
            if issuer != "authlib":  # which has no detached payload, nor octets
                yield signed(issuer, "flattened-octets", alg, "sign_flattened", "verify_flattened", OCTETS)
                if issuer != "jwcrypto":  # which leaves an empty payload where there should be none
                    yield signed(issuer, "flattened-detached", alg, "sign_flattened", "verify_flattened", OCTETS,
                                 how="detached")
        for issuer in able("sign_general"):
            yield signed(issuer, "general", alg, "sign_general", "verify_any")
            if issuer != "authlib":
                yield signed(issuer, "general-any", alg, "sign_general", "verify_any", algs=[alg, "ES384"],
                             keys=[KEY_OF[alg], "p384"])
        yield signed("tessera", "general-all", alg, "sign_general", "verify_all")
        for issuer in able("sign_detached"):
            if issuer != "pyjwt":  # only as it stands
                yield signed(issuer, "detached", alg, "sign_detached", "verify_detached", OCTETS, how="detached")
            if issuer != "jose-cli":
                yield signed(issuer, "plain-detached", alg, "sign_detached", "verify_plain", b"a.b\0\xff",
                             how="plain_detached")
        for issuer in ("tessera", "jose-npm", "jwcrypto"):
            yield signed(issuer, "flattened-plain", alg, "sign_flattened", "verify_flattened", b'{"a": "."}',
                         how="plain")
    for issuer in able("sign_general"):
        yield signed(issuer, "general-both", "RS256", "sign_general", "verify_all", keys=["rsa", "rsa"],
                     algs=["RS256", "PS256"])
    yield signed("tessera", "plain-inline", "HS256", "sign_jws", "verify_jws", b"$02", how="plain")


def orders():
    for group in (every_algorithm, compact_forms, json_forms, signed_forms):
        yield from group()
