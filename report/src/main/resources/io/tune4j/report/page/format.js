/* Numbers as text, and elements. */
const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  return fill(made, attributes, children);
}

function shape(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  return fill(made, attributes, children);
}

function fill(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    } else if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(key, value === true ? "" : value);
    }
  }
  made.append(...children.flat().filter(child => child !== null && child !== undefined));
  return made;
}

/* Four significant digits, enough to compare. */
function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 100000) return Math.round(value).toLocaleString("en");
  if (size >= 1000) return Math.round(value).toLocaleString("en");
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(2);
  if (size >= 0.01) return value.toFixed(4);
  return value.toExponential(2).replace("e-", "e−").replace("e+", "e");
}

function whole(value) {
  return Math.round(value).toLocaleString("en");
}

function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return (value >= 100 || unit === 0 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2)) + " " + units[unit];
}

function duration(seconds) {
  if (!(seconds >= 0)) return "–";
  if (seconds < 10) return seconds.toFixed(1) + "\u00a0s";
  const all = Math.round(seconds);
  if (all < 60) return all + "\u00a0s";
  const minutes = Math.floor(all / 60);
  if (minutes < 60) return minutes + "\u00a0min " + (all % 60) + "\u00a0s";
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return hours + "\u00a0h " + (minutes % 60) + "\u00a0min";
  return Math.floor(hours / 24) + "\u00a0d " + (hours % 24) + "\u00a0h";
}

function date(millis) {
  return new Date(millis).toLocaleString("en-GB", {day: "numeric", month: "short", year: "numeric", hour: "2-digit",
    minute: "2-digit"});
}

function percent(value) {
  const sign = value > 0 ? "+" : value < 0 ? "−" : "";
  return sign + Math.abs(100 * value).toFixed(Math.abs(value) < 0.1 ? 1 : 0) + " %";
}

function lastOf(list) {
  for (let i = list.length - 1; i >= 0; i--) if (list[i] !== null) return list[i];
  return null;
}

function lowest(curve) {
  let best = -1;
  curve.value.forEach((value, i) => {
    if (value !== null && (best < 0 || value < curve.value[best])) best = i;
  });
  return best;
}
