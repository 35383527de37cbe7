"""How long each endpoint takes at a fixed load, of Tessera and of oidc-provider (npm), in one run.

Both get the same requests from the same generator at the same rate, in turn, round after round. The load is open: a
request is sent at its moment, answered or not what came before, and its time counts from that moment, so that a server
that is late pays for everyone who waits. What a window needs (codes, refresh tokens) is what the window before it gave.
"""
import base64
import collections
import dataclasses
import gc
import hashlib
import http.client
import itertools
import json
import math
import os
import re
import select
import socket
import statistics
import sys
import tempfile
import time
import typing
import urllib.parse

import processes

RATE = 200         # requests a second, unless said: what both hold on one core with ease
ROUNDS = 5
SECONDS = 3        # of load, a round
CONNECTIONS = 64   # kept open; a request that finds none free waits, and its time runs
USERS = 100        # each with one session: Tessera gives one user at most 20 logins at once
GRANTS = 10        # of one session and client, as Tessera keeps them; an eleventh would end the first

AUDIENCE = "https://api.example.com"
CALLBACK = "https://app.example.com/cb"
SECRET = "a-secret-of-more-than-32-characters"
VERIFIER = "a-verifier-of-43-to-128-characters-that-never-changes"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
GRANT_TYPES = ["authorization_code", "refresh_token", "client_credentials", DEVICE_CODE]


# The house, as each server is told of it.

def tessera_config(port, clients, keys):
    access = [{"audience": AUDIENCE, "permissions": ["*"]}]
    sections = [f"""
issuer = "http://127.0.0.1:{port}"
listen = "127.0.0.1:{port}"
trusted_proxies = ["127.0.0.1/32"]
[[resource_server]]
audience = "{AUDIENCE}"
permissions = ["orders:read"]
scopes = {{ "orders:read" = ["orders:read"] }}
[[role]]
name = "reader"
permissions = {{ "{AUDIENCE}" = ["orders:read"] }}
[[trusted_issuer]]
issuer = "https://idp.example.net"
jwks = '{json.dumps(keys)}'
clients = {json.dumps(clients)}
"""]
    for number in range(USERS):
        sections.append(f"""
[[user]]
username = "user{number}"
password = "{SECRET}"
email = "user{number}@example.com"
email_verified = true
roles = ["reader"]
""")
    for client in clients:
        sections.append(f"""
[[client]]
id = "{client}"
secret = "{SECRET}"
grant_types = {json.dumps([*GRANT_TYPES, EXCHANGE, JWT_BEARER])}
redirect_uris = ["{CALLBACK}"]
scopes = ["openid", "email", "orders:read"]
access = [{{ audience = "{AUDIENCE}", permissions = ["*"] }}]
roles = ["reader"]
id_token_alg = "ES256"
""")
    return "".join(sections)


def peer_clients(clients):
    return [{"client_id": client, "client_secret": SECRET, "redirect_uris": [CALLBACK], "grant_types": GRANT_TYPES}
            for client in clients]


# Requests and answers, as octets.

def request(method, path, headers, body=b""):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines + ["", ""]).encode() + body


def get(path, query=(), **headers):
    return request("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""), headers)


def post(path, client, form, headers={}):
    proof = base64.b64encode(f"{client}:{SECRET}".encode()).decode()
    return request("POST", path, {"Authorization": f"Basic {proof}", **headers}, urllib.parse.urlencode(form).encode())


def is_whole(answer):
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return len(body) >= int(length[1]) if length else answer.endswith(b"0\r\n\r\n")  # else chunked


def body_of(answer):
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def hidden_of(answer):
    return dict(re.findall('<input type="hidden" name="([^"]+)" value="([^"]+)"', answer.decode()))


def code_of(answer):
    location = re.search(rb"(?i)\r\nlocation: *([^\r]+)", answer)[1].decode()
    return urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0]


@dataclasses.dataclass
class Window:
    seconds: list   # a request, from the moment at which it was due
    answers: list
    held: bool      # whether the server was done when the load was


