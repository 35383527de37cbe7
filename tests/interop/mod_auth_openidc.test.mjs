// mod_auth_openidc in Apache, as docs/clients.md has it.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { get } from "node:https";
import { after, before, test } from "node:test";
import { startHouse } from "../support/clients.mjs";

let house;

before(async () => {
  house = await startHouse("mod_auth_openidc");
  const at = (...names) => join(house.folder, ...names);
  mkdirSync(at("www/secure/managers"), { recursive: true });
  mkdirSync(at("www/secure/owners"));
  writeFileSync(at("www/index.html"), "Everybody may read this.");
  const page = '<!--#echo var="REMOTE_USER" -->|<!--#echo var="OIDC_CLAIM_name" -->|<!--#echo var="OIDC_CLAIM_email" -->|' +
    '<!--#echo var="OIDC_access_token" -->';
  for (const folder of ["", "managers/", "owners/"]) writeFileSync(at(`www/secure/${folder}index.shtml`), page);
  const modules = ["mpm_event", "authn_core", "authz_core", "authz_user", "dir", "mime", "include", "socache_shmcb", "ssl",
    "auth_openidc"];
  writeFileSync(at("apache.conf"), `
    ServerRoot ${house.folder}
    ServerName app.test:${house.port}
    PidFile apache.pid
    ErrorLog apache.log
    Listen 127.0.0.1:${house.port}
    ${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n    ")}
    User www-data
    Group www-data
    ServerLimit 1
    ThreadsPerChild 8
    MaxRequestWorkers 8
    SSLEngine on
    SSLCertificateFile ${house.tls.certificate}
    SSLCertificateKeyFile ${house.tls.key}
    DocumentRoot ${at("www")}
    DirectoryIndex index.html index.shtml
    TypesConfig /dev/null
    AddType text/html .html .shtml
    AddOutputFilter INCLUDES .shtml
    <Directory ${at("www")}>
      Options +Includes
    </Directory>
    OIDCCABundlePath ${house.tls.ca}
    ${house.code("apache")}`);
  const child = house.start("/usr/sbin/apache2", ["-D", "FOREGROUND", "-f", at("apache.conf")]);
  const answers = () => new Promise((resolve) => {
    get({ host: "127.0.0.1", port: house.port, path: "/", servername: "app.test", ca: readFileSync(house.tls.ca) },
      (answer) => resolve(answer.resume().statusCode === 200)).on("error", () => resolve(false));
  });
  for (let attempt = 0; !(await answers()); ++attempt) {
    if (child.exitCode !== null || attempt > 200) throw new Error(`Apache does not answer: ${readFileSync(at("apache.log"))}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
});
after(() => house?.stop());

test("mod_auth_openidc logs in, tells who it is, refreshes, and logs out of both", async () => {
  const page = await house.page();
  const facts = async () => (await page.textContent("body")).trim().split("|");
  await page.goto(`${house.app}/secure/`);
  await house.logIn(page);
  await page.waitForURL(`${house.app}/secure/`);
  const [who, name, email, token] = await facts();
  assert.ok(who.startsWith("usr_"));
  assert.ok(who.endsWith(`@${house.issuer.replace("https://", "")}`), who);
  assert.equal(name, "Alice Adler");
  assert.equal(email, "alice@example.com");

  assert.equal((await page.goto(`${house.app}/secure/managers/`)).status(), 200);
  assert.equal((await page.goto(`${house.app}/secure/owners/`)).status(), 401);

  const redirect = `${house.app}/secure/redirect_uri`;
  await page.goto(`${redirect}?${new URLSearchParams({ refresh: `${house.app}/secure/`, access_token: token })}`);
  await page.waitForURL(`${house.app}/secure/`);
  const renewed = (await facts())[3];
  assert.ok(renewed && renewed !== token);

  await page.goto(`${redirect}?${new URLSearchParams({ logout: `${house.app}/` })}`);
  await page.waitForURL(`${house.app}/`);
  assert.equal(await page.textContent("body"), "Everybody may read this.");
  await page.goto(`${house.app}/secure/`);
  await page.waitForSelector("#password");  // Tessera asks again
});
