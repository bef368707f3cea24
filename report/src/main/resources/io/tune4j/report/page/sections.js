/* The sections of the page for one run, from the data of RunJson. */
const NAMES = {
  loss: "Loss", lr: "Learning rate", grad_norm: "Gradient norm", tokens_per_second: "Tokens per second",
  trained_tokens_per_second: "Trained tokens per second", step_seconds: "Seconds per step", memory_now: "Memory (GiB)",
  peak_memory_active: "Peak memory (GiB)"
};
const EMPTY = {step: [], value: [], count: 0, mean: null};

function curve(run, name) {
  return run.curves[name] || EMPTY;
}

function validationBest(run) {
  const best = lowest(run.validation);
  return best < 0 ? null : {step: run.validation.step[best], value: run.validation.value[best]};
}

function heading(run) {
  const parts = [run.recipe, run.source, run.started ? date(run.started) : "", run.version ? "Tune4J " + run.version : ""];
  const facts = run.facts || {};
  return element("div", {},
      element("div", {class: "title"}, element("h1", {}, run.name),
          element("span", {class: "pill " + run.state}, run.stateLabel)),
      element("p", {class: "under"}, parts.filter(Boolean).join("  ·  ")),
      element("p", {class: "lead"}, story(run)),
      run.state === "running" && !state.data.live ? element("p", {class: "under"},
          `Written during the run, at ${date(run.updated)}. `, element("code", {}, "tune report DIR"), " writes this page again.") : null,
      facts.model ? element("p", {class: "under"}, [facts.model, facts.adapter].filter(Boolean).join("  ·  ")) : null);
}

/* One or two sentences about the run's result. */
function story(run) {
  const validation = run.validation;
  const loss = curve(run, "loss");
  const steps = run.steps ? `${whole(run.done)} of ${whole(run.steps)} steps` : `${whole(run.done)} steps`;
  const time = run.seconds > 0 ? ` in ${duration(run.seconds)}` : "";
  const change = (what, list) => {
    const first = list.find(value => value !== null);
    const last = lastOf(list);
    const verb = last < first ? "fell" : last > first ? "rose" : "stayed";
    return [`${what} ${verb} from `, element("b", {}, number(first)), " to ", element("b", {}, number(last)),
      ` (${percent(last / first - 1)})`];
  };
  if (run.done === 0) return "No step is done yet.";
  const text = validation.count > 1 ? change("The validation loss", validation.value)
      : loss.count > 1 ? change("The training loss", loss.value) : [];
  if (run.state === "running") return [...text, text.length ? " so far. " : "", `${steps} are done${time}.`];
  if (run.state === "stuck") {
    return [`Nothing was written since ${date(run.updated)}: the process may hang, or its machine is gone. `, `${steps} were done.`];
  }
  return [...text, text.length ? ` after ${steps}${time}.` : `${steps} were done${time}.`];
}

function progress(run) {
  if (run.state !== "running" && run.state !== "stuck" || !run.steps) return null;
  const share = run.done / run.steps;
  return element("div", {class: "progress"},
      element("div", {class: "track", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": run.steps,
        "aria-valuenow": run.done, "aria-label": "Steps"}, element("div", {class: "done", style: `width:${100 * share}%`})),
      element("p", {}, `step ${whole(run.done)} of ${whole(run.steps)}`
          + (run.left > 0 ? `, about ${duration(run.left)} left` : "")));
}

function tile(label, figure, unit, note) {
  return element("div", {class: "tile"}, element("dt", {}, label),
      element("dd", {class: "figure"}, figure, unit ? element("small", {}, unit) : null),
      element("dd", {class: "note"}, note || " "));
}

