"use strict";
// Shows the mistakes that fit the form, and keeps the choice in the address: page.html#kind=missed&type=PER&seen=no
const form = document.getElementById("filter");
const rows = [...document.querySelectorAll("#errors li[data-kind]")];

function apply() {
  const kind = form.elements.kind.value;
  const type = form.elements.type.value;
  const seen = form.elements.seen ? form.elements.seen.value : "";
  for (const row of rows) {
    const { kind: its, gold, found, seen: familiar } = row.dataset;
    const fits = (!kind || its === kind) && (!type || gold === type || found === type) && (!seen || familiar === seen);
    row.hidden = !fits;
  }
  for (const group of document.querySelectorAll("#errors .group")) {
    group.hidden = !group.querySelector("li[data-kind]:not([hidden])");
  }
  const left = rows.filter((row) => !row.hidden).length;
  document.getElementById("count").textContent = `${left} of the ${rows.length} on this page`;
}

function readAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  for (const select of form.querySelectorAll("select")) {
    const value = asked.get(select.name) || "";
    select.value = [...select.options].some((option) => option.value === value) ? value : "";
  }
  apply();
}

function writeAddress() {
  const chosen = [...new FormData(form)].filter(([, value]) => value);
  history.replaceState(null, "", `#${chosen.length ? new URLSearchParams(chosen) : "errors"}`);
  apply();
}

if (form) {
  form.hidden = false;
  form.addEventListener("change", writeAddress);
  form.addEventListener("submit", (event) => event.preventDefault());
  const follow = () => {
    if (location.hash.includes("=")) {
      readAddress();
      document.getElementById("errors").scrollIntoView();
    }
  };
  addEventListener("hashchange", follow);
  apply();
  follow();
}
