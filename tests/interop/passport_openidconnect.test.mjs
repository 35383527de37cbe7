// passport-openidconnect with Express, as docs/clients.md has it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { shown, startHouse } from "../support/clients.mjs";

let house;
before(async () => {
  house = await startHouse("passport-openidconnect");
  await house.startNode();
});
after(() => house?.stop());

test("passport-openidconnect logs in, shows who it is, and logs out of both", async () => {
  const page = await house.page();
  await page.goto(`${house.app}/profile`);
  await house.logIn(page);
  await page.waitForURL(`${house.app}/profile`);
  const { issuer, profile } = await shown(page);
  assert.equal(issuer, house.issuer);
  assert.match(profile.id, /^usr_/);
  assert.equal(profile.displayName, "Alice Adler");  // from userinfo
  assert.deepEqual(profile.emails, [{ value: "alice@example.com" }]);

  await page.goto(`${house.app}/logout`);
  await page.waitForURL(`${house.app}/`);
  assert.equal(await page.textContent("body"), "Not logged in");
  await page.goto(`${house.app}/login`);
  await page.waitForSelector("#password");  // Tessera asks again
});
