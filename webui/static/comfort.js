"use strict";
/* Conveniences only: every page works without JavaScript. */

const editable = "input, textarea, select, [contenteditable]";
const rows = () => [...document.querySelectorAll(".hit, .comment")].filter((row) => row.offsetParent !== null);

/* Keyboard shortcuts: "/" for the search box, "j" and "k" for results or comments, "?" for help. */

let selected = null;

function select(row) {
  selected?.classList.remove("selected");
  selected = row;
  row.classList.add("selected");
  const target = row.matches(".hit") ? row.querySelector("a") : row.querySelector("summary");
  target.focus({ preventScroll: true });
  row.scrollIntoView({ block: row.offsetHeight > innerHeight ? "start" : "nearest" });
}

function step(distance) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(selected);
  const first = location.hash ? all.findIndex((row) => "#" + row.id === location.hash) : -1;
  const next = at < 0 ? Math.max(first, 0) : Math.min(Math.max(at + distance, 0), all.length - 1);
  select(all[next]);
}

function help() {
  let dialog = document.querySelector("dialog");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.setAttribute("aria-label", "Keyboard shortcuts");
    const list = document.createElement("dl");
    list.className = "facts";
    const keys = [["/", "go to the search box"], ["j k", "next or previous result or comment"], ["Enter", "open the result, or fold the comment"], ["?", "show this list"]];
    for (const [names, action] of keys) {
      const term = document.createElement("dt");
      for (const key of names.split(" ")) {
        const label = document.createElement("kbd");
        label.textContent = key;
        term.append(label, " ");
      }
      const meaning = document.createElement("dd");
      meaning.textContent = action;
      list.append(term, meaning);
    }
    const close = document.createElement("button");
    close.textContent = "Close";
    close.addEventListener("click", () => dialog.close());
    dialog.append(list, close);
    document.body.append(dialog);
  }
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest(editable) || document.querySelector("dialog[open]")) return;
  if (event.key === "/") document.querySelector(".search input")?.focus();
  else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "?") help();
  else return;
  event.preventDefault();
});

/* A copy button beside each form of a quotation. */

for (const form of document.querySelectorAll(".forms section")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.className = "copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(form.querySelector("textarea").value);
    button.textContent = "Copied";
  });
  form.querySelector("h2").append(button);
}

/* Query completion, as a combobox. */

for (const form of document.querySelectorAll("form[data-suggest]")) {
  const input = form.querySelector("input[type=search]");
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  form.append(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) input.setAttribute(name, value);
  let asked = 0;
  let timer = 0;
  let at = -1;

  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const mark = (next) => {
    at = next;
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", list.children[at].id);
  };

  const take = (option) => {
    input.value = option.dataset.value;
    close();
    form.requestSubmit();
  };

  const show = (completions) => {
    list.replaceChildren(...completions.map((value, place) => {
      const option = document.createElement("li");
      option.id = "suggestion-" + place;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.value = value;
      option.textContent = value;
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(option); });
      return option;
    }));
    at = -1;
    list.hidden = !completions.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };

  const ask = async () => {
    const number = ++asked;
    const typed = input.value;
    if (typed.trim().length < 2) return close();
    const address = new URL(form.dataset.suggest, location.href);
    address.searchParams.set("q", typed);
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (answer.ok && number === asked && document.activeElement === input) show((await answer.json())[1]);
    } catch {
      close();
    }
  };

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const last = list.children.length - 1;
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(at === last ? -1 : at + 1);
    else if (event.key === "ArrowUp") mark(at < 0 ? last : at - 1);
    else if (event.key === "Enter" && at >= 0) take(list.children[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}