function tiles(run) {
  const loss = curve(run, "loss");
  const best = lowest(loss);
  const valid = validationBest(run);
  const speed = curve(run, "tokens_per_second");
  const found = [];
  if (valid) {
    found.push(tile("Validation loss", number(lastOf(run.validation.value)), "",
        `best ${number(valid.value)} at step ${whole(valid.step)}`));
  }
  if (best >= 0) {
    found.push(tile("Training loss", number(lastOf(loss.value)), "", `best ${number(loss.value[best])} at step ${whole(loss.step[best])}`));
  }
  if (speed.mean !== null) {
    found.push(tile("Speed", number(speed.mean), "tokens/s", `last ${number(lastOf(speed.value))}`));
  }
  const phases = run.memory.phases || [];
  const peakCurve = curve(run, "peak_memory_active").value;
  const peak = phases.length ? Math.max(...phases.map(phase => phase.bytes))
      : peakCurve.length ? lastOf(peakCurve) * 2 ** 30 : 0;
  if (peak) {
    found.push(tile("Peak memory", ...bytes(peak).split(" "),
        run.memory.limit ? `${(100 * peak / run.memory.limit).toFixed(0)} % of ${bytes(run.memory.limit)}` : "no limit"));
  }
  if (run.seconds > 0) {
    found.push(tile("Time", duration(run.seconds), "", run.steps ? `${whole(run.done)} of ${whole(run.steps)} steps` : ""));
  }
  return element("dl", {class: "tiles card"}, found);
}

function notes(run) {
  const failure = run.state === "failed" && run.message ? [element("li", {class: "failure"}, run.message)] : [];
  const unreadable = run.unreadable ? [element("li", {class: "warning"},
      `${run.unreadable} ${run.unreadable === 1 ? "line" : "lines"} of the run's files could not be read and are left out.`)] : [];
  const all = [...failure, ...run.findings.map(text => element("li", {}, text)),
    ...run.warnings.map(text => element("li", {class: "warning"}, text)), ...unreadable];
  return all.length ? section("What stands out", null, element("ul", {class: "notes"}, all)) : null;
}

function section(title, about, ...children) {
  const id = "h-" + title.toLowerCase().replace(/[^a-z]+/g, "-");
  return element("section", {"aria-labelledby": id}, element("h2", {id}, title),
      about ? element("p", {class: "about"}, about) : null, children);
}

const view = {log: false};

function lossPlot(run, redraw) {
  const valid = validationBest(run);
  const toggle = element("button", {type: "button", class: "quiet", "aria-pressed": String(view.log),
    on: {click: () => {
      view.log = !view.log;
      redraw();
    }}}, "Log scale");
  return plot({title: "Training and validation", height: 320, log: view.log, tools: element("span", {class: "tools"}, toggle),
    legend: true,
    series: [{name: "training", ...curve(run, "loss"), color: "var(--accent)", smooth: true},
      {name: "validation", ...run.validation, color: "var(--second)", dots: true}],
    best: valid ? {...valid, text: `best ${number(valid.value)}`} : null});
}

function curves(run, redraw) {
  const single = (name, options) => plot({title: NAMES[name] || name,
    series: [{name: NAMES[name] || name, ...curve(run, name), color: "var(--accent)", smooth: (options || {}).smooth}], ...options});
  const memory = curve(run, "memory_now");
  const limit = run.memory.limit / 2 ** 30;
  const peak = memory.value.length ? Math.max(...memory.value.filter(value => value !== null)) : 0;
  const small = [single("lr"), single("grad_norm", {smooth: true, zero: true}),
    single("tokens_per_second", {smooth: true, zero: true})];
  if (memory.count) {
    small.push(single("memory_now", {zero: true, format: value => number(value) + " GiB",
      limit: limit > 0 && limit < 6 * peak ? {value: limit, text: "limit " + bytes(run.memory.limit)} : null}));
  }
  const shown = ["loss", "lr", "grad_norm", "tokens_per_second", "memory_now", "peak_memory_active",
    "trained_tokens_per_second", "step_seconds"];
  for (const name of Object.keys(run.curves)) {
    if (!shown.includes(name)) small.push(single(name, {smooth: true}));
  }
  const many = curve(run, "loss").count > curve(run, "loss").step.length;
  return section("Curves", many ? "Of each range of steps the first, lowest, highest and last value are drawn. The bold line is"
      + " their running mean." : null,
      lossPlot(run, redraw), element("div", {class: "plots"}, small));
}

function samples(run) {
  if (!run.answers || !run.answers.length) return null;
  const isOpen = run.state === "running" || run.state === "stuck";
  return section("Samples", "The model's answers to records of the validation set. Changes by training are marked.",
      element("div", {class: "samples"}, run.answers.map(answer => {
        const ended = answer.after !== "";
        const marks = ended ? difference(answer.before, answer.after) : {before: answer.before, after: ""};
        const exact = ended && answer.after.trim() === answer.expected.trim();
        const row = (name, content, kind) => [element("dt", {}, name), element("dd", {class: kind || ""}, content)];
        return element("div", {class: "sample card"}, element("dl", {}, row("Prompt", answer.prompt.trim(), "prompt"),
            row("Before", marks.before), ended ? row(isOpen ? "Now" : "After", [marks.after, exact ? element("span", {class: "match"}, "✓ exact") : null]
                .flat(), "after") : [],
            row("Expected", answer.expected)));
      })));
}

