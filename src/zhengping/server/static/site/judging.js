/* Keeps what a judge types: in this browser at each key, on the server a moment later; the page works without it. Written for browsers of 2020.

   A tab has a name of its own (sessionStorage). What it typed and the server has not yet is kept under "sheet-NUMBER:TAB" in localStorage, with the version
   it was typed upon; it is taken out only when the server has answered that it holds these very words. */
(function () {
  "use strict";
  var form = document.getElementById("score-sheet");
  if (!form || !window.fetch) { return; }
  var fields = Array.prototype.slice.call(form.querySelectorAll("input[type=number], textarea")).filter(function (field) { return !field.disabled; });
  if (!fields.length) { return; }
  var state = document.getElementById("sheet-state");
  var clash = document.getElementById("sheet-clash");
  var theirs = null, sending = false, again = false, timer = 0, wait = 3000, pressed = null;
  var tab = stored(window.sessionStorage, "judging-tab") || String(Date.now()) + Math.random().toString(36).slice(2);
  keep(window.sessionStorage, "judging-tab", tab);
  var name = form.dataset.name, own = name + ":" + tab;

  function stored(where, key) { try { return where.getItem(key); } catch (error) { return null; } }
  function keep(where, key, value) { try { where.setItem(key, value); } catch (error) { /* full or forbidden: the server still has it */ } }
  function drop(key) { try { window.localStorage.removeItem(key); } catch (error) { /* none */ } }
  function version() { return Number(form.elements.version.value); }
  function values() { var found = {}; fields.forEach(function (field) { found[field.name] = field.value; }); return found; }
  function show(kept) { fields.forEach(function (field) { if (field.name in kept) { field.value = kept[field.name]; } }); }
  function same(one, other) { return fields.every(function (field) { return (one[field.name] || "") === (other[field.name] || ""); }); }
  function tell(words) { state.textContent = words; }
  var saved = values();

  function typed() {
    keep(window.localStorage, own, JSON.stringify({ version: version(), values: values(), at: Date.now() }));
    if (!clash.hidden) { return; }
    window.clearTimeout(timer);
    timer = window.setTimeout(send, 900);
  }

  function send() {
    window.clearTimeout(timer);
    if (sending) { again = true; return; }
    var now = values();
    if (same(now, saved) || !clash.hidden) { return; }
    if (fields.some(function (field) { return !field.checkValidity(); })) { tell(form.dataset.refused + fields.filter(function (field) { return !field.checkValidity(); })[0].validationMessage); return; }
    sending = true;
    tell(form.dataset.saving);
    var body = new FormData(form);
    body.delete("do");
    window.fetch(form.dataset.save, { method: "POST", body: body, credentials: "same-origin", redirect: "error" }).then(function (answer) {
      if (answer.status !== 200 && answer.status !== 409 && answer.status !== 422) { throw new Error(String(answer.status)); }
      return answer.json().then(function (told) { answered(answer.status, told, now); });
    }).catch(function () {
      tell(form.dataset.local);
      timer = window.setTimeout(send, wait);
      wait = Math.min(wait * 2, 30000);
    }).then(function () {
      sending = false;
      if (pressed) { var button = pressed; pressed = null; again = false; button.click(); return; }
      if (again) { again = false; send(); }
    });
  }

  function answered(status, told, now) {
    wait = 3000;
    if (status === 200) {
      form.elements.version.value = told.version;
      saved = now;
      if (same(values(), now)) { drop(own); } else { typed(); }
      tell(form.dataset.saved + " " + told.at);
      keep(window.localStorage, name + "-version", told.version + ":" + tab);
    } else if (status === 409) {
      met(told);
    } else {
      tell(form.dataset.refused + Object.keys(told.errors).map(function (key) { return told.errors[key]; }).join(" "));
    }
  }

  function met(told) {
    if (same(values(), told.values)) { form.elements.version.value = told.version; saved = told.values; drop(own); return; }
    theirs = told;
    var list = document.getElementById("sheet-theirs");
    list.textContent = "";
    fields.forEach(function (field) {
      var item = document.createElement("li");
      item.textContent = field.dataset.label + ": " + (told.values[field.name] || "—");
      list.appendChild(item);
    });
    clash.hidden = false;
    tell("");
  }

  document.getElementById("keep-mine").addEventListener("click", function () {
    form.elements.version.value = theirs.version;
    saved = theirs.values;
    clash.hidden = true;
    typed();
    send();
  });
  document.getElementById("take-theirs").addEventListener("click", function () {
    keep(window.localStorage, name + "-put-aside", JSON.stringify({ values: values(), at: Date.now() }));
    form.elements.version.value = theirs.version;
    saved = theirs.values;
    show(theirs.values);
    clash.hidden = true;
    drop(own);
  });

  // What was typed and never reached the server: of this tab, or of one that is gone.
  function restore() {
    var found = null, key = "";
    try {
      for (var at = 0; at < window.localStorage.length; at += 1) {
        var one = window.localStorage.key(at);
        if (one.indexOf(name + ":") === 0) {
          var held = JSON.parse(window.localStorage.getItem(one));
          if (!found || held.at > found.at) { found = held; key = one; }
        }
      }
    } catch (error) { return; }
    if (!found) { return; }
    if (same(found.values, saved)) { drop(key); return; }
    var server = values();
    show(found.values);
    keep(window.localStorage, own, JSON.stringify(found));
    if (key !== own) { drop(key); }
    if (found.version === version()) { send(); } else { met({ version: version(), values: server }); }
  }

  form.addEventListener("input", typed);
  form.addEventListener("submit", function (event) {
    window.clearTimeout(timer);
    if (!sending) { return; }
    event.preventDefault();  // what is on its way arrives first, else the form would meet its own words
    event.stopPropagation();
    pressed = event.submitter;
  });
  window.addEventListener("online", send);
  window.addEventListener("pagehide", function () {
    if (same(values(), saved) || !navigator.sendBeacon || !clash.hidden) { return; }
    var body = new FormData(form);
    body.delete("do");
    navigator.sendBeacon(form.dataset.save, body);
  });
  window.addEventListener("storage", function (event) {
    if (event.key && event.key.indexOf(name + ":") === 0 && event.key !== own && event.newValue) { tell(form.dataset.other); }
  });
  form.addEventListener("keydown", function (event) {
    if (event.isComposing) { return; }
    if ((event.ctrlKey || event.metaKey) && event.key === "s") { event.preventDefault(); send(); return; }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") { event.preventDefault(); form.querySelector("button[value=sign]").click(); return; }
    if (event.key === "Enter" && event.target.tagName === "INPUT") {
      event.preventDefault();
      var next = fields[fields.indexOf(event.target) + 1];
      if (next) { next.focus(); }
    }
  });
  restore();
})();
