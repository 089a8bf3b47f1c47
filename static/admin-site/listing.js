// Title and description as search results and chats will show them, while they are typed.
"use strict";
{
  document.addEventListener("DOMContentLoaded", () => {
    const box = document.querySelector(".listing");
    if (!box) return;
    for (const what of ["title", "description"]) {
      const field = document.getElementById(`id_search_${what}`);
      if (!field) continue;
      const counter = box.querySelector(`[data-counts=${what}]`);
      const show = () => {
        const text = field.value.trim() || box.dataset[what];
        box.querySelectorAll(`[data-shows=${what}]`).forEach((place) => { place.textContent = text; });
        counter.textContent = [...text].length;
        const fits = [...text].length >= counter.dataset.least && [...text].length < counter.dataset.end;
        counter.classList.toggle("off", !fits);
      };
      field.addEventListener("input", show);
      show();
    }
  });
}
