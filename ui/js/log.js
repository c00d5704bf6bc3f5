// Follows a component's log. The server has already put the last lines on the page.

const LIMIT = 400_000; // characters kept on the page

export function follow(panel) {
  const out = panel.querySelector('.log');
  const state = panel.querySelector('.log-state');
  const button = panel.querySelector('button');
  let stop = null;

  function show(on) {
    state.textContent = on ? state.dataset.liveText : state.dataset.pausedText;
    state.classList.toggle('is-on', on);
    button.textContent = on ? button.dataset.pause : button.dataset.follow;
  }

  function append(text) {
    const atEnd = out.scrollTop + out.clientHeight >= out.scrollHeight - 24;
    out.append(text);
    while (out.textContent.length > LIMIT && out.childNodes.length > 1) out.firstChild.remove();
    if (atEnd) out.scrollTop = out.scrollHeight;
  }

  async function read() {
    const mine = stop = new AbortController();
    show(true);
    try {
      const answer = await fetch(`${panel.dataset.url}?follow=1&tail=${panel.dataset.tail}`, {signal: mine.signal});
      if (answer.ok) {
        panel.querySelector('.alert')?.remove();
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let first = true; ; first = false) {
          const {value, done} = await reader.read();
          if (done) break;
          if (first) out.replaceChildren();
          append(value);
        }
      }
    } catch { /* ended by the viewer or by the lab */ }
    if (stop === mine) { stop = null; show(false); }
  }

  button.hidden = false;
  button.addEventListener('click', () => {
    if (stop) { stop.abort(); stop = null; show(false); } else { read(); }
  });
  addEventListener('pagehide', () => stop?.abort());
  out.scrollTop = out.scrollHeight;
  read();
}
