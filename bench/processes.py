"""Programs under measurement: each has one core to itself, the load has the other."""
import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
NODE = ROOT / "build/node/bin/node"
CORES = sorted(os.sched_getaffinity(0))


def on_core(index, command):
    return ["taskset", "--cpu-list", str(CORES[index % len(CORES)])] + [str(part) for part in command]


def output_of(command):
    return subprocess.run(command, cwd=ROOT / "bench", stdout=subprocess.PIPE, text=True, check=True).stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(command, port, health, env=None):
    """A server on one core, until `health` answers 200."""
    server = subprocess.Popen(on_core(0, command), env=dict(os.environ, **(env or {})), stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError):
                if urllib.request.urlopen(f"http://127.0.0.1:{port}{health}", timeout=2).status == 200:
                    break
            if server.poll() is not None or time.monotonic() > end:
                sys.exit(f"bench: {command[0]} did not start")
            time.sleep(0.05)
        yield server
    finally:
        server.terminate()
        server.wait()


@contextlib.contextmanager
def tessera(build, folder, port, config):
    path = pathlib.Path(folder) / "tessera.toml"
    path.write_text(config)
    with running([build / "tessera", "serve", "--config", path], port, "/healthz") as process:
        yield process


@contextlib.contextmanager
def provider(port, clients):
    """oidc-provider, with these clients (metadata as RFC 7591 names it) as JSON."""
    with running([NODE, ROOT / "bench/provider.mjs", port, clients], port, "/.well-known/openid-configuration",
                 {"NODE_ENV": "production"}) as process:
        yield process
