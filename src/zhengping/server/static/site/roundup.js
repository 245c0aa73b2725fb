/* The round-up's editor: adds comfort; saving and checking work without it. Written for browsers of 2020. */
(function () {
  "use strict";
  var editor = document.getElementById("editor");
  if (!editor) { return; }
  var changed = editor.hasAttribute("data-unsaved");
  function fit(area) { area.rows = 1; area.style.height = "auto"; area.style.height = area.scrollHeight + 4 + "px"; }
  function count() { var shown = document.getElementById("wrong-count"); if (shown) { shown.textContent = String(editor.querySelectorAll(".side .error").length); } }
  function offer(within) {
    within.querySelectorAll("[data-adopt]").forEach(function (button) { button.hidden = false; });
  }
  editor.querySelectorAll("textarea").forEach(function (area) {
    fit(area);
    area.addEventListener("input", function () { changed = true; fit(area); });
  });
  offer(editor);
  document.addEventListener("htmx:afterSwap", function (event) { offer(event.target); count(); });
  editor.addEventListener("click", function (event) {
    var button = event.target.closest("[data-adopt]");
    if (!button) { return; }
    var area = button.closest(".piece").querySelector("textarea");
    var told = button.closest(".told").querySelector(".told-text").textContent;
    var right = told.replace(button.dataset.adopt, button.dataset.nearest.replace(/（.*）$/, ""));
    if (area.value.indexOf(told) >= 0) { area.value = area.value.replace(told, right); } else { area.value = area.value.replace(button.dataset.adopt, button.dataset.nearest); }
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });
  editor.addEventListener("submit", function () { changed = false; });
  window.addEventListener("beforeunload", function (event) { if (changed) { event.preventDefault(); event.returnValue = editor.dataset.leave; } });
})();
