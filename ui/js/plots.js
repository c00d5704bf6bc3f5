// Draws the plots. The numbers come from the server, which asks Prometheus; uPlot is
// loaded from the bundle, and without it the tables on the page say the same.
import {formatter, clock} from './units.js';

const EVERY = 5000; // ms
const MOST = 8; // lines in one plot, the last of them "other"

export async function draw(page) {
  const url = page.dataset.module;
  if (!url) return;
  const {default: UPlot} = await import(url);
  const plots = [...page.querySelectorAll('[data-plot]')].map((panel) => new Plot(UPlot, panel));
  const update = () => { if (!document.hidden) plots.forEach((p) => p.update()); };
  update();
  setInterval(update, EVERY);
  document.addEventListener('visibilitychange', update);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plots.forEach((p) => p.redraw()));
}

class Plot {
  constructor(UPlot, panel) {
    this.UPlot = UPlot;
    this.panel = panel;
    this.canvas = panel.querySelector('.plot-canvas');
    this.empty = panel.querySelector('.empty');
    this.format = formatter(panel.dataset.unit, panel.dataset.unitText);
    this.names = '';
    this.texts = JSON.parse(panel.dataset.names);
    new ResizeObserver(() => this.chart?.setSize(this.size())).observe(this.canvas);
  }

  // steps makes an axis of bytes go by powers of two.
  steps() {
    return this.panel.dataset.unit === 'bytes' ? {incrs: Array.from({length: 40}, (_, i) => 2 ** i)} : {};
  }

  size() { return {width: Math.max(200, this.canvas.clientWidth), height: 220}; }

  async update() {
    let answer;
    try { answer = await fetch(this.panel.dataset.url); } catch { return; }
    if (!answer.ok) return;
    this.series = largest(await answer.json());
    this.empty.hidden = this.series.lines.length > 0;
    if (!this.empty.hidden) this.empty.textContent = this.panel.dataset.empty;
    this.show();
  }

  show() {
    const {times, lines, stacked} = this.series;
    if (!lines.length) { this.clear(); return; }
    const data = [times, ...(stacked ? stack(lines) : lines.map((l) => l.values))];
    const names = lines.map((l) => l.name).join('\n');
    if (this.chart && names === this.names) { this.chart.setData(data); return; }
    this.clear();
    this.names = names;
    this.chart = new this.UPlot(this.options(), data, this.canvas);
    this.canvas.classList.add('is-drawn');
  }

  clear() { this.chart?.destroy(); this.chart = null; this.names = ''; this.canvas.classList.remove('is-drawn'); }

  redraw() { this.clear(); if (this.series) this.show(); }

  options() {
    const {lines, stacked} = this.series;
    const ink = colour(this.canvas, 'plot-ink');
    const grid = {stroke: colour(this.canvas, 'plot-grid'), width: 1};
    const font = `11px ${getComputedStyle(this.canvas).fontFamily}`;
    const axis = {stroke: ink, font, grid, ticks: {show: false}};
    return {
      ...this.size(),
      padding: [8, 4, 0, 0],
      legend: {markers: {width: 0, fill: (_, i) => colour(this.canvas, hue(lines[i - 1], i - 1))}},
      cursor: {points: {show: false}, drag: {x: false, y: false}},
      scales: {y: {range: (_, low, high) => [Math.min(0, low ?? 0), (high > 0 ? high * 1.08 : 1)]}},
      axes: [
        {...axis, values: (_, splits) => splits.map((v) => clock(v)), space: 80, size: 26},
        {...axis, values: (_, splits) => splits.map((v) => this.format(v, true)), size: 68, space: 36, ...this.steps()},
      ],
      series: [
        {value: (_, v) => (v == null ? '–' : clock(v, true))},
        ...lines.map((line, i) => {
          const stroke = colour(this.canvas, hue(line, i));
          return {
            label: this.texts[line.name] || line.name || '–', stroke, width: 1.5, points: {show: false}, spanGaps: true,
            fill: stacked ? alpha(stroke, 0.22) : undefined,
            value: (_, v, __, at) => {
              const own = at == null ? lastOf(this.series.lines[i]?.values ?? []) : this.series.lines[i]?.values[at];
              return own == null ? '–' : this.format(own);
            },
          };
        }),
      ],
      bands: stacked ? lines.slice(1).map((_, i) => ({series: [i + 2, i + 1]})) : [],
    };
  }
}

// hue is the class of a line's colour. Status codes of errors have their own.
function hue(line, i) {
  const errors = /^([45])\d\d$/.exec(line?.name);
  if (errors) return errors[1] === '5' ? 'plot-failed' : 'plot-refused';
  return `series-${i % MOST}`;
}

// colour resolves a class of the stylesheet, for a canvas knows no CSS variables.
function colour(near, name) {
  const probe = document.createElement('span');
  probe.className = name;
  near.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function alpha(value, part) {
  const [r, g, b] = value.match(/[\d.]+/g);
  return `rgba(${r}, ${g}, ${b}, ${part})`;
}

function lastOf(values) { return values.findLast((v) => v != null) ?? null; }

// stack returns running sums from the first line up.
function stack(lines) {
  const sum = lines[0].values.map(() => 0);
  return lines.map((line) => line.values.map((v, i) => (sum[i] += v ?? 0)));
}

// largest keeps the biggest lines and adds the rest up as one.
function largest(series) {
  const lines = series.lines.filter((l) => lastOf(l.values) != null);
  const size = (line) => line.values.reduce((sum, v) => sum + (v ?? 0), 0);
  lines.sort((a, b) => size(b) - size(a));
  if (lines.length > MOST) {
    const rest = lines.splice(MOST - 1);
    if (series.stacked) {
      const values = series.times.map((_, i) => rest.reduce((sum, l) => sum + (l.values[i] ?? 0), 0));
      lines.push({name: '…', values});
    }
  }
  return {...series, lines};
}
