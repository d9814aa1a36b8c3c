"use strict";
(function () {
  var rows = Array.prototype.slice.call(document.querySelectorAll("tbody tr"));
  var texts = rows.map(function (row) { return row.textContent.toLowerCase(); });
  var search = document.getElementById("search");
  var shown = document.getElementById("shown");
  var clear = document.getElementById("clear");
  var chips = Array.prototype.slice.call(document.querySelectorAll(".chips button"));
  var ways = Array.prototype.slice.call(document.querySelectorAll(".map a"));
  var way = null;

  function pressed(chip) { return chip.getAttribute("aria-pressed") === "true"; }

  function apply() {
    var wanted = chips.filter(pressed).map(function (chip) { return chip.dataset.status; });
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var count = 0;
    rows.forEach(function (row, index) {
      var has = row.dataset.has.split(" ");
      var fits = (wanted.length === 0 || wanted.some(function (status) { return has.indexOf(status) >= 0; })) &&
        (way === null || row.dataset.way === way || row.dataset.from === way || row.dataset.back === way) &&
        words.every(function (word) { return texts[index].indexOf(word) >= 0; });
      row.hidden = !fits;
      if (fits) { count += 1; }
    });
    shown.textContent = count + " of " + rows.length + " shown";
    clear.hidden = wanted.length === 0 && words.length === 0 && way === null;
  }

  chips.forEach(function (chip) {
    chip.addEventListener("click", function () {
      chip.setAttribute("aria-pressed", pressed(chip) ? "false" : "true");
      apply();
    });
  });
  ways.forEach(function (link) {
    link.addEventListener("click", function (event) {
      event.preventDefault();
      way = way === link.dataset.way ? null : link.dataset.way;
      apply();
      document.getElementById("items").scrollIntoView();
    });
  });
  search.addEventListener("input", apply);
  clear.addEventListener("click", function () {
    search.value = "";
    way = null;
    chips.forEach(function (chip) { chip.setAttribute("aria-pressed", "false"); });
    apply();
    search.focus();
  });
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && document.activeElement === search) {
      search.value = "";
      apply();
    }
  });
  document.querySelectorAll("[data-script]").forEach(function (part) { part.hidden = false; });
  apply();
})();
