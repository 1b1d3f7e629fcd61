// Keys, the pane beside the list, and decisions. Everything else works without this script.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const meta = (name) => $(`meta[name="${name}"]`)?.content ?? "";
  const body = document.body;
  const REVIEWED = { confirmed: "Confirmed", false_alarm: "False alarm", accepted: "Accepted", unsure: "Unsure", withdrawn: "Reopened" };
  const state = { reviewer: meta("reviewer"), decision: "", note: "", expires: "", busy: false, all: false };
  document.documentElement.classList.add("scripted");

  const say = (words) => {
    const status = $("#status");
    if (!status) return;
    status.textContent = words;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { status.textContent = ""; }, 8000);
  };

  const reload = (words) => { sessionStorage.setItem("said", words); location.reload(); };

  // ---- Requests ----------------------------------------------------------------------------------------------------
  async function post(path, values) {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-cablecheck-csrf": meta("csrf") },
      body: JSON.stringify(values),
    });
    if (answer.headers.get("content-type")?.startsWith("application/json")) {
      const found = await answer.json();
      if (answer.ok) return found;
      throw new Error(found.error ?? `The server responded with status ${answer.status}.`);
    }
    throw new Error((await answer.text()).slice(0, 200) || `The server responded with status ${answer.status}.`);
  }

  async function attempt(work) {
    if (state.busy) return;
    state.busy = true;
    try { await work(); } catch (error) {
      say(error instanceof TypeError ? "The server did not respond. Nothing was saved." : error.message);
    } finally { state.busy = false; }
  }

  // ---- The pane ----------------------------------------------------------------------------------------------------
  const rows = () => $$("#rows > .row");
  const current = () => $("#rows > .row:has([aria-current])");
  const article = () => $("#pane > article") ?? $("main article[data-document]");
  let shown = 0;

  async function show(row, focus) {
    const link = $("a", row);
    $$("#rows [aria-current]").forEach((one) => one.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
    if (focus) link.focus({ preventScroll: true });
    const ticket = ++shown;
    const url = new URL(link.href);
    const answer = await fetch(`/pane${url.search}`);
    if (ticket !== shown) return;
    if (!answer.ok) { location.assign(link.href); return; }
    const made = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (ticket !== shown) return;
    $("#pane").replaceChildren(...made.body.childNodes);
    history.replaceState(null, "", link.href);
    opened();
  }

  function opened() {
    const one = article();
    if (!one) return;
    const name = one.dataset.title;
    if ($("#pane")) document.title = `${name} · Findings · cablecheck`;
    state.decision = state.note = state.expires = "";
    const row = rows().find((each) => each.dataset.item === one.dataset.item);
    mark(one.dataset.decision || row?.dataset.decision);
    $("mark.current", one)?.scrollIntoView({ block: "center" });
  }

  function mark(decision) {
    $$(".bar [data-decision]").forEach((button) => {
      button.classList.toggle("done", button.dataset.decision === decision);
    });
  }

  function move(step, test = () => true) {
    const all = rows();
    let place = all.indexOf(current()) + step;
    while (all[place] && !test(all[place])) place += step;
    if (all[place]) { show(all[place], body.contains(document.activeElement?.closest("#rows"))); return true; }
    turn(step);
    return false;
  }

  function turn(step) { // to the next page; where decided findings leave the list, the same page holds the next ones
    const query = new URLSearchParams(body.dataset.query);
    const page = Number(body.dataset.page || 1);
    const shrinks = query.has("decision") && rows().some((row) => row.dataset.decision !== row.dataset.was);
    const wanted = shrinks && step > 0 ? page : page + step;
    const link = $(step > 0 ? '[rel="next"]' : '[rel="prev"]');
    if (!link && !(shrinks && step > 0)) { say(step > 0 ? "This is the last finding." : "This is the first finding."); return; }
    query.set("page", wanted);
    location.assign(`/findings?${query}`);
  }

  // ---- Decisions ---------------------------------------------------------------------------------------------------
  const selected = () => rows().filter((row) => $("input", row)?.checked);
  const ask = (dialog, fill = () => {}) => new Promise((resolve) => {
    $("form", dialog).reset();
    fill();
    dialog.returnValue = "";
    dialog.addEventListener("close", () => {
      // A field in a closed dialog keeps the focus, and receives the next key, until the page is drawn again.
      if (dialog.contains(document.activeElement)) document.activeElement.blur();
      resolve(dialog.returnValue === "ok");
    }, { once: true });
    dialog.showModal();
  });

  async function named() {
    if (state.reviewer) return true;
    if (!await ask($("#namedialog"))) return false;
    state.reviewer = $("#name").value.trim();
    return Boolean(state.reviewer);
  }

  async function noted(required) {
    const dialog = $("#notedialog");
    const accepting = state.decision === "accepted";
    if (!await ask(dialog, () => {
      $("#note").value = state.note;
      $("#note").required = required;
      $("#expiresfield").hidden = !accepting;
    })) return false;
    state.note = $("#note").value.trim();
    state.expires = accepting ? $("#expires").value : "";
    if (state.note && !required) say("The note is saved with your decision about this finding.");
    return !required || Boolean(state.note);
  }

  async function several(count, words) {
    if (!await ask($("#bulkdialog"), () => {
      $("#bulkwords").textContent = state.all
        ? `Mark all ${shownCount(count)} findings in this list as ${words}, on this page and all other pages.`
        : `Mark ${shownCount(count)} ${count === 1 ? "finding" : "findings"} as ${words}.`;
    })) return false;
    if (Number($("#bulkcount").value.replace(/[,\s]/g, "")) === count) return true;
    say(`Nothing was saved: ${shownCount(count)} was not typed.`);
    return false;
  }

  const decide = (decision, reason, button) => attempt(async () => {
    const one = article();
    const everything = state.all;
    const chosen = everything ? [] : selected();
    const count = everything ? Number(body.dataset.total) : chosen.length;
    const prints = chosen.length ? chosen.map((row) => row.dataset.fingerprint) : [one?.dataset.fingerprint];
    if (!prints[0] || !await named()) return;
    const ready = (button?.dataset.note === undefined || state.note || await noted(true))
      && (!count || await several(count, REVIEWED[decision]));
    if (!ready) { closeReasons(); return; }
    const saved = await post("/decisions", {
      findings: everything ? [] : prints, decision, reason: reason ?? "", note: state.note,
      expires: state.expires || null, by: state.reviewer, query: body.dataset.query ?? "", everything,
      confirmed: count || 1,
    });
    const words = `Saved: ${REVIEWED[decision]}.`;
    if (everything) { reload(`${words} ${shownCount(count)} findings; z undoes this.`); return; }
    reflect(saved, Object.fromEntries(prints.map((print) => [print, decision])), words);
    closeReasons();
    chosen.forEach((row) => { $("input", row).checked = false; });
    bulk();
    if ($("#rows")) next(); else location.reload();
  });

  const shownCount = (number) => number.toLocaleString("en-US");

  function reflect(saved, latest, words) {
    state.note = state.expires = "";
    for (const row of rows()) {
      const given = latest[row.dataset.fingerprint];
      if (!given) continue;
      const decision = given === "withdrawn" ? "none" : given;
      row.dataset.was ??= row.dataset.decision;
      row.dataset.decision = decision;
      row.classList.toggle("decided", decision !== "none");
      $(".decision", row).textContent = REVIEWED[decision] ?? "";
    }
    const { reviewed, whole, total } = saved;
    body.dataset.total = total;
    const every = $('[data-do="all"] .count');
    if (every) every.textContent = shownCount(total);
    const of = `${shownCount(reviewed)} of ${shownCount(whole)}`;
    const progress = $(".progress");
    if (progress) progress.textContent = `${of} reviewed`;
    say(`${words} ${of}.`);
  }

  const next = () => move(1, (row) => row.dataset.decision === "none" && row.dataset.fingerprint);

  const undo = () => attempt(async () => {
    const saved = await post("/decisions/undo", { query: body.dataset.query ?? "", by: state.reviewer });
    const number = saved.findings.length;
    if (!number) { say("There is no decision to undo."); return; }
    const words = number > 1 ? `Undone: ${shownCount(number)} decisions.` : "Undone.";
    reflect(saved, saved.latest, words);
    const row = rows().find((each) => each.dataset.fingerprint in saved.latest);
    if (row && number <= rows().length) await show(row); else reload(words);
  });

  function openReasons(decision) {
    closeReasons();
    const group = $(`.reasons[data-for="${decision}"]`);
    if (!group) return;
    state.decision = decision;
    group.hidden = false;
    $(`.bar [data-decision="${decision}"]`).setAttribute("aria-expanded", "true");
    say(`${group.firstElementChild.textContent.trim()} …`);
  }

  function closeReasons() {
    state.decision = "";
    $$(".reasons").forEach((group) => { group.hidden = true; });
    $$(".bar [data-reasons]").forEach((button) => button.setAttribute("aria-expanded", "false"));
  }

  function bulk() {
    const count = state.all ? Number(body.dataset.total) : selected().length;
    const bar = $(".bar");
    document.body.classList.toggle("bulk", count > 0);
    if (bar) bar.dataset.bulk = state.all
      ? `All ${shownCount(count)} findings in this list are selected: a decision applies to all of them. Esc returns to one.`
      : `${count} selected: a decision applies to all of them`;
    $('[data-do="all"]')?.setAttribute("aria-pressed", String(state.all));
    rows().forEach((row) => row.classList.toggle("selected", Boolean($("input", row)?.checked)));
  }

  function everything() { // the next decision is about all findings of the list
    if (!$('[data-do="all"]') || !article()) return;
    state.all = !state.all;
    bulk();
    say(state.all ? $(".bar").dataset.bulk : "");
  }

  const missed = () => attempt(async () => {
    const one = article();
    const line = getSelection().anchorNode?.parentElement?.closest(".line") ?? $(".line:has(mark.current)", one) ?? $(".line", one);
    if (!await named() || !await ask($("#misseddialog"), () => {
      $("#missedline").value = line?.dataset.n ?? 1;
    })) return;
    await post("/missed", {
      document: Number(one.dataset.document), line: Number($("#missedline").value), rule: $("#missedrule").value,
      note: $("#missednote").value, by: state.reviewer,
    });
    say("Saved: missed finding.");
  });

  // ---- Clicks ------------------------------------------------------------------------------------------------------
  const WORK = {
    undo, missed, note: () => noted(false), back: closeReasons, all: everything,
    keys: () => $("#keysdialog")?.showModal(),
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.reason) { decide(state.decision, button.dataset.reason, button); return; }
    if (button?.dataset.decision) {
      if (button.dataset.reasons === undefined) decide(button.dataset.decision);
      else openReasons(button.dataset.decision);
      return;
    }
    if (button?.dataset.do) { WORK[button.dataset.do]?.(); return; }
    const link = event.target.closest("#rows > .row > a");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && !narrow()) {
      event.preventDefault();
      show(link.parentElement, true);
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest("#rows")) bulk();
    if (event.target.id === "sort") event.target.form.requestSubmit();
    if (event.target.id === "keysoff") localStorage.setItem("keysoff", event.target.checked ? "1" : "");
  });
  $$("form[data-post]").forEach((form) => form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      const values = Object.fromEntries(new FormData(form));
      const file = $('input[type="file"]', form)?.files[0];
      if (file) Object.assign(values, { name: file.name, text: await file.text() });
      if (form.dataset.post === "/samples/reviewed" && !await named()) return;
      if (form.dataset.post === "/samples/reviewed") values.by = state.reviewer;
      const saved = await post(form.dataset.post, values);
      if (saved.next) location.assign(saved.next); else say(saved.words ?? "Saved.");
    });
  }));

  // ---- Keys --------------------------------------------------------------------------------------------------------
  const narrow = () => matchMedia("(max-width: 699px)").matches;
  const document_of = () => current()?.dataset.document;
  const KEYS = {
    j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
    n: () => { const here = document_of(); move(1, (row) => row.dataset.document !== here); },
    p: () => { const here = document_of(); move(-1, (row) => row.dataset.document !== here); },
    "/": () => $("#q") && reach($("#q")),
    f: () => { if (narrow() || !$(".filters")?.offsetParent) location.hash = "filters"; reach($(".facet a") ?? $("#q")); },
    r: () => article() && noted(false),
    z: () => meta("csrf") && undo(), m: missed, a: everything,
    x: () => { const box = $("input", current() ?? body.cloneNode()); if (box) { box.checked = !box.checked; bulk(); } },
    c: () => copy(), d: () => $('form[data-post="/samples/reviewed"]')?.requestSubmit(),
    "?": WORK.keys,
    0: () => article() && decide("unsure"),
  };
  const LETTER = /^[a-z/?]$/;
  const reach = (element) => element?.focus();

  async function copy() {
    const link = $(".permalink");
    if (!link) return;
    try { await navigator.clipboard.writeText(link.href); say("Permalink copied."); } catch { say(link.href); }
  }

  function digit(key) {
    const place = Number(key) - 1;
    if (state.decision) {
      const button = $$(`.reasons[data-for="${state.decision}"] [data-reason]`)[place];
      if (button) decide(state.decision, button.dataset.reason, button);
    } else if (key === "1") decide("confirmed");
    else if (key === "2") openReasons("false_alarm");
    else if (key === "3") openReasons("accepted");
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if ($("dialog[open]")) return;
    const field = event.target.closest("input:not([type=checkbox]),select,textarea");
    if (event.key === "Escape") {
      if (field) field.blur();
      else if (state.decision) closeReasons();
      else if (state.all) everything();
      else if (location.hash) location.hash = "main";
      return;
    }
    if (field) return;
    if (LETTER.test(event.key) && localStorage.getItem("keysoff")) return;
    if (event.key === "Enter" && event.target.closest("#rows > .row > a")) {
      if (narrow()) return;
      event.preventDefault();
      ($(".text") ?? $("#pane")).focus({ preventScroll: true });
      return;
    }
    if (event.key === " " && !event.target.closest("button,a,input,summary,.text")) {
      const text = $(".reading");
      if (!text) return;
      event.preventDefault();
      text.scrollBy(0, (event.shiftKey ? -0.8 : 0.8) * text.clientHeight);
      return;
    }
    const arrow = event.key === "ArrowDown" || event.key === "ArrowUp";
    if (arrow && (!$("#rows") || event.target.closest(".text,.filters,.reading"))) return;
    const work = KEYS[event.key] ?? (/^[1-4]$/.test(event.key) && $(".bar") ? () => digit(event.key) : null);
    if (!work || (!article() && /[0-9rmc]/.test(event.key))) return;
    event.preventDefault();
    work();
  });

  if ($("#keysoff")) $("#keysoff").checked = Boolean(localStorage.getItem("keysoff"));
  opened();
  const said = sessionStorage.getItem("said");
  if (said) { sessionStorage.removeItem("said"); say(said); }
  current()?.scrollIntoView({ block: "nearest" });
})();
