// Drafts: what stands in a field with data-draft outlives a panel that is drawn anew, until it is sent or the tab closes.

export function keepDrafts() {
  document.addEventListener("input", (event) => {
    const name = event.target.dataset?.draft;
    if (name) {
      sessionStorage.setItem(`draft ${name}`, event.target.value);
    }
  });
  document.querySelector("form[action='/logout']")?.addEventListener("submit", () => sessionStorage.clear());
}

export function restoreDrafts(element) {
  for (const field of element.querySelectorAll("[data-draft]")) {
    field.value ||= sessionStorage.getItem(`draft ${field.dataset.draft}`) ?? "";
  }
}

export function forgetDrafts(form) {
  for (const field of form.querySelectorAll("[data-draft]")) {
    sessionStorage.removeItem(`draft ${field.dataset.draft}`);
  }
}
