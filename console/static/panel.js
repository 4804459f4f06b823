// The ticket panel: opens what carries data-ticket, and gives the keyboard its keys.
import { restoreDrafts } from "./drafts.js";
import { AWAY, ask, fill } from "./fragments.js";

const LOADING = '<div class="empty" aria-busy="true"><span class="spinner"></span> 正在读取工单…</div>';
const LOADING_AFTER_MS = 200;

const panel = document.getElementById("panel");
const atRest = panel?.innerHTML ?? "";
let asked = "";

export function servePanel() {
  if (!panel) {
    return;
  }
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-ticket]");
    if (opener) {
      open(opener.dataset.ticket);
    } else if (event.target.closest("[data-close]")) {
      close();
    } else if (event.target.closest("[data-next]")) {
      openNext();
    }
  });
  document.querySelector("[data-find]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const number = event.target.elements.no.value.trim().toUpperCase();
    if (number) {
      open(number);
    }
  });
  document.addEventListener("keydown", pressed);
  if (/^#[A-Z]{2}\d{8}[A-Z]\d{7,10}$/.test(location.hash)) {
    open(location.hash.slice(1));
  }
}

async function open(number) {
  asked = number;
  const slow = setTimeout(() => fill(panel, LOADING), LOADING_AFTER_MS);
  panel.classList.add("open");
  const answer = await ask(`/tickets/${encodeURIComponent(number)}`).catch(() => ({ html: AWAY }));
  clearTimeout(slow);
  if (asked !== number) {
    return; // another one was opened meanwhile
  }
  fill(panel, answer.html);
  restoreDrafts(panel);
  fillLater();
  markOpen(number);
  panel.scrollTop = 0;
  panel.focus({ preventScroll: true });
  if (matchMedia("(max-width: 1099px)").matches) {
    panel.scrollIntoView();
  }
}

// What takes longer than the ticket itself comes after it; without it the panel is whole.
async function fillLater() {
  for (const part of panel.querySelectorAll("[data-later]")) {
    const answer = await ask(part.dataset.later).catch(() => null);
    if (answer?.ok && document.contains(part)) {
      fill(part, answer.html);
    }
  }
}

function close() {
  const was = document.querySelector("[data-open]")?.dataset.open;
  asked = "";
  panel.classList.remove("open");
  fill(panel, atRest);
  markOpen("");
  [...document.querySelectorAll(".line[data-ticket]")].find((line) => line.dataset.ticket === was)?.focus();
}

function markOpen(number) {
  for (const line of document.querySelectorAll(".line[data-ticket]")) {
    line.toggleAttribute("aria-current", line.dataset.ticket === number);
  }
}

function lines() {
  return [...document.querySelectorAll(".line[data-ticket]")].filter((line) => line.offsetParent); // not those of a list behind
}

function openNext() {
  const now = document.querySelector("[data-open]")?.dataset.open;
  const next = lines().find((line) => line.dataset.ticket !== now);
  next ? open(next.dataset.ticket) : close();
}

function move(step) {
  const all = lines();
  const here = all.indexOf(document.activeElement);
  const current = here >= 0 ? here : all.findIndex((line) => line.hasAttribute("aria-current"));
  all[Math.min(Math.max(current + step, 0), all.length - 1)]?.focus();
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
    return;
  }
  if (event.key === "Escape" && document.querySelector("[data-open]")) {
    close();
    return;
  }
  if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select")) {
    return;
  }
  const act = { j: () => move(1), k: () => move(-1), n: openNext, "/": () => document.getElementById("find").focus() };
  const key = event.key.toLowerCase();
  const button = panel.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
  const pressable = panel.querySelector(`[data-press="${CSS.escape(key)}"]`);
  if (pressable) {
    event.preventDefault();
    pressable.click();
  } else if (button && !event.repeat) {
    event.preventDefault();
    button.form.requestSubmit(button);
  } else if (act[key]) {
    event.preventDefault();
    act[key]();
  }
}
