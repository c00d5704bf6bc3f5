'use strict';

// Answers one call.
//
// event: body, headers, method, query, path
// The body is text, or an object when its type is JSON or a form's, or bytes.
// Return a value, or use context.status(201).headers({...}).succeed(value)
module.exports = async (event, context) => {
  const body = typeof event.body === 'string' ? event.body : JSON.stringify(event.body);
  const name = body.trim() || 'world';
  return context.status(200).succeed(`Hello, ${name}\n`);
};
