"""Signed tokens, good and mutated."""
import base64
import json

import forge
from case import AUD, CLAIMS, END, FUTURE, ISS, ISSUED, PAST, Case, rng
from forge import KEY_OF, KEYS, b64, compact, signature, signed, unb64

# One of each kind of key and of signature size; the rest are variations of these.
KINDS = ["HS256", "HS384", "HS512", "RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"]
DEEP = 31  # levels that a member of a claim set may have: 32 with the set itself


def case(name, alg, tokens, good, **rest):
    tokens = tokens if isinstance(tokens, list) else [tokens]
    rest.setdefault("key", KEY_OF[alg])
    rest.setdefault("algs", [alg])
    return Case(name=f"{name}/{alg}", tokens=tokens, good=good, **rest)


def token(alg, header=None, claims=None, key=None):
    return signed(alg, {"alg": alg} | (header or {}), CLAIMS | (claims or {}), key)


def resigned(alg, head, body, joined=b"."):
    """Of encoded parts as they are: what a careless issuer would have signed."""
    data = head + joined + body
    return data + b"." + b64(signature(alg, KEYS[KEY_OF[alg]], data))


# ── the shape ───────────────────────────────────────────────────────────────────────────────────────────────────────

def good():
    for alg in KEY_OF:
        yield case("good/plain", alg, token(alg), True)
        yield case("good/typ", alg, token(alg, {"typ": "JWT"}), True)
        yield case("good/kid", alg, token(alg, {"kid": "nobody's"}), True)


