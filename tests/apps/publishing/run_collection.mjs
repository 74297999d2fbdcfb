// Sends the requests of a Postman collection and runs its own test scripts on the answers, as newman does:
//   node run_collection.mjs collection.json '{"APIURL": "http://127.0.0.1:8000/api", ..}'
// Prints {"requests": .., "assertions": .., "failed": [..]}.

import { readFileSync } from "node:fs";

const collection = JSON.parse(readFileSync(process.argv[2], "utf8"));
const globals = new Map(Object.entries(JSON.parse(process.argv[3])));
const pm = { globals: { get: (name) => globals.get(name), set: (name, value) => globals.set(name, value) } };
const found = { requests: 0, assertions: 0, failed: [] };

const filled = (text) => text.replace(/\{\{(\w+)\}\}/g, (whole, name) => globals.get(name) ?? whole);

async function send(item) {
  const { method, url, header = [], body } = item.request;
  const headers = Object.fromEntries(header.map((one) => [one.key, filled(one.value)]));
  const given = method === "GET" || !body?.raw ? undefined : filled(body.raw);
  const answer = await fetch(filled(url.raw ?? url), { method, headers, body: given });
  found.requests += 1;
  return { code: answer.status, text: await answer.text() };
}

function judge(item, answer) {
  const tests = {};
  for (const { listen, script } of item.event ?? []) {
    if (listen !== "test") continue;
    const names = ["tests", "responseBody", "responseCode", "environment", "pm"];
    const run = new Function(...names, script.exec.join("\n"));
    try {
      run(tests, answer.text, { code: answer.code }, {}, pm);
    } catch (error) {
      tests[`the script runs: ${error.message}`] = false;
    }
  }
  for (const [name, holds] of Object.entries(tests)) {
    found.assertions += 1;
    if (!holds) found.failed.push(`${item.name}: ${name} (${answer.code} ${answer.text.slice(0, 300)})`);
  }
}

async function run(items) {
  for (const item of items) {
    if (item.item) await run(item.item);
    else judge(item, await send(item));
  }
}

await run(collection.item);
console.log(JSON.stringify(found));
