// Runs the library: Python, its standard library and three wheels, all beside this file.
// Messages in: {id, call, with}. Messages out: {progress}, {ready}, {failed} or {id, answer | error}.
import { loadPyodide } from "./pyodide/pyodide.mjs";

const here = new URL("./", import.meta.url);
let answer = null;

async function start() {
  const files = await (await fetched("files.json")).json();
  const total = Object.values(files.bytes).reduce((a, b) => a + b, 0);
  let loaded = 0;
  self.postMessage({ progress: 0, total }); // how much there is to come
  const plain = self.fetch.bind(self);
  let fail;
  const broken = new Promise((_, reject) => { fail = reject; });
  // Count what arrives, whoever asked for it; what does not arrive ends the start (Pyodide would wait for ever).
  self.fetch = async (what, options) => {
    const name = String(what && what.url ? what.url : what).split("/").pop();
    const response = await plain(what, options).catch((error) => { fail(missing(name, 0)); throw error; });
    if (!response.ok) fail(missing(name, response.status));
    if (!response.ok || !response.body) return response;
    const counted = response.body.pipeThrough(new TransformStream({
      transform(chunk, out) {
        loaded += chunk.byteLength;
        self.postMessage({ progress: Math.min(loaded, total), total });
        out.enqueue(chunk);
      },
    }));
    return new Response(counted, { status: response.status, headers: response.headers });
  };
  const [python, ...wheels] = await Promise.race([broken, Promise.all([
    loadPyodide({ indexURL: new URL("pyodide/", here).href }),
    ...files.wheels.map(async (name) => new Uint8Array(await (await fetched(name)).arrayBuffer())),
  ])]);
  for (const wheel of wheels) python.unpackArchive(wheel, "wheel");
  python.runPython(`
import json
from chuanngheo import interviewing

def answer(call, given):
    return json.dumps(getattr(interviewing, call)(**json.loads(given)), ensure_ascii=False)
`);
  answer = python.globals.get("answer");
  self.postMessage({ ready: true });
}

async function fetched(name) {
  const response = await fetch(new URL(name, here)).catch(() => { throw missing(name, 0); });
  if (!response.ok) throw missing(name, response.status);
  return response;
}

/** A file that did not come; status 0 where nobody answered. */
function missing(file, status) {
  return Object.assign(new Error(file), { file, status });
}

const started = start().catch((error) => {
  self.postMessage({ failed: { file: error?.file, status: error?.status, message: String(error?.message || error) } });
  throw error;
});

self.onmessage = async ({ data }) => {
  try {
    await started;
    self.postMessage({ id: data.id, answer: JSON.parse(answer(data.call, JSON.stringify(data.with))) });
  } catch (error) {
    self.postMessage({ id: data.id, error: String(error) });
  }
};
