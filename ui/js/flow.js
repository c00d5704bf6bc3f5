// Lets data move through the picture of the capstone: a dot is a call, a reading or a
// joule. How many there are is what Prometheus counts; it stands in data-per-second of
// each edge. An event of the lab sends a dot of its own along the edges of its step.
// Who prefers reduced motion sees the numbers only.

const MOST = 6; // dots a second on one edge
const TRAVEL = 1100; // ms from one end to the other
const STEPS = ['gitops', 'pipeline', 'promotion', 'function', 'metrics', 'energy'];
const SVG = 'http://www.w3.org/2000/svg';

export function flow() {
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const dots = new Set();
  const due = new Map(); // edge of a picture -> when the next dot leaves
  let running = false;

  function spawn(picture, edge, kind) {
    const line = edge.querySelector('.edge-line');
    const circle = document.createElementNS(SVG, 'circle');
    circle.setAttribute('r', '4.5');
    if (kind) circle.setAttribute('class', kind);
    picture.querySelector('.flow-dots').append(circle);
    dots.add({circle, line, length: line.getTotalLength(), born: performance.now()});
  }

  function shown() { return [...document.querySelectorAll('svg.flow')].filter((p) => p.getClientRects().length > 0); }

  function leave(now) {
    for (const picture of shown()) {
      for (const edge of picture.querySelectorAll('.edge')) {
        const rate = Math.min(MOST, Number(edge.dataset.perSecond) || 0);
        if (rate <= 0) continue;
        const key = `${picture.classList[1]} ${edge.dataset.edge}`;
        const next = Math.min(due.get(key) ?? now + Math.random() * 1000 / rate, now + 1000 / rate);
        if (now >= next) { spawn(picture, edge); due.set(key, now + 1000 / rate); } else { due.set(key, next); }
      }
    }
  }

  function move(now) {
    for (const dot of dots) {
      const part = (now - dot.born) / TRAVEL;
      if (part >= 1 || !dot.circle.isConnected) { dot.circle.remove(); dots.delete(dot); continue; }
      const at = dot.line.getPointAtLength(part * dot.length);
      dot.circle.setAttribute('cx', at.x);
      dot.circle.setAttribute('cy', at.y);
      dot.circle.setAttribute('opacity', Math.min(1, part * 6, (1 - part) * 6));
    }
  }

  function frame(now) {
    if (document.hidden || still.matches) { stop(); return; }
    leave(now);
    move(now);
    requestAnimationFrame(frame);
  }

  function stop() {
    running = false;
    for (const dot of dots) dot.circle.remove();
    dots.clear();
  }

  function start() {
    if (running || document.hidden || still.matches) return;
    running = true;
    requestAnimationFrame(frame);
  }

  document.addEventListener('lab-event', ({detail}) => {
    const step = STEPS.indexOf(detail.subject);
    if (!running || detail.kind !== 'capstone' || step < 0) return;
    for (const picture of shown()) {
      for (const edge of picture.querySelectorAll(`.edge[data-step="${step}"]`)) spawn(picture, edge, 'is-event');
    }
  });
  document.addEventListener('visibilitychange', start);
  still.addEventListener('change', start);
  start();
}
