/* The page: one run in detail and, if live, several runs in one plot. */
const PALETTE = ["var(--accent)", "var(--second)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)"];
const state = {data: JSON.parse(document.getElementById("data").textContent), chosen: null, hidden: new Set()};
const main = document.getElementById("main");

function chosenRun() {
  const runs = state.data.runs;
  return runs.find(run => run.folder === state.chosen) || runs[0];
}

function colour(run) {
  return PALETTE[state.data.runs.indexOf(run) % PALETTE.length];
}

/* Sections are built separately, so that a live page keeps its scroll position, its open tables and the focus. */
function parts(run) {
  const slim = {...run, updated: 0, left: 0};
  const many = state.data.runs.length > 1;
  return [
    ["runs", many ? [state.data.runs.map(each => [each.folder, each.state, each.done, each.left]), state.chosen, [...state.hidden]] : 0,
      () => many ? overview() : null],
    ["heading", [slim.state, run.done, run.seconds, run.folder], () => heading(run)],
    ["progress", [run.state, run.done, run.left], () => progress(run)],
    ["tiles", [run.done, run.seconds, run.validation.count, run.folder, run.memory], () => tiles(run)],
    ["notes", [run.findings, run.warnings, run.message, run.unreadable, run.state], () => notes(run)],
    ["curves", [run.done, run.validation.count, view.log, run.folder], () => curves(run, render)],
    ["samples", [run.answers || 0, run.state], () => samples(run)],
    ["data", run.data || 0, () => data(run)],
    ["memory", run.memory, () => memory(run)],
    ["next", [run.next, run.places], () => next(run)],
    ["config", run.config, () => config(run)],
    ["machine", [run.facts, run.machine], () => machine(run)]
  ];
}

const built = new Map();

function render() {
  const run = chosenRun();
  if (!run) {
    main.replaceChildren(element("p", {class: "lead"}, state.data.live ? "No run yet. This page shows runs as soon as their folders appear."
        : "There is no run in this page."));
    return;
  }
  document.title = run.name + " – " + (run.steps && run.state === "running" ? Math.floor(100 * run.done / run.steps) + " %"
      : run.stateLabel) + " – Tune4J";
  document.getElementById("kind").textContent = state.data.live ? "live" : "run report";
  const nodes = [];
  for (const [name, key, build] of parts(run)) {
    const text = JSON.stringify(key);
    const before = built.get(name);
    if (!before || before.text !== text) built.set(name, {text, node: build()});
    if (built.get(name).node) nodes.push(built.get(name).node);
  }
  let place = main.firstChild;
  for (const node of nodes) {
    if (node === place) place = place.nextSibling;
    else main.insertBefore(node, place);
  }
  while (place) {
    const gone = place;
    place = place.nextSibling;
    gone.remove();
  }
  main.querySelectorAll(".plot").forEach(node => {
    if (node.draw && !node.drawn) {
      node.drawn = true;
      node.draw();
    }
  });
  document.getElementById("foot").textContent = run.folder + (run.updated ? "  ·  as of " + date(run.updated) : "");
}

/* Compares runs: their curves in one plot, and a table to choose runs. */
function overview() {
  const runs = state.data.runs;
  const shown = runs.filter(run => !state.hidden.has(run.folder));
  const series = shown.map(run => ({name: run.name, color: colour(run), smooth: true,
    ...(run.validation.count > 1 ? run.validation : curve(run, "loss"))}));
  const row = run => {
    const valid = validationBest(run);
    const loss = lastOf(curve(run, "loss").value);
    const box = element("input", {type: "checkbox", "aria-label": "Draw " + run.name, checked: !state.hidden.has(run.folder),
      on: {change: event => {
        if (event.target.checked) state.hidden.delete(run.folder);
        else state.hidden.add(run.folder);
        render();
      }}});
    return element("tr", {class: run === chosenRun() ? "chosen" : ""},
        element("td", {}, element("label", {}, box, element("span", {class: "swatch square", style: "--c:" + colour(run)}))),
        element("td", {}, element("button", {type: "button", class: "link", on: {click: () => {
          state.chosen = run.folder;
          render();
        }}}, run.name)),
        element("td", {}, element("span", {class: "pill " + run.state}, run.stateLabel)),
        element("td", {class: "number"}, `${whole(run.done)}${run.steps ? " / " + whole(run.steps) : ""}`),
        element("td", {class: "number"}, number(loss)),
        element("td", {class: "number"}, valid ? number(valid.value) : "–"),
        element("td", {class: "number"}, run.left >= 0 ? duration(run.left) : ""));
  };
  return element("div", {}, plot({title: runs.every(run => run.validation.count > 1) ? "Validation loss" : "Loss", height: 260, series,
    legend: true}), element("div", {class: "card runs scroll", style: "margin:14px 0 40px;max-height:none"}, element("table", {},
      element("thead", {}, element("tr", {}, ["", "Run", "State", "Steps", "Loss", "Best validation", "Left"].map((name, i) =>
        element("th", {scope: "col", class: i > 2 ? "number" : ""}, name)))), element("tbody", {}, runs.map(row)))));
}

/* The theme: as the system, or as chosen. */
const themes = ["auto", "light", "dark"];
const dark = matchMedia("(prefers-color-scheme: dark)");
let theme = "auto";

function applyTheme() {
  document.documentElement.dataset.theme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
  document.documentElement.style.colorScheme = document.documentElement.dataset.theme;
  const button = document.getElementById("theme");
  button.textContent = theme[0].toUpperCase() + theme.slice(1);
  button.setAttribute("aria-label", "Colours: " + (theme === "auto" ? "as the system" : theme));
}

document.getElementById("theme").addEventListener("click", () => {
  theme = themes[(themes.indexOf(theme) + 1) % themes.length];
  applyTheme();
});
dark.addEventListener("change", applyTheme);
applyTheme();
render();

if (state.data.live) {
  const events = new EventSource("events");
  events.addEventListener("runs", event => {
    const changed = JSON.parse(event.data);
    const known = new Map(state.data.runs.map(run => [run.folder, run]));
    state.data.runs = changed.order.map(folder => changed.runs[folder] || known.get(folder)).filter(Boolean);
    render();
  });
  events.addEventListener("error", () => {
    document.getElementById("kind").textContent = "live – tune watch has ended";
  });
}