def offer(port, requests, rate):
    """Sends each request at its moment. Looks all the time, not now and then: this core is the generator's alone."""
    window = Window([0.0] * len(requests), [b""] * len(requests), False)
    sockets = {}
    poll = select.epoll()
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sockets[connection.fileno()] = connection
        poll.register(connection.fileno(), select.EPOLLIN)
    free = collections.deque(sockets)
    waits_for = {}  # connection: number of the request
    gc.disable()
    start = time.perf_counter() + 0.01
    sent = done = 0
    while done < len(requests):
        while free and sent < len(requests) and start + sent / rate <= time.perf_counter():
            connection = free.popleft()
            sockets[connection].sendall(requests[sent])
            waits_for[connection] = sent
            sent += 1
        for connection, _ in poll.poll(0):
            number = waits_for[connection]
            part = sockets[connection].recv(65536)
            if not part:
                sys.exit(f"bench: a connection was closed instead of an answer to {requests[number][:300]}")
            window.answers[number] += part
            if is_whole(window.answers[number]):
                window.seconds[number] = time.perf_counter() - (start + number / rate)
                del waits_for[connection]
                free.append(connection)
                done += 1
    window.held = time.perf_counter() - start < len(requests) / rate + 0.5
    gc.enable()
    poll.close()
    for connection in sockets.values():
        connection.close()
    return window


# What is asked, window after window.

class House:
    """One server: the sessions of its users, and the answers of the windows so far."""

    def __init__(self, name, port, rate, clients, assertions=()):
        self.name, self.port, self.rate, self.count = name, port, rate, rate * SECONDS
        self.userinfo_client, *self.clients = clients
        self.assertions = iter(assertions)
        self.cookies = [log_in(port, f"user{number}", self.userinfo_client) for number in range(USERS)]
        self.addresses = (f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in itertools.count())
        self.turns = itertools.cycle(itertools.product(self.clients, self.cookies))
        self.answers = {}

    def next(self, count):
        return list(itertools.islice(self.turns, count))

    def prepared(self, requests):
        """The answers, as fast as they come: nothing is measured."""
        return offer(self.port, requests, math.inf).answers

    def from_elsewhere(self):
        """Tessera lets one address ask for few device codes: each of these comes from another, by way of a proxy."""
        return {"X-Forwarded-For": next(self.addresses)}

    def codes(self):
        return zip((client for client, _ in self.asked), map(code_of, self.answers["authorize"]))

    def tokens(self):
        return zip((client for client, _ in self.asked), map(body_of, self.answers["token: authorization_code"]))

    def prepare(self):
        """Tokens for userinfo and introspection. oidc-provider knows there only those that are for no resource server,
        which are no JWTs; Tessera takes its JWTs."""
        client = self.userinfo_client
        asked = [get("/authorize", authorization(client), Cookie=cookie) for cookie in self.cookies]
        redeemed = [post("/token", client, redemption(code_of(answer))) for answer in self.prepared(asked)]
        self.held = itertools.cycle([body_of(answer)["access_token"] for answer in self.prepared(redeemed)])


def authorization(client):
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
    return {"response_type": "code", "client_id": client, "redirect_uri": CALLBACK, "scope": "openid email orders:read",
            "resource": AUDIENCE, "state": "a-state", "nonce": "a-nonce", "code_challenge": challenge,
            "code_challenge_method": "S256"}


def redemption(code, **more):
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER,
            **more}


def authorize(house):
    house.asked = house.next(house.count)
    return [get("/authorize", authorization(client), Cookie=cookie) for client, cookie in house.asked]


def par(house):
    return [post("/par", client, authorization(client)) for client, _ in house.asked]


def authorization_code(house):
    return [post("/token", client, redemption(code, resource=AUDIENCE)) for client, code in house.codes()]


def refresh_token(house):
    return [post("/token", client, {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"],
                                    "resource": AUDIENCE}) for client, tokens in house.tokens()]


def client_credentials(house):
    return [post("/token", client, {"grant_type": "client_credentials", "scope": "orders:read", "resource": AUDIENCE})
            for client, _ in house.asked]


def device_authorization(house):
    return [post("/device_authorization", client, {"scope": "openid email orders:read", "resource": AUDIENCE},
                 house.from_elsewhere()) for client, _ in house.asked]


