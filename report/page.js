"use strict";
/* The page of a report, from the data in #data (report/report_page.c). Texts become text nodes alone: none of a
 * result file is ever read as HTML. */
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const section = (id) => document.getElementById(id);
  const place = new Map(data.columns.map((c, i) => [c.name, i]));
  const MOST_PRINTED = 60; /* runs in the table on paper */
  const fixed = new Map(data.constants.map((c) => [c.name, c]));

  /* ---- elements and numbers ---- */

  function make(tag, content, attributes = {}) {
    const e = document.createElement(tag);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    for (const c of [].concat(content ?? [])) e.append(c);
    return e;
  }

  const cell = (row, name) =>
    place.has(name) ? data.rows[row][place.get(name)] : fixed.has(name) ? fixed.get(name).value : "nan";
  const isNumber = (text) => text !== "" && Number.isFinite(Number(text));
  const missing = (text) => text === "" || text === "nan";
  const failed = (row) => cell(row, "status") !== "ok" && cell(row, "status") !== "interrupted";

  /* Four digits, and letters for thousands. */
  function short(v) {
    if (!Number.isFinite(v)) return "–";
    const size = Math.abs(v);
    if (size >= 1e15 || (size > 0 && size < 1e-3)) return v.toExponential(2);
    const k = size >= 1e4 ? Math.min(4, Math.floor(Math.log10(size) / 3)) : 0;
    return String(Number((v / 1000 ** k).toPrecision(4))) + ["", " k", " M", " G", " T"][k];
  }

  /* Of column `name`, in its unit: accuracies with two decimals, so that they stand below each other. */
  const shown = (name, v) => (factor(name)[1] ? v.toFixed(2) : short(v));
  const deviation = (name, v) => (factor(name)[1] ? v.toFixed(2) : short(Number(v.toPrecision(2))));

  const factors = { acc: [100, "%"], drop: [100, "%"] };
  const factor = (name) => factors[name.split("_")[0]] ?? [1, null];
  const unitOf = (name) => factor(name)[1] ?? (place.has(name) ? data.columns[place.get(name)] : fixed.get(name))?.unit ?? "";
  const helpOf = (name) => (place.has(name) ? data.columns[place.get(name)] : fixed.get(name))?.help ?? "";

  const lineOf = (row) => data.lines[row];
  const linkTo = (rows, text) => make("a", text, { href: "#line-" + rows.map(lineOf).join(",") });

  /* ---- tables ---- */

  /* columns: {title, unit, help, number, value(item): sorted by, show(item): nodes}. The head sorts. */
  function table(columns, items, caption) {
    const body = make("tbody");
    const lines = items.map((item) => {
      const cells = columns.map((c, i) => {
        const e = make(i === 0 ? "th" : "td", c.show(item), i === 0 ? { scope: "row" } : {});
        if (c.number) e.className = "number";
        else if (e.textContent.length > 24) e.className = "long";
        return e;
      });
      return { item, element: make("tr", cells) };
    });
    const heads = columns.map((c) => {
      const button = make("button", c.unit ? [c.title, make("span", " " + c.unit, { class: "unit" })] : c.title, { type: "button" });
      const head = make("th", button, { scope: "col", title: c.help ?? "" });
      if (c.number) head.className = "number";
      button.addEventListener("click", () => sort(c, head));
      return head;
    });
    function sort(column, head) {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const h of heads) h.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const unknown = (v) => v === undefined || Number.isNaN(v);
      lines.sort((a, b) => {
        const x = column.value(a.item), y = column.value(b.item);
        if (unknown(x) || unknown(y)) return unknown(x) - unknown(y);
        const order = typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en", { numeric: true });
        return up ? order : -order;
      });
      body.append(...lines.map((l) => l.element));
    }
    body.append(...lines.map((l) => l.element));
    const whole = make("table", [make("caption", caption, { hidden: "" }), make("thead", make("tr", heads)), body]);
    return { element: make("div", whole, { class: "scroll", tabindex: "0", role: "group", "aria-label": caption }), lines };
  }

  /* A long name may break behind its parts. */
  const breakable = (text) => (String(text).match(/[^_/=]*[_/=]|[^_/=]+/g) ?? []).flatMap((part, i) => (i > 0 ? [make("wbr"), part] : [part]));
  const textColumn = (title, value, help) => ({ title, help, value, show: (item) => breakable(value(item)) });

  /* A selection of trainers above tables, whose lines have a trainer. */
  function filter(tables, trainerOf) {
    const names = [...new Set(tables[0].lines.map((l) => trainerOf(l.item)))].sort();
    const select = make("select", [make("option", "all", { value: "" }), ...names.map((n) => make("option", n))]);
    const search = make("input", [], { type: "search", placeholder: "text in a row" });
    const change = () => {
      const text = search.value.toLowerCase();
      for (const t of tables)
        for (const l of t.lines)
          l.element.hidden =
            (select.selectedIndex > 0 && trainerOf(l.item) !== names[select.selectedIndex - 1]) ||
            (text !== "" && !l.element.textContent.toLowerCase().includes(text));
    };
    select.addEventListener("change", change);
    search.addEventListener("input", change);
    return make("div", [make("label", ["Trainer ", select]), make("label", ["Search ", search])], { class: "controls" });
  }

  /* ---- sections ---- */

  const distinct = (name) => [...new Set(data.rows.map((_, i) => cell(i, name)))].filter((t) => !missing(t));
  const trainersOf = (option) => [...new Set(data.rows.map((_, i) => i).filter((i) => !missing(cell(i, option))).map((i) => cell(i, "label")))];
  const listed = (texts, most = 12) => texts.slice(0, most).join(", ") + (texts.length > most ? ", … (" + texts.length + ")" : "");

  function definitions(pairs) {
    const list = make("dl");
    for (const [term, text] of pairs) if (text !== "") list.append(make("dt", term), make("dd", text));
    return list;
  }

  function showSummary() {
    const bad = data.rows.filter((_, i) => failed(i)).length;
    const n = data.rows.length;
    section("summary").append(
      n + (n === 1 ? " run" : " runs") + " of " + distinct("label").length + " trainers on " + listed(distinct("dataset")) + ": ",
      bad === 0 ? "none failed or diverged. " : make("a", bad + " failed or diverged. ", { href: "#trouble", class: "bad" }),
      make("a", "runs.csv", { href: "runs.csv" }), " holds every number, a line for each run.");
  }

  function showTrouble() {
    const rows = data.rows.map((_, i) => i).filter(failed);
    const at = section("trouble");
    if (rows.length === 0) {
      at.append(make("p", "None."));
      return;
    }
    at.className = "some";
    const text = (title, name) => textColumn(title, (row) => (missing(cell(row, name)) ? "" : cell(row, name)), helpOf(name));
    at.append(table([
      text("trainer", "label"), text("status", "status"), text("why it stopped", "stop_reason"), text("error", "error"),
      text("hidden", "network.hidden"), text("seed", "seed"), numberColumn("iters"),
      { title: "line", number: true, value: lineOf, show: (row) => linkTo([row], String(lineOf(row))) },
    ], rows, "Failed and diverged runs").element);
  }

  /* A number of a run, linked to its line. */
  function numberColumn(name) {
    const [times, unit] = factor(name);
    return {
      title: name, unit: unit ?? unitOf(name), help: helpOf(name), number: true,
      value: (row) => Number(cell(row, name)),
      show: (row) => (isNumber(cell(row, name)) ? linkTo([row], shown(name, times * Number(cell(row, name)))) : missing(cell(row, name)) ? "–" : cell(row, name)),
    };
  }

  const machine = ["cpu", "threads", "isa", "blas", "blas_core", "blas_threads", "compiler", "flags"];

  function showRun() {
    const dates = distinct("date").sort();
    const commits = distinct("git_commit").map((c) => {
      const dirty = data.rows.some((_, i) => cell(i, "git_commit") === c && cell(i, "dirty") === "1");
      return c + (dirty ? " with changes that are not committed" : "");
    });
    const shared = data.rows.some((_, i) => cell(i, "timing_valid") === "0");
    section("run").append(definitions([
      ["experiment", listed(distinct("experiment"))], ["trainers", listed(distinct("label"), 40)], ["data", listed(distinct("dataset"))],
      ["SHA-256 of the data", listed(distinct("data_sha256"), 6)], ["seeds", listed(distinct("seed"), 40)], ["precision", listed(distinct("precision"))],
      ["commit of the program", listed(commits, 6)],
      ["ended", dates.length === 0 ? "" : dates.length === 1 ? dates[0] : dates[0] + " to " + dates[dates.length - 1]],
      ...machine.map((name) => [name.replace("_", " "), listed(distinct(name), 6)]),
      ["timing", shared ? "some runs shared the machine with others: their seconds are left out of means" : ""],
      ["left out of means", data.left_out > 0 ? data.left_out + " unfinished or failed runs" : ""],
      ["older rules", data.other_rules > 0 ? data.other_rules + " rows of older rules are passed over" : ""],
      ["this page", "by " + data.program],
    ]));
  }

  /* A mean over the runs of a group, linked to their lines. */
  function meanColumn(name) {
    const [times, unit] = factor(name);
    const of = (g) => g.mean[name];
    return {
      title: name, unit: unit ?? unitOf(name), help: helpOf(name), number: true,
      value: (g) => (of(g) ? of(g)[0] : NaN),
      show: (g) => {
        const m = of(g);
        if (!m) return "–";
        return linkTo(g.rows, shown(name, times * m[0]) + (m[1] === null ? "" : " ± " + deviation(name, m[1] < 1e-9 * Math.abs(m[0]) ? 0 : times * m[1])));
      },
    };
  }

  const filled = (name) => data.groups.some((g) => g.mean[name]);

  function showResults() {
    const identity = [
      textColumn("configuration", (g) => g.label + (g.own_rule ? " (own rule)" : "")),
      { title: "seeds", number: true, value: (g) => g.rows.length, show: (g) => linkTo(g.rows, String(g.rows.length)) },
    ];
    const quality = ["acc_val", "acc_test", "acc_train", "loss_val", "loss_test", "loss_train", "acc_test_tasks", "drop_test"].filter(filled);
    const costs = ["train_s", "iters", "forward_passes", "backward_passes", "gradient_evaluations", "train_synops", "train_macs", "peak_bytes", "solver_bytes", "footprint_bytes", "synops", "rate_mean"].filter(filled);
    if (data.groups.length === 0) {
      section("results").append(make("p", "No run has finished."));
      section("costs").remove();
      return;
    }
    const results = table([...identity, ...quality.map(meanColumn)], data.groups, "Results");
    const spent = table([...identity, ...costs.map(meanColumn)], data.groups, "Costs");
    section("results").append(
      make("p", "Mean ± standard deviation over the runs of a configuration. A number leads to its lines of runs.csv, the head of a column sorts. Nothing is to be chosen by test results.", { class: "note" }),
      filter([results, spent], (g) => g.name), results.element);
    section("costs").append(make("p", "Seconds are of training alone, of runs that had the machine to themselves.", { class: "note" }), spent.element);
  }

  function showConfiguration() {
    const isOption = (c) => c.option;
    const various = data.columns.filter(isOption);
    const axes = various.filter((c) => distinct(c.name).length > 1), others = various.filter((c) => distinct(c.name).length === 1);
    const at = section("configuration");
    const constants = data.constants.filter((c) => isOption(c) && !missing(c.value));
    if (axes.length > 0) {
      at.append(make("h3", "Options that differ between runs"));
      at.append(table([
        textColumn("option", (c) => c.name), textColumn("values", (c) => listed(distinct(c.name), 30)), textColumn("unit", (c) => c.unit), textColumn("meaning", (c) => c.help),
      ], axes, "Options that differ").element);
    }
    if (others.length > 0) {
      at.append(make("h3", "Options of some runs alone, with one value"));
      at.append(table([
        textColumn("option", (c) => c.name), textColumn("value", (c) => distinct(c.name)[0]), textColumn("trainers", (c) => listed(trainersOf(c.name))), textColumn("unit", (c) => c.unit), textColumn("meaning", (c) => c.help),
      ], others, "Options of some runs").element);
    }
    at.append(make("h3", "Options that are the same in all runs"));
    at.append(table([
      textColumn("option", (c) => c.name), textColumn("value", (c) => c.value), textColumn("unit", (c) => c.unit), textColumn("meaning", (c) => c.help),
    ], constants, "Options that are the same").element);
  }

  function showRuns() {
    const rows = data.rows.map((_, i) => i).sort((a, b) => failed(b) - failed(a) || a - b);
    const text = (name) => textColumn(name, (row) => (missing(cell(row, name)) ? "–" : cell(row, name)), helpOf(name));
    const axes = data.columns.filter((c) => c.option && c.name !== "network.hidden" && distinct(c.name).length > 1).slice(0, 12);
    const numbers = ["acc_val", "acc_test", "acc_train", "loss_val", "loss_test", "loss_train", "iters", "train_s", "forward_passes", "peak_bytes"]
      .filter((name) => data.rows.some((_, i) => isNumber(cell(i, name))));
    const all = table([
      text("label"), { title: "line", number: true, value: lineOf, show: (row) => linkTo([row], String(lineOf(row))) },
      { ...text("status"), show: (row) => make("span", cell(row, "status"), failed(row) ? { class: "bad" } : {}) },
      text("network.hidden"), text("seed"), ...axes.map((c) => text(c.name)), ...numbers.map(numberColumn),
    ], rows, "All runs");
    const many = rows.length > MOST_PRINTED;
    section("runs").append(filter([all], (row) => cell(row, "label")), all.element);
    if (many) {
      all.element.classList.add("many");
      section("runs").append(make("p", "All " + rows.length + " runs are in runs.csv; they are not printed.", { class: "note instead" }));
    }
  }

  /* ---- lines of runs.csv ---- */

  function showLines() {
    const match = /^#line-([0-9,]+)$/.exec(location.hash);
    const at = section("row");
    if (!match) return;
    const rows = match[1].split(",").map((n) => data.lines.indexOf(Number(n))).filter((i) => i >= 0);
    if (rows.length === 0) return;
    at.replaceChildren();
    if (rows.length > 1) {
      at.append(make("h2", rows.length + " lines of runs.csv"));
      at.append(table([
        textColumn("run", (row) => cell(row, "run_id")), { title: "line", number: true, value: lineOf, show: (row) => linkTo([row], String(lineOf(row))) },
        textColumn("seed", (row) => cell(row, "seed")),
        ...["acc_test", "acc_val", "acc_train", "loss_test", "loss_train", "iters", "train_s"].filter((n) => rows.some((r) => isNumber(cell(r, n)))).map(numberColumn),
      ], rows, "Runs of a configuration").element);
    } else {
      const names = [...data.columns, ...data.constants].filter((c) => !missing(cell(rows[0], c.name)));
      at.append(make("h2", "Line " + lineOf(rows[0]) + " of runs.csv"));
      at.append(table([
        textColumn("column", (c) => c.name), textColumn("value", (c) => cell(rows[0], c.name)), textColumn("unit", (c) => c.unit), textColumn("meaning", (c) => c.help),
      ], names, "A line of runs.csv").element);
      at.append(make("p", ["The whole file: ", make("a", "runs.csv", { href: "runs.csv" }), "; the curve: ",
        make("a", "curves/" + cell(rows[0], "run_id") + ".csv", { href: "curves/" + encodeURIComponent(cell(rows[0], "run_id")) + ".csv" })]));
    }
    at.hidden = false;
    at.scrollIntoView();
    at.focus({ preventScroll: true });
  }

  /* ---- curves ---- */

  const svgNamespace = "http://www.w3.org/2000/svg";
  function draw(tag, attributes, text) {
    const e = document.createElementNS(svgNamespace, tag);
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
    if (text !== undefined) e.textContent = text;
    return e;
  }

  const mostCurves = 8;
  const narrow = innerWidth < 700;
  const wide = narrow ? 480 : 900, high = narrow ? 340 : 420, left = 64, right = 14, above = 12, below = 46;

  function ticks(low, high, n) {
    const raw = (high - low) / n || 1;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].find((k) => k * power >= raw) * power;
    const all = [];
    for (let v = Math.ceil(low / step) * step; v <= high + step * 1e-9; v += step) all.push(Number(v.toPrecision(12)));
    return all;
  }

  /* The points of a curve: x, and median and quartiles of y. */
  function points(curve, x, y) {
    const xs = x === "iter" ? curve.iter : (curve.columns[x] ?? [])[0];
    const ys = curve.columns[y];
    const known = (v) => v !== null && Number.isFinite(v);
    if (!xs || !ys) return [];
    return xs.map((v, i) => ({ x: v, y: ys[0][i], low: ys[1][i], high: ys[2][i], iter: curve.iter[i] })).filter((p) => known(p.x) && known(p.y));
  }

  function chart(curves, x, y, readout) {
    const [times, unit] = factor(y);
    const lines = curves.map((c, i) => ({ label: data.groups[c.group].label, rows: data.groups[c.group].rows, colour: "var(--c" + (i % 7 + 1) + ")",
      dash: i >= 7 ? "6 3" : "none", points: points(c, x, y).map((p) => ({ ...p, y: times * p.y, low: times * (p.low ?? p.y), high: times * (p.high ?? p.y) })) })).filter((l) => l.points.length > 0);
    const svg = draw("svg", { class: "curves", viewBox: "0 0 " + wide + " " + high, role: "img", "aria-label": y + " against " + x });
    if (lines.length === 0) return { svg, lines };
    const all = lines.flatMap((l) => l.points);
    const range = (values) => [values.reduce((a, b) => Math.min(a, b), Infinity), values.reduce((a, b) => Math.max(a, b), -Infinity)];
    const [x0, x1] = range(all.map((p) => p.x)), [y0, y1] = range(all.flatMap((p) => [p.low, p.high]));
    const X = (v) => left + (v - x0) / (x1 - x0 || 1) * (wide - left - right), Y = (v) => high - below - (v - y0) / (y1 - y0 || 1) * (high - above - below);
    for (const t of ticks(x0, x1, narrow ? 4 : 6)) svg.append(draw("line", { class: "grid", x1: X(t), x2: X(t), y1: above, y2: high - below }), draw("text", { x: X(t), y: high - below + 18, "text-anchor": "middle" }, short(t)));
    for (const t of ticks(y0, y1, 5)) svg.append(draw("line", { class: "grid", x1: left, x2: wide - right, y1: Y(t), y2: Y(t) }), draw("text", { x: left - 8, y: Y(t) + 4, "text-anchor": "end" }, short(t)));
    svg.append(draw("text", { x: (left + wide - right) / 2, y: high - 8, "text-anchor": "middle" }, xNames[x]));
    const path = (ps, key) => ps.map((p, i) => (i ? "L" : "M") + X(p.x).toFixed(1) + " " + Y(p[key]).toFixed(1)).join("");
    for (const l of lines) {
      const back = [...l.points].reverse();
      l.elements = [draw("path", { class: "band", style: "fill:" + l.colour, d: path(l.points, "high") + path(back, "low").replace("M", "L") + "Z" }),
        draw("path", { style: "stroke:" + l.colour, "stroke-dasharray": l.dash, d: path(l.points, "y") })];
      svg.append(...l.elements);
    }
    const dot = draw("circle", { r: 5, visibility: "hidden" });
    svg.append(dot);
    function point(event) {
      const box = svg.getBoundingClientRect();
      const px = (event.clientX - box.left) / box.width * wide, py = (event.clientY - box.top) / box.height * high;
      let best = null;
      for (const l of lines) for (const p of l.points) {
        const d = (X(p.x) - px) ** 2 + (Y(p.y) - py) ** 2;
        if (!best || d < best.d) best = { d, l, p };
      }
      for (const l of lines) for (const e of l.elements) e.classList.toggle("faint", l !== best.l);
      dot.setAttribute("cx", X(best.p.x));
      dot.setAttribute("cy", Y(best.p.y));
      dot.setAttribute("style", "fill:" + best.l.colour);
      dot.setAttribute("visibility", "visible");
      readout.replaceChildren(make("strong", best.l.label), ", iteration " + best.p.iter + (x === "iter" ? "" : ", " + xNames[x] + " " + short(best.p.x)) + ": " + y + " ",
        linkTo(best.l.rows, short(best.p.y) + (unit ? " " + unit : "")), " (quartiles " + short(best.p.low) + " to " + short(best.p.high) + ")");
    }
    svg.addEventListener("pointermove", point);
    svg.addEventListener("pointerdown", point);
    svg.addEventListener("pointerleave", () => {
      for (const l of lines) for (const e of l.elements) e.classList.remove("faint");
      dot.setAttribute("visibility", "hidden");
    });
    return { svg, lines };
  }

  const xNames = { iter: "iterations", train_s: "training seconds", forward_passes: "forward passes" };

  function showCurves() {
    const at = section("curves");
    if (data.curves.length === 0) {
      at.append(make("p", "There are no curves."));
      return;
    }
    const has = (name) => data.curves.some((c) => c.columns[name]);
    const names = ["acc_val", "acc_train", "acc_test", "loss", "loss_val", "loss_test"].filter(has);
    const axes = ["iter", "train_s", "forward_passes"].filter((n) => n === "iter" || has(n));
    const hidden = [...new Set(data.curves.map((c) => data.groups[c.group].hidden))], trainers = [...new Set(data.curves.map((c) => data.groups[c.group].name))];
    const option = (value, text) => make("option", text ?? value, { value });
    const ySelect = make("select", names.map((n) => option(n))), xSelect = make("select", axes.map((n) => option(n, xNames[n])));
    const widths = make("select", [...hidden.map((h) => option(h)), ...(hidden.length > 1 ? [option("", "all")] : [])]);
    const trainer = make("select", [option("", "all"), ...trainers.map((t) => option(t))]);
    const page = make("select");
    const readout = make("p", "Point at a curve to read it.", { id: "readout", "aria-live": "polite" }), frame = make("div"), legend = make("ul", [], { class: "legend" });
    const pager = make("label", ["Curves ", page]);
    const chosen = () => data.curves.filter((c) => (widths.value === "" || data.groups[c.group].hidden === widths.value) && (trainer.value === "" || data.groups[c.group].name === trainer.value));
    function show() {
      const first = Number(page.value || 0);
      const made = chart(chosen().slice(first, first + mostCurves), xSelect.value, ySelect.value, readout);
      frame.replaceChildren(made.lines.length ? made.svg : make("p", "None of these has such numbers."));
      legend.replaceChildren(...made.lines.map((l) => make("li", [make("span", [], { style: "border-color:" + l.colour + (l.dash !== "none" ? ";border-top-style:dashed" : "") }), linkTo(l.rows, l.label)])));
    }
    function choose() {
      const n = chosen().length;
      page.replaceChildren();
      for (let i = 0; i < n; i += mostCurves) page.append(option(String(i), (i + 1) + " to " + Math.min(n, i + mostCurves) + " of " + n));
      pager.hidden = n <= mostCurves;
      show();
    }
    for (const s of [widths, trainer]) s.addEventListener("change", choose);
    for (const s of [xSelect, ySelect, page]) s.addEventListener("change", show);
    at.append(make("p", "Median over the runs of a configuration, shaded from the first to the third quartile.", { class: "note" }),
      make("div", [make("label", ["Show ", ySelect]), make("label", ["against ", xSelect]), make("label", ["Hidden ", widths]), make("label", ["Trainer ", trainer]), pager], { class: "controls" }),
      frame, readout, legend);
    choose();
  }

  /* What could not be drawn, equal lines as one. */
  function showProblems(at) {
    const counts = new Map();
    for (const p of data.problems) {
      const text = p.replace(/^spikebench plot: /, "");
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    for (const [text, n] of [...counts].slice(0, 12)) at.append(make("p", n > 1 ? text + " (" + n + " times)" : text, { class: "note" }));
  }

  /* Gnuplot's drawings, with its own reading of the mouse, each in a frame that has no part in this page. */
  function showFigures() {
    const at = section("figures");
    showProblems(at);
    if (data.figures.length === 0) {
      at.append(make("p", data.figures_missing || "There are none."));
      return;
    }
    const frames = data.figures.map((f) => {
      const size = /viewBox="0 0 ([0-9.]+) ([0-9.]+)"/.exec(f.svg) ?? [0, 3, 2];
      return make("figure", [
        make("iframe", [], { sandbox: "allow-scripts", title: f.name, style: "aspect-ratio:" + size[1] + "/" + size[2], src: "data:image/svg+xml;charset=utf-8," + encodeURIComponent(f.svg) }),
        make("figcaption", f.name)]);
    });
    at.append(make("p", "Move the mouse over a figure to read coordinates; in a figure of one panel a click on a name in the key hides its curve.", { class: "note" }), make("div", frames, { class: "figures" }));
  }

  showSummary();
  showTrouble();
  showRun();
  showResults();
  showCurves();
  showFigures();
  showConfiguration();
  showRuns();
  for (const s of document.querySelectorAll("main > section:not(#row)"))
    document.querySelector("nav").append(make("a", s.querySelector("h2").textContent, { href: "#" + s.id }));
  addEventListener("hashchange", showLines);
  showLines();
  document.documentElement.dataset.ready = "yes";
})();
