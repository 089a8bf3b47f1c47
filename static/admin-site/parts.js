// Lists inside a page: move a row up or down by keyboard. Without this script, people type its place as a number.
"use strict";
{
  const PLACE = 'input.place';
  const rowsOf = (group) => [...group.querySelectorAll(":scope > .part:not(.empty-form)")];
  const nameOf = (row) => {
    const label = row.querySelector(".inline_label");
    return label ? label.textContent.trim() : "Row";
  };

  const voice = document.createElement("p");
  voice.className = "visually-hidden";
  voice.setAttribute("aria-live", "polite");

  function renumber(group) {
    const rows = rowsOf(group);
    rows.forEach((row, index) => {
      const place = row.querySelector(PLACE);
      if (place) place.value = index + 1;
      const [up, down] = row.querySelectorAll(".move");
      if (!up) return;
      for (const one of [up, down]) one.setAttribute("aria-label", `${one.title}: ${nameOf(row)}`);
      up.setAttribute("aria-disabled", index === 0);
      down.setAttribute("aria-disabled", index === rows.length - 1);
    });
  }

  function move(row, by, button) {
    const group = row.parentElement;
    const rows = rowsOf(group);
    const target = rows[rows.indexOf(row) + by];
    if (!target) return;
    if (by < 0) target.before(row);
    else target.after(row);
    renumber(group);
    button.focus();
    row.scrollIntoView({ block: "nearest" });
    voice.textContent = `${nameOf(row)} is now number ${rowsOf(group).indexOf(row) + 1} of ${rows.length}.`;
    row.closest("form").dispatchEvent(new Event("change"));
  }

  function button(row, words, sign, by) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "move";
    made.textContent = sign;
    made.title = words;
    made.addEventListener("click", () => move(row, by, made));
    return made;
  }

  function equip(row) {
    const place = row.querySelector(PLACE);
    if (!place || row.querySelector(".move")) return;
    place.after(button(row, "Move up", "↑", -1), button(row, "Move down", "↓", 1));
  }

  // Django numbers rows by where they stand when one is taken away, so they must stand as they came at that moment.
  function asTheyCame(group) {
    const number = (row) => Number(row.id.match(/-(\d+)$/)[1]);
    const empty = group.querySelector(":scope > .empty-form");
    rowsOf(group).sort((a, b) => number(a) - number(b)).forEach((row) => empty.before(row));
  }

  function byPlace(group) {
    const place = (row) => Number(row.querySelector(PLACE)?.value) || Infinity;
    const empty = group.querySelector(":scope > .empty-form");
    rowsOf(group).sort((a, b) => place(a) - place(b)).forEach((row) => empty.before(row));
    renumber(group);
  }

  function openWhatTheAddressNames() {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    for (let box = target && target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    if (target) target.scrollIntoView();
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.body.append(voice);
    for (const group of document.querySelectorAll(".inline-group")) {
      if (!group.querySelector(PLACE)) continue;
      rowsOf(group).forEach(equip);
      byPlace(group);  // a form that was refused comes back with the places that were chosen
    }
    openWhatTheAddressNames();

    // Words that were typed and not saved are not lost by a click on a link.
    let unsaved = Boolean(document.querySelector("#content-main :is(.problems[role=alert], .collision)"));
    const form = document.querySelector("#content-main > form");
    form?.addEventListener("change", () => { unsaved = true; });
    form?.addEventListener("submit", () => { unsaved = false; });
    window.addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  });

  window.addEventListener("hashchange", openWhatTheAddressNames);

  document.addEventListener("formset:added", (event) => {
    equip(event.target);
    event.target.querySelectorAll("details").forEach((box) => { box.open = true; });
    if (event.target.querySelector(PLACE)) renumber(event.target.parentElement);
    event.target.querySelector(":scope > details :is(input, select, textarea)")?.focus();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".inline-deletelink");
    const group = link?.closest(".inline-group");
    if (!group) return;
    const rows = rowsOf(group), gone = rows.indexOf(link.closest(".part"));
    const neighbour = (rows[gone + 1] || rows[gone - 1])?.querySelector("summary");
    const words = `${nameOf(rows[gone])} is removed.`;
    if (group.querySelector(PLACE)) asTheyCame(group);
    setTimeout(() => {
      if (group.querySelector(PLACE)) byPlace(group);
      // Who works by keyboard goes on from here, not from the top of the page.
      (neighbour || group.querySelector(".add-row a"))?.focus();
      voice.textContent = words;
    });
  }, true);
}
