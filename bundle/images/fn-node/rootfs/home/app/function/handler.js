'use strict';

// Answers until a function brings its own handler (see index.js).
module.exports = async (event, context) =>
  context.status(200).succeed(`Hello from labbox. You sent a ${event.method} to ${event.path}.\n`);
