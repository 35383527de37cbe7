"""Encrypted tokens, good and mutated."""
import dataclasses
import json
import zlib

import forge
import forge_jwe
from case import CLAIMS, Case, rng
from cases_jws import nested, until, with_trailing_bits
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from forge import KEYS, b64, derived
from forge_jwe import ENCS, ZERO_IN_PRODUCT, ZERO_IN_X, How, as_text, key_of, parts

PAYLOAD, WHOLE_BLOCKS = (as_text(CLAIMS | {"jti": "a" * size}).encode() for size in (1, 7))
assert len(WHOLE_BLOCKS) % 16 == 0  # of AES: then the padding is a block of its own
# One of each kind of key management, and each content encryption at least once; the rest are variations of these.
KINDS = {"dir": "A128GCM", "A128KW": "A128CBC-HS256", "A192GCMKW": "A192GCM", "RSA-OAEP": "A192CBC-HS384",
         "ECDH-ES": "A256GCM", "ECDH-ES+A128KW": "A256CBC-HS512", "PBES2-HS256+A128KW": "A128GCM"}
TWO = {"dir": "A128GCM", "A128KW": "A128CBC-HS256"}  # enough where the key management does not matter
DEEP = 31


def case(name, alg, tokens, good=False, enc=None, **rest):
    tokens = tokens if isinstance(tokens, list) else [tokens]
    rest.setdefault("key", key_of(alg, enc or KINDS[alg]))
    rest.setdefault("algs", [alg])
    rest.setdefault("encs", [enc or KINDS[alg]])
    rest.setdefault("payload", PAYLOAD)
    return Case(name=f"jwe-{name}/{alg}", tokens=tokens, good=good, op="decrypt", **rest)


def token(alg, header=as_text, enc=None, plaintext=PAYLOAD, **how):
    return parts(alg, enc or KINDS[alg], plaintext, header, how=How(**how)).compact()


def also(**members):
    return lambda header: as_text(header | members)


def without(name):
    return lambda header: as_text({key: value for key, value in header.items() if key != name})


def good():
    for alg in KINDS:
        yield case("good/plain", alg, token(alg), True)


# ── the shape and the parts ─────────────────────────────────────────────────────────────────────────────────────────

NAMES = ("header", "encrypted_key", "iv", "ciphertext", "tag")


def shape():
    for alg in KINDS:
        whole = token(alg)
        head, key, iv, text, tag = whole.split(b".")
        mutations = {
            "dots": b"....", "three-parts": b".".join((head, text, tag)),
            "four-parts": b".".join((head, key, iv, text)), "six-parts": whole + b".AAAA",
            "empty-sixth": whole + b".", "leading-dot": b"." + whole,
            "leading-space": b" " + whole, "trailing-newline": whole + b"\n", "trailing-nul": whole + b"\0",
            "quoted": b'"' + whole + b'"', "iv-and-tag-swapped": b".".join((head, key, tag, text, iv)),
            "other-letters": whole + "é".encode(), "comma": whole + b"," + whole,
        }
        for name, mutated in mutations.items():
            yield case(f"shape/{name}", alg, mutated)