def submit(house, cookie, form):
    origin = f"http://127.0.0.1:{house.port}"
    return request("POST", "/device", {"Cookie": cookie, "Origin": origin, **house.from_elsewhere()},
                   urllib.parse.urlencode(form).encode())


def allow_devices(house, user_codes):
    """Each session types a code, and says yes to what it is then asked; at a time a session has one such page."""
    waiting = list(zip((cookie for _, cookie in house.asked), user_codes))
    for first in range(0, len(waiting), USERS):
        some = waiting[first:first + USERS]
        pages = house.prepared([get("/device", Cookie=cookie) for cookie, _ in some])
        pages = house.prepared([submit(house, cookie, {**hidden_of(page), "user_code": code})
                                for (cookie, code), page in zip(some, pages)])
        house.prepared([submit(house, cookie, {**hidden_of(page), "decision": "allow"})
                        for (cookie, _), page in zip(some, pages)])


def device_code(house):
    codes = [body_of(answer) for answer in house.answers["device_authorization"]]
    allow_devices(house, [code["user_code"] for code in codes])
    return [post("/token", client, {"grant_type": DEVICE_CODE, "device_code": code["device_code"],
                                    "resource": AUDIENCE}) for (client, _), code in zip(house.asked, codes)]


def token_exchange(house):
    return [post("/token", client, {"grant_type": EXCHANGE, "subject_token": tokens["access_token"],
                                    "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
                                    "resource": AUDIENCE}) for client, tokens in house.tokens()]


def jwt_bearer(house):
    return [post("/token", client, {"grant_type": JWT_BEARER, "assertion": assertion, "resource": AUDIENCE})
            for (client, _), assertion in zip(house.asked, house.assertions)]


def userinfo(house):
    return [get("/userinfo", Authorization=f"Bearer {token}") for token in itertools.islice(house.held, house.count)]


def introspect(house):
    return [post("/introspect", house.userinfo_client, {"token": token})
            for token in itertools.islice(house.held, house.count)]


def jwks(house):
    return [get("/jwks")] * house.count


@dataclasses.dataclass
class Endpoint:
    name: str
    requests: typing.Callable  # of a house
    right: bytes               # stands in every answer that is right
    peer: bool = True          # whether oidc-provider has it


ENDPOINTS = [
    Endpoint("authorize", authorize, b"/cb?code="),
    Endpoint("par", par, b'"request_uri":'),
    Endpoint("token: authorization_code", authorization_code, b'"id_token":'),
    Endpoint("token: refresh_token", refresh_token, b'"id_token":'),
    Endpoint("token: client_credentials", client_credentials, b'"access_token":'),
    Endpoint("device_authorization", device_authorization, b'"user_code":'),
    Endpoint("token: device_code", device_code, b'"id_token":'),
    Endpoint("token: token-exchange", token_exchange, b'"access_token":', peer=False),
    Endpoint("token: jwt-bearer", jwt_bearer, b'"access_token":', peer=False),
    Endpoint("userinfo", userinfo, b'"email":'),
    Endpoint("introspect", introspect, b'"active":true'),
    Endpoint("jwks: HTTP alone", jwks, b'"keys":'),
]


