"""Encrypted tokens that no decent library would make: any header, any part, under keys of forge.py."""
import dataclasses
import json

import forge
from cryptography.hazmat.primitives import hashes, hmac, keywrap, padding as pkcs7
from cryptography.hazmat.primitives.asymmetric import ec, padding, x448, x25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from forge import KEYS, b64, derived

ENCS = {"A128GCM": 16, "A192GCM": 24, "A256GCM": 32, "A128CBC-HS256": 32, "A192CBC-HS384": 48, "A256CBC-HS512": 64}
SIZES = {"128": 16, "192": 24, "256": 32}
OAEP = {"RSA-OAEP": hashes.SHA1, "RSA-OAEP-256": hashes.SHA256, "RSA-OAEP-384": hashes.SHA384,
        "RSA-OAEP-512": hashes.SHA512}
PBES2 = {"PBES2-HS256+A128KW": 16, "PBES2-HS384+A192KW": 24, "PBES2-HS512+A256KW": 32}
AGREED = {"ECDH-ES": None, "ECDH-ES+A128KW": 16, "ECDH-ES+A192KW": 24, "ECDH-ES+A256KW": 32}
KEY_ALGS = ["dir", *(f"A{size}KW" for size in SIZES), *(f"A{size}GCMKW" for size in SIZES), *OAEP, *AGREED, *PBES2]
# Ephemeral keys of P-256, found by trying: whose x begins with a zero octet, whose product with the key p256 does.
ZERO_IN_X, ZERO_IN_PRODUCT = 20, 470
ROUNDS = 1000  # of PBES2, the fewest that anybody should ask for


def key_of(alg, enc):
    """The key that such tokens are for."""
    if alg == "dir":
        return f"oct{ENCS[enc]}"
    if alg in PBES2:
        return "password"
    return "rsa" if alg[:3] == "RSA" else "p256" if alg in AGREED else f"oct{SIZES[alg[1:4]]}"


# ── content ─────────────────────────────────────────────────────────────────────────────────────────────────────────

def encrypted(enc, cek, iv, plaintext, aad):
    """(ciphertext, tag)"""
    if enc.endswith("GCM"):
        sealed = AESGCM(cek).encrypt(iv, plaintext, aad)
        return sealed[:-16], sealed[-16:]
    half = ENCS[enc] // 2
    padder = pkcs7.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(cek[half:]), modes.CBC(iv)).encryptor()
    ciphertext = cipher.update(padder.update(plaintext) + padder.finalize()) + cipher.finalize()
    return ciphertext, mac(enc, cek, aad, iv, ciphertext)[:half]


