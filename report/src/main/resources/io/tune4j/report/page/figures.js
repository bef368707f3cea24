/* Figures besides curves. */

/* Samples by length. Buckets are counts of samples, each as wide as so many tokens. */
function histogram(set) {
  const height = 120;
  const svg = shape("svg", {role: "img", width: "100%", height, preserveAspectRatio: "none",
    "aria-label": `Lengths of ${set.samples} samples: half have at most ${set.half} tokens, nine of ten at most `
        + `${set.ninety}, the longest ${set.longest}.`});
  const draw = () => {
    const width = Math.max(200, svg.clientWidth);
    const bottom = height - 22;
    const most = Math.max(...set.buckets, 1);
    const each = (width - 2) / set.buckets.length;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.replaceChildren();
    set.buckets.forEach((count, i) => {
      const tall = count === 0 ? 0 : Math.max(1.5, count / most * (bottom - 6));
      svg.append(shape("rect", {class: "bar-fill", x: 1 + i * each + each * 0.08, y: bottom - tall,
        width: Math.max(1, each * 0.84), height: tall, rx: Math.min(2.5, each / 4)},
          shape("title", {}, `${i * set.bucket_width} to ${(i + 1) * set.bucket_width - 1} tokens: ${count} samples`)));
    });
    svg.append(shape("line", {class: "axis", x1: 0, x2: width, y1: bottom + 0.5, y2: bottom + 0.5}));
    const end = set.buckets.length * set.bucket_width;
    const places = ticks(0, end, Math.max(3, Math.floor(width / 90)));
    for (const tick of places) {
      const at = 1 + tick / end * (width - 2);
      svg.append(shape("text", {x: Math.min(at, width - 2), y: height - 6,
        "text-anchor": tick === 0 ? "start" : at > width - 20 ? "end" : "middle"}, tickText(tick, places)));
    }
  };
  new ResizeObserver(draw).observe(svg);
  return svg;
}

/* The peak of each phase, against the limit. */
function memoryBars(memory) {
  const most = Math.max(...memory.phases.map(phase => phase.bytes)) || 1;
  /* With a limit far above the peaks the bars would be invisible. */
  const close = memory.limit > 0 && memory.limit < 3 * most;
  const scale = close ? Math.max(memory.limit, most) : most;
  const rows = memory.phases.map(phase => {
    const own = phase.bytes - phase.file_backed;
    return element("tr", {}, element("th", {scope: "row"}, phase.phase),
        element("td", {style: "width:70%"}, shape("svg", {width: "100%", height: 14, role: "img",
          "aria-label": `${bytes(phase.bytes)}, of it ${bytes(phase.file_backed)} pages of files`},
            shape("rect", {class: "bar-soft", x: 0, y: 2, height: 10, rx: 3, width: 100 * phase.bytes / scale + "%"}),
            shape("rect", {class: "bar-fill", x: 0, y: 2, height: 10, rx: 3, width: 100 * own / scale + "%"}),
            close ? shape("line", {class: "limit", x1: 100 * memory.limit / scale - 0.15 + "%",
              x2: 100 * memory.limit / scale - 0.15 + "%", y1: 0, y2: 14}) : null)),
        element("td", {class: "number"}, bytes(phase.bytes)));
  });
  return element("div", {class: "card pad"}, element("table", {}, element("tbody", {}, rows)));
}

/* Splits a text into words and the spaces between them. */
function words(text) {
  return text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) || [];
}

/* Words outside the longest common subsequence are marked. */
function difference(before, after) {
  const a = words(before).slice(0, 600);
  const b = words(after).slice(0, 600);
  const table = Array.from({length: a.length + 1}, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  const kept = {before: new Set(), after: new Set()};
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      kept.before.add(i++);
      kept.after.add(j++);
    } else if (table[i + 1][j] >= table[i][j + 1]) i++;
    else j++;
  }
  return {before: marked(a, kept.before, "del"), after: marked(b, kept.after, "ins")};
}

function marked(parts, kept, tag) {
  const found = [];
  let run = "";
  let inside = false;
  const flush = () => {
    if (run) found.push(inside ? element(tag, {}, run) : run);
    run = "";
  };
  parts.forEach((part, i) => {
    const changed = !kept.has(i);
    if (changed !== inside && !(inside && /^\s+$/.test(part) && i + 1 < parts.length && !kept.has(i + 1))) {
      flush();
      inside = changed;
    }
    run += part;
  });
  flush();
  return found;
}
