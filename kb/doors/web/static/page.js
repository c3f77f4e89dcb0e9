// What a script adds to pages that work without it: times in the viewer's zone, copying, dropping a file, keys.
"use strict";

(() => {
  const two = (n) => String(n).padStart(2, "0");

  // `2026-11-30 09:01` in the viewer's zone, UTC beside; nothing to add where the zone is UTC.
  function tellTime(time) {
    const at = new Date(time.dateTime);
    time.removeAttribute("data-moment");
    if (Number.isNaN(at.getTime()) || at.getTimezoneOffset() === 0) return;
    const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
    const utc = time.textContent;
    const sameDay = utc.startsWith(day);
    time.textContent = `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
    const beside = document.createElement("small");
    beside.textContent = ` (${sameDay ? utc.slice(11) : utc})`;
    time.append(beside);
  }

  function offerCopy(code) {
    code.removeAttribute("data-copy");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy: ${code.textContent.slice(0, 80)}`);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    code.after(button);
  }

  function takeDrops(box) {
    box.removeAttribute("data-drop");
    const over = (on) => (event) => { event.preventDefault(); box.classList.toggle("over", on); };
    box.addEventListener("dragover", over(true));
    box.addEventListener("dragleave", over(false));
    box.addEventListener("drop", async (event) => {
      over(false)(event);
      const file = event.dataTransfer.files[0];
      box.value = file ? await file.text() : event.dataTransfer.getData("text");
      box.focus();
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.form.requestSubmit();
    });
  }

  function prepare(root) {
    root.querySelectorAll("time[data-moment]").forEach(tellTime);
    root.querySelectorAll("[data-copy]").forEach(offerCopy);
    root.querySelectorAll("[data-drop]").forEach(takeDrops);
  }

  // On a phone, filters begin folded.
  if (matchMedia("(max-width: 44rem)").matches) {
    document.querySelectorAll("details.filters").forEach((one) => { one.open = false; });
  }

  // `/` goes to the box of the page.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const box = document.querySelector("#error_text, #q");
    if (box) { event.preventDefault(); box.focus(); }
  });

  document.addEventListener("htmx:after:swap", () => {
    prepare(document);
    document.querySelector(".record .done")?.closest(".record").focus();
  });
  prepare(document);
})();
