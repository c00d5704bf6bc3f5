// Entry point of every page: finds what the page has and brings it to life. All
// pages can be read and used without it.
import {live} from './live.js';
import {copyButtons} from './copy.js';
import {forms} from './forms.js';

const log = document.querySelector('#log');
const plots = document.querySelector('#plots');
const invoke = document.querySelector('#invoke');
const search = document.querySelector('#search');

copyButtons(document);
forms(live((region) => copyButtons(region)));
if (log) import('./log.js').then((m) => m.follow(log));
if (plots) import('./plots.js').then((m) => m.draw(plots));
if (invoke) import('./invoke.js').then((m) => m.enhance(invoke));
if (search) import('./search.js').then((m) => m.search(search));
if (document.querySelector('svg.flow')) import('./flow.js').then((m) => m.flow());
for (const panel of document.querySelectorAll('[data-terminal]')) import('./terminal.js').then((m) => m.start(panel));