def mac(enc, cek, aad, iv, ciphertext):
    """Of AES_CBC_HMAC_SHA2, not yet truncated."""
    made = hmac.HMAC(cek[:ENCS[enc] // 2], forge.HASHES[enc[-3:]]())
    made.update(aad + iv + ciphertext + (8 * len(aad)).to_bytes(8, "big"))
    return made.finalize()


# ── its key ─────────────────────────────────────────────────────────────────────────────────────────────────────────

def with_length(octets):
    return len(octets).to_bytes(4, "big") + octets


def ephemeral(key, which=""):
    """Of the recipient's curve, and always the same: nothing here is a secret."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return forge.ec_from(f"ephemeral {key.curve.name}{which}", type(key.curve))
    if isinstance(key, x25519.X25519PrivateKey):
        return x25519.X25519PrivateKey.from_private_bytes(derived("ephemeral X25519"))
    return x448.X448PrivateKey.from_private_bytes(derived("ephemeral X448", 56))


def agreed(alg, enc, key, mine, apu, apv):
    public = key.public_key()
    shared = mine.exchange(ec.ECDH(), public) if isinstance(key, ec.EllipticCurvePrivateKey) else mine.exchange(public)
    return derive(alg, enc, shared, apu, apv)


def derive(alg, enc, shared, apu=b"", apv=b""):
    """RFC 7518 section 4.6.2"""
    size = AGREED[alg] or ENCS[enc]
    info = b"".join(map(with_length, ((enc if alg == "ECDH-ES" else alg).encode(), apu, apv)))
    return ConcatKDFHash(hashes.SHA256(), size, info + (8 * size).to_bytes(4, "big")).derive(shared)


def stretched(alg, password, salt, rounds):
    digest = forge.HASHES[alg[8:11]]()
    return PBKDF2HMAC(digest, PBES2[alg], alg.encode() + b"\0" + salt, rounds).derive(password)


@dataclasses.dataclass
class How:
    """What a token is made with, where it is not the usual."""
    key: str = ""
    cek: bytes = None
    iv: bytes = None
    apu: bytes = b""
    apv: bytes = b""
    salt: bytes = derived("salt", 16)
    rounds: int = ROUNDS
    oaep: object = None  # the hash
    ephemeral: object = ""  # which of them
    wrapping_iv: bytes = derived("wrapping iv", 12)  # of A*GCMKW


def managed(alg, enc, cek, how):
    """(content key, encrypted key, members of the header)"""
    key = KEYS[how.key or key_of(alg, enc)]
    if alg == "dir":
        return key, b"", {}
    if alg in OAEP:
        digest = how.oaep or OAEP[alg]
        return cek, key.public_key().encrypt(cek, padding.OAEP(padding.MGF1(digest()), digest(), None)), {}
    if alg in AGREED:
        mine = ephemeral(key, how.ephemeral)
        wrapping = agreed(alg, enc, key, mine, how.apu, how.apv)
        members = {"epk": forge.public_jwk(mine)}
        members |= {name: b64(value).decode() for name, value in (("apu", how.apu), ("apv", how.apv)) if value}
        return (wrapping, b"", members) if alg == "ECDH-ES" else (cek, wrapped(wrapping, cek), members)
    if alg in PBES2:
        members = {"p2s": b64(how.salt).decode(), "p2c": how.rounds}
        return cek, wrapped(stretched(alg, key, how.salt, how.rounds), cek), members
    if alg.endswith("GCMKW"):
        sealed = AESGCM(key).encrypt(how.wrapping_iv, cek, b"")
        return cek, sealed[:-16], {"iv": b64(how.wrapping_iv).decode(), "tag": b64(sealed[-16:]).decode()}
    return cek, wrapped(key, cek), {}


def wrapped(key, cek):
    return keywrap.aes_key_wrap(key, cek) if len(cek) >= 16 and len(cek) % 8 == 0 else b"\0" * 24


# ── tokens ──────────────────────────────────────────────────────────────────────────────────────────────────────────

@dataclasses.dataclass
class Parts:
    """A token's octets, in the order of the compact serialization."""
    header: bytes
    encrypted_key: bytes
    iv: bytes
    ciphertext: bytes
    tag: bytes

    def texts(self):
        return [b64(part) for part in dataclasses.astuple(self)]

    def compact(self, **instead):
        return b".".join(dataclasses.replace(self, **instead).texts())


def as_text(members):
    return json.dumps(members, separators=(",", ":"), ensure_ascii=False)


def parts(alg, enc, plaintext, header=as_text, aad=None, how=How()):
    """`header` turns the members into the protected header's text, which the tag then covers as it stands."""
    cek = how.cek if how.cek is not None else derived(f"cek {enc}", ENCS[enc])
    cek, encrypted_key, members = managed(alg, enc, cek, how)
    text = header({"alg": alg, "enc": enc} | members)
    text = text.encode() if isinstance(text, str) else text
    iv = how.iv or derived("iv", 12 if enc.endswith("GCM") else 16)
    covered = b64(text) + (b"." + b64(aad) if aad else b"")
    return Parts(text, encrypted_key, iv, *encrypted(enc, cek, iv, plaintext, covered))


def has_a_zero_in_front(token, key):
    """Whether what ECDH on P-256 or P-384 gives begins with a zero octet, as one time in 256 it does.

    rnbyc then derives another key than everybody else. That is a case of its own, not one by chance.
    """
    if token.count(b".") != 4:
        return False
    epk = json.loads(forge.unb64(token.partition(b".")[0])).get("epk", {})
    curve = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1}.get(epk.get("crv"))
    if not curve:
        return False
    public = ec.EllipticCurvePublicNumbers(forge.number(epk["x"]), forge.number(epk["y"]), curve()).public_key()
    return KEYS[key].exchange(ec.ECDH(), public)[0] == 0
