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

  // What is known of a long text is told while that is still being read.
  const LONG = 30000;
  function watchLong(form) {
    const there = form.dataset.watch;
    form.removeAttribute("data-watch");
    form.addEventListener("submit", (event) => {
      const file = form.elements.file.files[0];
      if (form.elements.error_text.value.length + (file ? file.size : 0) < LONG) return;
      event.preventDefault();
      watch(form, there).catch(() => form.submit());
    });
  }

  async function watch(form, there) {
    const button = form.querySelector("button.main");
    const told = document.createElement("ol");
    told.className = "sightings";
    told.setAttribute("role", "status");
    told.setAttribute("aria-label", "Seen so far");
    form.before(told);
    button.disabled = true;
    const answer = await fetch(there, { method: "POST", body: new FormData(form) });
    if (!(answer.headers.get("content-type") || "").startsWith("text/event-stream")) {
      show(await answer.text());
      return;
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const events = (rest + part.value).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const [name, data] = event.split("\ndata: ");
        if (name === "event: sighting") told.append(sighting(JSON.parse(data)));
        else show(JSON.parse(data));
      }
    }
  }

  function sighting(seen) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `/entries/${encodeURIComponent(seen.id)}`;
    link.target = "_blank";
    link.textContent = seen.title;
    item.append(link, ` in line ${seen.line}`);
    return item;
  }

  function show(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    document.title = page.title;
    document.getElementById("main").replaceWith(document.adoptNode(page.getElementById("main")));
    htmx.process(document.getElementById("main"));
    prepare(document);
    document.getElementById("main").focus();
    scrollTo(0, 0);
  }

  function prepare(root) {
    root.querySelectorAll("time[data-moment]").forEach(tellTime);
    root.querySelectorAll("[data-copy]").forEach(offerCopy);
    root.querySelectorAll("[data-drop]").forEach(takeDrops);
    root.querySelectorAll("[data-watch]").forEach(watchLong);
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
