// express-openid-connect, as docs/clients.md has it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { shown, startHouse } from "../support/clients.mjs";

let house;
before(async () => {
  house = await startHouse("express-openid-connect");
  await house.startNode();
});
after(() => house?.stop());

test("express-openid-connect logs in, refreshes, logs in silently, and logs out of both", async () => {
  const page = await house.page();
  await page.goto(`${house.app}/`);  // asks with prompt=none first
  assert.equal(await page.textContent("body"), "Not logged in");
  await page.goto(`${house.app}/profile`);
  await house.logIn(page);
  await page.waitForURL(`${house.app}/profile`);
  const { claims, userinfo } = await shown(page);
  assert.equal(claims.iss, house.issuer);
  assert.equal(claims.aud, "express");
  assert.equal(userinfo.sub, claims.sub);
  assert.equal(userinfo.name, "Alice Adler");
  assert.equal(userinfo.email, "alice@example.com");
  await page.goto(`${house.app}/refresh`);
  assert.deepEqual(await shown(page), { changed: true, expires_in: 300 });

  // the application forgets; Tessera still knows who is there
  await page.context().clearCookies({ domain: "app.test" });
  await page.goto(`${house.app}/`);
  assert.equal(await page.textContent("body"), "Logged in");

  await page.goto(`${house.app}/logout`);
  await page.waitForURL(`${house.app}/`);
  assert.equal(await page.textContent("body"), "Not logged in");
  await page.goto(`${house.app}/profile`);
  await page.waitForSelector("#password");  // Tessera asks again
});

test("its own default, the implicit flow, is refused by that name", async () => {
  const page = await house.page();
  const query = new URLSearchParams({ client_id: "express", response_type: "id_token", response_mode: "form_post", nonce: "n",
    scope: "openid profile email", redirect_uri: `${house.app}/callback` });
  await page.route(`${house.app}/callback`, (route) => route.fulfill({ body: route.request().postData() }));
  await page.goto(`${house.issuer}/authorize?${query}`);
  await page.waitForURL(`${house.app}/callback`);
  assert.equal(new URLSearchParams(await page.textContent("body")).get("error"), "unsupported_response_type");
});
