// What script adds to pages that work without it: no double submission, a way to look at the password, times of the
// reader's place, a logout page that posts itself, and one that goes on when applications have logged out, too.

function busy(form: HTMLFormElement): void {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const pressed = event.submitter instanceof HTMLButtonElement ? event.submitter : null;
    // aria-disabled, not disabled: a disabled button would take its own value out of the form, and lose the focus.
    form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true"));
    if (pressed?.dataset.busy) pressed.textContent = pressed.dataset.busy;
    const status = document.getElementById("status");
    if (status && pressed?.dataset.busy) status.textContent = pressed.dataset.busy;
  });
  // Back from the next page: the form may be sent again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
}

function passwordToggle(input: HTMLInputElement): void {
  const toggle = document.createElement("button");
  toggle.type = "button";
  toggle.className = "toggle";
  toggle.textContent = "Show";
  toggle.setAttribute("aria-label", "Show password");
  toggle.setAttribute("aria-pressed", "false");
  toggle.addEventListener("click", () => {
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    toggle.textContent = show ? "Hide" : "Show";
    toggle.setAttribute("aria-pressed", String(show));
  });
  input.form?.addEventListener("submit", () => (input.type = "password"));
  input.parentElement?.classList.add("with-toggle");
  input.after(toggle);
}

function localTime(time: HTMLTimeElement): void {
  const at = new Date(time.dateTime.replace(" ", "T"));
  if (!Number.isNaN(at.getTime())) time.textContent = at.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

/** On when every frame is loaded, or has had its time. */
function goOn(next: HTMLAnchorElement): void {
  const frames = Array.from(document.querySelectorAll("iframe"));
  const loaded = frames.map((frame) => new Promise((resolve) => frame.addEventListener("load", resolve)));
  const late = new Promise((resolve) => setTimeout(resolve, 3000));
  void Promise.race([Promise.all(loaded), late]).then(() => window.location.replace(next.href));
}

document.querySelectorAll("form").forEach(busy);
document.querySelectorAll("time").forEach(localTime);
document.querySelectorAll<HTMLInputElement>("input[type=password]").forEach(passwordToggle);
document.querySelector<HTMLFormElement>("form[data-submit-itself]")?.requestSubmit();
const next = document.querySelector<HTMLAnchorElement>("a#next");
if (next) goOn(next);