function data(run) {
  if (!run.data || !run.data.length) return null;
  return section("Data", "Lengths of the samples in tokens, and the share of the tokens that carry loss.",
      element("div", {class: "plots"}, run.data.map(set => {
        const share = set.tokens ? set.trained_tokens / set.tokens : 0;
        return element("div", {class: "set card"}, element("h3", {}, set.key), element("p", {}, set.description),
            histogram(set),
            element("p", {}, `half at most ${whole(set.half)}, nine of ten at most ${whole(set.ninety)}, longest ${whole(set.longest)} tokens`),
            element("div", {class: "share", role: "img", "aria-label": `${(100 * share).toFixed(0)} % of the tokens are trained`},
                element("i", {style: `width:${100 * share}%`})),
            element("p", {}, `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} % of ${whole(set.tokens)} tokens are trained`));
      })));
}

function memory(run) {
  if (!run.memory.phases || !run.memory.phases.length) return null;
  const files = run.memory.phases.some(phase => phase.file_backed > 0);
  return section("Memory", `The peak of each phase`
      + (run.memory.limit ? `; the run may take ${bytes(run.memory.limit)}.` : ".")
      + (files ? " The pale part is pages of files, which the system takes back when it needs memory." : ""),
      memoryBars(run.memory));
}

function config(run) {
  if (!run.config.length) return null;
  const differing = run.config.filter(row => row.differs).length;
  const known = run.config.some(row => row.default !== undefined);
  const row = entry => element("tr", {class: entry.differs ? "differs" : ""},
      element("td", {}, element("code", {}, entry.key)),
      element("td", {class: "value"}, element("code", {}, entry.value)),
      element("td", {}, entry.default === undefined ? element("span", {class: "muted"}, "—")
          : element("code", {class: entry.differs ? "" : "muted"}, entry.differs ? entry.default : "same")),
      element("td", {class: "origin"}, element("code", {class: "muted"}, entry.origin)));
  const table = element("table", {class: "keys"}, element("thead", {}, element("tr", {},
      ["Key", "Value", "Default", "From"].map((name, i) => element("th", {scope: "col", class: i === 3 ? "origin" : ""}, name)))),
      element("tbody", {}, run.config.map(row)));
  return section("Config", known ? `${differing} of ${run.config.length} values differ from their default; a bar marks them.` : null,
      element("div", {class: "card pad", style: "padding-left:0"}, table));
}

function machine(run) {
  const facts = Object.entries({...run.facts, ...run.machine});
  if (!facts.length) return null;
  return section("Run and machine", null, element("div", {class: "card pad"}, element("table", {}, element("tbody", {},
      facts.map(([name, value]) => element("tr", {}, element("th", {scope: "row", style: "width:24%"}, name),
          element("td", {}, value)))))));
}

function next(run) {
  const commands = run.next.map(step => {
    const copy = element("button", {type: "button", class: "quiet", "aria-label": "Copy: " + step.what, on: {click: () => {
      const done = () => {
        copy.textContent = "Copied";
        setTimeout(() => copy.textContent = "Copy", 1500);
      };
      if (navigator.clipboard) navigator.clipboard.writeText(step.command).then(done, () => select(code));
      else select(code);
    }}}, "Copy");
    const code = element("code", {}, step.command);
    return element("div", {class: "command card"}, element("h3", {}, step.what), copy, element("pre", {}, code));
  });
  const places = run.places.length ? element("div", {class: "card pad", style: "margin-top:14px"}, element("table", {}, element("tbody", {},
      run.places.map(place => element("tr", {}, element("th", {scope: "row"}, place.what),
          element("td", {}, element("code", {}, place.path)), element("td", {class: "muted"}, place.note)))))) : null;
  return section("Next", null, element("div", {class: "commands"}, commands), places);
}

function select(code) {
  const range = document.createRange();
  range.selectNodeContents(code);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}
