// The main job with its applications, for a browser: as `./dev run` starts it, and as a house with TLS would.
import { spawn, spawnSync } from "node:child_process";
import { X509Certificate, createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { get as getPlainly, request } from "node:http";
import { createServer, get as getSecurely } from "node:https";
import net from "node:net";
import { join } from "node:path";
import { binary, build, startDev, temporaryFolder } from "./tessera.mjs";

/** A port such that it and the next `count - 1` are free. */
export async function freePorts(count) {
  const listen = (port) =>
    new Promise((resolve) => {
      const server = net.createServer();
      server.once("error", () => resolve(null));
      server.listen(port, "127.0.0.1", () => resolve(server));
    });
  for (let attempt = 0; attempt < 50; ++attempt) {
    const first = await listen(0);
    const port = first.address().port;
    const others = await Promise.all(Array.from({ length: count - 1 }, (_, i) => listen(port + 1 + i)));
    for (const server of [first, ...others]) server?.close();
    if (others.every(Boolean)) return port;
  }
  throw new Error("no free ports");
}

/** Waits until something answers. */
export async function answers(url) {
  for (let attempt = 0; attempt < 200; ++attempt) {
    try {
      await fetch(url, { redirect: "manual" });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  throw new Error(`nothing answers at ${url}`);
}

/** Programs under a clock that the test moves: libfaketime reads the offset from a file, so they know nothing of it. */
function movableClock() {
  const clock = join(temporaryFolder(), "clock");
  const move = (seconds) => writeFileSync(clock, `+${seconds}\n`);
  move(0);
  const env = {
    LD_PRELOAD: `/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu/faketime/libfaketimeMT.so.1`,
    FAKETIME_TIMESTAMP_FILE: clock,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    DONT_FAKE_MONOTONIC: "1",
  };
  return { env, move };
}

/** The API and the two applications of `./dev run`: `site` gives the URL that people use for a name and a port. */
async function startApplications({ issuer, port, api, secret, site, env, more = [] }) {
  const children = [];
  const program = (name, at, args, secrets = {}) => {
    children.push(spawn(join(build, name), [...args, "--issuer", issuer, "--port", String(at), ...more],
      { env: { ...process.env, ...env, ...secrets }, stdio: "inherit" }));
    return answers(`http://127.0.0.1:${at}/`);
  };
  await program("example_api", port + 3, ["--audience", api]);
  for (const [offset, name] of [[1, "orders"], [2, "reports"]])
    await program(`example_${name}`, port + offset, ["--base-url", site(name, port + offset), "--client-id", name, "--api", api],
      { CLIENT_SECRET: secret(name) });
  return () => children.forEach((child) => child.kill("SIGKILL"));
}

/** The issuer, the two applications and the API of `./dev run`. */
export async function startDemo() {
  const port = await freePorts(6);
  const clock = movableClock();
  const issuer = await startDev(["--port", String(port)], clock.env);
  const api = `http://api.localhost:${port + 3}`;
  const site = (name, at) => `http://${name}.localhost:${at}`;
  const stopApplications = await startApplications({
    issuer: issuer.issuer, port, api, site, env: clock.env, secret: (name) => issuer.client(name).client_secret,
  });
  return {
    ...issuer,
    orders: `${site("orders", port + 1)}/`,
    reports: `${site("reports", port + 2)}/`,
    api,
    moveClock: clock.move,
    stop: async () => {
      stopApplications();
      await issuer.stop();
    },
  };
}

/** Starts `tessera serve` on a configuration file's text, waits until it is healthy, and gives what stops it. */
export async function startServe(folder, config, issuer, env, ca) {
  writeFileSync(join(folder, "tessera.toml"), config);
  const child = spawn(binary, ["serve", "--config", join(folder, "tessera.toml")],
    { env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (data) => (log += data));
  const healthy = () =>
    new Promise((resolve) => {
      const get = issuer.startsWith("https:") ? getSecurely : getPlainly;
      get(`${issuer}/healthz`, { ca }, (answer) => resolve(answer.resume().statusCode === 200)).on("error", () => resolve(false));
    });
  for (let attempt = 0; !(await healthy()); ++attempt) {
    if (child.exitCode !== null || attempt > 400) throw new Error(`tessera serve is not healthy: ${log}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const stop = () =>
    new Promise((resolve) => {
      child.once("exit", resolve);
      child.kill("SIGTERM");
    });
  return Object.assign(stop, { signal: (name) => child.kill(name), log: () => log });
}

export const alice = { username: "alice", password: "correct horse battery" };

/** `tessera serve` over plain HTTP at a port of its own, with alice and what `more` declares. */
export async function startIssuer(more) {
  const port = await freePorts(1), issuer = `http://localhost:${port}`, folder = temporaryFolder();
  const stop = await startServe(folder, `
    issuer = "${issuer}"
    listen = "127.0.0.1:${port}"
    [[user]]
    username = "${alice.username}"
    password = "${alice.password}"
    name = "Alice Adler"
    ${more}`, issuer);
  return { issuer, folder, stop };
}

/** A certificate authority of this run's own, and a certificate of its for `names`: PEM files in `folder`. */
export function certificates(folder, names) {
  const openssl = (...args) => {
    const done = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
    if (done.status !== 0) throw new Error(done.stderr);
    return done.stdout;
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];
  openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Tessera test CA", "-days", "2");
  openssl("req", ...key, "-keyout", "tls.key", "-out", "tls.csr", "-subj", `/CN=${names[0]}`,
    "-addext", `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`);
  openssl("x509", "-req", "-in", "tls.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-copy_extensions", "copy", "-days", "2",
    "-out", "tls.pem");
  const file = (name) => join(folder, name);
  const publicKey = new X509Certificate(readFileSync(file("tls.pem"))).publicKey.export({ type: "spki", format: "der" });
  return { ca: file("ca.pem"), certificate: file("tls.pem"), key: file("tls.key"),
    spki: createHash("sha256").update(publicKey).digest("base64") };
}

/** A proxy that ends TLS at one port, in front of an application at another. */
export function startTlsProxy(tls, at, to) {
  const server = createServer({ cert: readFileSync(tls.certificate), key: readFileSync(tls.key) }, (incoming, outgoing) => {
    const { method, url } = incoming;
    const headers = { ...incoming.headers, "x-forwarded-proto": "https" };
    incoming.pipe(request({ host: "127.0.0.1", port: to, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    }));
  });
  return server.listen(at, "127.0.0.1");
}

/**
 * The same as a house would run it: `tessera serve` with a configuration file and TLS of its own, the applications behind
 * a proxy that ends TLS, every one a site of its own. `chromium` holds the arguments by which a browser finds and trusts them.
 */
export async function startSecureDemo() {
  const folder = temporaryFolder();
  const port = await freePorts(6), proxies = port + 4;
  const tls = certificates(folder, ["localhost", "orders.test", "reports.test"]);
  const clock = movableClock();
  const issuer = `https://localhost:${port}`;
  const api = `http://api.localhost:${port + 3}`;
  const site = (name) => `https://${name}.test:${proxies + (name === "orders" ? 0 : 1)}`;
  const secrets = { orders: "o".repeat(43), reports: "r".repeat(43), alice: "correct horse battery" };
  const client = (name) => `
    [[client]]
    id = "${name}"
    secret = "${secrets[name]}"
    redirect_uris = ["${site(name)}/callback"]
    post_logout_redirect_uris = ["${site(name)}/"]
    scopes = ["openid", "profile", "roles", "offline_access"]
    access = [{ audience = "${api}", permissions = ["*"] }]
    scope_need = "none"
    `;
  const stopIssuer = await startServe(folder, `
    issuer = "${issuer}"
    listen = "127.0.0.1:${port}"
    [tls]
    certificate = "tls.pem"
    key = "tls.key"
    [[resource_server]]
    audience = "${api}"
    permissions = ["orders:read", "reports:read"]
    [[role]]
    name = "manager"
    permissions = { "${api}" = ["orders:read", "reports:read"] }
    [[user]]
    username = "alice"
    password = "${secrets.alice}"
    name = "Alice Adler"
    roles = ["manager"]
    ${client("orders")}${client("reports")}`, issuer, clock.env, readFileSync(tls.ca));
  const stopApplications = await startApplications({
    issuer, port, api, site, env: clock.env, secret: (name) => secrets[name], more: ["--ca", tls.ca],
  });
  const servers = [0, 1].map((i) => startTlsProxy(tls, proxies + i, port + 1 + i));
  return {
    issuer,
    orders: `${site("orders")}/`,
    reports: `${site("reports")}/`,
    user: (username) => ({ username, password: secrets[username] }),
    chromium: ["--host-resolver-rules=MAP *.test 127.0.0.1", `--ignore-certificate-errors-spki-list=${tls.spki}`],
    moveClock: clock.move,
    stop: async () => {
      for (const server of servers) server.close(), server.closeAllConnections();
      stopApplications();
      await stopIssuer();
    },
  };
}
