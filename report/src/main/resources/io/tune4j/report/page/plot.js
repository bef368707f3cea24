/* A plot of curves over steps. All plots of a page share the step under the pointer. */
const cursor = {step: null, plots: new Set()};

function moveCursor(step) {
  cursor.step = step;
  cursor.plots.forEach(plot => plot.isConnected ? plot.showStep(step) : cursor.plots.delete(plot));
}

/* Ticks at 1, 2 or 5 times a power of ten. */
function ticks(low, high, most) {
  const span = high - low || Math.abs(high) || 1;
  let step = 10 ** Math.floor(Math.log10(span / most));
  for (const factor of [1, 2, 5, 10]) {
    if (span / (step * factor) <= most) {
      step *= factor;
      break;
    }
  }
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(i * step);
  return found;
}

function tickText(value, all) {
  const step = all.length > 1 ? Math.abs(all[1] - all[0]) : Math.abs(value) || 1;
  if (value === 0) return "0";
  if (Math.abs(value) >= 1000) return Math.abs(value) >= 1e6 ? value / 1e6 + " M" : +(value / 1000).toPrecision(6) + " k";
  if (Math.abs(value) < 0.001 || step < 0.0005) return value.toExponential(1).replace("e-", "e−");
  return value.toFixed(Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9))));
}

function exponential(values, points) {
  const keep = 1 - 1 / points;
  let sum = 0;
  let weight = 0;
  return values.map(value => {
    sum = sum * keep + (value ?? 0);
    weight = weight * keep + (value === null ? 0 : 1);
    return {sum, weight};
  });
}

/* The mean of exponentially weighted averages in both directions, over about so many points, which does not lag behind the curve. */
function smoothed(values, points) {
  const forward = exponential(values, points);
  const backward = exponential([...values].reverse(), points).reverse();
  return values.map((value, i) => value === null ? null
      : (forward[i].sum + backward[i].sum - value) / (forward[i].weight + backward[i].weight - 1));
}

function bounds(series, log) {
  let low = Infinity;
  let high = -Infinity;
  let first = Infinity;
  let last = -Infinity;
  for (const one of series) {
    const sorted = one.value.filter(value => value !== null && (!log || value > 0)).sort((a, b) => a - b);
    if (!sorted.length) continue;
    /* A few outliers at the beginning must not flatten the rest. */
    const top = sorted.length > 40 ? sorted[Math.floor(0.995 * (sorted.length - 1))] : sorted[sorted.length - 1];
    low = Math.min(low, sorted[0]);
    high = Math.max(high, Math.max(top, sorted[Math.floor(sorted.length / 2)]));
    first = Math.min(first, one.step[0]);
    last = Math.max(last, one.step[one.step.length - 1]);
  }
  return {low, high, first, last};
}

/*
 * options: title, height, series [{name, step, value, color, dots, smooth}], format, zero, log, best {step, value, text},
 * limit {value, text}.
 */
