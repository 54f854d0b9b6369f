// Runs main(input) of the source that comes on standard input with its input; what it returns, or
// how it failed, goes to descriptor 3 as JSON. Printing can't reach that.
'use strict';
{
  const fs = require('node:fs');
  const vm = require('node:vm');
  // Kept as they are now: the source may change what it sees.
  const { parse, stringify } = JSON;
  const { exit } = process;
  const { source, input } = parse(fs.readFileSync(0, 'utf8'));

  const answer = (text) => {
    fs.writeFileSync(3, text);
    // What still waits when main has returned is dropped.
    exit.call(process, 0);
  };

  // The lines of the user's own code; others would name files that he has not written.
  const place = (stack) => {
    const lines = stack.split('\n');
    const frames = lines.filter((line) => /^ {4}at .*main\.js:\d+/.test(line)).slice(0, 10);
    const found = /main\.js:(\d+)/.exec(frames[0] ?? (lines[0].startsWith('main.js:') ? lines[0] : ''));
    return { line: found ? Number(found[1]) : null, frames };
  };

  const failure = (error) => {
    if (!(error instanceof Error)) return { kind: 'failed', message: String(error).slice(0, 2000), line: null, trace: '' };
    if (error instanceof RangeError && /allocation failed/.test(error.message)) return { kind: 'memory' };
    const { line, frames } = place(String(error.stack));
    const message = `${error.name}: ${error.message}`.slice(0, 2000);
    return { kind: 'failed', message, line, trace: [message, ...frames].join('\n').slice(0, 4000) };
  };

  const fail = (error) => {
    let shown;
    try {
      shown = failure(error);
    } catch {
      shown = { kind: 'failed', message: 'what was thrown can not be shown', line: null, trace: '' };
    }
    answer(stringify({ error: shown }));
  };

  const run = async () => {
    globalThis.input = input;
    globalThis.require = require;
    vm.runInThisContext(source, { filename: 'main.js' });
    if (vm.runInThisContext('typeof main') !== 'function') throw new ReferenceError('the source must define main(input)');
    return await vm.runInThisContext('main')(input);
  };

  const deliver = (output) => {
    let text;
    try {
      text = stringify({ output: output ?? null });
    } catch (error) {
      text = stringify({ error: { kind: 'bad_output', message: String(error.message).slice(0, 2000) } });
    }
    answer(text);
  };

  process.on('uncaughtException', fail);
  run().then(deliver, fail);
}
