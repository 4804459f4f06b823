// Forms with data-fragment="id" are sent in place; the answer fills that element, a refusal stands beside the form.
import { forgetDrafts, restoreDrafts } from "./drafts.js";
import { AWAY, ask, fill } from "./fragments.js";

const POLL_MS = 400;

export function serveForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.fragment) {
      event.preventDefault();
      event.submitter?.hasAttribute("formaction") ? hint(form, event.submitter) : send(form);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.target.closest?.("form[data-fragment]")?.requestSubmit();
    }
  });
}

async function send(form) {
  const buttons = [...form.querySelectorAll("button")].filter((button) => !button.disabled);
  form.querySelector(".form-problem")?.remove();
  buttons.forEach((button) => (button.disabled = true));
  form.setAttribute("aria-busy", "true");
  const answer = await ask(form.action, { body: new FormData(form) }).catch(() => ({ ok: false, html: AWAY }));
  form.removeAttribute("aria-busy");
  buttons.forEach((button) => (button.disabled = false));
  if (!answer.ok) {
    complain(form, answer.html);
    return;
  }
  const target = document.getElementById(form.dataset.fragment);
  forgetDrafts(form);
  fill(target, answer.html);
  restoreDrafts(target);
  if ("once" in form.dataset) {
    startAfresh(form, target);
  }
  target.querySelector("[data-next]")?.focus();
  poll(target);
}

// A button with an address of its own asks about what is written, and sends nothing.
async function hint(form, button) {
  button.disabled = true;
  const answer = await ask(button.formAction, { body: new FormData(form) }).catch(() => ({ html: AWAY }));
  button.disabled = false;
  fill(form.querySelector("[data-hints]"), answer.html);
}

function complain(form, html) {
  const note = document.createElement("div");
  note.className = "form-problem";
  note.innerHTML = html;
  form.append(note);
}

// A submitted form gets the next idempotency key; a retry after an error keeps the old one.
function startAfresh(form, target) {
  const key = target.querySelector("[data-next-key]")?.dataset.nextKey;
  if (key) {
    form.reset();
    form.elements.key.value = key;
    form.dispatchEvent(new Event("afresh"));
    form.querySelector("textarea")?.focus();
  }
}

// Asks again until the answer no longer asks to be asked again.
async function poll(target) {
  let waiting = target.querySelector("[data-poll]");
  while (waiting && document.contains(waiting)) {
    await new Promise((done) => setTimeout(done, POLL_MS));
    const answer = await ask(waiting.dataset.poll).catch(() => null);
    if (!document.contains(waiting)) {
      return;
    }
    if (answer?.ok) {
      fill(target, answer.html);
    }
    waiting = target.querySelector("[data-poll]");
  }
}
