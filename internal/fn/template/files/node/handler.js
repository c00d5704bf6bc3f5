'use strict';

// Answers one call.
//
// event: body, headers, method, query, path
// Return a value, or use context.status(201).headers({...}).succeed(value)
module.exports = async (event, context) => {
  const name = String(event.body).trim() || 'world';
  return context.status(200).succeed(`Hello, ${name}\n`);
};
