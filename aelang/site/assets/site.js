// The search. Its data is a script of its own, loaded when someone begins to type: pages read from a disk cannot load
// anything else. Texts become text nodes, never markup.
"use strict";
(function () {
  const box = document.getElementById("search");
  const field = document.getElementById("q");
  const results = document.getElementById("results");
  const count = document.getElementById("count");
  const told = document.getElementById("told");
  const list = document.getElementById("found");
  const root = document.body.dataset.root;
  const most = 40;
  let things = null;

  window.aelangSearch = function (pages) {
    things = [];
    for (const [kind, name, path, file, fields] of pages) {
      things.push({ kind, name, path, file, text: (path + "/" + name).toLowerCase() });
      for (const [sort, title, anchor] of fields || []) {
        const text = (path + "/" + name + "/" + title).toLowerCase();
        things.push({ kind: sort || "field", name: title, path: path + "/" + name, file: file + "#" + anchor, text });
      }
    }
    show();
  };

  function load() {
    if (document.getElementById("data")) return;
    const script = document.createElement("script");
    script.id = "data";
    script.src = root + "assets/search.js";
    script.onerror = function () { tell("The search data cannot be loaded."); };
    document.head.append(script);
  }

  function rank(thing, words) {
    const name = thing.name.toLowerCase();
    let sum = thing.file.includes("#") ? 1 : 0;
    for (const word of words) {
      if (name === word) continue;
      if (name.startsWith(word)) sum += 2;
      else if (name.includes(word)) sum += 4;
      else if (thing.text.includes(word) || thing.kind === word) sum += 8;
      else return -1;
    }
    return sum;
  }

  function matching(words) {
    const ranked = [];
    for (const thing of things) {
      const at = rank(thing, words);
      if (at >= 0) ranked.push([at, thing]);
    }
    ranked.sort(function (a, b) { return a[0] - b[0] || a[1].text.length - b[1].text.length; });
    return ranked.map(function (each) { return each[1]; });
  }

  function show() {
    const words = field.value.toLowerCase().split(/[\s/]+/).filter(Boolean);
    list.replaceChildren();
    results.hidden = words.length === 0;
    if (words.length === 0) { tell(""); return; }
    if (!things) { tell("Loading …"); load(); return; }
    const found = matching(words);
    const shown = found.length > most ? ", the first " + most + " are shown" : "";
    tell(found.length === 0 ? "Nothing found" : (found.length === 1 ? "1 result" : found.length + " results") + shown);
    for (const thing of found.slice(0, most)) list.append(item(thing));
  }

  // What is told stands beside the list, and is spoken by a part that is never hidden.
  function tell(text) {
    count.textContent = told.textContent = text;
  }

  function item(thing) {
    const link = document.createElement("a");
    link.href = root + thing.file;
    link.append(part("strong", thing.name), " ", part("span", thing.kind), part("small", thing.path));
    const entry = document.createElement("li");
    entry.append(link);
    return entry;
  }

  function part(name, text) {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  }

  function close() {
    field.value = "";
    show();
  }

  function step(event) {
    const links = Array.from(list.querySelectorAll("a"));
    const at = links.indexOf(document.activeElement);
    const next = event.key === "ArrowDown" ? at + 1 : at - 1;
    event.preventDefault();
    if (next < 0) field.focus();
    else if (next < links.length) links[next].focus();
  }

  field.addEventListener("input", show);
  field.addEventListener("focus", function () { load(); if (field.value) show(); });
  box.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event);
    else if (event.key === "Escape") { close(); field.focus(); }
    else if (event.key === "Enter" && document.activeElement === field) {
      const first = list.querySelector("a");
      if (first) first.click();
    }
  });
  list.addEventListener("click", function () { setTimeout(close, 0); });
  box.addEventListener("focusout", function (event) {
    if (event.relatedTarget && !box.contains(event.relatedTarget)) results.hidden = true;
  });
  document.addEventListener("click", function (event) { if (!box.contains(event.target)) results.hidden = true; });
  document.addEventListener("keydown", function (event) {
    const busy = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !busy && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.focus();
    }
  });

  function fromAddress() {
    const found = /^#q=(.*)$/.exec(location.hash);
    if (!found) return;
    try { field.value = decodeURIComponent(found[1].replace(/\+/g, " ")); } catch { return; }
    show();
  }

  box.hidden = false;
  window.addEventListener("hashchange", fromAddress);
  fromAddress();
})();
