// Run cablecheck in the page: Python compiled to WebAssembly, the package, and the loaded rules, all files of this site.
const state = document.getElementById("state");
const text = document.getElementById("telegram");
const button = document.getElementById("check");
const list = document.getElementById("findings");

const SET_UP = `
import json, os
import checker
from checker import errors, resources
from checker.rulebook import compiled_cache

path = compiled_cache.cache_path([resources.data_dir("rules")])
os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8", newline="") as file:
    file.write(RULES)

def judge(text):
    try:
        found = checker.check(text, name="telegram")
    except errors.CablecheckError as error:
        return json.dumps({"error": str(error)})
    rows = [[f.start.line, f.start.column, f.severity, f.rule, f.message, f.help, f.span.start, f.span.end] for f in found.findings]
    rows += [[f.start.line, f.start.column, "undetermined", f.rule, f.why, "", f.span.start, f.span.end] for f in found.undetermined]
    return json.dumps({"rows": rows})
`;

function units(source, place) { // Python counts code points, a text field UTF-16 units
  return Array.from(source).slice(0, place).join("").length;
}

function element(name, words, more = {}) {
  return Object.assign(document.createElement(name), {textContent: words}, more);
}

function show(found, source) {
  list.replaceChildren();
  if (found.error) {
    state.textContent = found.error;
    return;
  }
  for (const [line, column, severity, rule, message, help, start, end] of found.rows) {
    const item = document.createElement("li");
    const place = element("a", `${line}:${column}`, {href: "#telegram"});
    place.addEventListener("click", (event) => {
      event.preventDefault();
      text.focus();
      text.setSelectionRange(units(source, start), units(source, end));
    });
    const page = element("a", rule, {href: `../rules/${encodeURIComponent(rule)}/`});
    item.append(place, ` ${severity} `, page, ` ${message}`);
    if (help) item.append(document.createElement("br"), element("small", help));
    list.append(item);
  }
  const number = found.rows.filter((row) => row[2] !== "undetermined").length;
  state.textContent = number === 1 ? "1 finding" : `${number} findings`;
}

async function file(name) {
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`${name} is missing`);
  return answer;
}

async function start() {
  let rules;
  try {
    rules = await (await file("rules.json")).text();
  } catch {
    state.textContent = "This copy of the site was built without the playground.";
    return;
  }
  text.value = await (await file("example.txt")).text();
  const {loadPyodide} = await import("./pyodide.mjs");
  const python = await loadPyodide({indexURL: new URL("./", import.meta.url).href});
  python.unpackArchive(await (await file("cablecheck.zip")).arrayBuffer(), "zip");
  python.globals.set("RULES", rules);
  await python.runPythonAsync(SET_UP);
  const judge = python.globals.get("judge");
  button.addEventListener("click", () => show(JSON.parse(judge(text.value)), text.value));
  button.disabled = false;
  state.textContent = "Ready.";
}

start().catch((error) => { state.textContent = `The playground could not be loaded: ${error.message}`; });
