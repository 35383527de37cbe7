"""Keys, and tokens that no decent library would sign: any header, any payload, any signature.

Every key but the small RSA one is the same in each run: from published examples, or derived from its name.
"""
import base64
import hashlib
import hmac
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa, utils, x448, x25519

# RFC 7515 appendix A.2, and RFC 7516 appendix A.1
RSA_EXAMPLES = {
    "rsa": {
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR"
             "T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB"
             "dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia"
             "GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        "e": "AQAB",
        "d": "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46su"
             "i395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4"
             "qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB"
             "4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ",
    },
    "rsa-other": {
        "n": "oahUIoWw0K0usKNuOR6H4wkf4oBUXHTxRvgb48E-BVvxkeDNjbC4he8rUWcJoZmds2h7M70imEVhRU5djINXtqllXI4DFqcI1Dgj"
             "T9LewND8MW2Krf3Spsk_ZkoFnilakGygTwpZ3uesH-PFABNIUYpOiN15dsQRkgr0vEhxN92i2asbOenSZeyaxziK72UwxrrKoExv"
             "6kc5twXTq4h-QChLOln0_mtUZwfsRaMStPs6mS6XrgxnxbWhojf663tuEQueGC-FCMfra36C9knDFGzKsNa7LZK2djYgyD3JR_MB"
             "_4NUJW_TqOQtwHYbxevoJArm-L5StowjzGy-_bq6Gw",
        "e": "AQAB",
        "d": "kLdtIj6GbDks_ApCSTYQtelcNttlKiOyPzMrXHeI-yk1F7-kpDxY4-WY5NWV5KntaEeXS1j82E375xxhWMHXyvjYecPT9fpwR_M9"
             "gV8n9Hrh2anTpTD93Dt62ypW3yDsJzBnTnrYu1iwWRgBKrEYY46qAZIrA2xAwnm2X7uGR1hghkqDp0Vqj3kbSCz1XyfCs6_LehBw"
             "txHIyh8Ripy40p24moOAbgxVw3rxT_vlt3UVe4WO3JkJOzlpUf-KTVI2Ptgm-dARxTEtE-id-4OJr0h-K-VFs3VSndVTIznSxfyr"
             "j8ILL6MG_Uv8YAu7VILSB3lOW085-4qE3DzgrTjgyQ",
    },
}

HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
CURVES = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1, "ES256K": ec.SECP256K1}
ORDERS = {  # of the groups (SEC 2)
    "ES256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ES384": int("F" * 48 + "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16),
    "ES512": int("01" + "F" * 65 + "A51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409", 16),
    "ES256K": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
}


def b64(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def unb64(text):
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))


def number(text):
    return int.from_bytes(unb64(text.encode()), "big")


def derived(name, octets=32):
    """Octets that are this name's, and nobody's secret."""
    return hashlib.shake_256(f"tessera differential {name}".encode()).digest(octets)


def rsa_from(members):
    n, e, d = (number(members[name]) for name in "ned")
    p, q = rsa.rsa_recover_prime_factors(n, e, d)
    return rsa.RSAPrivateNumbers(p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q),
                                 rsa.RSAPublicNumbers(e, n)).private_key()


def ec_from(name, curve):
    return ec.derive_private_key(int.from_bytes(derived(name, 31), "big"), curve())


def make_keys():
    keys = {name: rsa_from(members) for name, members in RSA_EXAMPLES.items()}
    keys["rsa-1024"] = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    for name, alg in {"p256": "ES256", "p256-other": "ES256", "p384": "ES384", "p521": "ES512",
                      "secp256k1": "ES256K"}.items():
        keys[name] = ec_from(name, CURVES[alg])
    keys["ed25519"] = ed25519.Ed25519PrivateKey.from_private_bytes(derived("ed25519"))
    keys["ed448"] = ed448.Ed448PrivateKey.from_private_bytes(derived("ed448", 57))
    keys["x25519"] = x25519.X25519PrivateKey.from_private_bytes(derived("x25519"))
    keys["x448"] = x448.X448PrivateKey.from_private_bytes(derived("x448", 56))
    keys |= {f"oct{size}": derived(f"oct{size}", size) for size in (16, 24, 32, 48, 64)}
    keys |= {"oct-other": derived("oct-other", 64), "oct16-other": derived("oct16-other", 16)}
    keys["password"] = b"correct horse battery staple"
    keys["oct-short"] = b"secret"
    return keys