function plot(options) {
  const series = options.series.filter(one => one.value.some(value => value !== null));
  const readout = element("span", {class: "readout"});
  const header = element("header", {}, element("h3", {}, options.title), options.tools, readout);
  const svg = shape("svg", {tabindex: 0, role: "img", "aria-label": describe(options, series)});
  const frame = element("div", {class: "plot card", "data-plot": options.title}, header, svg);
  if (series.length > 1 || options.legend) {
    frame.append(element("ul", {class: "legend"}, series.map(one => element("li", {},
        element("span", {class: "swatch", style: "--c:" + one.color}), one.name))));
  }
  frame.append(valuesTable(options, series));
  if (!series.length) {
    svg.remove();
    frame.append(element("p", {class: "muted"}, "Nothing was logged."));
    return frame;
  }
  const format = options.format || number;
  let x = null;
  let width = 0;
  const height = options.height || 190;
  const marker = shape("g", {});

  function draw() {
    width = Math.max(240, svg.clientWidth || frame.clientWidth - 36);
    const box = bounds(series, options.log);
    if (options.zero) box.low = Math.min(0, box.low);
    if (options.limit) box.high = Math.max(box.high, options.limit.value);
    if (box.high === box.low) {
      box.high += Math.abs(box.high) * 0.1 || 1;
      box.low -= Math.abs(box.low) * 0.1;
    }
    const pad = options.log ? 0 : 0.06 * (box.high - box.low);
    box.high += pad;
    if (!options.zero) box.low -= pad;
    const scale = options.log ? value => Math.log10(value) : value => value;
    const yTicks = options.log ? logTicks(box.low, box.high) : ticks(box.low, box.high, height > 220 ? 6 : 4);
    const left = 12 + 7.2 * Math.max(...yTicks.map(tick => tickText(tick, yTicks).length));
    const right = width - 10;
    const top = 12;
    const bottom = height - 24;
    const spanX = box.last - box.first || 1;
    x = step => left + (step - box.first) / spanX * (right - left);
    const low = scale(box.low);
    const y = value => bottom - (scale(value) - low) / (scale(box.high) - low) * (bottom - top);
    const clampedY = value => Math.max(top - 6, Math.min(bottom, y(value)));
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", height);
    svg.replaceChildren();
    for (const tick of yTicks) {
      svg.append(shape("line", {class: "grid", x1: left, x2: right, y1: y(tick), y2: y(tick)}),
          shape("text", {x: left - 8, y: y(tick) + 4, "text-anchor": "end"}, tickText(tick, yTicks)));
    }
    svg.append(shape("line", {class: "axis", x1: left, x2: right, y1: bottom, y2: bottom}));
    const xTicks = ticks(box.first, box.last, Math.max(2, Math.floor(width / 90))).filter(Number.isInteger);
    for (const tick of xTicks) {
      const end = x(tick) > right - 12;
      svg.append(shape("text", {x: end ? right : x(tick), y: height - 6, "text-anchor": end ? "end" : "middle"}, tickText(tick, xTicks)));
    }
    if (options.limit) {
      svg.append(shape("line", {class: "limit", x1: left, x2: right, y1: y(options.limit.value), y2: y(options.limit.value)}),
          shape("text", {x: right, y: y(options.limit.value) - 5, "text-anchor": "end"}, options.limit.text));
    }
    for (const one of series) {
      const style = "--c:" + one.color;
      const points = one.step.length;
      const smooth = one.smooth && points > 60;
      svg.append(shape("path", {class: smooth ? "curve raw" : "curve", style, d: path(one.step, one.value, x, clampedY, options.log)}));
      if (smooth) {
        const mean = smoothed(one.value, Math.max(8, points / 60));
        svg.append(shape("path", {class: "curve", style, d: path(one.step, mean, x, clampedY, options.log)}));
      }
      if (one.dots && points <= 40) {
        one.step.forEach((step, i) => one.value[i] === null ? null
            : svg.append(shape("circle", {class: "dot", style, cx: x(step), cy: clampedY(one.value[i]), r: 3.5})));
      }
    }
    if (options.best) {
      const bx = x(options.best.step);
      const by = clampedY(options.best.value);
      const end = bx > right - 90;
      svg.append(shape("circle", {class: "best", cx: bx, cy: by, r: 5}),
          shape("text", {class: "best-label", x: end ? Math.min(bx + 5, right) : bx - 5, y: by < top + 24 ? by + 22 : by - 13,
            "text-anchor": end ? "end" : "start"}, options.best.text));
    }
    svg.append(marker);
    frame.showStep(cursor.step);
  }

  frame.showStep = step => {
    marker.replaceChildren();
    const shown = step === null ? null : nearest(series[0], step);
    readout.textContent = series.map(one => {
      const i = shown === null ? one.step.length - 1 : nearest(one, series[0].step[shown]);
      const text = format(shown === null ? lastOf(one.value) : one.value[i]);
      return (series.length > 1 ? one.name + " " : "") + text;
    }).join("   ·   ");
    if (shown !== null) {
      const at = series[0].step[shown];
      readout.textContent = "step " + whole(at) + "   ·   " + readout.textContent;
      if (x) marker.append(shape("line", {class: "cursor", x1: x(at), x2: x(at), y1: 12, y2: height - 24}));
    } else {
      readout.textContent = (options.lastText || "last ") + readout.textContent;
    }
  };

  svg.addEventListener("pointermove", event => {
    const box = svg.getBoundingClientRect();
    const at = (event.clientX - box.left) / box.width * width;
    const first = x(series[0].step[0]);
    const end = x(lastOf(series[0].step));
    const share = Math.max(0, Math.min(1, (at - first) / (end - first || 1)));
    moveCursor(series[0].step[0] + share * (lastOf(series[0].step) - series[0].step[0]));
  });
  svg.addEventListener("pointerleave", () => moveCursor(null));
  svg.addEventListener("keydown", event => {
    const steps = series[0].step;
    const i = cursor.step === null ? steps.length - 1 : nearest(series[0], cursor.step);
    const jump = event.shiftKey ? Math.max(1, Math.round(steps.length / 20)) : 1;
    const to = {ArrowLeft: i - jump, ArrowRight: i + jump, Home: 0, End: steps.length - 1}[event.key];
    if (event.key === "Escape") moveCursor(null);
    if (to === undefined) return;
    event.preventDefault();
    moveCursor(steps[Math.max(0, Math.min(steps.length - 1, to))]);
    document.getElementById("announce").textContent = options.title + ": " + readout.textContent;
  });
  cursor.plots.add(frame);
  new ResizeObserver(() => {
    if (frame.isConnected && svg.clientWidth && Math.abs(svg.clientWidth - width) > 1) draw();
  }).observe(frame);
  frame.draw = draw;
  return frame;
}

