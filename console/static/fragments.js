// Talks to the server in HTML fragments: one way to ask, one way to put an answer into the page.

const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";

export const AWAY = '<p class="notice bad" role="alert">连不上服务器，请检查网络后再试。</p>';

/** Returns {ok, status, html}; a lost session leads to the log-in page. */
export async function ask(address, { body, signal } = {}) {
  const headers = { "X-Fragment": "1", "X-CSRF-Token": csrf };
  const answer = await fetch(address, { method: body ? "POST" : "GET", body, headers, signal });
  if (answer.status === 401) {
    location.assign("/login");
  }
  return { ok: answer.ok, status: answer.status, html: await answer.text() };
}

/** Fills an element, and keeps the focus on the element of the same id. */
export function fill(element, html) {
  const focused = element.contains(document.activeElement) ? document.activeElement.id : "";
  const scrolled = [...element.querySelectorAll(".scroll, .lines")].map((one) => one.scrollTop);
  element.innerHTML = html;
  [...element.querySelectorAll(".scroll, .lines")].forEach((one, place) => {
    one.scrollTop = scrolled[place] ?? 0;
  });
  if (focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
}

const TOASTS_AT_ONCE = 2;
const TOAST_MS = 6000;

/** Shows a short message for a few seconds. */
export function toast(html) {
  const toasts = document.getElementById("toasts");
  while (toasts.children.length >= TOASTS_AT_ONCE) {
    toasts.firstElementChild.remove();
  }
  const note = document.createElement("div");
  note.className = "toast";
  note.innerHTML = html;
  toasts.append(note);
  setTimeout(() => note.remove(), TOAST_MS);
}