KEYS = make_keys()
# The key that signs with each algorithm.
KEY_OF = {"HS256": "oct32", "HS384": "oct48", "HS512": "oct64",
          "EdDSA": "ed25519", "Ed25519": "ed25519", "Ed448": "ed448",
          "ES256": "p256", "ES384": "p384", "ES512": "p521", "ES256K": "secp256k1",
          **{f"{kind}{size}": "rsa" for kind in ("RS", "PS") for size in HASHES}}


# ── keys in print ───────────────────────────────────────────────────────────────────────────────────────────────────

def padded(value, size):
    return b64(value.to_bytes(size, "big")).decode()


def jwk_of(key):
    """The private JWK."""
    if isinstance(key, bytes):
        return {"kty": "oct", "k": b64(key).decode()}
    if isinstance(key, rsa.RSAPrivateKey):
        private = key.private_numbers()
        values = {"n": private.public_numbers.n, "e": private.public_numbers.e, "d": private.d,
                  "p": private.p, "q": private.q, "dp": private.dmp1, "dq": private.dmq1, "qi": private.iqmp}
        return {"kty": "RSA"} | {name: padded(value, (value.bit_length() + 7) // 8) for name, value in values.items()}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        private, size = key.private_numbers(), (key.key_size + 7) // 8
        names = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521", "secp256k1": "secp256k1"}
        return {"kty": "EC", "crv": names[key.curve.name], "x": padded(private.public_numbers.x, size),
                "y": padded(private.public_numbers.y, size), "d": padded(private.private_value, size)}
    raw, curve = serialization.Encoding.Raw, type(key).__name__.strip("_").replace("PrivateKey", "")
    public = key.public_key().public_bytes(raw, serialization.PublicFormat.Raw)
    return {"kty": "OKP", "crv": curve, "x": b64(public).decode(),
            "d": b64(key.private_bytes(raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())).decode()}


def public_jwk(key):
    return {name: value for name, value in jwk_of(key).items() if name not in ("d", "p", "q", "dp", "dq", "qi")}


def spki(key, encoding):
    return key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)


def printed(key):
    """What the file of keys says of one; README.md lists the members."""
    if isinstance(key, bytes):
        return {"octets": b64(key).decode(), "private_jwk": json.dumps(jwk_of(key))}
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                serialization.NoEncryption())
    return {"pem": spki(key, serialization.Encoding.PEM).decode(), "jwk": json.dumps(public_jwk(key)),
            "private_pem": private.decode(), "private_jwk": json.dumps(jwk_of(key))}


# ── signing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

def mac(secret, size, data):
    return hmac.new(secret, data, f"sha{size}").digest()


def ecdsa(key, hash_size, data):
    """(r, s)"""
    return utils.decode_dss_signature(key.sign(data, ec.ECDSA(HASHES[hash_size]())))


def fixed(key, r, s):
    """As JWS writes them: each as long as the order of the key's curve."""
    size = (key.key_size + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def signature(alg, key, data):
    kind, size = alg[:2], alg[2:5]
    if kind == "HS":
        return mac(key, size, data)
    if kind == "RS":
        return key.sign(data, padding.PKCS1v15(), HASHES[size]())
    if kind == "PS":
        digest = HASHES[size]
        return key.sign(data, padding.PSS(padding.MGF1(digest()), digest.digest_size), digest())
    if kind == "ES":
        return fixed(key, *ecdsa(key, size, data))
    return key.sign(data)


def compact(header, payload, sign):
    """Of texts or objects, encoded as they should be; `sign` turns the signing input into a signature."""
    parts = [part if isinstance(part, bytes) else json.dumps(part, separators=(",", ":"), ensure_ascii=False).encode()
             for part in (header, payload)]
    data = b".".join(b64(part) for part in parts)
    return data + b"." + b64(sign(data))


def signed(alg, header, payload, key=None):
    return compact(header, payload, lambda data: signature(alg, KEYS[key or KEY_OF[alg]], data))
