'use strict';

// Runs a function's handler behind the watchdog.
//
// The watchdog starts this program once and sends it HTTP/1.1 requests over loopback.
// It loads handler.js from the function's directory and calls, for each request,
//
//   module.exports = async (event, context, callback) => ...
//
// event:   body, headers, method, query, path
// context: status([code]), headers([map]), succeed(value), fail(error)
//
// What the handler returns is the answer, unless it called succeed, fail or callback.
// Only modules that every call needs are loaded: a cold start waits for this file.

const http = require('http');

const FUNCTION_DIR = process.env.function_dir || '/home/app/function';
const UNITS = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

// limit reads a size such as "100kb" from the environment; without one there is none.
function limit(name) {
  const match = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?$/i.exec(process.env[name] || '');
  return match ? Number(match[1]) * UNITS[(match[2] || 'b').toLowerCase()] : Infinity;
}

const RAW_LIMIT = limit('MAX_RAW_SIZE');
const JSON_LIMIT = limit('MAX_JSON_SIZE');
const RAW_BODY = process.env.RAW_BODY === 'true';

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

class Context {
  constructor(done) {
    this.statusCode = 200;
    this.headerValues = {};
    this.done = done;
  }

  status(code) {
    if (code === undefined) return this.statusCode;
    this.statusCode = Number(code);
    return this;
  }

  headers(values) {
    if (values === undefined) return this.headerValues;
    this.headerValues = values;
    return this;
  }

  succeed(value) {
    this.done(null, value);
  }

  fail(error) {
    if (this.statusCode === 200) this.statusCode = 500;
    this.done(error === undefined || error === null ? new Error('the handler failed') : error);
  }
}

function read(request) {
  return new Promise((resolve, reject) => {
    const parts = [];
    let size = 0;
    request.on('data', (part) => {
      size += part.length;
      if (size > Math.max(RAW_LIMIT, JSON_LIMIT)) {
        reject(new Refusal(413, 'the body is larger than MAX_RAW_SIZE and MAX_JSON_SIZE allow'));
        request.resume();
        return;
      }
      parts.push(part);
    });
    request.on('end', () => resolve(Buffer.concat(parts)));
    request.on('error', reject);
  });
}

// parse turns a body into what its type says: text, an object, or bytes.
function parse(body, type) {
  const kind = (type || 'text/plain').split(';')[0].trim().toLowerCase();
  if (RAW_BODY) return check(body, RAW_LIMIT, body);
  if (kind === 'application/json' || kind.endsWith('+json')) {
    check(body, JSON_LIMIT);
    if (body.length === 0) return {};
    try {
      return JSON.parse(body.toString());
    } catch (error) {
      throw new Refusal(400, `the body is no JSON: ${error.message}`);
    }
  }
  check(body, RAW_LIMIT);
  if (kind === 'application/x-www-form-urlencoded') return { ...require('querystring').parse(body.toString()) };
  return kind.startsWith('text/') ? body.toString() : body;
}

function check(body, most, value) {
  if (body.length > most) throw new Refusal(413, `the body has ${body.length} bytes, ${most} are allowed`);
  return value;
}

function toEvent(request, body) {
  const at = request.url.indexOf('?');
  const path = at < 0 ? request.url : request.url.slice(0, at);
  return {
    body: parse(body, request.headers['content-type']),
    headers: request.headers,
    method: request.method,
    query: at < 0 ? {} : { ...require('querystring').parse(request.url.slice(at + 1)) },
    path: path.includes('%') ? decode(path) : path,
  };
}

function decode(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

// encode turns whatever a handler gave into bytes or a stream, and its usual type.
function encode(value) {
  if (value === undefined || value === null) return [Buffer.alloc(0), null];
  if (Buffer.isBuffer(value) || value instanceof Uint8Array) return [Buffer.from(value), 'application/octet-stream'];
  if (typeof value.pipe === 'function' || typeof value[Symbol.asyncIterator] === 'function') return [value, 'application/octet-stream'];
  if (typeof value === 'object') return [Buffer.from(JSON.stringify(value)), 'application/json'];
  return [Buffer.from(String(value)), 'text/plain; charset=utf-8'];
}

function answer(response, status, headers, value) {
  const [body, type] = encode(value);
  for (const [name, content] of Object.entries(headers)) {
    if (content !== undefined && !/^(connection|transfer-encoding|content-length)$/i.test(name)) response.setHeader(name, content);
  }
  if (type && !response.hasHeader('content-type')) response.setHeader('content-type', type);
  response.statusCode = status;
  if (Buffer.isBuffer(body)) {
    if (status !== 204 && status !== 304) response.setHeader('content-length', body.length);
    response.end(body);
    return;
  }
  const { Readable, pipeline } = require('stream');
  pipeline(typeof body.pipe === 'function' ? body : Readable.from(body), response, (error) => {
    if (error) console.error(error);
  });
}

async function serve(handle, request, response) {
  let settled = false;
  const done = (error, value) => {
    if (settled) return;
    settled = true;
    try {
      if (!error) return answer(response, context.statusCode, context.headerValues, value);
      console.error(error);
      const status = error.status || (context.statusCode === 200 ? 500 : context.statusCode);
      answer(response, status, {}, error instanceof Error ? `${error.message}\n` : error);
    } catch (broken) { // a header or status that is none
      console.error(broken);
      response.removeHeader('content-type');
      if (!response.headersSent) answer(response, 500, {}, `the answer cannot be sent: ${broken.message}\n`);
      else response.destroy();
    }
  };
  const context = new Context(done);
  try {
    const event = toEvent(request, await read(request));
    const value = await handle(event, context, done);
    // A handler that takes a callback may call it later; one that returns has answered.
    if (value !== undefined || handle.length < 3) done(null, value === context ? undefined : value);
  } catch (error) {
    done(error);
  }
}

async function load() {
  let loaded;
  try {
    loaded = require(`${FUNCTION_DIR}/handler`);
  } catch (error) {
    const { existsSync } = require('fs');
    const file = ['handler.mjs', 'handler.js'].map((name) => `${FUNCTION_DIR}/${name}`).find(existsSync);
    if (!file || !(error.code === 'ERR_REQUIRE_ESM' || file.endsWith('.mjs'))) throw error;
    loaded = await import(file);
  }
  const handle = typeof loaded === 'function' ? loaded : loaded.default || loaded.handler || loaded.handle;
  if (typeof handle !== 'function') throw new Error(`${FUNCTION_DIR}/handler.js exports no function`);
  return handle;
}

async function main() {
  const handle = await load(); // before listening: the watchdog takes that for readiness
  const server = http.createServer((request, response) => serve(handle, request, response));
  server.keepAliveTimeout = 65000; // longer than the watchdog keeps a connection
  server.requestTimeout = 0; // the watchdog bounds calls
  const address = new URL(process.env.upstream_url || 'http://127.0.0.1:3000');
  server.listen(Number(address.port), address.hostname);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
