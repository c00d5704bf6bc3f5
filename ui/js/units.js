// Writes numbers with their units in the language of the page.

const lang = document.documentElement.lang;

export function clock(seconds, exact = false) {
  const options = {hour: '2-digit', minute: '2-digit', ...(exact && {second: '2-digit'}), hour12: false};
  return new Date(seconds * 1000).toLocaleTimeString(lang, options);
}

export function formatter(unit, text) {
  const three = new Intl.NumberFormat(lang, {maximumSignificantDigits: 3});
  if (unit === 'bytes') return (v) => bytes(three, v);
  if (unit === 'seconds') return (v) => (v < 1 ? `${three.format(v * 1000)} ms` : `${three.format(v)} s`);
  return (v, onAxis) => (onAxis && text.length > 3 ? three.format(v) : `${three.format(v)} ${text}`.trim());
}

function bytes(format, v) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  for (; v >= 1000 && at < units.length - 1; at++) v /= 1024;
  return `${format.format(v)} ${units[at]}`;
}
