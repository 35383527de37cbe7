// A person in Chromium: issuer and applications are different sites (names under .localhost), each page is looked at by
// axe and kept as a picture in the build folder.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { fillLogin, launchChromium, look, phone, withPage as withPageOf } from "../support/chromium.mjs";
import { startDemo, startSecureDemo } from "../support/demo.mjs";

let demo, chrome;
const withPage = (options, story) => withPageOf(chrome, options, story);

before(async () => {
  demo = await startDemo();
  chrome = await launchChromium();
});
after(async () => {
  await chrome?.close();
  await demo?.stop();
});

async function logIn(page, user, url = demo.orders) {
  await page.goto(url);
  await page.click("text=Log in");
  await fillLogin(page, user);
  await page.waitForSelector("#name");
}

/** Logged in to orders, one is let into reports; logged out, out of both. The clock then stands `later` seconds ahead. */
async function singleSignOn(page, house, later, { javaScriptEnabled = true } = {}) {
  await logIn(page, house.user("alice"), house.orders);
  assert.ok((await page.textContent("#roles")).includes("manager"));
  assert.ok(await page.isVisible("#items"));

  await page.goto(house.reports);
  await page.click("text=Log in");
  await page.waitForSelector("#name");  // no password in between
  assert.ok(await page.isVisible("#items"));

  await page.goto(house.orders);
  await page.click("text=Log out");
  if (!javaScriptEnabled) await page.click("button[type=submit]");
  await page.waitForURL(house.orders);
  assert.ok(await page.isVisible("text=You are not logged in."));

  // reports holds tokens that are still good; it notices at its next refresh
  await page.goto(house.reports);
  assert.ok(await page.isVisible("#name"));
  house.moveClock(later);
  await page.goto(house.reports);
  assert.ok(await page.isVisible("text=You have been logged out."));
}

test("every page of the applications can be used by everybody", async () => {
  await withPage({}, async (page) => {
    await page.goto(demo.orders);
    await look(page, "orders-first");
    await logIn(page, demo.user("bob"));
    await look(page, "orders");
    await page.click("text=Add one");
    await page.waitForSelector("#refused");
    await look(page, "orders-refused");
  });
});

test("with script: a login in orders lets one into reports, and a logout out of both", () =>
  withPage({}, (page) => singleSignOn(page, demo, 301)));

test("without script: the same", () =>
  withPage({ javaScriptEnabled: false }, (page) => singleSignOn(page, demo, 602, { javaScriptEnabled: false })));

test("over TLS, on domains of their own: the same, with cookies that nobody else can set", async () => {
  const house = await startSecureDemo();
  const browser = await launchChromium(house.chromium);
  try {
    const page = await browser.newPage({ viewport: phone });
    page.setDefaultTimeout(10_000);
    await logIn(page, house.user("alice"), house.orders);
    const cookies = (await page.context().cookies(house.issuer)).filter(({ domain }) => domain === "localhost");
    assert.ok(cookies.length > 0);
    for (const { name, secure, httpOnly, sameSite, path } of cookies) {
      assert.match(name, /^__Host-/);
      assert.deepEqual({ secure, httpOnly, sameSite, path }, { secure: true, httpOnly: true, sameSite: "Lax", path: "/" });
    }
    await page.context().clearCookies();
    await singleSignOn(page, house, 301);
  } finally {
    await browser.close();
    await house.stop();
  }
});

test("a missing permission is refused with the reason", async () => {
  await withPage({}, async (page) => {
    await logIn(page, demo.user("bob"));
    await page.click("text=Add one");
    assert.ok((await page.textContent("#refused")).includes("orders:write"));
  });
});

test("wrong password and unknown user look the same", async () => {
  await withPage({}, async (page) => {
    await page.goto(demo.orders);
    await page.click("text=Log in");
    await look(page, "login-first");
    const seen = [];
    for (const username of ["alice", "nobody"]) {
      await page.fill("#username", username);
      await page.fill("#password", "not the password");
      const [response] = await Promise.all([page.waitForNavigation(), page.click("button[type=submit]")]);
      assert.equal(await page.inputValue("#username"), username);
      assert.equal(await page.inputValue("#password"), "");
      assert.equal(await page.getAttribute("#password", "aria-invalid"), "true");
      assert.equal(await page.evaluate(() => document.activeElement.id), "password");
      seen.push([response.status(), await page.textContent("#error"), await page.title()]);
      await look(page, "login-error");
    }
    assert.deepEqual(seen[0], seen[1]);
  });
});

test("a tampered interaction is refused, and nobody is redirected", async () => {
  await withPage({}, async (page) => {
    await page.goto(demo.orders);
    await page.click("text=Log in");
    await page.evaluate(() => {
      const field = document.querySelector("input[name=interaction]");
      field.value = field.value.slice(0, -3) + (field.value.at(-3) === "A" ? "B" : "A") + field.value.slice(-2);
    });
    await fillLogin(page, demo.user("alice"));
    await page.waitForSelector("text=This page has expired");
    assert.ok(page.url().startsWith(demo.issuer));
    await look(page, "error-interaction");
  });
});