def shape():
    for alg in KINDS:
        whole = token(alg)
        head, body, sign = whole.split(b".")
        mutations = {
            "empty": b"", "dots": b"..", "one-part": head, "two-parts": head + b"." + body,
            "four-parts": whole + b".AAAA", "five-parts": whole + b".AAAA.AAAA", "empty-fourth": whole + b".",
            "leading-dot": b"." + whole, "header-empty": b"." + body + b"." + sign,
            "payload-empty": head + b".." + sign, "signature-empty": head + b"." + body + b".",
            "header-cut": head[:-1] + b"." + body + b"." + sign, "payload-cut": head + b"." + body[:-1] + b"." + sign,
            "signature-cut": whole[:-1], "signature-cut-4": whole[:-4], "signature-half": whole[:-len(sign) // 2],
            "header-longer": head + b"AAAA." + body + b"." + sign,
            "payload-longer": head + b"." + body + b"AAAA." + sign, "signature-longer": whole + b"AAAA",
            "signature-one-more": whole + b"A", "signature-twice": whole + sign, "leading-space": b" " + whole,
            "trailing-space": whole + b" ", "trailing-newline": whole + b"\n", "trailing-tab": whole + b"\t",
            "trailing-nul": whole + b"\0", "nul-and-more": whole + b"\0AAAA", "bearer": b"Bearer " + whole,
            "quoted": b'"' + whole + b'"', "bom": b"\xef\xbb\xbf" + whole, "comma": whole + b"," + whole,
            "tilde": whole + b"~", "swapped": body + b"." + head + b"." + sign, "other-letters": whole + "é".encode()
        }
        for name, mutated in mutations.items():
            yield case(f"shape/{name}", alg, mutated, False)


def with_trailing_bits(text):
    """Another text of the same octets, or nothing where no bit is unused."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    if len(text) % 4 == 0:
        return None
    return text[:-1] + alphabet[alphabet.index(chr(text[-1])) + 1].encode()


def until(condition, make):
    """ECDSA and PSS are random, and not every signature holds what a mutation needs."""
    while not condition(made := make()):
        pass
    return made


def base64_forms():
    """The signature's text is not signed; the other two parts are signed as they are mutated."""
    for alg in KINDS:
        # A payload of each length modulo 3, with octets whose text has "-" and "_".
        bodies = [json.dumps(CLAIMS | {"x": "a" * more + "~~??>>"}).encode() for more in range(3)]
        forms = {
            "padded": lambda text: text + b"=" * (-len(text) % 4) if len(text) % 4 else None,
            "over-padded": lambda text: text + b"====",
            "one-pad": lambda text: text + b"=",
            "space-inside": lambda text: text[:5] + b" " + text[5:],
            "newline-inside": lambda text: text[:5] + b"\n" + text[5:],
            "newline-after": lambda text: text + b"\r\n",
            "star-inside": lambda text: text[:5] + b"*" + text[5:],
            "nul-inside": lambda text: text[:5] + b"\0" + text[5:],
            "trailing-bits": with_trailing_bits,
            "one-more": lambda text: text + b"A" if len(text) % 4 == 0 else None,
        }
        heads = [b64(json.dumps({"alg": alg, "x": "a" * more}).encode()) for more in range(3)]
        for name, form in forms.items():
            headers = [resigned(alg, form(head), b64(bodies[0])) for head in heads if form(head)]
            payloads = [resigned(alg, heads[0], form(b64(body))) for body in bodies if form(b64(body))]
            whole = token(alg)
            data, _, sign = whole.rpartition(b".")
            yield case(f"base64/header-{name}", alg, headers, False)
            yield case(f"base64/payload-{name}", alg, payloads, False)
            if form(sign):
                yield case(f"base64/signature-{name}", alg, data + b"." + form(sign), False)
        other = bytes.maketrans(b"-_", b"+/")
        yield case(
            "base64/payload-other-alphabet", alg,
            [resigned(alg, heads[0],
                      b64(body).translate(other)) for body in bodies if set(b64(body)) & set(b"-_")], False)
        whole = token(alg)
        if alg[:2] in ("PS", "ES"):
            whole = until(lambda made: set(made.rpartition(b".")[2]) & set(b"-_"), lambda: token(alg))
        else:
            number = iter(range(100))
            whole = until(lambda made: set(made.rpartition(b".")[2]) & set(b"-_"),
                          lambda: token(alg, claims={"n": next(number)}))
        data, _, sign = whole.rpartition(b".")
        yield case("base64/signature-other-alphabet", alg, data + b"." + sign.translate(other), False)


def flips():
    for alg in KINDS:
        random, parts = rng(f"flips {alg}"), [unb64(part) for part in token(alg).split(b".")]
        for index, name in enumerate(("header", "payload", "signature")):
            tokens = []
            for bit in random.sample(range(8 * len(parts[index])), 40):
                flipped = bytearray(parts[index])
                flipped[bit // 8] ^= 1 << bit % 8
                tokens.append(b".".join(b64(part) for part in [*parts[:index], bytes(flipped), *parts[index + 1:]]))
            yield case(f"flip/{name}", alg, tokens, False)


# ── the header ──────────────────────────────────────────────────────────────────────────────────────────────────────

def nested(levels):
    return "[" * levels + "]" * levels


def headers():
    for alg in ("HS256", "ES256"):
        def raw(name, text, good=False, **rest):
            return case(f"header/{name}", alg, signed(alg, text if isinstance(text, bytes) else text.encode(), CLAIMS),
                        good, **rest)

        def member(name, text, good=False, **rest):
            return raw(name, f'{{"alg":"{alg}",{text}}}', good, **rest)

        attacker = forge.public_jwk(KEYS["p256-other"])
        yield raw("no-alg", '{"typ":"JWT"}')
        yield raw("empty", "{}")
        for name, value in {
                "null": "null", "number": "1", "true": "true", "list": f'["{alg}"]', "object": "{}", "text-empty": '""',
                "lower": f'"{alg.lower()}"', "space": f'"{alg} "', "nul": f'"{alg}\\u0000"', "unknown": '"XX256"'
        }.items():
            yield raw(f"alg-{name}", f'{{"alg":{value}}}')
        yield raw("alg-name-upper", f'{{"ALG":"{alg}"}}')
        yield raw("alg-escaped", f'{{"alg":"{alg[0]}\\u00{ord(alg[1]):02x}{alg[2:]}"}}', True)
        yield raw("duplicate-alg", f'{{"alg":"none","alg":"{alg}"}}')
        yield raw("duplicate-alg-last", f'{{"alg":"{alg}","alg":"none"}}')
        yield raw("duplicate-alg-same", f'{{"alg":"{alg}","alg":"{alg}"}}')
        yield raw("duplicate-alg-escaped", f'{{"alg":"{alg}","al\\u0067":"none"}}')
        yield member("duplicate-unknown", '"x":1,"x":2')
        yield member("duplicate-deep", '"x":{"y":1,"y":2}')
        yield member("unknown-member", '"x":{"y":[1,null]}', True)
        yield raw("white-space", f' {{ "alg" : "{alg}" }}\n', True)
        for name, value in {
                "text": '"a"', "empty": '""', "traversal": '"../../../dev/null"', "quote": '"\' OR 1=1 --"',
                "unicode": '"é"'
        }.items():
            yield member(f"kid-{name}", f'"kid":{value}', True)
        for name, value in {"number": "1", "null": "null", "true": "true", "list": '["a"]', "object": "{}"}.items():
            yield member(f"kid-{name}", f'"kid":{value}')
        for name, value in {"jwt": '"jwt"', "media-type": '"application/jwt"', "other": '"at+jwt"',
                            "empty": '""'}.items():
            yield member(f"typ-{name}", f'"typ":{value}', True)
        for name, value in {"number": "1", "null": "null", "list": '["JWT"]'}.items():
            yield member(f"typ-{name}", f'"typ":{value}')
        yield member("cty-text", '"cty":"a/b"', True)
        yield member("cty-number", '"cty":1')
        for name, value in {
                "unknown": '"crit":["x"],"x":1', "absent": '"crit":["x"]', "empty": '"crit":[]', "null": '"crit":null',
                "text": '"crit":"exp","exp":1', "numbers": '"crit":[1]', "twice": '"crit":["x","x"],"x":1',
                "registered": '"crit":["alg"]', "object": '"crit":{"x":1},"x":1', "empty-name": '"crit":[""],"":1',
                "exp": f'"crit":["exp"],"exp":{END}'
        }.items():
            yield member(f"crit-{name}", value)
        # b64 true says what is so anyway (RFC 7797 section 3), but as an extension it is to be understood or refused
        yield member("b64-true-critical", '"crit":["b64"],"b64":true')
        for name, value in {"true": "true", "text": '"false"', "null": "null", "number": "0"}.items():
            yield member(f"b64-{name}", f'"b64":{value}')
        yield member("b64-absent-critical", '"crit":["b64"]')
        yield member("b64-false", '"b64":false')
        yield case("header/b64-false-critical", alg, b64_false(alg, ["b64"]), False)
        yield case("header/b64-false-plain", alg, b64_false(alg, None), False)
        yield case("header/jwk-of-attacker", alg, compact({"alg": "ES256", "jwk": attacker}, CLAIMS,
                   lambda data: signature("ES256", KEYS["p256-other"], data)), False)
        yield case(
            "header/jwk-symmetric", alg,
            compact({"alg": "HS256", "jwk": {"kty": "oct", "k": b64(b"k" * 32).decode()}}, CLAIMS,
                    lambda data: signature("HS256", b"k" * 32, data)), False)
        yield member("jwk-beside", f'"jwk":{json.dumps(attacker)}', True)
        for name, value in {
                "jku": '"https://attacker.example/keys"', "x5u": '"https://attacker.example/cert"', "x5t": '"AAAA"',
                "x5t#S256": '"AAAA"', "zip": '"DEF"', "enc": '"A128GCM"'
        }.items():
            yield member(f"{name.replace('#', '-')}-beside", f'"{name}":{value}', True)
        for name in ("jwk", "jku", "x5u", "x5c", "x5t"):
            yield member(f"{name}-number", f'"{name}":1')
        yield member("x5c-empty", '"x5c":[]')
        yield member("x5c-number-inside", '"x5c":[1]')
        for name, text in {
                "list": f'["{alg}"]', "text": f'"{alg}"', "number": "1", "null": "null", "nothing": "",
                "trailing-comma": f'{{"alg":"{alg}",}}', "single-quotes": f"{{'alg':'{alg}'}}",
                "comment": f'{{"alg":"{alg}"/**/}}', "more-after": f'{{"alg":"{alg}"}}x',
                "two-objects": f'{{"alg":"{alg}"}}{{}}', "nul-after": f'{{"alg":"{alg}"}}\0',
                "unclosed": f'{{"alg":"{alg}"', "bom": f'\ufeff{{"alg":"{alg}"}}', "nan": f'{{"alg":"{alg}","x":NaN}}',
                "infinity": f'{{"alg":"{alg}","x":-Infinity}}', "1e400": f'{{"alg":"{alg}","x":1e400}}',
                "leading-zero": f'{{"alg":"{alg}","x":01}}', "hex": f'{{"alg":"{alg}","x":0x1}}',
                "control-character": f'{{"alg":"{alg}","x":"\x01"}}',
                "lone-surrogate": f'{{"alg":"{alg}","x":"\\ud800"}}', "proto": None
        }.items():
            if text is not None:
                yield raw(text=text, name=name)
        yield member("proto", '"__proto__":{"alg":"none"}', True)
        yield raw("bad-utf-8", f'{{"alg":"{alg}","x":"'.encode() + b'\xff"}')
        yield raw("utf-16", f'{{"alg":"{alg}"}}'.encode("utf-16"))
        yield member("deep-enough", f'"x":{nested(DEEP)}', True)
        yield member("too-deep", f'"x":{nested(DEEP + 1)}')
        yield member("far-too-deep", f'"x":{nested(5000)}')
        yield member("long", f'"x":"{"a" * 20000}"')


def b64_false(alg, critical):
    """RFC 7797: the payload stands as it is. No claim set stands so without a dot of its own, but a text does."""
    header = {"alg": alg, "b64": False} | ({"crit": critical} if critical else {})
    claims = json.dumps(CLAIMS).replace(".", "\\u002e").encode()
    return resigned(alg, b64(json.dumps(header).encode()), claims)


def typ():
    """Against a reader that demands one."""
    def typed(name, header, good):
        return case(f"typ/{name}", "HS256", token("HS256", header), good, more={"typ": "at+jwt"})
    yield typed("exact", {"typ": "at+jwt"}, True)
    yield typed("upper", {"typ": "AT+JWT"}, True)
    yield typed("media-type", {"typ": "application/at+jwt"}, True)
    yield typed("absent", {}, False)
    yield typed("other", {"typ": "JWT"}, False)
    yield typed("longer", {"typ": "at+jwtx"}, False)
    yield typed("other-media-type", {"typ": "text/at+jwt"}, False)


# ── the algorithm and the key ───────────────────────────────────────────────────────────────────────────────────────

def unsigned():
    for alg in KINDS:
        for name in ("none", "None", "NONE", "nOnE"):
            yield case(f"none/{name}", alg, compact({"alg": name}, CLAIMS, lambda data: b""), False)
            signs = compact({"alg": name}, CLAIMS, lambda data, alg=alg: signature(alg, KEYS[KEY_OF[alg]], data))
            yield case(f"none/{name}-signed", alg, signs, False)
        yield case("none/signature-empty", alg, compact({"alg": alg}, CLAIMS, lambda data: b""), False)
        yield case("none/listed", alg, compact({"alg": "none"}, CLAIMS, lambda data: b""), False, algs=[alg, "none"])


def confusion():
    """A public key's text as the secret of a MAC, against readers that allow both."""
    for alg, name in {"RS256": "rsa", "PS256": "rsa", "ES256": "p256", "EdDSA": "ed25519"}.items():
        key = KEYS[name]
        pem = forge.spki(key, forge.serialization.Encoding.PEM)
        jwk = json.dumps(forge.public_jwk(key)).encode()
        secrets = {
            "pem": pem,
            "pem-stripped": pem.strip(),
            "pem-crlf": pem.replace(b"\n", b"\r\n"),
            "pem-space-before": b" " + pem,
            "pem-body": b"".join(pem.splitlines()[1:-1]),
            "der": forge.spki(key, forge.serialization.Encoding.DER),
            "jwk": jwk,
            "jwk-member": forge.public_jwk(key).get("n",
                                                    forge.public_jwk(key).get("x")).encode(),
            "member-octets": unb64(forge.public_jwk(key).get("n",
                                                             forge.public_jwk(key).get("x")).encode()),
            "nothing": b"",
        }
        for form in ("pem", "jwk"):
            for kind, secret in secrets.items():
                made = compact({"alg": "HS256"}, CLAIMS, lambda data, secret=secret: signature("HS256", secret, data))
                yield case(f"confusion/{kind}-for-{form}", alg, made, False, algs=[alg, "HS256"], form=form)
    # the other way round: a secret that the reader holds, under the name of another algorithm
    for alg in ("HS384", "HS512", "RS256", "ES256"):
        made = compact({"alg": alg}, CLAIMS, lambda data: signature("HS256", KEYS["oct64"], data))
        yield case("confusion/mac-of-hs256", alg, made, False, key="oct64", algs=["HS256", alg])


def mismatch():
    def signed_with(name, alg, key, sign_alg=None, good=False, **rest):
        made = compact({"alg": alg}, CLAIMS, lambda data: signature(sign_alg or alg, KEYS[key], data))
        return case(f"mismatch/{name}", alg, made, good, key=rest.pop("reader", key), **rest)

    for alg in KEY_OF:
        other = "oct-other" if alg[:2] == "HS" else "rsa-other" if alg[:2] in (
            "RS", "PS") else "p256-other" if alg == "ES256" else None
        if other:
            yield signed_with("other-key", alg, other, reader=KEY_OF[alg])
    for alg, listed in {"HS384": "HS256", "HS512": "HS384", "RS384": "RS256", "PS384": "PS256"}.items():
        yield signed_with("not-allowed", alg, "oct64" if alg[:2] == "HS" else "rsa", algs=[listed])
    for size in ("256", "384", "512"):
        yield signed_with("pss-for-pkcs1", f"RS{size}", "rsa", sign_alg=f"PS{size}")
        yield signed_with("pkcs1-for-pss", f"PS{size}", "rsa", sign_alg=f"RS{size}")
        yield signed_with("1024-bits", f"RS{size}", "rsa-1024")
        yield signed_with("short-secret", f"HS{size}", "oct-short", good=True)
    yield signed_with("1024-bits", "PS256", "rsa-1024")
    yield signed_with("curve", "ES256", "p384")
    yield signed_with("curve", "ES384", "p256")
    yield signed_with("curve", "ES512", "p256")
    yield signed_with("curve-secp256k1", "ES256", "secp256k1")
    yield signed_with("curve-p256", "ES256K", "p256")
    yield signed_with("curve-448", "EdDSA", "ed448", good=True)
    yield signed_with("ed25519-for-448", "Ed448", "ed25519", algs=["Ed448"])
    yield signed_with("digest", "RS256", "rsa", sign_alg="RS384")
    yield signed_with("digest", "PS256", "rsa", sign_alg="PS384")
    yield signed_with("digest", "HS256", "oct64", sign_alg="HS384")


# ── the signature ───────────────────────────────────────────────────────────────────────────────────────────────────

def signatures():
    for alg, curve in forge.CURVES.items():
        size, order, key = alg[2:5], forge.ORDERS[alg], KEYS[KEY_OF[alg]]
        width = (order.bit_length() + 7) // 8

        def made(name, change, good=False):
            return case(f"signature/{name}", alg,
                        compact({"alg": alg}, CLAIMS, lambda data: change(data, *forge.ecdsa(key, size, data))), good)

        def both(r, s, octets=width):
            return r.to_bytes(octets, "big") + s.to_bytes(octets, "big")

        yield made("der", lambda data, r, s: forge.utils.encode_dss_signature(r, s))
        yield made("padded", lambda data, r, s: both(r, s, width + 1))
        yield made("swapped", lambda data, r, s: both(s, r))
        yield made("r-zero", lambda data, r, s: both(0, s))
        yield made("s-zero", lambda data, r, s: both(r, 0))
        yield made("both-zero", lambda data, r, s: both(0, 0))
        yield made("r-order", lambda data, r, s: both(order, s))
        yield made("s-order", lambda data, r, s: both(r, order))
        yield made("both-order", lambda data, r, s: both(order, order))
        yield made("ones", lambda data, r, s: b"\xff" * (2 * width))
        yield made("r-alone", lambda data, r, s: both(r, s)[:width])
        yield made("zero-octet-after", lambda data, r, s: both(r, s) + b"\0")
        # both (r, s) and (r, -s) verify; RFC 7518 asks for neither
        yield made("s-low", lambda data, r, s: both(r, min(s, order - s)), True)
        yield made("s-high", lambda data, r, s: both(r, max(s, order - s)), True)
    key = KEYS["rsa"]
    modulus = key.private_numbers().public_numbers.n
    for alg in ("RS256", "PS256"):
        def made(name, change):
            return case(f"signature/{name}", alg,
                        compact({"alg": alg}, CLAIMS, lambda data: change(signature(alg, key, data))), False)
        yield made("zero-octet-before", lambda sign: b"\0" + sign)
        yield made("zero-octet-after", lambda sign: sign + b"\0")
        yield made("plus-modulus", lambda sign: (int.from_bytes(sign, "big") + modulus).to_bytes(257, "big"))
        yield made("zero", lambda sign: bytes(256))
        yield made("one", lambda sign: bytes(255) + b"\1")
        yield made("modulus-less-one", lambda sign: (modulus - 1).to_bytes(256, "big"))

    def pss(name, mask, salt):
        sha = forge.hashes.SHA256()
        made = compact({"alg": "PS256"}, CLAIMS,
                       lambda data: key.sign(data, forge.padding.PSS(forge.padding.MGF1(mask), salt), sha))
        return case(f"signature/{name}", "PS256", made, False)
    yield pss("salt-none", forge.hashes.SHA256(), 0)
    yield pss("salt-20", forge.hashes.SHA256(), 20)
    yield pss("salt-longest", forge.hashes.SHA256(), 256 - 32 - 2)
    yield pss("mask-sha1", forge.hashes.SHA1(), 32)
    for alg in ("HS256", "HS384", "HS512"):
        for name, change in {
                "half": lambda mac: mac[:len(mac) // 2], "one-octet": lambda mac: mac[:1],
                "zero-octet-after": lambda mac: mac + b"\0", "hex": lambda mac: mac.hex().encode(),
                "base64-twice": lambda mac: base64.b64encode(mac)
        }.items():
            made = compact({"alg": alg}, CLAIMS,
                           lambda data, alg=alg, change=change: change(signature(alg, KEYS[KEY_OF[alg]], data)))
            yield case(f"signature/{name}", alg, made, False)
    order = 2 ** 252 + 27742317777372353535851937790883648493  # RFC 8032 section 5.1

    def above_order(sign):
        return sign[:32] + (int.from_bytes(sign[32:], "little") + order).to_bytes(32, "little")
    for name, change in {"s-above-order": above_order, "zero": lambda sign: bytes(64), "half": lambda sign: sign[:32],
                         "zero-octet-after": lambda sign: sign + b"\0"}.items():
        made = compact({"alg": "EdDSA"}, CLAIMS,
                       lambda data, change=change: change(signature("EdDSA", KEYS["ed25519"], data)))
        yield case(f"signature/{name}", "EdDSA", made, False)


# ── the claims ──────────────────────────────────────────────────────────────────────────────────────────────────────

def raw_claims(name, text, good=False):
    text = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return case(f"claims/{name}", "HS256", signed("HS256", {"alg": "HS256"}, text), good, below_claims=False)


def with_claim(name, member, value, good=False):
    """One claim replaced by the JSON text `value`, or left out."""
    members = [f"{json.dumps(claim)}:{json.dumps(given)}" for claim, given in CLAIMS.items() if claim != member]
    return raw_claims(name, "{" + ",".join([*members, *([f'"{member}":{value}'] if value is not None else [])]) + "}",
                      good)


# Of a wrong type, or a number that is no date.
NO_TIMES = {
    "text": '"123"', "text-future": f'"{END}"', "text-empty": '""', "text-date": '"2099-01-01T00:00:00Z"',
    "true": "true", "false": "false", "null": "null", "list": f"[{END}]", "object": "{}", "negative": "-1",
    "nan": "NaN", "infinity": "Infinity", "1e400": "1e400", "huge": "10000000000000000000",
    "beyond-9999": "253402300800", "leading-zero": f"0{END}", "hex": "0xffffffff"
}


def times():
    for claim in ("exp", "nbf", "iat"):
        for name, value in NO_TIMES.items():
            yield with_claim(f"{claim}-{name}", claim, value)
    yield with_claim("exp-absent", "exp", None)
    yield with_claim("exp-past", "exp", str(PAST))
    yield with_claim("exp-zero", "exp", "0")
    yield with_claim("exp-fraction", "exp", f"{END}.5", True)
    yield with_claim("exp-exponent", "exp", "4.1024448e9", True)
    yield with_claim("exp-last", "exp", "253402300799", True)
    yield with_claim("nbf-absent", "nbf", None, True)
    yield with_claim("nbf-past", "nbf", str(PAST), True)
    yield with_claim("nbf-zero", "nbf", "0", True)
    yield with_claim("nbf-fraction", "nbf", f"{PAST}.25", True)
    yield with_claim("nbf-future", "nbf", str(FUTURE))
    yield with_claim("iat-absent", "iat", None, True)
    yield with_claim("iat-fraction", "iat", f"{ISSUED}.999", True)
    yield with_claim("iat-future", "iat", str(FUTURE))


def names():
    aud = json.dumps(AUD)
    for claim in ("iss", "aud"):
        right = json.dumps(CLAIMS[claim])
        for name, value in {
                "absent": None, "null": "null", "number": "1", "true": "true", "empty": '""', "object": "{}",
                "list-empty": "[]", "other": '"https://other.example"', "longer": json.dumps(CLAIMS[claim] + "/"),
                "shorter": json.dumps(CLAIMS[claim][:-1]), "upper": json.dumps(CLAIMS[claim].upper()),
                "space": json.dumps(CLAIMS[claim] + " "), "nul": json.dumps(CLAIMS[claim] + "\0"),
                "object-inside": f'{{"a":{right}}}', "list-of-list": f"[[{right}]]",
                "list-of-other": '["https://other.example"]'
        }.items():
            yield with_claim(f"{claim}-{name}", claim, value)
    yield with_claim("iss-list", "iss", f"[{json.dumps(ISS)}]")
    yield with_claim("iss-escaped", "iss", '"\\u0068ttps://id.example.com"', True)
    yield with_claim("aud-list", "aud", f"[{aud}]", True)
    yield with_claim("aud-list-two", "aud", f'["https://other.example",{aud}]', True)
    yield with_claim("aud-list-with-number", "aud", f"[{aud},1]")
    yield with_claim("aud-list-with-null", "aud", f"[null,{aud}]")
    yield with_claim("aud-list-numbers", "aud", "[1]")
    yield with_claim("aud-list-twice", "aud", f"[{aud},{aud}]", True)
    for claim in ("sub", "jti"):
        yield with_claim(f"{claim}-absent", claim, None, True)
        yield with_claim(f"{claim}-empty", claim, '""', True)
        yield with_claim(f"{claim}-text", claim, '"é\\u0000"', True)
        for name, value in {"number": "1", "null": "null", "true": "true", "list": '["a"]', "object": "{}"}.items():
            yield with_claim(f"{claim}-{name}", claim, value)


def payloads():
    whole = json.dumps(CLAIMS)
    inside = whole[1:-1]
    for name, text in {
            "nothing": "", "list": f"[{whole}]", "text": json.dumps(whole), "number": "1", "null": "null",
            "true": "true", "object-empty": "{}", "bom": "\ufeff" + whole, "more-after": whole + "x",
            "two-objects": whole + whole, "nul-after": whole + "\0", "unclosed": whole[:-1],
            "trailing-comma": "{" + inside + ",}", "single-quotes": whole.replace('"',
                                                                                  "'"), "comment": whole[:-1] + "/**/}",
            "duplicate-exp": f'{{"exp":{PAST},{inside}}}', "duplicate-exp-last": f'{{{inside},"exp":{END + 1}}}',
            "duplicate-iss": f'{{"iss":"https://other.example",{inside}}}',
            "duplicate-escaped": f'{{{inside},"is\\u0073":{json.dumps(ISS)}}}',
            "duplicate-private": f'{{{inside},"role":"user","role":"admin"}}',
            "duplicate-deep": f'{{{inside},"x":{{"y":1,"y":2}}}}', "private-nan": f'{{{inside},"x":NaN}}',
            "private-infinity": f'{{{inside},"x":Infinity}}', "private-1e400": f'{{{inside},"x":1e400}}',
            "private-huge": f'{{{inside},"x":{10 ** 30}}}', "private-leading-zero": f'{{{inside},"x":01}}',
            "control-character": f'{{{inside},"x":"\x01"}}', "lone-surrogate": f'{{{inside},"x":"\\ud800"}}',
            "lone-surrogate-name": f'{{{inside},"\\udc00":1}}', "too-deep": f'{{{inside},"x":{nested(DEEP + 1)}}}',
            "far-too-deep": f'{{{inside},"x":{nested(3000)}}}'
    }.items():
        yield raw_claims(f"json-{name}", text)
    yield raw_claims("json-bad-utf-8", whole[:-1].encode() + b',"x":"\xff"}')
    yield raw_claims("json-overlong-utf-8", whole[:-1].encode() + b',"x":"\xc0\xaf"}')
    yield raw_claims("json-surrogate-octets", whole[:-1].encode() + b',"x":"\xed\xa0\x80"}')
    yield raw_claims("json-utf-16", whole.encode("utf-16"))
    for name, text in {
            "white-space": f"\n {whole}\t\r\n", "deep-enough": f'{{{inside},"x":{nested(DEEP)}}}',
            "private-null": f'{{{inside},"x":null}}', "private-2-to-53": f'{{{inside},"x":{2 ** 53 + 1}}}',
            "private-64-bits": f'{{{inside},"x":{2 ** 63 - 1}}}',
            "private-unsigned-64-bits": f'{{{inside},"x":{2 ** 64 - 1}}}', "private-fraction": f'{{{inside},"x":0.1}}',
            "private-tiny": f'{{{inside},"x":1e-400}}', "private-minus-zero": f'{{{inside},"x":-0}}',
            "unicode": f'{{{inside},"x":"é漢😀\\ud83d\\ude00"}}', "name-empty": f'{{{inside},"":1}}',
            "proto": f'{{{inside},"__proto__":{{"admin":true}}}}', "nul-inside": f'{{{inside},"x":"a\\u0000b"}}',
            "escaped-name": whole.replace('"iss"', '"\\u0069ss"'),
            "many-members": f'{{{inside},' + ",".join(f'"m{i}":{i}' for i in range(500)) + "}"
    }.items():
        yield raw_claims(f"json-{name}", text, True)


# ── other serializations and other kinds ────────────────────────────────────────────────────────────────────────────

def serializations():
    for alg in ("HS256", "ES256"):
        head, body, sign = (part.decode() for part in token(alg).split(b"."))
        flat = {"payload": body, "protected": head, "signature": sign}
        general = {"payload": body, "signatures": [{"protected": head, "signature": sign}]}
        for name, text in {
                "flattened": json.dumps(flat), "general": json.dumps(general),
                "signatures-empty": json.dumps({"payload": body, "signatures": []}),
                "polyglot": f'{{"x":"{head}.{body}.{sign}"}}', "in-quotes": json.dumps(f"{head}.{body}.{sign}"),
                "polyglot-members": f'{{"a":".{body}.","payload":"{body}","protected":"{head}","signature":"{sign}"}}'
        }.items():
            yield case(f"serialization/{name}", alg, text.encode(), False, below_claims=False)
        inner = token(alg)
        yield case("serialization/nested", alg, signed(alg, {"alg": alg, "cty": "JWT"}, inner), False,
                   below_claims=False)


def plain_payloads():
    """A JWS of any payload: no claims, so only the readers of JWS are asked."""
    for alg in ("HS256", "ES256", "RS256", "EdDSA"):
        for name, payload in {
                "text": b"It's a dangerous business", "empty": b"", "octets": bytes(range(256)), "json-list": b"[1,2]",
                "dots": b"a.b.c", "nul": b"\0", "long": b"a" * 20000
        }.items():
            yield case(f"payload/{name}", alg, signed(alg, {"alg": alg}, payload), True, op="verify_jws")


def cases():
    for group in (good, shape, base64_forms, flips, headers, typ, unsigned, confusion, mismatch, signatures, times,
                  names, payloads, serializations, plain_payloads):
        yield from group()