def log_in(port, user, client):
    """As a browser: follows redirects and fills the form until the application is reached. The cookies that it has."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    cookies = {}
    method, form = "GET", None
    path = "/authorize?" + urllib.parse.urlencode({**authorization(client), "login_hint": user})
    for _ in range(6):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
                   "Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{port}"}
        connection.request(method, path, form, headers)
        response = connection.getresponse()
        page = response.read().decode()
        for line in response.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            cookies[name] = value
        method, form, path = "GET", None, response.headers.get("Location", "").removeprefix(f"http://127.0.0.1:{port}")
        if path.startswith(CALLBACK):
            return "; ".join(f"{name}={value}" for name, value in cookies.items() if value)
        if response.status == 200:
            interaction = re.search(r'name="interaction" value="([^"]+)"', page)[1]
            method, path = "POST", "/login"
            form = urllib.parse.urlencode({"interaction": interaction, "username": user, "password": SECRET})
        elif response.status not in (302, 303):
            break
    sys.exit(f"bench: no login at port {port}: {response.status} {page[:300]}")


def check_tokens(house, tokens):
    """That the servers do the same work: what they give is signed, and lives, alike."""
    for name, wanted in (("access_token", {"alg": "ES256", "typ": "at+jwt", "aud": AUDIENCE, "lifetime": 300}),
                         ("id_token", {"alg": "ES256", "lifetime": 300})):
        if name in tokens:
            header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in tokens[name].split(".")[:2])
            said = {**claims, **header, "lifetime": claims["exp"] - claims["iat"]}
            got = {key: said.get(key) for key in wanted}
            if got != wanted:
                sys.exit(f"bench: the {name} of {house.name} is {got}, not {wanted}")


def measure(endpoint, house):
    window = offer(house.port, endpoint.requests(house), house.rate)
    for answer in window.answers:
        if endpoint.right not in answer:
            sys.exit(f"bench: {house.name} refused {endpoint.name}: {answer[:600].decode(errors='replace')}")
    house.answers[endpoint.name] = window.answers
    if endpoint.peer and endpoint.name.startswith("token: "):
        check_tokens(house, body_of(window.answers[0]))
    percentiles = statistics.quantiles(window.seconds, n=100)
    return percentiles[49] * 1e6, percentiles[98] * 1e6, window.held


def report(rate, results):
    print(f"\n{f'µs at {rate} requests/s, one core,':28} {'tessera':>17} {'oidc-provider':>19} {'ratio':>15}")
    print(f"{f'median of {ROUNDS} rounds':28} {'p50':>8} {'p99':>8} {'p50':>10} {'p99':>8} {'p50':>7} {'p99':>7}")
    late = False
    for endpoint in ENDPOINTS:
        mine, other = (results.get((endpoint.name, who)) for who in ("tessera", "oidc-provider"))
        held = all(round[2] for round in mine + (other or []))
        late = late or not held
        p50, p99 = (statistics.median(round[i] for round in mine) for i in (0, 1))
        line = f"{endpoint.name + ('' if held else ' *'):28} {p50:8.0f} {p99:8.0f}"
        if other:
            peer50, peer99 = (statistics.median(round[i] for round in other) for i in (0, 1))
            line += f" {peer50:10.0f} {peer99:8.0f} {peer50 / p50:6.1f}x {peer99 / p99:6.1f}x"
        print(line)
    if late:
        print("* one of them did not hold this rate: what is shown is its queue")
    print("tessera commits to SQLite on disk; oidc-provider keeps everything in memory, and its tokens for userinfo\n"
          "and introspection are no JWTs. A row without a ratio is a grant that oidc-provider does not have.")


def compare(build, rate):
    os.sched_setaffinity(0, {processes.CORES[1]})  # for the load, which is this process
    own, peer = processes.free_port(), processes.free_port()
    codes = (ROUNDS + 1) * rate * SECONDS  # and as many device codes
    clients = [f"bench{number}" for number in range(1 + math.ceil(2 * codes / (USERS * GRANTS)))]
    made = json.loads(processes.output_of(
        [processes.NODE, "assertions.mjs", f"http://127.0.0.1:{own}", str(USERS), str(codes)]))
    with tempfile.TemporaryDirectory() as folder, \
            processes.tessera(build, folder, own, tessera_config(own, clients, made["keys"])), \
            processes.provider(peer, json.dumps(peer_clients(clients))):
        houses = [House("tessera", own, rate, clients, made["assertions"]), House("oidc-provider", peer, rate, clients)]
        for house in houses:  # each client becomes known to each session
            pairs = house.next(len(house.clients) * USERS)
            house.prepared([get("/authorize", authorization(client), Cookie=cookie) for client, cookie in pairs])
        results = {}
        for number in range(ROUNDS + 1):
            for house in houses:
                house.prepare()
            for endpoint in ENDPOINTS:
                for house in houses if number % 2 else reversed(houses):
                    if house.name == "tessera" or endpoint.peer:
                        result = measure(endpoint, house)
                        if number:  # the first warms up
                            results.setdefault((endpoint.name, house.name), []).append(result)
    report(rate, results)
