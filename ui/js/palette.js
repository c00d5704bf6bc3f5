// The colours of the terminal. They are custom properties, so that each theme has its own;
// xterm.js wants them as plain colours.

const NAMES = ['background', 'foreground', 'cursor', 'cursorAccent', 'selectionBackground',
  'black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white',
  'brightBlack', 'brightRed', 'brightGreen', 'brightYellow', 'brightBlue', 'brightMagenta', 'brightCyan', 'brightWhite'];

export function palette(element) {
  const probe = document.createElement('i');
  element.append(probe);
  const colours = {};
  for (const name of NAMES) {
    probe.style.color = `var(--terminal-${name})`;
    colours[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return colours;
}
