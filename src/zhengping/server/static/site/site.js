/* Adds comfort; every page works without it. Written for browsers of 2020. */
(function () {
  "use strict";
  // Dropping files on the upload form.
  document.querySelectorAll(".drop").forEach(function (drop) {
    var input = drop.querySelector("input[type=file]");
    ["dragover", "dragenter"].forEach(function (name) { drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.add("is-over"); }); });
    ["dragleave", "drop"].forEach(function (name) { drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.remove("is-over"); }); });
    drop.addEventListener("drop", function (event) {
      if (!event.dataTransfer.files.length) { return; }
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    input.addEventListener("change", function () {
      var list = drop.querySelector(".chosen");
      list.textContent = Array.prototype.map.call(input.files, function (file) { return file.name; }).join("、");
    });
  });
  // One press sends a form once.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.method === "post" && !form.hasAttribute("hx-post")) { form.dataset.sent = "1"; }
    if (form.dataset.busy) { form.querySelectorAll("button").forEach(function (b) { b.setAttribute("aria-busy", "true"); }); var busy = form.querySelector(".busy"); if (busy) { busy.classList.remove("hide"); } }
  });
  window.addEventListener("pageshow", function () { document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; }); });
  // A question before what cannot be taken back.
  document.addEventListener("click", function (event) {
    var asker = event.target.closest("[data-ask]");
    if (asker && !window.confirm(asker.dataset.ask)) { event.preventDefault(); }
  });
  document.querySelectorAll("[data-print]").forEach(function (button) { button.hidden = false; button.addEventListener("click", function () { window.print(); }); });
  // Keys: an element with data-key is pressed by that key; j and k walk along rows.
  document.addEventListener("keydown", function (event) {
    var at = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) { return; }
    if (at.tagName === "TEXTAREA" || at.tagName === "SELECT" || (at.tagName === "INPUT" && at.type !== "radio" && at.type !== "checkbox" && at.type !== "submit")) { return; }
    if (event.key === "j" || event.key === "k") {
      var links = Array.prototype.slice.call(document.querySelectorAll("[data-row]"));
      if (links.length) {
        var here = links.indexOf(document.activeElement);
        var next = links[Math.max(0, Math.min(links.length - 1, event.key === "j" ? here + 1 : here - 1))];
        next.focus();
        event.preventDefault();
        return;
      }
    }
    if (event.key === "Enter" && (at.tagName === "A" || at.tagName === "BUTTON" || at.tagName === "SUMMARY")) { return; }
    var key = event.key === "Enter" ? "Enter" : event.key.toLowerCase();
    var wanted = document.querySelector('[data-key="' + (window.CSS && CSS.escape ? CSS.escape(key) : key) + '"]');
    if (wanted) { event.preventDefault(); if (wanted.tagName === "INPUT") { wanted.checked = true; wanted.focus(); } else { wanted.click(); } }
  });
  // A page that waits for the worker looks again.
  var waiting = document.querySelector("[data-again]");
  if (waiting) { window.setTimeout(function () { window.location.reload(); }, Number(waiting.dataset.again)); }
})();
