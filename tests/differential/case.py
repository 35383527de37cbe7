"""What a case is, and the words that every group of cases uses."""
import dataclasses
import random

ISS, AUD = "https://id.example.com", "https://api.example.com"
# A moment for those that can be told one. The others read the clock, so the times of tokens are far from it.
NOW = 1_800_000_000
PAST, ISSUED, FUTURE, END = 1_000_000_000, 1_700_000_000, 4_000_000_000, 4_102_444_800
CLAIMS = {"iss": ISS, "sub": "alice", "aud": AUD, "iat": ISSUED, "exp": END}


@dataclasses.dataclass
class Case:
    """Tokens of one kind: group/mutation/ALG. A verdict differs where it differs for one of them."""
    name: str
    tokens: list
    key: str  # of forge.KEYS
    algs: list  # the reader's allow-list; a peer is asked where it knows the first
    good: bool  # Tessera must accept all of them; else none
    op: str = "verify_jwt"
    form: str = ""  # of the reader's key: "" the one that the peer would rather have, "pem", "jwk"
    payload: bytes = None  # what Tessera must read, as octets or as JSON
    more: dict = dataclasses.field(default_factory=dict)  # other members of the request
    encs: list = dataclasses.field(default_factory=list)  # the allow-list of content encryptions
    asked: bool = True  # the peers too, not Tessera alone
    # The mutation is below the claims: a peer that reads no JWT is asked for the JWS.
    below_claims: bool = True


def rng(name):
    return random.Random(f"tessera {name}")  # the same in each run
