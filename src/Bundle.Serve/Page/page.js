"use strict";
document.documentElement.classList.add("js");
document.addEventListener("click", function (event) {
  var button = event.target.closest("button.copy");
  if (!button) { return; }
  var text = button.dataset.text || button.previousElementSibling.textContent;
  var say = function (word) {
    button.textContent = word;
    setTimeout(function () { button.textContent = "Copy"; }, 1500);
  };
  // Off loopback a page without TLS has no clipboard; the old way still works there.
  if (navigator.clipboard) {
    navigator.clipboard.writeText(text).then(function () { say("Copied"); }, function () { say("Failed"); });
    return;
  }
  var area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  say(document.execCommand("copy") ? "Copied" : "Failed");
  area.remove();
  button.focus();
});
var filter = document.getElementById("filter");
if (filter) {
  var images = Array.from(document.querySelectorAll(".image"));
  var status = document.getElementById("shown");
  filter.addEventListener("input", function () {
    var words = filter.value.toLowerCase().split(/\s+/);
    var shown = 0;
    images.forEach(function (image) {
      var text = image.dataset.find;
      image.hidden = !words.every(function (word) { return text.includes(word); });
      shown += image.hidden ? 0 : 1;
    });
    status.textContent = words.join("") ? shown + " of " + images.length + " shown" : "";
  });
}
