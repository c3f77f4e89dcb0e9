// What a script adds to pages that work without it: times in the viewer's zone, copying, dropping a file, keys.
"use strict";

(() => {
  // What sends parts of a page by themselves is not needed to read it: it is loaded once the page is seen.
  const later = document.createElement("script");
  later.src = document.currentScript.dataset.later;
  const seen = new PerformanceObserver(() => { seen.disconnect(); document.head.append(later); });
  if (document.hidden || !PerformanceObserver.supportedEntryTypes.includes("paint")) document.head.append(later);
  else seen.observe({ type: "paint", buffered: true });
  // What was typed until then is told once more.
  let early = null;
  const typed = (event) => { early = event.target; };
  document.addEventListener("input", typed);
  document.addEventListener("htmx:after:process", () => {
    document.removeEventListener("input", typed);
    early?.dispatchEvent(new Event("input", { bubbles: true }));
  }, { once: true });

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
    // Below an answer the text that was asked stands in the box: what is pasted next replaces it.
    if (box.value && box.form.matches(".again")) {
      for (const way of ["focus", "click"]) box.addEventListener(way, () => box.select(), { once: true });
    }
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
    window.htmx?.process(document.getElementById("main"));
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
    if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return;
    const box = document.querySelector("#error_text, #q");
    if (box) { event.preventDefault(); box.focus(); }
  });

  document.addEventListener("htmx:after:swap", () => {
    prepare(document);
    document.querySelector(".record .done")?.closest(".record").focus();
  });
  prepare(document);

  // An incident that others work on, too: what was noted since is put in place, but never over what is being typed.
  function follow(article) {
    const status = () => article.querySelector(".live");
    const address = location.pathname;
    let source = null, waiting = null, asking = false, asked = 0;

    const isTyped = (one) => (one.type === "radio" || one.type === "checkbox")
      ? one.checked !== one.defaultChecked
      : one.matches("input:not([type=hidden]), textarea") && one.value !== one.defaultValue;
    const isBusy = (part) => [...part.querySelectorAll("input, textarea")].some(isTyped)
      || (part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select"));

    const within = (part) => [...part.querySelectorAll("a, button, input, select, summary, textarea")];

    function put(now, next) {
      const unfolded = [...now.querySelectorAll("details[open][id]")].map((one) => one.id);
      const had = new Set([...now.querySelectorAll("[id]")].map((one) => one.id));
      const focused = now.contains(document.activeElement) ? document.activeElement : null;
      next.querySelectorAll(".timeline > li").forEach((one) => { if (!had.has(one.id)) one.classList.add("new"); });
      now.replaceWith(next);
      unfolded.forEach((id) => { const one = document.getElementById(id); if (one) one.open = true; });
      within(next).find((one) => one.tagName === focused?.tagName && one.textContent === focused.textContent)?.focus();
    }

    function warn(part) {
      if (part.querySelector(".meanwhile")) return;
      const note = document.createElement("p");
      note.className = "meanwhile note";
      note.textContent = "Something was noted meanwhile. What you typed stays; the rest of this part is as it was.";
      part.prepend(note);
    }

    function place(fresh) {
      prepare(fresh);
      const parts = (root) => new Map([...root.querySelectorAll("[data-part]")].map((one) => [one.dataset.part, one]));
      const shown = parts(article), came = parts(fresh);
      for (const [name, now] of shown) {
        const next = came.get(name);
        if (next && now.isEqualNode(next)) continue;
        if (isBusy(now)) warn(now); else if (next) put(now, next); else now.remove();
      }
      for (const [name, next] of came) {
        if (!shown.has(name)) article.querySelector(name === "ended" ? ".says" : ".aside").prepend(next);
      }
    }

    async function renew(number) {
      asked = number;
      if (asking) return;
      asking = true;
      try {
        while (String(asked) !== article.dataset.last) {
          const answer = await fetch(address, { headers: { Accept: "text/html" } });
          if (answer.redirected && new URL(answer.url).pathname !== address) { location.assign(new URL(answer.url).pathname); return; }
          if (!answer.ok) return;
          const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
          if (!fresh) return;
          place(fresh);
          article.dataset.last = fresh.dataset.last;
          const newest = article.querySelector(".timeline > li p");
          say(newest ? `new: ${newest.textContent.slice(0, 120)}` : "new", true);
          if (!(Number(fresh.dataset.last) < Number(asked))) return;
        }
      } finally {
        asking = false;
      }
    }

    function say(text, on) {
      const told = status();
      if (!told) return;
      told.classList.toggle("on", on);
      told.textContent = text;
    }

    setInterval(() => {
      const due = article.querySelector(".due:not(.late) time");
      if (!due || new Date(due.dateTime) > new Date()) return;
      due.closest(".due").classList.add("late");
      due.after(" (late)");
    }, 10000);

    function open() {
      clearTimeout(waiting);
      source = new EventSource(article.dataset.live);
      source.addEventListener("step", (event) => {
        if (event.data === article.dataset.last) say("live", true); else renew(event.data);
      });
      source.addEventListener("error", () => {
        say("not live, connecting", false);
        if (source.readyState === EventSource.CLOSED) waiting = setTimeout(() => { renew("anew").then(open); }, 20000);
      });
    }

    function close() {
      clearTimeout(waiting);
      source?.close();
    }

    // A tab that nobody looks at holds no connection: a browser has few of them for one server.
    document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
    addEventListener("pagehide", close);
    if (!document.hidden) open();
  }
  document.querySelectorAll("[data-live]").forEach(follow);
})();