test("an unregistered address gets a page, not a redirect", async () => {
  await withPage({}, async (page) => {
    await page.goto(`${demo.issuer}/authorize?client_id=orders&response_type=code&redirect_uri=https%3A%2F%2Fevil.example%2F`);
    assert.ok(page.url().startsWith(demo.issuer));
    await look(page, "error-redirect-uri");
  });
});

/** Presses the page's first button and looks at the state in between: the form stops after the page's own script saw it. */
async function lookBusy(page, name) {
  await page.evaluate(() => {
    globalThis.sent = 0;
    document.addEventListener("submit", (event) => {
      if (!event.defaultPrevented) ++globalThis.sent;
      event.preventDefault();
    });
  });
  await page.click("button[type=submit]");
  await page.waitForSelector("button[type=submit][aria-disabled=true]");
  await look(page, name);
  await page.click("button[type=submit]", { force: true });
  assert.equal(await page.evaluate(() => globalThis.sent), 1);
}

test("the button says that it is busy, and sends once", async () => {
  await withPage({}, async (page) => {
    await page.goto(demo.orders);
    await page.click("text=Log in");
    await page.fill("#username", "alice");
    await page.fill("#password", demo.user("alice").password);
    await lookBusy(page, "login-busy");
    await page.evaluate(() => HTMLFormElement.prototype.submit.call(document.querySelector("form")));
    await page.waitForSelector("#name");

    await page.goto(partnerUrl());
    await lookBusy(page, "consent-busy");
    await page.goto(`${demo.issuer}/logout`);
    await lookBusy(page, "logout-busy");
  });
});

test("the keyboard alone is enough", async () => {
  await withPage({}, async (page) => {
    await page.goto(demo.orders);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#username:focus");  // autofocus comes a moment after the field
    await page.keyboard.type("alice");
    await page.keyboard.press("Tab");
    await page.keyboard.type(demo.user("alice").password);
    await page.keyboard.press("Enter");
    await page.waitForSelector("#name");
  });
});

const partnerRedirect = () => demo.client("partner").redirect_uris[0];

const partnerUrl = () =>
  `${demo.issuer}/authorize?client_id=partner&response_type=code&scope=openid+profile&state=s&redirect_uri=` +
  `${encodeURIComponent(partnerRedirect())}&code_challenge=${"A".repeat(43)}&code_challenge_method=S256`;

/** Whatever comes to the partner's address is answered with what was posted. */
async function withPartner(story) {
  const application = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    response.setHeader("Content-Type", "text/plain");
    response.end(`back at the partner by ${request.method} ${body}`);
  });
  await new Promise((resolve) => application.listen(new URL(partnerRedirect()).port, "127.0.0.1", resolve));
  try {
    await story();
  } finally {
    application.closeAllConnections();
    await new Promise((resolve) => application.close(resolve));
  }
}

test("a third party asks first; refusing and allowing both come back", () => withPartner(async () => {
  await withPage({}, async (page) => {
    await logIn(page, demo.user("alice"));
    const url = partnerUrl();
    await page.goto(url);
    await page.waitForSelector("text=Allow access?");
    await look(page, "consent");
    await page.click("button[value=deny]");
    await page.waitForURL(/error=access_denied/);
    await page.goto(url);
    await page.click("button[value=allow]");
    await page.waitForURL(/code=/);
    await page.goto(url);  // once allowed, not asked again
    await page.waitForURL(/code=/);
  });
}));

for (const script of [true, false])
  test(`a form brings the answer back ${script ? "by itself" : "by a button, without script"}`, () =>
    withPartner(() => withPage({}, async (page) => {
      // Not javaScriptEnabled: axe could not look at the page then.
      if (!script) await page.route("**/assets/*.js", (route) => route.abort());
      await logIn(page, demo.user("alice"));
      await page.goto(`${partnerUrl()}&response_mode=form_post&prompt=consent`);
      await page.click("button[value=allow]");
      if (!script) {
        await page.waitForSelector("text=Back to the application");
        await look(page, "form-post");
        await page.click("button[type=submit]");
      }
      await page.waitForURL(partnerRedirect());
      const body = await page.textContent("body");
      assert.match(body, /^back at the partner by POST code=[^&]+&state=s&iss=[^&]+$/);
    })));

test("logout asks when nobody vouches for it, and says when it is done", async () => {
  await withPage({}, async (page) => {
    await logIn(page, demo.user("alice"));
    await page.goto(`${demo.issuer}/logout`);
    await page.waitForSelector("text=Sign out?");
    await look(page, "logout-ask");
    await page.click("button[type=submit]");
    await page.waitForSelector("text=You are signed out");
    await look(page, "logout-done");
  });
});