function logTicks(low, high) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const factor of [1, 2, 5]) {
      const tick = factor * 10 ** power;
      if (tick >= low && tick <= high) found.push(tick);
    }
  }
  return found.length ? found : [low, high];
}

function path(steps, values, x, y, log) {
  let text = "";
  let pen = "M";
  for (let i = 0; i < steps.length; i++) {
    if (values[i] === null || (log && values[i] <= 0)) {
      pen = "M";
    } else {
      text += pen + x(steps[i]).toFixed(1) + " " + y(values[i]).toFixed(1);
      pen = "L";
    }
  }
  return text;
}

function nearest(one, step) {
  let low = 0;
  let high = one.step.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (one.step[middle] <= step) low = middle;
    else high = middle;
  }
  return Math.abs(one.step[low] - step) <= Math.abs(one.step[high] - step) ? low : high;
}

function describe(options, series) {
  const format = options.format || number;
  return options.title + ". " + series.map(one => {
    const best = lowest(one);
    return `${one.name}: from ${format(one.value.find(value => value !== null))} at step ${one.step[0]} to `
        + `${format(lastOf(one.value))} at step ${lastOf(one.step)}, lowest ${format(one.value[best])} at step ${one.step[best]}`;
  }).join(". ") + ". Arrow keys move along the curve.";
}

/* The numbers of the plot as a table, which is built when it is opened. */
function valuesTable(options, series) {
  const details = element("details", {}, element("summary", {}, "Values"));
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1) return;
    const steps = [...new Set(series.flatMap(one => one.step))].sort((a, b) => a - b);
    const stride = Math.ceil(steps.length / 200);
    const maps = series.map(one => new Map(one.step.map((step, i) => [step, one.value[i]])));
    details.append(element("div", {class: "scroll", tabindex: 0, role: "region", "aria-label": options.title + ", values"},
        element("table", {}, element("thead", {}, element("tr", {}, element("th", {scope: "col"}, "step"),
            series.map(one => element("th", {scope: "col", class: "number"}, one.name)))),
        element("tbody", {}, steps.filter((step, i) => i % stride === 0 || i === steps.length - 1).map(step =>
          element("tr", {}, element("td", {}, whole(step)), maps.map(map =>
            element("td", {class: "number"}, map.has(step) ? String(map.get(step) ?? "not finite") : ""))))))));
  });
  return details;
}