def one_part():
    """Each octet part in turn: nothing, less, more, other."""
    for alg in KINDS:
        made, random = parts(alg, KINDS[alg], PAYLOAD), rng(f"jwe parts {alg}")
        for name in NAMES:
            octets, label = getattr(made, name), name.replace("_", "-")
            if not octets:
                yield case(f"part/{label}-given", alg, made.compact(**{name: b"\0" * 24}))
                continue
            yield case(f"part/{label}-empty", alg, made.compact(**{name: b""}))
            yield case(f"part/{label}-shorter", alg, made.compact(**{name: octets[:-1]}))
            yield case(f"part/{label}-half", alg, made.compact(**{name: octets[:len(octets) // 2]}))
            yield case(f"part/{label}-longer", alg, made.compact(**{name: octets + b"\0"}))
            flipped = []
            for bit in random.sample(range(8 * len(octets)), 12):
                other = bytearray(octets)
                other[bit // 8] ^= 1 << bit % 8
                flipped.append(made.compact(**{name: bytes(other)}))
            yield case(f"part/{label}-flipped", alg, flipped)
    # tags that would do if as many octets as come were compared
    for alg, sizes in {"dir": (4, 12, 15), "A128KW": (8, 15), "ECDH-ES+A128KW": (16, 31)}.items():
        made = parts(alg, KINDS[alg], PAYLOAD)
        for size in sizes:
            yield case(f"tag/first-{size}", alg, made.compact(tag=made.tag[:size]))
    for alg in ("A128KW", "RSA-OAEP", "ECDH-ES+A128KW"):
        made, enc = parts(alg, KINDS[alg], PAYLOAD), KINDS[alg]
        if alg == "A128KW":
            cek = derived(f"cek {enc}", ENCS[enc])
            whole = forge_jwe.mac(enc, cek, b64(made.header), made.iv, made.ciphertext)
            yield case("tag/not-truncated", alg, made.compact(tag=whole))
        yield case("tag/of-an-empty-header", alg, dataclasses.replace(
            made, tag=parts(alg, enc, PAYLOAD, lambda header: "").tag).compact())
    # initialization vectors that the cipher itself takes, and the RFC does not
    for size in (8, 13, 16, 32):
        yield case(f"iv/of-{size}", "dir", token("dir", iv=derived("iv", size)))


def with_one_more(text):
    return text + b"A" if len(text) % 4 == 0 else None


BASE64_FORMS = {
    "padded": lambda text: text + b"=" * (-len(text) % 4) if len(text) % 4 else None,
    "over-padded": lambda text: text + b"====",
    "space-inside": lambda text: text[:5] + b" " + text[5:],
    "newline-inside": lambda text: text[:5] + b"\n" + text[5:],
    "star-inside": lambda text: text[:5] + b"*" + text[5:],
    "trailing-bits": with_trailing_bits,
    "one-more": with_one_more,
    "other-alphabet": lambda text: text.translate(bytes.maketrans(b"-_", b"+/")) if set(text) & set(b"-_") else None,
}


def base64_forms():
    """The header's text is what the tag covers, so it is encrypted anew; the other parts are read before."""
    for alg, enc in TWO.items():
        cek = KEYS["oct16"] if alg == "dir" else derived(f"cek {enc}", ENCS[enc])
        # Header and content of each length modulo 3, with octets whose text has "-" and "_".
        texts = [parts(alg, enc, PAYLOAD, also(x="~~??>>" + "a" * more)).texts() for more in range(3)]
        for form, change in BASE64_FORMS.items():
            for index, name in enumerate(NAMES):
                tokens = []
                for made in texts:
                    changed = change(made[index]) if made[index] else None
                    if changed is None:
                        continue
                    whole = [*made[:index], changed, *made[index + 1:]]
                    if name == "header":
                        iv = forge.unb64(made[2])
                        whole[3:] = map(b64, forge_jwe.encrypted(enc, cek, iv, PAYLOAD, changed))
                    tokens.append(b".".join(whole))
                if tokens:
                    yield case(f"base64/{name.replace('_', '-')}-{form}", alg, tokens)


# ── the header ──────────────────────────────────────────────────────────────────────────────────────────────────────

def text_of(members, more=""):
    """Members as text, with more text after them."""
    return as_text(members)[:-1] + more + "}"


KINDS_OF_VALUE = {"null": "null", "number": "1", "true": "true", "list": '["a"]', "object": "{}"}


def headers():
    for alg, enc in TWO.items():
        def raw(name, header, good=False, **rest):
            return case(f"header/{name}", alg, token(alg, header), good, **rest)

        def member(name, text, good=False, **rest):
            return raw(name, lambda members: text_of(members, "," + text), good, **rest)

        for name in ("alg", "enc"):
            yield raw(f"no-{name}", without(name))
            for kind, value in {**KINDS_OF_VALUE, "empty": '""', "unknown": '"X"'}.items():
                yield raw(f"{name}-{kind}", also(**{name: json.loads(value)}))
            yield raw(f"{name}-other-case",
                      lambda members, name=name: as_text(members | {name: members[name].swapcase()}))
            yield raw(f"{name}-space", lambda members, name=name: as_text(members | {name: members[name] + " "}))
            yield raw(f"duplicate-{name}", lambda members, name=name: f'{{"{name}":"none",' + as_text(members)[1:])
            yield member(f"duplicate-{name}-last", f'"{name}":"none"')
            escaped = {"alg": "al\\u0067", "enc": "en\\u0063"}[name]
            yield member(f"duplicate-{name}-escaped", f'"{escaped}":"none"')
        yield raw("alg-none", also(alg="none"))
        yield raw("alg-of-a-signature", also(alg="HS256"))
        yield member("duplicate-unknown", '"x":1,"x":2')
        yield member("duplicate-deep", '"x":{"y":1,"y":2}')
        yield member("unknown-member", '"x":{"y":[1,null]}', True)
        yield raw("white-space", lambda members: " " + json.dumps(members, indent=1) + "\n", True)
        yield member("kid-text", '"kid":"../../etc/passwd"', True)
        for kind, value in KINDS_OF_VALUE.items():
            yield member(f"kid-{kind}", f'"kid":{value}')
        yield member("typ-text", '"typ":"JOSE"', True)
        yield member("typ-number", '"typ":1')
        yield member("cty-text", '"cty":"a/b"', True)
        yield member("cty-number", '"cty":1')
        for name, value in {
                "unknown": '"crit":["x"],"x":1', "absent": '"crit":["x"]', "empty": '"crit":[]', "null": '"crit":null',
                "text": '"crit":"x","x":1', "numbers": '"crit":[1]', "twice": '"crit":["x","x"],"x":1',
                "registered": '"crit":["alg"]', "b64": '"crit":["b64"],"b64":true'}.items():
            yield member(f"crit-{name}", value)
        attacker = as_text(forge.public_jwk(KEYS["p256-other"]))
        yield member("jwk-beside", f'"jwk":{attacker}', True)
        for name in ("jku", "x5u"):
            yield member(f"{name}-beside", f'"{name}":"https://attacker.example/"', True)
        for name in ("jwk", "jku", "x5u", "x5c", "x5t"):
            yield member(f"{name}-number", f'"{name}":1')
        yield member("b64-false", '"b64":false', True)  # nothing that a JWE knows
        for name, text in {
                "list": lambda text: f"[{text}]", "text": json.dumps, "nothing": lambda text: "",
                "trailing-comma": lambda text: text[:-1] + ",}", "comment": lambda text: text[:-1] + "/**/}",
                "more-after": lambda text: text + "x", "unclosed": lambda text: text[:-1],
                "bom": lambda text: "\ufeff" + text, "nan": lambda text: text[:-1] + ',"x":NaN}',
                "lone-surrogate": lambda text: text[:-1] + ',"x":"\\ud800"}',
                "control-character": lambda text: text[:-1] + ',"x":"\x01"}'}.items():
            yield raw(name, lambda members, text=text: text(as_text(members)))
        yield raw("bad-utf-8", lambda members: text_of(members, ',"x":"?"').encode().replace(b"?", b"\xff"))
        yield member("deep-enough", f'"x":{nested(DEEP)}', True)
        yield member("too-deep", f'"x":{nested(DEEP + 1)}')
        yield member("far-too-deep", f'"x":{nested(5000)}')


def deflated(octets):
    compress = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compress.compress(octets) + compress.flush()


def zipped():
    """Where the reader allows it, and where it does not."""
    for alg in TWO:
        def made(name, plaintext, good=False, value="DEF", allowed=True, payload=PAYLOAD):
            return case(f"zip/{name}", alg, token(alg, also(zip=value), plaintext=plaintext), good, payload=payload,
                        more={"zip": "DEF"} if allowed else {})
        small = deflated(PAYLOAD)
        yield made("good", small, True)
        yield made("not-allowed", small, allowed=False)
        yield made("of-nothing", deflated(b""), True, payload=b"")
        yield made("not-compressed", PAYLOAD)
        yield made("empty", b"")
        yield made("cut", small[:-3])
        yield made("more-after", small + b"more")
        yield made("zlib-header", b"\x78\x9c" + small + b"\0\0\0\0")
        yield made("just-fits", deflated(b"a" * 250_000), True, payload=b"a" * 250_000)
        yield made("bomb", deflated(b"a" * 300_000))
        for name, value in {"lower": "def", "gzip": "GZIP", "empty": "", "null": None, "number": 1,
                            "list": ["DEF"]}.items():
            yield made(f"value-{name}", small, value=value)


# ── algorithms and keys ─────────────────────────────────────────────────────────────────────────────────────────────

def mismatch():
    for alg, listed in {"A256KW": "A128KW", "RSA-OAEP": "RSA-OAEP-256", "A256GCMKW": "A256KW"}.items():
        enc = KINDS.get(alg, "A128GCM")
        yield case("mismatch/alg-not-allowed", alg, token(alg, enc=enc), enc=enc, algs=[listed])
    for enc, listed in {"A128GCM": "A256GCM", "A128CBC-HS256": "A256GCM"}.items():
        yield case(f"mismatch/enc-{enc}-not-allowed", "RSA-OAEP", token("RSA-OAEP", enc=enc), enc=enc, encs=[listed])
    # what another algorithm wrapped under this one's name
    renamed = {"A128KW": "A128GCMKW", "A256GCMKW": "A256KW", "RSA-OAEP": "RSA-OAEP-256", "RSA-OAEP-256": "RSA-OAEP",
               "ECDH-ES": "ECDH-ES+A128KW", "ECDH-ES+A128KW": "ECDH-ES", "A128GCMKW": "A128KW"}
    for alg, name in renamed.items():
        key = key_of(alg, "A128GCM")
        yield case("mismatch/alg-renamed", name, token(alg, also(alg=name), enc="A128GCM"), enc="A128GCM", key=key,
                   algs=[name, alg])
    for alg in ("dir", "A128KW", "RSA-OAEP"):
        for enc, name in {"A128GCM": "A256GCM", "A256GCM": "A128CBC-HS256", "A128CBC-HS256": "A256GCM"}.items():
            yield case(f"mismatch/enc-{enc}-renamed", alg, token(alg, also(enc=name), enc=enc), enc=enc,
                       encs=[enc, name])
    # a content key of another length than the algorithm's
    for alg in ("A128KW", "A128GCMKW", "RSA-OAEP", "ECDH-ES+A128KW", "PBES2-HS256+A128KW"):
        for size in (16, 24):
            name = {16: "A128GCM", 24: "A192GCM"}[size]
            made = token(alg, also(enc="A256GCM"), enc=name, cek=derived("short", size))
            yield case(f"cek/of-{size}", alg, made, enc="A256GCM")
    # two halves of what AES-CBC and HMAC take, of other lengths
    for alg in ("A128KW", "RSA-OAEP"):
        made = token(alg, also(enc="A128CBC-HS256"), enc="A256GCM", cek=derived("cek", 32))
        yield case("cek/gcm-as-cbc", alg, made, enc="A128CBC-HS256")
    yield case("mismatch/other-key", "RSA-OAEP", token("RSA-OAEP", key="rsa-other"))
    yield case("mismatch/other-key", "A128KW", token("A128KW", key="oct16-other"))
    yield case("mismatch/other-key", "ECDH-ES", token("ECDH-ES", key="p256-other"))
    yield case("mismatch/other-key", "dir", token("dir", key="oct16-other"))
    yield case("mismatch/key-of-32", "A128KW", token("A128KW", key="oct32"), key="oct32")
    yield case("mismatch/key-of-16", "A256KW", token("A256KW", key="oct16", enc="A128GCM"), key="oct16", enc="A128GCM")
    yield case("mismatch/1024-bits", "RSA-OAEP", token("RSA-OAEP", key="rsa-1024"), key="rsa-1024")
    for alg in ("RSA-OAEP", "RSA-OAEP-256"):
        other = hashes.SHA256 if alg == "RSA-OAEP" else hashes.SHA1
        yield case("oaep/other-hash", alg, token(alg, oaep=other, enc="A128GCM"), enc="A128GCM")
        made = parts(alg, "A128GCM", PAYLOAD)
        yield case("oaep/zero-octet-before", alg, made.compact(encrypted_key=b"\0" + made.encrypted_key), enc="A128GCM")
        yield case("oaep/zero", alg, made.compact(encrypted_key=bytes(256)), enc="A128GCM")
        modulus = KEYS["rsa"].private_numbers().public_numbers.n
        made = until(lambda made: int.from_bytes(made.encrypted_key, "big") + modulus < 2 ** 2048,
                     lambda: parts(alg, "A128GCM", PAYLOAD))
        higher = int.from_bytes(made.encrypted_key, "big") + modulus
        yield case("oaep/plus-modulus", alg, made.compact(encrypted_key=higher.to_bytes(256, "big")), enc="A128GCM")
    made = parts("RSA-OAEP", "A128GCM", PAYLOAD, also(alg="RSA1_5"))
    pkcs1 = KEYS["rsa"].public_key().encrypt(derived("cek A128GCM", 16), padding.PKCS1v15())
    yield case("mismatch/rsa1_5", "RSA-OAEP", made.compact(encrypted_key=pkcs1), enc="A128GCM")
    yield case("mismatch/pkcs1-for-oaep", "RSA-OAEP", parts("RSA-OAEP", "A128GCM", PAYLOAD).compact(
        encrypted_key=pkcs1), enc="A128GCM")


def wrapped_with_gcm():
    alg = "A192GCMKW"
    def made(name, good=False, **members):
        return case(f"gcmkw/{name}", alg, token(alg, also(**members)), good)
    for name in ("iv", "tag"):
        yield case(f"gcmkw/no-{name}", alg, token(alg, without(name)))
        for kind, value in KINDS_OF_VALUE.items():
            yield made(f"{name}-{kind}", **{name: json.loads(value)})
        yield made(f"{name}-empty", **{name: ""})
        yield made(f"{name}-padded", **{name: b64(derived("wrapping iv", 12 if name == "iv" else 16)).decode() + "="})
        yield made(f"{name}-zero", **{name: b64(bytes(12 if name == "iv" else 16)).decode()})
    sealed = json.loads(parts(alg, KINDS[alg], PAYLOAD).header)["tag"]
    for size in (4, 8, 12, 15):
        yield made(f"tag-first-{size}", tag=b64(forge.unb64(sealed.encode())[:size]).decode())
    for size in (8, 13, 16):
        yield case(f"gcmkw/iv-of-{size}", alg, token(alg, wrapping_iv=derived("iv", size)))


# ── key agreement ───────────────────────────────────────────────────────────────────────────────────────────────────

def agreements():
    for alg in ("ECDH-ES", "ECDH-ES+A128KW"):
        def made(name, good=False, header=as_text, key="p256", **how):
            return case(f"ecdh/{name}", alg, token(alg, header, key=key, **how), good, key=key)

        def with_epk(name, good=False, which="", **members):
            """Members that are None are left out."""
            def header(whole):
                epk = whole["epk"] | members
                return as_text(whole | {"epk": {name: value for name, value in epk.items() if value is not None}})
            return made(name, good, header, ephemeral=which)

        epk = forge.public_jwk(forge_jwe.ephemeral(KEYS["p256"]))
        x, y = (forge.unb64(epk[name].encode()) for name in "xy")
        yield made("no-epk", header=without("epk"))
        for kind, value in {**KINDS_OF_VALUE, "text": '"a"'}.items():
            yield made(f"epk-{kind}", header=also(epk=json.loads(value)))
        for name in ("kty", "crv", "x", "y"):
            yield with_epk(f"epk-no-{name}", **{name: None})
            yield with_epk(f"epk-{name}-number", **{name: 1})
        yield with_epk("epk-off-curve", y=b64(y[:-1] + bytes([y[-1] ^ 1])).decode())
        yield with_epk("epk-zero", x=b64(bytes(32)).decode(), y=b64(bytes(32)).decode())
        yield with_epk("epk-x-empty", x="")
        yield with_epk("epk-x-short", x=b64(x[:-1]).decode())
        yield with_epk("epk-x-long", x=b64(b"\0" + x).decode())
        short = forge.unb64(forge.public_jwk(forge_jwe.ephemeral(KEYS["p256"], ZERO_IN_X))["x"].encode())[1:]
        yield with_epk("epk-x-of-a-zero-octet", True, ZERO_IN_X)
        yield with_epk("epk-x-less-its-zero-octet", False, ZERO_IN_X, x=b64(short).decode())
        yield made("product-of-a-zero-octet", True, ephemeral=ZERO_IN_PRODUCT)
        yield with_epk("epk-x-padded", x=epk["x"] + "=")
        yield with_epk("epk-x-beyond-field", x=b64(b"\xff" * 32).decode())
        yield with_epk("epk-crv-unknown", crv="P-255")
        yield with_epk("epk-crv-other", crv="P-384")
        yield with_epk("epk-kty-okp", kty="OKP")
        yield with_epk("epk-kid", True, kid="a")
        yield with_epk("epk-unknown-member", True, z=1)
        yield with_epk("epk-private", d=forge.jwk_of(forge_jwe.ephemeral(KEYS["p256"]))["d"])
        for name in ("p384", "secp256k1", "x25519"):
            other = forge.public_jwk(KEYS[name])
            yield made(f"epk-of-{name}", header=also(epk=other))
        for name, apu, apv in (("apu", b"Alice", b""), ("apv", b"", b"Bob"), ("both", b"Alice", b"Bob"),
                               ("octets", bytes(range(64)), b"\xff")):
            yield made(f"parties-{name}", True, apu=apu, apv=apv)
        yield made("parties-same", apu=b"Alice", apv=b"Alice")
        for name in ("apu", "apv"):
            for kind, value in KINDS_OF_VALUE.items():
                yield made(f"{name}-{kind}", header=also(**{name: json.loads(value)}))
            yield made(f"{name}-empty", True, header=also(**{name: ""}))
            yield made(f"{name}-added", header=also(**{name: "QWxpY2U"}))
            yield made(f"{name}-left-out", header=without(name), **{name: b"Alice"})
            yield made(f"{name}-padded", header=also(**{name: "Qm9i="}), **{name: b"Bob"})
            yield made(f"{name}-other-alphabet", header=also(**{name: "++//"}), **{name: b"\xfb\xef\xff"})
            yield made(f"{name}-trailing-bits", header=also(**{name: "QWxpY2V"}), **{name: b"Alice"})
        yield made("parties-swapped", header=also(apu="Qm9i", apv="QWxpY2U"), apu=b"Alice", apv=b"Bob")
        # points whose product is no secret: RFC 7748 section 6.1 lists them
        low = {"zero": 0, "one": 1, "p": 2 ** 255 - 19, "p-less-one": 2 ** 255 - 20, "p-and-one": 2 ** 255 - 18,
               "of-order-8": 325606250916557431795983626356110631294008115727848805560023387167927233504}
        for name, value in low.items():
            public = {"kty": "OKP", "crv": "X25519", "x": b64(value.to_bytes(32, "little")).decode()}
            enc = KINDS[alg]
            shared = forge_jwe.derive(alg, enc, bytes(32))
            cek = shared if alg == "ECDH-ES" else derived(f"cek {enc}", ENCS[enc])
            header = as_text({"alg": alg, "enc": enc, "epk": public})
            iv = derived("iv", 12 if enc.endswith("GCM") else 16)
            whole = forge_jwe.Parts(header.encode(), b"" if alg == "ECDH-ES" else forge_jwe.wrapped(shared, cek), iv,
                                    *forge_jwe.encrypted(enc, cek, iv, PAYLOAD, b64(header.encode())))
            yield case(f"ecdh/x25519-{name}", alg, whole.compact(), key="x25519")
        for key in ("p384", "p521", "x25519", "x448"):
            yield made(f"good-{key}", True, key=key)
        yield made("key-of-ed25519", key="x25519", header=also(epk=forge.public_jwk(KEYS["ed25519"])))


# ── passwords ───────────────────────────────────────────────────────────────────────────────────────────────────────

def passwords():
    alg = "PBES2-HS256+A128KW"
    def made(name, good=False, header=as_text, **how):
        return case(f"pbes2/{name}", alg, token(alg, header, **how), good)
    for rounds in (1, 999, 1000, 100_000, 100_001):
        yield made(f"p2c-{rounds}", rounds in (1000, 100_000), rounds=rounds)
    for name, value in {"zero": "0", "negative": "-1000", "text": '"1000"', "null": "null", "list": "[1000]",
                        "huge": str(2 ** 64 + 1000), "32-bits-more": str(2 ** 32 + 1000)}.items():
        yield made(f"p2c-{name}", header=also(p2c=json.loads(value)))
    for name, value in {"fraction": "1000.0", "exponent": "1e3", "not-whole": "1000.5"}.items():
        yield made(f"p2c-{name}", name != "not-whole", header=lambda members, value=value: as_text(
            members | {"p2c": 0}).replace('"p2c":0', f'"p2c":{value}'))
    yield made("no-p2c", header=without("p2c"))
    yield made("no-p2s", header=without("p2s"))
    for kind, value in KINDS_OF_VALUE.items():
        yield made(f"p2s-{kind}", header=also(p2s=json.loads(value)))
    for size in (0, 1, 7, 8, 1024):
        yield made(f"salt-of-{size}", size >= 8, salt=derived("salt", size))
    yield made("p2s-padded", header=lambda members: as_text(members | {"p2s": members["p2s"] + "=="}))
    for other in ("PBES2-HS384+A192KW", "PBES2-HS512+A256KW"):
        yield case("pbes2/good", other, token(other, enc="A256GCM"), True, enc="A256GCM")
    yield made("other-name", header=also(alg="PBES2-HS512+A256KW"))


# ── other kinds ─────────────────────────────────────────────────────────────────────────────────────────────────────

def kinds():
    for alg, enc in TWO.items():
        made = parts(alg, enc, PAYLOAD)
        head, key, iv, text, tag = (part.decode() for part in made.texts())
        flat = {"protected": head, "encrypted_key": key, "iv": iv, "ciphertext": text, "tag": tag}
        yield case("kind/flattened", alg, json.dumps(flat).encode())
        yield case("kind/general", alg, json.dumps({"protected": head, "iv": iv, "ciphertext": text, "tag": tag,
                                                    "recipients": [{"encrypted_key": key}]}).encode())
        yield case("kind/signed", alg, forge.signed("HS256", {"alg": "HS256"}, CLAIMS))
        yield case("kind/whole-blocks", alg, token(alg, plaintext=WHOLE_BLOCKS), True, payload=WHOLE_BLOCKS)
        nothing = parts(alg, enc, b"")
        yield case("kind/of-nothing", alg, nothing.compact(), True, payload=b"")


def cases():
    for group in (good, shape, one_part, base64_forms, headers, zipped, mismatch, wrapped_with_gcm, agreements,
                  passwords, kinds):
        yield from group()
